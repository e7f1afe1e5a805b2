//! The arrows between the modules: no layer names one above it, and some crates stay on top.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may use. A module that is missing here fails the test: decide where it belongs.
const MAY_USE: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("clock", &["types"]),
    ("keys", &["types", "screen"]),
    ("screen", &["types"]),
    ("pointer", &[]),
    ("mem", &["types"]),
    ("disk", &["types", "mem"]),
    ("cpu", &["types", "mem"]),
    ("bare", &["types", "mem", "cpu"]),
    ("devices", &["types", "mem", "screen", "keys", "clock", "pointer"]),
    ("bios", &["types", "mem", "screen", "keys", "clock", "devices", "disk", "cpu::regs"]),
    ("dos", &["types", "mem", "screen", "clock", "devices", "disk", "cpu::regs"]),
    ("services", &["types", "mem", "pointer", "bios", "cpu::regs"]),
    (
        "monitor",
        &["types", "mem", "screen", "keys", "clock", "pointer", "devices", "disk", "bios", "dos", "services", "cpu"],
    ),
    ("config", &["types", "mem", "screen", "keys", "pointer", "disk"]),
    (
        "session",
        &[
            "types", "mem", "screen", "keys", "clock", "pointer", "devices", "disk", "bios", "dos", "cpu", "monitor",
            "config",
        ],
    ),
    ("script", &["types", "screen", "keys", "clock", "pointer", "disk", "monitor", "config", "session"]),
    ("testing", &["types", "screen", "keys", "clock", "pointer", "disk", "monitor", "config", "session", "script"]),
    ("tui", &["types", "screen", "keys", "clock", "pointer", "disk", "monitor", "config", "session"]),
    (
        "cli",
        &["types", "screen", "keys", "clock", "disk", "dos", "bare", "monitor", "config", "session", "script", "tui"],
    ),
];

/// Words that only some files may contain, by the start of their path in `src/`.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("crossterm", &["tui"]),
    ("ratatui", &["tui"]),
    ("nucleo_matcher", &["tui/list.rs"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("std::env", &["cli"]),
    ("std::process", &["cli", "session/host_commands.rs"]),
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("Instant::now", &["session/manager/host_time.rs", "tui", "cli"]),
    ("SystemTime::now", &["session/manager/host_time.rs"]),
    ("iced_x86", &["cpu", "bios/rom.rs", "dos/demo"]),
    ("pc_keyboard", &["bios", "keys"]),
    ("signal_hook", &["tui", "cli"]),
    ("toml::", &["config"]),
    ("tracing_subscriber", &["cli"]),
    ("serde::", &["script/report"]),
    ("serde_json", &["script/report", "script/schema.rs"]),
    ("quick_junit", &["script/report"]),
    ("indicatif", &["cli"]),
    ("notify::", &["cli"]),
    ("static mut", &[]),
    ("thread_local!", &[]),
    ("LazyLock", &[]),
    ("OnceLock", &[]),
];

/// A source file of a module, without comments and unit tests.
struct Source {
    module: String,
    path: PathBuf,
    code: String,
}

#[test]
fn no_module_uses_one_above_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == source.module) else {
            wrong.push(format!("{}: module `{}` has no place in MAY_USE", source.path.display(), source.module));
            continue;
        };
        for used in crate_paths(&source.code) {
            let own = used.split("::").next() == Some(source.module.as_str());
            let fits = |may: &&str| used == **may || used.starts_with(&format!("{may}::"));
            if !own && !allowed.iter().any(fits) {
                wrong.push(format!("{}: uses crate::{used}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn some_crates_and_calls_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (word, places) in KEPT_TO {
            if contains_word(&source.code, word) && !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("{}: {word}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_scanner_sees_each_way_to_name_a_module() {
    let code =
        "use crate::a::X;\nuse crate::{b, c::{D, e::F}, self};\nfn f() { crate::g::h::<u8>() } use crate::i as j;";
    let found: Vec<String> = crate_paths(code).into_iter().collect();
    assert_eq!(found, ["a::X", "b", "c::D", "c::e::F", "g::h", "i"]);
}

/// All files of `src/` that belong to a module.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(files.len() > 20, "src/ was found");
    files.into_iter().filter_map(|path| source(&root, path)).collect()
}

/// `None` for the crate's roots and for files that are unit tests as a whole.
fn source(root: &Path, path: PathBuf) -> Option<Source> {
    let inner = path.strip_prefix(root).expect("found below the root");
    let first = inner.components().next()?.as_os_str().to_str()?;
    let module = first.trim_end_matches(".rs").to_owned();
    let is_tests = inner.iter().any(|part| part == "tests.rs" || part == "tests");
    if is_tests || ["lib", "main"].contains(&module.as_str()) {
        return None;
    }
    let text = fs::read_to_string(&path).expect("sources are readable");
    Some(Source { module, path: inner.to_owned(), code: without_tests_and_comments(&text) })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src/ is readable") {
        let path = entry.expect("src/ is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Unit tests stand at the bottom of a file (house style) and may use what they like.
fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// True if `word` stands in `code` and no letter before it makes it another word.
fn contains_word(code: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let after = code[at + word.len()..].chars().next();
        !code[..at].ends_with(is_name) && (word.ends_with(['!', ':']) || !after.is_some_and(is_name))
    })
}

/// Every path that follows `crate::`, groups in braces taken apart.
fn crate_paths(code: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            tree("", &code[at + prefix.len()..], &mut paths);
        }
    }
    paths
}

/// Reads one use tree at the start of `text` below `prefix`; returns what follows it.
fn tree<'a>(prefix: &str, text: &'a str, paths: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            match rest.strip_prefix('}') {
                Some(after) => return after,
                None if rest.is_empty() => return rest,
                None => rest = tree(prefix, rest, paths),
            }
        }
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    match rest.strip_prefix("::") {
        Some(below) if !below.starts_with('<') => tree(&path, below, paths),
        _ => {
            if !name.is_empty() && name != "self" {
                paths.insert(path);
            }
            let renamed =
                rest.strip_prefix(" as ").map(|r| r.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
            let rest = renamed.unwrap_or(rest);
            // An odd character must not stop the reader inside a group.
            if name.is_empty() { rest.get(1..).unwrap_or_default() } else { rest }
        }
    }
}
