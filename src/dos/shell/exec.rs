//! Programs: finding them, and running them by AH=4Bh.

use super::super::Dos;
use super::super::app::{Answer, BUFFER, Call};
use super::super::drive::attribute;
use super::super::error::DosError;
use super::super::memory::Setting;
use super::super::path::{self, Place, text_of};
use super::line::{is_separator, skip_separators};
use super::output::{Ask, Question};
use super::text::{Answered, Complaint};
use super::{Job, Shell, Step, call, int21, variables};
use crate::types::SegOff;

/// Extensions in the order in which they are tried.
const EXTENSIONS: [&[u8]; 3] = [b"COM", b"EXE", b"BAT"];

/// What a command's name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A program, by its full name.
    Program(Vec<u8>),
    Batch(Place),
}

/// The program or batch file called `name`, in the current directory or one of PATH's.
///
/// *Errors*: it is nowhere, and a drive could not be looked at.
pub(super) fn find(dos: &Dos<'_>, name: &[u8]) -> Result<Option<Found>, Complaint> {
    let mut failed = None;
    let mut look = |name: &[u8]| {
        find_at(dos, name).unwrap_or_else(|complaint| {
            failed.get_or_insert(complaint);
            None
        })
    };
    let mut found = look(name);
    if found.is_none() && !name.iter().any(|byte| matches!(byte, b'\\' | b':')) {
        let path = variables::get(dos, b"PATH").unwrap_or_default();
        found = path.split(|&byte| byte == b';').filter(|folder| !folder.is_empty()).find_map(|folder| {
            let between: &[u8] = if folder.ends_with(b"\\") { b"" } else { b"\\" };
            look(&[folder, between, name].concat())
        });
    }
    match (found, failed) {
        (None, Some(complaint)) => Err(complaint),
        (found, _) => Ok(found),
    }
}

