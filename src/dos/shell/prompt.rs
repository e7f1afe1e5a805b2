//! The prompt: shows it, reads a line, leaves the line to be run.

use super::super::Dos;
use super::super::app::{Answer, Request};
use super::super::path::text_of;
use super::input::{Input, Read};
use super::run::Run;
use super::{Job, STDOUT, Shell, Step, command, variables};

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Prompt {
    input: Option<Input>,
}

impl Prompt {
    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        match answer {
            // ECHO OFF, typed at the prompt, leaves it out.
            Answer::Begin if shell.echo => {
                let text = [b"\r\n".as_slice(), &text(dos)].concat();
                self.input = None;
                Step::Ask(Job::Prompt(self), Request::Write(STDOUT, text))
            }
            answer => match &mut self.input {
                None => {
                    let (input, request) = Input::begin(dos, &shell.template);
                    Step::Ask(Job::Prompt(Prompt { input: Some(input) }), request)
                }
                Some(input) => match input.go_on(dos, answer) {
                    Read::More(request) => Step::Ask(Job::Prompt(self), request),
                    Read::Line(line) => {
                        shell.jobs.push(Job::Prompt(Prompt::default()));
                        if !line.is_empty() {
                            shell.template.clone_from(&line);
                            shell.jobs.push(Job::Run(Run::new(line)));
                        }
                        Step::Next
                    }
                    // What is typed at it has come to its end: so has the shell.
                    Read::End => Step::Next,
                },
            },
        }
    }
}

/// What variable PROMPT makes of where we are. Source: MS-DOS 5 User's Guide, PROMPT.
pub(super) fn text(dos: &Dos<'_>) -> Vec<u8> {
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

fn part(dos: &Dos<'_>, code: u8, text: &mut Vec<u8>) {
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
        // Gap: $D and $T, date and time, are left out.
        _ => {}
    }
}
