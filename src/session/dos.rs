//! The built-in DOS of a session: its kernel, with host directories and its own programs as drives.

use std::sync::Arc;

use super::SessionError;
use crate::config::{BootDrive, HostDriveSpec, SessionSpec};
use crate::dos::drive::{BuiltinDrive, Drive, HostDrive, Zone};
use crate::dos::{DosState, app};

/// Drive letters.
const LETTERS: u8 = 26;
/// The drive of DOS's own programs.
const OWN_DRIVE: char = 'Z';

/// The kernel of a session that is to start it; files have the times of `zone`.
pub(super) fn kernel(spec: &SessionSpec, zone: &Zone) -> Result<Option<DosState>, SessionError> {
    if spec.boot != BootDrive::Dos {
        return Ok(None);
    }
    let mut drives: Vec<Option<Arc<Drive>>> = (0..LETTERS).map(|_| None).collect();
    for drive in &spec.drives {
        put(&mut drives, drive.letter, Drive::Host(open(spec, drive, zone)?));
    }
    put(&mut drives, OWN_DRIVE, Drive::Builtin(BuiltinDrive::new(app::files())));
    let version = spec.dos_version;
    let drivers = spec.devices.iter().map(|line| line.bytes().collect()).collect();
    let kernel = DosState::with_shell(drives, spec.code_page).with_version(version.major, version.minor);
    Ok(Some(kernel.with_drivers(drivers).with_ansi(spec.ansi)))
}

fn put(drives: &mut [Option<Arc<Drive>>], letter: char, drive: Drive) {
    let place = ('A'..=OWN_DRIVE).position(|found| found == letter);
    if let Some(place) = place.and_then(|place| drives.get_mut(place)) {
        *place = Some(Arc::new(drive));
    }
}

fn open(spec: &SessionSpec, drive: &HostDriveSpec, zone: &Zone) -> Result<HostDrive, SessionError> {
    HostDrive::open(&drive.path, spec.code_page, zone.clone(), drive.read_only).map_err(|cause| {
        SessionError::HostDrive { session: spec.name.clone(), letter: drive.letter, path: drive.path.clone(), cause }
    })
}
