//! AX=714Eh, 714Fh, 71A1h: searching a directory by long names.

use std::collections::VecDeque;

use super::names::{Wanted, matching};
use super::place::Split;
use crate::dos::Dos;
use crate::dos::drive::{DosName, Entry, Stamp, attribute, long};
use crate::dos::error::DosError;
use crate::dos::frame::Frame;
use crate::dos::path::Place;
use crate::types::SegOff;

/// Searches that are open at once, in all processes.
const MOST_SEARCHES: usize = 256;
/// Entries that are kept for them in all. Beyond that the search that has rested longest is over.
const MOST_ENTRIES: usize = 1 << 17;

/// Bytes of a name in the result, with the zero, long and short. Source: RBIL, INT 21h/AX=714Eh.
const LONG_BYTES: usize = 260;
const SHORT_BYTES: usize = 14;

/// A search that goes on.
#[derive(Clone, Debug)]
struct Search {
    handle: u16,
    psp: u16,
    left: VecDeque<(Entry, long::Names)>,
}

/// The searches that have begun, the one used last at the end.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct LongSearches(Vec<Search>);

impl LongSearches {
    /// A handle for a search that will find `left`. *Errors*: all are in use.
    fn open(&mut self, psp: u16, left: VecDeque<(Entry, long::Names)>) -> Result<u16, DosError> {
        let is_free = |&handle: &u16| self.0.iter().all(|search| search.handle != handle);
        let handle = (1..).find(is_free).filter(|_| self.0.len() < MOST_SEARCHES).ok_or(DosError::TooManyOpenFiles)?;
        self.0.push(Search { handle, psp, left });
        let mut count: usize = self.0.iter().map(|search| search.left.len()).sum();
        for search in &mut self.0 {
            if count <= MOST_ENTRIES {
                break;
            }
            count -= search.left.len();
            search.left.clear();
        }
        Ok(handle)
    }

    fn next(&mut self, handle: u16) -> Result<(Entry, long::Names), DosError> {
        let index = self.index(handle)?;
        let mut search = self.0.remove(index);
        let found = search.left.pop_front();
        self.0.push(search);
        found.ok_or(DosError::NoMoreFiles)
    }

    fn close(&mut self, handle: u16) -> Result<(), DosError> {
        let index = self.index(handle)?;
        self.0.remove(index);
        Ok(())
    }

    fn index(&self, handle: u16) -> Result<usize, DosError> {
        self.0.iter().position(|search| search.handle == handle).ok_or(DosError::InvalidHandle)
    }

    /// Those of process `psp` are over.
    pub(in crate::dos) fn end_all_of(&mut self, psp: u16) {
        self.0.retain(|search| search.psp != psp);
    }
}

/// AX=714Eh: AX = handle of a search for what is at DS:DX, with the attributes in CX; the first that is
/// found to ES:DI, CX = what its names lack, times as SI says.
pub(super) fn int21_714e_find_first(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let text = dos.long_text(frame.ds_dx())?;
    if dos.named_device(&text)?.is_some() {
        return Err(DosError::FileNotFound);
    }
    let Split { folder, last } = dos.split_long(&text)?;
    let pattern = last.ok_or(DosError::FileNotFound)?;
    let form = Form::of(frame.si)?;
    let mut found = candidates(dos, &folder, &pattern, Wanted::of(frame.cx))?;
    let first = found.pop_front().ok_or(DosError::FileNotFound)?;
    let psp = dos.psp();
    frame.ax = dos.state.long_searches.open(psp, found)?;
    write(dos, frame, form, &first);
    Ok(())
}

/// AX=714Fh: the next of search BX to ES:DI.
pub(super) fn int21_714f_find_next(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let form = Form::of(frame.si)?;
    let found = dos.state.long_searches.next(frame.bx)?;
    write(dos, frame, form, &found);
    Ok(())
}

/// AX=71A1h: search BX is over.
pub(super) fn int21_71a1_find_close(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    dos.state.long_searches.close(frame.bx)
}

