//! A line that is typed at the prompt: keys from AH=08h, the line shown as it changes.
//!
//! What is on the screen is compared with what should be there: only the difference is written. Where
//! the line begins is learned from the cursor after each writing, so that it may scroll.

use std::collections::VecDeque;

use super::super::app::{Answer, Call, Request};
use super::super::{Dos, sft};
use super::complete::Completion;
use super::editor::{Editor, Effect, History, Key};
use super::{STDOUT, call};
use crate::types::{SegOff, lo8};

/// Characters of a line. Source: MS-DOS 5, COMMAND.COM: 127 and the return.
const ROOM: usize = 127;
const READ_KEY: u8 = 0x08;
/// BIOS data area: columns, cursor of page 0, page, last row.
/// Source: RBIL, MEM 0040h:004Ah, 0050h, 0062h, 0084h.
const COLUMNS: SegOff = SegOff { seg: 0x40, off: 0x4A };
const CURSORS: SegOff = SegOff { seg: 0x40, off: 0x50 };
const PAGE: SegOff = SegOff { seg: 0x40, off: 0x62 };
const SET_SHAPE: u16 = 0x0100;
const SET_CURSOR: u16 = 0x0200;
/// Scan lines of the cursor: a line, and half a block for insert mode.
const LINE_SHAPE: u16 = 0x0607;
const BLOCK_SHAPE: u16 = 0x0307;

/// See the module's text.
#[derive(Clone, Debug)]
pub(super) struct Typing {
    editor: Editor,
    /// What stands in front of the line, to be shown again behind a list.
    prompt: Vec<u8>,
    /// The line as the screen shows it, and the column in it where the cursor is.
    shown: Vec<u8>,
    column: usize,
    /// Row and column where it begins; the row is above the screen if the line is very long. Where the
    /// cursor is, if that is not known yet.
    start: Option<(isize, usize)>,
    /// What is to be asked for before the next key.
    requests: VecDeque<Request>,
    /// A key has been asked for.
    reading: bool,
    /// The last key's first byte was 0.
    extended: bool,
    completion: Option<Completion>,
    done: bool,
}

/// What came of an answer.
#[derive(Debug)]
pub(super) enum Typed {
    More(Request),
    Line(Vec<u8>, History),
}

impl Typing {
    /// Begins a line, if it comes from the keyboard and can be seen.
    pub(super) fn begin(dos: &Dos<'_>, prompt: Vec<u8>, history: &History) -> Option<(Typing, Request)> {
        let is =
            |handle: u16, bit: u16| dos.target(handle).is_ok_and(|target| target.is_device() && target.info & bit != 0);
        if !is(0, sft::info::STDIN) || !is(STDOUT, sft::info::STDOUT) {
            return None;
        }
        let typing = Typing {
            editor: Editor::new(ROOM, history.clone()),
            prompt,
            shown: Vec::new(),
            column: 0,
            start: Some(cursor(dos)),
            requests: VecDeque::new(),
            reading: true,
            extended: false,
            completion: None,
            done: false,
        };
        Some((typing, call(READ_KEY)))
    }

    pub(super) fn go_on(mut self, dos: &Dos<'_>, answer: &Answer) -> (Option<Typing>, Typed) {
        match answer {
            Answer::Returned(got) if std::mem::take(&mut self.reading) => self.byte(dos, lo8(got.ax.into())),
            // Something has been shown: now the cursor tells where the line begins.
            Answer::Written => self.find_start(dos),
            _ => {}
        }
        if self.requests.is_empty() && self.done {
            let line = self.editor.line().to_vec();
            return (None, Typed::Line(line, self.editor.into_history()));
        }
        if self.requests.is_empty() {
            self.show(dos);
        }
        if self.requests.is_empty() {
            self.place_cursor(dos);
        }
        let request = self.requests.pop_front().unwrap_or_else(|| {
            self.reading = true;
            call(READ_KEY)
        });
        (Some(self), Typed::More(request))
    }

    fn byte(&mut self, dos: &Dos<'_>, byte: u8) {
        let key = match (std::mem::take(&mut self.extended), byte) {
            (true, code) => Key::Function(code),
            (false, 0) => {
                self.extended = true;
                return;
            }
            (false, byte) => Key::Character(byte),
        };
        let was_inserting = self.editor.is_inserting();
        let effect = self.editor.key(key);
        match effect {
            Effect::Complete { back } => self.complete(dos, back),
            _ => self.completion = None,
        }
        if self.editor.is_inserting() != was_inserting {
            self.set_shape();
        }
        self.show(dos);
        match effect {
            Effect::Done => self.end(),
            Effect::Keep => self.begin_anew(b"@\r\n".to_vec()),
            Effect::List => self.list(),
            Effect::Show | Effect::Complete { .. } => {}
        }
    }

