//! AH=01h–0Ch: characters from standard input and to standard output, wherever they lead.
//!
//! Source: RBIL, INT 21h/AH=01h to 0Ch; Ctrl-C is looked for in all but 06h and 07h.

use super::super::Dos;
use super::super::engine::{Event, Want};
use super::super::frame::Frame;
use super::{Answer, Task};
use crate::types::SegOff;

/// AH=06h, DL: read instead of write.
const DIRECT_READ: u8 = 0xFF;
/// What is read at the end of a file.
const CTRL_Z: u8 = 0x1A;
/// Bytes of a string of AH=09h at most: all that lies in a segment.
const MOST_BYTES: usize = 0x1_0000;

/// Reading one character.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Read {
    echo: bool,
    breaks: bool,
}

/// AH=01h: AL = character, shown.
pub(super) fn int21_01_read_echo() -> Answer {
    Answer::Task(Task::Read(Read { echo: true, breaks: true }))
}

/// AH=07h: AL = character, whatever it is.
pub(super) fn int21_07_read_raw() -> Answer {
    Answer::Task(Task::Read(Read { echo: false, breaks: false }))
}

/// AH=08h: AL = character.
pub(super) fn int21_08_read() -> Answer {
    Answer::Task(Task::Read(Read { echo: false, breaks: true }))
}

impl Read {
    pub(super) fn go_on(&self, frame: &mut Frame, event: Event) -> Want {
        match event {
            Event::Begin | Event::NoKey if self.breaks => Want::Char,
            Event::Begin | Event::NoKey => Want::Byte,
            Event::Byte(byte) => self.got(frame, byte),
            Event::End => self.got(frame, CTRL_Z),
            _ => Want::Done,
        }
    }
}

impl Read {
    fn got(&self, frame: &mut Frame, byte: u8) -> Want {
        frame.set_al(byte);
        if self.echo { Want::Echo(vec![byte]) } else { Want::Done }
    }
}

/// Writing characters.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Write {
    bytes: Vec<u8>,
}

impl Write {
    pub(super) fn go_on(&mut self, event: Event) -> Want {
        match event {
            Event::Begin => Want::Put(std::mem::take(&mut self.bytes)),
            _ => Want::Done,
        }
    }
}

/// AH=02h: shows DL; AL = DL.
pub(super) fn int21_02_write(frame: &mut Frame) -> Answer {
    // Source: RBIL, INT 21h/AH=02h: AL is the last character written, a space for a tab.
    frame.set_al(if frame.dl() == b'\t' { b' ' } else { frame.dl() });
    Answer::Task(Task::Write(Write { bytes: vec![frame.dl()] }))
}

/// AH=04h and 05h: DL to AUX or PRN.
pub(super) fn int21_04_write_device(frame: &Frame) -> Answer {
    Answer::Task(Task::Write(Write { bytes: vec![frame.dl()] }))
}

/// AH=09h: shows the string at DS:DX up to a dollar sign; AL = 24h.
pub(super) fn int21_09_write_string(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let bytes = string_up_to(dos, frame.ds_dx(), b'$');
    frame.set_al(b'$');
    Answer::Task(Task::Write(Write { bytes }))
}

fn string_up_to(dos: &Dos<'_>, mut at: SegOff, end: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < MOST_BYTES {
        let byte = dos.mem.read_u8(at);
        if byte == end {
            break;
        }
        bytes.push(byte);
        at = at.offset(1);
    }
    bytes
}

/// AH=06h: the screen or the keyboard, past all checks.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Direct {
    /// What to show; nothing to read.
    byte: Option<u8>,
}

/// AH=06h: shows DL; or, if DL is FFh, AL = character and ZF clear, or AL = 0 and ZF set.
pub(super) fn int21_06_direct(frame: &mut Frame) -> Answer {
    let byte = Some(frame.dl()).filter(|&byte| byte != DIRECT_READ);
    if let Some(byte) = byte {
        frame.set_al(byte);
    }
    Answer::Task(Task::Direct(Direct { byte }))
}

impl Direct {
    pub(super) fn go_on(&self, frame: &mut Frame, event: Event) -> Want {
        match (event, self.byte) {
            (Event::Begin, Some(byte)) => Want::PutRaw(vec![byte]),
            (Event::Begin, None) => Want::ByteIfAny,
            (Event::Byte(byte), _) => {
                frame.set_al(byte);
                frame.set_zero(false);
                Want::Done
            }
            (Event::NoKey | Event::End, _) => {
                frame.set_al(0);
                frame.set_zero(true);
                Want::Done
            }
            _ => Want::Done,
        }
    }
}

/// AH=0Bh: AL = FFh if there is a character, else 0.
pub(super) fn status(frame: &mut Frame, event: Event) -> Want {
    match event {
        Event::Begin => Want::KeyIfAny,
        Event::Key => {
            frame.set_al(0xFF);
            Want::Done
        }
        _ => {
            frame.set_al(0);
            Want::Done
        }
    }
}

/// AH=0Ch: forgets what was typed ahead, then reads with function AL.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Flush;

/// AH=0Ch: forgets what was typed ahead; then, if AL is 01h, 06h, 07h, 08h or 0Ah, is that function.
pub(super) fn int21_0c_flush() -> Answer {
    Answer::Task(Task::Flush(Flush))
}

impl Flush {
    /// Takes bytes until there are none (there are none typed ahead in a file); then the function that goes on, if there is one.
    pub(super) fn go_on(event: Event) -> Option<Want> {
        match event {
            Event::Begin | Event::Byte(_) => Some(Want::ByteIfAny),
            _ => None,
        }
    }
}
