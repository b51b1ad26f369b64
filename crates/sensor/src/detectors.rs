//! Rules and indicator lists, loaded once and shared by all worlds and workers.

use crate::evidence::EvidenceFolder;
use crate::files::FileStore;
use crate::health::latest_change;
use crate::settings::Settings;
use crate::sigma::load_sigma;
use analyze::SigmaRules;
use detect::countries::Countries;
use detect::reputation::Reputations;
use detect::rule::{Classification, Collection, Problem, Rule, Thinning, VariableError, Variables};
use detect::signature::{self, Cache, Refused, Ruleset, Watch};
use detect::yara::{self, Yara};
use event::Timestamp;
use flow::Digests;
use intelligence::Indicators;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Our own signatures are always there.
const OWN_RULES: &str = include_str!("../../../content/signatures/hinomi.rules");
const OWN_RULES_NAME: &str = "content/signatures/hinomi.rules";

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file that was named is not there or cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder of a store cannot be used.
    #[error("cannot keep anything in {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A rule variable has a value that makes no sense.
    #[error("rule variable: {0}")]
    Variable(#[from] VariableError),
}

/// What was loaded, and what was not and why.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// Rules that run, ours included.
    pub loaded: usize,
    /// Rules of ours among them.
    pub own: usize,
    /// Rules that the engine cannot run yet: sids by what is missing.
    pub missing: BTreeMap<String, Vec<u32>>,
    /// Rules and files with mistakes.
    pub problems: Vec<Problem>,
    /// Rules whose `requires` is not met.
    pub unmet: usize,
    /// Rules that stand in the files more than once.
    pub duplicates: usize,
    /// Rules that are commented out.
    pub disabled: usize,
    /// What became of the indicator lists.
    pub indicators: intelligence::LoadReport,
    /// What became of the YARA rules.
    pub yara: yara::LoadReport,
    /// The Sigma rules, with what became of them.
    pub sigma: Option<Arc<SigmaRules>>,
    /// Why compiled rules are not kept, where they should be.
    pub cache_problem: Option<String>,
    /// The latest change of the rule files that were named.
    pub rules_at: Option<Timestamp>,
    /// The latest change of the indicator lists.
    pub intelligence_at: Option<Timestamp>,
}

impl LoadReport {
    /// Number of rules that are there and do not run.
    pub fn refused(&self) -> usize {
        self.missing.values().map(Vec::len).sum::<usize>() + self.problems.len()
    }
}

/// Everything that is looked for.
pub struct Detectors {
    pub(crate) ruleset: Arc<Ruleset>,
    pub(crate) thinning: Arc<Thinning>,
    /// Our own rules, where they run beside others.
    pub(crate) own_rules: BTreeSet<(u32, u32)>,
    pub(crate) indicators: Arc<Indicators>,
    pub(crate) yara: Option<Arc<Yara>>,
    /// None where there are none.
    pub(crate) sigma: Option<Arc<SigmaRules>>,
    /// Worlds that follow one another put their files there.
    pub(crate) store: Option<Arc<Mutex<FileStore>>>,
    /// And their evidence there.
    pub(crate) evidence: Option<Arc<Mutex<EvidenceFolder>>>,
    /// What was loaded.
    pub report: LoadReport,
}

impl Detectors {
    /// Loads what the settings name. A bad rule or line is reported and stops nothing; a file
    /// that is not there is an error.
    pub fn load(settings: &Settings) -> Result<Self, LoadError> {
        Self::load_after(settings, None)
    }

