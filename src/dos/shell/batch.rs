//! Batch files: where we are in one, and its next line.
//!
//! The file is read anew for each line, as in DOS, so that it may change while it runs.

use super::super::Dos;
use super::super::drive::{Access, Share};
use super::super::path::Place;
use super::line::{is_separator, trimmed};
use super::run::Run;
use super::text::{Answered, Complaint};
use super::{Job, STDOUT, Shell, Step, expand, prompt, variables};

/// Longest line that is read; what is behind that is left out.
const MOST_LINE_BYTES: usize = 1024;
const CHUNK: usize = 512;
const CTRL_Z: u8 = 0x1A;
/// Characters of a label that count. Source: MS-DOS 5 User's Guide, GOTO.
const LABEL_BYTES: usize = 8;

/// A batch file that runs.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    place: Place,
    /// Where its next line begins.
    position: u32,
    /// From `%0` on.
    pub(super) parameters: Vec<Vec<u8>>,
}

impl Batch {
    pub(super) fn new(place: Place, parameters: Vec<Vec<u8>>) -> Batch {
        Batch { place, position: 0, parameters }
    }

    /// Leaves the next line to be run, and itself to go on after it.
    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>) -> Step {
        let next = match line_at(dos, &self.place, self.position) {
            Ok(next) => next,
            Err(complaint @ Complaint::Critical(_)) => {
                shell.fail(dos, complaint, Job::Batch(self));
                return Step::Next;
            }
            Err(complaint) => {
                shell.complain(complaint);
                end(shell);
                return Step::Next;
            }
        };
        let Some((line, position)) = next else {
            end(shell);
            return Step::Next;
        };
        let first = self.position == 0;
        self.position = position;
        let line = line.strip_suffix(b"\r").unwrap_or(&line).trim_ascii_start();
        let (quiet, line) = match line.strip_prefix(b"@") {
            Some(line) => (true, line),
            None => (false, line),
        };
        // `#!` is for the host, which starts the file by it.
        let is_label = line.first() == Some(&b':') || first && line.starts_with(b"#!");
        let line = expand::batch_line(line, &self.parameters, |name| variables::get(dos, name));
        shell.jobs.push(Job::Batch(self));
        // Empty lines and labels are looked at by Run as well: it lets the guest go on.
        let shown = shell.echo && !quiet && !is_label && !line.is_empty();
        shell.jobs.push(Job::Run(Run::new(if is_label { Vec::new() } else { line.clone() })));
        if shown {
            let text = [b"\r\n", prompt::text(dos).as_slice(), line.as_slice(), b"\r\n"].concat();
            shell.say(STDOUT, text);
        }
        Step::Next
    }

    /// Goes to the line behind `label`. *Errors*: there is none.
    fn go_to(&mut self, dos: &Dos<'_>, label: &[u8]) -> Result<(), Complaint> {
        let wanted = label_of(label);
        let mut position = 0;
        while let Some((line, next)) = line_at(dos, &self.place, position)? {
            if let Some(found) = trimmed(&line).strip_prefix(b":")
                && label_of(found) == wanted
            {
                self.position = next;
                return Ok(());
            }
            position = next;
        }
        Err(Complaint::new("Label not found"))
    }
}

fn label_of(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii_start();
    // `GOTO :LABEL` is the same.
    let text = text.strip_prefix(b":").unwrap_or(text);
    let end = text.iter().position(|&byte| is_separator(byte) || byte == b':').unwrap_or(text.len());
    text[..end.min(LABEL_BYTES)].to_ascii_uppercase()
}

/// The line that begins at `position`, and where the next one does. `None` at the file's end.
fn line_at(dos: &Dos<'_>, place: &Place, position: u32) -> Result<Option<(Vec<u8>, u32)>, Complaint> {
    let missing = |_| Complaint::new("Batch file missing");
    let opened = dos.drive(place.drive).and_then(|drive| drive.open(&place.path, Access::Read, Share::DenyNone));
    let file = opened.reading(place.drive, missing)?;
    let mut line = Vec::new();
    let (mut next, mut chunk) = (position, [0; CHUNK]);
    loop {
        let count = file.read_at(next, &mut chunk).reading(place.drive, missing)?;
        let part = &chunk[..count];
        let end = part.iter().position(|&byte| matches!(byte, b'\n' | CTRL_Z));
        line.extend(&part[..end.unwrap_or(count)]);
        line.truncate(MOST_LINE_BYTES);
        let taken = |count: usize| u32::try_from(count).unwrap_or(0);
        match end {
            Some(end) if part[end] == CTRL_Z => next = next.saturating_add(taken(end)),
            Some(end) => return Ok(Some((line, next.saturating_add(taken(end + 1))))),
            None if count > 0 => {
                next = next.saturating_add(taken(count));
                continue;
            }
            None => {}
        }
        return Ok((!line.is_empty()).then_some((line, next)));
    }
}

/// A batch file has ended; with the outermost one, so has ECHO OFF.
fn end(shell: &mut Shell) {
    if innermost(shell).is_none() {
        shell.echo = true;
    }
}

fn innermost(shell: &mut Shell) -> Option<&mut Batch> {
    shell.jobs.iter_mut().rev().find_map(|job| match job {
        Job::Batch(batch) => Some(batch),
        _ => None,
    })
}

/// Runs `batch` in place of the one that names it.
pub(super) fn chain(shell: &mut Shell, dos: &mut Dos<'_>, batch: Batch) {
    if let Some(index) = shell.jobs.iter().rposition(|job| matches!(job, Job::Batch(_))) {
        shell.jobs.remove(index);
    }
    shell.push(dos, Job::Batch(batch));
}

/// All batch files end.
pub(super) fn terminate_all(shell: &mut Shell, dos: &mut Dos<'_>) {
    if let Some(index) = shell.jobs.iter().position(|job| matches!(job, Job::Batch(_))) {
        shell.unwind(dos, index);
    }
    shell.echo = true;
}

/// GOTO.
pub(super) fn go_to(shell: &mut Shell, dos: &Dos<'_>, label: &[u8]) -> Result<(), Complaint> {
    let Some(batch) = innermost(shell) else { return Ok(()) };
    let result = batch.go_to(dos, label);
    if result.is_err() {
        if let Some(index) = shell.jobs.iter().rposition(|job| matches!(job, Job::Batch(_))) {
            shell.jobs.remove(index);
        }
        end(shell);
    }
    result
}

/// SHIFT: each parameter takes the place of the one before it.
pub(super) fn shift(shell: &mut Shell) {
    if let Some(batch) = innermost(shell).filter(|batch| !batch.parameters.is_empty()) {
        batch.parameters.remove(0);
    }
}
