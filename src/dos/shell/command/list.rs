//! DIR. Source for its look and switches: MS-DOS 5 User's Guide, DIR.

use std::cmp::Ordering;

use super::super::super::Dos;
use super::super::super::drive::{DosName, Entry, Stamp, attribute};
use super::super::super::error::DosError;
use super::super::super::function::Clusters;
use super::super::super::path::{Pattern, Place, text_of};
use super::super::line::Words;
use super::super::output::Pages;
use super::super::text::{Complaint, Done};
use super::super::{Job, STDOUT, Shell, variables};
use super::{about, entries_of, is_directory};

const SPECIAL: u8 = attribute::HIDDEN | attribute::SYSTEM;
/// Names in a row of /W.
const WIDE_COLUMNS: usize = 5;
/// Directories within directories that /S goes into at most.
const MOST_DEPTH: usize = 32;

/// What the switches say.
#[derive(Clone, Debug, Default)]
struct Options {
    wide: bool,
    pages: bool,
    bare: bool,
    lower: bool,
    within: bool,
    /// Bits that have to be set, and those that must not be.
    with: u8,
    without: u8,
    order: Vec<Order>,
}

/// A thing to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    by: u8,
    reverse: bool,
}

impl Options {
    fn parse(&mut self, switches: &[Vec<u8>]) -> Done {
        for switch in switches {
            match switch.split_first() {
                Some((b'W', [])) => self.wide = true,
                Some((b'P', [])) => self.pages = true,
                Some((b'B', [])) => self.bare = true,
                Some((b'L', [])) => self.lower = true,
                Some((b'S', [])) => self.within = true,
                Some((b'A', letters)) => self.attributes(letters)?,
                Some((b'O', letters)) => self.sort(letters)?,
                _ => return Err(Complaint::about("Invalid switch", &[b"/", switch.as_slice()].concat())),
            }
        }
        Ok(())
    }

    fn attributes(&mut self, letters: &[u8]) -> Done {
        self.without = 0;
        let mut not = false;
        for letter in letters {
            let bit = match letter {
                b':' => continue,
                b'-' => {
                    not = true;
                    continue;
                }
                b'D' => attribute::DIRECTORY,
                b'R' => attribute::READ_ONLY,
                b'H' => attribute::HIDDEN,
                b'S' => attribute::SYSTEM,
                b'A' => attribute::ARCHIVE,
                _ => return Err(Complaint::about("Parameter format not correct", letters)),
            };
            *(if std::mem::take(&mut not) { &mut self.without } else { &mut self.with }) |= bit;
        }
        Ok(())
    }

    fn sort(&mut self, letters: &[u8]) -> Done {
        self.order.clear();
        let mut reverse = false;
        for &by in letters {
            match by {
                b':' => {}
                b'-' => reverse = true,
                b'N' | b'E' | b'S' | b'D' | b'G' => {
                    self.order.push(Order { by, reverse: std::mem::take(&mut reverse) });
                }
                _ => return Err(Complaint::about("Parameter format not correct", letters)),
            }
        }
        if self.order.is_empty() {
            self.order = [b'G', b'N'].map(|by| Order { by, reverse }).to_vec();
        }
        Ok(())
    }

