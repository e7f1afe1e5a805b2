//! A session: a machine with a name, an input queue, a log and a screen that others may look at;
//! and the manager that runs many of them on the host's cores.

mod error;
mod host;
mod manager;
mod single;

pub use error::SessionError;
pub use host::Host;
pub use manager::{Command, Manager, SessionState, SessionView};
pub use single::{Session, SessionOptions};
