//! What can go wrong when a session is made.

use std::path::PathBuf;

/// Why a session cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// One of its images cannot be used.
    #[error("session `{session}`: {source}")]
    Disk {
        /// The session's name.
        session: String,
        /// What is wrong with the image.
        source: crate::disk::DiskError,
    },
    /// The file for what the guest writes to the debug port cannot be opened.
    #[error("session `{session}`: cannot open the debug port's file `{}`", path.display())]
    DebugPort {
        /// The session's name.
        session: String,
        /// The file.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
}
