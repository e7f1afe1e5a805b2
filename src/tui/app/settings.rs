//! The settings of a session: those that can change while it runs do, the others wait for a restart.

use std::time::Duration;

use super::panel::{Panel, Pick, Subject};
use super::{App, Effect, Question};
use crate::config::{SessionSpec, change, choices, settings};
use crate::session::takes_effect_at_once;
use crate::tui::commands::Action;
use crate::tui::list::Row;
use crate::tui::prompt::Purpose;
use crate::types::SessionId;

/// Columns of a setting's name.
const KEY_COLS: usize = 11;
/// Settings with their own commands, and those.
const ELSEWHERE: [&str; 2] = ["floppies", "disks"];

/// Values that wait for a session's restart, by key.
pub(super) type Wishes = Vec<(&'static str, String)>;

impl App {
    /// Opens the settings of a session.
    pub(super) fn open_settings(&mut self, id: SessionId) {
        let name = self.session(id).map_or("", |view| &view.name);
        let title = format!(" settings of {name} ");
        self.open_panel(Panel::new(Subject::Settings(id), title, self.setting_rows(id)));
    }

    /// Every setting with its value, and when a change of it takes effect.
    pub(super) fn setting_rows(&self, id: SessionId) -> Vec<(Row, Pick)> {
        let Some(view) = self.session(id) else { return Vec::new() };
        let row = |key: &str, value: &str, note: &str| Row::new(format!("{key:<KEY_COLS$} {value}"), note);
        let mut rows = vec![(row("name", &view.name, ""), Pick::Act(Action::Rename))];
        for (key, value) in settings(&self.wished(id)) {
            if ELSEWHERE.contains(&key) {
                rows.push((row(key, &value, ""), Pick::Act(Action::Drives)));
                continue;
            }
            let note = match (takes_effect_at_once(key), self.wishes_of(id).iter().any(|(wished, _)| *wished == key)) {
                (true, _) => "",
                (false, false) => "at a restart",
                (false, true) => "waits for a restart",
            };
            rows.push((row(key, &value, note), Pick::Edit(id, key)));
        }
        if !self.wishes_of(id).is_empty() {
            rows.push((
                Row::new("restart the session with these settings", "\u{25BA}"),
                Pick::Confirm(Question::Restart(id)),
            ));
        }
        rows
    }

    /// The settings of a session as they will be after a restart.
    pub(super) fn wished(&self, id: SessionId) -> SessionSpec {
        let running = self.session(id).map_or_else(|| SessionSpec::new(""), |view| view.spec.as_ref().clone());
        let wish = |spec: SessionSpec, (key, value): &(&str, String)| change(&spec, key, value).unwrap_or(spec);
        self.wishes_of(id).iter().fold(running, wish)
    }

    fn wishes_of(&self, id: SessionId) -> &[(&'static str, String)] {
        self.wishes.get(&id).map_or(&[], Vec::as_slice)
    }

    fn value(&self, id: SessionId, key: &str) -> String {
        let all = settings(&self.wished(id));
        all.into_iter().find(|(each, _)| *each == key).map(|(_, value)| value).unwrap_or_default()
    }

    /// Lets the user choose or type a new value.
    pub(super) fn edit_setting(&mut self, id: SessionId, key: &'static str, now: Duration, effects: &mut Vec<Effect>) {
        let values = choices(key);
        if values.len() == 2 {
            return self.step_setting(id, key, false, now, effects);
        }
        let value = self.value(id, key);
        if values.is_empty() {
            return self.ask_with(Purpose::Setting(id, key), &value);
        }
        let marked = values.iter().position(|each| *each == value);
        let rows = values.into_iter().map(|value| (Row::new(value.clone(), ""), Pick::Set(id, key, value)));
        let mut panel = Panel::new(Subject::Choices, format!(" {key} "), rows.collect());
        panel.list.mark(marked.unwrap_or(0));
        self.open_panel(panel);
    }

    /// Goes on to the next value of a setting that has few, or back.
    pub(super) fn step_setting(
        &mut self,
        id: SessionId,
        key: &'static str,
        back: bool,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let values = choices(key);
        let value = self.value(id, key);
        let at = values.iter().position(|each| *each == value).unwrap_or(0);
        let step = if back { values.len().saturating_sub(1) } else { 1 };
        if let Some(value) = values.get((at + step) % values.len().max(1)) {
            self.set_setting(id, key, value, now, effects);
        }
    }

    /// Gives a setting a new value, now or at a restart.
    pub(super) fn set_setting(
        &mut self,
        id: SessionId,
        key: &'static str,
        value: &str,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let Some(running) = self.session(id).map(|view| view.spec.clone()) else { return };
        match change(&running, key, value) {
            Err(problem) => self.say(problem, now),
            Ok(spec) if takes_effect_at_once(key) => effects.push(Effect::Adjust(id, Box::new(spec))),
            Ok(spec) => {
                let wishes = self.wishes.entry(id).or_default();
                wishes.retain(|(wished, _)| *wished != key);
                if spec != *running {
                    wishes.push((key, value.to_owned()));
                }
            }
        }
        self.dirty = true;
        self.refresh_panels();
    }

    /// Restarts a session with the settings that wait for it.
    pub(super) fn restart(&mut self, id: SessionId) -> Effect {
        let spec = self.wished(id);
        self.wishes.remove(&id);
        Effect::Restart(id, Box::new(spec))
    }
}
