//! The log of a session: what it prints, as text, line by line as it scrolls off the screen, and what
//! is left on the screen at the end. It goes behind whatever the file holds.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Session, SessionError};
use crate::config::SessionSpec;
use crate::monitor::vm::Vm;
use crate::screen::{CodePage, Scrollback};

/// Rows that are kept at least while there is a log, whatever the settings say of the scrollback:
/// more than scroll off between two slices.
const LEAST_ROWS: u32 = 2000;

/// Whether and where a session is logged.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    log: Option<Log>,
    /// Rows that the settings want to be kept.
    rows: u32,
    /// Why the log ended, until somebody asks.
    problem: Option<String>,
}

#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    /// Rows that had scrolled off when it was last written.
    written: u64,
}

impl Transcript {
    /// The log that the settings of a new session want.
    pub(super) fn of(spec: &SessionSpec) -> Result<Transcript, SessionError> {
        let open = |path: &PathBuf| Log::open(path, 0).map_err(|cause| cannot_open(&spec.name, path, cause));
        Ok(Transcript { log: spec.log.as_ref().map(open).transpose()?, ..Transcript::default() })
    }

    /// Keeps the newest `rows` rows, or more if they are logged.
    pub(super) fn keep_rows(&mut self, rows: u32, vm: &mut Vm) {
        self.rows = rows;
        let rows = if self.log.is_some() { rows.max(LEAST_ROWS) } else { rows };
        vm.set_scrollback_limit(usize::try_from(rows).unwrap_or(usize::MAX));
    }
}

impl Log {
    fn open(path: &Path, written: u64) -> io::Result<Log> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Log { path: path.to_owned(), file, written })
    }

    /// Writes the rows that have come since the last call.
    fn follow(&mut self, rows: &Scrollback, code_page: CodePage) -> io::Result<()> {
        let new = usize::try_from(rows.total() - self.written).unwrap_or(usize::MAX);
        if new == 0 {
            return Ok(());
        }
        self.written = rows.total();
        let mut text = String::new();
        if new > rows.len() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "[{} lines are missing: they scrolled off too fast]", new - rows.len());
        }
        for row in (rows.len().saturating_sub(new)..rows.len()).filter_map(|index| rows.row(index)) {
            let line: String = row.codes().iter().map(|&code| code_page.char(code)).collect();
            push_line(&mut text, &line);
        }
        self.file.write_all(text.as_bytes())
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end_matches([' ', '\0']));
    text.push('\n');
}

fn cannot_open(session: &str, path: &Path, cause: io::Error) -> SessionError {
    SessionError::Log { session: session.to_owned(), path: path.to_owned(), cause }
}

impl Session {
    /// Appends what the session prints to the file at `path` from now on, or ends the log there is. What
    /// is on the screen then goes into the log first.
    ///
    /// *Errors*: the file cannot be opened; all stays as it was.
    pub fn set_log(&mut self, path: Option<&Path>) -> Result<(), SessionError> {
        if self.logged_to() == path {
            return Ok(());
        }
        let scrolled_off = self.vm.scrollback().total();
        let open = |path: &Path| Log::open(path, scrolled_off).map_err(|cause| cannot_open(&self.name, path, cause));
        let log = path.map(open).transpose()?;
        self.end_log();
        self.transcript.log = log;
        self.transcript.keep_rows(self.transcript.rows, &mut self.vm);
        Ok(())
    }

    /// The file that the session is logged to.
    #[must_use]
    pub fn logged_to(&self) -> Option<&Path> {
        self.transcript.log.as_ref().map(|log| log.path.as_path())
    }

    /// Writes what has scrolled off since the last call.
    pub(super) fn write_log(&mut self) {
        let Some(log) = &mut self.transcript.log else { return };
        let code_page = self.typing.code_page;
        if let Err(error) = log.follow(self.vm.scrolled_off(), code_page) {
            self.log_failed(&error);
        }
    }

    /// Ends the log with what is left on the screen.
    pub(super) fn end_log(&mut self) {
        if self.transcript.log.is_none() {
            return;
        }
        self.vm.scrollback();
        self.write_log();
        let Some(mut log) = self.transcript.log.take() else { return };
        let mut text = String::new();
        self.screen().text().trim_end().lines().for_each(|line| push_line(&mut text, line));
        if let Err(error) = log.file.write_all(text.as_bytes()) {
            self.log_failed(&error);
        }
    }

    /// Why the log ended by itself, if it did since the last call.
    pub fn take_log_problem(&mut self) -> Option<String> {
        self.transcript.problem.take()
    }

    fn log_failed(&mut self, error: &io::Error) {
        tracing::error!(session = self.name, %error, "cannot write the session's log; it ends here");
        let path = self.transcript.log.take().map(|log| log.path.display().to_string()).unwrap_or_default();
        self.transcript.problem = Some(format!("the log {path} of session {} ends here: {error}", self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(rows: &mut Scrollback, text: &str) {
        let cells: Vec<u8> = text.bytes().flat_map(|code| [code, 7]).collect();
        rows.push(&cells);
    }

    #[test]
    fn each_row_is_written_once_behind_what_the_file_held() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "old\n").unwrap();
        let mut log = Log::open(&path, 0).unwrap();
        let mut rows = Scrollback::new(10);
        log.follow(&rows, CodePage::US).unwrap();
        rows.push(&[b'o', 7, 0x81, 7, b' ', 7]);
        log.follow(&rows, CodePage::US).unwrap();
        push(&mut rows, "");
        push(&mut rows, "three");
        log.follow(&rows, CodePage::US).unwrap();
        log.follow(&rows, CodePage::US).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old\no\u{fc}\n\nthree\n");
    }

    #[test]
    fn rows_that_came_before_the_log_are_left_out_and_lost_ones_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut rows = Scrollback::new(2);
        push(&mut rows, "before");
        let mut log = Log::open(&path, rows.total()).unwrap();
        for text in ["a", "b", "c", "d"] {
            push(&mut rows, text);
        }
        log.follow(&rows, CodePage::US).unwrap();
        let expected = "[2 lines are missing: they scrolled off too fast]\nc\nd\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }
}
