//! AH=3Ch–42h, 44h–46h, 57h, 5Ah–5Ch, 67h, 68h, 6Ch: files by handle.
//!
//! Source: RBIL, INT 21h under these numbers.

use super::super::drive::{Create, Region, Stamp, attribute};
use super::super::engine::{Event, Want};
use super::super::error::DosError;
use super::super::files::{Named, Target};
use super::super::frame::Frame;
use super::super::job::Streamed;
use super::super::line_editor::{Effect, LineEditor};
use super::super::{Dos, device as driver, psp, sft};
use super::{Answer, Task, answer, device};
use crate::types::{SegOff, hi16, lo16};

/// Most characters of a line that CON gives a program. Source: MS-DOS 5, the size of CON's buffer.
const LINE_BYTES: usize = 128;
const CTRL_Z: u8 = 0x1A;
/// Bytes that are copied between guest and host at once.
const CHUNK: usize = 0x8000;

/// AH=3Ch: AX = handle of a new or emptied file.
pub(super) fn int21_3c_create(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = create(dos, frame, Create::Truncate);
    give_handle(dos, frame, result)
}

/// AH=5Bh: AX = handle of a file that was not there.
pub(super) fn int21_5b_create_new(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = create(dos, frame, Create::New);
    give_handle(dos, frame, result)
}

/// Opens for reading and writing, as programs of DOS 2 do.
const MODE_READ_WRITE: u8 = 2;

fn create(dos: &mut Dos<'_>, frame: &Frame, how: Create) -> Result<u16, DosError> {
    let attributes = frame.cx.to_le_bytes()[0];
    if attributes & (attribute::LABEL | attribute::DIRECTORY) != 0 {
        return Err(DosError::AccessDenied);
    }
    let index = match dos.named(frame.ds_dx())? {
        Named::Device(header) => dos.open_device(header, MODE_READ_WRITE)?,
        Named::Place(place) => dos.create_file(&place, attributes, how, MODE_READ_WRITE)?,
    };
    dos.new_handle(index)
}

/// AH=3Dh: AX = handle of a file that is there.
pub(super) fn int21_3d_open(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = open(dos, frame.ds_dx(), frame.al());
    give_handle(dos, frame, result)
}

fn open(dos: &mut Dos<'_>, name: SegOff, mode: u8) -> Result<u16, DosError> {
    let index = match dos.named(name)? {
        Named::Device(header) => dos.open_device(header, mode)?,
        Named::Place(place) => dos.open_file(&place, mode)?,
    };
    dos.new_handle(index)
}

fn give_handle(dos: &mut Dos<'_>, frame: &mut Frame, result: Result<u16, DosError>) -> Answer {
    let result = result.map(|handle| frame.ax = handle);
    answer(dos, frame, result)
}

/// AH=3Eh: closes handle BX.
pub(super) fn int21_3e_close(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = dos.close(frame.bx);
    answer(dos, frame, result)
}

/// AH=3Fh: reads CX bytes of handle BX to DS:DX; AX = bytes read.
pub(super) fn int21_3f_read(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    match dos.target(frame.bx) {
        Ok(target) if target.is_device() => read_device(dos, frame, target),
        Ok(target) => {
            let result = read_file(dos, target, frame.ds_dx(), frame.cx).map(|count| frame.ax = count);
            answer(dos, frame, result)
        }
        Err(error) => answer(dos, frame, Err(error)),
    }
}

/// Reads from the file's position on and moves it.
pub(in crate::dos) fn read_file(dos: &mut Dos<'_>, target: Target, to: SegOff, count: u16) -> Result<u16, DosError> {
    if let Streamed::Bytes(bytes) = dos.read_stream(target, usize::from(count)) {
        dos.mem.write_bytes(to, &bytes);
        return Ok(u16::try_from(bytes.len()).unwrap_or(count));
    }
    let mut position = sft::POSITION.get(&dos.mem, target.at);
    let (mut to, mut left) = (to, usize::from(count));
    let mut chunk = vec![0; left.min(CHUNK)];
    while left > 0 {
        let wanted = left.min(CHUNK);
        let read = dos.file(target)?.read_at(position, &mut chunk[..wanted])?;
        dos.mem.write_bytes(to, &chunk[..read]);
        // A chunk is far less than 64 KiB.
        to = to.offset(u16::try_from(read).unwrap_or(0));
        position = position.saturating_add(u32::try_from(read).unwrap_or(0));
        left -= read;
        if read < wanted {
            break;
        }
    }
    sft::POSITION.set(&mut dos.mem, target.at, position);
    Ok(count - u16::try_from(left).unwrap_or(0))
}

/// AH=40h: writes CX bytes at DS:DX to handle BX; AX = bytes written. None ends the file here.
pub(super) fn int21_40_write(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    match dos.target(frame.bx) {
        Ok(target) if target.is_device() => write_device(dos, frame, target),
        Ok(target) => {
            let result = write_file(dos, target, frame.ds_dx(), frame.cx).map(|count| frame.ax = count);
            answer(dos, frame, result)
        }
        Err(error) => answer(dos, frame, Err(error)),
    }
}

