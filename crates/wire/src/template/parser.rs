//! Bytes to values, and nothing else: no state, no names of rules, no reading beyond what is
//! given. Everything that can be missing is an `Option`.

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Text without its line end.
    pub text: Vec<u8>,
}

/// Takes the first line off `bytes`: the line, and what follows it. None while it is not complete.
pub fn line(bytes: &[u8]) -> Option<(Line, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let text = bytes.get(..end)?;
    let text = text.strip_suffix(b"\r").unwrap_or(text).to_vec();
    Some((Line { text }, bytes.get(end.saturating_add(1)..)?))
}
