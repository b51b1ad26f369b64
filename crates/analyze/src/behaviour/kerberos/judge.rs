//! From answers of a controller to verdicts.

use super::{Client, Scene, is_weak, name, remember};
use crate::model::Verdict;
use event::{Communication, Detection, Severity, Stage, Text};

const UNKNOWN_MIN: usize = 5;
/// Services of machines, which everybody asks for all day.
const MACHINE_SERVICES: [&str; 14] = [
    "cifs",
    "host",
    "ldap",
    "dns",
    "gc",
    "krbtgt",
    "rpcss",
    "rpc",
    "termsrv",
    "wsman",
    "protectedstorage",
    "restrictedkrbhost",
    "kadmin",
    "nfs",
];
/// Tickets under a weak cipher that a client with a strong one beside may get in an old domain.
const WEAK_TICKETS_MIN: usize = 4;

impl Scene<'_> {
    fn about(&self, verdict: Verdict) -> Detection {
        verdict.about(
            self.event.time,
            self.client,
            Some(self.server),
            None,
            self.event.to_record(),
        )
    }

    fn verdict(
        &self,
        id: &'static str,
        name: &'static str,
        confidence: f32,
        technique: &'static [&'static str],
        reasons: Vec<Text>,
    ) -> Detection {
        self.about(Verdict {
            id,
            name: name.to_owned(),
            communication: Some(Communication::LateralMovement),
            stage: Stage::LateralMovement,
            severity: Severity::High,
            confidence,
            technique,
            reasons,
        })
    }
}

/// Names tried out: the controller says which do not exist.
pub(super) fn unknown_names(scene: &Scene<'_>, client: &mut Client) -> Option<Detection> {
    let body = scene.body;
    if body.text("error_code") != Some("KDC_ERR_C_PRINCIPAL_UNKNOWN")
        || body.text("failed_request") != Some("KRB_AS_REQ")
    {
        return None;
    }
    let user = scene.request.user.clone();
    let count = remember(&mut client.unknown, user, scene.event.time);
    if !client.is_news("unknown", count, UNKNOWN_MIN) {
        return None;
    }
    Some(scene.about(Verdict {
        id: "kerberos_user_enumeration",
        name: "names tried out at a domain controller".to_owned(),
        communication: Some(Communication::ReconAccess),
        stage: Stage::Reconnaissance,
        severity: Severity::Medium,
        confidence: (0.58 + 0.08 * (count as f32 / UNKNOWN_MIN as f32).log2()).min(0.88),
        technique: &["T1087.002"],
        reasons: vec![Text::new(
            format!("10分以内に、存在しない {count} 個の利用者名でドメインコントローラーに問い合わせました"),
            format!("asked a domain controller for {count} users that do not exist within ten minutes"),
        )],
    }))
}

/// Accounts that answer anybody: what comes back can be broken at leisure (AS-REP roasting).
pub(super) fn without_proof(scene: &Scene<'_>, client: &mut Client) -> Option<Detection> {
    let user = name(scene.body, "cname");
    if scene.request.is_proven != Some(false) || user.is_empty() || user.ends_with('$') {
        return None;
    }
    let weak = scene.body.text("encryption").is_some_and(is_weak);
    let count = remember(&mut client.unproven, user.clone(), scene.event.time);
    if !client.is_news("unproven", count, 1) {
        return None;
    }
    let mut belief: f32 = 0.46;
    let mut reasons = vec![Text::new(
        format!(
            "事前認証なしで、利用者 {user} のパスワードで暗号化されたデータを受け取りました（10分以内に {count} 人分）"
        ),
        format!(
            "got data under the password of {user} without proving anything ({count} user(s) within ten minutes)"
        ),
    )];
    if weak {
        belief += 0.12;
        reasons.push(Text::new(
            "解読しやすい古い暗号方式（RC4）で受け取っています",
            "it came under an old cipher (RC4) that is broken fast",
        ));
    }
    if scene.request.weak_only {
        belief += 0.1;
        reasons.push(weak_only());
    }
    belief += 0.1 * (count as f32).log2();
    Some(scene.verdict(
        "asrep_roasting",
        "tickets of accounts without pre-authentication (AS-REP roasting)",
        belief.min(0.9),
        &["T1558.004"],
        reasons,
    ))
}

