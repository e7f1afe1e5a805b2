//! What keys do: those for the guest, the commands behind the prefix key, and answers.

use std::time::Duration;

use super::{App, Effect, Mode, Question};
use crate::config::Suspend;
use crate::keys::{Key, KeyEvent};
use crate::session::{Command, Request};
use crate::tui::commands::{self, Action, PAN_ROWS};
use crate::tui::input::{Act, Mods, Symbol, TermEvent, TermKey};
use crate::tui::layout::Direction;
use crate::tui::prompt::Purpose;
use crate::tui::sessions::ending;
use crate::tui::widgets::overview_columns;
use crate::types::SessionId;

impl App {
    pub(super) fn key(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        match self.mode {
            Mode::Guest if self.is_prefix(key) && key.act != Act::Release => {
                self.release_keys(effects);
                self.set_mode(Mode::Prefix);
            }
            Mode::Guest if self.suspends(key) => {
                self.release_keys(effects);
                effects.push(Effect::Suspend);
            }
            Mode::Guest => self.play(key, now, effects),
            Mode::Pass => self.pass(key, now, effects),
            Mode::Keys if key.act == Act::Repeat && !key.is_modifier() => self.key_menu_key(key, now, effects),
            Mode::Copy if self.is_prefix(key) && key.act != Act::Release => {
                self.leave_copy();
                self.set_mode(Mode::Prefix);
            }
            Mode::Copy if key.act == Act::Repeat => self.copy_event(TermEvent::Key(*key), now, effects),
            Mode::Prompt if key.act == Act::Repeat => self.prompt_key(key, now, effects),
            Mode::Panel if key.act == Act::Repeat => self.panel_key(key, now, effects),
            // A key that went down for the session comes up for it, whatever keys mean by now.
            _ if key.act == Act::Release => self.play(key, now, effects),
            // A modifier is pressed for the command.
            _ if key.act != Act::Press || key.is_modifier() => {}
            Mode::Keys => self.key_menu_key(key, now, effects),
            Mode::Prefix => self.command(key, now, effects),
            Mode::Confirm(question) => self.answer(question, key, now, effects),
            Mode::Prompt => self.prompt_key(key, now, effects),
            Mode::Help(top) => self.help_key(top, key),
            Mode::Watch => self.watch_key(key, effects),
            Mode::Panel => self.panel_key(key, now, effects),
            Mode::Page => self.page_key(key, effects),
            Mode::Copy => self.copy_event(TermEvent::Key(*key), now, effects),
            Mode::Overview(marked) => self.overview_key(marked, key, now, effects),
        }
    }

    fn is_prefix(&self, key: &TermKey) -> bool {
        commands::is_prefix(key, self.settings.prefix)
    }

    /// True for Ctrl-Z if the user wants it to stop dosmux.
    fn suspends(&self, key: &TermKey) -> bool {
        let ctrl_z = key.symbol == Symbol::Char('z') && key.mods == Mods::CTRL;
        ctrl_z && key.act == Act::Press && self.settings.suspend == Suspend::Dosmux
    }

    pub(super) fn play(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let board = self.board();
        let played = self.keyboard.play(key, &board, now);
        self.send_keys(played.events, effects);
        if let Some(c) = played.untypable {
            self.say(format!("{c} cannot be typed: {} lacks it", board.typing.code_page), now);
        }
    }

    pub(super) fn release_keys(&mut self, effects: &mut Vec<Effect>) {
        let released = self.keyboard.release_all();
        self.send_keys(released, effects);
        self.release_button(effects);
    }

    pub(super) fn send_keys(&self, events: Vec<KeyEvent>, effects: &mut Vec<Effect>) {
        if let Some(id) = self.focused {
            effects.extend(events.into_iter().map(|event| Effect::Send(id, Command::Key(event))));
        }
    }

    pub(super) fn strike(&mut self, keys: &[Key], now: Duration, effects: &mut Vec<Effect>) {
        let events = self.keyboard.strike_together(keys, now);
        self.send_keys(events, effects);
    }

    fn command(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        self.set_mode(Mode::Guest);
        if self.is_prefix(key) {
            return self.play(key, now, effects);
        }
        if key.symbol == Symbol::Key(Key::Escape) {
            return;
        }
        match commands::find(key) {
            Some(Action::Select) => {
                if let Some(index) = key.character().and_then(commands::session_index) {
                    self.select(index, now, effects);
                }
            }
            Some(action) => self.act(action, now, effects),
            None => self.say(format!("no such command; {} h shows them all", self.settings.prefix), now),
        }
    }

