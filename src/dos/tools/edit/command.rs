//! What EDIT can do, the keys for it, and the menus.

use super::super::super::editing_keys::{BACKSPACE, CTRL_BACKSPACE, ESCAPE, RETURN, TAB, scan};

/// Something that a key or a row of a menu does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    New,
    Open,
    Save,
    SaveAs,
    Exit,
    Undo,
    Redo,
    Cut,
    Copy,
    Paste,
    Clear,
    SelectAll,
    Find,
    FindAgain,
    Replace,
    GoToLine,
    Help,
    About,
    Menu(usize),
    CutLine,
    DeleteWord,
    Insert(u8),
    NewLine,
    Backspace,
    Delete,
    ToggleInsert,
    Move(Move),
    Cancel,
}

/// A way for the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Left,
    Right,
    Up,
    Down,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    PageUp,
    PageDown,
    Start,
    End,
    ScrollUp,
    ScrollDown,
}

/// A menu: its name, whose first letter opens it, and its rows.
pub(super) struct Menu {
    pub(super) name: &'static str,
    pub(super) rows: &'static [Row],
}

/// A row of a menu; `letter` is the index of the letter that takes it.
pub(super) struct Row {
    pub(super) text: &'static str,
    pub(super) letter: usize,
    pub(super) key: &'static str,
    pub(super) command: Command,
}

const fn row(text: &'static str, letter: usize, key: &'static str, command: Command) -> Row {
    Row { text, letter, key, command }
}

/// All menus, from left to right.
pub(super) const MENUS: [Menu; 4] = [
    Menu {
        name: "File",
        rows: &[
            row("New", 0, "Ctrl+N", Command::New),
            row("Open...", 0, "Ctrl+O", Command::Open),
            row("Save", 0, "Ctrl+S", Command::Save),
            row("Save As...", 5, "", Command::SaveAs),
            row("Exit", 1, "Alt+X", Command::Exit),
        ],
    },
    Menu {
        name: "Edit",
        rows: &[
            row("Undo", 0, "Ctrl+Z", Command::Undo),
            row("Redo", 0, "Ctrl+Y", Command::Redo),
            row("Cut", 2, "Ctrl+X", Command::Cut),
            row("Copy", 0, "Ctrl+C", Command::Copy),
            row("Paste", 0, "Ctrl+V", Command::Paste),
            row("Clear", 2, "Del", Command::Clear),
            row("Select All", 7, "Ctrl+A", Command::SelectAll),
        ],
    },
    Menu {
        name: "Search",
        rows: &[
            row("Find...", 0, "Ctrl+F", Command::Find),
            row("Repeat Last Find", 0, "F3", Command::FindAgain),
            row("Change...", 0, "Ctrl+R", Command::Replace),
            row("Go To Line...", 0, "Ctrl+G", Command::GoToLine),
        ],
    },
    Menu { name: "Help", rows: &[row("Keys", 0, "F1", Command::Help), row("About...", 0, "", Command::About)] },
];

/// Keys with a character and what they do. Source: their codes are those of Ctrl with a letter.
const CHARACTERS: [(u8, Command); 20] = [
    (0x01, Command::SelectAll),
    (0x03, Command::Copy),
    (0x06, Command::Find),
    (0x07, Command::GoToLine),
    (BACKSPACE, Command::Backspace),
    (TAB, Command::Insert(b'\t')),
    (0x0B, Command::CutLine),
    (RETURN, Command::NewLine),
    (0x0E, Command::New),
    (0x0F, Command::Open),
    (0x11, Command::Exit),
    (0x12, Command::Replace),
    (0x13, Command::Save),
    (0x14, Command::DeleteWord),
    (0x16, Command::Paste),
    (0x18, Command::Cut),
    (0x19, Command::Redo),
    (0x1A, Command::Undo),
    (ESCAPE, Command::Cancel),
    (CTRL_BACKSPACE, Command::Backspace),
];

