//! AH=01h–0Ch where standard input or output is a file or a stream: no keys, no screen.
//!
//! Source: RBIL, INT 21h/AH=01h to 0Ch, on redirection.

use super::super::Dos;
use super::super::error::DosError;
use super::super::files::Target;
use super::super::frame::Frame;
use super::super::job::Streamed;
use super::super::sft;
use super::{Answer, character};

const STDIN: u16 = 0;
const STDOUT: u16 = 1;
/// What a character function gives at the end of its input.
const CTRL_Z: u8 = 0x1A;
const CR: u8 = b'\r';
const LF: u8 = b'\n';
/// AH=06h, DL: read instead of write.
const DIRECT_READ: u8 = 0xFF;

/// The function in AH, if what it works on is redirected.
pub(super) fn call(dos: &mut Dos<'_>, frame: &mut Frame) -> Option<Answer> {
    match frame.ah() {
        0x02 => write(dos, frame, |_, frame| vec![frame.dl()]),
        0x06 if frame.dl() != DIRECT_READ => write(dos, frame, |_, frame| vec![frame.dl()]),
        0x09 => write(dos, frame, |dos, frame| character::string_up_to(dos, frame.ds_dx(), b'$')),
        0x0C => flushed(dos, frame),
        function => read(dos, frame, function),
    }
}

/// AH=0Ch: nothing is typed ahead in a file.
fn flushed(dos: &mut Dos<'_>, frame: &mut Frame) -> Option<Answer> {
    match frame.al() {
        function @ (0x01 | 0x06 | 0x07 | 0x08 | 0x0A) => read(dos, frame, function),
        _ => None,
    }
}

fn redirected(dos: &Dos<'_>, handle: u16) -> Option<Target> {
    dos.target(handle).ok().filter(|target| !target.is_device())
}

fn write(dos: &mut Dos<'_>, frame: &mut Frame, bytes: fn(&Dos<'_>, &Frame) -> Vec<u8>) -> Option<Answer> {
    let target = redirected(dos, STDOUT)?;
    let bytes = bytes(dos, frame);
    // These functions have no way to tell of a full disk.
    let _ = put(dos, target, &bytes);
    let last = if frame.ah() == 0x09 { b'$' } else { frame.dl() };
    frame.set_al(last);
    Some(Answer::Done)
}

fn read(dos: &mut Dos<'_>, frame: &mut Frame, function: u8) -> Option<Answer> {
    let target = redirected(dos, STDIN)?;
    match function {
        0x01 => {
            let byte = take(dos, target).unwrap_or(CTRL_Z);
            frame.set_al(byte);
            if let Some(output) = redirected(dos, STDOUT) {
                let _ = put(dos, output, &[byte]);
                return Some(Answer::Done);
            }
            return Some(character::write_all(vec![byte]));
        }
        0x06 => {
            let byte = take(dos, target);
            frame.set_zero(byte.is_none());
            frame.set_al(byte.unwrap_or(0));
        }
        0x07 | 0x08 => frame.set_al(take(dos, target).unwrap_or(CTRL_Z)),
        0x0A => line(dos, frame, target),
        0x0B => frame.set_al(0xFF),
        _ => return None,
    }
    Some(Answer::Done)
}

/// AH=0Ah: a line to the buffer at DS:DX, which begins with its size and the length of what it holds.
fn line(dos: &mut Dos<'_>, frame: &Frame, target: Target) {
    let at = frame.ds_dx();
    let room = dos.mem.read_u8(at).saturating_sub(1);
    let mut count = 0;
    while let Some(byte) = take(dos, target).filter(|&byte| byte != CR) {
        if byte != LF && count < room {
            dos.mem.write_u8(at.offset(2 + u16::from(count)), byte);
            count += 1;
        }
    }
    dos.mem.write_u8(at.offset(1), count);
    dos.mem.write_u8(at.offset(2 + u16::from(count)), CR);
}

/// The next byte of `target`.
fn take(dos: &mut Dos<'_>, target: Target) -> Option<u8> {
    if let Streamed::Bytes(bytes) = dos.read_stream(target, 1) {
        return bytes.first().copied();
    }
    let position = sft::POSITION.get(&dos.mem, target.at);
    let mut byte = [0];
    let read = dos.file(target).and_then(|file| file.read_at(position, &mut byte)).unwrap_or(0);
    if read == 0 {
        return None;
    }
    sft::POSITION.set(&mut dos.mem, target.at, position.saturating_add(1));
    Some(byte[0])
}

/// Writes all of `bytes` to `target`.
fn put(dos: &mut Dos<'_>, target: Target, bytes: &[u8]) -> Result<(), DosError> {
    if dos.write_stream(target, bytes) {
        return Ok(());
    }
    let position = sft::POSITION.get(&dos.mem, target.at);
    let file = dos.file(target)?;
    let written = file.write_at(position, bytes)?;
    let size = file.size()?;
    let position = position.saturating_add(u32::try_from(written).unwrap_or(0));
    sft::POSITION.set(&mut dos.mem, target.at, position);
    sft::SIZE.set(&mut dos.mem, target.at, size);
    sft::INFO.set(&mut dos.mem, target.at, target.info & !sft::info::CLEAN);
    Ok(())
}
