//! What can go wrong when a session is made.

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
}
