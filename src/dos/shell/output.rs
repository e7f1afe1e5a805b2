//! Text for the user: at once, in pages, and questions.

use std::collections::VecDeque;

use super::super::app::{Answer, Call, Request};
use super::super::{Dos, sft};
use super::input::{Input, Read};
use super::text::Complaint;
use super::{Job, STDOUT, Shell, Step, call, command, int21};
use crate::types::SegOff;

/// BIOS data area: the screen's last row. Source: RBIL, MEM 0040h:0084h.
const LAST_ROW: SegOff = SegOff { seg: 0x40, off: 0x84 };
const READ_KEY: u8 = 0x08;
/// AH=0Bh, which looks for Ctrl-C as well.
const LOOK_FOR_KEY: u8 = 0x0B;
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
    lines: VecDeque<Vec<u8>>,
    /// What is left to be listed.
    listing: Option<Box<command::Listing>>,
    doing: Paging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paging {
    Writing,
    /// The page is shown; a key is waited for.
    Asking,
    /// There has been nothing to show; the guest goes on.
    Breathing,
}

impl Pages {
    pub(super) fn new(text: &[u8]) -> Pages {
        Pages { lines: lines_of(text), listing: None, doing: Paging::Writing }
    }

    /// A listing, made while it is shown.
    pub(super) fn listing(listing: command::Listing) -> Pages {
        Pages { lines: VecDeque::new(), listing: Some(Box::new(listing)), doing: Paging::Writing }
    }

    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: &Answer) -> Step {
        match (self.doing, answer) {
            (_, Answer::Failed(_)) => Step::Next,
            (Paging::Writing, Answer::Written) if !self.lines.is_empty() => {
                self.doing = Paging::Asking;
                Step::Ask(Job::Pages(self), call(READ_KEY))
            }
            (Paging::Asking, Answer::Returned(got)) if got.ax.to_le_bytes()[0] == 0 => {
                // A key without a character: its second byte.
                Step::Ask(Job::Pages(self), call(READ_KEY))
            }
            (doing, _) => self.page(shell, dos, doing == Paging::Asking),
        }
    }

    fn page(mut self, shell: &mut Shell, dos: &mut Dos<'_>, asked: bool) -> Step {
        let rows = page_rows(dos);
        let paged = rows.is_some() && self.listing.as_ref().is_none_or(|listing| listing.is_paged());
        let wanted = rows.filter(|_| paged).unwrap_or(1);
        // One line more than fits tells whether there is a next page.
        while self.lines.len() <= wanted {
            match self.listing.as_mut().map_or(Ok(None), |listing| listing.next(dos)) {
                Ok(Some(part)) => self.lines.extend(lines_of(&part)),
                Ok(None) => {
                    self.finish(shell);
                    break;
                }
                Err(complaint) => {
                    self.doing = Paging::Writing;
                    shell.fail(dos, complaint, Job::Pages(self));
                    return Step::Next;
                }
            }
            if !paged {
                break;
            }
        }
        let count = if paged { wanted.min(self.lines.len()) } else { self.lines.len() };
        let mut text = if asked { b"\r\n".to_vec() } else { Vec::new() };
        text.extend(self.lines.drain(..count).flatten());
        if !self.lines.is_empty() {
            text.extend(PRESS_A_KEY);
        }
        self.doing = if text.is_empty() { Paging::Breathing } else { Paging::Writing };
        match (text.is_empty(), self.listing.is_some()) {
            (true, false) => Step::Next,
            (true, true) => Step::Ask(Job::Pages(self), call(LOOK_FOR_KEY)),
            (false, _) => Step::Ask(Job::Pages(self), Request::Write(STDOUT, text)),
        }
    }

    /// The listing has come to its end; it may have found nothing.
    fn finish(&mut self, shell: &mut Shell) {
        if let Some(complaint) = self.listing.take().and_then(|listing| listing.complaint()) {
            shell.complain(complaint);
        }
    }
}

fn lines_of(text: &[u8]) -> VecDeque<Vec<u8>> {
    text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Lines of a page: a screen without its last two rows. `None`: standard output is not the screen.
fn page_rows(dos: &Dos<'_>) -> Option<usize> {
    let target = dos.target(STDOUT).ok()?;
    let shown = target.is_device() && target.info & sft::info::STDOUT != 0;
    shown.then(|| usize::from(dos.mem.read_u8(LAST_ROW)).saturating_sub(1).max(1))
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
    /// Whether each of these files is to be deleted, the first one now.
    DeleteOne(VecDeque<Vec<u8>>),
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

    fn text(&self) -> Vec<u8> {
        match &self.question {
            Question::Terminate => b"\r\nTerminate batch job (Y/N)?".to_vec(),
            Question::Delete(_) => b"All files in directory will be deleted!\r\nAre you sure (Y/N)?".to_vec(),
            Question::DeleteOne(names) => {
                let name = names.front().map_or(b"".as_slice(), Vec::as_slice);
                [b"\r\n", name, b",    Delete (Y/N)?"].concat()
            }
        }
    }

    pub(super) fn go_on(mut self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        let read = match (&answer, &mut self.input) {
            (Answer::Begin, _) => {
                let text = self.text();
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
                Some(b'N') => self.no(shell),
                _ => shell.jobs.push(Job::Ask(Ask::new(self.question))),
            },
            // Nobody answers: that is no.
            Read::End => shell.say(STDOUT, b"\r\n".to_vec()),
        }
        Step::Next
    }

    fn yes(self, shell: &mut Shell, dos: &mut Dos<'_>) {
        match self.question {
            Question::Terminate => super::batch::terminate_all(shell, dos),
            Question::Delete(name) => {
                if let Err(complaint) = command::delete(dos, &name) {
                    shell.fail(dos, complaint, Job::Ask(Ask::new(Question::Delete(name))));
                }
            }
            Question::DeleteOne(mut names) => {
                let name = names.pop_front().unwrap_or_default();
                ask_for_next(shell, names);
                if let Err(complaint) = command::delete(dos, &name) {
                    shell.fail(dos, complaint, Job::Ask(Ask::new(Question::DeleteOne([name].into()))));
                }
            }
        }
    }

    fn no(self, shell: &mut Shell) {
        if let Question::DeleteOne(mut names) = self.question {
            names.pop_front();
            ask_for_next(shell, names);
        }
    }
}

fn ask_for_next(shell: &mut Shell, names: VecDeque<Vec<u8>>) {
    if !names.is_empty() {
        shell.jobs.push(Job::Ask(Ask::new(Question::DeleteOne(names))));
    }
}

/// Something went wrong while a job wrote: what to say, if anything.
pub(super) fn write_failed(answer: &Answer) -> Option<Complaint> {
    match answer {
        Answer::Failed(error) => Some(Complaint::from(*error)),
        _ => None,
    }
}
