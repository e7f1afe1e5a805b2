//! AH=4Eh and 4Fh: searching a directory; AH=1Ah and 2Fh: where the results go.
//!
//! Where a search stands is in the 21 bytes that DOS reserves at the start of the transfer area: a
//! program may copy them away, search elsewhere, and put them back. They hold the pattern, the
//! attributes, how far the search has come, and its number; where it searches and what was there when it
//! began is remembered under that number.
//!
//! Source: RBIL, INT 21h/AH=4Eh, "Format of FindFirst data block".

use super::super::drive::{DosName, DosPath, Entry, Stamp, attribute};
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::SDA;
use super::super::path::{Pattern, Place, asciiz};
use super::super::{Dos, device, sda};
use super::{Answer, answer};
use crate::types::SegOff;

/// Searches that are remembered; one more makes the one forgotten that has rested longest.
const MOST_SEARCHES: usize = 1024;
/// Entries of directories that are kept for them, in all; beyond that the directory of the search that
/// has rested longest is read again when it goes on.
const MOST_ENTRIES: usize = 1 << 17;
/// Entries of one directory: what the index in the data block can count.
const MOST_OF_ONE: usize = u16::MAX as usize;
/// The number of a search that finds nothing more.
const ENDED: u16 = 0;

/// Offsets in the data block: what DOS keeps to itself, then the result.
const DRIVE: u16 = 0x00;
const PATTERN: u16 = 0x01;
const WANTED: u16 = 0x0C;
const INDEX: u16 = 0x0D;
const SEARCH: u16 = 0x0F;
const FOUND: u16 = 0x15;

/// Attribute of a device that was found. Source: RBIL, INT 21h/AH=4Eh.
const DEVICE: u8 = 0x40;

/// Attributes that keep a file out of a search that does not ask for them.
const SPECIAL: u8 = attribute::HIDDEN | attribute::SYSTEM | attribute::DIRECTORY;

/// A search that goes on.
#[derive(Clone, Debug)]
struct Search {
    number: u16,
    place: Place,
    wanted: u8,
    /// What the directory held; nothing if that has been dropped.
    entries: Option<Vec<Entry>>,
}

/// The searches that have begun, the one used last at the end.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Searches {
    known: Vec<Search>,
    last: u16,
}

impl Searches {
    /// Remembers a search; returns its number.
    fn begin(&mut self, place: Place, wanted: u8, entries: Vec<Entry>) -> u16 {
        self.last = self.last.wrapping_add(1).max(ENDED + 1);
        // A number comes again after 65,535 searches.
        self.end(self.last);
        self.keep(Search { number: self.last, place, wanted, entries: Some(entries) });
        self.last
    }

    /// Puts `search` at the end, and drops what is too much.
    fn keep(&mut self, search: Search) {
        if self.known.len() == MOST_SEARCHES {
            self.known.remove(0);
        }
        let mut room = MOST_ENTRIES.saturating_sub(search.entries.as_ref().map_or(0, Vec::len));
        self.known.push(search);
        for older in self.known.iter_mut().rev().skip(1) {
            match older.entries.as_ref().map_or(0, Vec::len) {
                count if count <= room => room -= count,
                _ => older.entries = None,
            }
        }
    }

    fn take(&mut self, number: u16) -> Option<Search> {
        let index = self.known.iter().rposition(|search| search.number == number)?;
        Some(self.known.remove(index))
    }

    fn end(&mut self, number: u16) {
        self.take(number);
    }
}

/// AH=1Ah: results go to DS:DX.
pub(super) fn int21_1a_set_transfer_area(dos: &mut Dos<'_>, frame: &Frame) -> Answer {
    sda::DTA.set(&mut dos.mem, SDA, frame.ds_dx());
    Answer::Done
}

/// AH=2Fh: ES:BX = where results go.
pub(super) fn int21_2f_transfer_area(dos: &Dos<'_>, frame: &mut Frame) -> Answer {
    let at = sda::DTA.get(&dos.mem, SDA);
    (frame.es, frame.bx) = (at.seg, at.off);
    Answer::Done
}

/// AH=4Eh: the first that the name at DS:DX stands for, with the attributes in CX.
pub(super) fn int21_4e_find_first(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let wanted = frame.cx.to_le_bytes()[0];
    let result = find_first(dos, frame.ds_dx(), wanted);
    answer(dos, frame, result)
}

fn find_first(dos: &mut Dos<'_>, name: SegOff, wanted: u8) -> Result<(), DosError> {
    let text = asciiz(&dos.mem, name)?;
    if text.is_empty() {
        return Err(DosError::FileNotFound);
    }
    let at = sda::DTA.get(&dos.mem, SDA);
    if let Some(header) = dos.named_device(&text)? {
        return found_device(dos, at, header);
    }
    let (place, pattern) = dos.searched_text(&text)?;
    let pattern =
        pattern.ok_or(if place.path.0.is_empty() { DosError::NoMoreFiles } else { DosError::PathNotFound })?;
    dos.mem.write_u8(at.offset(DRIVE), place.drive + 1);
    dos.mem.write_bytes(at.offset(PATTERN), &pattern.0);
    dos.mem.write_u8(at.offset(WANTED), wanted);
    dos.mem.write_u16(at.offset(INDEX), 0);
    dos.mem.write_u16(at.offset(SEARCH), ENDED);
    if let Some(name) = pattern.single().filter(|_| wanted & attribute::LABEL == 0) {
        return find_only(dos, at, &place, name, wanted);
    }
    let number = begin(dos, place, wanted)?;
    dos.mem.write_u16(at.offset(SEARCH), number);
    find_next(dos, at)
}

