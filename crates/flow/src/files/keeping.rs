//! Room for the bytes of files: so much for each, and so much for all together.

use crate::settings::Settings;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The room that a tracker's files share. Only the tracker's thread takes and gives; it is shared by reference because
/// files give back what they took wherever they end.
#[derive(Debug)]
pub(crate) struct Keeping {
    file_bytes_max: usize,
    files_bytes_max: usize,
    held: AtomicUsize,
}

impl Keeping {
    /// None where nothing is to be kept.
    pub fn new(settings: &Settings) -> Option<Arc<Self>> {
        (settings.file_bytes_max > 0).then(|| {
            Arc::new(Self {
                file_bytes_max: settings.file_bytes_max,
                files_bytes_max: settings.files_bytes_max,
                held: AtomicUsize::new(0),
            })
        })
    }
}

/// What one file has taken of it.
#[derive(Debug)]
pub(super) struct Share {
    keeping: Arc<Keeping>,
    taken: usize,
    /// Something had to be left out: what comes later would not join what is kept.
    full: bool,
}

impl Share {
    pub fn new(keeping: &Arc<Keeping>) -> Self {
        Self {
            keeping: Arc::clone(keeping),
            taken: 0,
            full: false,
        }
    }

    /// How many of so many further bytes there is room for; they are taken.
    pub fn take(&mut self, wanted: usize) -> usize {
        if self.full {
            return 0;
        }
        let held = self.keeping.held.load(Ordering::Relaxed);
        let own = self.keeping.file_bytes_max.saturating_sub(self.taken);
        let all = self.keeping.files_bytes_max.saturating_sub(held);
        let given = wanted.min(own).min(all);
        self.full = given < wanted;
        self.taken = self.taken.saturating_add(given);
        self.keeping.held.fetch_add(given, Ordering::Relaxed);
        given
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.keeping.held.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_bounded_for_each_and_for_all_and_given_back() {
        let settings = Settings {
            file_bytes_max: 10,
            files_bytes_max: 15,
            ..Settings::default()
        };
        let keeping = Keeping::new(&settings).unwrap();
        let mut first = Share::new(&keeping);
        assert_eq!((first.take(4), first.take(8), first.take(1)), (4, 6, 0));
        let mut second = Share::new(&keeping);
        assert_eq!(second.take(8), 5);
        drop(first);
        assert_eq!(second.take(8), 0, "what was left out leaves no hole");
        assert_eq!(Share::new(&keeping).take(20), 10);
        assert!(Keeping::new(&Settings::default()).is_none());
    }
}