    pub(super) fn act(&mut self, action: Action, now: Duration, effects: &mut Vec<Effect>) {
        let Some(id) = self.focused else { return };
        match action {
            Action::Select => {}
            Action::Next => self.step(1, effects),
            Action::Previous => self.step(self.sessions.len().saturating_sub(1), effects),
            Action::Last => self.show_last(now, effects),
            Action::Close => {
                effects.push(Effect::LookAtDrives(id));
                self.set_mode(Mode::Confirm(Question::Close(id)));
            }
            Action::Reset => self.set_mode(Mode::Confirm(Question::Reset(id))),
            Action::CtrlAltDel => self.strike(&[Key::LeftCtrl, Key::LeftAlt, Key::Delete], now, effects),
            Action::CtrlBreak => self.strike(&[Key::LeftCtrl, Key::Pause], now, effects),
            Action::PrintScreen => self.strike(&[Key::PrintScreen], now, effects),
            Action::SysRq => self.strike(&[Key::LeftAlt, Key::PrintScreen], now, effects),
            Action::KeyMenu => self.open_key_menu(),
            Action::PassKey => self.set_mode(Mode::Pass),
            Action::Pause => self.strike(&[Key::Pause], now, effects),
            Action::Pan(cols, rows) => self.pan_by(cols, rows),
            Action::Hold => self.hold(id, effects),
            Action::Screenshot => self.ask_for(Purpose::Screenshot(id)),
            Action::Record => self.toggle_recording(id, effects),
            Action::Log => self.toggle_log(id, now, effects),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::WindowPicture => self.ask_for_picture(),
            Action::Rename => self.ask_for(Purpose::Rename(id)),
            Action::Go(way) => self.go_or_switch(way, effects),
            Action::Split(how) => self.split(how, now),
            Action::Hide => self.hide(now, effects),
            Action::Zoom => self.zoom(now),
            Action::Tile => self.tile(now),
            Action::Watch => self.open_watch(effects),
            Action::Overview => self.set_mode(Mode::Overview(self.focused_index().unwrap_or(0))),
            Action::CopyMode => self.begin_copy(false, Vec::new(), effects),
            Action::Paste => self.paste_buffer(now, effects),
            Action::SaveHistory => self.save_history(effects),
            Action::StopTyping => self.stop_typing(id, now, effects),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Palette => self.open_palette(),
            Action::Menu => self.open_menu(None),
            Action::New => self.open_new(),
            Action::Clone => self.clone_session(id, now, effects),
            Action::Drives => self.open_drives(id, effects),
            Action::Settings => self.open_settings(id),
            Action::Help => self.set_mode(Mode::Help(0)),
            Action::Quit => self.quit(effects),
        }
    }

    fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.sessions.iter().any(|view| ending(&view.state).is_none()) {
            effects.extend(self.sessions.iter().map(|view| Effect::LookAtDrives(view.id)));
            self.set_mode(Mode::Confirm(Question::Quit));
        } else {
            effects.push(Effect::Quit);
        }
    }

    pub(super) fn ask(&self, question: Question) -> String {
        let name = |id: SessionId| self.session(id).map_or("", |view| &view.name);
        let all: Vec<SessionId> = self.sessions.iter().map(|view| view.id).collect();
        match question {
            Question::Close(id) => format!("close session {}?{} (y/n)", name(id), self.loss(&[id])),
            Question::Reset(id) => format!("reset session {}? (y/n)", name(id)),
            Question::Discard(id, drive) => self.ask_to_discard(id, drive),
            Question::Restart(id) => {
                format!("restart session {} with these settings? its programs end, its disks stay (y/n)", name(id))
            }
            Question::Quit if self.sessions.len() == 1 => {
                format!("close the session and quit?{} (y/n)", self.loss(&all))
            }
            Question::Quit => format!("close all {} sessions and quit?{} (y/n)", all.len(), self.loss(&all)),
        }
    }

    fn answer(&mut self, question: Question, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        self.after_panel();
        if !matches!(key.character(), Some('y' | 'Y')) {
            return self.say("cancelled".to_owned(), now);
        }
        effects.push(match question {
            Question::Close(id) => Effect::Close(id),
            Question::Reset(id) => Effect::Send(id, Command::Reset),
            Question::Discard(id, drive) => Effect::Ask(id, Request::DiscardChanges(drive)),
            Question::Restart(id) => self.restart(id),
            Question::Quit => Effect::Quit,
        });
    }

    fn help_key(&mut self, top: u16, key: &TermKey) {
        let rows = u16::try_from(commands::help_rows(self.settings.prefix).len()).unwrap_or(u16::MAX);
        let mode = match key.symbol {
            Symbol::Key(Key::Up) => Mode::Help(top.saturating_sub(1)),
            Symbol::Key(Key::Down) => Mode::Help((top + 1).min(rows.saturating_sub(1))),
            _ => Mode::Guest,
        };
        self.set_mode(mode);
    }

    /// An arrow goes to the view on that side; with one view it switches sessions or moves the view.
    fn go_or_switch(&mut self, way: Direction, effects: &mut Vec<Effect>) {
        if self.go(way, effects) {
            return;
        }
        match way {
            Direction::Left => self.step(self.sessions.len().saturating_sub(1), effects),
            Direction::Right => self.step(1, effects),
            Direction::Up => self.pan_by(0, -PAN_ROWS),
            Direction::Down => self.pan_by(0, PAN_ROWS),
        }
    }

    fn overview_key(&mut self, marked: usize, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let last = self.sessions.len().saturating_sub(1);
        let columns = overview_columns(self.sessions.len(), self.guest_area());
        let marked = match key.symbol {
            _ if key.character() == Some('W') => return self.ask_for_picture(),
            Symbol::Key(Key::Left) => marked.saturating_sub(1),
            Symbol::Key(Key::Right) => marked + 1,
            Symbol::Key(Key::Up) => marked.checked_sub(columns).unwrap_or(marked),
            Symbol::Key(Key::Down) => marked + columns,
            _ => {
                self.set_mode(Mode::Guest);
                match (key.symbol, key.character()) {
                    (Symbol::Key(Key::Enter), _) => self.select(marked, now, effects),
                    (_, Some('t')) => self.tile(now),
                    (_, Some(c)) => {
                        if let Some(index) = commands::session_index(c) {
                            self.select(index, now, effects);
                        }
                    }
                    _ => {}
                }
                return;
            }
        };
        self.set_mode(Mode::Overview(marked.min(last)));
    }
}
