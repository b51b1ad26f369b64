//! Keeps the shape of the repository: who may use whom, where unsafe code may stand, how long files may be.
//! Needs nothing but the standard library, so that it says what is wrong even when little else builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Our crates that each crate may use. The order is the direction: nobody uses a crate further down.
const MAY_USE: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("wire", &[]),
    ("matcher", &[]),
    ("capture", &[]),
    ("drill", &[]),
    ("flow", &["event", "wire"]),
    ("detect", &["event", "flow", "matcher", "wire"]),
    ("exercise", &["detect", "drill"]),
    ("analyze", &["event"]),
    ("intelligence", &["event"]),
    ("feeds", &["event", "intelligence"]),
    ("lab", &["analyze", "drill", "event"]),
    ("link", &["event"]),
    (
        "sensor",
        &[
            "analyze",
            "capture",
            "detect",
            "event",
            "flow",
            "intelligence",
            "link",
            "wire",
        ],
    ),
    ("portal", &["event", "link"]),
    (
        "hinomi",
        &[
            "analyze",
            "capture",
            "detect",
            "drill",
            "event",
            "exercise",
            "feeds",
            "intelligence",
            "link",
            "portal",
            "sensor",
        ],
    ),
];

/// Crates in which unsafe code is allowed, with a SAFETY line at each block.
const MAY_BE_UNSAFE: &[&str] = &["capture", "matcher"];

/// Crates that see bytes from the network: nothing in them may index, unwrap or overflow unchecked.
const HOSTILE_INPUT: &[&str] = &["wire", "flow", "detect", "intelligence"];

/// Crates that neither read files, nor wait, nor look at a clock; what they need is given to them.
const PURE: &[&str] = &["event", "wire", "flow", "analyze"];
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "std::thread",
    "std::process",
    "std::net::Tcp",
    "std::net::Udp",
    "SystemTime",
    "Instant::now",
    "tokio",
    "async fn",
];

const RUST_FILE_LINES_MAX: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder, but for what is fetched or built.
fn files(folder: &Path) -> Vec<PathBuf> {
    const SKIPPED: &[&str] = &[
        "target",
        "node_modules",
        "dist",
        ".git",
        "corpus",
        "artifacts",
    ];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            if !SKIPPED.iter().any(|skipped| name == *skipped) {
                found.extend(files(&entry.path()));
            }
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

/// Names under the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect()
}

#[test]
fn crates_use_only_what_they_may() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let may_use = allowed.get(name.as_str()).unwrap_or_else(|| {
            panic!("{name} is new: say in tidy.rs and ARCHITECTURE.md whom it may use")
        });
        let manifest = read(&folder.join("Cargo.toml"));
        for used in dependencies(&manifest) {
            assert!(
                !allowed.contains_key(used) || may_use.contains(&used),
                "{name} uses {used}: ARCHITECTURE.md says it may not"
            );
        }
    }
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    for (name, _) in MAY_USE {
        let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
        if MAY_BE_UNSAFE.contains(name) {
            assert!(
                manifest.contains("undocumented_unsafe_blocks = \"deny\""),
                "{name}"
            );
        } else {
            assert!(manifest.contains("[lints]\nworkspace = true"), "{name}");
        }
    }
    for name in HOSTILE_INPUT {
        let front = read(&root().join("crates").join(name).join("src/lib.rs"));
        for lint in [
            "indexing_slicing",
            "unwrap_used",
            "expect_used",
            "panic",
            "arithmetic_side_effects",
        ] {
            assert!(
                front.contains(&format!("clippy::{lint}")),
                "{name} lacks deny(clippy::{lint})"
            );
        }
        assert!(
            root()
                .join("crates")
                .join(name)
                .join("src/limits.rs")
                .exists(),
            "{name} names no limits"
        );
    }
}

#[test]
fn pure_crates_stay_pure() {
    for name in PURE {
        for path in rust_files(&root().join("crates").join(name).join("src")) {
            if path
                .file_name()
                .is_some_and(|file| file.to_string_lossy().contains("test"))
            {
                continue;
            }
            let text = read(&path);
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in IMPURE_WORDS {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn every_protocol_has_the_same_shape() {
    const NOT_PROTOCOLS: &[&str] = &["mime", "ntlmssp", "packet"];
    // Several parsers under names of their own, or none: a header of fixed form, bytes without messages.
    const OTHER_PARSERS: &[&str] = &["dnp3", "nfs", "ntp", "quic", "smb", "telnet"];
    for entry in fs::read_dir(root().join("crates/wire/src")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if !folder.is_dir() || NOT_PROTOCOLS.contains(&name.as_str()) {
            continue;
        }
        let own = OTHER_PARSERS.contains(&name.as_str());
        for file in ["mod.rs", "fields.rs", "parser.rs", "state.rs"] {
            if own && matches!(file, "parser.rs" | "state.rs") {
                continue;
            }
            assert!(folder.join(file).exists(), "wire/src/{name} has no {file}");
        }
        assert!(
            folder.join("tests.rs").exists() || folder.join("tests").is_dir(),
            "wire/src/{name} has no tests"
        );
    }
}

#[test]
fn files_are_short_and_leave_nothing_for_later() {
    // In two halves, so that this file may stand among those it looks at.
    let for_later = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["X", "XX:"].concat(),
    ];
    for folder in ["crates", "fuzz"] {
        let folder = root().join(folder);
        if !folder.is_dir() {
            continue;
        }
        for path in rust_files(&folder) {
            let text = read(&path);
            let lines = text.lines().count();
            assert!(
                lines <= RUST_FILE_LINES_MAX,
                "{} has {lines} lines",
                path.display()
            );
            for word in &for_later {
                assert!(
                    !text.contains(word.as_str()),
                    "{} says {word}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_file_names_one_machine() {
    let places = ["/ho", "/ro", "/wo", "/tm"]
        .iter()
        .zip(["me/", "ot/", "rk/", "p/"])
        .map(|(start, end)| [start, end].concat())
        .collect::<Vec<_>>();
    const KINDS: &[&str] = &[
        "rs", "toml", "md", "sh", "ts", "tsx", "mjs", "json", "rules",
    ];
    for path in files(&root()) {
        let is_ours = path
            .extension()
            .is_some_and(|extension| KINDS.iter().any(|kind| extension == *kind));
        if !is_ours {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for place in &places {
            // A path begins after a quote, a space or a bracket; within a URL it is none.
            let named = text.match_indices(place.as_str()).any(|(at, _)| {
                matches!(
                    text[..at].chars().next_back(),
                    None | Some(' ' | '"' | '\'' | '`' | '(' | '\n' | '=')
                )
            });
            assert!(
                !named,
                "{} names a path of one machine ({place})",
                path.display()
            );
        }
    }
}
