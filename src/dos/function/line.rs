//! AH=0Ah: a line from the keyboard, edited as in DOS: the line before is a template that F1 to F6 and
//! the arrows copy from.
//!
//! Source: RBIL, INT 21h/AH=0Ah; Microsoft, MS-DOS 5 User's Guide, "editing keys".

use super::super::Dos;
use super::super::engine::{Event, Want};
use super::super::frame::Frame;
use super::super::line_editor::{Effect, LineEditor};
use super::{Answer, Task};
use crate::types::SegOff;

/// Reading a line.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Line {
    editor: LineEditor,
    /// The next byte is a scan code.
    extended: bool,
    /// What ends the call once everything is shown.
    ended: bool,
    /// No byte has come yet.
    fresh: bool,
}

/// AH=0Ah: a line into the buffer at DS:DX: room, length, characters, carriage return.
pub(super) fn int21_0a_line(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let at = frame.ds_dx();
    let room = dos.mem.read_u8(at);
    if room == 0 {
        return Answer::Done;
    }
    let editor = LineEditor::new(usize::from(room) - 1, template(dos, at, room));
    Answer::Task(Task::Line(Line { editor, extended: false, ended: false, fresh: true }))
}

/// The line that the buffer still holds: a length that fits and a carriage return behind it.
fn template(dos: &Dos<'_>, at: SegOff, room: u8) -> Vec<u8> {
    let length = dos.mem.read_u8(at.offset(1));
    let end = at.offset(2 + u16::from(length));
    if length >= room || dos.mem.read_u8(end) != b'\r' {
        return Vec::new();
    }
    let mut line = vec![0; usize::from(length)];
    dos.mem.read_bytes(at.offset(2), &mut line);
    line
}

impl Line {
    pub(super) fn go_on(&mut self, dos: &mut Dos<'_>, frame: &Frame, event: Event) -> Want {
        match event {
            Event::Written if self.ended => {
                self.store(dos, frame.ds_dx());
                Want::Done
            }
            // A file's lines end in a carriage return and a line feed, which a line does not begin with.
            Event::Byte(b'\n') if std::mem::take(&mut self.fresh) => Want::Char,
            Event::Byte(byte) => self.byte(byte),
            // A file has come to its end, or a device failed: so has the line.
            Event::End | Event::Failed(_) => self.byte(b'\r'),
            _ => Want::Char,
        }
    }

    fn byte(&mut self, byte: u8) -> Want {
        self.fresh = false;
        let effect = match (std::mem::take(&mut self.extended), byte) {
            (true, scan) => self.editor.function_key(scan),
            (false, 0) => {
                self.extended = true;
                return Want::Char;
            }
            (false, character) => self.editor.character(character),
        };
        match effect {
            Effect::Show(bytes) => Want::Echo(bytes),
            Effect::End(bytes) => {
                self.ended = true;
                Want::Echo(bytes)
            }
        }
    }

    fn store(&self, dos: &mut Dos<'_>, at: SegOff) {
        let line = self.editor.line();
        let length = u8::try_from(line.len()).unwrap_or(u8::MAX);
        dos.mem.write_u8(at.offset(1), length);
        dos.mem.write_bytes(at.offset(2), line);
        dos.mem.write_u8(at.offset(2 + u16::from(length)), b'\r');
    }
}
