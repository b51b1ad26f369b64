#![no_main]
//! One conversation for the parser; see `hinomi_fuzz::conversation`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| hinomi_fuzz::conversation::hold(
    &wire::nfs::fields::UDP,
    data
));
