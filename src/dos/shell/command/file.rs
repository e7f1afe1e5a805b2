//! DEL, REN and TYPE.

use std::collections::VecDeque;

use super::super::super::Dos;
use super::super::super::app::{Answer, Request};
use super::super::super::drive::{DosName, Entry, attribute};
use super::super::super::error::DosError;
use super::super::super::path::{self, Pattern, text_of};
use super::super::line::Words;
use super::super::output::{Ask, Question, write_failed};
use super::super::text::{Answered, Complaint, Done};
use super::super::{Job, STDOUT, Shell, Step, redirect};
use super::{folder_of, is_directory, matching, only_name};

/// Bytes that TYPE reads at once.
const CHUNK: usize = 0x1000;
const CTRL_Z: u8 = 0x1A;

/// DEL: asks first if everything is meant.
pub(super) fn del(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let words = Words::of(rest);
    let switches = words.switches.clone();
    let mut name = only_name(words)?;
    if is_directory(dos, &name) {
        let end: &[u8] = if name.ends_with(b"\\") { b"*.*" } else { b"\\*.*" };
        name.extend(end);
    }
    for switch in &switches {
        if switch != b"P" {
            return Err(Complaint::about("Invalid switch", &[b"/", switch.as_slice()].concat()));
        }
    }
    if !switches.is_empty() {
        return ask_for_each(shell, dos, &name);
    }
    let (_, pattern) = dos.searched_text(&name)?;
    if pattern == Some(Pattern([b'?'; 11])) {
        shell.jobs.push(Job::Ask(Ask::new(Question::Delete(name))));
        return Ok(());
    }
    delete(dos, &name)
}

/// DEL /P.
fn ask_for_each(shell: &mut Shell, dos: &Dos<'_>, name: &[u8]) -> Done {
    let (place, entries) = matching(dos, name, 0).reading(dos.drive_named(name), Complaint::from)?;
    let full = |entry: Entry| {
        let mut path = place.path.clone();
        path.0.push(entry.name);
        text_of(place.drive, &path)
    };
    let names: VecDeque<Vec<u8>> = entries.into_iter().map(full).collect();
    if names.is_empty() {
        return Err(DosError::FileNotFound.into());
    }
    shell.jobs.push(Job::Ask(Ask::new(Question::DeleteOne(names))));
    Ok(())
}

/// Deletes all files that `name` stands for.
pub(in super::super) fn delete(dos: &mut Dos<'_>, name: &[u8]) -> Done {
    let (place, entries) = matching(dos, name, 0).reading(dos.drive_named(name), Complaint::from)?;
    if entries.is_empty() {
        return Err(DosError::FileNotFound.into());
    }
    let drive = dos.drive(place.drive)?.writable()?;
    let mut denied = None;
    for entry in entries {
        let mut path = place.path.clone();
        path.0.push(entry.name);
        if let Err(error) = drive.remove(&path) {
            denied = Some(error);
        }
    }
    denied.map_or(Ok(()), Err).writing(place.drive, Complaint::from)
}

/// REN: files and directories; question marks of the new name take characters of the old.
pub(super) fn rename(_: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let words = Words::of(rest);
    let (from, to) = match words.names.as_slice() {
        [from, to] => (from, to),
        [_, _, third, ..] => return Err(Complaint::about("Too many parameters", third)),
        _ => return Err(Complaint::missing_parameter()),
    };
    if !folder_of(to).is_empty() {
        return Err(Complaint::new("Invalid parameter"));
    }
    let to = path::pattern(to, dos.state.page).ok_or_else(|| Complaint::new("Invalid filename or file not found"))?;
    let duplicate = |_| Complaint::new("Duplicate file name or file not found");
    let found = matching(dos, from, attribute::DIRECTORY);
    let (place, entries) = found.reading(dos.drive_named(from), duplicate)?;
    if entries.is_empty() {
        return Err(duplicate(DosError::FileNotFound));
    }
    let drive = dos.drive(place.drive)?.writable()?;
    for entry in entries {
        let (mut old, mut new) = (place.path.clone(), place.path.clone());
        old.0.push(entry.name);
        new.0.push(renamed(entry.name, to));
        drive.rename(&old, &new).writing(place.drive, duplicate)?;
    }
    Ok(())
}

/// `name` as `pattern` has it, with its own characters for question marks.
pub(in crate::dos) fn renamed(name: DosName, pattern: Pattern) -> DosName {
    let mut new = pattern.0;
    for (byte, old) in new.iter_mut().zip(name.0) {
        if *byte == b'?' {
            *byte = old;
        }
    }
    DosName(new)
}

/// TYPE.
pub(super) fn type_(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let name = &only_name(Words::of(rest))?;
    let not_found = |error| match error {
        DosError::FileNotFound | DosError::PathNotFound => {
            Complaint::about("File not found", &name.to_ascii_uppercase())
        }
        error => Complaint::from(error),
    };
    let index = redirect::open(dos, name, 0).reading(dos.drive_named(name), not_found)?;
    let handle = dos.new_handle(index)?;
    shell.push(dos, Job::Type(Type { handle }));
    Ok(())
}

/// A file that is shown.
#[derive(Clone, Debug)]
pub(in super::super) struct Type {
    handle: u16,
}

impl Type {
    pub(in super::super) fn go_on(self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        if let Some(complaint) = write_failed(&answer) {
            shell.complain(complaint);
            self.abandon(dos);
            return Step::Next;
        }
        match answer {
            Answer::Data(mut data) => {
                let end = data.iter().position(|&byte| byte == CTRL_Z);
                data.truncate(end.unwrap_or(data.len()));
                if data.is_empty() {
                    self.abandon(dos);
                    return Step::Next;
                }
                Step::Ask(Job::Type(self), Request::Write(STDOUT, data))
            }
            _ => {
                let handle = self.handle;
                Step::Ask(Job::Type(self), Request::Read(handle, CHUNK))
            }
        }
    }

    /// Closes the file.
    pub(in super::super) fn abandon(self, dos: &mut Dos<'_>) {
        let _ = dos.close(self.handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_take_characters_of_the_old_name() {
        let new = renamed(DosName(*b"LETTER  TXT"), Pattern(*b"????????BAK"));
        assert_eq!(new, DosName(*b"LETTER  BAK"));
    }
}
