//! COPY: files and devices, one by one or joined by `+`. Source: MS-DOS 5 User's Guide, COPY.
//!
//! Everything goes through handles, so that devices take part as files do.

use std::collections::VecDeque;

use super::super::super::app::{Answer, Request};
use super::super::super::drive::{DosName, Stamp};
use super::super::super::error::DosError;
use super::super::super::path;
use super::super::super::{Dos, device};
use super::super::line::{is_separator, skip_separators};
use super::super::output::write_failed;
use super::super::text::{Answered, Complaint, Done};
use super::super::{Job, STDOUT, Shell, Step, redirect};
use super::file::renamed;
use super::{folder_of, is_directory, matching};

const CHUNK: usize = 0x3000;
const CTRL_Z: u8 = 0x1A;

/// One file to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    from: Vec<u8>,
    to: Vec<u8>,
    /// It goes behind what the last one left in the same file.
    joins: bool,
}

/// What is copied, and where in it we are.
#[derive(Clone, Debug)]
pub(in super::super) struct Copy {
    pairs: VecDeque<Pair>,
    /// Files end at Ctrl-Z.
    text: bool,
    /// Copies end with one.
    marks_end: bool,
    /// Names are shown.
    names: bool,
    source: Option<u16>,
    target: Option<u16>,
    /// The target's name, if COPY has made it.
    made: Option<Vec<u8>>,
    /// The source has no more than what is being written.
    ends: bool,
    copied: usize,
}

/// Words of COPY: the sources, those joined by a plus sign, and the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Arguments {
    sources: Vec<Vec<u8>>,
    target: Option<Vec<u8>>,
    /// What /A or /B says, whichever came last.
    text: Option<bool>,
}

impl Arguments {
    fn parse(rest: &[u8]) -> Result<Arguments, Complaint> {
        let mut arguments = Arguments::default();
        let mut joins = true;
        let mut rest = skip_separators(rest);
        while let Some(&first) = rest.first() {
            let ends = |&byte: &u8| is_separator(byte) || matches!(byte, b'+' | b'/');
            let end = rest.iter().skip(1).position(ends).map_or(rest.len(), |end| end + 1);
            let word = &rest[..end];
            rest = skip_separators(&rest[end..]);
            match first {
                b'+' => {
                    joins = true;
                    // What follows the sign is a word of its own.
                    let name = &word[1..];
                    if !name.is_empty() {
                        arguments.sources.push(name.to_vec());
                        joins = false;
                    }
                }
                b'/' => match word[1..].to_ascii_uppercase().as_slice() {
                    b"A" => arguments.text = Some(true),
                    b"B" => arguments.text = Some(false),
                    b"V" | b"Y" | b"-Y" => {}
                    _ => return Err(Complaint::about("Invalid switch", word)),
                },
                _ if joins => {
                    arguments.sources.push(word.to_vec());
                    joins = false;
                }
                _ if arguments.target.is_none() => arguments.target = Some(word.to_vec()),
                _ => return Err(Complaint::about("Too many parameters", word)),
            }
        }
        if arguments.sources.is_empty() { Err(Complaint::missing_parameter()) } else { Ok(arguments) }
    }
}

/// COPY.
pub(super) fn copy(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let arguments = Arguments::parse(rest)?;
    let pairs = match pairs(dos, &arguments) {
        Err(Complaint::Text(text)) => {
            shell.say(STDOUT, count_text(0));
            return Err(Complaint::Text(text));
        }
        pairs => pairs?,
    };
    let from_console = device::by_name(dos, &arguments.sources[0]).is_some();
    let job = Copy {
        text: arguments.text.unwrap_or(arguments.sources.len() > 1 || from_console),
        marks_end: arguments.text.unwrap_or(arguments.sources.len() > 1),
        names: pairs.len() > 1 || arguments.sources[0].iter().any(|byte| matches!(byte, b'*' | b'?')),
        pairs: pairs.into(),
        source: None,
        target: None,
        made: None,
        ends: false,
        copied: 0,
    };
    shell.push(dos, Job::Copy(job));
    Ok(())
}

/// Every file that is copied, and to where.
fn pairs(dos: &Dos<'_>, arguments: &Arguments) -> Result<Vec<Pair>, Complaint> {
    let mut files = Vec::new();
    for source in &arguments.sources {
        files.extend(sources(dos, source)?);
    }
    let joining = arguments.sources.len() > 1;
    let target = match &arguments.target {
        Some(target) => target.clone(),
        None if joining => arguments.sources[0].clone(),
        None => b".".to_vec(),
    };
    let folder = is_directory(dos, &target);
    let mut pairs = Vec::new();
    for (index, (from, name)) in files.into_iter().enumerate() {
        let to = if folder { within(&target, &name.dotted()) } else { named(dos, &target, name) };
        // Files of different names to one: it holds them all.
        let joins = index > 0 && pairs.last().is_some_and(|last: &Pair| last.to == to);
        pairs.push(Pair { from, to, joins });
    }
    // The first of what is joined is where the others go already.
    if joining && pairs.first().is_some_and(|first| same(dos, &first.from, &first.to)) {
        pairs[0].to.clear();
    }
    Ok(pairs)
}

