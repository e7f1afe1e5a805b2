//! Disks and settings of a session under test.

use std::path::Path;
use std::time::Duration;

use super::{Error, Session};
use crate::config::{BUILTIN_TOUR, BootDrive, ImageSpec, SessionSpec};
use crate::disk::{DriveId, ImageSource, WritePolicy};
use crate::script::RTC_START;
use crate::session::{self, Host, SessionOptions};

/// How long the guest has for a step unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A floppy of the builder.
enum Floppy {
    Image(ImageSource),
    Bytes(String, Vec<u8>),
}

/// A session in the making: the floppies in the order of their drives, A: first.
pub struct Builder {
    spec: SessionSpec,
    floppies: Vec<Floppy>,
    timeout: Duration,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder { spec: SessionSpec::new("test"), floppies: Vec::new(), timeout: TIMEOUT }
    }

    /// Puts a floppy image, or `builtin:tour`, into the next drive.
    #[must_use]
    pub fn floppy(mut self, image: impl AsRef<Path>) -> Builder {
        self.floppies.push(Floppy::Image(source(image.as_ref())));
        self
    }

    /// Puts a floppy into the next drive whose image is made of these bytes; errors call it `name`.
    /// [`crate::disk::fat::FatImage`] makes such images.
    #[must_use]
    pub fn floppy_bytes(mut self, name: &str, image: &[u8]) -> Builder {
        self.floppies.push(Floppy::Bytes(name.to_owned(), image.to_vec()));
        self
    }

    /// Adds a hard disk image.
    #[must_use]
    pub fn hard_disk(mut self, image: impl AsRef<Path>) -> Builder {
        let source = ImageSource::File(image.as_ref().into());
        self.spec.disks.push(ImageSpec { source, writes: WritePolicy::Overlay });
        self
    }

    /// Changes any setting of the session, such as its memory or its speed. Disks come from the methods above.
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut SessionSpec)) -> Builder {
        change(&mut self.spec);
        self
    }

    /// Sets how long each step may take. *Units*: guest time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Builder {
        self.timeout = timeout;
        self
    }

    /// Switches the machine on.
    pub fn start(mut self) -> Result<Session, Error> {
        if self.floppies.is_empty() && !self.spec.disks.is_empty() {
            self.spec.boot = BootDrive::Disk;
        }
        let host = Host::new();
        let options = SessionOptions { force_overlay: true, rtc_start: RTC_START, local_time: false };
        let failed = |error: session::SessionError| Error::before_start(error.to_string());
        let mut inner = session::Session::new(&self.spec, &host, options).map_err(failed)?;
        for (floppy, number) in self.floppies.into_iter().zip(0..) {
            let drive = DriveId::Floppy(number);
            match floppy {
                Floppy::Image(source) => {
                    inner.insert(drive, &ImageSpec { source, writes: WritePolicy::Overlay }, &host)
                }
                Floppy::Bytes(name, bytes) => inner.insert_bytes(drive, &name, &bytes),
            }
            .map_err(failed)?;
        }
        // The power-on self test has to see the drives.
        inner.reset();
        Ok(Session { inner, host, timeout: self.timeout, seen: 0 })
    }
}

/// The image that a path names.
pub(super) fn source(path: &Path) -> ImageSource {
    if path == Path::new(BUILTIN_TOUR) { ImageSource::Tour } else { ImageSource::File(path.into()) }
}
