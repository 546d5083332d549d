//! Arbitrary answers of a forge: read as a request or not, and no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(answer) = serde_json::from_slice(data) {
        drop(hotfix::forge::read_any(&answer));
    }
});
