//! Data sets that rules change, and those that they only ask.

use crate::rule::ast::{DatasetCommand, DatasetKind};
use crate::signature::program::{DataSet, Program, SharedSet, Step};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Once all rules are read: sets that no rule changes become plain questions, the others one set for each name, which
/// begins with what any rule loads for it.
pub(super) fn settle(programs: &mut [Program]) {
    let mut changed: HashSet<String> = HashSet::new();
    let mut initial: HashMap<String, Arc<DataSet>> = HashMap::new();
    let mut saved: HashMap<String, (String, DatasetKind)> = HashMap::new();
    for (set, command) in programs.iter().flat_map(steps).filter_map(shared) {
        if matches!(command, DatasetCommand::Set | DatasetCommand::Unset) {
            changed.insert(set.name.clone());
        }
        if let Some(file) = &set.saved {
            saved
                .entry(set.name.clone())
                .or_insert_with(|| file.clone());
        }
        let known = initial.entry(set.name.clone()).or_default();
        if known.is_empty() {
            *known = Arc::clone(&set.initial);
        }
    }
    let mut sets: HashMap<String, Arc<SharedSet>> = HashMap::new();
    for program in programs {
        let mut asks = false;
        let steps = program.chains.iter_mut().flat_map(|chain| &mut chain.steps);
        for step in steps {
            let Some((set, command)) = shared(&step.step) else {
                continue;
            };
            let all = initial.get(&set.name).map(Arc::clone).unwrap_or_default();
            if !changed.contains(&set.name) {
                let negated = command == DatasetCommand::IsNotSet;
                step.step = Step::Dataset { set: all, negated };
                continue;
            }
            asks = true;
            let name = set.name.clone();
            let set = sets.entry(name.clone()).or_insert_with(|| {
                let saved = saved.get(&name).cloned();
                let initial = all;
                Arc::new(SharedSet {
                    name,
                    initial,
                    saved,
                })
            });
            let set = Arc::clone(set);
            step.step = Step::SharedDataset { set, command };
        }
        if asks {
            let mut meta = (*program.meta).clone();
            meta.asks_sets = true;
            program.meta = Arc::new(meta);
        }
    }
}

fn steps(program: &Program) -> impl Iterator<Item = &Step> {
    program
        .chains
        .iter()
        .flat_map(|chain| chain.steps.iter().map(|step| &step.step))
}

fn shared(step: &Step) -> Option<(&Arc<SharedSet>, DatasetCommand)> {
    match step {
        Step::SharedDataset { set, command } => Some((set, *command)),
        _ => None,
    }
}
