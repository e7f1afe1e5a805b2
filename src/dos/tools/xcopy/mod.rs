//! XCOPY: files with the directories that they are in. Source: MS-DOS 5 User's Guide, XCOPY.
//!
//! It ends with 0 if files were copied, 1 if none were found, 4 if it could not begin, 5 if a file
//! could not be written.

mod copying;
mod options;
mod plan;

use std::collections::VecDeque;

use super::super::Dos;
use super::super::app::{Answer, Request, tail};
use super::super::drive::{DosName, Entry, attribute};
use super::super::error::DosError;
use super::super::path::{Place, text_of};
use super::walk::{Visit, Walk, is_directory};
use super::{CTRL_Z, STDERR, STDOUT, breathe, int21};
use crate::types::lo8;
use copying::Copying;
use options::Options;
use plan::{Plan, Target};

const NONE_FOUND: u8 = 1;
const NOT_BEGUN: u8 = 4;
const WRITE_ERROR: u8 = 5;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Xcopy {
    options: Options,
    plan: Option<Plan>,
    walk: Option<Walk>,
    /// Files of the directory at hand that are still to be copied.
    files: VecDeque<File>,
    copying: Option<Copying>,
    doing: Doing,
    copied: u32,
    code: u8,
}

/// A file to be copied.
#[derive(Clone, Debug)]
struct File {
    from: Place,
    to: Place,
    entry: Entry,
}

#[derive(Clone, Debug, Default)]
enum Doing {
    /// Goes on with what is next.
    #[default]
    Copying,
    /// Has asked whether the target is a file or a directory.
    AskingKind(Place, DosName),
    /// Has asked whether to begin.
    AskingStart,
    /// Has asked whether to copy the next file.
    AskingFile,
    /// Takes a key for one of those.
    Reading(Box<Doing>),
    /// A line end, before it goes on with an answered question.
    Ending,
}

impl Xcopy {
    pub(in crate::dos) const HELP: &'static str = "\
Copies files (except hidden and system files) and directory trees.

XCOPY source [destination] [/A | /M] [/D:date] [/P] [/S [/E]] [/W] [/V] ...

