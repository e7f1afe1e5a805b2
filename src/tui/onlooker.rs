//! Somebody who looks on while the UI is used, as recordings of scripts do.

use std::fmt::Debug;

use crate::config::SessionSpec;
use crate::session::{Command, SessionView};
use crate::types::SessionId;

/// Looks on. What the UI does never depends on it.
pub trait Onlooker: Debug {
    /// The UI begins with this session.
    fn started(&mut self, id: SessionId, spec: &SessionSpec);
    /// A session is sent a command; `view` is what the user sees of it.
    fn sent(&mut self, view: &SessionView, command: &Command);
    /// The UI ends, with these sessions left.
    fn ended(&mut self, views: &[SessionView]);
}
