//! Countries of addresses, from a database in MaxMind's format that the user gives.

use std::net::IpAddr;
use std::path::Path;

/// Bytes of a database.
const DATABASE_BYTES_MAX: u64 = 1 << 30;

/// A database that tells the country of an address.
pub struct Countries {
    reader: maxminddb::Reader<Vec<u8>>,
}

/// Why a database is of no use.
#[derive(Debug, thiserror::Error)]
pub enum CountriesError {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    File(#[from] std::io::Error),
    /// It is larger than anybody's.
    #[error("is larger than {DATABASE_BYTES_MAX} bytes")]
    Size,
    /// It is not in MaxMind's format, or damaged.
    #[error("is not a database in MaxMind's format: {0}")]
    Format(#[from] maxminddb::MaxMindDbError),
}

impl Countries {
    /// Reads a database.
    pub fn open(path: &Path) -> Result<Self, CountriesError> {
        if std::fs::metadata(path)?.len() > DATABASE_BYTES_MAX {
            return Err(CountriesError::Size);
        }
        let reader = maxminddb::Reader::from_source(std::fs::read(path)?)?;
        Ok(Self { reader })
    }

    /// The country in two capital letters (ISO 3166-1), where the database knows it.
    pub fn of(&self, address: IpAddr) -> Option<[u8; 2]> {
        use maxminddb::PathElement::Key;
        let found = self.reader.lookup(address.to_canonical()).ok()?;
        // As MaxMind has it, and as databases of countries alone have it.
        let paths: [&[_]; 2] = [&[Key("country"), Key("iso_code")], &[Key("country_code")]];
        let code = paths
            .iter()
            .find_map(|path| found.decode_path::<&str>(path).ok().flatten())?;
        let code = code.as_bytes().first_chunk::<2>()?;
        Some(code.map(|letter| letter.to_ascii_uppercase()))
    }
}

impl std::fmt::Debug for Countries {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let metadata = self.reader.metadata();
        formatter
            .debug_struct("Countries")
            .field("type", &metadata.database_type)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of one network, 128.0.0.0/1, written by hand as the format's specification has it (version 2.0).
    pub(crate) fn database(code: &str) -> Vec<u8> {
        let text = |text: &str| {
            let mut bytes = vec![0x40 | u8::try_from(text.len()).unwrap()];
            bytes.extend(text.as_bytes());
            bytes
        };
        let number = |kind: u8, value: u8| vec![kind << 5 | 1, value];
        // One node of two records of 24 bits: nothing on the left (the number of nodes), data on the right.
        let mut bytes = vec![0, 0, 1, 0, 0, 17];
        bytes.extend([0; 16]);
        bytes.push(0xe1);
        bytes.extend(text("country_code"));
        bytes.extend(text(code));
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        bytes.push(0xe9);
        for (name, value) in [
            ("node_count", number(6, 1)),
            ("record_size", number(5, 24)),
            ("ip_version", number(5, 4)),
            ("database_type", text("test")),
            ("languages", vec![0, 4]),
            ("binary_format_major_version", number(5, 2)),
            ("binary_format_minor_version", vec![0xa0]),
            ("build_epoch", vec![1, 2, 7]),
            ("description", vec![0xe0]),
        ] {
            bytes.extend(text(name));
            bytes.extend(value);
        }
        bytes
    }

    #[test]
    fn countries_are_found_and_nonsense_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countries.mmdb");
        std::fs::write(&path, database("jp")).unwrap();
        let countries = Countries::open(&path).unwrap();
        assert_eq!(countries.of([200, 1, 1, 1].into()), Some(*b"JP"));
        assert_eq!(countries.of([10, 1, 1, 1].into()), None);
        assert_eq!(countries.of("2001:db8::1".parse().unwrap()), None);
        std::fs::write(&path, "not a database").unwrap();
        let error = Countries::open(&path).unwrap_err().to_string();
        assert!(error.contains("MaxMind's format"), "{error}");
        assert!(Countries::open(Path::new("/nowhere.mmdb")).is_err());
    }
}
