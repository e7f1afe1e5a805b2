//! Scripts and session tables: any text is read or refused with a message.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = Path::new("fuzz");
    // A script that includes files includes itself at most: no file of the host is read.
    let load = |_: &Path| Ok(text.to_owned());
    if let Err(error) = dosmux::script::parse::parse_with(path, text, &load) {
        assert!(!error.to_string().is_empty());
    }
    if let Err(error) = dosmux::config::parse(path, text) {
        assert!(!error.to_string().is_empty());
    }
});