    fn shows(&self, entry: &Entry) -> bool {
        entry.attributes & self.with == self.with && entry.attributes & self.without == 0
    }

    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        let by = |order: &Order| {
            let ordering = match order.by {
                b'N' => a.name.stem().cmp(b.name.stem()),
                b'E' => a.name.extension().cmp(b.name.extension()),
                b'S' => a.size.cmp(&b.size),
                b'D' => (a.written.date, a.written.time).cmp(&(b.written.date, b.written.time)),
                _ => is_folder(b).cmp(&is_folder(a)),
            };
            if order.reverse { ordering.reverse() } else { ordering }
        };
        self.order.iter().map(by).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn is_folder(entry: &Entry) -> bool {
    entry.attributes & attribute::DIRECTORY != 0
}

/// DIR.
pub(super) fn dir(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let mut options = Options { without: SPECIAL, ..Options::default() };
    let preset = variables::get(dos, b"DIRCMD").unwrap_or_default();
    options.parse(&Words::of(&preset).switches)?;
    let words = Words::of(rest);
    options.parse(&words.switches)?;
    let name = words.names.first().map_or(b"".as_slice(), Vec::as_slice);
    let text = listing(dos, name, &options)?;
    if options.pages {
        shell.jobs.push(Job::Pages(Pages::new(&text)));
    } else {
        shell.say(STDOUT, text);
    }
    Ok(())
}

/// The place and the pattern that DIR shows of `name`: of a directory everything, of `NAME` also
/// `NAME.*`.
fn shown(dos: &Dos<'_>, name: &[u8]) -> Result<(Place, Pattern), DosError> {
    const ALL: Pattern = Pattern([b'?'; 11]);
    let (mut place, pattern) = dos.searched_text(name)?;
    let Some(mut pattern) = pattern else { return Ok((place, ALL)) };
    if let Some(single) = pattern.single().filter(|_| is_directory(dos, name)) {
        place.path.0.push(single);
        return Ok((place, ALL));
    }
    let last = &name[super::folder_of(name).len()..];
    if !last.contains(&b'.') {
        pattern.0[8..].fill(b'?');
    }
    Ok((place, pattern))
}

/// What DIR writes.
struct Listing<'a> {
    options: &'a Options,
    text: Vec<u8>,
    files: usize,
    bytes: u64,
}

fn listing(dos: &Dos<'_>, name: &[u8], options: &Options) -> Result<Vec<u8>, Complaint> {
    let (place, pattern) = shown(dos, name)?;
    let mut listing = Listing { options, text: Vec::new(), files: 0, bytes: 0 };
    if !options.bare {
        listing.text = about::label_text(dos, place.drive)?;
    }
    listing.directory(dos, &place, pattern, 0)?;
    if listing.files == 0 {
        let header = if options.bare { Vec::new() } else { listing.text };
        return Err(Complaint([header.as_slice(), b"File not found\r\n"].concat()));
    }
    if !options.bare {
        listing.totals(dos, place.drive)?;
    }
    Ok(listing.text)
}

impl Listing<'_> {
    /// A directory, and with /S those in it.
    fn directory(&mut self, dos: &Dos<'_>, place: &Place, pattern: Pattern, depth: usize) -> Result<(), DosError> {
        let mut entries = entries_of(dos, place, pattern)?;
        entries.retain(|entry| self.options.shows(entry));
        entries.sort_by(|a, b| self.options.compare(a, b));
        if !self.options.bare && pattern.single().is_none() {
            entries.splice(0..0, dots(dos, place).into_iter().filter(|entry| self.options.shows(entry)));
        }
        if !self.options.within || !entries.is_empty() {
            self.add(&entries, place);
        }
        if self.options.within && depth < MOST_DEPTH {
            for entry in entries_of(dos, place, Pattern([b'?'; 11]))?.iter().filter(|entry| is_folder(entry)) {
                let mut inside = place.clone();
                inside.path.0.push(entry.name);
                // One that cannot be read is left out.
                let _ = self.directory(dos, &inside, pattern, depth + 1);
            }
        }
        Ok(())
    }

    fn add(&mut self, entries: &[Entry], place: &Place) {
        let folder = text_of(place.drive, &place.path);
        if !self.options.bare {
            self.text.extend([b" Directory of ".as_slice(), &folder, b"\r\n\r\n"].concat());
        }
        self.files += entries.len();
        self.bytes += entries.iter().map(|entry| u64::from(entry.size)).sum::<u64>();
        if self.options.wide && !self.options.bare {
            self.wide(entries);
            return;
        }
        for entry in entries {
            let line = match (self.options.bare, self.options.within) {
                (true, true) => {
                    let between: &[u8] = if place.path.0.is_empty() { b"" } else { b"\\" };
                    [folder.as_slice(), between, &entry.name.dotted(), b"\r\n"].concat()
                }
                (true, false) => [entry.name.dotted().as_slice(), b"\r\n"].concat(),
                (false, _) => line(entry),
            };
            self.text.extend(self.cased(line));
        }
    }

    fn wide(&mut self, entries: &[Entry]) {
        for row in entries.chunks(WIDE_COLUMNS) {
            for entry in row {
                let name = entry.name.dotted();
                let mut cell = if is_folder(entry) { [b"[", name.as_slice(), b"]"].concat() } else { name };
                cell.resize(16, b' ');
                self.text.extend(self.cased(cell));
            }
            self.text.extend(b"\r\n");
        }
    }

    fn cased(&self, text: Vec<u8>) -> Vec<u8> {
        if self.options.lower { text.to_ascii_lowercase() } else { text }
    }

    fn totals(&mut self, dos: &Dos<'_>, drive: u8) -> Result<(), DosError> {
        let free = Clusters::of(dos.drive(drive)?.space()?).free_bytes();
        let totals = format!("{:9} file(s) {:10} bytes\r\n{free:28} bytes free\r\n", self.files, self.bytes);
        self.text.extend(totals.into_bytes());
        Ok(())
    }
}

