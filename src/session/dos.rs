//! The built-in DOS of a session: its kernel, with host directories and its own programs as drives.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host_commands::Allowed;
use super::{Host, HostCommandPolicy, Session, SessionError, demo};
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
                    HostDriveView { letter, path: Some(drive.path().to_owned()), read_only: drive.is_read_only() }
                }
                Drive::Builtin(_) => HostDriveView { letter, path: None, read_only: true },
            }
        };
        self.vm().dos_drives().map(view).collect()
    }
}

/// The kernel of a session that is to start it; files have the times of `zone`.
pub(super) fn kernel(spec: &SessionSpec, host: &Host, zone: &Zone) -> Result<Option<DosState>, SessionError> {
    if spec.boot != BootDrive::Dos {
        return Ok(None);
    }
    let mut drives: Vec<Option<Arc<Drive>>> = (0..LETTERS).map(|_| None).collect();
    for drive in &spec.drives {
        put(&mut drives, drive.letter, open(spec, drive, host, zone)?);
    }
    put(&mut drives, OWN_DRIVE, Drive::Builtin(BuiltinDrive::new(app::files())));
    let version = spec.dos_version;
    let drivers = spec.devices.iter().map(|line| line.bytes().collect()).collect();
    let kernel = DosState::with_shell(drives, spec.code_page).with_version(version.major, version.minor);
    let kernel = kernel.with_drivers(drivers).with_ansi(spec.ansi).with_long_names(spec.long_names);
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

fn open(spec: &SessionSpec, drive: &HostDriveSpec, host: &Host, zone: &Zone) -> Result<Drive, SessionError> {
    let open = |path: &Path| HostDrive::open(path, spec.code_page, zone.clone(), drive.read_only).map(Drive::Host);
    match &drive.source {
        DriveSource::Directory(path) => open(path).map_err(|cause| SessionError::HostDrive {
            session: spec.name.clone(),
            letter: drive.letter,
            path: path.clone(),
            cause,
        }),
        DriveSource::Demo => Ok(demo_folder(host, open)),
    }
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
