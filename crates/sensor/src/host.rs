//! How the machine is: processor, memory, disk. Read when a heartbeat is due, from what Linux says anyway; what it does not say
//! is unknown.

use std::fs::read_to_string;
use std::path::Path;

/// Resident memory of this process in bytes; 0 where the system does not say.
pub(crate) fn resident_bytes() -> u64 {
    read_to_string("/proc/self/status").map_or(0, |text| kibibytes(&text, "VmRSS:").unwrap_or(0))
}

/// Memory of the machine, and what of it is available to programs, in bytes.
pub(crate) fn memory() -> (Option<u64>, Option<u64>) {
    let Ok(text) = read_to_string("/proc/meminfo") else {
        return (None, None);
    };
    (
        kibibytes(&text, "MemTotal:"),
        kibibytes(&text, "MemAvailable:"),
    )
}

/// Size of the disk that a folder is on, and what of it this process may still use, in bytes.
pub(crate) fn disk(folder: &Path) -> (Option<u64>, Option<u64>) {
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return (None, None);
    };
    let bytes = |blocks: u64| Some(blocks.saturating_mul(disk.f_frsize));
    (bytes(disk.f_blocks), bytes(disk.f_bavail))
}

/// The value of a line of `/proc` in KiB, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number: u64 = rest.split_whitespace().next()?.parse().ok()?;
    number.checked_mul(1024)
}

/// Measures the share of processor time between two looks.
#[derive(Default)]
pub(crate) struct Processors {
    before: Option<Spent>,
}

/// Ticks since the machine, and this process, started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spent {
    all: u64,
    idle: u64,
    process: u64,
}

impl Processors {
    /// What this process, and everything on the machine, took since the last look, in thousandths of all processors.
    pub(crate) fn look(&mut self) -> (Option<u64>, Option<u64>) {
        let read = |path| read_to_string(path).ok();
        let now = read("/proc/stat")
            .zip(read("/proc/self/stat"))
            .and_then(|(machine, process)| Spent::of(&machine, &process));
        let shares = self.before.zip(now).and_then(|(one, two)| two.since(one));
        self.before = now.or(self.before);
        shares.unzip()
    }
}

impl Spent {
    /// By `/proc/stat` and `/proc/self/stat` (proc(5)).
    fn of(machine: &str, process: &str) -> Option<Self> {
        let line = machine.lines().next()?.strip_prefix("cpu ")?;
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted as users.
        let ticks: Vec<u64> = line
            .split_whitespace()
            .take(8)
            .map_while(|word| word.parse().ok())
            .collect();
        // The name may hold anything, brackets too; state is the field after it, utime the 12th from there, stime the next.
        let mut rest = process.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut number = || rest.next()?.parse::<u64>().ok();
        Some(Self {
            all: ticks.iter().fold(0, |sum, one| sum.saturating_add(*one)),
            idle: ticks.get(3)?.saturating_add(*ticks.get(4)?),
            process: number()?.saturating_add(number()?),
        })
    }

    fn since(self, before: Self) -> Option<(u64, u64)> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        let idle = self.idle.saturating_sub(before.idle).min(all);
        let process = self.process.saturating_sub(before.process).min(all);
        let permille = |ticks: u64| ticks.saturating_mul(1000) / all;
        Some((permille(process), permille(all - idle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read() {
        let meminfo = "MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    4000 kB\n";
        assert_eq!(kibibytes(meminfo, "MemTotal:"), Some(16000 * 1024));
        assert_eq!(kibibytes(meminfo, "MemAvailable:"), Some(4000 * 1024));
        assert_eq!(kibibytes(meminfo, "Swap:"), None);
        let stat = "cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 1 2 3\n";
        let process = "42 (a (b) c) S 1 1 1 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 1 0 5 6 7";
        let first = Spent::of(stat, process).unwrap();
        let expected = Spent {
            all: 1000,
            idle: 850,
            process: 42,
        };
        assert_eq!(first, expected);
        let later = Spent {
            all: 3000,
            idle: 1850,
            process: 542,
        };
        assert_eq!(later.since(first), Some((250, 500)));
        assert_eq!(first.since(first), None);
        assert_eq!(Spent::of("cpu  1 2", process), None);
    }

    #[test]
    fn this_machine_says_something() {
        let mut processors = Processors::default();
        assert_eq!(processors.look(), (None, None));
        assert!(resident_bytes() > 0);
        let (all, available) = memory();
        assert!(available.unwrap() <= all.unwrap());
        let (size, free) = disk(Path::new("/"));
        assert!(free.unwrap() <= size.unwrap());
        assert_eq!(disk(Path::new("/no/such/folder")), (None, None));
    }
}
