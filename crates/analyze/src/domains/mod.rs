//! Whether a registered name looks made by a program: a trained model, carried as data.
//!
//! Characters are weighed by what is usual in names that people registered (an n-gram model), words by how usual
//! they are in names and in English, and boosted trees (Friedman 2001) make one number of all that. A single name
//! proves little, so [`Model::judge`] looks at several names of one host together.
//! How it is trained and measured: `docs/models/domains.md`.

mod features;
mod forest;
mod group;
mod language;
mod split;

pub use features::{FEATURES, Features};
pub use forest::{Forest, Node, Tree};
pub use group::{GROUP_FEATURES, Member, group_features};
pub use language::{Language, PAIR_BITS, word_hash};
pub use split::{Parts, letter_class, parts, place};

use std::sync::OnceLock;

const SHIPPED: &[u8] = include_bytes!("../../../../content/models/domains.bin");
const MAGIC: &[u8; 8] = b"HNMDOM01";

/// Log-odds of a group of names from which it is believed; chosen on ordinary names (docs/models/domains.md).
pub const BELIEVED: f32 = 3.0;

/// The trained model: statistics of language, trees for one name, trees for several.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is usual in names and in English.
    pub language: Language,
    /// One name.
    pub name: Forest,
    /// Several names of one host.
    pub group: Forest,
}

/// Why a model cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model of generated domains is damaged or of another version; train it anew")]
pub struct BadModel;

impl Model {
    /// The model that comes with the program. None only if the build carried damaged data, which a test rules out.
    pub fn shipped() -> Option<&'static Self> {
        static MODEL: OnceLock<Option<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(SHIPPED).ok()).as_ref()
    }

    /// Reads what [`Model::write`] wrote.
    ///
    /// # Errors
    /// When the bytes are not a model of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, BadModel> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(BadModel)?;
        let model = Self {
            language: Language::read(&mut rest).ok_or(BadModel)?,
            name: Forest::read(&mut rest, FEATURES).ok_or(BadModel)?,
            group: Forest::read(&mut rest, GROUP_FEATURES).ok_or(BadModel)?,
        };
        rest.is_empty().then_some(model).ok_or(BadModel)
    }

    /// The model as bytes; the same model gives the same bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        self.language.write(&mut bytes);
        self.name.write(&mut bytes);
        self.group.write(&mut bytes);
        bytes
    }

    /// What one name weighs: log-odds that a program made it, were both kinds equally many. None for names that
    /// nobody registers (reverse look-ups, single labels, addresses, other alphabets).
    pub fn member(&self, name: &str) -> Option<Member> {
        let parts = parts(name)?;
        let features = Features::of(&parts, &self.language);
        Some(Member::new(
            &parts,
            &features,
            self.name.score(&features.values),
        ))
    }

    /// What several names of one host weigh together, in log-odds.
    pub fn judge(&self, members: &[Member]) -> f32 {
        self.group.score(&group_features(members))
    }
}

/// Takes so many bytes off the front.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (front, back) = rest.split_at_checked(count)?;
    *rest = back;
    Some(front)
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(names: &[&str]) -> f32 {
        let model = Model::shipped().unwrap();
        let members: Vec<Member> = names.iter().filter_map(|name| model.member(name)).collect();
        model.judge(&members)
    }

    #[test]
    fn what_is_shipped_can_be_read_and_damage_is_noticed() {
        let model = Model::read(SHIPPED).unwrap();
        assert!(model.write() == SHIPPED);
        for end in (0..SHIPPED.len()).step_by(50_021) {
            assert_eq!(Model::read(&SHIPPED[..end]).err(), Some(BadModel));
        }
    }

    #[test]
    fn groups_of_names_are_weighed_together() {
        let generated = [
            "xkqzvwbjtdhw.com",
            "qpwzxkvjghrn.com",
            "zxvbqkwjrtpf.com",
            "wqkzjxvbnmtd.com",
            "vkxqzwjhgfsd.com",
            "jqzxkvwbplmr.com",
        ];
        let ordinary = [
            "tokyo-shinkansen.jp",
            "yamadadenki.co.jp",
            "oldschoolforum.net",
            "static-images.org",
            "kawasakibank.co.jp",
            "mailserver.de",
        ];
        assert!(weight(&generated) > BELIEVED, "{}", weight(&generated));
        assert!(weight(&ordinary) < 0.0, "{}", weight(&ordinary));
    }
}
