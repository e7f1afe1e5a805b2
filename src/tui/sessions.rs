//! What the UI needs of the sessions below it.

use std::sync::Arc;

use crate::config::SessionSpec;
use crate::session::inspect::Inspection;
use crate::session::{Command, Gauge, History, Manager, Media, Request, SessionError, SessionState, SessionView};
use crate::types::SessionId;

/// The sessions as the UI sees them: [`Manager`], or a stand-in for it in tests.
pub trait Sessions {
    /// All sessions, in the order they were started.
    fn views(&self) -> Vec<SessionView>;
    /// Chooses the foreground session.
    fn focus(&self, id: SessionId);
    /// What each session has used so far.
    fn gauges(&self) -> Vec<Gauge>;
    /// What a session's machine is doing.
    fn inspect(&self, id: SessionId) -> Option<Arc<Inspection>>;
    /// What a session shows and has shown; `None` if that is known when the next change is told.
    fn history(&self, id: SessionId) -> Option<History>;
    /// Lets a session stand still, or go on.
    fn hold(&self, id: SessionId, held: bool);
    /// Gives a session another name.
    fn rename(&self, id: SessionId, name: String);
    /// Starts a session. *Errors*: why it cannot be started.
    fn start(&self, spec: &SessionSpec) -> Result<SessionId, String>;
    /// Gives a running session settings, as far as they can change while it runs. *Errors*: what it does
    /// not take over, and why.
    fn adjust(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String>;
    /// Restarts a session with other settings. *Errors*: why it goes on as it was.
    fn restart(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String>;
    /// What is in a session's drives.
    fn media(&self, id: SessionId) -> Option<Arc<Media>>;
    /// Asks something of a session.
    fn ask(&self, id: SessionId, request: Request);
    /// What came of requests.
    fn answers(&self) -> Vec<(SessionId, Request, Result<(), String>)>;
    /// Ends a session.
    fn close(&self, id: SessionId);
    /// Sends a command to a session.
    fn send(&self, id: SessionId, command: Command);
}

impl Sessions for Manager {
    fn views(&self) -> Vec<SessionView> {
        Manager::views(self)
    }

    fn focus(&self, id: SessionId) {
        Manager::focus(self, id);
    }

    fn gauges(&self) -> Vec<Gauge> {
        Manager::gauges(self)
    }

    fn inspect(&self, id: SessionId) -> Option<Arc<Inspection>> {
        Manager::inspect(self, id)
    }

    fn history(&self, id: SessionId) -> Option<History> {
        Manager::history(self, id)
    }

    fn hold(&self, id: SessionId, held: bool) {
        Manager::hold(self, id, held);
    }

    fn rename(&self, id: SessionId, name: String) {
        Manager::rename(self, id, name);
    }

    fn start(&self, spec: &SessionSpec) -> Result<SessionId, String> {
        Manager::start(self, spec).map_err(|error| error.to_string())
    }

    fn adjust(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String> {
        Manager::adjust(self, id, spec).map_err(|error| error.to_string())
    }

    fn restart(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String> {
        Manager::restart(self, id, spec).map_err(|error| error.to_string())
    }

    fn media(&self, id: SessionId) -> Option<Arc<Media>> {
        Manager::media(self, id)
    }

    fn ask(&self, id: SessionId, request: Request) {
        Manager::ask(self, id, request);
    }

    fn answers(&self) -> Vec<(SessionId, Request, Result<(), String>)> {
        let answers = self.take_answers().into_iter();
        let result = |result: Result<_, SessionError>| result.map(drop).map_err(|error| error.to_string());
        answers.map(|answer| (answer.session, answer.request, result(answer.result))).collect()
    }

    fn close(&self, id: SessionId) {
        Manager::close(self, id);
    }

    fn send(&self, id: SessionId, command: Command) {
        Manager::send(self, id, command);
    }
}

/// Why a session goes no further, if it does not.
pub(super) fn ending(state: &SessionState) -> Option<String> {
    match state {
        SessionState::Running | SessionState::Idle | SessionState::Paused => None,
        SessionState::Stopped(reason) => Some(reason.to_string()),
        SessionState::Failed(what) => Some(format!("dosmux failed: {what}")),
    }
}
