//! AH=0Fh–17h, 21h–24h, 27h–29h: files by file control block.
//!
//! They report in AL: 0 for success, and else what is wrong with a record or that there is no file.
//! Source: RBIL, INT 21h under these numbers.

use super::super::drive::{Create, DosName, DosPath, attribute};
use super::super::error::DosError;
use super::super::fcb::{self, Fcb};
use super::super::files::Target;
use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::path::{Pattern, Place};
use super::super::{Dos, sda, sft};
use super::handle::{read_file, write_file};
use super::{Answer, find};
use crate::types::SegOff;

const OK: u8 = 0x00;
const FAILED: u8 = 0xFF;
/// What a record call returns.
const END_OF_FILE: u8 = 0x01;
const DISK_FULL: u8 = 0x01;
const PARTIAL_RECORD: u8 = 0x03;
/// Open mode: read and write, compatible with other programs of DOS 1.
const MODE: u8 = 2;
const READ_ONLY: u8 = 0;

fn status(frame: &mut Frame, result: Result<(), DosError>) -> Answer {
    if let Err(error) = result
        && error.is_critical()
    {
        return Answer::Critical(error);
    }
    frame.set_al(if result.is_ok() { OK } else { FAILED });
    Answer::Done
}

/// The drive and the current directory that the block names.
fn folder(dos: &Dos<'_>, block: Fcb) -> Result<Place, DosError> {
    let number = fcb::DRIVE.get(&dos.mem, block.at);
    let drive = number.checked_sub(1).unwrap_or_else(|| dos.current_drive());
    dos.drive(drive)?;
    Ok(Place { drive, path: dos.current_directory(drive) })
}

fn place(dos: &Dos<'_>, block: Fcb) -> Result<Place, DosError> {
    let name = block.pattern(&dos.mem, dos.state.page).single().ok_or(DosError::FileNotFound)?;
    let mut place = folder(dos, block)?;
    place.path.0.push(DosName::parse(&name.dotted()).ok_or(DosError::FileNotFound)?);
    Ok(place)
}

/// AH=0Fh: opens the file.
pub(super) fn int21_0f_open(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let result = match device(dos, block) {
        Some(header) => dos.open_device(header, MODE).and_then(|index| {
            let place = Place { drive: dos.current_drive(), path: DosPath::default() };
            fill(dos, block, &place, index)
        }),
        None => open_file(dos, block),
    };
    status(frame, result)
}

/// The device that the block names.
fn device(dos: &Dos<'_>, block: Fcb) -> Option<SegOff> {
    let name = block.pattern(&dos.mem, dos.state.page).single()?;
    super::super::device::by_name(dos, &name.dotted())
}

fn open_file(dos: &mut Dos<'_>, block: Fcb) -> Result<(), DosError> {
    place(dos, block).and_then(|place| {
        let index = dos.open_file(&place, MODE).or_else(|_| dos.open_file(&place, READ_ONLY))?;
        fill(dos, block, &place, index)
    })
}

/// AH=16h: makes the file, or empties it.
pub(super) fn int21_16_create(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let result = place(dos, block).and_then(|place| {
        let index = dos.create_file(&place, block.attributes.unwrap_or(0), Create::Truncate, MODE)?;
        fill(dos, block, &place, index)
    });
    status(frame, result)
}

/// Fills the block of an opened file. Its system file belongs to the process as a handle's does.
fn fill(dos: &mut Dos<'_>, block: Fcb, place: &Place, index: u8) -> Result<(), DosError> {
    let at = sft::entry(&dos.mem, index).ok_or(DosError::InvalidHandle)?;
    let (size, stamp) = (sft::SIZE.get(&dos.mem, at), sft::stamp(&dos.mem, at));
    let mem = &mut dos.mem;
    sft::MODE.set(mem, at, sft::MODE.get(mem, at) | sft::OPENED_BY_FCB);
    fcb::DRIVE.set(mem, block.at, place.drive + 1);
    fcb::BLOCK.set(mem, block.at, 0);
    fcb::RECORD_BYTES.set(mem, block.at, fcb::DEFAULT_RECORD);
    fcb::SIZE.set(mem, block.at, size);
    fcb::DATE.set(mem, block.at, stamp.date);
    fcb::TIME.set(mem, block.at, stamp.time);
    fcb::FILE.set(mem, block.at, index);
    Ok(())
}