/// What a search finds, in its order: the two dots of a directory that is not the root, or the label,
/// before the rest.
fn candidates(
    dos: &Dos<'_>,
    folder: &Place,
    pattern: &[u8],
    wanted: Wanted,
) -> Result<VecDeque<(Entry, long::Names)>, DosError> {
    let mut all = VecDeque::new();
    match folder.path.split() {
        Some((parent, _)) => {
            let parent = Place { drive: folder.drive, path: parent };
            for (place, name) in [(folder, *b".          "), (&parent, *b"..         ")] {
                let entry = Entry { name: DosName(name), ..dos.lookup(place)? };
                all.push_back((entry, long::Names::plain(entry.name)));
            }
        }
        None => all.extend(dos.drive(folder.drive)?.label().map(label)),
    }
    let page = dos.state.page;
    all.retain(|(_, names)| long::matches(pattern, &names.long, page));
    all.extend(matching(dos, folder, pattern)?);
    all.retain(|(entry, _)| wanted.fits(entry));
    Ok(all)
}

fn label(name: DosName) -> (Entry, long::Names) {
    let entry = Entry { name, attributes: attribute::LABEL, size: 0, written: Stamp::default() };
    (entry, long::Names::plain(name))
}

/// How a search gives times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Windows,
    Dos,
}

impl Form {
    fn of(si: u16) -> Result<Form, DosError> {
        match si {
            0 => Ok(Form::Windows),
            1 => Ok(Form::Dos),
            _ => Err(DosError::InvalidFunction),
        }
    }
}

/// Writes what was found to ES:DI, and to CX whether characters of its name are lacking.
fn write(dos: &mut Dos<'_>, frame: &mut Frame, form: Form, (entry, names): &(Entry, long::Names)) {
    let stamp = entry.written;
    let written = match form {
        Form::Windows => dos.file_time(stamp),
        Form::Dos => u64::from(stamp.date) << 16 | u64::from(stamp.time),
    };
    let mut record = Vec::with_capacity(0x13E);
    record.extend(u32::from(entry.attributes).to_le_bytes());
    // Gap: when a file was made and last used is not told.
    record.extend([0; 16]);
    record.extend(written.to_le_bytes());
    record.extend([0; 4]);
    record.extend(entry.size.to_le_bytes());
    record.extend([0; 8]);
    record.extend(terminated(&names.long, LONG_BYTES));
    // A name that is its own short form has no other. Source: RBIL, INT 21h/AX=714Eh.
    let short = names.short.dotted();
    record.extend(terminated(if short == names.long { b"" } else { &short }, SHORT_BYTES));
    dos.mem.write_bytes(SegOff::new(frame.es, frame.di), &record);
    frame.cx = u16::from(names.is_lossy);
}

/// `text` in `bytes` bytes, filled up with zeros.
fn terminated(text: &[u8], bytes: usize) -> Vec<u8> {
    let mut field = text[..text.len().min(bytes - 1)].to_vec();
    field.resize(bytes, 0);
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize) -> VecDeque<(Entry, long::Names)> {
        (0..count).map(|_| label(DosName(*b"A          "))).collect()
    }

    #[test]
    fn a_handle_is_free_again_when_it_is_closed_or_its_program_ends() {
        let mut searches = LongSearches::default();
        assert_eq!((searches.open(1, entries(1)), searches.open(2, entries(1))), (Ok(1), Ok(2)));
        assert_eq!((searches.close(1), searches.close(1)), (Ok(()), Err(DosError::InvalidHandle)));
        searches.end_all_of(2);
        assert_eq!((searches.next(2).err(), searches.open(1, entries(1))), (Some(DosError::InvalidHandle), Ok(1)));
    }

    #[test]
    fn searches_that_nobody_closes_take_no_more_than_they_may() {
        let mut searches = LongSearches::default();
        for _ in 0..MOST_SEARCHES {
            searches.open(1, entries(10_000)).unwrap();
        }
        assert_eq!(searches.open(1, entries(1)), Err(DosError::TooManyOpenFiles));
        assert!(searches.0.iter().map(|search| search.left.len()).sum::<usize>() <= MOST_ENTRIES);
        assert_eq!(searches.next(1).err(), Some(DosError::NoMoreFiles));
    }
}
