//! Recordings and logs of sessions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{App, Effect};
use crate::config::SessionSpec;
use crate::tui::prompt::Purpose;
use crate::types::SessionId;

impl App {
    /// True if the session is being recorded.
    #[must_use]
    pub fn is_recorded(&self, id: SessionId) -> bool {
        self.recorded.contains(&id)
    }

    /// Asks for a file for a recording, or ends the one there is.
    pub(super) fn toggle_recording(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        if self.is_recorded(id) {
            effects.push(Effect::StopRecording(id));
        } else {
            self.ask_for(Purpose::Record(id));
        }
    }

    /// Asks for a file for a log, or ends the one there is.
    pub(super) fn toggle_log(&mut self, id: SessionId, now: Duration, effects: &mut Vec<Effect>) {
        let Some(view) = self.session(id) else { return };
        let Some(path) = view.spec.log.clone() else { return self.ask_for(Purpose::Log(id)) };
        effects.extend(self.log_to(id, None));
        self.say(format!("logged to {}", path.display()), now);
    }

    /// Lets a session be logged to a file, or no longer.
    pub(super) fn log_to(&self, id: SessionId, path: Option<&Path>) -> Option<Effect> {
        let spec = self.session(id)?.spec.as_ref().clone();
        Some(Effect::Adjust(id, Box::new(SessionSpec { log: path.map(Path::to_owned), ..spec })))
    }

    pub(super) fn recording(&mut self, id: SessionId, outcome: Result<PathBuf, String>, now: Duration) {
        match outcome {
            Ok(path) => {
                self.recorded.insert(id);
                self.say(format!("recording to {}", path.display()), now);
            }
            Err(problem) => self.say(problem, now),
        }
    }

    pub(super) fn recording_ended(&mut self, id: SessionId, path: &Path, outcome: Result<(), String>, now: Duration) {
        self.recorded.remove(&id);
        let path = path.display();
        self.say(
            match outcome {
                Ok(()) => format!("recorded {path}"),
                Err(problem) => format!("the recording {path} ends early: {problem}"),
            },
            now,
        );
    }
}