    /// The same beside the indicators in force: those of lists that are held back stay.
    pub(crate) fn load_after(
        settings: &Settings,
        before: Option<&Indicators>,
    ) -> Result<Self, LoadError> {
        let named = settings.rules.iter().chain(&settings.indicators);
        let named = named.chain(&settings.rule_config).chain(&settings.yara);
        let named = named.chain(&settings.sigma);
        let lists = settings.reputation_categories.iter();
        let lists = lists
            .chain(&settings.reputations)
            .chain(&settings.countries);
        for path in named.chain(lists) {
            std::fs::metadata(path).map_err(|source| LoadError::File {
                path: path.clone(),
                source,
            })?;
        }
        let variables = variables(settings)?;
        let mut collection = Collection::load(&settings.rules);
        let others = collection.rules.len();
        if settings.own_rules {
            collection.read(OWN_RULES_NAME, OWN_RULES.as_bytes());
        }
        let own = collection.rules.len() - others;
        let own_rules = if others == 0 {
            BTreeSet::new()
        } else {
            let rules = collection.rules.iter().skip(others);
            rules
                .map(|placed| (placed.rule.meta.gid, placed.rule.meta.sid))
                .collect()
        };
        let (cache, cache_problem) = open_cache(settings);
        let (classification, thinning) =
            rule_config(settings, &variables, &mut collection.problems)?;
        let compiler = signature::Settings {
            countries: countries(settings, &mut collection.problems),
            reputations: reputations(settings, &mut collection.problems)?,
            cache,
            classification,
            list_folders: list_folders(settings),
            watched: None,
        };
        let rules = collection.rules.into_iter().map(|placed| placed.rule);
        let (ruleset, refused) = Ruleset::compile(rules, &variables, &compiler);
        let missing = by_missing(&refused);
        let loader = intelligence::Loader {
            before,
            ..intelligence::Loader::default()
        };
        let (indicators, indicators_report) = loader.load(&settings.indicators);
        let (yara, yara_report) = load_yara(settings);
        let sigma = (!settings.sigma.is_empty())
            .then(|| Arc::new(load_sigma(&settings.sigma, &settings.sigma_variables)));
        let store = open_store(settings)?;
        let evidence = open_evidence(settings)?;
        let report = LoadReport {
            loaded: ruleset.len(),
            own,
            missing,
            problems: collection.problems,
            unmet: collection.unmet.len(),
            duplicates: collection.duplicates.len(),
            disabled: collection.disabled_count,
            indicators: indicators_report,
            yara: yara_report,
            sigma: sigma.clone(),
            cache_problem,
            rules_at: latest_change(&settings.rules),
            intelligence_at: latest_change(&settings.indicators),
        };
        Ok(Self {
            ruleset: Arc::new(ruleset),
            thinning: Arc::new(thinning),
            own_rules,
            indicators: Arc::new(indicators),
            yara,
            sigma,
            store,
            evidence,
            report,
        })
    }
}

fn load_yara(settings: &Settings) -> (Option<Arc<Yara>>, yara::LoadReport) {
    if settings.yara.is_empty() {
        return (None, yara::LoadReport::default());
    }
    let (yara, report) = Yara::load(&settings.yara, settings.scan_time_max);
    let yara = (report.loaded > 0).then(|| Arc::new(yara));
    (yara, report)
}

fn open_store(settings: &Settings) -> Result<Option<Arc<Mutex<FileStore>>>, LoadError> {
    let Some(store) = &settings.store else {
        return Ok(None);
    };
    match FileStore::open(store) {
        Ok(store) => Ok(Some(Arc::new(Mutex::new(store)))),
        Err(source) => Err(LoadError::Folder {
            path: store.folder.clone(),
            source,
        }),
    }
}

fn open_evidence(settings: &Settings) -> Result<Option<Arc<Mutex<EvidenceFolder>>>, LoadError> {
    let Some(evidence) = &settings.evidence else {
        return Ok(None);
    };
    match EvidenceFolder::open(evidence) {
        Ok(folder) => Ok(Some(Arc::new(Mutex::new(folder)))),
        Err(source) => Err(LoadError::Folder {
            path: evidence.folder.clone(),
            source,
        }),
    }
}

/// A database that cannot be read is a problem; the rules that need it are told to be without it.
fn countries(settings: &Settings, problems: &mut Vec<Problem>) -> Option<Arc<Countries>> {
    let path = settings.countries.as_ref()?;
    match Countries::open(path) {
        Ok(countries) => Some(Arc::new(countries)),
        Err(error) => {
            let name = path.display().to_string().into();
            problems.push(Problem::of_file(&name, error.to_string()));
            None
        }
    }
}