/// Keys without a character and what they do.
const FUNCTIONS: [(u8, Command); 33] = [
    (scan::ALT_BACKSPACE, Command::Undo),
    (scan::ALT_E, Command::Menu(1)),
    (scan::ALT_S, Command::Menu(2)),
    (scan::ALT_F, Command::Menu(0)),
    (scan::ALT_H, Command::Menu(3)),
    (scan::ALT_X, Command::Exit),
    (scan::F1, Command::Help),
    (scan::F2, Command::Save),
    (scan::F3, Command::FindAgain),
    (scan::F4, Command::Replace),
    (scan::F10, Command::Menu(0)),
    (scan::HOME, Command::Move(Move::LineStart)),
    (scan::UP, Command::Move(Move::Up)),
    (scan::PAGE_UP, Command::Move(Move::PageUp)),
    (scan::LEFT, Command::Move(Move::Left)),
    (scan::RIGHT, Command::Move(Move::Right)),
    (scan::END, Command::Move(Move::LineEnd)),
    (scan::DOWN, Command::Move(Move::Down)),
    (scan::PAGE_DOWN, Command::Move(Move::PageDown)),
    (scan::INSERT, Command::ToggleInsert),
    (scan::DELETE, Command::Delete),
    (scan::CTRL_F2, Command::Find),
    (scan::ALT_F4, Command::Exit),
    (scan::CTRL_LEFT, Command::Move(Move::WordLeft)),
    (scan::CTRL_RIGHT, Command::Move(Move::WordRight)),
    (scan::CTRL_END, Command::Move(Move::End)),
    (scan::CTRL_PAGE_DOWN, Command::Move(Move::End)),
    (scan::CTRL_HOME, Command::Move(Move::Start)),
    (scan::CTRL_PAGE_UP, Command::Move(Move::Start)),
    (scan::CTRL_UP, Command::Move(Move::ScrollUp)),
    (scan::CTRL_DOWN, Command::Move(Move::ScrollDown)),
    (scan::CTRL_INSERT, Command::Copy),
    (scan::CTRL_DELETE, Command::DeleteWord),
];

/// A key from INT 16h/AH=10h, with the shift keys that are down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) character: u8,
    pub(super) scan: u8,
    pub(super) shift: bool,
}

impl Key {
    /// True of a key that has a character to be typed.
    pub(super) fn is_printable(self) -> bool {
        // Grey keys have E0h for a character; so has a letter of code page 437, without a scan code.
        self.character >= b' ' && self.character != 0x7F && !(self.character == 0xE0 && self.scan != 0)
    }

    /// What it does in the text.
    pub(super) fn command(self) -> Option<Command> {
        let among =
            |table: &[(u8, Command)], code: u8| table.iter().find(|(c, _)| *c == code).map(|&(_, command)| command);
        match (self.character, self.scan, self.shift) {
            (0 | 0xE0, scan::INSERT, true) => Some(Command::Paste),
            (0 | 0xE0, scan::DELETE, true) => Some(Command::Cut),
            (0, scan, _) => among(&FUNCTIONS, scan),
            (0xE0, scan, _) if scan != 0 => among(&FUNCTIONS, scan),
            (character, _, _) => {
                among(&CHARACTERS, character).or_else(|| self.is_printable().then_some(Command::Insert(character)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(character: u8, scan: u8, shift: bool) -> Option<Command> {
        Key { character, scan, shift }.command()
    }

    #[test]
    fn grey_keys_are_no_letters() {
        assert_eq!(key(0xE0, 0x48, false), Some(Command::Move(Move::Up)));
        assert_eq!(key(0xE0, 0, false), Some(Command::Insert(0xE0)));
        assert_eq!(key(b'a', 0x1E, false), Some(Command::Insert(b'a')));
    }

    #[test]
    fn shift_makes_insert_and_delete_paste_and_cut() {
        assert_eq!(
            [key(0, scan::INSERT, true), key(0xE0, scan::DELETE, true)],
            [Some(Command::Paste), Some(Command::Cut)]
        );
        assert_eq!(key(0, 0x53, false), Some(Command::Delete));
    }

    #[test]
    fn every_row_of_a_menu_has_its_letter() {
        for menu in &MENUS {
            let mut letters: Vec<u8> = menu.rows.iter().map(|row| row.text.as_bytes()[row.letter]).collect();
            assert!(letters.iter().all(u8::is_ascii_alphabetic), "{}", menu.name);
            letters.make_ascii_uppercase();
            letters.sort_unstable();
            letters.dedup();
            assert_eq!(letters.len(), menu.rows.len(), "{}", menu.name);
        }
    }
}
