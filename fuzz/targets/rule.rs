#![no_main]
//! One rule: read, printed, read again.

use detect::rule::parse_rule;

libfuzzer_sys::fuzz_target!(|data: &[u8]| match parse_rule(data) {
    Ok(parsed) => {
        let printed = parsed.rule.to_string();
        let again = parse_rule(printed.as_bytes()).map(|again| again.rule);
        assert_eq!(again, Ok(parsed.rule), "{printed}");
    }
    Err(fault) => {
        assert!(!fault.message.is_empty());
        assert!(fault.span.start <= fault.span.end, "{fault:?}");
        assert!(fault.span.end <= data.len().max(1), "{fault:?}");
    }
});
