//! The line editor of DOS: pure, keys in, characters for the screen out.

use super::editing_keys::{BACKSPACE, CTRL_BACKSPACE, CTRL_Z, ESCAPE, LINE_FEED, RETURN, TAB, scan};

/// What a key does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// These characters go to the screen; the line goes on.
    Show(Vec<u8>),
    /// These characters go to the screen; the line is done. Its end is a carriage return: the next line
    /// is the caller's to begin.
    End(Vec<u8>),
}

const BELL: u8 = 0x07;
/// Columns between tab stops.
const TAB_WIDTH: usize = 8;

/// A line being edited.
#[derive(Clone, Debug)]
pub(super) struct LineEditor {
    /// Most characters of the line.
    room: usize,
    line: Vec<u8>,
    /// The line before, and how far it has been used.
    template: Vec<u8>,
    at: usize,
    /// What is typed does not use the template up.
    inserting: bool,
    /// F2 or F4 wait for the character to go to.
    seeking: Option<Seek>,
}

/// What the next character says where to go to in the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seek {
    Copy,
    Skip,
}

impl LineEditor {
    /// An empty line for `room` characters.
    pub(super) fn new(room: usize, template: Vec<u8>) -> LineEditor {
        LineEditor { room, line: Vec::new(), template, at: 0, inserting: false, seeking: None }
    }

    /// The line so far.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// A key with a character.
    pub(super) fn character(&mut self, byte: u8) -> Effect {
        if let Some(seek) = self.seeking.take() {
            return Effect::Show(self.seek(seek, byte));
        }
        match byte {
            RETURN => Effect::End(vec![RETURN]),
            BACKSPACE | CTRL_BACKSPACE => Effect::Show(self.back()),
            ESCAPE => Effect::Show(self.give_up()),
            LINE_FEED => Effect::Show(vec![RETURN, LINE_FEED]),
            byte => Effect::Show(self.add(byte)),
        }
    }

