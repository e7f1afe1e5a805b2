//! MORE: text, a screen at a time. Source: MS-DOS 5 User's Guide, MORE.

use super::super::app::{Answer, Request, tail};
use super::super::shell::{Words, open};
use super::super::{Dos, psp, sft};
use super::source::Source;
use super::{CTRL_Z, STDERR, STDIN, STDOUT, int21};
use crate::types::{SegOff, lo8};

/// BIOS data area: the screen's last row, and its columns. Source: RBIL, MEM 0040h:0084h, 0040h:004Ah.
const LAST_ROW: SegOff = SegOff { seg: 0x40, off: 0x84 };
const COLUMNS: SegOff = SegOff { seg: 0x40, off: 0x4A };
const PROMPT: &[u8] = b"-- More --";
/// Back over it, blanks, and back again: text may stand in front of it.
const PROMPT_AWAY: &[u8] =
    b"\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08";
const ESCAPE: u8 = 0x1B;
const TAB_WIDTH: usize = 8;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct More {
    source: Source,
    /// The screen; none where output goes to a file.
    screen: Option<Screen>,
    /// What has been read and is not shown yet.
    text: Vec<u8>,
    /// What is read ends here.
    ended: bool,
    doing: Doing,
    code: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doing {
    /// Goes on with the text.
    #[default]
    Showing,
    /// Has written that there is more.
    Prompting,
    /// Waits for a key.
    Waiting,
    /// Has taken the prompt away, to go on.
    Clearing,
    /// Has written its last word.
    Ending,
}

/// Where on a page we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Screen {
    /// Rows that are filled before it stops.
    rows: usize,
    columns: usize,
    row: usize,
    column: usize,
}

impl More {
    pub(in crate::dos) const HELP: &'static str = "\
Displays output one screen at a time.

MORE [drive:][path]filename ...
MORE < [drive:][path]filename
command | MORE

At the prompt, Q or Esc ends the output; any other key shows the next screen.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match (self.doing, answer) {
            (_, Answer::Begin) => self.begin(dos),
            (Doing::Ending, _) => Request::Exit(self.code),
            (_, Answer::Failed(error)) => self.fail(&format!("MORE: {error}\r\n")),
            (Doing::Prompting, _) => {
                self.doing = Doing::Waiting;
                int21(0x0800)
            }
            (Doing::Waiting, Answer::Returned(got)) => match lo8(got.ax.into()) {
                // A key without a character: its second byte is no answer.
                0 => {
                    self.doing = Doing::Prompting;
                    int21(0x0800)
                }
                b'q' | b'Q' | ESCAPE => {
                    self.doing = Doing::Ending;
                    Request::Write(STDOUT, PROMPT_AWAY.to_vec())
                }
                _ => {
                    self.doing = Doing::Clearing;
                    Request::Write(STDOUT, PROMPT_AWAY.to_vec())
                }
            },
            (_, Answer::Data(data)) => {
                let end = data.iter().position(|&byte| byte == CTRL_Z);
                self.ended = data.is_empty() || end.is_some();
                self.text.extend(&data[..end.unwrap_or(data.len())]);
                self.show(dos)
            }
            _ => {
                self.doing = Doing::Showing;
                self.show(dos)
            }
        }
    }

    fn begin(&mut self, dos: &mut Dos<'_>) -> Request {
        let names = Words::of(&tail(dos)).names;
        self.screen = Screen::of(dos);
        self.source = Source::new(dos, &names);
        let moves = self.source.is_standard() && self.screen.is_some();
        if let Some(handle) = moves.then(|| move_input(dos)).flatten() {
            self.source = Source::standard(handle);
            return self.source.read();
        }
        self.next(dos)
    }

    fn next(&mut self, dos: &mut Dos<'_>) -> Request {
        self.ended = false;
        match self.source.next(dos) {
            Some(Ok(_)) => self.source.read(),
            Some(Err((name, error))) => {
                let name = String::from_utf8_lossy(&name).into_owned();
                self.fail(&format!("MORE: {error} - {name}\r\n"))
            }
            None => Request::Exit(self.code),
        }
    }

    /// Shows what fits; then asks for a key, or reads on.
    fn show(&mut self, dos: &mut Dos<'_>) -> Request {
        if self.text.is_empty() {
            return if self.ended { self.next(dos) } else { self.source.read() };
        }
        let count = match &mut self.screen {
            Some(screen) if screen.is_full() => {
                *screen = Screen { row: 0, column: 0, ..*screen };
                self.doing = Doing::Prompting;
                return Request::Write(STDOUT, PROMPT.to_vec());
            }
            Some(screen) => screen.take(&self.text),
            None => self.text.len(),
        };
        Request::Write(STDOUT, self.text.drain(..count).collect())
    }

    fn fail(&mut self, text: &str) -> Request {
        (self.code, self.doing) = (1, Doing::Ending);
        Request::Write(STDERR, text.as_bytes().to_vec())
    }
}

impl Screen {
    /// The screen that standard output goes to, if it does.
    fn of(dos: &Dos<'_>) -> Option<Screen> {
        let target = dos.target(STDOUT).ok()?;
        let shown = target.is_device() && target.info & sft::info::STDOUT != 0;
        let (rows, columns) = (usize::from(dos.mem.read_u8(LAST_ROW)), usize::from(dos.mem.read_u8(COLUMNS)));
        shown.then_some(Screen { rows: rows.max(1), columns: columns.max(1), row: 0, column: 0 })
    }

    fn is_full(&self) -> bool {
        self.row >= self.rows
    }

    /// How many bytes of `text` there is room for.
    fn take(&mut self, text: &[u8]) -> usize {
        for (index, &byte) in text.iter().enumerate() {
            if self.is_full() {
                return index;
            }
            match byte {
                b'\n' => self.row += 1,
                b'\r' => self.column = 0,
                b'\t' => self.column += TAB_WIDTH - self.column % TAB_WIDTH,
                _ => self.column += 1,
            }
            if self.column >= self.columns {
                (self.row, self.column) = (self.row + 1, 0);
            }
        }
        text.len()
    }
}

/// Makes standard input the console again, for keys; returns the handle that leads where it led.
fn move_input(dos: &mut Dos<'_>) -> Option<u16> {
    let psp = dos.psp();
    let input = dos.target(STDIN).ok().filter(|target| target.info & sft::info::STDIN == 0 || !target.is_device())?;
    let console = open(dos, b"CON", 2).ok()?;
    // The new handle takes the reference that handle 0 had.
    let Some(handle) = psp::free_handle(&dos.mem, psp) else {
        dos.release(console);
        return None;
    };
    psp::set_file_of(&mut dos.mem, psp, handle, Some(input.index));
    psp::set_file_of(&mut dos.mem, psp, STDIN, Some(console));
    Some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_full_after_its_rows_whether_lines_end_or_wrap() {
        let screen = || Screen { rows: 2, columns: 10, row: 0, column: 0 };
        assert_eq!(screen().take(b"a\r\nb\r\nc\r\n"), 6);
        assert_eq!(screen().take(b"0123456789abcdefghijklm"), 20);
        assert_eq!(screen().take(b"\tabc\r\nx"), 6);
    }

    #[test]
    fn a_page_that_is_not_full_takes_all() {
        let mut screen = Screen { rows: 24, columns: 80, row: 0, column: 0 };
        assert_eq!(screen.take(b"one\r\n"), 5);
        assert_eq!((screen.row, screen.is_full()), (1, false));
    }
}
