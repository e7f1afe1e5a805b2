//! The Test Anything Protocol, version 14.

use std::io::{self, Write};
use std::time::Duration;

use super::story::story;
use super::{Report, RunInfo};
use crate::script::case::CaseId;
use crate::script::outcome::{Class, Outcome};

/// Writes test points.
#[derive(Debug)]
pub struct Tap<W> {
    out: W,
    number: usize,
}

impl<W: Write> Tap<W> {
    /// A report on `out`.
    #[must_use]
    pub fn new(out: W) -> Tap<W> {
        Tap { out, number: 0 }
    }
}

impl<W: Write> Report for Tap<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        writeln!(self.out, "TAP version 14\n1..{}", run.cases)?;
        self.out.flush()
    }

    fn case(&mut self, id: &CaseId, outcome: &Outcome, _host_time: Duration) -> io::Result<()> {
        self.number += 1;
        let (word, directive) = match outcome.class() {
            Class::Passed => ("ok", ""),
            Class::Skipped => ("ok", " # SKIP the run had ended"),
            Class::Failed | Class::Broken | Class::Infrastructure => ("not ok", ""),
        };
        writeln!(self.out, "{word} {} - {}{directive}", self.number, escaped(&id.to_string()))?;
        if let Some(message) = outcome.message() {
            let story = outcome.failure().map(|_| story(&id.path.display().to_string(), outcome, false));
            self.out.write_all(diagnostic(outcome.class(), &message, story.as_deref()).as_bytes())?;
        }
        self.out.flush()
    }
}

/// A description as test points have it. Source: TAP 14 specification, "Escaping".
fn escaped(text: &str) -> String {
    let one_line = text.replace(['\r', '\n'], " ");
    one_line.replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML block. JSON's strings are YAML's; the story is a literal block, indented.
fn diagnostic(class: Class, message: &str, story: Option<&str>) -> String {
    let quoted = serde_json::to_string(message).unwrap_or_default();
    let mut out = format!("  ---\n  severity: {}\n  message: {quoted}\n", class.name());
    if let Some(story) = story {
        // The number says how far the block is indented: its first line may begin with a blank.
        out.push_str("  story: |2\n");
        out.extend(story.lines().map(|line| format!("    {line}\n")));
    }
    out.push_str("  ...\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples::reported;
    use super::*;

    #[test]
    fn each_case_is_a_test_point() {
        let text = String::from_utf8(reported(Tap::new(Vec::new())).out).unwrap();
        assert!(text.starts_with("TAP version 14\n1..5\nok 1 - s/0.toml\nnot ok 2 - s/1.toml\n  ---\n"), "{text}");
        assert!(
            text.contains("\n  message: \"step 2: expect = \\\"B:\\\\\\\\>\\\": not on the screen within 2s\"\n"),
            "{text}"
        );
        assert!(text.contains("\n  story: |2\n      t.toml:4:1: step 2 in session"), "{text}");
        assert!(text.ends_with("\nok 5 - s/4.toml # SKIP the run had ended\n"), "{text}");
    }

    #[test]
    fn names_cannot_be_taken_for_directives() {
        assert_eq!(escaped("a # SKIP \\ b\nnot ok"), "a \\# SKIP \\\\ b not ok");
    }
}
