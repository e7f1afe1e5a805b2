//! What the mouse does: in the bar, in menus, on what says how a question is answered, in the text.

use super::super::super::Dos;
use super::super::super::app::{Call, Request};
use super::super::super::editing_keys::{ESCAPE, RETURN};
use super::command::{Command, Key, MENUS};
use super::dialog::{Dialog, menu_at, menu_row_at};
use super::pointer::{self, Deed, INT_MOUSE, Look, Pointer};
use super::{Edit, FIRST_ROW, State, Work};

const INT_MULTIPLEX: u8 = 0x2F;
/// The rest of the time slice is for others.
const RELEASE: u16 = 0x1680;

/// The status line, and what its parts do.
pub(super) const STATUS: &str = "F1=Help  F10=Menu  Ctrl+S=Save  Alt+X=Exit";
const STATUS_PARTS: [(&str, Command); 4] = [
    ("F1=Help", Command::Help),
    ("F10=Menu", Command::Menu(0)),
    ("Ctrl+S=Save", Command::Save),
    ("Alt+X=Exit", Command::Exit),
];
/// What dialogs say of their keys, and the characters of those.
const ANSWERS: [(&str, u8); 4] =
    [("Y = Yes", b'Y'), ("N = No", b'N'), ("Esc = Cancel", ESCAPE), ("Enter = OK", RETURN)];

/// The part of a row that `column` is in.
fn part<T: Copy>(row: &[u8], column: usize, parts: &[(&str, T)]) -> Option<T> {
    let covers = |text: &str| {
        let start = row.windows(text.len()).position(|part| part == text.as_bytes());
        start.is_some_and(|start| (start..start + text.len()).contains(&column))
    };
    parts.iter().find(|(text, _)| covers(text)).map(|&(_, what)| what)
}

impl Edit {
    pub(super) fn find_mouse(&mut self, dos: &mut Dos<'_>) -> Request {
        if !Pointer::may_be_there(dos) {
            return self.begin_drawing(dos);
        }
        self.state = State::FindingMouse;
        Request::Interrupt(INT_MOUSE, Call { ax: pointer::RESET, ..Call::default() })
    }

    pub(super) fn ask_mouse(&mut self, call: Call) -> Request {
        self.state = State::LookingAtMouse(call.ax);
        Request::Interrupt(INT_MOUSE, call)
    }

    pub(super) fn looked_at_mouse(&mut self, dos: &mut Dos<'_>, asked: u16, got: &Call) -> Request {
        match self.pointer.answered(asked, got, self.canvas.columns) {
            Look::More(call) => self.ask_mouse(call),
            Look::Did(deed) => {
                self.clicked(dos, deed);
                self.draw(dos)
            }
            Look::Nothing => {
                // Back to the keyboard once something has happened.
                self.state = State::Drawing;
                Request::Interrupt(INT_MULTIPLEX, Call { ax: RELEASE, ..Call::default() })
            }
        }
    }

    /// A function of the mouse, if there is one.
    pub(super) fn mouse(&self, function: u16) -> Option<Work> {
        let call = Call { ax: function, ..Call::default() };
        self.pointer.is_there().then_some(Work::Interrupt(INT_MOUSE, call))
    }

    pub(super) fn clicked(&mut self, dos: &mut Dos<'_>, deed: Deed) {
        match (deed, self.dialog.take()) {
            (Deed::Pressed(row, column), None) => self.pressed(dos, row, column),
            (Deed::Dragged(row, column), None) => {
                // Pressed and drawn down from the bar it is no selection.
                if self.selects {
                    let row = isize::try_from(row).unwrap_or(0) - isize::try_from(FIRST_ROW).unwrap_or(0);
                    self.editing.point_at(row, column, true);
                }
            }
            (Deed::Pressed(row, column), Some(dialog)) => self.pressed_dialog(dos, dialog, row, column),
            (Deed::Dragged(row, column), Some(Dialog::Menu { menu, row: chosen })) => {
                let row = menu_row_at(menu, row, column).unwrap_or(chosen);
                self.dialog = Some(Dialog::Menu { menu, row });
            }
            (Deed::Dragged(..), dialog) => self.dialog = dialog,
        }
    }

    fn pressed(&mut self, dos: &mut Dos<'_>, row: usize, column: usize) {
        self.selects = false;
        if row == 0 {
            self.dialog = menu_at(column).map(Dialog::menu);
        } else if row + 1 == self.canvas.rows {
            if let Some(command) = part(&self.canvas.row(row), column, &STATUS_PARTS) {
                self.command(dos, command, false);
            }
        } else if let Some(row) = row.checked_sub(FIRST_ROW) {
            self.selects = true;
            self.editing.point_at(isize::try_from(row).unwrap_or(0), column, false);
        }
    }

    fn pressed_dialog(&mut self, dos: &mut Dos<'_>, dialog: Dialog, row: usize, column: usize) {
        self.selects = false;
        match dialog {
            Dialog::Menu { menu, .. } => match menu_row_at(menu, row, column) {
                Some(row) => self.command(dos, MENUS[menu].rows[row].command, false),
                // Another menu, or none.
                None if row == 0 => self.dialog = menu_at(column).map(Dialog::menu),
                None => {}
            },
            Dialog::Say(_) => {}
            dialog => {
                let answer = part(&self.canvas.row(row), column, &ANSWERS);
                self.dialog = Some(dialog);
                if let Some(character) = answer {
                    self.key(dos, Key { character, scan: 0, shift: false });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_status_line_can_be_clicked() {
        for (text, command) in STATUS_PARTS {
            let at = STATUS.find(text).expect("it is there");
            assert_eq!(part(STATUS.as_bytes(), at + text.len() - 1, &STATUS_PARTS), Some(command));
        }
        assert_eq!(part(STATUS.as_bytes(), STATUS.len(), &STATUS_PARTS), None);
    }
}
