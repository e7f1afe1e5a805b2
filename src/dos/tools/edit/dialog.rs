//! What lies over the text: a menu, a question, a line to be typed, a message.

use super::super::super::editing_keys::scan::{DELETE, DOWN, END, HOME, LEFT, RIGHT, UP};
use super::super::super::editing_keys::{BACKSPACE, ESCAPE, RETURN};
use super::canvas::{Canvas, Style};
use super::command::{Command, Key, MENUS};

/// Characters of a line that is typed.
const ROOM: usize = 127;
/// Columns of the box for it.
const FIELD_COLUMNS: usize = 50;

/// What a line is typed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Open,
    SaveAs,
    Find,
    Change,
    /// What takes the place of this.
    ChangeTo(Vec<u8>),
    GoToLine,
}

/// What is asked, to be answered by yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether to save what is loaded before this.
    Save(Command),
    /// Whether the file of this name may be replaced.
    Overwrite(Vec<u8>),
}

/// See the module's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dialog {
    Menu { menu: usize, row: usize },
    Line { field: Field, text: Vec<u8>, cursor: usize },
    Ask(Question),
    Say(Vec<String>),
}

/// What a key has made of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stays.
    Open(Dialog),
    Closed,
    Command(Command),
    Line(Field, Vec<u8>),
    Answer(Question, bool),
}

impl Dialog {
    pub(super) fn menu(menu: usize) -> Dialog {
        Dialog::Menu { menu, row: 0 }
    }

    pub(super) fn line(field: Field, text: Vec<u8>) -> Dialog {
        Dialog::Line { field, cursor: text.len(), text }
    }

    pub(super) fn say(text: &str) -> Dialog {
        Dialog::Say(text.lines().map(str::to_owned).collect())
    }

    pub(super) fn key(self, key: Key) -> Outcome {
        match self {
            Dialog::Menu { menu, row } => menu_key(menu, row, key),
            Dialog::Line { field, text, cursor } => line_key(field, text, cursor, key),
            Dialog::Ask(question) => match key.character.to_ascii_uppercase() {
                b'Y' => Outcome::Answer(question, true),
                b'N' => Outcome::Answer(question, false),
                ESCAPE => Outcome::Closed,
                _ => Outcome::Open(Dialog::Ask(question)),
            },
            Dialog::Say(_) => Outcome::Closed,
        }
    }

    /// Draws it; returns where the cursor goes, if it has one.
    pub(super) fn draw(&self, canvas: &mut Canvas) -> Option<(usize, usize)> {
        match self {
            Dialog::Menu { menu, row } => draw_menu(canvas, *menu, *row),
            Dialog::Line { field, text, cursor } => return draw_line(canvas, field, text, *cursor),
            Dialog::Ask(question) => {
                let text = match question {
                    Question::Save(_) => "The loaded file is not saved. Save it now?".to_owned(),
                    Question::Overwrite(name) => {
                        format!("{} already exists. Overwrite it?", String::from_utf8_lossy(name))
                    }
                };
                draw_text(canvas, &[text, String::new(), "Y = Yes   N = No   Esc = Cancel".to_owned()]);
            }
            Dialog::Say(lines) => draw_text(canvas, lines),
        }
        None
    }
}

fn menu_key(menu: usize, row: usize, key: Key) -> Outcome {
    let rows = MENUS[menu].rows;
    let open = |menu: usize, row: usize| Outcome::Open(Dialog::Menu { menu, row });
    match (key.character, key.scan) {
        (ESCAPE, _) => Outcome::Closed,
        (RETURN, _) => Outcome::Command(rows[row].command),
        (0 | 0xE0, LEFT) => open((menu + MENUS.len() - 1) % MENUS.len(), 0),
        (0 | 0xE0, RIGHT) => open((menu + 1) % MENUS.len(), 0),
        (0 | 0xE0, UP) => open(menu, (row + rows.len() - 1) % rows.len()),
        (0 | 0xE0, DOWN) => open(menu, (row + 1) % rows.len()),
        (0 | 0xE0, _) => match key.command() {
            Some(Command::Menu(other)) if other != menu => open(other, 0),
            _ => Outcome::Closed,
        },
        (character, _) => {
            let letter = character.to_ascii_uppercase();
            let is = |row: &&super::command::Row| row.text.as_bytes()[row.letter].to_ascii_uppercase() == letter;
            rows.iter().find(is).map_or(open(menu, row), |row| Outcome::Command(row.command))
        }
    }
}

fn line_key(field: Field, mut text: Vec<u8>, mut cursor: usize, key: Key) -> Outcome {
    match (key.character, key.scan) {
        (ESCAPE, _) => return Outcome::Closed,
        (RETURN, _) => return Outcome::Line(field, text),
        (BACKSPACE, _) if cursor > 0 => {
            cursor -= 1;
            text.remove(cursor);
        }
        (0 | 0xE0, LEFT) => cursor = cursor.saturating_sub(1),
        (0 | 0xE0, RIGHT) => cursor = (cursor + 1).min(text.len()),
        (0 | 0xE0, HOME) => cursor = 0,
        (0 | 0xE0, END) => cursor = text.len(),
        (0 | 0xE0, DELETE) if cursor < text.len() => {
            text.remove(cursor);
        }
        (character, _) if key.is_printable() && text.len() < ROOM => {
            text.insert(cursor, character);
            cursor += 1;
        }
        _ => {}
    }
    Outcome::Open(Dialog::Line { field, text, cursor })
}