    fn complete(&mut self, dos: &Dos<'_>, back: bool) {
        let typed = &self.editor.line()[..self.editor.cursor()];
        let completion = self.completion.take().or_else(|| Completion::of(dos, typed));
        let Some(mut completion) = completion else { return };
        let name = completion.step(back).to_vec();
        self.editor.replace(completion.start, &name);
        self.completion = Some(completion);
    }

    /// Asks for the difference between what is shown and what should be.
    fn show(&mut self, dos: &Dos<'_>) {
        let wanted = display(self.editor.line());
        let same = wanted.iter().zip(&self.shown).take_while(|(a, b)| a == b).count();
        if same == wanted.len() && same == self.shown.len() {
            return;
        }
        if self.column != same {
            self.requests.push_back(self.cursor_to(dos, same));
        }
        let mut text = wanted[same..].to_vec();
        text.resize(text.len().max(self.shown.len() - same), b' ');
        self.column = same + text.len();
        self.shown = wanted;
        self.requests.push_back(Request::Write(STDOUT, text));
    }

    /// The cursor stands where the writing ended.
    fn find_start(&mut self, dos: &Dos<'_>) {
        let (row, column) = cursor(dos);
        let begin = self.start.map_or(column, |(_, begin)| begin);
        let rows_before = isize::try_from((begin + self.column) / columns(dos)).unwrap_or(0);
        self.start = Some((row - rows_before, begin));
    }

    fn place_cursor(&mut self, dos: &Dos<'_>) {
        let wanted = display(&self.editor.line()[..self.editor.cursor()]).len();
        if wanted != self.column {
            self.requests.push_back(self.cursor_to(dos, wanted));
            self.column = wanted;
        }
    }

    /// INT 10h/AH=02h: the cursor to a column of the line.
    fn cursor_to(&self, dos: &Dos<'_>, column: usize) -> Request {
        let (row, begin) = self.start.unwrap_or_else(|| cursor(dos));
        let at = begin + column;
        let row = row + isize::try_from(at / columns(dos)).unwrap_or(0);
        let (row, column) = (u8::try_from(row.max(0)).unwrap_or(u8::MAX), u8::try_from(at % columns(dos)).unwrap_or(0));
        let page = u16::from(dos.mem.read_u8(PAGE)) << 8;
        let set = Call { ax: SET_CURSOR, bx: page, dx: u16::from_le_bytes([column, row]), ..Call::default() };
        Request::Interrupt(0x10, set)
    }

    fn set_shape(&mut self) {
        let shape = if self.editor.is_inserting() { BLOCK_SHAPE } else { LINE_SHAPE };
        self.requests.push_back(Request::Interrupt(0x10, Call { ax: SET_SHAPE, cx: shape, ..Call::default() }));
    }

    /// The line is done: the cursor goes behind it and to a new row.
    fn end(&mut self) {
        self.done = true;
        if self.editor.is_inserting() {
            self.requests
                .push_back(Request::Interrupt(0x10, Call { ax: SET_SHAPE, cx: LINE_SHAPE, ..Call::default() }));
        }
        let behind = self.shown.get(self.column..).unwrap_or_default();
        self.requests.push_back(Request::Write(STDOUT, [behind, b"\r\n"].concat()));
    }

    /// Writes `text`; the line is shown below it.
    fn begin_anew(&mut self, text: Vec<u8>) {
        self.requests.push_back(Request::Write(STDOUT, text));
        (self.column, self.start) = (0, None);
        self.shown.clear();
    }

    /// F7: the lines that are remembered, with their numbers.
    fn list(&mut self) {
        let mut text = b"\r\n".to_vec();
        for (number, line) in (1..).zip(self.editor.history().lines()) {
            text.extend(format!("{number:3}: ").into_bytes());
            text.extend(display(line));
            text.extend(b"\r\n");
        }
        text.extend(&self.prompt);
        self.begin_anew(text);
    }
}

/// Row and column of the cursor.
fn cursor(dos: &Dos<'_>) -> (isize, usize) {
    let page = u16::from(dos.mem.read_u8(PAGE) & 7);
    let [column, row] = dos.mem.read_u16(CURSORS.offset(page * 2)).to_le_bytes();
    (isize::from(row), usize::from(column))
}

fn columns(dos: &Dos<'_>) -> usize {
    usize::from(dos.mem.read_u8(COLUMNS)).max(1)
}

/// What a line looks like: control characters as ^A.
fn display(line: &[u8]) -> Vec<u8> {
    let shown = |&byte: &u8| if byte < b' ' { vec![b'^', byte + b'@'] } else { vec![byte] };
    line.iter().flat_map(shown).collect()
}
