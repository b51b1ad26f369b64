//! Writes the table of passwords that have leaked elsewhere: `breached TABLE SHORTEST:LIST...`, lists with one password a
//! line. Of each list those are taken that have at least SHORTEST characters. Run by `scripts/breached-passwords.sh`.

use portal::identity::breached;
use std::io::{Error, ErrorKind};

fn main() -> Result<(), Error> {
    let mut words = std::env::args().skip(1);
    let wrong = || Error::new(ErrorKind::InvalidInput, "breached TABLE SHORTEST:LIST...");
    let out = words.next().ok_or_else(wrong)?;
    let mut passwords = Vec::new();
    for word in words {
        let (shortest, list) = word.split_once(':').ok_or_else(wrong)?;
        let shortest: usize = shortest.parse().map_err(|_| wrong())?;
        let bytes = std::fs::read(list)?;
        passwords.extend(
            bytes
                .split(|byte| *byte == b'\n')
                // A line in another encoding is none that a browser sends.
                .filter_map(|line| str::from_utf8(line).ok())
                .map(|line| line.trim_end_matches('\r').to_owned())
                .filter(|line| line.chars().count() >= shortest),
        );
    }
    let table = breached::table(passwords.into_iter());
    println!("{} bytes in {out}", table.len());
    std::fs::write(out, table)
}
