//! What the shell says when a command cannot be done.

use super::super::error::DosError;

/// Why a command cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    /// A message to the user, on standard error.
    Text(Vec<u8>),
    /// A drive failed: INT 24h is asked first.
    Critical(Trouble),
}

/// A drive that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) error: DosError,
    /// 0 is A:.
    pub(super) drive: u8,
    pub(super) writing: bool,
}

/// What a drive answers.
pub(super) trait Answered<T> {
    /// A critical error is one of `drive`, which was read; of any other `say` makes a complaint.
    fn reading(self, drive: u8, say: impl FnOnce(DosError) -> Complaint) -> Result<T, Complaint>;
    /// As [`Answered::reading`], of a drive that was written.
    fn writing(self, drive: u8, say: impl FnOnce(DosError) -> Complaint) -> Result<T, Complaint>;
}

impl<T> Answered<T> for Result<T, DosError> {
    fn reading(self, drive: u8, say: impl FnOnce(DosError) -> Complaint) -> Result<T, Complaint> {
        answered(self, drive, false, say)
    }

    fn writing(self, drive: u8, say: impl FnOnce(DosError) -> Complaint) -> Result<T, Complaint> {
        answered(self, drive, true, say)
    }
}

fn answered<T>(
    result: Result<T, DosError>,
    drive: u8,
    writing: bool,
    say: impl FnOnce(DosError) -> Complaint,
) -> Result<T, Complaint> {
    result.map_err(|error| match error {
        error if error.is_critical() => Complaint::Critical(Trouble { error, drive, writing }),
        error => say(error),
    })
}

/// What an internal command comes to.
pub(super) type Done = Result<(), Complaint>;

impl Complaint {
    /// `text` on a line of its own.
    pub(super) fn new(text: &str) -> Complaint {
        Complaint::Text(format!("{text}\r\n").into_bytes())
    }

    /// As [`Complaint::new`], with the name that it is about.
    pub(super) fn about(text: &str, name: &[u8]) -> Complaint {
        Complaint::Text([text.as_bytes(), b" - ", name, b"\r\n"].concat())
    }

    pub(super) fn missing_parameter() -> Complaint {
        Complaint::new("Required parameter missing")
    }

    /// What the user is told.
    pub(super) fn text(self) -> Vec<u8> {
        match self {
            Complaint::Text(text) => text,
            Complaint::Critical(trouble) => Complaint::new(&trouble.error.to_string()).text(),
        }
    }

    pub(super) fn syntax() -> Complaint {
        Complaint::new("Syntax error")
    }
}

impl From<DosError> for Complaint {
    fn from(error: DosError) -> Complaint {
        Complaint::new(&match error {
            DosError::InvalidDrive => "Invalid drive specification".to_owned(),
            DosError::NoMoreFiles => DosError::FileNotFound.to_string(),
            error => error.to_string(),
        })
    }
}
