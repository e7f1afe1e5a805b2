//! A session: a machine with a name, an input queue, a log and a screen that others may look at;
//! and the manager that runs many of them on the host's cores.

mod demo;
mod dos;
mod drives;
mod error;
mod exits;
mod feeding;
mod files;
mod host;
mod host_commands;
mod host_files;
mod input;
pub mod inspect;
mod log;
mod manager;
mod pointer;
mod request;
mod shelf;
mod single;
mod struck;
mod transcript;
mod working_copy;

pub use dos::HostDriveView;
pub use drives::{DiskView, DriveView};
pub use error::SessionError;
pub use host::{Host, HostCommandPolicy};
pub use manager::{
    Alerts, Answer, Backlog, Command, Gauge, Manager, RequestId, SessionState, SessionView, local_seconds,
    takes_effect_at_once,
};
pub use request::{Media, Reply, Request};
pub use single::{History, NOMINAL_PS_PER_INSTRUCTION, Session, SessionOptions};