  source       Specifies the file(s) to copy.
  destination  Specifies the location and/or name of new files.
  /A           Copies only files with the archive attribute set.
  /M           As /A, and turns off the archive attribute.
  /D:date      Copies files changed on or after the specified date (mm-dd-yy).
  /E           Copies subdirectories, even if empty.
  /H           Copies hidden and system files also.
  /I           If the destination does not exist, it is a directory.
  /K           Keeps the read-only attribute.
  /P           Prompts you before creating each destination file.
  /Q           Does not display file names while copying.
  /R           Overwrites read-only files.
  /S           Copies directories and subdirectories except empty ones.
  /V           Verifies each new file.
  /W           Prompts you to press a key before copying.
  /Y, /-Y      Replaces files without asking (default), or asks first.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        if let Answer::Failed(_) = answer {
            return Request::Exit(WRITE_ERROR);
        }
        match (std::mem::take(&mut self.doing), answer) {
            (_, Answer::Begin) => self.begin(dos),
            (Doing::Ending, _) => Request::Exit(self.code),
            (Doing::Copying, _) => self.next(dos),
            (Doing::Reading(asked), Answer::Returned(got)) => self.answered(dos, *asked, lo8(got.ax.into())),
            (asked, _) => {
                // AH=01h: a key, shown; AH=08h: any key.
                let function = if matches!(asked, Doing::AskingStart) { 0x0800 } else { 0x0100 };
                self.doing = Doing::Reading(Box::new(asked));
                int21(function)
            }
        }
    }

    fn begin(&mut self, dos: &mut Dos<'_>) -> Request {
        let options = match Options::parse(&tail(dos)) {
            Ok(options) => options,
            Err(text) => return self.end(STDERR, text, NOT_BEGUN),
        };
        self.options = options;
        let target = match plan::target(dos, &self.options.target) {
            Ok(target) => target,
            Err(text) => return self.end(STDERR, text, NOT_BEGUN),
        };
        match target {
            Target::Unknown(place, name) => {
                let folder = self.options.folder || self.options.target.ends_with(b"\\");
                if folder {
                    return self.start(dos, Target::folder(place, name));
                }
                let text = [
                    b"Does ".as_slice(),
                    &self.options.target.to_ascii_uppercase(),
                    b" specify a file name\r\nor directory name on the target\r\n(F = file, D = directory)?",
                ]
                .concat();
                self.doing = Doing::AskingKind(place, name);
                Request::Write(STDOUT, text)
            }
            target => self.start(dos, target),
        }
    }

    /// The target is known: begins with the first directory.
    fn start(&mut self, dos: &mut Dos<'_>, target: Target) -> Request {
        let Target::Known(to, names) = target else { return Request::Exit(NOT_BEGUN) };
        let (from, files) = match plan::source(dos, &self.options.source) {
            Ok(found) => found,
            Err(text) => {
                return self.end(STDERR, [text.as_slice(), b"        0 File(s) copied\r\n"].concat(), NOT_BEGUN);
            }
        };
        let plan = Plan { from, files, to, names };
        if self.options.within && plan.is_cyclic() {
            return self.end(STDERR, b"Cannot perform a cyclic copy\r\n".to_vec(), NOT_BEGUN);
        }
        self.walk = Some(Walk::new(plan.from.clone(), self.options.within));
        self.plan = Some(plan);
        if self.options.wait {
            self.doing = Doing::AskingStart;
            return Request::Write(STDOUT, b"Press any key to begin copying file(s)".to_vec());
        }
        Request::Write(STDOUT, b"Reading source file(s)...\r\n".to_vec())
    }

    /// A key has been struck.
    fn answered(&mut self, dos: &mut Dos<'_>, asked: Doing, key: u8) -> Request {
        match (asked, key.to_ascii_uppercase()) {
            // Standard input has come to its end.
            (_, CTRL_Z) => Request::Exit(NOT_BEGUN),
            (Doing::AskingKind(place, name), b'F') => self.kind(dos, Target::file(place, name)),
            (Doing::AskingKind(place, name), b'D') => self.kind(dos, Target::folder(place, name)),
            (Doing::AskingStart, _) => Request::Write(STDOUT, b"\r\n\r\nReading source file(s)...\r\n".to_vec()),
            (Doing::AskingFile, b'Y') => {
                let file = self.files.pop_front();
                self.open(dos, file, b"\r\n".to_vec())
            }
            (Doing::AskingFile, b'N') => {
                self.files.pop_front();
                Request::Write(STDOUT, b"\r\n".to_vec())
            }
            (Doing::AskingFile, _) => Request::Write(STDOUT, b"\r\n".to_vec()),
            (asked, _) => {
                self.doing = asked;
                Request::Write(STDOUT, b"\r\n".to_vec())
            }
        }
    }

    fn kind(&mut self, dos: &mut Dos<'_>, target: Target) -> Request {
        match self.start(dos, target) {
            Request::Write(handle, text) => Request::Write(handle, [b"\r\n".as_slice(), &text].concat()),
            request => request,
        }
    }

    /// The next part of a file, the next file, the next directory, or the end.
    fn next(&mut self, dos: &mut Dos<'_>) -> Request {
        if let Some(copying) = &mut self.copying {
            match copying.part() {
                Ok(true) => {}
                Ok(false) => self.close(dos),
                Err(error) => return self.write_error(error),
            }
            return breathe();
        }
        if let Some(file) = self.files.front() {
            return self.file(dos, file.clone());
        }
        let visit = self.walk.as_mut().and_then(|walk| walk.next(dos));
        match visit {
            // A directory that cannot be read is left out.
            Some(Err(_)) => breathe(),
            Some(Ok(visit)) => match self.directory(dos, &visit) {
                Ok(()) => breathe(),
                Err(error) => self.write_error(error),
            },
            None => {
                let mut text = Vec::new();
                if self.copied == 0 {
                    text =
                        [b"File not found - ", self.options.source.to_ascii_uppercase().as_slice(), b"\r\n"].concat();
                }
                text.extend(format!("{:9} File(s) copied\r\n", self.copied).into_bytes());
                let code = if self.copied == 0 { NONE_FOUND } else { 0 };
                self.end(STDOUT, text, code)
            }
        }
    }

    /// Notes the files of a directory, and makes the one that they go to.
    fn directory(&mut self, dos: &Dos<'_>, visit: &Visit) -> Result<(), DosError> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let wanted = |entry: &&Entry| self.options.wants(entry) && plan.files.matches(entry.name);
        let files: Vec<Entry> = visit.entries.iter().filter(wanted).copied().collect();
        if !files.is_empty() || self.options.empty {
            make_directories(dos, &Place { drive: plan.to.drive, path: plan.folder_for(&visit.place.path) })?;
        }
        for entry in files {
            let from = Place { drive: visit.place.drive, path: plan::within(&visit.place.path, entry.name) };
            let to = plan.place_for(&visit.place.path, entry.name);
            self.files.push_back(File { from, to, entry });
        }
        Ok(())
    }

    /// Asks about a file, or shows its name and begins to copy it.
    fn file(&mut self, dos: &mut Dos<'_>, file: File) -> Request {
        if file.from == file.to {
            return self.end(STDERR, b"File cannot be copied onto itself\r\n".to_vec(), NOT_BEGUN);
        }
        let name = text_of(file.from.drive, &file.from.path);
        if self.options.prompt {
            self.doing = Doing::AskingFile;
            return Request::Write(STDOUT, [name.as_slice(), b" (Y/N)?"].concat());
        }
        if self.options.careful && dos.lookup(&file.to).is_ok() {
            self.doing = Doing::AskingFile;
            let target = text_of(file.to.drive, &file.to.path);
            return Request::Write(STDOUT, [b"Overwrite ", target.as_slice(), b" (Y/N)?"].concat());
        }
        let shown = if self.options.quiet { Vec::new() } else { [name.as_slice(), b"\r\n"].concat() };
        self.files.pop_front();
        self.open(dos, Some(file), shown)
    }

    /// Opens a file and its copy, and writes `shown`. What cannot be opened is the end.
    fn open(&mut self, dos: &Dos<'_>, file: Option<File>, shown: Vec<u8>) -> Request {
        match file.map(|file| Copying::begin(dos, &file, &self.options)).transpose() {
            Ok(copying) => self.copying = copying,
            Err(error) => {
                let Request::Write(_, text) = self.write_error(error) else { return Request::Exit(WRITE_ERROR) };
                return Request::Write(STDERR, [shown, text].concat());
            }
        }
        if shown.is_empty() { breathe() } else { Request::Write(STDOUT, shown) }
    }

    fn close(&mut self, dos: &Dos<'_>) {
        if let Some(copying) = self.copying.take() {
            copying.end(dos, &self.options);
            self.copied = self.copied.saturating_add(1);
        }
    }

    fn write_error(&mut self, error: DosError) -> Request {
        let text = format!("{error}\r\n{:9} File(s) copied\r\n", self.copied);
        self.end(STDERR, text.into_bytes(), WRITE_ERROR)
    }

    fn end(&mut self, handle: u16, text: Vec<u8>, code: u8) -> Request {
        (self.doing, self.code) = (Doing::Ending, code);
        Request::Write(handle, text)
    }
}

impl Options {
    fn wants(&self, entry: &Entry) -> bool {
        let secret = entry.attributes & (attribute::HIDDEN | attribute::SYSTEM) != 0;
        let archive = entry.attributes & attribute::ARCHIVE != 0;
        !is_directory(entry)
            && (self.hidden || !secret)
            && (archive || !self.archive)
            && self.since.is_none_or(|since| entry.written.date >= since)
    }
}

/// Makes `place` and all that it is in.
fn make_directories(dos: &Dos<'_>, place: &Place) -> Result<(), DosError> {
    for count in 1..=place.path.0.len() {
        let part = Place { drive: place.drive, path: super::super::drive::DosPath(place.path.0[..count].to_vec()) };
        match dos.lookup(&part) {
            Ok(entry) if is_directory(&entry) => {}
            Ok(_) => return Err(DosError::AccessDenied),
            Err(_) => dos.drive(part.drive)?.writable()?.make_directory(&part.path)?,
        }
    }
    Ok(())
}
