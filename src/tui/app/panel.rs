//! Lists over the sessions (palette, menus, pickers, settings): one may open another, Esc goes back.

use std::path::PathBuf;
use std::time::Duration;

use ratatui::layout::Position;

use super::palette::Group;
use super::{App, Effect, Mode, Question};
use crate::config::SessionSpec;
use crate::disk::DriveId;
use crate::keys::Key;
use crate::session::Request;
use crate::tui::commands::Action;
use crate::tui::input::{Symbol, TermKey};
use crate::tui::list::{List, Row};
use crate::tui::widgets::PanelView;
use crate::types::SessionId;

/// What a panel is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Commands, sessions, or values of a setting.
    Choices,
    /// A menu: it has no filter, and opens at the mouse.
    Menu,
    /// A folder, to pick an image from.
    Files(FileUse),
    /// The drives of a session.
    Drives(SessionId),
    /// The settings of a session.
    Settings(SessionId),
}

/// What an image is picked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FileUse {
    /// To start a session from it.
    #[default]
    Boot,
    /// To be put into a drive of a session.
    Insert(SessionId, DriveId),
}

/// What a row does.
#[derive(Clone, Debug)]
pub(super) enum Pick {
    /// Gives a command.
    Act(Action),
    /// Shows a session.
    Show(SessionId),
    /// Opens the menu of these commands.
    Menu(Group),
    /// Starts a session like this.
    Start(Box<SessionSpec>),
    /// Opens a folder.
    Browse(FileUse, PathBuf),
    /// Opens the menu of a drive.
    Drive(SessionId, DriveId),
    /// Asks something of a session.
    Ask(SessionId, Request),
    /// Saves a disk under a name that is asked for.
    SaveDisk(SessionId, DriveId),
    /// Does something after a question.
    Confirm(Question),
    /// Changes a setting of a session.
    Edit(SessionId, &'static str),
    /// Gives a setting of a session this value.
    Set(SessionId, &'static str, String),
}

/// A list and what each of its rows does.
#[derive(Clone, Debug)]
pub struct Panel {
    pub(super) subject: Subject,
    pub(super) list: List,
    pub(super) picks: Vec<Pick>,
    pub(super) title: String,
    pub(super) foot: &'static str,
    pub(super) at: Option<Position>,
}

impl Panel {
    /// A panel of these rows.
    pub(super) fn new(subject: Subject, title: impl Into<String>, rows: Vec<(Row, Pick)>) -> Panel {
        let (rows, picks) = rows.into_iter().unzip();
        let (filtered, foot) = match subject {
            Subject::Menu => (false, ""),
            Subject::Drives(_) => (false, " Enter changes  Esc leaves "),
            Subject::Choices => (true, " type to search  Enter takes  Esc leaves "),
            Subject::Files(_) => (true, " type to search  Enter takes  \u{2190} up  Esc leaves "),
            Subject::Settings(_) => (false, " Enter changes  \u{2190} \u{2192} next value  Esc leaves "),
        };
        Panel { subject, list: List::new(rows, filtered), picks, title: title.into(), foot, at: None }
    }

    /// Other rows in the same place.
    pub(super) fn set_rows(&mut self, rows: Vec<(Row, Pick)>) {
        let (rows, picks) = rows.into_iter().unzip();
        self.picks = picks;
        self.list.set_rows(rows);
    }

    /// The panel as it is drawn.
    #[must_use]
    pub fn view(&self) -> PanelView<'_> {
        PanelView::new(&self.list, &self.title, self.foot, self.at)
    }

    fn pick(&self) -> Option<Pick> {
        self.picks.get(self.list.choice()?).cloned()
    }
}

impl App {
    /// The list over the sessions, if there is one.
    #[must_use]
    pub fn panel(&self) -> Option<&Panel> {
        self.panels.last()
    }

    /// Rows of the list that fit.
    pub(super) fn panel_height(&self) -> u16 {
        self.panel().map_or(0, |panel| panel.view().place(self.guest_area()).rows.height)
    }

    pub(super) fn open_panel(&mut self, panel: Panel) {
        self.panels.push(panel);
        self.set_mode(Mode::Panel);
    }

    /// Goes back to the panel that opened this one, or to the sessions.
    pub(super) fn leave_panel(&mut self) {
        self.panels.pop();
        self.after_panel();
    }

    pub(super) fn close_panels(&mut self) {
        self.panels.clear();
        self.set_mode(Mode::Guest);
    }