/// Writes from the file's position on and moves it.
pub(in crate::dos) fn write_file(dos: &mut Dos<'_>, target: Target, from: SegOff, count: u16) -> Result<u16, DosError> {
    let mut position = sft::POSITION.get(&dos.mem, target.at);
    let mut bytes = vec![0; if dos.state.has_job() { usize::from(count) } else { 0 }];
    dos.mem.read_bytes(from, &mut bytes);
    if dos.write_stream(target, &bytes) {
        return Ok(count);
    }
    if count == 0 {
        dos.file(target)?.set_size(position)?;
        sft::SIZE.set(&mut dos.mem, target.at, position);
    }
    let (mut from, mut left) = (from, usize::from(count));
    let mut chunk = vec![0; left.min(CHUNK)];
    while left > 0 {
        let wanted = left.min(CHUNK);
        dos.mem.read_bytes(from, &mut chunk[..wanted]);
        let written = dos.file(target)?.write_at(position, &chunk[..wanted])?;
        from = from.offset(u16::try_from(written).unwrap_or(0));
        position = position.saturating_add(u32::try_from(written).unwrap_or(0));
        left -= written;
        if written < wanted {
            break;
        }
    }
    sft::POSITION.set(&mut dos.mem, target.at, position);
    // What others have added since is found where the size is asked for.
    let size = sft::SIZE.get(&dos.mem, target.at).max(position);
    sft::SIZE.set(&mut dos.mem, target.at, size);
    dos.note_written(target.index);
    Ok(count - u16::try_from(left).unwrap_or(0))
}

/// AH=42h: moves the position of handle BX by CX:DX from the start, the position or the end; DX:AX =
/// position.
pub(super) fn int21_42_seek(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = seek(dos, frame);
    answer(dos, frame, result)
}

fn seek(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    if target.is_device() && frame.al() <= 2 {
        // Source: RBIL, INT 21h/AH=42h: a device is always at its start.
        (frame.dx, frame.ax) = (0, 0);
        return Ok(());
    }
    let by = u32::from(frame.cx) << 16 | u32::from(frame.dx);
    let from = match frame.al() {
        0 => 0,
        1 => sft::POSITION.get(&dos.mem, target.at),
        2 => dos.file(target)?.size()?,
        _ => return Err(DosError::InvalidFunction),
    };
    // Programs move backwards by adding a negative number.
    let position = from.wrapping_add(by);
    sft::POSITION.set(&mut dos.mem, target.at, position);
    (frame.dx, frame.ax) = (hi16(position), lo16(position));
    Ok(())
}

/// AH=45h: AX = another handle for what BX leads to.
pub(super) fn int21_45_duplicate(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = dos.target(frame.bx).and_then(|target| {
        dos.refer(target);
        dos.new_handle(target.index)
    });
    give_handle(dos, frame, result)
}

/// AH=46h: makes handle CX lead to what BX leads to.
pub(super) fn int21_46_redirect(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = redirect(dos, frame.bx, frame.cx);
    answer(dos, frame, result)
}

fn redirect(dos: &mut Dos<'_>, from: u16, to: u16) -> Result<(), DosError> {
    let target = dos.target(from)?;
    let psp = dos.psp();
    if to >= psp::TABLE_ENTRIES.get(&dos.mem, psp::base(psp)) {
        return Err(DosError::InvalidHandle);
    }
    dos.refer(target);
    if dos.target(to).is_ok() {
        dos.close(to)?;
    }
    psp::set_file_of(&mut dos.mem, psp, to, Some(target.index));
    Ok(())
}

/// AX=5700h: CX, DX = when handle BX's file was last written; 5701h: CX, DX say it.
pub(super) fn int21_57_written(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = written(dos, frame);
    answer(dos, frame, result)
}

fn written(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    match frame.al() {
        0 if target.is_device() => Ok(()),
        0 => {
            let stamp = dos.file(target)?.written()?;
            (frame.cx, frame.dx) = (stamp.time, stamp.date);
            Ok(())
        }
        1 if target.is_device() => Ok(()),
        1 => dos.set_written(target, Stamp { time: frame.cx, date: frame.dx }),
        _ => Err(DosError::InvalidFunction),
    }
}

/// AH=5Ch: locks (AL = 0) or unlocks SI:DI bytes from CX:DX on.
pub(super) fn int21_5c_lock(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let double = |high: u16, low: u16| u32::from(high) << 16 | u32::from(low);
    let region = Region { start: double(frame.cx, frame.dx), len: double(frame.si, frame.di) };
    let result = dos.target(frame.bx).and_then(|target| match frame.al() {
        0 => dos.file(target)?.lock(region),
        1 => dos.file(target)?.unlock(region),
        _ => Err(DosError::InvalidFunction),
    });
    answer(dos, frame, result)
}

