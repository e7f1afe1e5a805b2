//! What can go wrong when a session is made.

use std::path::PathBuf;

/// Why a session cannot start. Each text is whole, causes included; there is no chain to print.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// One of its images cannot be used.
    #[error("session `{session}`: {cause}")]
    Disk {
        /// The session's name.
        session: String,
        /// What is wrong with the image.
        cause: crate::disk::DiskError,
    },
    /// The file for what the guest writes to the debug port cannot be opened.
    #[error("session `{session}`: cannot open the debug port's file `{}`: {cause}", path.display())]
    DebugPort {
        /// The session's name.
        session: String,
        /// The file.
        path: PathBuf,
        /// What the host says.
        cause: std::io::Error,
    },
}