/// The open file of a block. *Errors*: the block's file is not open, or another's.
fn target(dos: &Dos<'_>, block: Fcb) -> Result<Target, DosError> {
    let index = fcb::FILE.get(&dos.mem, block.at);
    let at = sft::entry(&dos.mem, index).ok_or(DosError::InvalidHandle)?;
    let by_fcb = sft::MODE.get(&dos.mem, at) & sft::OPENED_BY_FCB != 0;
    if !by_fcb || sft::REFERENCES.get(&dos.mem, at) == 0 {
        return Err(DosError::InvalidHandle);
    }
    Ok(Target { index, at, info: sft::INFO.get(&dos.mem, at) })
}

/// AH=10h: closes the file.
pub(super) fn int21_10_close(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let result = target(dos, block).map(|target| dos.release(target.index));
    status(frame, result)
}

/// AH=11h: the first file that the block stands for, as a block of its own at the transfer area.
pub(super) fn int21_11_find_first(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = find_first(dos, frame.ds_dx());
    status(frame, result)
}

fn find_first(dos: &mut Dos<'_>, at: SegOff) -> Result<(), DosError> {
    let block = Fcb::find(&dos.mem, at);
    let place = folder(dos, block)?;
    let pattern = block.pattern(&dos.mem, dos.state.page);
    let wanted = block.attributes.unwrap_or(0);
    let drive = place.drive;
    let number = find::begin(dos, place, wanted)?;
    // Where the search stands is kept in the parts of the block that are DOS's own.
    fcb::BLOCK.set(&mut dos.mem, block.at, number);
    fcb::RECORD_BYTES.set(&mut dos.mem, block.at, 0);
    found(dos, at, block, drive, pattern, wanted)
}

/// AH=12h: the next file of the search that the block is in.
pub(super) fn int21_12_find_next(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let pattern = block.pattern(&dos.mem, dos.state.page);
    let result = folder(dos, block)
        .and_then(|place| found(dos, frame.ds_dx(), block, place.drive, pattern, block.attributes.unwrap_or(0)));
    status(frame, result)
}

/// Writes the next entry to the transfer area: a drive byte and a directory entry, with the extension
/// in front if the search's block has one.
fn found(dos: &mut Dos<'_>, at: SegOff, block: Fcb, drive: u8, pattern: Pattern, wanted: u8) -> Result<(), DosError> {
    let (number, from) = (fcb::BLOCK.get(&dos.mem, block.at), fcb::RECORD_BYTES.get(&dos.mem, block.at));
    let (next, entry) = find::next(dos, number, from, pattern, wanted)?;
    fcb::RECORD_BYTES.set(&mut dos.mem, block.at, next);
    let mut to = sda::DTA.get(&dos.mem, SDA);
    if block.attributes.is_some() {
        let mut extension = [0; 7];
        dos.mem.read_bytes(at, &mut extension);
        extension[6] = entry.attributes;
        dos.mem.write_bytes(to, &extension);
        to = to.offset(7);
    }
    let mem = &mut dos.mem;
    mem.write_u8(to, drive + 1);
    mem.write_bytes(to.offset(1), &entry.name.0);
    mem.write_u8(to.offset(0x0C), entry.attributes);
    mem.write_bytes(to.offset(0x0D), &[0; 10]);
    mem.write_u16(to.offset(0x17), entry.written.time);
    mem.write_u16(to.offset(0x19), entry.written.date);
    mem.write_u16(to.offset(0x1B), 0);
    mem.write_u32(to.offset(0x1D), entry.size);
    Ok(())
}

