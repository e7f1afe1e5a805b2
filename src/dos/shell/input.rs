//! A line from standard input: edited if that is the console, as it comes if it is not.

use super::super::app::{Answer, BUFFER, Call, Request};
use super::super::{Dos, sft};
use super::int21;
use crate::types::SegOff;

/// Room of the buffer of AH=0Ah. Source: MS-DOS 5, COMMAND.COM: 127 characters and the return.
const ROOM: u8 = 128;
/// Longest line that is taken from a file.
const MOST_BYTES: usize = 1024;
const STDIN: u16 = 0;
const STDOUT: u16 = 1;

/// A line being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    console: bool,
    line: Vec<u8>,
    /// The line is there, and the next one is begun on the screen: AH=0Ah ends with a carriage return.
    ended: bool,
}

/// What came of an answer.
#[derive(Debug)]
pub(super) enum Read {
    More(Request),
    Line(Vec<u8>),
    /// There is no more.
    End,
}

impl Input {
    /// Begins a line that the editing keys copy `template` into.
    pub(super) fn begin(dos: &mut Dos<'_>, template: &[u8]) -> (Input, Request) {
        let console = is_console(dos);
        if !console {
            return (Input::default(), Request::Read(STDIN, 1));
        }
        let psp = dos.psp();
        let at = SegOff::new(psp, BUFFER);
        let length = u8::try_from(template.len()).ok().filter(|&length| length < ROOM).unwrap_or(0);
        dos.mem.write_bytes(at, &[ROOM, length]);
        dos.mem.write_bytes(at.offset(2), &template[..usize::from(length)]);
        dos.mem.write_u8(at.offset(2 + u16::from(length)), b'\r');
        let request = int21(Call { ax: 0x0A00, dx: BUFFER, ds: psp, ..Call::default() });
        (Input { console, ..Input::default() }, request)
    }

    pub(super) fn go_on(&mut self, dos: &Dos<'_>, answer: Answer) -> Read {
        if self.ended {
            return Read::Line(std::mem::take(&mut self.line));
        }
        if self.console {
            let at = SegOff::new(dos.psp(), BUFFER);
            self.line = vec![0; usize::from(dos.mem.read_u8(at.offset(1)))];
            dos.mem.read_bytes(at.offset(2), &mut self.line);
            self.ended = true;
            return Read::More(Request::Write(STDOUT, b"\n".to_vec()));
        }
        match answer {
            Answer::Data(data) if !data.is_empty() => self.byte(data[0]),
            _ if self.line.is_empty() => Read::End,
            _ => Read::Line(std::mem::take(&mut self.line)),
        }
    }

    fn byte(&mut self, byte: u8) -> Read {
        match byte {
            b'\n' => return Read::Line(std::mem::take(&mut self.line)),
            b'\r' => {}
            byte if self.line.len() < MOST_BYTES => self.line.push(byte),
            _ => {}
        }
        Read::More(Request::Read(STDIN, 1))
    }
}

/// True if a line can be typed and edited: at the console, or whatever CTTY has put in its place.
fn is_console(dos: &Dos<'_>) -> bool {
    dos.target(STDIN).is_ok_and(|target| target.is_device() && target.info & sft::info::NUL == 0)
}
