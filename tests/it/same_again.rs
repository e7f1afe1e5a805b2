//! The same scripts give the same bytes: at any load, with any number of jobs, any number of times.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};

const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/images");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
/// How often the boot is run by each number of jobs, unless the variable says otherwise.
const RUNS: &str = "12";
const RUNS_VARIABLE: &str = "DOSMUX_RUNS";

/// What `dosmux test --json` prints, without the fields that depend on the host.
fn json(args: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_dosmux"))
        .args(["test", "--json"])
        .args(args)
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(without_host_fields).collect()
}

/// A line without the fields whose names begin with `host_`.
fn without_host_fields(line: &str) -> String {
    let mut object: Map<String, Value> = serde_json::from_str(line).expect("each line is an object");
    object.retain(|name, _| !name.starts_with("host_"));
    Value::Object(object).to_string()
}

/// Does `work` while other threads keep the host's cores busy.
fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

#[test]
fn a_suite_gives_the_same_bytes_at_another_load_and_with_other_jobs() {
    if !crate::scripts::have_images("a_suite_gives_the_same_bytes_at_another_load_and_with_other_jobs") {
        return;
    }
    let choice = [SCRIPTS, "--filter", "boot-1", "--filter", "isolation", "--filter", "vim", "--filter", "primes"];
    let alone = json(&[&choice[..], &["--jobs", "1"]].concat());
    let crowd = under_load(|| json(&[&choice[..], &["--jobs", "8"]].concat()));
    assert!(alone.len() > 6, "{alone:?}");
    assert_eq!(alone, crowd);
}

#[test]
fn many_runs_of_a_boot_give_one_and_the_same_json() {
    if !crate::scripts::have_images("many_runs_of_a_boot_give_one_and_the_same_json") {
        return;
    }
    let folder = tempfile::tempdir().expect("the host has room for files");
    let script = folder.path().join("dir.toml");
    let image = Path::new(IMAGES).join("freedos-160K.img");
    let steps = "[[steps]]\nwait = 'A:\\>'\n[[steps]]\ntype = \"dir\\n\"\n[[steps]]\nexpect = 'bytes free'\n";
    let text = format!("[sessions.a]\nfloppies = ['{}']\n{steps}", image.display());
    std::fs::write(&script, text).expect("the folder is ours");
    let runs = std::env::var(RUNS_VARIABLE).unwrap_or_else(|_| RUNS.to_owned());
    let lines = |jobs| json(&[script.to_str().expect("the path is text"), "--repeat", &runs, "--jobs", jobs]);
    let (alone, crowd) = (lines("1"), lines("8"));
    assert_eq!(alone, crowd);
    let cases = &alone[1..alone.len() - 1];
    assert_eq!(cases.len().to_string(), runs);
    for (number, case) in (1..).zip(cases) {
        let first = cases[0].replace("\"run\":1,", &format!("\"run\":{number},"));
        assert_eq!(*case, first);
    }
}
