//! The command palette and the menu: all commands of the one table, to be searched or clicked.

use ratatui::layout::Position;

use super::App;
use super::panel::{Panel, Pick, Subject};
use crate::tui::commands::{Action, COMMANDS, Command, Trigger};
use crate::tui::layout::Direction;
use crate::tui::list::Row;

/// Commands that belong together in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// One session: its life and its settings.
    Session,
    /// Which sessions are in view, and where.
    View,
    /// Keys that a terminal keeps for itself.
    Keys,
    /// dosmux as a whole.
    Program,
}

impl Group {
    const ALL: [(Group, &str); 4] =
        [(Group::Session, "session"), (Group::View, "view"), (Group::Keys, "send keys"), (Group::Program, "dosmux")];

    fn of(action: Action) -> Group {
        match action {
            Action::CtrlAltDel | Action::CtrlBreak | Action::PrintScreen | Action::Pause => Group::Keys,
            Action::SysRq | Action::KeyMenu | Action::PassKey => Group::Keys,
            Action::Next | Action::Previous | Action::Last | Action::Select | Action::Go(_) => Group::View,
            Action::Split(_) | Action::Hide | Action::Zoom | Action::Tile | Action::Pan(..) => Group::View,
            Action::Overview | Action::Watch => Group::View,
            Action::Redraw | Action::Help | Action::Quit | Action::Palette | Action::Menu => Group::Program,
            _ => Group::Session,
        }
    }
}

impl App {
    /// Opens the palette: all commands and all sessions.
    pub(super) fn open_palette(&mut self) {
        let sessions = self.sessions.iter().enumerate().map(|(index, view)| {
            let row = Row::new(format!("show session {} {}", index + 1, view.name), format!("{}", index + 1));
            (row, Pick::Show(view.id))
        });
        let rows = command_rows(|_| true).into_iter().chain(sessions).collect();
        let title = format!(" commands ({} and a key) ", self.settings.prefix);
        self.open_panel(Panel::new(Subject::Choices, title, rows));
    }

    /// Opens the menu `at` a place, else in the middle.
    pub(super) fn open_menu(&mut self, at: Option<Position>) {
        let rows = Group::ALL.iter().map(|&(group, name)| (Row::new(name, "\u{25BA}"), Pick::Menu(group)));
        let title = self.focused().map_or_else(String::new, |view| format!(" {} ", view.name));
        self.panels.clear();
        self.open_panel(Panel { at, ..Panel::new(Subject::Menu, title, rows.collect()) });
    }

    pub(super) fn open_submenu(&mut self, group: Group) {
        let name = Group::ALL.iter().find(|(each, _)| *each == group).map_or("", |(_, name)| name);
        let at = self.panel().and_then(|panel| panel.at);
        let rows = command_rows(|action| Group::of(action) == group);
        self.open_panel(Panel { at, ..Panel::new(Subject::Menu, format!(" {name} "), rows) });
    }
}

/// A row for each command that `wanted` wants, with its keys.
fn command_rows(wanted: impl Fn(Action) -> bool) -> Vec<(Row, Pick)> {
    let row = |command: &Command| {
        let text = text(command)?;
        Some((Row::new(text, keys(command)), Pick::Act(command.action)))
    };
    COMMANDS.iter().filter(|command| wanted(command.action)).filter_map(row).collect()
}

/// The keys of a command by their names: `keys` in the table may stand for those of several.
fn keys(command: &Command) -> String {
    let name = |trigger: &Trigger| match *trigger {
        Trigger::Char(' ') => "Space".to_owned(),
        Trigger::Char(c) => c.to_string(),
        Trigger::Key(key) => key.name().to_owned(),
        Trigger::Digit => "0-9".to_owned(),
    };
    match command.action {
        Action::Go(_) | Action::Pan(..) => command.triggers.iter().map(name).collect::<Vec<_>>().join(" "),
        _ => command.keys.to_owned(),
    }
}

/// What a command does, where it stands by itself; `None` if it needs its key to mean anything.
fn text(command: &Command) -> Option<String> {
    let way = |way| match way {
        Direction::Left => "left",
        Direction::Right => "right",
        Direction::Up => "up",
        Direction::Down => "down",
    };
    match command.action {
        Action::Select | Action::Palette => None,
        Action::Go(direction) => Some(format!("go one view {}", way(direction))),
        Action::Pan(cols, rows) => {
            let direction = match (cols, rows) {
                (..0, _) => Direction::Left,
                (1.., _) => Direction::Right,
                (0, ..0) => Direction::Up,
                (0, _) => Direction::Down,
            };
            Some(format!("move a screen larger than its view {}", way(direction)))
        }
        _ if command.help.is_empty() => None,
        _ if command.help.contains(command.name) => Some(command.help.to_owned()),
        _ => Some(format!("{}: {}", command.name, command.help)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_the_palette_and_in_one_menu_with_a_text_of_its_own() {
        let all = command_rows(|_| true);
        let menus: usize =
            Group::ALL.iter().map(|&(group, _)| command_rows(|action| Group::of(action) == group).len()).sum();
        assert_eq!(menus, all.len());
        assert_eq!(all.len(), COMMANDS.len() - 2, "all but the digits and the palette itself");
        for (index, (row, _)) in all.iter().enumerate() {
            assert!(all[index + 1..].iter().all(|(other, _)| other.text != row.text), "{}", row.text);
        }
    }

    #[test]
    fn each_menu_fits_a_window_of_80_by_24() {
        for (group, name) in Group::ALL {
            let rows = command_rows(|action| Group::of(action) == group).len();
            assert!((1..=21).contains(&rows), "{name}: {rows}");
        }
    }
}