/// The column where a menu's name begins in the bar.
pub(super) fn menu_column(menu: usize) -> usize {
    2 + MENUS[..menu].iter().map(|menu| menu.name.len() + 2).sum::<usize>()
}

/// The menu whose name in the bar is at `column`.
pub(super) fn menu_at(column: usize) -> Option<usize> {
    (0..MENUS.len()).find(|&menu| {
        let start = menu_column(menu) - 1;
        (start..start + MENUS[menu].name.len() + 2).contains(&column)
    })
}

/// The row of an open menu at a place of the screen.
pub(super) fn menu_row_at(menu: usize, row: usize, column: usize) -> Option<usize> {
    let start = menu_column(menu);
    let inside = (start..start + menu_width(menu)).contains(&column);
    row.checked_sub(2).filter(|&row| inside && row < MENUS[menu].rows.len())
}

fn menu_width(menu: usize) -> usize {
    MENUS[menu].rows.iter().map(|row| row.text.len() + row.key.len() + 4).max().unwrap_or(0)
}

fn draw_menu(canvas: &mut Canvas, menu: usize, chosen: usize) {
    let rows = MENUS[menu].rows;
    let width = menu_width(menu);
    let start = menu_column(menu) - 1;
    canvas.put(0, start, format!(" {} ", MENUS[menu].name).as_bytes(), Style::Chosen);
    let (top, left) = canvas.frame(1, start, rows.len(), width);
    for (index, row) in rows.iter().enumerate() {
        let style = if index == chosen { Style::Chosen } else { Style::Box };
        let gap = width - 2 - row.text.len() - row.key.len();
        let text = format!(" {}{:gap$}{} ", row.text, "", row.key);
        canvas.put(top + index, left, text.as_bytes(), style);
        if index != chosen {
            canvas.put(
                top + index,
                left + 1 + row.letter,
                &row.text.as_bytes()[row.letter..=row.letter],
                Style::Letter,
            );
        }
    }
}

fn draw_text(canvas: &mut Canvas, lines: &[String]) {
    let width = lines.iter().map(String::len).max().unwrap_or(0) + 2;
    let (top, left) = canvas.centred(lines.len(), width);
    for (index, line) in lines.iter().enumerate() {
        canvas.put(top + index, left + 1, line.as_bytes(), Style::Box);
    }
}

fn draw_line(canvas: &mut Canvas, field: &Field, text: &[u8], cursor: usize) -> Option<(usize, usize)> {
    let label = match field {
        Field::Open => "Open file:",
        Field::SaveAs => "Save as:",
        Field::Find => "Find:",
        Field::Change => "Change what:",
        Field::ChangeTo(_) => "Change to:",
        Field::GoToLine => "Go to line:",
    };
    let columns = FIELD_COLUMNS.min(canvas.columns - 8);
    let (top, left) = canvas.centred(4, columns + 2);
    canvas.put(top, left + 1, label.as_bytes(), Style::Box);
    canvas.put(top + 3, left + 1, b"Enter = OK   Esc = Cancel", Style::Box);
    canvas.fill(top + 1, left + 1, columns, b' ', Style::Chosen);
    // A long line is shown so that the cursor can be seen.
    let first = (cursor + 1).saturating_sub(columns);
    let shown = &text[first..text.len().min(first + columns)];
    canvas.put(top + 1, left + 1, shown, Style::Chosen);
    Some((top + 1, left + 1 + cursor - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(character: u8, scan: u8) -> Key {
        Key { character, scan, shift: false }
    }

    #[test]
    fn a_menu_is_walked_with_arrows_and_letters() {
        let Outcome::Open(menu) = Dialog::menu(0).key(key(0, UP)) else { panic!("it stays open") };
        assert_eq!(menu.key(key(RETURN, 0x1C)), Outcome::Command(Command::Exit));
        assert_eq!(Dialog::menu(0).key(key(b'a', 0x1E)), Outcome::Command(Command::SaveAs));
        assert_eq!(Dialog::menu(0).key(key(0, LEFT)), Outcome::Open(Dialog::menu(3)));
        assert_eq!(Dialog::menu(0).key(key(ESCAPE, 1)), Outcome::Closed);
    }

    #[test]
    fn a_line_is_edited() {
        let mut dialog = Dialog::line(Field::Find, b"ab".to_vec());
        for key in [key(0, HOME), key(0, DELETE), key(b'x', 0x2D), key(0, END), key(b'y', 0x15), key(BACKSPACE, 0x0E)] {
            let Outcome::Open(open) = dialog.key(key) else { panic!("it stays open") };
            dialog = open;
        }
        assert_eq!(dialog.key(key(RETURN, 0x1C)), Outcome::Line(Field::Find, b"xb".to_vec()));
    }

    #[test]
    fn a_question_takes_yes_or_no() {
        let ask = || Dialog::Ask(Question::Save(Command::Exit));
        assert_eq!(ask().key(key(b'y', 0)), Outcome::Answer(Question::Save(Command::Exit), true));
        assert_eq!(ask().key(key(b'x', 0)), Outcome::Open(ask()));
    }
}
