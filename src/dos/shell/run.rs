//! A command line is run: each of its commands with its redirections, one after the other.

use std::collections::VecDeque;

use super::super::app::Answer;
use super::super::memory_map::SDA;
use super::super::{Dos, sda, sft};
use super::batch::Batch;
use super::exec::{self, Exec, Found};
use super::line::{self, Command};
use super::redirect::Saved;
use super::text::{Complaint, Done};
use super::{Job, Shell, Step, call, command};

/// AH=0Bh, which looks for Ctrl-C as well.
const LOOK_FOR_KEY: u8 = 0x0B;

/// A line to be run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    line: Vec<u8>,
}

impl Run {
    pub(super) fn new(line: Vec<u8>) -> Run {
        Run { line }
    }

    /// Ctrl-C is looked for first, so that no loop of commands is without an end.
    pub(super) fn go_on(self, shell: &mut Shell, dos: &mut Dos<'_>, answer: &Answer) -> Step {
        if *answer == Answer::Begin {
            return Step::Ask(Job::Run(self), call(LOOK_FOR_KEY));
        }
        match line::commands(&self.line) {
            Err(_) => shell.complain(Complaint::syntax()),
            Ok(commands) => return Pipe { commands: commands.into(), input: None }.go_on(shell, dos),
        }
        Step::Next
    }
}

/// Runs a command with its redirections, and undoes them and those in `saved` after it.
fn run_command(shell: &mut Shell, dos: &mut Dos<'_>, mut command: Command, mut saved: Saved) {
    let redirected = saved.redirect(dos, &command);
    shell.push(dos, Job::Restore(saved));
    let done = redirected.and_then(|()| {
        // What is tried again finds its handles redirected.
        (command.input, command.output) = (None, None);
        dispatch(shell, dos, &command.text)
    });
    if let Err(complaint) = done {
        shell.fail(dos, complaint, Job::Pipe(Pipe { commands: [command].into(), input: None }));
    }
}

/// Commands whose input is what the one before wrote.
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    commands: VecDeque<Command>,
    /// The entry of what the last one wrote.
    input: Option<u8>,
}

impl Pipe {
    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>) -> Step {
        let Some(command) = self.commands.pop_front() else {
            self.abandon(dos);
            return Step::Next;
        };
        let mut saved = Saved::default();
        if let Some(index) = self.input.take() {
            rewind(dos, index);
            saved.set_input(dos, index);
        }
        if !self.commands.is_empty() {
            match dos.open_scratch() {
                Ok(index) => {
                    // Both the handle and the pipe refer to it.
                    dos.refer_to(index);
                    saved.set_output(dos, index);
                    self.input = Some(index);
                }
                Err(_) => {
                    saved.restore(dos);
                    shell.complain(Complaint::new("Intermediate file error during pipe"));
                    return Step::Next;
                }
            }
            shell.push(dos, Job::Pipe(self));
        }
        run_command(shell, dos, command, saved);
        Step::Next
    }

    pub(super) fn abandon(self, dos: &mut Dos<'_>) {
        if let Some(index) = self.input {
            dos.release(index);
        }
    }
}

fn rewind(dos: &mut Dos<'_>, index: u8) {
    if let Some(at) = sft::entry(&dos.mem, index) {
        sft::POSITION.set(&mut dos.mem, at, 0);
    }
}

/// Does what a single command says.
pub(super) fn dispatch(shell: &mut Shell, dos: &mut Dos<'_>, text: &[u8]) -> Done {
    let text = line::skip_separators(text);
    let text = text.strip_prefix(b"@").unwrap_or(text);
    let (name, rest) = line::first_word(text);
    if name.is_empty() {
        return Ok(());
    }
    if let [letter, b':'] = name {
        return change_drive(dos, *letter);
    }
    let (internal, behind) = line::internal_word(text);
    match command::internal(&internal) {
        Some(_) if command::asked(shell, &internal, behind) => Ok(()),
        Some(command) => {
            command::check_drives(dos, &internal, behind)?;
            command(shell, dos, behind)
        }
        None => run_program(shell, dos, name, rest),
    }
}

/// Runs the program or batch file called `name`.
pub(super) fn run_program(shell: &mut Shell, dos: &mut Dos<'_>, name: &[u8], rest: &[u8]) -> Done {
    match exec::find(dos, name)? {
        Some(Found::Program(path)) => shell.push(dos, Job::Exec(Exec::new(path, rest.to_vec()))),
        Some(Found::Batch(place)) => {
            let batch = Batch::new(place, parameters(name, rest));
            super::batch::chain(shell, dos, batch);
        }
        None => return Err(Complaint::new("Bad command or file name")),
    }
    Ok(())
}

/// `%0` and those behind it.
pub(super) fn parameters(name: &[u8], rest: &[u8]) -> Vec<Vec<u8>> {
    let words = rest.split(|&byte| line::is_separator(byte)).filter(|word| !word.is_empty());
    std::iter::once(name).chain(words).map(<[u8]>::to_vec).collect()
}

fn change_drive(dos: &mut Dos<'_>, letter: u8) -> Done {
    let drive = letter.to_ascii_uppercase().wrapping_sub(b'A');
    dos.drive(drive)?;
    sda::CURRENT_DRIVE.set(&mut dos.mem, SDA, drive);
    Ok(())
}