/// AH=68h: has the host write handle BX's file to its disk.
pub(super) fn int21_68_commit(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result =
        dos.target(frame.bx).and_then(|target| if target.is_device() { Ok(()) } else { dos.file(target)?.commit() });
    answer(dos, frame, result)
}

// --- devices ---

fn read_device(dos: &mut Dos<'_>, frame: &mut Frame, target: Target) -> Answer {
    let raw = target.info & sft::info::RAW != 0;
    if target.info & sft::info::NUL != 0 || frame.cx == 0 {
        frame.ax = 0;
        return answer(dos, frame, Ok(()));
    }
    let header = sft::DEVICE.get(&dos.mem, target.at);
    Answer::Task(match target.info & sft::info::STDIN != 0 {
        true if !raw || header == driver::CON => {
            Task::ReadConsole(ReadConsole { raw, done: 0, line: None, extended: false })
        }
        _ => Task::ReadDevice(device::Read::new(header, raw)),
    })
}

fn write_device(dos: &mut Dos<'_>, frame: &mut Frame, target: Target) -> Answer {
    let raw = target.info & sft::info::RAW != 0;
    if target.info & sft::info::NUL != 0 || frame.cx == 0 {
        frame.ax = frame.cx;
        return answer(dos, frame, Ok(()));
    }
    let header = sft::DEVICE.get(&dos.mem, target.at);
    let screen = header == driver::CON || target.info & sft::info::SPECIAL != 0;
    if raw && !screen {
        return Answer::Task(Task::WriteDevice(device::Write::Raw(header)));
    }
    let mut bytes = vec![0; usize::from(frame.cx)];
    dos.mem.read_bytes(frame.ds_dx(), &mut bytes);
    Answer::Task(Task::WriteDevice(if raw { device::Write::Screen(bytes) } else { device::Write::cooked(bytes) }))
}

/// Reading from CON: a line at a time, edited; or bytes as they come.
#[derive(Clone, Debug)]
pub(in crate::dos) struct ReadConsole {
    raw: bool,
    /// Bytes stored.
    done: u16,
    /// The line being edited, and after it.
    line: Option<LineEditor>,
    extended: bool,
}

impl ReadConsole {
    pub(super) fn go_on(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        if self.raw { self.take_raw(dos, frame, event) } else { self.take_cooked(dos, frame, event) }
    }

    fn take_raw(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        match event {
            Event::Byte(byte) => {
                dos.mem.write_u8(frame.ds_dx().offset(self.done), byte);
                self.done += 1;
            }
            Event::End => return end_read(frame, self.done),
            Event::Failed(error) => return device::fail(dos, frame, error),
            _ => {}
        }
        if self.done == frame.cx { end_read(frame, self.done) } else { Want::Byte }
    }

    /// What is left of the last line first; then a new one.
    fn take_cooked(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        match event {
            Event::Begin if dos.state.console.line.is_empty() => {
                let template = dos.state.console.template.clone();
                self.line = Some(LineEditor::new(LINE_BYTES - 1, template));
                Want::Char
            }
            Event::Begin => take_line(dos, frame),
            Event::Byte(byte) => self.edit(dos, byte),
            Event::Written if self.line.is_none() => take_line(dos, frame),
            Event::End => end_read(frame, 0),
            Event::Failed(error) => device::fail(dos, frame, error),
            _ => Want::Char,
        }
    }

    fn edit(&mut self, dos: &mut Dos<'_>, byte: u8) -> Want {
        let Some(editor) = &mut self.line else { return Want::Char };
        let effect = match (std::mem::take(&mut self.extended), byte) {
            (true, scan) => editor.function_key(scan),
            (false, 0) => {
                self.extended = true;
                return Want::Char;
            }
            (false, character) => editor.character(character),
        };
        if let Effect::End(_) = effect {
            let line = editor.line().to_vec();
            dos.state.console.line = [line.as_slice(), b"\r\n"].concat();
            dos.state.console.template = line;
            self.line = None;
        }
        match effect {
            Effect::Show(bytes) => Want::Echo(bytes),
            Effect::End(bytes) => Want::Echo(
                [
                    bytes.as_slice(),
                    b"
",
                ]
                .concat(),
            ),
        }
    }
}

/// Gives a program as much of the line as it asked for.
fn take_line(dos: &mut Dos<'_>, frame: &mut Frame) -> Want {
    let line = &mut dos.state.console.line;
    let count = line.len().min(usize::from(frame.cx));
    let bytes: Vec<u8> = line.drain(..count).collect();
    // Source: RBIL, INT 21h/AH=3Fh: Ctrl-Z at a line's start is the end of the input.
    let bytes = if bytes.first() == Some(&CTRL_Z) { &[] } else { bytes.as_slice() };
    dos.mem.write_bytes(frame.ds_dx(), bytes);
    end_read(frame, u16::try_from(bytes.len()).unwrap_or(0))
}

fn end_read(frame: &mut Frame, count: u16) -> Want {
    frame.ax = count;
    frame.set_carry(false);
    Want::Done
}