    /// Back to the panel that is left, if there is one.
    pub(super) fn after_panel(&mut self) {
        self.set_mode(if self.panels.is_empty() { Mode::Guest } else { Mode::Panel });
    }

    pub(super) fn panel_key(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let height = self.panel_height();
        self.dirty = true;
        let Some(panel) = self.panels.last_mut() else { return self.set_mode(Mode::Guest) };
        match key.symbol {
            Symbol::Key(Key::Escape) => self.leave_panel(),
            Symbol::Key(Key::Enter | Key::KeypadEnter) => self.take_choice(now, effects),
            _ if panel.list.key(key, height) => {}
            Symbol::Key(arrow @ (Key::Left | Key::Right | Key::Backspace)) => self.panel_arrow(arrow, now, effects),
            _ => {}
        }
    }

    fn panel_arrow(&mut self, arrow: Key, now: Duration, effects: &mut Vec<Effect>) {
        let Some(panel) = self.panels.last() else { return };
        match (panel.subject, arrow) {
            (Subject::Menu, Key::Right) => self.take_choice(now, effects),
            (Subject::Menu, Key::Left) => self.leave_panel(),
            (Subject::Drives(_), Key::Right) => self.take_choice(now, effects),
            (Subject::Files(_), Key::Left | Key::Backspace) => self.browse_up(effects),
            (Subject::Settings(_), Key::Left | Key::Right) => {
                if let Some(Pick::Edit(id, key)) = panel.pick() {
                    self.step_setting(id, key, arrow == Key::Left, now, effects);
                }
            }
            _ => {}
        }
    }

    /// Does what the marked row is for.
    pub(super) fn take_choice(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let Some(pick) = self.panels.last().and_then(Panel::pick) else { return };
        match pick {
            Pick::Act(action) => {
                self.close_panels();
                self.act(action, now, effects);
            }
            Pick::Show(id) => {
                self.close_panels();
                self.show(id, effects);
            }
            Pick::Menu(group) => self.open_submenu(group),
            Pick::Start(spec) => {
                self.close_panels();
                self.start(*spec, effects);
            }
            Pick::Browse(files, path) => {
                self.browsing = files;
                effects.push(Effect::Browse(path));
            }
            Pick::Drive(id, drive) => self.open_drive(id, drive),
            Pick::Ask(id, request) => self.request(id, request, effects),
            Pick::SaveDisk(id, drive) => {
                self.back_to_drives();
                self.ask_where_to_save(id, drive);
            }
            Pick::Confirm(question) => {
                self.back_to_drives();
                self.set_mode(Mode::Confirm(question));
            }
            Pick::Edit(id, key) => self.edit_setting(id, key, now, effects),
            Pick::Set(id, key, value) => {
                self.leave_panel();
                self.set_setting(id, key, &value, now, effects);
            }
        }
    }

    /// Closes what was opened above the list of drives or settings, so that its end is seen there.
    fn back_to_drives(&mut self) {
        let stays = |panel: &Panel| matches!(panel.subject, Subject::Drives(_) | Subject::Settings(_));
        while self.panels.last().is_some_and(|panel| !stays(panel)) {
            self.panels.pop();
        }
    }

    fn request(&mut self, id: SessionId, request: Request, effects: &mut Vec<Effect>) {
        self.back_to_drives();
        self.after_panel();
        effects.push(Effect::Ask(id, request));
    }

    /// Brings panels up to date with the sessions, and closes those about sessions that are gone.
    pub(super) fn refresh_panels(&mut self) {
        if self.panels.is_empty() {
            return;
        }
        let sessions = &self.sessions;
        let before = self.panels.len();
        self.panels.retain(|panel| match panel.subject {
            Subject::Settings(id) | Subject::Drives(id) | Subject::Files(FileUse::Insert(id, _)) => {
                sessions.iter().any(|view| view.id == id)
            }
            Subject::Choices | Subject::Menu | Subject::Files(FileUse::Boot) => true,
        });
        if self.mode == Mode::Panel && self.panels.len() != before {
            self.after_panel();
        }
        for index in 0..self.panels.len() {
            let rows = match self.panels[index].subject {
                Subject::Settings(id) => self.setting_rows(id),
                Subject::Drives(id) => self.drive_rows(id),
                Subject::Choices | Subject::Menu | Subject::Files(_) => continue,
            };
            self.dirty |= rows.iter().map(|(row, _)| row).ne(self.panels[index].list.rows());
            self.panels[index].set_rows(rows);
        }
    }
}
