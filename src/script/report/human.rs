//! The report that people read: a line for each case, and the whole story of each failure.

use std::io::{self, Write};
use std::time::Duration;

use super::story::{printable, story};
use super::{Report, line};
use crate::script::case::CaseId;
use crate::script::outcome::{Outcome, Tally, Verdict};
use crate::script::run::SessionSummary;

/// How much is said, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// With colours, as terminals understand them.
    pub color: bool,
    /// With a table of trap counts for each session.
    pub stats: bool,
}

/// Writes outcomes to one place, and what is wrong with scripts and host to another.
#[derive(Debug)]
pub struct Human<O, E> {
    out: O,
    err: E,
    style: Style,
}

impl<O: Write, E: Write> Human<O, E> {
    /// A report on `out`; `err` gets what is no outcome of a test.
    #[must_use]
    pub fn new(out: O, err: E, style: Style) -> Human<O, E> {
        Human { out, err, style }
    }
}

impl<O: Write, E: Write> Report for Human<O, E> {
    fn case(&mut self, id: &CaseId, outcome: &Outcome, _host_time: Duration) -> io::Result<()> {
        match &outcome.verdict {
            Verdict::Broken(_) => writeln!(self.err, "dosmux: {}", outcome.message().unwrap_or_default())?,
            Verdict::Trouble(what) => writeln!(self.err, "dosmux: {id}: {what}")?,
            Verdict::Skipped => {}
            Verdict::Passed | Verdict::Failed(_) | Verdict::GivenUp(_) => {
                self.out.write_all(case_text(id, outcome, self.style).as_bytes())?;
            }
        }
        self.out.flush()
    }

    fn end(&mut self, tally: &Tally, _host_time: Duration) -> io::Result<()> {
        self.out.write_all(summary_text(tally).as_bytes())?;
        self.out.flush()
    }
}

/// What is said about one case.
#[must_use]
pub fn case_text(id: &CaseId, outcome: &Outcome, style: Style) -> String {
    let mut out = String::new();
    let paint = |text: &str, code: &str| {
        if style.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    match (&outcome.verdict, outcome.failure()) {
        (Verdict::Failed(_), Some(_)) => {
            line(&mut out, format_args!("{}  {id}", paint("FAILED", "1;31")));
            out.push_str(&story(&id.path.display().to_string(), outcome, style.color));
        }
        (_, Some(_)) => {
            line(&mut out, format_args!("{}  {id}", paint("GIVEN UP", "1;33")));
            out.push_str(&story(&id.path.display().to_string(), outcome, style.color));
        }
        _ if outcome.is_flaky() => {
            line(&mut out, format_args!("{}      {id} (at the {}. try)", paint("ok", "33"), outcome.attempts));
        }
        _ => line(&mut out, format_args!("{}      {id}", paint("ok", "32"))),
    }
    for text in &outcome.log {
        line(&mut out, format_args!("  log: {}", printable(text)));
    }
    for blessing in &outcome.blessings {
        line(&mut out, format_args!("  {} is written anew:", blessing.path.display()));
        out.extend(blessing.diff.lines().map(|text| format!("  {text}\n")));
    }
    if let Some(folder) = &outcome.artifacts {
        line(&mut out, format_args!("  more in {}", folder.display()));
    }
    if style.stats {
        out.extend(outcome.sessions.iter().map(session_stats));
    }
    out
}

/// A table of a session's trap counts; kinds that did not occur are left out.
fn session_stats(session: &SessionSummary) -> String {
    let SessionSummary { name, ran, stats, .. } = session;
    let rows = || stats.rows().filter(|&(_, count)| count > 0);
    let width = rows().map(|(kind, _)| kind.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    line(
        &mut out,
        format_args!(
            "  session `{name}`: {}.{:03} s of guest time, {} instructions, {} traps",
            ran.as_secs(),
            ran.subsec_millis(),
            stats.instructions,
            rows().map(|(_, count)| count).sum::<u64>(),
        ),
    );
    for (kind, count) in rows() {
        line(&mut out, format_args!("    {kind:width$} {count:>12}"));
    }
    out
}

/// The last line of a run: how many scripts did what.
#[must_use]
pub fn summary_text(tally: &Tally) -> String {
    let counts = [
        (tally.failed, "failed"),
        (tally.broken, "could not be run"),
        (tally.infrastructure, "given up"),
        (tally.skipped, "skipped"),
        (tally.flaky, "not at once"),
    ];
    let mut text = format!("{} passed", tally.passed);
    for (count, what) in counts.into_iter().filter(|&(count, _)| count > 0) {
        text.push_str(&format!(", {count} {what}"));
    }
    let total = tally.total();
    format!("{total} script{}: {text}\n", if total == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{id, passed, reported};
    use super::*;

    #[test]
    fn a_case_that_passes_takes_a_line() {
        assert_eq!(case_text(&id("t.toml"), &passed(), Style::default()), "ok      t.toml\n");
        let twice = Outcome { attempts: 2, ..passed() };
        assert_eq!(case_text(&id("t.toml"), &twice, Style::default()), "ok      t.toml (at the 2. try)\n");
    }

    #[test]
    fn failures_go_to_one_place_and_trouble_to_the_other() {
        let report = reported(Human::new(Vec::new(), Vec::new(), Style::default()));
        let (out, err) = (String::from_utf8(report.out).unwrap(), String::from_utf8(report.err).unwrap());
        assert!(out.starts_with("ok      s/0.toml\nFAILED  s/1.toml\n  t.toml:4:1: step 2 in session"), "{out}");
        assert!(out.ends_with("\n5 scripts: 1 passed, 1 failed, 1 could not be run, 1 given up, 1 skipped\n"), "{out}");
        let unknown = "dosmux: t.toml:1:1: stops: unknown key;";
        assert!(err.starts_with(unknown) && err.ends_with("\ndosmux: s/3.toml: the disk is full\n"), "{err}");
    }

    #[test]
    fn stats_count_each_kind_of_trap_that_occurred() {
        let expected = concat!(
            "ok      t.toml\n",
            "  session `left`: 0.003 s of guest time, 1234567 instructions, 15 traps\n",
            "    CLI            3\n",
            "    INT           12\n",
        );
        assert_eq!(case_text(&id("t.toml"), &passed(), Style { stats: true, color: false }), expected);
    }

    #[test]
    fn the_summary_leaves_out_what_did_not_happen() {
        let tally = Tally { passed: 1, ..Tally::default() };
        assert_eq!(summary_text(&tally), "1 script: 1 passed\n");
        let tally = Tally { passed: 3, failed: 1, broken: 2, flaky: 1, ..Tally::default() };
        assert_eq!(summary_text(&tally), "6 scripts: 3 passed, 1 failed, 2 could not be run, 1 not at once\n");
    }
}
