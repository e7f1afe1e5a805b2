//! The line at the prompt: what each key does to it. Pure; `typing` shows it.
//!
//! The keys are those of DOS (F1 to F6 with the line before as a template) and of DOSKEY (arrows,
//! history). Source: MS-DOS 5 User's Guide, "Editing keys" and DOSKEY.

use std::collections::VecDeque;

use super::super::editing_keys::{BACKSPACE, CTRL_BACKSPACE, CTRL_Z, ESCAPE, LINE_FEED, RETURN, TAB, scan};

/// Lines that are remembered.
const MOST_LINES: usize = 64;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Character(u8),
    /// One without a character, by its scan code.
    Function(u8),
}

/// What has to be done about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The line, or the place in it, may have changed.
    Show,
    /// The line is done.
    Done,
    /// The line is kept as the template, and a new one begins below.
    Keep,
    /// A name is to be completed, by the next one or the one before.
    Complete { back: bool },
    /// The lines that are remembered are to be listed.
    List,
}

/// Lines that were typed, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct History(VecDeque<Vec<u8>>);

impl History {
    /// Remembers `line`, unless it is the same as the one before.
    pub(super) fn add(&mut self, line: &[u8]) {
        if line.is_empty() || self.0.back().is_some_and(|last| last == line) {
            return;
        }
        if self.0.len() == MOST_LINES {
            self.0.pop_front();
        }
        self.0.push_back(line.to_vec());
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    fn last(&self) -> Vec<u8> {
        self.0.back().cloned().unwrap_or_default()
    }
}

/// What the next character says where to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seek {
    Copy,
    Skip,
}

/// A line being edited.
#[derive(Clone, Debug)]
pub(super) struct Editor {
    room: usize,
    line: Vec<u8>,
    cursor: usize,
    template: Vec<u8>,
    /// How much of the template has been used.
    at: usize,
    inserting: bool,
    seeking: Option<Seek>,
    history: History,
    /// Which of the lines that are remembered is shown.
    recalled: Option<usize>,
    /// What F8 looks for: the start of the line as it was typed.
    prefix: Option<Vec<u8>>,
}

