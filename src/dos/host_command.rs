//! Commands of the host that a session's settings allow: what the kernel needs of whoever runs them.

use std::fmt;
use std::fs::File;
use std::sync::Arc;

/// Runs commands of the host.
pub trait HostCommands: fmt::Debug + Send + Sync {
    /// Starts `name` with `arguments` in `directory`, without a shell. *Errors*: for the user.
    fn start(&self, name: &str, arguments: &[String], directory: File) -> Result<Arc<dyn HostCommand>, String>;
}

/// A command that runs. It is ended when nobody holds it any more.
pub trait HostCommand: fmt::Debug + Send + Sync {
    /// What has become of it since the last look.
    fn look(&self) -> Progress;
}

/// How far a command is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has written this.
    Output(Vec<u8>),
    /// Nothing yet.
    Waits,
    /// It has ended with this exit code, and all that it wrote has been told.
    Ended(u8),
}
