//! Rule text and bytes in, yes or no out.

use super::chain;
use super::notes::Notes;
use crate::rule::parse_rule;
use crate::signature::compile::test_chains;
use proptest::prelude::*;

/// Whether a rule with these options over the payload matches the bytes.
fn matches(options: &str, bytes: &[u8]) -> bool {
    let text = format!("alert tcp any any -> any any (msg:\"t\"; {options} sid:1;)");
    let parsed = parse_rule(text.as_bytes()).unwrap_or_else(|fault| panic!("{options}: {fault:?}"));
    let (chains, variables) =
        test_chains(&parsed.rule).unwrap_or_else(|missing| panic!("{options}: {missing:?}"));
    let mut notes = Notes::default();
    notes.restart(variables);
    chains
        .iter()
        .all(|chain| chain::matches(&chain.steps, bytes, &mut notes))
}

#[track_caller]
fn check(cases: &[(&str, &[u8], bool)]) {
    for (options, bytes, wanted) in cases {
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(matches(options, bytes), *wanted, "{options} on {shown:?}");
    }
}

#[test]
fn content_and_its_places() {
    check(&[
        ("content:\"abc\";", b"xxabcxx", true),
        ("content:\"abc\";", b"xxABCxx", false),
        ("content:\"abc\"; nocase;", b"xxABCxx", true),
        ("content:\"|00 ff|a\";", b"\x00\xffa", true),
        ("content:!\"abc\";", b"xxabc", false),
        ("content:!\"abc\";", b"xxab", true),
        ("content:\"abc\"; depth:3;", b"abcx", true),
        ("content:\"abc\"; depth:3;", b"xabc", false),
        ("content:\"abc\"; offset:1; depth:3;", b"xabc", true),
        ("content:\"abc\"; offset:2;", b"xabc", false),
        ("content:\"abc\"; startswith;", b"abcx", true),
        ("content:\"abc\"; startswith;", b"xabc", false),
        ("content:\"abc\"; endswith;", b"abcabc", true),
        ("content:\"abc\"; endswith;", b"abcabcx", false),
        ("content:\"abc\"; startswith; endswith;", b"abc", true),
        ("content:!\"abc\"; endswith;", b"abc", false),
        ("content:!\"abc\"; endswith;", b"abcx", true),
        ("content:\"abc\";", b"", false),
    ]);
}

#[test]
fn relative_contents_try_later_places() {
    check(&[
        (
            "content:\"a\"; content:\"b\"; distance:1; within:1;",
            b"axb",
            true,
        ),
        (
            "content:\"a\"; content:\"b\"; distance:1; within:1;",
            b"ab",
            false,
        ),
        ("content:\"a\"; content:\"b\"; within:1;", b"axab", true),
        (
            "content:\"a\"; content:\"b\"; within:1; content:\"c\"; within:1;",
            b"abxabc",
            true,
        ),
        (
            "content:\"b\"; content:\"a\"; distance:-2; within:1;",
            b"ab",
            true,
        ),
        ("content:\"a\"; content:!\"b\"; within:1;", b"ab", false),
        ("content:\"a\"; content:!\"b\"; within:1;", b"abac", true),
        (
            "content:\"a\"; content:\"b\"; distance:0; content:\"c\"; depth:1;",
            b"cab",
            true,
        ),
        (
            "content:\"a\"; content:\"b\"; distance:0; content:\"c\"; depth:1;",
            b"abc",
            false,
        ),
        (
            "content:\"GET \"; content:\"HTTP\"; distance:10; within:4;",
            b"GET GET 0123456789HTTP",
            true,
        ),
    ]);
}

#[test]
fn expressions() {
    check(&[
        ("pcre:\"/a[0-9]+b/\";", b"xxa12b", true),
        ("pcre:\"/A[0-9]+B/i\";", b"xxa12b", true),
        ("pcre:!\"/a[0-9]+b/\";", b"xxa12b", false),
        ("pcre:\"/^b/R\";", b"b", true),
        ("content:\"a\"; pcre:\"/^b/R\";", b"xxacab", true),
        ("content:\"a\"; pcre:\"/^b/R\";", b"xxacad", false),
        (
            "pcre:\"/a./\"; content:\"c\"; distance:0; within:1;",
            b"abdabc",
            true,
        ),
        ("pcre:\"/\\xff\\x00$/\";", b"a\xff\x00", true),
        ("pcre:\"/a.c/s\";", b"a\nc", true),
        ("pcre:\"/a.c/\";", b"a\nc", false),
        ("pcre:\"/b/A\";", b"ab", false),
    ]);
}

#[test]
fn a_catastrophic_expression_ends() {
    let text = vec![b'a'; 200_000];
    assert!(!matches("pcre:\"/^(a+)+$b/\";", &text));
    assert!(!matches(
        "content:\"a\"; content:\"a\"; distance:0; content:\"a\"; distance:0; content:\"b\"; distance:0;",
        &text
    ));
}