/// AH=13h: deletes all files that the block stands for.
pub(super) fn int21_13_delete(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = delete(dos, Fcb::find(&dos.mem, frame.ds_dx()));
    status(frame, result)
}

fn delete(dos: &Dos<'_>, block: Fcb) -> Result<(), DosError> {
    let folder = folder(dos, block)?;
    let names = matching(dos, &folder, block)?;
    for name in names {
        let mut path = folder.path.clone();
        path.0.push(name);
        dos.delete_file(&Place { drive: folder.drive, path })?;
    }
    Ok(())
}

/// The files of a directory that a block stands for. *Errors*: there are none.
fn matching(dos: &Dos<'_>, folder: &Place, block: Fcb) -> Result<Vec<DosName>, DosError> {
    let pattern = block.pattern(&dos.mem, dos.state.page);
    let entries = dos.drive(folder.drive)?.list(&folder.path)?;
    let names: Vec<DosName> = entries
        .into_iter()
        .filter(|entry| entry.attributes & attribute::DIRECTORY == 0 && pattern.matches(entry.name))
        .map(|entry| entry.name)
        .collect();
    if names.is_empty() { Err(DosError::FileNotFound) } else { Ok(names) }
}

/// AH=17h: gives all files that the block stands for the name 16 bytes behind it; question marks there
/// keep what a name has.
pub(super) fn int21_17_rename(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = rename(dos, Fcb::find(&dos.mem, frame.ds_dx()));
    status(frame, result)
}

fn rename(dos: &Dos<'_>, block: Fcb) -> Result<(), DosError> {
    let folder = folder(dos, block)?;
    let to = Fcb { at: block.at.offset(0x10), attributes: None }.pattern(&dos.mem, dos.state.page);
    for name in matching(dos, &folder, block)? {
        let mut new = to.0;
        for (place, old) in new.iter_mut().zip(name.0) {
            *place = if *place == b'?' { old } else { *place };
        }
        let new = DosName::parse(&DosName(new).dotted()).ok_or(DosError::FileNotFound)?;
        let in_folder = |name: DosName| {
            let mut path = folder.path.clone();
            path.0.push(name);
            path
        };
        dos.drive(folder.drive)?.writable()?.rename(&in_folder(name), &in_folder(new))?;
    }
    Ok(())
}

/// What is done with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Read,
    Write,
}

/// AH=14h and 15h: the next record, from or to the transfer area.
pub(super) fn int21_14_sequential(dos: &mut Dos<'_>, frame: &mut Frame, transfer: Transfer) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let record = block.sequential(&dos.mem);
    let (code, done) = records(dos, block, record, 1, transfer);
    block.set_sequential(&mut dos.mem, record.saturating_add(u32::from(done)));
    frame.set_al(code);
    Answer::Done
}

/// AH=21h and 22h: the record that the block names; the block stays on it.
pub(super) fn int21_21_random(dos: &mut Dos<'_>, frame: &mut Frame, transfer: Transfer) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let record = fcb::RANDOM.get(&dos.mem, block.at);
    block.set_sequential(&mut dos.mem, record);
    let (code, _) = records(dos, block, record, 1, transfer);
    frame.set_al(code);
    Answer::Done
}

/// AH=27h and 28h: CX records from the one that the block names on; CX = records done. Writing none
/// ends the file there.
pub(super) fn int21_27_random_block(dos: &mut Dos<'_>, frame: &mut Frame, transfer: Transfer) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let record = fcb::RANDOM.get(&dos.mem, block.at);
    let (code, done) = records(dos, block, record, frame.cx, transfer);
    let next = record.saturating_add(u32::from(done));
    fcb::RANDOM.set(&mut dos.mem, block.at, next);
    block.set_sequential(&mut dos.mem, next);
    frame.cx = done;
    frame.set_al(code);
    Answer::Done
}

