//! The prompt: shows it, reads a line, leaves the line to be run.

use super::super::Dos;
use super::super::app::{Answer, Request};
use super::super::function::{date_text, time_text};
use super::super::path::text_of;
use super::input::{Input, Read};
use super::run::Run;
use super::typing::{Typed, Typing};
use super::{Job, STDOUT, Shell, Step, command, variables};

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) enum Prompt {
    #[default]
    Beginning,
    /// A line of a file, or of a console that is not the screen.
    Reading(Input),
    /// A line from the keyboard.
    Typing(Box<Typing>),
}

impl Prompt {
    pub(super) fn go_on(self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        match (self, answer) {
            // ECHO OFF, typed at the prompt, leaves it out.
            (_, Answer::Begin) if shell.echo => {
                let text = [b"\r\n".as_slice(), &text(dos)].concat();
                Step::Ask(Job::Prompt(Prompt::Beginning), Request::Write(STDOUT, text))
            }
            (Prompt::Beginning, _) => begin(shell, dos),
            (Prompt::Reading(mut input), answer) => match input.go_on(dos, answer) {
                Read::More(request) => Step::Ask(Job::Prompt(Prompt::Reading(input)), request),
                Read::Line(line) => run(shell, line),
                // What is typed at it has come to its end: so has the shell.
                Read::End => Step::Next,
            },
            (Prompt::Typing(typing), answer) => match typing.go_on(dos, &answer) {
                (Some(typing), Typed::More(request)) => {
                    Step::Ask(Job::Prompt(Prompt::Typing(Box::new(typing))), request)
                }
                (_, Typed::Line(line, history)) => {
                    shell.history = history;
                    shell.history.add(&line);
                    run(shell, line)
                }
                (None, Typed::More(_)) => Step::Next,
            },
        }
    }
}

fn begin(shell: &mut Shell, dos: &mut Dos<'_>) -> Step {
    let shown = if shell.echo { text(dos) } else { Vec::new() };
    let (prompt, request) = match Typing::begin(dos, shown, &shell.history) {
        Some((typing, request)) => (Prompt::Typing(Box::new(typing)), request),
        None => {
            let (input, request) = Input::begin(dos, &shell.template);
            (Prompt::Reading(input), request)
        }
    };
    Step::Ask(Job::Prompt(prompt), request)
}

/// Leaves `line` to be run, and the prompt behind it.
fn run(shell: &mut Shell, line: Vec<u8>) -> Step {
    shell.jobs.push(Job::Prompt(Prompt::default()));
    if !line.is_empty() {
        shell.template.clone_from(&line);
        shell.jobs.push(Job::Run(Run::new(line)));
    }
    Step::Next
}

/// What variable PROMPT makes of where we are. Source: MS-DOS 5 User's Guide, PROMPT.
pub(super) fn text(dos: &mut Dos<'_>) -> Vec<u8> {
    let pattern = variables::get(dos, b"PROMPT").unwrap_or_else(|| b"$N$G".to_vec());
    let mut text = Vec::new();
    let mut bytes = pattern.into_iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'$' => {
                if let Some(code) = bytes.next() {
                    part(dos, code.to_ascii_uppercase(), &mut text);
                }
            }
            byte => text.push(byte),
        }
    }
    text
}

fn part(dos: &mut Dos<'_>, code: u8, text: &mut Vec<u8>) {
    let drive = dos.current_drive();
    match code {
        b'P' => text.extend(text_of(drive, &dos.current_directory(drive))),
        b'N' => text.push(b'A'.wrapping_add(drive)),
        b'G' => text.push(b'>'),
        b'L' => text.push(b'<'),
        b'B' => text.push(b'|'),
        b'Q' => text.push(b'='),
        b'$' => text.push(b'$'),
        b'E' => text.push(0x1B),
        b'H' => text.extend(b"\x08 \x08"),
        b'_' => text.extend(b"\r\n"),
        b'V' => text.extend(command::version_name(dos).bytes()),
        b'D' => text.extend(date_text(dos).bytes()),
        b'T' => text.extend(time_text(dos).bytes()),
        _ => {}
    }
}
