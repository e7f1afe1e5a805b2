//! What a DOS call can fail with, and the extended error information that goes with it.
//!
//! Source: RBIL, INT 21h/AH=59h (codes, classes, actions and places).

use std::fmt;

/// An error as INT 21h returns it in AX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it; the texts are in `Display`")]
pub enum DosError {
    InvalidFunction = 0x01,
    FileNotFound = 0x02,
    PathNotFound = 0x03,
    TooManyOpenFiles = 0x04,
    AccessDenied = 0x05,
    InvalidHandle = 0x06,
    MemoryDestroyed = 0x07,
    NotEnoughMemory = 0x08,
    InvalidMemoryBlock = 0x09,
    InvalidEnvironment = 0x0A,
    InvalidFormat = 0x0B,
    InvalidAccess = 0x0C,
    InvalidData = 0x0D,
    InvalidDrive = 0x0F,
    CurrentDirectory = 0x10,
    NotSameDevice = 0x11,
    NoMoreFiles = 0x12,
    WriteProtected = 0x13,
    NotReady = 0x15,
    WriteFault = 0x1D,
    ReadFault = 0x1E,
    GeneralFailure = 0x1F,
    SharingViolation = 0x20,
    LockViolation = 0x21,
    SharingBufferFull = 0x24,
    DiskFull = 0x27,
    FileExists = 0x50,
    CannotMake = 0x52,
    FailedOnCritical = 0x53,
}

/// All of them.
const ALL: [DosError; 29] = [
    DosError::InvalidFunction,
    DosError::FileNotFound,
    DosError::PathNotFound,
    DosError::TooManyOpenFiles,
    DosError::AccessDenied,
    DosError::InvalidHandle,
    DosError::MemoryDestroyed,
    DosError::NotEnoughMemory,
    DosError::InvalidMemoryBlock,
    DosError::InvalidEnvironment,
    DosError::InvalidFormat,
    DosError::InvalidAccess,
    DosError::InvalidData,
    DosError::InvalidDrive,
    DosError::CurrentDirectory,
    DosError::NotSameDevice,
    DosError::NoMoreFiles,
    DosError::WriteProtected,
    DosError::NotReady,
    DosError::WriteFault,
    DosError::ReadFault,
    DosError::GeneralFailure,
    DosError::SharingViolation,
    DosError::LockViolation,
    DosError::SharingBufferFull,
    DosError::DiskFull,
    DosError::FileExists,
    DosError::CannotMake,
    DosError::FailedOnCritical,
];

/// Classes of errors.
mod class {
    pub(super) const OUT_OF_RESOURCE: u8 = 1;
    pub(super) const AUTHORIZATION: u8 = 3;
    pub(super) const HARDWARE: u8 = 5;
    pub(super) const APPLICATION: u8 = 7;
    pub(super) const NOT_FOUND: u8 = 8;
    pub(super) const BAD_FORMAT: u8 = 9;
    pub(super) const LOCKED: u8 = 10;
    pub(super) const MEDIA: u8 = 11;
    pub(super) const ALREADY_EXISTS: u8 = 12;
}

/// Suggested actions.
mod action {
    pub(super) const DELAYED_RETRY: u8 = 2;
    pub(super) const GET_CORRECTED_INPUT: u8 = 3;
    pub(super) const ABORT_AND_CLEAN_UP: u8 = 4;
    pub(super) const RETRY_AFTER_INTERVENTION: u8 = 7;
}

/// Where an error arose.
mod locus {
    pub(super) const UNKNOWN: u8 = 1;
    pub(super) const BLOCK_DEVICE: u8 = 2;
    pub(super) const MEMORY: u8 = 5;
}

impl DosError {
    /// The error with this code; a general failure if there is none.
    #[must_use]
    pub fn of_code(code: u16) -> DosError {
        ALL.into_iter().find(|error| error.code() == code).unwrap_or(DosError::GeneralFailure)
    }

    /// The error that a driver's status has in its low byte.
    #[must_use]
    pub(super) fn of_driver(code: u8) -> DosError {
        DosError::of_code(DosError::WriteProtected.code() + u16::from(code))
    }

    /// The code of INT 24h in DI. Source: RBIL, INT 24h: those of drivers, which are 13h less.
    #[must_use]
    pub(super) fn driver_code(self) -> u8 {
        const GENERAL_FAILURE: u8 = 0x0C;
        (self as u8).checked_sub(DosError::WriteProtected as u8).unwrap_or(GENERAL_FAILURE)
    }

