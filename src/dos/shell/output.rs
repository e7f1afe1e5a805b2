//! Text for the user: at once, in pages, and questions.

use super::super::Dos;
use super::super::app::{Answer, Call, Request};
use super::input::{Input, Read};
use super::text::Complaint;
use super::{Job, STDOUT, Shell, Step, call, command, int21};

/// Lines of a page. Source: MS-DOS 5 User's Guide, DIR /P: a screen without its last line.
const PAGE_LINES: usize = 23;
const PRESS_A_KEY: &[u8] = b"Press any key to continue . . .";

/// Text that is to be written.
#[derive(Clone, Debug)]
pub(super) struct Say {
    pub(super) handle: u16,
    pub(super) text: Vec<u8>,
}

impl Say {
    pub(super) fn go_on(mut self, answer: &Answer) -> Step {
        match answer {
            Answer::Begin => {
                let text = std::mem::take(&mut self.text);
                let request = Request::Write(self.handle, text);
                Step::Ask(Job::Say(self), request)
            }
            _ => Step::Next,
        }
    }
}

/// Text that waits for a key whenever the screen is full.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    lines: std::collections::VecDeque<Vec<u8>>,
    /// The page is shown; a key is waited for.
    asked: bool,
}

impl Pages {
    pub(super) fn new(text: &[u8]) -> Pages {
        let lines = text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        Pages { lines, asked: false }
    }

    pub(super) fn go_on(mut self, answer: &Answer) -> Step {
        match answer {
            Answer::Written if self.lines.is_empty() => Step::Next,
            Answer::Written => {
                self.asked = true;
                Step::Ask(Job::Pages(self), call(0x08))
            }
            Answer::Failed(_) => Step::Next,
            _ => self.page(),
        }
    }

    fn page(mut self) -> Step {
        let mut text = if self.asked { b"\r\n".to_vec() } else { Vec::new() };
        for _ in 0..PAGE_LINES {
            text.extend(self.lines.pop_front().unwrap_or_default());
        }
        if !self.lines.is_empty() {
            text.extend(PRESS_A_KEY);
        }
        Step::Ask(Job::Pages(self), Request::Write(STDOUT, text))
    }
}

/// PAUSE: waits for a key.
#[derive(Clone, Debug, Default)]
pub(super) struct Pause {
    asked: bool,
}

impl Pause {
    pub(super) fn go_on(mut self, answer: &Answer) -> Step {
        match answer {
            Answer::Begin => Step::Ask(Job::Pause(self), Request::Write(STDOUT, PRESS_A_KEY.to_vec())),
            Answer::Returned(got) if got.ax.to_le_bytes()[0] == 0 && self.asked => {
                // A key without a character: its second byte.
                self.asked = false;
                Step::Ask(Job::Pause(self), call(0x08))
            }
            Answer::Returned(_) => Step::Ask(Job::Pause(self), Request::Write(STDOUT, b"\r\n".to_vec())),
            _ if !self.asked => {
                self.asked = true;
                // Keys struck before it was asked are none. Source: RBIL, INT 21h/AH=0Ch.
                Step::Ask(Job::Pause(self), int21(Call { ax: 0x0C08, ..Call::default() }))
            }
            _ => Step::Next,
        }
    }
}

/// Calls of the video BIOS.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    /// The last one first.
    calls: Vec<Call>,
}

impl Screen {
    pub(super) fn new(calls: Vec<Call>) -> Screen {
        Screen { calls }
    }

    pub(super) fn go_on(mut self) -> Step {
        match self.calls.pop() {
            Some(call) => Step::Ask(Job::Screen(self), Request::Interrupt(0x10, call)),
            None => Step::Next,
        }
    }
}

/// What is asked, to be answered by Y or N.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Whether a batch file ends here.
    Terminate,
    /// Whether these files are to be deleted.
    Delete(Vec<u8>),
}

/// A question on its way.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    question: Question,
    input: Option<Input>,
}

impl Ask {
    pub(super) fn new(question: Question) -> Ask {
        Ask { question, input: None }
    }

    fn text(&self) -> &'static [u8] {
        match self.question {
            Question::Terminate => b"\r\nTerminate batch job (Y/N)?",
            Question::Delete(_) => b"All files in directory will be deleted!\r\nAre you sure (Y/N)?",
        }
    }

    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        let read = match (&answer, &mut self.input) {
            (Answer::Begin, _) => {
                let text = self.text().to_vec();
                return Step::Ask(Job::Ask(self), Request::Write(STDOUT, text));
            }
            (_, None) => {
                let (input, request) = Input::begin(dos, &[]);
                self.input = Some(input);
                return Step::Ask(Job::Ask(self), request);
            }
            (_, Some(input)) => input.go_on(dos, answer),
        };
        match read {
            Read::More(request) => return Step::Ask(Job::Ask(self), request),
            Read::Line(line) => match line.first().map(u8::to_ascii_uppercase) {
                Some(b'Y') => self.yes(shell, dos),
                Some(b'N') => {}
                _ => shell.jobs.push(Job::Ask(Ask::new(self.question))),
            },
            Read::End => {}
        }
        Step::Next
    }

    fn yes(self, shell: &mut Shell, dos: &mut Dos<'_>) {
        match self.question {
            Question::Terminate => super::batch::terminate_all(shell, dos),
            Question::Delete(name) => {
                if let Err(complaint) = command::delete(dos, &name) {
                    shell.complain(complaint);
                }
            }
        }
    }
}

/// Something went wrong while a job wrote: what to say, if anything.
pub(super) fn write_failed(answer: &Answer) -> Option<Complaint> {
    match answer {
        Answer::Failed(error) => Some(Complaint::from(*error)),
        _ => None,
    }
}