fn weak_only() -> Text {
    Text::new(
        "要求で古い暗号方式だけを指定しました。通常の Windows は新しい方式も提示します",
        "the request offers old ciphers only, where Windows offers new ones as well",
    )
}

/// Tickets for services under a weak cipher, to break the service's password (Kerberoasting).
pub(super) fn service_tickets(scene: &Scene<'_>, client: &mut Client) -> Option<Detection> {
    let service = name(scene.body, "sname");
    let class = service.split('/').next().unwrap_or_default();
    let machine = MACHINE_SERVICES.contains(&class) || class.ends_with('$');
    let weak = scene.body.text("ticket_encryption").is_some_and(is_weak);
    if machine || !weak {
        return None;
    }
    let count = remember(&mut client.weak, service.clone(), scene.event.time);
    let asked = scene.request.weak_only;
    let least = if asked { 1 } else { WEAK_TICKETS_MIN };
    if !client.is_news("weak", count, least) {
        return None;
    }
    let mut reasons = vec![Text::new(
        format!(
            "サービス用のチケットを、解読しやすい古い暗号方式で {count} 件受け取りました（例：{service}）"
        ),
        format!(
            "got {count} ticket(s) for services under an old cipher that is broken fast (such as {service})"
        ),
    )];
    let mut belief = 0.46 + 0.1 * (count as f32).log2();
    if asked {
        belief += 0.1;
        reasons.push(weak_only());
    } else {
        belief -= 0.1;
    }
    if scene.knows_aes {
        belief += 0.08;
        reasons.push(Text::new(
            "このドメインでは新しい暗号方式（AES）が使われています",
            "the domain uses a new cipher (AES) otherwise",
        ));
    }
    Some(scene.verdict(
        "kerberoasting",
        "tickets for services under a breakable cipher (Kerberoasting)",
        belief.min(0.9),
        &["T1558.003"],
        reasons,
    ))
}

/// Logging on with RC4 alone where others use AES: RC4's key is the stored hash itself (overpass-the-hash).
pub(super) fn stolen_hash(scene: &Scene<'_>, client: &mut Client) -> Option<Detection> {
    let user = name(scene.body, "cname");
    let request = &scene.request;
    let fits = request.weak_only && request.is_proven == Some(true) && scene.knows_aes;
    if !fits || user.ends_with('$') || !client.is_news(&format!("hash {user}"), 1, 1) {
        return None;
    }
    Some(scene.verdict(
        "overpass_the_hash",
        "a log-on with an old cipher only (overpass-the-hash)",
        0.52,
        &["T1550.002"],
        vec![
            weak_only(),
            Text::new(
                format!("盗まれたパスワードハッシュで {user} としてログオンした可能性があります"),
                format!("somebody may have logged on as {user} with a stolen hash"),
            ),
        ],
    ))
}

/// A strong ticket under a weak session key, of a user who never logged on here: the ticket that it was bought with
/// was made by a tool (golden ticket).
pub(super) fn forged(scene: &Scene<'_>, client: &mut Client) -> Option<Detection> {
    let user = name(scene.body, "cname");
    let weak_session = scene.body.text("encryption").is_some_and(is_weak);
    let strong_ticket = scene
        .body
        .text("ticket_encryption")
        .is_some_and(|cipher| cipher.starts_with("aes"));
    let logged_on = client.users.contains_key(&user);
    let fits = weak_session && strong_ticket && scene.knows_aes && !logged_on;
    if !fits || user.ends_with('$') || !client.is_news(&format!("forged {user}"), 1, 1) {
        return None;
    }
    Some(scene.verdict(
        "forged_ticket",
        "a ticket that no controller seems to have issued (golden ticket)",
        0.6,
        &["T1558.001"],
        vec![Text::new(
            format!("{user} はこの機器でログオンしていないのに、通常使われない古い暗号方式のチケットを提示しました（偽造チケットの疑い）"),
            format!("{user} has not logged on at this machine, yet it shows a ticket under an old cipher that controllers no longer hand out"),
        )],
    ))
}
