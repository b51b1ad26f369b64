//! Rebuilds when migrations or the web app's built files have changed.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    // A watched path that is not there would mean a rebuild every time. Before the app's first build its
    // manifest is watched, so that a change of it looks again.
    let watched = ["../../ui/dist", "../../ui/package.json"];
    if let Some(path) = watched.into_iter().find(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
}
