//! The internal commands.
//!
//! | module | commands |
//! | --- | --- |
//! | `list` | DIR |
//! | `directory` | CD, MD, RD, TRUENAME |
//! | `file` | DEL, REN, TYPE |
//! | `copy` | COPY |
//! | `settings` | SET, PATH, PROMPT, ECHO, BREAK, VERIFY, CHCP |
//! | `about` | VER, VOL, CLS, REM, PAUSE, LH, CTTY |
//! | `clock` | DATE, TIME |
//! | `help` | HELP, and `/?` of all |

mod about;
mod clock;
mod copy;
mod directory;
mod file;
mod help;
mod list;
mod settings;

pub(in crate::dos) use about::label_text;
pub(super) use about::{version_name, version_text};
pub(super) use clock::Clock;
pub(super) use copy::Copy;
pub(in crate::dos) use file::renamed;
pub(super) use file::{Type, delete};
pub(super) use help::asked;
pub(super) use list::Listing;

use super::super::Dos;
use super::super::drive::{Entry, attribute};
use super::super::error::DosError;
use super::super::path::{self, Pattern, Place};
use super::line::{self, Words};
use super::text::{Complaint, Done};
use super::{Shell, control};

/// An internal command: what is behind its name comes along.
pub(super) type Internal = fn(&mut Shell, &mut Dos<'_>, &[u8]) -> Done;

const COMMANDS: [(&[u8], Internal); 38] = [
    (b"BREAK", settings::break_),
    (b"CALL", control::call),
    (b"CD", directory::change),
    (b"CHDIR", directory::change),
    (b"CHCP", settings::code_page),
    (b"CLS", about::clear),
    (b"COPY", copy::copy),
    (b"CTTY", about::console),
    (b"DATE", clock::date),
    (b"DEL", file::del),
    (b"DIR", list::dir),
    (b"ECHO", settings::echo),
    (b"ERASE", file::del),
    (b"EXIT", control::exit),
    (b"FOR", control::for_),
    (b"GOTO", control::go_to),
    (b"HELP", help::help),
    (b"IF", control::if_),
    (b"LH", about::load_high),
    (b"LOADHIGH", about::load_high),
    (b"MD", directory::make),
    (b"MKDIR", directory::make),
    (b"PATH", settings::path),
    (b"PAUSE", about::pause),
    (b"PROMPT", settings::prompt),
    (b"RD", directory::remove),
    (b"REM", about::remark),
    (b"REN", file::rename),
    (b"RENAME", file::rename),
    (b"RMDIR", directory::remove),
    (b"SET", settings::set),
    (b"SHIFT", control::shift),
    (b"TIME", clock::time),
    (b"TRUENAME", directory::true_name),
    (b"TYPE", file::type_),
    (b"VER", about::version),
    (b"VERIFY", settings::verify),
    (b"VOL", about::volume),
];

/// The command called `name`, in capitals.
pub(super) fn internal(name: &[u8]) -> Option<Internal> {
    COMMANDS.iter().find(|(known, _)| *known == name).map(|&(_, command)| command)
}

/// What a name with wildcards stands for: where, and what. Hidden files, system files and directories
/// only if `wanted` has their bits.
pub(in crate::dos) fn matching(dos: &Dos<'_>, name: &[u8], wanted: u8) -> Result<(Place, Vec<Entry>), DosError> {
    const SPECIAL: u8 = attribute::HIDDEN | attribute::SYSTEM | attribute::DIRECTORY;
    let (place, pattern) = dos.searched_text(name)?;
    let pattern = pattern.ok_or(DosError::FileNotFound)?;
    let mut entries = entries_of(dos, &place, pattern)?;
    entries.retain(|entry| entry.attributes & SPECIAL & !wanted == 0);
    Ok((place, entries))
}

fn entries_of(dos: &Dos<'_>, place: &Place, pattern: Pattern) -> Result<Vec<Entry>, DosError> {
    let mut entries = dos.drive(place.drive)?.list(&place.path)?;
    entries.retain(|entry| pattern.matches(entry.name));
    Ok(entries)
}

/// The name that a command is about, if there is one.
fn optional_name(words: Words) -> Result<Option<Vec<u8>>, Complaint> {
    match words.names.get(1) {
        Some(second) => Err(Complaint::about("Too many parameters", second)),
        None => Ok(words.names.into_iter().next()),
    }
}

/// The name that a command has to have.
fn only_name(words: Words) -> Result<Vec<u8>, Complaint> {
    optional_name(words)?.ok_or_else(Complaint::missing_parameter)
}

/// Commands whose words are names of files, directories and drives.
const ABOUT_FILES: [&[u8]; 14] = [
    b"CD", b"CHDIR", b"COPY", b"DEL", b"DIR", b"ERASE", b"MD", b"MKDIR", b"RD", b"REN", b"RENAME", b"RMDIR", b"TYPE",
    b"VOL",
];

/// Drives that command `name` is given have to be there, before anything else is looked at.
pub(super) fn check_drives(dos: &Dos<'_>, name: &[u8], rest: &[u8]) -> Done {
    if !ABOUT_FILES.contains(&name) {
        return Ok(());
    }
    let drives = rest.split(|&byte| line::is_separator(byte) || matches!(byte, b'+' | b'"'));
    for drive in drives.filter_map(|word| path::drive_of(word).0) {
        dos.drive(drive)?;
    }
    Ok(())
}

/// True if `name` is a directory that exists.
fn is_directory(dos: &Dos<'_>, name: &[u8]) -> bool {
    let Ok((place, pattern)) = dos.searched_text(name) else { return false };
    let Some(pattern) = pattern else { return dos.drive(place.drive).is_ok_and(|d| d.list(&place.path).is_ok()) };
    let Some(single) = pattern.single() else { return false };
    let mut inside = place;
    inside.path.0.push(single);
    dos.lookup(&inside).is_ok_and(|entry| entry.attributes & attribute::DIRECTORY != 0)
}

/// The part of `name` in front of its last component: drive and directory, with what ends them.
pub(super) fn folder_of(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| matches!(byte, b'\\' | b'/' | b':')).map_or(0, |last| last + 1);
    &name[..end]
}
