//! Interfaces and operations of remote procedure calls, as `wire::dcerpc` shows them.

use crate::rule::ast::DceInterface;

/// Whether the buffer (UUID, two bytes of major version, 1 if the first fragment was seen) is the interface.
pub(crate) fn is_interface(buffer: &[u8], wanted: &DceInterface) -> bool {
    let Some((uuid, [high, low, first])) = buffer.split_first_chunk::<16>() else {
        return false;
    };
    let major = u16::from_be_bytes([*high, *low]);
    *uuid == wanted.uuid
        && (wanted.any_fragment || *first == 1)
        && wanted
            .version
            .is_none_or(|version| version.accepts(major.into()))
}

/// Whether the buffer (two bytes) is an operation within one of the ranges, ends included.
pub(crate) fn is_operation(buffer: &[u8], ranges: &[(u16, u16)]) -> bool {
    let [high, low] = buffer else { return false };
    let operation = u16::from_be_bytes([*high, *low]);
    ranges
        .iter()
        .any(|(low, high)| (*low..=*high).contains(&operation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ast::Comparison;

    #[test]
    fn versions_fragments_and_ranges_are_compared() {
        let mut buffer = vec![7; 16];
        buffer.extend([0, 2, 1]);
        let wanted = |version, any_fragment| DceInterface {
            uuid: [7; 16],
            version,
            any_fragment,
        };
        assert!(is_interface(&buffer, &wanted(None, false)));
        assert!(is_interface(
            &buffer,
            &wanted(Some(Comparison::Equal(2)), false)
        ));
        assert!(!is_interface(
            &buffer,
            &wanted(Some(Comparison::Equal(1)), false)
        ));
        buffer[18] = 0;
        assert!(!is_interface(&buffer, &wanted(None, false)));
        assert!(is_interface(&buffer, &wanted(None, true)));
        assert!(!is_interface(b"short", &wanted(None, true)));
        assert!(is_operation(&[0, 12], &[(1, 3), (10, 12)]));
        assert!(!is_operation(&[0, 13], &[(1, 3), (10, 12)]));
        assert!(!is_operation(&[12], &[(0, 65_535)]));
    }
}