/// Transfers records from `first` on: the code for AL, and how many.
fn records(dos: &mut Dos<'_>, block: Fcb, first: u32, count: u16, transfer: Transfer) -> (u8, u16) {
    let bytes = match fcb::RECORD_BYTES.get(&dos.mem, block.at) {
        0 => fcb::DEFAULT_RECORD,
        bytes => bytes,
    };
    let Ok(target) = target(dos, block) else { return (END_OF_FILE, 0) };
    let at = sda::DTA.get(&dos.mem, SDA);
    // As much as the segment of the transfer area holds.
    let room = (0xFFFF - at.off) / bytes;
    let wanted = count.min(room);
    sft::POSITION.set(&mut dos.mem, target.at, first.saturating_mul(u32::from(bytes)));
    let length = wanted * bytes;
    let moved = match transfer {
        Transfer::Read => read_file(dos, target, at, length),
        Transfer::Write => write_file(dos, target, at, length),
    };
    let size = sft::SIZE.get(&dos.mem, target.at);
    fcb::SIZE.set(&mut dos.mem, block.at, size);
    match (moved, transfer) {
        (Ok(moved), _) if moved == length && wanted == count => (OK, wanted),
        (Ok(moved), Transfer::Read) if moved == length => (0x02, wanted),
        (Ok(moved), Transfer::Read) if moved % bytes != 0 => {
            // The last record is filled up with zeros.
            let rest = bytes - moved % bytes;
            dos.mem.write_bytes(at.offset(moved), &vec![0; usize::from(rest)]);
            (PARTIAL_RECORD, moved / bytes + 1)
        }
        (Ok(moved), Transfer::Read) => (END_OF_FILE, moved / bytes),
        (Ok(moved), Transfer::Write) => (DISK_FULL, moved / bytes),
        (Err(_), _) => (END_OF_FILE, 0),
    }
}

/// AH=23h: how many records the file has, into the block.
pub(super) fn int21_23_size(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let bytes = u32::from(fcb::RECORD_BYTES.get(&dos.mem, block.at).max(1));
    let result = place(dos, block).and_then(|place| dos.lookup(&place)).map(|entry| {
        fcb::RANDOM.set(&mut dos.mem, block.at, entry.size.div_ceil(bytes));
    });
    status(frame, result)
}

/// AH=24h: makes the record of sequential calls the one that the block names.
pub(super) fn int21_24_set_random(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    let block = Fcb::find(&dos.mem, frame.ds_dx());
    let record = block.sequential(&dos.mem);
    fcb::RANDOM.set(&mut dos.mem, block.at, record);
    Answer::Done
}

/// AH=29h: takes the name at DS:SI apart into the block at ES:DI; AL = 1 if it is a pattern, FFh if its
/// drive is none.
pub(super) fn int21_29_parse(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    const SKIP: u8 = 1 << 0;
    const KEEP_DRIVE: u8 = 1 << 1;
    const KEEP_NAME: u8 = 1 << 2;
    const KEEP_EXTENSION: u8 = 1 << 3;
    const MOST_BYTES: usize = 256;
    let (options, from) = (frame.al(), SegOff::new(frame.ds, frame.si));
    let mut text = vec![0; MOST_BYTES];
    dos.mem.read_bytes(from, &mut text);
    let parsed = fcb::parse(&text, options & SKIP != 0, dos.state.page);
    let to = SegOff::new(frame.es, frame.di);
    if let Some(drive) = parsed.drive.or((options & KEEP_DRIVE == 0).then_some(0)) {
        dos.mem.write_u8(to, drive);
    }
    if let Some(name) = parsed.name.or((options & KEEP_NAME == 0).then_some([b' '; 8])) {
        dos.mem.write_bytes(to.offset(1), &name);
    }
    if let Some(extension) = parsed.extension.or((options & KEEP_EXTENSION == 0).then_some([b' '; 3])) {
        dos.mem.write_bytes(to.offset(9), &extension);
    }
    frame.si = frame.si.wrapping_add(u16::try_from(parsed.used).unwrap_or(0));
    let missing = parsed.drive.is_some_and(|drive| dos.drive(drive - 1).is_err());
    frame.set_al(if missing { FAILED } else { u8::from(parsed.is_wild()) });
    Answer::Done
}