fn reputations(
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Result<Option<Arc<Reputations>>, LoadError> {
    if settings.reputation_categories.is_empty() && settings.reputations.is_empty() {
        return Ok(None);
    }
    let mut lists = Reputations::default();
    for path in &settings.reputation_categories {
        let (name, text) = read(path)?;
        problems.extend(lists.read_categories(&name, &text));
    }
    for path in &settings.reputations {
        let (name, text) = read(path)?;
        problems.extend(lists.read_scores(&name, &text));
    }
    Ok(Some(Arc::new(lists)))
}

fn read(path: &Path) -> Result<(String, Vec<u8>), LoadError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok((path.display().to_string(), bytes)),
        Err(source) => Err(LoadError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

impl Detectors {
    /// Only these rules, the first of which is followed: `Detectors::watch` tells how far it came. What cannot run
    /// is told by the report.
    pub fn following(rules: &[Rule], settings: &Settings) -> Result<Self, LoadError> {
        let variables = variables(settings)?;
        let mut problems = Vec::new();
        let (classification, thinning) = rule_config(settings, &variables, &mut problems)?;
        let compiler = signature::Settings {
            countries: countries(settings, &mut problems),
            reputations: reputations(settings, &mut problems)?,
            cache: None,
            classification,
            list_folders: list_folders(settings),
            watched: rules.first().map(|rule| (rule.meta.gid, rule.meta.sid)),
        };
        let (ruleset, refused) = Ruleset::compile(rules, &variables, &compiler);
        let report = LoadReport {
            loaded: ruleset.len(),
            missing: by_missing(&refused),
            problems,
            ..LoadReport::default()
        };
        Ok(Self {
            ruleset: Arc::new(ruleset),
            thinning: Arc::new(thinning),
            own_rules: BTreeSet::new(),
            indicators: Arc::default(),
            yara: None,
            sigma: None,
            store: None,
            evidence: None,
            report,
        })
    }

    /// The digests of files that indicators name.
    pub(crate) fn digests(&self) -> Digests {
        let intelligence::Digests { md5, sha1 } = self.indicators.digests();
        Digests { md5, sha1 }
    }

    /// What follows the one rule that is followed.
    pub fn watch(&self) -> Option<&Watch> {
        self.ruleset.watch().map(Arc::as_ref)
    }
}

fn by_missing(refused: &[Refused]) -> BTreeMap<String, Vec<u32>> {
    let mut missing: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for rule in refused {
        missing
            .entry(rule.missing.clone())
            .or_default()
            .push(rule.sid);
    }
    missing
}

/// Variables of rules: the customer's networks, and what the settings say.
pub fn variables(settings: &Settings) -> Result<Variables, LoadError> {
    let mut variables = Variables::default();
    variables.set("HOME_NET", &home_net(settings))?;
    for (name, value) in &settings.variables {
        variables.set(name, value)?;
    }
    Ok(variables)
}

/// Classes, references and thinning of alerts: which of them a file holds is told by its lines.
fn rule_config(
    settings: &Settings,
    variables: &Variables,
    problems: &mut Vec<Problem>,
) -> Result<(Classification, Thinning), LoadError> {
    let mut classification = Classification::default();
    let mut thinning = Thinning::default();
    for path in &settings.rule_config {
        let (name, bytes) = read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        if text.lines().any(|line| Thinning::is_line(line.trim())) {
            problems.extend(thinning.read(&name, &bytes, variables));
        } else {
            problems.extend(classification.read_config(&name, &bytes));
        }
    }
    Ok((classification, thinning))
}

/// Lists that rules name stand beside the rules, or where the program was started.
pub fn list_folders(settings: &Settings) -> Vec<PathBuf> {
    // What an earlier run kept of a list stands before the list.
    let mut folders: Vec<PathBuf> = settings.datasets.iter().cloned().collect();
    for path in &settings.rules {
        let folder = if path.is_dir() {
            path.clone()
        } else {
            path.parent().map(Path::to_path_buf).unwrap_or_default()
        };
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders.push(PathBuf::new());
    folders
}

/// Without its cache a start is slower, and nothing else.
fn open_cache(settings: &Settings) -> (Option<Cache>, Option<String>) {
    let Some(folder) = &settings.cache else {
        return (None, None);
    };
    match Cache::open(folder) {
        Ok(cache) => (Some(cache), None),
        Err(error) => (None, Some(format!("{}: {error}", folder.display()))),
    }
}

fn home_net(settings: &Settings) -> String {
    format!("[{}]", settings.home_net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_named_and_is_not_there_is_an_error() {
        let missing = vec![PathBuf::from("/nowhere/of/this/name")];
        let rules = Settings {
            rules: missing.clone(),
            ..Settings::default()
        };
        let indicators = Settings {
            indicators: missing.clone(),
            ..Settings::default()
        };
        let rule_config = Settings {
            rule_config: missing,
            ..Settings::default()
        };
        for settings in [rules, indicators, rule_config] {
            let error = Detectors::load(&settings)
                .err()
                .map(|error| error.to_string());
            let error = error.unwrap_or_default();
            assert!(
                error.starts_with("cannot read /nowhere/of/this/name"),
                "{error}"
            );
        }
    }
}
