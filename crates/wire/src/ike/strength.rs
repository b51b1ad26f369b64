//! What is weak in proposals of version 2, after RFC 8247.

use super::proposal::Proposal;

/// Names of the anomalies that proposals raise, each once.
pub fn weaknesses(proposals: &[Proposal]) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut say = |name: &'static str| {
        if !found.contains(&name) {
            found.push(name);
        }
    };
    for proposal in proposals {
        for transform in &proposal.transforms {
            match (transform.kind, transform.id) {
                // DES, 3DES, RC5, IDEA, CAST, Blowfish, 3IDEA, DES_IV32, nothing at all.
                (1, 1..=9 | 11) => say("weak_crypto_enc"),
                // HMAC-MD5, HMAC-SHA1, and what is reserved.
                (2, 0..=2) => say("weak_crypto_prf"),
                // MD5 and SHA-1 in their forms, DES-MAC, KPDK.
                (3, 1..=4 | 6 | 7) => say("weak_crypto_auth"),
                (3, 0) => say("weak_crypto_noauth"),
                // 768, 1024 and 1536 bits, and 1024 bits with a small subgroup.
                (4, 1 | 2 | 5 | 22) => say("weak_crypto_dh"),
                (4, 0) => say("weak_crypto_nodh"),
                (0..=5, _) => {}
                _ => say("unknown_proposal"),
            }
        }
        let has = |kind| {
            proposal
                .transforms
                .iter()
                .any(|transform| transform.kind == kind)
        };
        let authenticates_itself = proposal.transforms.iter().any(|transform| {
            transform.kind == 1 && matches!(transform.id, 14..=16 | 18..=20 | 25..=28)
        });
        if proposal.protocol == 1 && !has(4) {
            say("weak_crypto_nodh");
        }
        if proposal.protocol == 2 {
            say("no_encryption");
        } else if !has(1) {
            say("invalid_proposal");
        } else if !has(3) && !authenticates_itself {
            say("weak_crypto_noauth");
        }
    }
    found
}