#[test]
fn sizes_and_ends() {
    check(&[
        ("content:\"a\"; isdataat:1,relative;", b"ab", true),
        ("content:\"a\"; isdataat:1,relative;", b"ba", false),
        ("content:\"a\"; isdataat:!1,relative;", b"ba", true),
        ("content:\"a\"; isdataat:!1,relative;", b"aba", true),
        ("isdataat:2;", b"abc", true),
        ("isdataat:3;", b"abc", false),
        ("isdataat:!3;", b"ab", true),
    ]);
}

#[test]
fn numbers_in_the_payload() {
    check(&[
        ("byte_test:2,=,258,0;", b"\x01\x02", true),
        ("byte_test:2,=,513,0,little;", b"\x01\x02", true),
        ("byte_test:2,>,258,0;", b"\x01\x02", false),
        ("byte_test:2,!=,1,0;", b"\x01\x02", true),
        ("byte_test:1,&,4,0;", b"\x06", true),
        ("byte_test:1,!&,4,0;", b"\x06", false),
        ("byte_test:4,=,1,0;", b"\x00\x01", false),
        (
            "content:\"n=\"; byte_test:3,>,100,0,relative,string,dec;",
            b"n=123;",
            true,
        ),
        ("byte_test:4,=,255,0,string,hex;", b"00ff", true),
        ("byte_test:0,=,1234,0,string,dec;", b"1234\r\n", true),
        ("byte_test:0,=,1234,0,string,dec;", b"1234", true),
        ("byte_test:0,=,123,0,string,dec;", b"1234", false),
        ("byte_test:0,>=,0,4,string,dec;", b"1234", false),
        ("byte_test:2,=,3,0,bitmask 0x0f00;", b"\x03\x00", true),
        ("byte_jump:1,0; content:\"x\"; within:1;", b"\x02aax", true),
        ("byte_jump:1,0; content:\"x\"; within:1;", b"\x02axa", false),
        ("byte_jump:1,0; content:\"x\"; within:1;", b"\x09ax", false),
        ("byte_jump:1,0; isdataat:!1,relative;", b"\x02ax", true),
        ("byte_jump:1,0; isdataat:!1,relative;", b"\x03ax", false),
        (
            "content:\"L\"; byte_jump:1,0,relative; content:\"x\"; within:1;",
            b"L\x01ax",
            true,
        ),
        (
            "byte_jump:1,0,from_beginning; content:\"x\"; within:1;",
            b"\x02ax",
            true,
        ),
        (
            "content:\"c\"; byte_jump:0,0,relative,post_offset -9; content:\"a\"; within:1;",
            b"abc",
            true,
        ),
        (
            "byte_jump:1,0,multiplier 2; content:\"x\"; within:1;",
            b"\x01aax",
            true,
        ),
        (
            "byte_extract:1,0,n; content:\"x\"; offset:n;",
            b"\x03aax",
            true,
        ),
        (
            "byte_extract:1,0,n; content:\"x\"; offset:n;",
            b"\x03axa",
            false,
        ),
        ("byte_extract:1,0,n; byte_test:1,=,n,1;", b"\x05\x05", true),
        (
            "byte_math:bytes 1, offset 0, oper +, rvalue 1, result r; byte_test:1,=,r,1;",
            b"\x05\x06",
            true,
        ),
    ]);
}

#[test]
fn base64() {
    check(&[
        (
            "content:\"d=\"; base64_decode:relative; base64_data; content:\"hello\";",
            b"d=aGVsbG8gd29ybGQ=",
            true,
        ),
        (
            "content:\"d=\"; base64_decode:relative; base64_data; content:\"nope\";",
            b"d=aGVsbG8gd29ybGQ=",
            false,
        ),
        (
            "base64_decode:bytes 8, offset 2; base64_data; content:\"hello\"; startswith;",
            b"d=aGVsbG8gd29ybGQ=",
            true,
        ),
    ]);
}

proptest! {
    #[test]
    fn any_payload_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for options in [
            "content:\"|00|\"; content:\"|01|\"; distance:-3; within:9;",
            "byte_jump:4,0,little,multiplier 4,align,post_offset -8; content:\"a\"; within:4;",
            "byte_extract:4,0,n,string,dec; content:\"a\"; distance:n;",
            "byte_math:bytes 4, offset 0, oper <<, rvalue 31, result r; isdataat:r,relative;",
            "pcre:\"/(.)(.)\\2\\1/\"; byte_test:4,>,7,-2,relative;",
        ] {
            let _ = matches(options, &bytes);
        }
    }

    /// Without modifiers a content is a plain search, with `nocase` a caseless one.
    #[test]
    fn a_content_is_a_search(bytes in "[aAbB]{0,40}", wanted in "[aAbB]{1,3}") {
        let exact = matches(&format!("content:\"{wanted}\";"), bytes.as_bytes());
        prop_assert_eq!(exact, bytes.contains(&wanted));
        let caseless = matches(&format!("content:\"{wanted}\"; nocase;"), bytes.as_bytes());
        prop_assert_eq!(caseless, bytes.to_lowercase().contains(&wanted.to_lowercase()));
    }
}