fn find_at(dos: &Dos<'_>, name: &[u8]) -> Result<Option<Found>, Complaint> {
    let last = name.rsplit(|byte| matches!(byte, b'\\' | b':')).next().unwrap_or_default();
    if let Some(dot) = last.iter().position(|&byte| byte == b'.') {
        let extension = last[dot + 1..].to_ascii_uppercase();
        return if EXTENSIONS.contains(&extension.as_slice()) { found(dos, name, &extension) } else { Ok(None) };
    }
    for extension in EXTENSIONS {
        let found = found(dos, &[name, b".", extension].concat(), extension)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn found(dos: &Dos<'_>, name: &[u8], extension: &[u8]) -> Result<Option<Found>, Complaint> {
    let Ok(place) = dos.place(name) else { return Ok(None) };
    let entry = match dos.lookup(&place) {
        Ok(entry) => entry,
        Err(error) if error.is_critical() => return Err(error).reading(place.drive, Complaint::from),
        Err(_) => return Ok(None),
    };
    Ok(match extension {
        _ if entry.attributes & attribute::DIRECTORY != 0 => None,
        b"BAT" => Some(Found::Batch(place)),
        _ => Some(Found::Program(text_of(place.drive, &place.path))),
    })
}

/// A program that is run.
#[derive(Clone, Debug)]
pub(super) struct Exec {
    path: Vec<u8>,
    tail: Vec<u8>,
    doing: Doing,
    /// Upper memory is looked in first.
    high: bool,
    /// What is put back when the program has ended.
    setting: Option<Setting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Running,
    /// Asks how it ended.
    Ended,
}

/// What AH=4Dh says in AH of a program that Ctrl-C ended.
const ENDED_BY_BREAK: u8 = 1;

/// Where in the buffer the name, the tail, the parameter block and the FCBs lie.
const NAME: u16 = BUFFER;
const TAIL: u16 = BUFFER + 0x80;
const BLOCK: u16 = BUFFER + 0x100;
const FCB1: u16 = BUFFER + 0x120;
const FCB2: u16 = BUFFER + 0x140;
/// Longest tail. Source: RBIL, PSP offset 80h.
const MOST_TAIL_BYTES: usize = 126;

impl Exec {
    pub(super) fn new(path: Vec<u8>, mut tail: Vec<u8>) -> Exec {
        tail.truncate(MOST_TAIL_BYTES);
        Exec { path, tail, doing: Doing::Nothing, high: false, setting: None }
    }

    /// As [`Exec::new`], in upper memory if there is room.
    pub(super) fn high(path: Vec<u8>, tail: Vec<u8>) -> Exec {
        Exec { high: true, ..Exec::new(path, tail) }
    }

    /// Runs the program; then its exit code is the ERRORLEVEL.
    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: &Answer) -> Step {
        if let Some(setting) = self.setting.take() {
            dos.end_high(setting);
        }
        match (self.doing, answer) {
            (Doing::Nothing, _) => {
                self.setting = self.high.then(|| dos.begin_high());
                self.store(dos);
                self.doing = Doing::Running;
                let psp = dos.psp();
                let exec = Call { ax: 0x4B00, dx: NAME, bx: BLOCK, ds: psp, es: psp, ..Call::default() };
                return Step::Ask(Job::Exec(self), int21(exec));
            }
            (Doing::Running, Answer::Returned(got)) if got.carry() => {
                shell.complain(complaint(DosError::of_code(got.ax)));
            }
            (Doing::Running, _) => {
                self.doing = Doing::Ended;
                return Step::Ask(Job::Exec(self), call(0x4D));
            }
            (Doing::Ended, Answer::Returned(got)) => {
                let [code, way] = got.ax.to_le_bytes();
                shell.errorlevel = code;
                if way == ENDED_BY_BREAK && shell.jobs.iter().any(|job| matches!(job, Job::Batch(_))) {
                    shell.jobs.push(Job::Ask(Ask::new(Question::Terminate)));
                }
            }
            (Doing::Ended, _) => {}
        }
        Step::Next
    }

    fn store(&self, dos: &mut Dos<'_>) {
        let psp = dos.psp();
        let at = |off: u16| SegOff::new(psp, off);
        dos.mem.write_bytes(at(NAME), &[self.path.as_slice(), &[0]].concat());
        let length = u8::try_from(self.tail.len()).unwrap_or(0);
        dos.mem.write_bytes(at(TAIL), &[&[length], self.tail.as_slice(), b"\r"].concat());
        // The environment is the shell's own.
        dos.mem.write_u16(at(BLOCK), 0);
        for (field, to) in [(2, TAIL), (6, FCB1), (10, FCB2)] {
            dos.mem.write_far(at(BLOCK + field), at(to));
        }
        let mut rest = self.tail.as_slice();
        for fcb in [FCB1, FCB2] {
            rest = skip_separators(rest);
            let ends = |&byte: &u8| is_separator(byte) || byte == b'/';
            let end = rest.iter().skip(1).position(ends).map_or(rest.len(), |end| end + 1);
            let name = unopened_fcb(dos, &rest[..end]);
            dos.mem.write_bytes(at(fcb), &name);
            rest = &rest[end..];
        }
    }
}

/// Drive and name of a word, as the FCBs in a program's prefix have them. Source: RBIL, PSP offset 5Ch.
fn unopened_fcb(dos: &Dos<'_>, word: &[u8]) -> [u8; 16] {
    let mut fcb = [0; 16];
    fcb[1..12].fill(b' ');
    let (drive, name) = path::drive_of(word);
    fcb[0] = drive.map_or(0, |drive| drive + 1);
    if let Some(pattern) = path::pattern(name, dos.state.page) {
        fcb[1..12].copy_from_slice(&pattern.0);
    }
    fcb
}

fn complaint(error: DosError) -> Complaint {
    match error {
        DosError::NotEnoughMemory => Complaint::new("Program too big to fit in memory"),
        DosError::InvalidFormat => Complaint::new("Error in EXE file"),
        error => Complaint::from(error),
    }
}
