//! Annotations of GitHub Actions: what did not pass, at its line in the script.

use std::io::{self, Write};
use std::time::Duration;

use super::Report;
use super::story::story;
use crate::config::FileError;
use crate::script::case::CaseId;
use crate::script::outcome::{Outcome, ScriptError, Verdict};

/// Writes workflow commands.
#[derive(Debug)]
pub struct GitHub<W>(W);

impl<W: Write> GitHub<W> {
    /// A report on `out`, where the runner reads commands.
    #[must_use]
    pub fn new(out: W) -> GitHub<W> {
        GitHub(out)
    }
}

impl<W: Write> Report for GitHub<W> {
    fn case(&mut self, id: &CaseId, outcome: &Outcome, _host_time: Duration) -> io::Result<()> {
        let Some(message) = outcome.message() else { return Ok(()) };
        let path = id.path.display().to_string();
        let story = outcome.failure().map(|_| format!("\n{}", story(&path, outcome, false)));
        let place = place(outcome).map_or_else(String::new, |(line, col)| match col {
            Some(col) => format!(",line={line},col={col}"),
            None => format!(",line={line}"),
        });
        let title = property(&format!("{id}: {}", outcome.class().name()));
        let text = data(&format!("{message}{}", story.unwrap_or_default()));
        writeln!(self.0, "::error file={}{place},title={title}::{text}", property(&path))?;
        self.0.flush()
    }
}

/// Line and column that an outcome points to.
fn place(outcome: &Outcome) -> Option<(usize, Option<usize>)> {
    match &outcome.verdict {
        Verdict::Broken(ScriptError::File(error)) => match **error {
            FileError::Bad { line, col, .. } => Some((line, Some(col))),
            FileError::Read { .. } => None,
        },
        _ => outcome.failure().map(|failure| (failure.step.place.line, Some(failure.step.place.col))),
    }
}

/// Text as commands have it. Source: `escapeData` of the toolkit of GitHub Actions.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as properties of commands have it. Source: `escapeProperty` of the same.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples::reported;
    use super::*;

    #[test]
    fn what_did_not_pass_is_an_error_at_its_place() {
        let text = String::from_utf8(reported(GitHub::new(Vec::new())).0).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        let failed = "::error file=s/1.toml,line=4,col=1,title=s/1.toml%3A failed::step 2: expect = \"B:\\\\>\": not on the screen within 2s%0A";
        assert!(lines[0].starts_with(failed), "{text}");
        assert!(lines[1].starts_with("::error file=s/2.toml,line=1,col=1,title="), "{text}");
        assert_eq!(lines[2], "::error file=s/3.toml,title=s/3.toml%3A infrastructure::the disk is full");
    }

    #[test]
    fn names_cannot_end_a_property() {
        assert_eq!(property("a,b:c%\n::x"), "a%2Cb%3Ac%25%0A%3A%3Ax");
    }
}