/// The files that `source` stands for, with their names.
fn sources(dos: &Dos<'_>, source: &[u8]) -> Result<Vec<(Vec<u8>, DosName)>, Complaint> {
    if let Some(header) = device::by_name(dos, source) {
        return Ok(vec![(source.to_vec(), device::name(dos, header))]);
    }
    let all = if is_directory(dos, source) { within(source, b"*.*") } else { source.to_vec() };
    let not_found = |_| Complaint::about("File not found", &source.to_ascii_uppercase());
    let (_, entries) = matching(dos, &all, 0).reading(dos.drive_named(&all), not_found)?;
    if entries.is_empty() {
        return Err(not_found(DosError::FileNotFound));
    }
    // They are shown as they were named.
    let folder = folder_of(&all).to_ascii_uppercase();
    Ok(entries.into_iter().map(|entry| ([folder.as_slice(), &entry.name.dotted()].concat(), entry.name)).collect())
}

fn within(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let ends = matches!(folder.last(), Some(b'\\' | b':' | b'/'));
    let between: &[u8] = if ends { b"" } else { b"\\" };
    [folder, between, name].concat()
}

/// `target` with the characters of `name` for its wildcards.
fn named(dos: &Dos<'_>, target: &[u8], name: DosName) -> Vec<u8> {
    let folder = folder_of(target);
    match path::pattern(&target[folder.len()..], dos.state.page) {
        Some(pattern) if pattern.single().is_none() => [folder, &renamed(name, pattern).dotted()].concat(),
        _ => target.to_vec(),
    }
}

fn same(dos: &Dos<'_>, a: &[u8], b: &[u8]) -> bool {
    match (dos.place(a), dos.place(b)) {
        (Ok(a), Ok(b)) => a == b && device::by_name(dos, b_name(&a.path.0)).is_none(),
        _ => false,
    }
}

fn b_name(path: &[DosName]) -> &[u8] {
    path.last().map_or(b"", |name| name.stem())
}

impl Copy {
    pub(in super::super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        if let Some(complaint) = write_failed(&answer) {
            return self.fail(shell, dos, complaint);
        }
        match answer {
            Answer::Data(data) => self.data(dos, data),
            // The last part of a file has been written.
            _ if std::mem::take(&mut self.ends) => self.data(dos, Vec::new()),
            // A name is shown, or a part is written: on with it.
            _ => match self.source {
                Some(source) => Step::Ask(Job::Copy(self), Request::Read(source, CHUNK)),
                None => match self.next(shell, dos) {
                    Ok(Some(request)) => Step::Ask(Job::Copy(self), request),
                    Ok(None) => Step::Next,
                    Err(complaint @ Complaint::Critical(_)) => {
                        shell.fail(dos, complaint, Job::Copy(self));
                        Step::Next
                    }
                    Err(complaint) => self.fail(shell, dos, complaint),
                },
            },
        }
    }

    /// Opens the next pair; without one all is done.
    fn next(&mut self, shell: &mut Shell, dos: &mut Dos<'_>) -> Result<Option<Request>, Complaint> {
        let Some(pair) = self.pairs.pop_front() else {
            self.close_target(dos);
            shell.say(STDOUT, count_text(self.copied));
            return Ok(None);
        };
        let begun = self.open(dos, &pair);
        if matches!(begun, Err(Complaint::Critical(_))) {
            // It may be tried again, from its start.
            if let Some(source) = self.source.take() {
                let _ = dos.close(source);
            }
            self.pairs.push_front(pair);
        }
        begun.map(Some)
    }

    fn open(&mut self, dos: &mut Dos<'_>, pair: &Pair) -> Result<Request, Complaint> {
        if pair.to.is_empty() {
            return self.stay(dos, pair);
        }
        if same(dos, &pair.from, &pair.to) {
            return Err(Complaint::new("File cannot be copied onto itself"));
        }
        let index = redirect::open(dos, &pair.from, 0).reading(dos.drive_named(&pair.from), Complaint::from)?;
        self.source = Some(dos.new_handle(index)?);
        if !pair.joins {
            self.close_target(dos);
            let index = redirect::create(dos, &pair.to).writing(dos.drive_named(&pair.to), |error| match error {
                DosError::FileNotFound | DosError::PathNotFound => Complaint::new("Path not found"),
                error => Complaint::from(error),
            })?;
            self.target = Some(dos.new_handle(index)?);
            self.made = Some(pair.to.clone());
            self.copied += 1;
        }
        Ok(self.begin(pair))
    }

