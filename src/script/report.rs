//! Outcomes of scripts as text. Nothing of the host is in there, no duration least of all: the
//! same scripts give the same bytes everywhere.

use std::fmt::Write as _;
use std::path::Path;

use super::run::{Failure, Performance, SessionSummary};
use crate::screen::{CodePage, Screen};

/// Lines of a session's log that a failure shows.
const LOG_LINES: usize = 40;

/// What is printed about one script: a line if it passed, the whole story if it failed.
#[must_use]
pub fn performance_text(path: &Path, performance: &Performance) -> String {
    match &performance.failure {
        None => format!("ok      {}\n", path.display()),
        Some(failure) => failure_text(path, failure),
    }
}

/// A failed step: what was awaited, where the guest is, and what its screen and log show.
fn failure_text(path: &Path, failure: &Failure) -> String {
    let Failure { number, step, session, why, .. } = failure;
    let seconds = format!("{}.{:03} s", failure.now.as_ns() / 1_000_000_000, failure.now.as_ns() / 1_000_000 % 1000);
    let mut out = format!("FAILED  {}\n", path.display());
    line(&mut out, format_args!("  step {number} (line {}) in session `{session}`: {}", step.line, step.action));
    line(&mut out, format_args!("  {why}"));
    line(&mut out, format_args!("  guest time {seconds}, at {}, the screen is", failure.at));
    out.push_str(&screen_text(&failure.screen));
    let log = log_tail(&failure.log, failure.screen.code_page);
    if !log.is_empty() {
        line(&mut out, format_args!("  the end of its log (port E9h) is"));
        for text in log {
            line(&mut out, format_args!("  > {text}"));
        }
    }
    out
}

/// All rows of a screen between bars.
fn screen_text(screen: &Screen) -> String {
    (0..screen.rows).map(|row| format!("  |{}|\n", screen.row_text(row))).collect()
}

/// The last lines of a log, control characters shown as a display adapter draws them.
fn log_tail(log: &[u8], page: CodePage) -> Vec<String> {
    let text: String = log.iter().filter(|&&byte| byte != b'\r').map(|&byte| log_char(byte, page)).collect();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].iter().map(|&line| line.to_owned()).collect()
}

fn log_char(byte: u8, page: CodePage) -> char {
    if byte == b'\n' { '\n' } else { page.char(byte) }
}

/// A table of trap counts for each session; kinds that did not occur are left out.
#[must_use]
pub fn stats_text(performance: &Performance) -> String {
    performance.sessions.iter().map(session_stats).collect()
}

fn session_stats(session: &SessionSummary) -> String {
    let SessionSummary { name, ran, stats } = session;
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
pub fn summary_text(passed: usize, failed: usize, broken: usize) -> String {
    let mut parts = vec![format!("{passed} passed")];
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    if broken > 0 {
        parts.push(format!("{broken} could not be run"));
    }
    let total = passed + failed + broken;
    format!("{total} script{}: {}\n", if total == 1 { "" } else { "s" }, parts.join(", "))
}

/// Appends a line.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::FakeMachine;
    use crate::script::parse::parse;
    use crate::script::run::perform;
    use crate::script::stage::Stage;

    fn performance(steps: &str) -> Performance {
        let machine = FakeMachine::default().showing(std::time::Duration::from_millis(3), "A:\\>");
        let script = parse(Path::new("t.toml"), &format!("[sessions.left]\n{steps}")).unwrap();
        perform(&script, &mut Stage::new(vec![machine]))
    }

    #[test]
    fn a_script_that_passes_takes_a_line() {
        let performance = performance("[[steps]]\nwait = 'A:\\>'");
        assert_eq!(performance_text(Path::new("t.toml"), &performance), "ok      t.toml\n");
    }

    #[test]
    fn a_failure_tells_the_whole_story() {
        let performance = performance("[[steps]]\nwait = 'A:\\>'\n[[steps]]\ntimeout = '2s'\nexpect = 'B:\\>'");
        let expected = concat!(
            "FAILED  t.toml\n",
            "  step 2 (line 4) in session `left`: expect = \"B:\\\\>\"\n",
            "  not on the screen within 2s\n",
            "  guest time 2.003 s, at 1234:5678, the screen is\n",
            "  |A:\\>                |\n",
            "  |                    |\n",
            "  |                    |\n",
            "  the end of its log (port E9h) is\n",
            "  > booting\n",
            "  > ready\n",
        );
        assert_eq!(performance_text(Path::new("t.toml"), &performance), expected);
    }

    #[test]
    fn stats_count_each_kind_of_trap_that_occurred() {
        let expected = concat!(
            "  session `left`: 0.003 s of guest time, 1234567 instructions, 15 traps\n",
            "    CLI            3\n",
            "    INT           12\n",
        );
        assert_eq!(stats_text(&performance("[[steps]]\nwait = 'A:\\>'")), expected);
    }

    #[test]
    fn the_log_shows_its_last_lines() {
        let log: String = (0..50).map(|number| format!("line {number}\r\n")).collect();
        let tail = log_tail(log.as_bytes(), CodePage::US);
        assert_eq!((tail.len(), tail[0].as_str(), tail[39].as_str()), (40, "line 10", "line 49"));
        assert_eq!(log_tail(b"\x1b[31m\x82", CodePage::US), ["←[31mé"]);
    }

    #[test]
    fn the_summary_leaves_out_what_did_not_happen() {
        assert_eq!(summary_text(1, 0, 0), "1 script: 1 passed\n");
        assert_eq!(summary_text(3, 1, 2), "6 scripts: 3 passed, 1 failed, 2 could not be run\n");
    }
}
