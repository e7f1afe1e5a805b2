//! DIR. Source for its look and switches: MS-DOS 5 User's Guide, DIR.

use std::cmp::Ordering;

use super::super::super::Dos;
use super::super::super::drive::{DosName, Entry, Stamp, attribute};
use super::super::super::error::DosError;
use super::super::super::function::Clusters;
use super::super::super::path::{Pattern, Place, text_of};
use super::super::super::tools::{Visit, Walk};
use super::super::line::Words;
use super::super::output::Pages;
use super::super::text::{Answered, Complaint, Done};
use super::super::{Job, STDOUT, Shell, variables};
use super::{about, is_directory, optional_name};

const SPECIAL: u8 = attribute::HIDDEN | attribute::SYSTEM;
/// Names in a row of /W.
const WIDE_COLUMNS: usize = 5;
const ALL: Pattern = Pattern([b'?'; 11]);

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
                _ => return Err(misformed(b'A', letters)),
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
                _ => return Err(misformed(b'O', letters)),
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

fn misformed(switch: u8, letters: &[u8]) -> Complaint {
    Complaint::about("Parameter format not correct", &[&[b'/', switch], letters].concat())
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
    let name = optional_name(words)?.unwrap_or_default();
    let (place, pattern) = shown(dos, &name)?;
    let heading = if options.bare { Vec::new() } else { about::label_text(dos, place.drive)? };
    shell.jobs.push(Job::Pages(Pages::listing(Listing::new(options, place, pattern))));
    shell.say(STDOUT, heading);
    Ok(())
}

/// The place and the pattern that DIR shows of `name`: of a directory everything, of `NAME` also
/// `NAME.*`.
fn shown(dos: &Dos<'_>, name: &[u8]) -> Result<(Place, Pattern), DosError> {
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

/// What DIR writes, one directory at a time.
#[derive(Clone, Debug)]
pub(in super::super) struct Listing {
    options: Options,
    walk: Walk,
    drive: u8,
    pattern: Pattern,
    text: Vec<u8>,
    files: usize,
    bytes: u64,
    ended: bool,
    failed: Option<DosError>,
}

impl Listing {
    fn new(options: Options, place: Place, pattern: Pattern) -> Listing {
        let drive = place.drive;
        let walk = Walk::new(place, options.within);
        Listing { options, walk, drive, pattern, text: Vec::new(), files: 0, bytes: 0, ended: false, failed: None }
    }

    /// True if it stops whenever the screen is full.
    pub(in super::super) fn is_paged(&self) -> bool {
        self.options.pages
    }

    /// What has to be said if nothing was found.
    pub(in super::super) fn complaint(&self) -> Option<Complaint> {
        let error = self.failed.unwrap_or(DosError::FileNotFound);
        (self.files == 0).then(|| Complaint::from(error))
    }

    /// The next directory, which may have nothing to show; at last the totals. *Errors*: the
    /// drive failed; the same directory is next.
    pub(in super::super) fn next(&mut self, dos: &Dos<'_>) -> Result<Option<Vec<u8>>, Complaint> {
        match self.walk.next(dos) {
            Some(Ok(visit)) => self.directory(dos, &visit),
            Some(Err(error)) if error.is_critical() => {
                self.walk.again();
                return Err(error).reading(self.drive, Complaint::from);
            }
            // One that cannot be read is left out.
            Some(Err(error)) => self.failed = self.failed.or(Some(error)),
            None if self.ended => return Ok(None),
            None => {
                self.ended = true;
                if self.files > 0 && !self.options.bare {
                    self.totals(dos);
                }
            }
        }
        Ok(Some(std::mem::take(&mut self.text)))
    }

    fn directory(&mut self, dos: &Dos<'_>, visit: &Visit) {
        let place = &visit.place;
        let wanted = |entry: &Entry| self.pattern.matches(entry.name) && self.options.shows(entry);
        let mut entries: Vec<Entry> = visit.entries.iter().copied().filter(wanted).collect();
        entries.sort_by(|a, b| self.options.compare(a, b));
        if !self.options.bare && self.pattern == ALL {
            entries.splice(0..0, dots(dos, place).into_iter().filter(|entry| self.options.shows(entry)));
        }
        if entries.is_empty() {
            if !self.options.bare && !self.options.within {
                self.text.extend(heading(place));
            }
            return;
        }
        self.add(&entries, place);
        if self.options.within && !self.options.bare {
            let bytes: u64 = entries.iter().map(|entry| u64::from(entry.size)).sum();
            self.text.extend(format!("{:9} file(s) {bytes:10} bytes\r\n\r\n", entries.len()).into_bytes());
        }
    }

    fn add(&mut self, entries: &[Entry], place: &Place) {
        let folder = text_of(place.drive, &place.path);
        if !self.options.bare {
            self.text.extend(heading(place));
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

    fn totals(&mut self, dos: &Dos<'_>) {
        if self.options.within {
            self.text.extend(b"Total files listed:\r\n");
        }
        let space = dos.drive(self.drive).and_then(|drive| drive.space());
        let free = space.map_or(0, |space| Clusters::of(space).free_bytes());
        let totals = format!("{:9} file(s) {:10} bytes\r\n{free:28} bytes free\r\n", self.files, self.bytes);
        self.text.extend(totals.into_bytes());
    }
}

fn heading(place: &Place) -> Vec<u8> {
    [b" Directory of ".as_slice(), &text_of(place.drive, &place.path), b"\r\n\r\n"].concat()
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
