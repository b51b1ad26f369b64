//! Finds Hyperscan (or Vectorscan, the same API). Without it the portable automaton does all the work.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(hyperscan)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=HINOMI_WITHOUT_HYPERSCAN");
    if std::env::var_os("HINOMI_WITHOUT_HYPERSCAN").is_some() {
        return;
    }
    match pkg_config::Config::new()
        .atleast_version("5.2")
        .probe("libhs")
    {
        Ok(_) => println!("cargo::rustc-cfg=hyperscan"),
        Err(_) => println!(
            "cargo::warning=libhs not found (Debian: libhyperscan-dev or libvectorscan-dev); the slower portable matcher is used"
        ),
    }
}