    /// The first file of those that are joined is the target: the others go to its end.
    fn stay(&mut self, dos: &mut Dos<'_>, pair: &Pair) -> Result<Request, Complaint> {
        let name = &pair.from;
        let index = redirect::open(dos, name, 2).reading(dos.drive_named(name), Complaint::from)?;
        let handle = dos.new_handle(index)?;
        self.target = Some(handle);
        self.copied += 1;
        let target = dos.target(handle)?;
        let size = dos.file(target)?.size()?;
        super::super::super::sft::POSITION.set(&mut dos.mem, target.at, size);
        if let Some(next) = self.pairs.front_mut() {
            next.joins = true;
        }
        Ok(Request::Write(STDOUT, [name.as_slice(), b"\r\n"].concat()))
    }

    fn begin(&self, pair: &Pair) -> Request {
        match self.source {
            Some(source) if !self.names => Request::Read(source, CHUNK),
            _ => Request::Write(STDOUT, [pair.from.as_slice(), b"\r\n"].concat()),
        }
    }

    fn data(mut self, dos: &mut Dos<'_>, mut data: Vec<u8>) -> Step {
        let end = data.iter().position(|&byte| byte == CTRL_Z).filter(|_| self.text);
        data.truncate(end.unwrap_or(data.len()));
        match self.target {
            Some(target) if !data.is_empty() => {
                self.ends = self.ends || data.len() < CHUNK && self.reads_file(dos);
                Step::Ask(Job::Copy(self), Request::Write(target, data))
            }
            _ => {
                self.close_source(dos);
                // On with the next one.
                Step::Ask(Job::Copy(self), super::super::call(0x0B))
            }
        }
    }

    /// The copy is as old as what it was made of, if that is one file.
    fn close_source(&mut self, dos: &mut Dos<'_>) {
        let Some(source) = self.source.take() else { return };
        let joined = self.text || self.pairs.front().is_some_and(|next| next.joins);
        if let (Some(stamp), Some(target), false) = (written(dos, source), self.target, joined)
            && let Ok(target) = dos.target(target)
        {
            // A device has no time.
            let _ = dos.set_written(target, stamp);
        }
        let _ = dos.close(source);
    }

    /// True of a source that a short part is the last of.
    fn reads_file(&self, dos: &Dos<'_>) -> bool {
        self.source.and_then(|source| dos.target(source).ok()).is_some_and(|target| !target.is_device())
    }

    fn close_target(&mut self, dos: &mut Dos<'_>) {
        if let Some(target) = self.target.take() {
            if self.marks_end {
                end_text(dos, target);
            }
            let _ = dos.close(target);
        }
    }

    /// A copy that is not whole is deleted, as MS-DOS does.
    fn fail(mut self, shell: &mut Shell, dos: &mut Dos<'_>, complaint: Complaint) -> Step {
        let half = if self.source.is_some() { self.made.take() } else { None };
        let copied = self.copied.saturating_sub(usize::from(self.source.is_some()));
        self.abandon(dos);
        let place = half.filter(|name| device::by_name(dos, name).is_none()).map(|name| dos.place(&name));
        if let Some(Ok(place)) = place {
            // What cannot be deleted either stays.
            let _ = dos.delete_file(&place);
        }
        shell.say(STDOUT, count_text(copied));
        shell.complain(complaint);
        Step::Next
    }

    /// Closes the files.
    pub(in super::super) fn abandon(mut self, dos: &mut Dos<'_>) {
        self.marks_end = false;
        if let Some(source) = self.source.take() {
            let _ = dos.close(source);
        }
        self.close_target(dos);
    }
}

fn count_text(copied: usize) -> Vec<u8> {
    format!("{copied:9} file(s) copied\r\n").into_bytes()
}

/// Puts the mark of a text's end behind what was copied. A disk without room for it leaves it out.
fn end_text(dos: &mut Dos<'_>, target: u16) {
    let target = dos.target(target).ok().filter(|target| !target.is_device());
    let file = target.and_then(|target| dos.file(target).ok());
    if let Some(file) = file
        && let Ok(size) = file.size()
    {
        let _ = file.write_at(size, &[CTRL_Z]);
    }
}

fn written(dos: &Dos<'_>, handle: u16) -> Option<Stamp> {
    let target = dos.target(handle).ok().filter(|target| !target.is_device())?;
    dos.file(target).ok()?.written().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_joined_by_plus_signs_are_one_list() {
        let arguments = Arguments::parse(b" a.txt+b.txt + c.txt d.txt /b").unwrap();
        assert_eq!(arguments.sources, [b"a.txt", b"b.txt", b"c.txt"]);
        assert_eq!(arguments.target.as_deref(), Some(b"d.txt".as_slice()));
    }

    #[test]
    fn a_third_name_is_too_many() {
        assert!(Arguments::parse(b"a b c").is_err());
        assert!(Arguments::parse(b" /b").is_err());
        assert!(Arguments::parse(b"a /x").is_err());
    }
}
