//! What the shell says when a command cannot be done.

use super::super::error::DosError;

/// A message to the user, on standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint(pub(super) Vec<u8>);

/// What an internal command comes to.
pub(super) type Done = Result<(), Complaint>;

impl Complaint {
    /// `text` on a line of its own.
    pub(super) fn new(text: &str) -> Complaint {
        Complaint(format!("{text}\r\n").into_bytes())
    }

    /// As [`Complaint::new`], with the name that it is about.
    pub(super) fn about(text: &str, name: &[u8]) -> Complaint {
        Complaint([text.as_bytes(), b" - ", name, b"\r\n"].concat())
    }

    pub(super) fn missing_parameter() -> Complaint {
        Complaint::new("Required parameter missing")
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