/// `.` and `..` of a directory that is not the root.
fn dots(dos: &Dos<'_>, place: &Place) -> Vec<Entry> {
    let Ok(own) = dos.lookup(place) else { return Vec::new() };
    if place.path.0.is_empty() {
        return Vec::new();
    }
    let dots: [&[u8; 11]; 2] = [b".          ", b"..         "];
    dots.map(|name| Entry { name: DosName(*name), ..own }).to_vec()
}

/// A line: name, size, date and time.
fn line(entry: &Entry) -> Vec<u8> {
    let size = if is_folder(entry) { " <DIR>    ".to_owned() } else { format!("{:10}", entry.size) };
    // Dots stand where a name begins, and have no extension.
    let name = [&entry.name.0[..8], b" ", &entry.name.0[8..]].concat();
    let when = stamp_text(entry.written);
    [name.as_slice(), size.as_bytes(), b" ", when.as_bytes(), b"\r\n"].concat()
}

/// `11-22-26   8:01p`.
fn stamp_text(stamp: Stamp) -> String {
    let (year, month, day) = ((stamp.date >> 9) + 80, stamp.date >> 5 & 15, stamp.date & 31);
    let (hour, minute) = (stamp.time >> 11, stamp.time >> 5 & 63);
    let half = if hour < 12 { 'a' } else { 'p' };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{month:02}-{day:02}-{:02}  {hour:2}:{minute:02}{half}", year % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &[u8; 11], attributes: u8, size: u32) -> Entry {
        let written = Stamp { date: 11 << 9 | 4 << 5 | 9, time: 17 << 11 | 5 << 5 };
        Entry { name: DosName(*name), attributes, size, written }
    }

    #[test]
    fn a_line_has_name_size_date_and_time_in_columns() {
        let file = line(&entry(b"COMMAND COM", 0x20, 47845));
        assert_eq!(String::from_utf8(file).unwrap(), "COMMAND  COM     47845 04-09-91   5:05p\r\n");
        let folder = line(&entry(b"DOS        ", 0x10, 0));
        assert_eq!(String::from_utf8(folder).unwrap(), "DOS          <DIR>     04-09-91   5:05p\r\n");
    }

    #[test]
    fn entries_are_sorted_as_the_switch_says() {
        let mut options = Options::default();
        options.parse(&[b"O:G-S".to_vec()]).unwrap();
        let mut entries =
            [entry(b"A          ", 0x20, 1), entry(b"B          ", 0x20, 2), entry(b"C          ", 0x10, 0)];
        entries.sort_by(|a, b| options.compare(a, b));
        assert_eq!(entries.map(|entry| entry.name.0[0]), *b"CBA");
    }

    #[test]
    fn attributes_can_be_asked_for_and_ruled_out() {
        let mut options = Options { without: SPECIAL, ..Options::default() };
        options.parse(&[b"A-D".to_vec()]).unwrap();
        assert!(options.shows(&entry(b"A          ", attribute::HIDDEN, 0)));
        assert!(!options.shows(&entry(b"A          ", attribute::DIRECTORY, 0)));
        assert!(options.parse(&[b"X".to_vec()]).is_err());
    }
}