    /// True if INT 24h is asked what to do. A drive that cannot be written is none of these: it refuses as
    /// a network's does, and programs go on.
    #[must_use]
    pub(super) fn is_critical(self) -> bool {
        use DosError as E;
        matches!(self, E::NotReady | E::WriteFault | E::ReadFault | E::GeneralFailure)
    }

    /// The code in AX.
    #[must_use]
    pub fn code(self) -> u16 {
        u16::from(self as u8)
    }

    /// Class, suggested action and place, as INT 21h/AH=59h returns them in BH, BL and CH.
    #[must_use]
    pub fn details(self) -> [u8; 3] {
        use DosError as E;
        match self {
            E::TooManyOpenFiles | E::SharingBufferFull | E::DiskFull => {
                [class::OUT_OF_RESOURCE, action::ABORT_AND_CLEAN_UP, locus::UNKNOWN]
            }
            E::NotEnoughMemory => [class::OUT_OF_RESOURCE, action::ABORT_AND_CLEAN_UP, locus::MEMORY],
            E::MemoryDestroyed | E::InvalidMemoryBlock => {
                [class::APPLICATION, action::ABORT_AND_CLEAN_UP, locus::MEMORY]
            }
            E::FileNotFound | E::PathNotFound | E::NoMoreFiles | E::InvalidDrive => {
                [class::NOT_FOUND, action::GET_CORRECTED_INPUT, locus::BLOCK_DEVICE]
            }
            E::AccessDenied | E::CurrentDirectory | E::NotSameDevice => {
                [class::AUTHORIZATION, action::GET_CORRECTED_INPUT, locus::BLOCK_DEVICE]
            }
            E::FileExists | E::CannotMake => [class::ALREADY_EXISTS, action::GET_CORRECTED_INPUT, locus::BLOCK_DEVICE],
            E::SharingViolation | E::LockViolation => [class::LOCKED, action::DELAYED_RETRY, locus::BLOCK_DEVICE],
            E::WriteProtected => [class::MEDIA, action::RETRY_AFTER_INTERVENTION, locus::BLOCK_DEVICE],
            E::NotReady | E::WriteFault | E::ReadFault | E::GeneralFailure | E::FailedOnCritical => {
                [class::HARDWARE, action::RETRY_AFTER_INTERVENTION, locus::BLOCK_DEVICE]
            }
            E::InvalidEnvironment | E::InvalidFormat | E::InvalidData => {
                [class::BAD_FORMAT, action::ABORT_AND_CLEAN_UP, locus::UNKNOWN]
            }
            E::InvalidFunction | E::InvalidHandle | E::InvalidAccess => {
                [class::APPLICATION, action::ABORT_AND_CLEAN_UP, locus::UNKNOWN]
            }
        }
    }
}

impl fmt::Display for DosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DosError as E;
        f.write_str(match self {
            E::InvalidFunction => "Invalid function",
            E::FileNotFound => "File not found",
            E::PathNotFound => "Path not found",
            E::TooManyOpenFiles => "Too many open files",
            E::AccessDenied => "Access denied",
            E::InvalidHandle => "Invalid handle",
            E::MemoryDestroyed => "Memory control blocks destroyed",
            E::NotEnoughMemory => "Insufficient memory",
            E::InvalidMemoryBlock => "Invalid memory block address",
            E::InvalidEnvironment => "Invalid environment",
            E::InvalidFormat => "Invalid format",
            E::InvalidAccess => "Invalid access code",
            E::InvalidData => "Invalid data",
            E::InvalidDrive => "Invalid drive",
            E::CurrentDirectory => "Attempt to remove current directory",
            E::NotSameDevice => "Not same device",
            E::NoMoreFiles => "No more files",
            E::WriteProtected => "Write protect error",
            E::NotReady => "Not ready",
            E::WriteFault => "Write fault",
            E::ReadFault => "Read fault",
            E::GeneralFailure => "General failure",
            E::SharingViolation => "Sharing violation",
            E::LockViolation => "Lock violation",
            E::SharingBufferFull => "Sharing buffer exceeded",
            E::DiskFull => "Insufficient disk space",
            E::FileExists => "File exists",
            E::CannotMake => "Cannot make directory entry",
            E::FailedOnCritical => "Fail on INT 24",
        })
    }
}
