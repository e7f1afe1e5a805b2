//! Puts a session's images into its drives.

use super::{Host, SessionError};
use crate::config::{ImageSpec, SessionSpec};
use crate::disk::{Disk, DiskError, Drives, ImageRegistry, ImageSource, WritePolicy};

/// Opens the images of `spec`. With `force_overlay` no image file is ever written.
pub(super) fn open(spec: &SessionSpec, host: &Host, force_overlay: bool) -> Result<Drives, SessionError> {
    let mut drives = Drives::default();
    for (slot, image) in drives.floppies.iter_mut().zip(&spec.floppies) {
        *slot = Some(open_image(spec, host, image, force_overlay, ImageRegistry::open_floppy)?);
    }
    for image in &spec.disks {
        drives.hard_disks.push(open_image(spec, host, image, force_overlay, ImageRegistry::open_hard_disk)?);
    }
    Ok(drives)
}

/// One of the ways to open an image.
type Open = fn(&ImageRegistry, &ImageSource, WritePolicy, &str) -> Result<Disk, DiskError>;

fn open_image(
    spec: &SessionSpec,
    host: &Host,
    image: &ImageSpec,
    force_overlay: bool,
    open: Open,
) -> Result<Disk, SessionError> {
    open(&host.images, &image.source, policy(image.writes, force_overlay), &spec.name)
        .map_err(|cause| SessionError::Disk { session: spec.name.clone(), cause })
}

/// The policy that holds: a write-protected disk stays one, it is safe already.
fn policy(writes: WritePolicy, force_overlay: bool) -> WritePolicy {
    match writes {
        WritePolicy::Image if force_overlay => WritePolicy::Overlay,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_overlay_spares_the_image_and_keeps_the_write_protection() {
        assert_eq!(policy(WritePolicy::Image, true), WritePolicy::Overlay);
        assert_eq!(policy(WritePolicy::None, true), WritePolicy::None);
        assert_eq!(policy(WritePolicy::Image, false), WritePolicy::Image);
    }
}
