//! IF, FOR, CALL, GOTO, SHIFT and EXIT.

use std::collections::VecDeque;

use super::super::Dos;
use super::batch::{self, Batch};
use super::exec::{self, Found};
use super::line::{self, is_separator, skip_separators, trimmed};
use super::run::{self, Run};
use super::text::{Answered, Complaint, Done};
use super::{Job, STDOUT, Shell, Step, command, expand, prompt};

/// `IF [NOT] EXIST name | ERRORLEVEL n | a==b command`.
pub(super) fn if_(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let (negated, rest) = match keyword(rest, b"NOT") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (holds, command) = condition(shell, dos, rest)?;
    if command.trim_ascii().is_empty() {
        return Err(Complaint::syntax());
    }
    if holds != negated {
        let run = Job::Run(Run::new(command.to_vec()));
        shell.push(dos, run);
    }
    Ok(())
}

fn condition<'a>(shell: &Shell, dos: &Dos<'_>, rest: &'a [u8]) -> Result<(bool, &'a [u8]), Complaint> {
    if let Some(rest) = keyword(rest, b"EXIST") {
        let (name, command) = split_word(rest);
        return Ok((exists(dos, name)?, command));
    }
    compared(shell, rest).ok_or_else(Complaint::syntax)
}

fn compared<'a>(shell: &Shell, rest: &'a [u8]) -> Option<(bool, &'a [u8])> {
    if let Some(rest) = keyword(rest, b"ERRORLEVEL") {
        let (number, command) = split_word(rest);
        let level: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
        return Some((u32::from(shell.errorlevel) >= level, command));
    }
    let rest = rest.trim_ascii_start();
    let equals = rest.windows(2).position(|pair| pair == b"==")?;
    let (right, command) = split_word(&rest[equals + 2..]);
    Some((trimmed(&rest[..equals]) == right, command))
}

fn exists(dos: &Dos<'_>, name: &[u8]) -> Result<bool, Complaint> {
    // `DIR\NUL` is there if the directory is.
    let folder = command::folder_of(name);
    let folder_exists = dos.searched_text(folder).is_ok_and(|(place, _)| dos.lookup(&place).is_ok());
    if folder_exists && super::super::device::by_name(dos, name).is_some() {
        return Ok(true);
    }
    match command::matching(dos, name, 0) {
        Ok((_, entries)) => Ok(!entries.is_empty()),
        Err(error) if error.is_critical() => Err(error).reading(dos.drive_named(name), Complaint::from),
        Err(_) => Ok(false),
    }
}

/// What is behind `word`, if `text` begins with it.
fn keyword<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (first, rest) = split_word(text);
    first.eq_ignore_ascii_case(word).then_some(rest)
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = skip_separators(text);
    text.split_at(text.iter().position(|&byte| is_separator(byte)).unwrap_or(text.len()))
}

/// A FOR that runs.
#[derive(Clone, Debug)]
pub(super) struct For {
    letter: u8,
    values: VecDeque<Vec<u8>>,
    command: Vec<u8>,
}

impl For {
    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>) -> Step {
        if let Some(value) = self.values.pop_front() {
            let line = expand::for_variable(&self.command, self.letter, &value);
            shell.jobs.push(Job::For(self));
            shell.push(dos, Job::Run(Run::new(line.clone())));
            // As a line of a batch file is.
            if shell.echo && !line.starts_with(b"@") {
                let text = [b"\r\n", prompt::text(dos).as_slice(), line.as_slice(), b"\r\n"].concat();
                shell.say(STDOUT, text);
            }
        }
        Step::Next
    }
}

/// `FOR %a IN (set) DO command`.
pub(super) fn for_(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let (letter, set, command) = parse_for(rest).ok_or_else(Complaint::syntax)?;
    if keyword(command, b"FOR").is_some() {
        return Err(Complaint::new("FOR cannot be nested"));
    }
    let words = set.split(|&byte| is_separator(byte)).filter(|word| !word.is_empty());
    let values = words.flat_map(|word| values(dos, word)).collect();
    let each = For { letter, values, command: command.to_vec() };
    shell.push(dos, Job::For(each));
    Ok(())
}

pub(super) fn parse_for(rest: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (variable, rest) = split_word(rest);
    let &[b'%', letter] = variable else { return None };
    let rest = keyword(rest, b"IN")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"(")?;
    let end = rest.iter().position(|&byte| byte == b')')?;
    let command = keyword(&rest[end + 1..], b"DO")?;
    Some((letter, &rest[..end], command.trim_ascii_start()))
}

/// The files that a word with wildcards stands for; another word stands for itself.
fn values(dos: &Dos<'_>, word: &[u8]) -> Vec<Vec<u8>> {
    if !word.iter().any(|byte| matches!(byte, b'*' | b'?')) {
        return vec![word.to_vec()];
    }
    let folder = command::folder_of(word);
    let entries = command::matching(dos, word, 0).map(|(_, entries)| entries).unwrap_or_default();
    entries.into_iter().map(|entry| [folder, &entry.name.dotted()].concat()).collect()
}

/// CALL: a batch file that returns; anything else as it is.
pub(super) fn call(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let (name, behind) = line::first_word(rest);
    match exec::find(dos, name)? {
        Some(Found::Batch(place)) => {
            let batch = Batch::new(place, run::parameters(name, behind));
            shell.push(dos, Job::Batch(batch));
            Ok(())
        }
        _ => run::dispatch(shell, dos, rest),
    }
}

pub(super) fn go_to(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    batch::go_to(shell, dos, skip_separators(rest))
}

pub(super) fn shift(shell: &mut Shell, _: &mut Dos<'_>, _: &[u8]) -> Done {
    batch::shift(shell);
    Ok(())
}

/// EXIT: ends a shell that is not permanent.
pub(super) fn exit(shell: &mut Shell, dos: &mut Dos<'_>, _: &[u8]) -> Done {
    if !shell.permanent {
        shell.unwind(dos, 0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_has_a_variable_a_set_and_a_command() {
        let parsed = parse_for(b" %a in (x y,z) do echo %a").unwrap();
        assert_eq!(parsed, (b'a', b"x y,z".as_slice(), b"echo %a".as_slice()));
        assert_eq!(parse_for(b" %a in x do echo"), None);
        assert_eq!(parse_for(b" %a (x) do echo"), None);
    }

    #[test]
    fn a_keyword_is_a_whole_word() {
        assert_eq!(keyword(b" not exist", b"NOT"), Some(b" exist".as_slice()));
        assert_eq!(keyword(b"nothing", b"NOT"), None);
    }
}
