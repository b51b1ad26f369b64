//! A course of exercises for many rules: one capture, and a plan that says what is in it.

use crate::{Exercise, Exerciser, Kind, Rules};
use drill::Packet;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// First packet: 2026-04-01T00:00:00Z.
const START_NANOS: i64 = 1_775_001_600_000_000_000;
/// Time between two conversations.
const PAUSE_NANOS: i64 = 1_000_000;
/// Rules made at once by one thread.
const BATCH: usize = 250;

/// Which rules are exercised.
#[derive(Clone, Debug)]
pub struct Course {
    /// Only these; all if empty.
    pub sids: Vec<u32>,
    /// Only every so many-th rule.
    pub every: usize,
    /// At most so many.
    pub limit: usize,
    /// Threads that make conversations; the result is the same for any number.
    pub threads: usize,
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Conversations that satisfy their rule.
    pub hits: u64,
    /// Conversations that miss it by one condition.
    pub misses: u64,
    /// Packets of all.
    pub packets: u64,
    /// Why rules have no hit, and how many, most frequent first.
    pub reasons: Vec<(String, u64)>,
}

/// A rule to be exercised.
#[derive(Clone, Copy)]
struct Task {
    index: usize,
    gid: u32,
    sid: u32,
    number: u32,
}

type Made = (Task, Kind, Result<Exercise, String>);

impl Course {
    /// Writes `exercise.pcap` and `plan.jsonl` into a folder that exists.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, rules: &Rules, folder: &Path) -> io::Result<Summary> {
        let tasks = self.tasks(rules);
        let threads = self.threads.max(1);
        let mut record = Record::create(folder)?;
        for part in tasks.chunks(BATCH * threads) {
            for made in made(rules, part, part.len().div_ceil(threads)) {
                record.add(made)?;
            }
        }
        record.finish(folder)
    }

    fn tasks(&self, rules: &Rules) -> Vec<Task> {
        let wanted: HashSet<u32> = self.sids.iter().copied().collect();
        rules
            .identities()
            .enumerate()
            .filter(|(index, (_, sid))| {
                index % self.every.max(1) == 0 && (wanted.is_empty() || wanted.contains(sid))
            })
            .take(self.limit)
            .enumerate()
            .map(|(place, (index, (gid, sid)))| Task {
                index,
                gid,
                sid,
                // Two conversations a rule, each with a number of its own; 0 would be the address of a network.
                number: place as u32 * 2 + 257,
            })
            .collect()
    }
}

/// Both conversations of each rule, in order.
fn made(rules: &Rules, tasks: &[Task], share: usize) -> Vec<Made> {
    let work = |tasks: &[Task]| {
        let mut exerciser: Exerciser<'_> = rules.exerciser();
        let mut made: Vec<Made> = Vec::with_capacity(tasks.len() * 2);
        for task in tasks {
            for (kind, number) in [(Kind::Hit, task.number), (Kind::NearMiss, task.number + 1)] {
                let result = exerciser.exercise(task.index, kind, number, 0);
                made.push((*task, kind, result));
            }
        }
        made
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = tasks
            .chunks(share.max(1))
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_default())
            .collect()
    })
}

/// Capture and plan while they are made.
struct Record {
    packets: Vec<Packet>,
    plan: BufWriter<File>,
    time: i64,
    summary: Summary,
    reasons: BTreeMap<String, u64>,
}

impl Record {
    fn create(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            packets: Vec::new(),
            plan: BufWriter::new(File::create(folder.join("plan.jsonl"))?),
            time: START_NANOS,
            summary: Summary::default(),
            reasons: BTreeMap::new(),
        })
    }

    fn add(&mut self, (task, kind, result): Made) -> io::Result<()> {
        let kind_word = match kind {
            Kind::Hit => "hit",
            Kind::NearMiss => "miss",
        };
        let line = match result {
            Ok(exercise) => {
                match kind {
                    Kind::Hit => self.summary.hits += 1,
                    Kind::NearMiss => self.summary.misses += 1,
                }
                let line = serde_json::json!({
                    "gid": task.gid,
                    "sid": task.sid,
                    "kind": kind_word,
                    "proto": exercise.protocol,
                    "client": exercise.client.ip(),
                    "client_port": exercise.client.port(),
                    "server": exercise.server.ip(),
                    "server_port": exercise.server.port(),
                    "broken": exercise.broken,
                });
                let last = exercise
                    .packets
                    .last()
                    .map_or(0, |packet| packet.time_nanos);
                for mut packet in exercise.packets {
                    packet.time_nanos += self.time;
                    self.packets.push(packet);
                }
                self.time += last + PAUSE_NANOS;
                line
            }
            Err(reason) => {
                if kind == Kind::Hit {
                    *self.reasons.entry(reason.clone()).or_default() += 1;
                }
                serde_json::json!({
                    "gid": task.gid,
                    "sid": task.sid,
                    "kind": kind_word,
                    "reason": reason,
                })
            }
        };
        writeln!(self.plan, "{line}")
    }

    fn finish(mut self, folder: &Path) -> io::Result<Summary> {
        self.plan.flush()?;
        let file = File::create(folder.join("exercise.pcap"))?;
        self.summary.packets = drill::write_pcap(BufWriter::new(file), self.packets)?;
        self.summary.reasons = self.reasons.into_iter().collect();
        self.summary
            .reasons
            .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(self.summary)
    }
}