    /// A key without a character, by its scan code.
    pub(super) fn function_key(&mut self, code: u8) -> Effect {
        self.seeking = None;
        Effect::Show(match code {
            scan::F1 | scan::RIGHT => self.copy(1),
            scan::F3 => self.copy(usize::MAX),
            scan::F2 => self.begin_seek(Seek::Copy),
            scan::F4 => self.begin_seek(Seek::Skip),
            scan::F5 => self.keep(),
            scan::F6 => self.add(CTRL_Z),
            scan::LEFT => self.back(),
            scan::INSERT => {
                self.inserting = !self.inserting;
                Vec::new()
            }
            scan::DELETE => {
                self.at = (self.at + 1).min(self.template.len());
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    fn begin_seek(&mut self, seek: Seek) -> Vec<u8> {
        self.seeking = Some(seek);
        Vec::new()
    }

    /// Copies or skips the template up to the next `byte`.
    fn seek(&mut self, seek: Seek, byte: u8) -> Vec<u8> {
        let ahead = self.template.get(self.at + 1..).unwrap_or_default();
        let Some(distance) = ahead.iter().position(|&c| c == byte) else { return Vec::new() };
        match seek {
            Seek::Copy => self.copy(distance + 1),
            Seek::Skip => {
                self.at += distance + 1;
                Vec::new()
            }
        }
    }

    fn copy(&mut self, count: usize) -> Vec<u8> {
        let end = self.at.saturating_add(count).min(self.template.len());
        let bytes = self.template[self.at..end].to_vec();
        let mut shown = Vec::new();
        for byte in bytes {
            if self.line.len() == self.room {
                break;
            }
            shown.extend(self.shown(byte));
            self.line.push(byte);
            self.at += 1;
        }
        shown
    }

    fn add(&mut self, byte: u8) -> Vec<u8> {
        if self.line.len() == self.room {
            return vec![BELL];
        }
        let shown = self.shown(byte);
        self.line.push(byte);
        if !self.inserting {
            self.at = (self.at + 1).min(self.template.len());
        }
        shown
    }

    fn back(&mut self) -> Vec<u8> {
        let Some(byte) = self.line.pop() else { return Vec::new() };
        self.at = self.at.saturating_sub(1);
        [BACKSPACE, b' ', BACKSPACE].repeat(self.shown(byte).len())
    }

    /// Esc: shows that the line is given up and begins a new one.
    fn give_up(&mut self) -> Vec<u8> {
        self.restart();
        vec![b'\\', RETURN, LINE_FEED]
    }

    /// F5: what has been typed becomes the template.
    fn keep(&mut self) -> Vec<u8> {
        self.template = std::mem::take(&mut self.line);
        self.restart();
        vec![b'@', RETURN, LINE_FEED]
    }

    fn restart(&mut self) {
        self.line.clear();
        self.at = 0;
        self.inserting = false;
    }

    /// What a character looks like behind the line: control characters as ^A, tabs as blanks.
    fn shown(&self, byte: u8) -> Vec<u8> {
        match byte {
            TAB => vec![b' '; TAB_WIDTH - self.columns() % TAB_WIDTH],
            0..=0x1F => vec![b'^', byte + b'@'],
            _ => vec![byte],
        }
    }

    /// Columns that the line takes.
    fn columns(&self) -> usize {
        self.line.iter().fold(0, |columns, &byte| match byte {
            TAB => columns + TAB_WIDTH - columns % TAB_WIDTH,
            0..=0x1F => columns + 2,
            _ => columns + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor() -> LineEditor {
        LineEditor::new(20, b"copy a.txt b.txt".to_vec())
    }

    fn types(editor: &mut LineEditor, text: &[u8]) -> Vec<u8> {
        let mut shown = Vec::new();
        for &byte in text {
            match editor.character(byte) {
                Effect::Show(bytes) | Effect::End(bytes) => shown.extend(bytes),
            }
        }
        shown
    }

    #[test]
    fn f3_brings_the_rest_of_the_line_before() {
        let mut editor = editor();
        types(&mut editor, b"type");
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"type a.txt b.txt");
    }

    #[test]
    fn f1_and_the_right_arrow_bring_one_character_each() {
        let mut editor = editor();
        assert_eq!(editor.function_key(scan::F1), Effect::Show(b"c".to_vec()));
        assert_eq!(editor.function_key(scan::RIGHT), Effect::Show(b"o".to_vec()));
    }

    #[test]
    fn f2_brings_all_up_to_a_character_and_f4_skips_to_it() {
        let mut editor = editor();
        editor.function_key(scan::F2);
        assert_eq!(types(&mut editor, b"a"), b"copy ");
        editor.function_key(scan::F4);
        types(&mut editor, b"b");
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"copy b.txt");
    }

    #[test]
    fn insert_leaves_the_template_where_it_is() {
        let mut editor = editor();
        editor.function_key(scan::INSERT);
        types(&mut editor, b"x");
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"xcopy a.txt b.txt");
    }

    #[test]
    fn delete_skips_one_character_of_the_template() {
        let mut editor = editor();
        editor.function_key(scan::DELETE);
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"opy a.txt b.txt");
    }

    #[test]
    fn f5_makes_what_is_typed_the_template() {
        let mut editor = editor();
        types(&mut editor, b"dir");
        assert_eq!(editor.function_key(scan::F5), Effect::Show(b"@\r\n".to_vec()));
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"dir");
    }

    #[test]
    fn a_full_line_rings_the_bell_and_takes_enter() {
        let mut editor = LineEditor::new(3, Vec::new());
        assert_eq!(types(&mut editor, b"abcd"), b"abc\x07");
        assert_eq!(editor.character(b'\r'), Effect::End(b"\r".to_vec()));
        assert_eq!(editor.line(), b"abc");
    }

    #[test]
    fn backspace_takes_back_as_many_columns_as_were_shown() {
        let mut editor = LineEditor::new(9, Vec::new());
        assert_eq!(types(&mut editor, b"a\t\x01"), b"a       ^A");
        assert_eq!(types(&mut editor, b"\x08"), b"\x08 \x08\x08 \x08");
        assert_eq!(types(&mut editor, b"\x08").len(), 21);
        assert_eq!(editor.line(), b"a");
    }

    #[test]
    fn escape_gives_the_line_up_but_not_the_template() {
        let mut editor = editor();
        assert_eq!(types(&mut editor, b"xy\x1b"), b"xy\\\r\n");
        editor.function_key(scan::F3);
        assert_eq!(editor.line(), b"copy a.txt b.txt");
    }
}
