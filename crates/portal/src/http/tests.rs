//! The API's document, and what every answer carries.

use super::openapi;

/// `BLESS=1 cargo test -p portal the_document` writes the file anew.
#[test]
fn the_document_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut document = openapi().to_pretty_json().unwrap();
    document.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == document,
        "openapi.json is not what the code says: write it anew with BLESS=1 and look at the difference"
    );
}