/// The one file that a name without wildcards stands for. Programs ask for it before they open it: no
/// reason to look at all the others, or to remember the search.
fn find_only(dos: &mut Dos<'_>, at: SegOff, place: &Place, name: DosName, wanted: u8) -> Result<(), DosError> {
    let mut path = place.path.clone();
    path.0.push(name);
    let entry = dos.lookup(&Place { drive: place.drive, path }).map_err(|error| match error {
        DosError::FileNotFound | DosError::AccessDenied => DosError::NoMoreFiles,
        error => error,
    })?;
    if !fits(&entry, Pattern(name.0), wanted) {
        return Err(DosError::NoMoreFiles);
    }
    write_found(dos, at.offset(FOUND), &entry);
    Ok(())
}

/// A device is found by its name in every directory; programs look whether a directory is there by NUL.
fn found_device(dos: &mut Dos<'_>, at: SegOff, header: SegOff) -> Result<(), DosError> {
    dos.mem.write_u16(at.offset(SEARCH), ENDED);
    let entry = Entry { name: device::name(dos, header), attributes: DEVICE, size: 0, written: Stamp::default() };
    write_found(dos, at.offset(FOUND), &entry);
    Ok(())
}

/// Begins a search of the directory at `place`; returns its number.
pub(super) fn begin(dos: &mut Dos<'_>, place: Place, wanted: u8) -> Result<u16, DosError> {
    let entries = candidates(dos, &place, wanted)?;
    Ok(dos.state.searches.begin(place, wanted, entries))
}

/// What search `number` finds from entry `from` on, and the entry behind it. A search that finds
/// nothing more has ended.
pub(super) fn next(
    dos: &mut Dos<'_>,
    number: u16,
    from: u16,
    pattern: Pattern,
    wanted: u8,
) -> Result<(u16, Entry), DosError> {
    let mut search = dos.state.searches.take(number).ok_or(DosError::NoMoreFiles)?;
    let entries = match search.entries.take() {
        Some(entries) => entries,
        None => candidates(dos, &search.place, search.wanted)?,
    };
    let mut rest = entries.iter().enumerate().skip(usize::from(from));
    let found = rest.find(|(_, entry)| fits(entry, pattern, wanted)).map(|(index, entry)| (index + 1, *entry));
    let (behind, entry) = found.ok_or(DosError::NoMoreFiles)?;
    dos.state.searches.keep(Search { entries: Some(entries), ..search });
    Ok((u16::try_from(behind).unwrap_or(u16::MAX), entry))
}

/// Everything in a directory that a search may find: its entries, the two dots of one that is not
/// the root, and the label.
fn candidates(dos: &Dos<'_>, place: &Place, wanted: u8) -> Result<Vec<Entry>, DosError> {
    let drive = dos.drive(place.drive)?;
    let label =
        drive.label().map(|name| Entry { name, attributes: attribute::LABEL, size: 0, written: Stamp::default() });
    if wanted == attribute::LABEL {
        return Ok(label.filter(|_| place.path.0.is_empty()).into_iter().collect());
    }
    let mut entries = Vec::new();
    if let Some((parent, _)) = place.path.split() {
        entries.push(dotted(dos, place, b".          ")?);
        entries.push(dotted(dos, &Place { drive: place.drive, path: parent }, b"..         ")?);
    } else if wanted & attribute::LABEL != 0 {
        entries.extend(label);
    }
    entries.extend(drive.list(&place.path)?);
    entries.truncate(MOST_OF_ONE);
    Ok(entries)
}

fn dotted(dos: &Dos<'_>, place: &Place, name: &[u8; 11]) -> Result<Entry, DosError> {
    let place = Place { drive: place.drive, path: DosPath(place.path.0.clone()) };
    let entry = dos.lookup(&place).map_err(|_| DosError::PathNotFound)?;
    Ok(Entry { name: DosName(*name), ..entry })
}

/// AH=4Fh: the next of the search at the transfer area.
pub(super) fn int21_4f_find_next(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let at = sda::DTA.get(&dos.mem, SDA);
    let result = find_next(dos, at);
    answer(dos, frame, result)
}

fn find_next(dos: &mut Dos<'_>, at: SegOff) -> Result<(), DosError> {
    let (number, from) = (dos.mem.read_u16(at.offset(SEARCH)), dos.mem.read_u16(at.offset(INDEX)));
    let wanted = dos.mem.read_u8(at.offset(WANTED));
    let mut pattern = [0; 11];
    dos.mem.read_bytes(at.offset(PATTERN), &mut pattern);
    let (behind, entry) = next(dos, number, from, Pattern(pattern), wanted)?;
    dos.mem.write_u16(at.offset(INDEX), behind);
    write_found(dos, at.offset(FOUND), &entry);
    Ok(())
}

/// Hidden files, system files and directories are found by a search that asks for them.
fn fits(entry: &Entry, pattern: Pattern, wanted: u8) -> bool {
    pattern.matches(entry.name) && entry.attributes & SPECIAL & !wanted == 0
}

fn write_found(dos: &mut Dos<'_>, at: SegOff, entry: &Entry) {
    let mem = &mut dos.mem;
    mem.write_u8(at, entry.attributes);
    mem.write_u16(at.offset(1), entry.written.time);
    mem.write_u16(at.offset(3), entry.written.date);
    mem.write_u32(at.offset(5), entry.size);
    let mut name = [0; 13];
    let text = entry.name.dotted();
    name[..text.len()].copy_from_slice(&text);
    mem.write_bytes(at.offset(9), &name);
}
