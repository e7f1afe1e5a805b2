//! UNIX: runs a command of the host that the session's settings allow.
//!
//! `UNIX command [arguments]`. The command runs in the current directory, where its drive is one of the
//! host's; what it writes, errors included, is UNIX's standard output, and its exit code UNIX's. There is
//! no shell in between: wildcards and quotes mean nothing to anybody, but quotes keep blanks together.

use std::fs::File;
use std::sync::Arc;

use super::super::Dos;
use super::super::app::{Answer, Call, Request, tail};
use super::super::host_command::{HostCommand, Progress};
use crate::screen::CodePage;

const STDOUT: u16 = 1;
const STDERR: u16 = 2;
/// Exit codes as of the host's shells: cannot be run.
const CANNOT_RUN: u8 = 126;
const INT_SYSTEM: u8 = 0x15;
const INT_DOS: u8 = 0x21;
/// INT 15h/AH=86h: waits CX:DX microseconds.
const WAIT: u16 = 0x8600;
const WAIT_US: u16 = 20_000;
/// INT 21h/AH=0Bh: looks at the keyboard, and ends the program if there is a Ctrl-C.
const LOOK_FOR_BREAK: u16 = 0x0B00;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Unix {
    command: Option<Arc<dyn HostCommand>>,
    /// What it ends with, once there is nothing left to write.
    code: Option<u8>,
    looked: bool,
    /// The last byte was a CR: of the output, which may have the line ends of either.
    text: Text,
}

impl Unix {
    pub(in crate::dos) const HELP: &'static str = "\
Runs a command of the host in the current directory, without a shell.

UNIX command [arguments]

The session's settings name the commands that may be run (host_commands).
";

    pub(in crate::dos) fn go_on(&mut self, dos: &Dos<'_>, answer: Answer) -> Request {
        match answer {
            Answer::Begin => match self.begin(dos) {
                Ok(()) => self.look(dos),
                Err(text) => {
                    self.code = Some(CANNOT_RUN);
                    Request::Write(STDERR, format!("UNIX: {text}\r\n").into_bytes())
                }
            },
            Answer::Failed(_) | Answer::Break => Request::Exit(self.code.unwrap_or(CANNOT_RUN)),
            Answer::Written | Answer::Data(_) | Answer::Returned(_) => match self.code {
                Some(code) => Request::Exit(code),
                None => self.look(dos),
            },
        }
    }

    fn begin(&mut self, dos: &Dos<'_>) -> Result<(), String> {
        let Some(host) = &dos.state.host_commands else {
            return Err(
                "no command of the host may run here: host_commands in the settings names those that may".to_owned()
            );
        };
        let words = words(&tail(dos), dos.state.page);
        let (name, arguments) = words.split_first().ok_or("which command?")?;
        self.command = Some(host.start(name, arguments, directory(dos)?)?);
        Ok(())
    }

    /// The next step while the command runs.
    fn look(&mut self, dos: &Dos<'_>) -> Request {
        let Some(command) = &self.command else { return Request::Exit(CANNOT_RUN) };
        match command.look() {
            Progress::Output(bytes) => {
                let bytes = self.text.convert(&bytes, dos.state.page);
                if bytes.is_empty() { self.pause() } else { Request::Write(STDOUT, bytes) }
            }
            Progress::Waits => self.pause(),
            Progress::Ended(code) => Request::Exit(code),
        }
    }

    /// A look for Ctrl-C and a pause by turns.
    fn pause(&mut self) -> Request {
        self.looked = !self.looked;
        if self.looked {
            Request::Interrupt(INT_DOS, Call { ax: LOOK_FOR_BREAK, ..Call::default() })
        } else {
            Request::Interrupt(INT_SYSTEM, Call { ax: WAIT, dx: WAIT_US, ..Call::default() })
        }
    }
}

/// The current directory on the host.
fn directory(dos: &Dos<'_>) -> Result<File, String> {
    let number = dos.current_drive();
    let drive = dos.drive(number).and_then(|drive| drive.writable()).map_err(|_| "this drive is not the host's")?;
    drive.directory(&dos.current_directory(number)).map_err(|error| error.to_string())
}

/// The words of a command tail, as text.
fn words(tail: &[u8], page: CodePage) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for &byte in tail {
        match byte {
            b'"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            b' ' | b'\t' if !quoted => words.extend(word.take()),
            byte => word.get_or_insert_default().push(page.char(byte)),
        }
    }
    words.extend(word);
    words
}

/// Output of the host as text of DOS.
#[derive(Clone, Debug, Default)]
struct Text {
    /// The beginning of a character whose end has not come yet.
    begun: Vec<u8>,
    after_cr: bool,
}

impl Text {
    fn convert(&mut self, bytes: &[u8], page: CodePage) -> Vec<u8> {
        let mut bytes = [std::mem::take(&mut self.begun).as_slice(), bytes].concat();
        if let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
        {
            self.begun = bytes.split_off(error.valid_up_to());
        }
        let mut out = Vec::with_capacity(bytes.len());
        for c in String::from_utf8_lossy(&bytes).chars() {
            if c == '\n' && !self.after_cr {
                out.push(b'\r');
            }
            self.after_cr = c == '\r';
            out.push(if c.is_ascii() { u8::try_from(c).unwrap_or(b'?') } else { page.code(c).unwrap_or(b'?') });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_blanks_together() {
        assert_eq!(
            words(b" git commit -m \"two words\" \"\" a\"b c\"", CodePage::US),
            ["git", "commit", "-m", "two words", "", "ab c"]
        );
        assert!(words(b"  ", CodePage::US).is_empty());
    }

    #[test]
    fn output_gets_the_lines_and_characters_of_dos() {
        let mut text = Text::default();
        assert_eq!(text.convert("ä\nb\r\n\u{4E2D}".as_bytes(), CodePage::US), b"\x84\r\nb\r\n?");
        assert_eq!((text.convert(b"\xC3", CodePage::US), text.convert(b"\xA4", CodePage::US)), (vec![], vec![0x84]));
    }
}
