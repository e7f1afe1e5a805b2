//! AH=4Bh: loading programs and running them.
//!
//! Source: RBIL, INT 21h/AH=4Bh.

use super::super::drive::{Access, Share};
use super::super::error::DosError;
use super::super::exe::Image;
use super::super::frame::Frame;
use super::super::path::{Place, text_of};
use super::super::process::End;
use super::super::program::{Loaded, Start};
use super::super::{Dos, path, psp, sda};
use super::{Answer, answer};
use crate::types::SegOff;

/// Largest program file. What does not fit into memory is refused when its header has been read.
const MOST_FILE_BYTES: u32 = 16 << 20;

/// AH=4Bh: AL = 0 runs the program at DS:DX, 1 loads it, 3 loads an overlay.
pub(super) fn int21_4b_exec(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let parameters = SegOff::new(frame.es, frame.bx);
    match frame.al() {
        0x00 => match load(dos, frame.ds_dx(), parameters) {
            Ok(loaded) => {
                // DOS is left: the program runs.
                sda::leave(&mut dos.mem);
                Answer::Elsewhere(dos.start(loaded))
            }
            Err(error) => answer(dos, frame, Err(error)),
        },
        0x01 => {
            let result = load(dos, frame.ds_dx(), parameters).map(|loaded| show_loaded(dos, parameters, loaded));
            answer(dos, frame, result)
        }
        0x03 => {
            let result = overlay(dos, frame.ds_dx(), parameters);
            answer(dos, frame, result)
        }
        // The program that is about to run has been loaded by its caller; there is no version to set.
        0x05 => answer(dos, frame, Ok(())),
        _ => answer(dos, frame, Err(DosError::InvalidFunction)),
    }
}

/// Parameter block of AL = 0 and 1.
mod parameter {
    pub(super) const ENVIRONMENT: u16 = 0x00;
    pub(super) const TAIL: u16 = 0x02;
    pub(super) const FCB1: u16 = 0x06;
    pub(super) const FCB2: u16 = 0x0A;
    /// Results of AL = 1: SS:SP and CS:IP.
    pub(super) const STACK: u16 = 0x0E;
    pub(super) const ENTRY: u16 = 0x12;
}

fn load(dos: &mut Dos<'_>, name: SegOff, parameters: SegOff) -> Result<Loaded, DosError> {
    let (place, file) = read_program(dos, name)?;
    let image = Image::parse(&file)?;
    let word = |dos: &Dos<'_>, at: u16| dos.mem.read_u16(parameters.offset(at));
    let source = word(dos, parameter::ENVIRONMENT);
    let tail = tail(dos, parameters);
    let back = caller(dos);
    let environment = dos.copy_environment(source, &text_of(place.drive, &place.path))?;
    let stem = place.path.0.last().map(|name| name.stem().to_vec()).unwrap_or_default();
    let start = Start { name: &stem, tail: &tail, environment, back };
    let loaded = dos.load(&image, &start).inspect_err(|_| {
        let chain = dos.state.memory.chain;
        let _ = chain.free(&mut dos.mem, environment);
    })?;
    inherit_handles(dos, loaded.psp);
    for (from, to) in [(parameter::FCB1, psp::FCB1), (parameter::FCB2, psp::FCB2)] {
        copy_fcb(dos, dos.mem.read_far(parameters.offset(from)), SegOff::new(loaded.psp, to));
    }
    Ok(loaded)
}

/// Where the caller of this function goes on.
fn caller(dos: &Dos<'_>) -> SegOff {
    let frame = psp::STACK.get(&dos.mem, psp::base(dos.psp()));
    dos.mem.read_far(frame.offset(Frame::RETURN))
}

fn tail(dos: &Dos<'_>, parameters: SegOff) -> Vec<u8> {
    let at = dos.mem.read_far(parameters.offset(parameter::TAIL));
    let mut tail = vec![0; usize::from(dos.mem.read_u8(at).min(126))];
    dos.mem.read_bytes(at.offset(1), &mut tail);
    tail
}

fn copy_fcb(dos: &mut Dos<'_>, from: SegOff, to: SegOff) {
    // Drive, name and extension.
    let mut fcb = [0; 12];
    dos.mem.read_bytes(from, &mut fcb);
    dos.mem.write_bytes(to, &fcb);
}

/// The program file at `name`, whole.
fn read_program(dos: &Dos<'_>, name: SegOff) -> Result<(Place, Vec<u8>), DosError> {
    let place = dos.place(&path::asciiz(&dos.mem, name)?)?;
    let bytes = read_program_at(dos, &place)?;
    Ok((place, bytes))
}

/// The program file at `place`, whole.
pub(in crate::dos) fn read_program_at(dos: &Dos<'_>, place: &Place) -> Result<Vec<u8>, DosError> {
    let file = dos.drive(place.drive)?.open(&place.path, Access::Read, Share::DenyNone)?;
    let size = file.size()?;
    if size > MOST_FILE_BYTES {
        return Err(DosError::NotEnoughMemory);
    }
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// The child has the parent's open files under the same handles, but those opened for it alone.
pub(super) fn inherit_handles(dos: &mut Dos<'_>, child: u16) {
    const NOT_INHERITED: u16 = 0x80;
    for handle in 0..psp::DEFAULT_HANDLES {
        let Ok(target) = dos.target(handle) else { continue };
        if super::super::sft::MODE.get(&dos.mem, target.at) & NOT_INHERITED == 0 {
            dos.refer(target);
            psp::set_file_of(&mut dos.mem, child, handle, Some(target.index));
        }
    }
}

/// AL = 1: the caller gets the stack, with a zero on it for AX, and the entry; and the child is current.
fn show_loaded(dos: &mut Dos<'_>, parameters: SegOff, loaded: Loaded) {
    let stack = SegOff::new(loaded.stack.seg, loaded.stack.off.wrapping_sub(2));
    dos.mem.write_u16(stack, 0);
    dos.mem.write_far(parameters.offset(parameter::STACK), stack);
    dos.mem.write_far(parameters.offset(parameter::ENTRY), loaded.entry);
    dos.make_current(loaded.psp);
}

/// AL = 3: the image goes to a segment of the caller's, relocated as the caller says.
fn overlay(dos: &mut Dos<'_>, name: SegOff, parameters: SegOff) -> Result<(), DosError> {
    let (_, file) = read_program(dos, name)?;
    let (segment, factor) = (dos.mem.read_u16(parameters), dos.mem.read_u16(parameters.offset(2)));
    match Image::parse(&file)? {
        Image::Com(code) => dos.write_image(segment, code),
        Image::Exe(exe) => dos.write_image(segment, &exe.relocated(factor)),
    }
    Ok(())
}

/// AH=31h: ends the program with exit code AL and keeps DX paragraphs of it.
pub(super) fn int21_31_stay_resident(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    let (psp, chain) = (dos.psp(), dos.state.memory.chain);
    // Source: RBIL, INT 21h/AH=31h: at least the prefix and what DOS needs of it.
    if chain.resize(&mut dos.mem, psp, frame.dx.max(6)).is_err() {
        tracing::warn!("a program stays resident in memory that is not its own");
    }
    Answer::Elsewhere(dos.end_process(End::Resident, frame.al()))
}
