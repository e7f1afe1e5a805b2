//! The built-in DOS of a session: its kernel, with host directories and its own programs as drives.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::host_commands::Allowed;
use super::working_copy::{self, WorkingCopy};
use super::{Host, HostCommandPolicy, Session, SessionError, SessionOptions, demo};
use crate::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use crate::dos::drive::{BuiltinDrive, Drive, HostDrive, Zone};
use crate::dos::{DosState, app, demo as files};

/// Drive letters.
const LETTERS: u8 = 26;
/// The drive of DOS's own programs.
const OWN_DRIVE: char = 'Z';

/// A drive of the built-in DOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostDriveView {
    /// Its letter.
    pub letter: char,
    /// The host directory; `None` of a drive that is in the program.
    pub path: Option<PathBuf>,
    /// True if nothing on it can be changed.
    pub read_only: bool,
}

impl Session {
    /// The drives of the built-in DOS, in the order of their letters.
    #[must_use]
    pub fn host_drives(&self) -> Vec<HostDriveView> {
        let view = |(number, drive): (u8, &Drive)| {
            let letter = char::from(b'A'.saturating_add(number));
            match drive {
                Drive::Host(drive) => {
                    let path = drive.original().unwrap_or(drive.path());
                    HostDriveView { letter, path: Some(path.to_owned()), read_only: drive.is_read_only() }
                }
                Drive::Builtin(_) => HostDriveView { letter, path: None, read_only: true },
            }
        };
        self.vm().dos_drives().map(view).collect()
    }

    /// Copies what the guest has changed on copies of host directories into `folder`, which is made for it:
    /// `drive-c` and so on.
    ///
    /// *Errors*: the host's, with the name of the file.
    pub fn save_drive_changes(&self, folder: &Path) -> io::Result<()> {
        for (number, drive) in self.vm().dos_drives() {
            if let Drive::Host(drive) = drive
                && let Some(original) = drive.original()
            {
                let letter = char::from(b'a'.saturating_add(number));
                working_copy::save_changes(drive.path(), original, &folder.join(format!("drive-{letter}")))?;
            }
        }
        Ok(())
    }
}

/// The kernel of a session that is to start it.
pub(super) fn kernel(
    spec: &SessionSpec,
    host: &Host,
    options: SessionOptions,
) -> Result<Option<DosState>, SessionError> {
    if spec.boot != BootDrive::Dos {
        return Ok(None);
    }
    let mut drives: Vec<Option<Arc<Drive>>> = (0..LETTERS).map(|_| None).collect();
    for drive in &spec.drives {
        put(&mut drives, drive.letter, open(spec, drive, host, options)?);
    }
    put(&mut drives, OWN_DRIVE, Drive::Builtin(BuiltinDrive::new(app::files())));
    let version = spec.dos_version;
    let drivers = spec.devices.iter().map(|line| line.bytes().collect()).collect();
    let kernel = DosState::with_shell(drives, spec.code_page).with_version(version.major, version.minor);
    let kernel = kernel.with_drivers(drivers).with_ansi(spec.ansi).with_long_names(spec.long_names);
    let kernel = if options.local_time { kernel } else { kernel.with_own_times() };
    let waits = match host.commands {
        _ if spec.host_commands.is_empty() => return Ok(Some(kernel)),
        HostCommandPolicy::Never => return Ok(Some(kernel)),
        HostCommandPolicy::Beside => false,
        HostCommandPolicy::Awaited => true,
    };
    Ok(Some(kernel.with_host_commands(Arc::new(Allowed::new(&spec.host_commands, waits)))))
}

fn put(drives: &mut [Option<Arc<Drive>>], letter: char, drive: Drive) {
    let place = ('A'..=OWN_DRIVE).position(|found| found == letter);
    if let Some(place) = place.and_then(|place| drives.get_mut(place)) {
        *place = Some(Arc::new(drive));
    }
}

fn open(
    spec: &SessionSpec,
    drive: &HostDriveSpec,
    host: &Host,
    options: SessionOptions,
) -> Result<Drive, SessionError> {
    let open = |path: &Path| open_directory(path, spec, drive.read_only, options);
    let failed = |path: &Path, cause| SessionError::HostDrive {
        session: spec.name.clone(),
        letter: drive.letter,
        path: path.to_owned(),
        cause,
    };
    match &drive.source {
        DriveSource::Directory(path) if options.force_overlay && !drive.read_only => {
            let copy = copy_of(spec, drive.letter, path, options)?;
            let drive = open(&copy.folder).map_err(|cause| failed(path, cause))?;
            Ok(Drive::Host(drive.as_copy(copy.home, path.clone())))
        }
        DriveSource::Directory(path) => open(path).map(Drive::Host).map_err(|cause| failed(path, cause)),
        DriveSource::Demo => Ok(demo_folder(host, |path| open(path).map(Drive::Host))),
    }
}

/// A directory as a drive. Where the host's clock must not show, files that cannot be written and directories,
/// whose times the host changes with what is in them, are as old as the session's clock.
fn open_directory(path: &Path, spec: &SessionSpec, read_only: bool, options: SessionOptions) -> io::Result<HostDrive> {
    if options.local_time {
        return HostDrive::open(path, spec.code_page, Zone::local(), read_only);
    }
    let still = Zone::still(start_of(options));
    let files = if read_only { still.clone() } else { Zone::universal() };
    HostDrive::open(path, spec.code_page, files, read_only).map(|drive| drive.apart(still))
}

/// When the session's clock starts, taken for universal time.
fn start_of(options: SessionOptions) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(options.rtc_start)
}

/// A copy of a directory for a session that must leave it as it is, its files as old as the session's clock.
fn copy_of(
    spec: &SessionSpec,
    letter: char,
    path: &Path,
    options: SessionOptions,
) -> Result<WorkingCopy, SessionError> {
    WorkingCopy::of(path, start_of(options)).map_err(|cause| SessionError::DriveCopy {
        session: spec.name.clone(),
        letter,
        path: path.to_owned(),
        cause,
    })
}

/// The demo drive: in its folder if that can be had, else in the program, where nothing can be written
/// that would be lost.
fn demo_folder(host: &Host, open: impl Fn(&Path) -> io::Result<Drive>) -> Drive {
    let made = host.demo.as_deref().map(|folder| demo::unpack(folder).and_then(|()| open(folder)));
    match made {
        Some(Ok(drive)) => return drive,
        Some(Err(error)) => tracing::error!(%error, folder = ?host.demo, "the demo drive cannot be kept in its folder"),
        None => {}
    }
    Drive::Builtin(BuiltinDrive::new(files::dos_files()))
}
