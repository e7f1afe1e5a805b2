//! What the other systems answered, as kept in files: a line for each case, its label and the outcome.

use std::path::PathBuf;

use super::outcome::Outcomes;

fn path(system: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/builtin_dos/compare/{system}.txt"))
}

fn lines(answers: &Outcomes) -> String {
    answers.iter().map(|(label, outcome)| format!("{label} | {outcome}\n")).collect()
}

/// Keeps what `system` answered.
pub(super) fn write(system: &str, answers: &Outcomes) {
    std::fs::write(path(system), lines(answers)).unwrap();
}

/// What `system` answered.
pub(super) fn read(system: &str) -> Outcomes {
    let text = std::fs::read_to_string(path(system)).unwrap();
    let split = |line: &str| line.split_once(" | ").map(|(label, outcome)| (label.to_owned(), outcome.to_owned()));
    text.lines().filter_map(split).collect()
}

/// What `system` answers is what was kept.
pub(super) fn check(system: &str, answers: &Outcomes) {
    for (kept, answer) in read(system).iter().zip(answers) {
        assert_eq!(answer, kept, "{system}: DOSMUX_BLESS=1 keeps what it answers now");
    }
    assert_eq!(read(system).len(), answers.len(), "{system}: DOSMUX_BLESS=1 keeps what it answers now");
}