impl Editor {
    /// An empty line for `room` characters.
    pub(super) fn new(room: usize, history: History) -> Editor {
        Editor {
            room,
            line: Vec::new(),
            cursor: 0,
            template: history.last(),
            at: 0,
            inserting: false,
            seeking: None,
            history,
            recalled: None,
            prefix: None,
        }
    }

    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn is_inserting(&self) -> bool {
        self.inserting
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// Gives the lines that are remembered back.
    pub(super) fn into_history(self) -> History {
        self.history
    }

    /// Puts `text` in place of what is between `start` and the cursor.
    pub(super) fn replace(&mut self, start: usize, text: &[u8]) {
        let start = start.min(self.cursor);
        let room = self.room - (self.line.len() - (self.cursor - start)).min(self.room);
        let text = &text[..text.len().min(room)];
        self.line.splice(start..self.cursor, text.iter().copied());
        self.cursor = start + text.len();
    }

    pub(super) fn key(&mut self, key: Key) -> Effect {
        if let (Some(seek), Key::Character(byte)) = (self.seeking.take(), key) {
            self.seek(seek, byte);
            return Effect::Show;
        }
        if key != Key::Function(scan::F8) {
            self.prefix = None;
        }
        match key {
            Key::Character(byte) => self.character(byte),
            Key::Function(code) => self.function(code),
        }
    }

    fn character(&mut self, byte: u8) -> Effect {
        match byte {
            RETURN => return Effect::Done,
            TAB => return Effect::Complete { back: false },
            BACKSPACE => self.back(),
            ESCAPE => self.set(Vec::new()),
            CTRL_BACKSPACE => self.delete_to(self.word_before()),
            LINE_FEED => {}
            byte => self.add(byte),
        }
        Effect::Show
    }

    fn function(&mut self, code: u8) -> Effect {
        match code {
            scan::F1 | scan::RIGHT => self.right(),
            scan::F2 => self.seeking = Some(Seek::Copy),
            scan::F3 => self.copy(usize::MAX),
            scan::F4 => self.seeking = Some(Seek::Skip),
            scan::F5 => return self.keep(),
            scan::F6 => self.add(CTRL_Z),
            scan::F7 => return Effect::List,
            scan::F8 => self.find(),
            scan::BACK_TAB => return Effect::Complete { back: true },
            scan::UP => self.recall_before(),
            scan::DOWN => self.recall_after(),
            scan::PAGE_UP => self.recall(0),
            scan::PAGE_DOWN => self.recall(self.history.0.len().saturating_sub(1)),
            scan::ALT_F7 => (self.history, self.recalled) = (History::default(), None),
            _ => self.move_or_delete(code),
        }
        Effect::Show
    }

    fn move_or_delete(&mut self, code: u8) {
        match code {
            scan::LEFT => self.go_to(self.cursor.saturating_sub(1)),
            scan::HOME => self.go_to(0),
            scan::END => self.go_to(self.line.len()),
            scan::CTRL_LEFT => self.go_to(self.word_before()),
            scan::CTRL_RIGHT => self.go_to(self.word_after()),
            scan::CTRL_END => self.line.truncate(self.cursor),
            scan::CTRL_HOME => self.delete_to(0),
            scan::INSERT => self.inserting = !self.inserting,
            scan::DELETE if self.cursor < self.line.len() => {
                self.line.remove(self.cursor);
            }
            scan::DELETE => self.at = (self.at + 1).min(self.template.len()),
            _ => {}
        }
    }

    /// Moves the cursor, and the place in the template with it.
    fn go_to(&mut self, cursor: usize) {
        let moved = self.at.saturating_add(cursor).saturating_sub(self.cursor);
        (self.at, self.cursor) = (moved.min(self.template.len()), cursor);
    }

    fn add(&mut self, byte: u8) {
        let overwrites = !self.inserting && self.cursor < self.line.len();
        if overwrites {
            self.line[self.cursor] = byte;
        } else if self.line.len() < self.room {
            self.line.insert(self.cursor, byte);
        } else {
            return;
        }
        self.cursor += 1;
        if !self.inserting {
            self.at = (self.at + 1).min(self.template.len());
        }
    }

    fn back(&mut self) {
        if self.cursor > 0 {
            self.go_to(self.cursor - 1);
            self.line.remove(self.cursor);
        }
    }

    /// Takes away what is between `start` and the cursor.
    fn delete_to(&mut self, start: usize) {
        let end = self.cursor;
        self.go_to(start);
        self.line.drain(start..end);
    }

    /// One to the right; at the end, one more character of the template.
    fn right(&mut self) {
        if self.cursor < self.line.len() {
            self.go_to(self.cursor + 1);
        } else {
            self.copy(1);
        }
    }

    /// Adds up to `count` characters of the template at the end.
    fn copy(&mut self, count: usize) {
        self.go_to(self.line.len());
        let end = self.at.saturating_add(count).min(self.template.len());
        let end = end.min(self.at + (self.room - self.line.len().min(self.room)));
        self.line.extend_from_slice(&self.template[self.at..end]);
        (self.at, self.cursor) = (end, self.line.len());
    }

    fn seek(&mut self, seek: Seek, byte: u8) {
        let ahead = self.template.get(self.at + 1..).unwrap_or_default();
        let Some(distance) = ahead.iter().position(|&c| c == byte) else { return };
        match seek {
            Seek::Copy => self.copy(distance + 1),
            Seek::Skip => self.at += distance + 1,
        }
    }

    fn keep(&mut self) -> Effect {
        self.template = std::mem::take(&mut self.line);
        (self.cursor, self.at) = (0, 0);
        Effect::Keep
    }

    /// Makes `line` the line, with the cursor at its end.
    fn set(&mut self, line: Vec<u8>) {
        self.line = line;
        self.cursor = self.line.len();
        self.at = self.cursor.min(self.template.len());
    }

    fn recall(&mut self, index: usize) {
        if let Some(line) = self.history.0.get(index).cloned() {
            self.recalled = Some(index);
            self.set(line);
        }
    }

    fn recall_before(&mut self) {
        let newest = self.history.0.len().wrapping_sub(1);
        self.recall(self.recalled.map_or(newest, |index| index.saturating_sub(1)));
    }

    fn recall_after(&mut self) {
        match self.recalled.map(|index| index + 1) {
            Some(index) if index < self.history.0.len() => self.recall(index),
            Some(_) => {
                self.recalled = None;
                self.set(Vec::new());
            }
            None => {}
        }
    }

    /// F8: the newest line before this one that begins as what was typed does.
    fn find(&mut self) {
        let prefix = self.prefix.take().unwrap_or_else(|| self.line[..self.cursor].to_vec());
        let before = self.recalled.unwrap_or(self.history.0.len());
        let begins = |index: &usize| self.history.0.get(*index).is_some_and(|line| line.starts_with(&prefix));
        let found = (0..before).rev().find(begins).or_else(|| (before..self.history.0.len()).rev().find(begins));
        if let Some(index) = found {
            self.recall(index);
        }
        self.prefix = Some(prefix);
    }

    fn word_before(&self) -> usize {
        let typed = &self.line[..self.cursor];
        let end = typed.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        typed[..end].iter().rposition(|&byte| byte == b' ').map_or(0, |blank| blank + 1)
    }

    fn word_after(&self) -> usize {
        let ahead = &self.line[self.cursor..];
        let blank = ahead.iter().position(|&byte| byte == b' ').unwrap_or(ahead.len());
        let next = ahead[blank..].iter().position(|&byte| byte != b' ').unwrap_or(ahead.len() - blank);
        self.cursor + blank + next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(lines: &[&str]) -> Editor {
        let mut history = History::default();
        for line in lines {
            history.add(line.as_bytes());
        }
        Editor::new(20, history)
    }

    fn types(editor: &mut Editor, text: &str) {
        for byte in text.bytes() {
            editor.key(Key::Character(byte));
        }
    }

    fn strikes(editor: &mut Editor, codes: &[u8]) {
        for &code in codes {
            editor.key(Key::Function(code));
        }
    }

    fn line(editor: &Editor) -> (&str, usize) {
        (std::str::from_utf8(editor.line()).unwrap(), editor.cursor())
    }

    #[test]
    fn arrows_bring_lines_back_and_the_newest_is_nearest() {
        let mut editor = editor(&["one", "two", "two"]);
        strikes(&mut editor, &[scan::UP]);
        assert_eq!(line(&editor), ("two", 3));
        strikes(&mut editor, &[scan::UP, scan::UP]);
        assert_eq!(line(&editor), ("one", 3));
        strikes(&mut editor, &[scan::DOWN, scan::DOWN]);
        assert_eq!(line(&editor), ("", 0));
    }

    #[test]
    fn what_is_typed_replaces_unless_insert_is_on() {
        let mut editor = editor(&[]);
        types(&mut editor, "abcd");
        strikes(&mut editor, &[scan::HOME]);
        types(&mut editor, "X");
        strikes(&mut editor, &[scan::INSERT]);
        types(&mut editor, "Y");
        assert_eq!(line(&editor), ("XYbcd", 2));
        strikes(&mut editor, &[scan::DELETE, scan::END]);
        types(&mut editor, "\x08");
        assert_eq!(line(&editor), ("XYc", 3));
    }

    #[test]
    fn function_keys_copy_from_the_line_before() {
        let mut editor = editor(&["copy a.txt b.txt"]);
        types(&mut editor, "type");
        strikes(&mut editor, &[scan::F3]);
        assert_eq!(line(&editor).0, "type a.txt b.txt");
        types(&mut editor, "\x1b");
        strikes(&mut editor, &[scan::HOME, scan::F1, scan::RIGHT, scan::F2]);
        types(&mut editor, "a");
        assert_eq!(line(&editor).0, "copy ");
        strikes(&mut editor, &[scan::F4]);
        types(&mut editor, "b");
        strikes(&mut editor, &[scan::F3]);
        assert_eq!(line(&editor).0, "copy b.txt");
    }

    #[test]
    fn inserted_characters_leave_the_template_where_it_is() {
        let mut editor = editor(&["copy a"]);
        strikes(&mut editor, &[scan::INSERT]);
        types(&mut editor, "x");
        strikes(&mut editor, &[scan::F3]);
        assert_eq!(line(&editor).0, "xcopy a");
    }

    #[test]
    fn f5_makes_what_is_typed_the_template() {
        let mut editor = editor(&["old"]);
        types(&mut editor, "dir");
        assert_eq!(editor.key(Key::Function(scan::F5)), Effect::Keep);
        strikes(&mut editor, &[scan::F3]);
        assert_eq!(line(&editor).0, "dir");
    }

    #[test]
    fn f8_finds_lines_that_begin_alike() {
        let mut editor = editor(&["dir a", "copy x", "dir b"]);
        types(&mut editor, "di");
        strikes(&mut editor, &[scan::F8]);
        assert_eq!(line(&editor).0, "dir b");
        strikes(&mut editor, &[scan::F8]);
        assert_eq!(line(&editor).0, "dir a");
        strikes(&mut editor, &[scan::F8]);
        assert_eq!(line(&editor).0, "dir b");
    }

    #[test]
    fn words_are_jumped_over_and_deleted() {
        let mut editor = editor(&[]);
        types(&mut editor, "one two three");
        strikes(&mut editor, &[scan::CTRL_LEFT, scan::CTRL_LEFT]);
        assert_eq!(editor.cursor(), 4);
        strikes(&mut editor, &[scan::CTRL_RIGHT]);
        assert_eq!(editor.cursor(), 8);
        types(&mut editor, "\x7f");
        assert_eq!(line(&editor), ("one three", 4));
        strikes(&mut editor, &[scan::CTRL_END]);
        assert_eq!(line(&editor), ("one ", 4));
        strikes(&mut editor, &[scan::CTRL_HOME]);
        assert_eq!(line(&editor), ("", 0));
    }

    #[test]
    fn a_full_line_takes_no_more() {
        let mut editor = editor(&["0123456789012345678901234567890"]);
        types(&mut editor, "abcdefghijklmnopqrstuvwxyz");
        assert_eq!(editor.line().len(), 20);
        strikes(&mut editor, &[scan::F3]);
        editor.replace(5, b"a name that is too long");
        assert_eq!(editor.line().len(), 20);
    }

    #[test]
    fn only_so_many_lines_are_remembered() {
        let mut history = History::default();
        for number in 0..100 {
            history.add(format!("line {number}").as_bytes());
        }
        assert_eq!(history.lines().count(), MOST_LINES);
        assert_eq!(history.lines().next(), Some(b"line 36".as_slice()));
    }
}
