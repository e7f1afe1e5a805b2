//! Broken scripts: what is said about each is kept beside it. Run with `DOSMUX_BLESS=1` to write
//! the texts anew, and look at the difference before it is committed.

use std::path::{Path, PathBuf};

use dosmux::script::parse;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken");

/// All scripts of the folder, in the order of their names.
fn scripts() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut scripts: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    scripts.sort();
    scripts
}

#[test]
fn each_broken_script_is_told_what_is_wrong_with_it() {
    let scripts = scripts();
    assert!(scripts.len() >= 30, "found {}", scripts.len());
    for path in scripts {
        let name = path.file_name().unwrap();
        // Relative paths keep the texts the same everywhere.
        let load = |named: &Path| {
            std::fs::read_to_string(Path::new(FOLDER).join(named))
                .map_err(|source| dosmux::config::FileError::Read { path: named.to_owned(), source })
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let error = parse::parse_with(Path::new(name), &text, &load).expect_err(&format!("{name:?} is broken"));
        let found = format!("{error}\n");
        let golden = path.with_extension("txt");
        if std::env::var_os("DOSMUX_BLESS").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        let kept = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, kept, "{name:?}");
    }
}
