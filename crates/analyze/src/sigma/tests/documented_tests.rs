//! `docs/sigma.md` shows every source and field that there is.

use crate::sigma::source::tables_in_words;

#[test]
fn the_documentation_shows_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sigma.md");
    let text = std::fs::read_to_string(path).unwrap();
    let tables = tables_in_words();
    if !text.contains(&tables) {
        if std::env::var_os("BLESS").is_some() {
            let begin = text
                .find("<!-- tables -->")
                .expect("a place for the tables");
            let end = text
                .find("<!-- end of tables -->")
                .expect("the end of the tables");
            let text = format!(
                "{}<!-- tables -->\n\n{tables}\n{}",
                &text[..begin],
                &text[end..]
            );
            std::fs::write(path, text).unwrap();
            return;
        }
        panic!("docs/sigma.md is not what the tables say; BLESS=1 writes it");
    }
}
