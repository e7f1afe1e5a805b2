//! FreeDOS at its prompt, for tests that need a real DOS.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::fat::FatImage;
use dosmux::disk::{FloppyFormat, ImageSource, WritePolicy};
use dosmux::screen::Screen;
use dosmux::session::{Host, Session, SessionOptions};

use crate::bench::shared_path;

const LIMIT: Duration = Duration::from_secs(60);

/// A floppy of `format` with these files, as a new file in `folder`.
pub(crate) fn floppy(folder: &Path, name: &str, format: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let format = FloppyFormat::named(format).expect("a known format");
    let image = files.iter().fold(FatImage::new(format), |image, (name, bytes)| image.file(name, bytes)).build();
    let path = folder.join(name);
    std::fs::write(&path, image).expect("room for an image");
    path
}

pub(crate) fn image(path: &Path, writes: WritePolicy) -> ImageSpec {
    ImageSpec { source: ImageSource::File(path.into()), writes }
}

/// A session with FreeDOS.
pub(crate) struct Dos {
    pub(crate) session: Session,
    pub(crate) host: Host,
}

impl Dos {
    /// Boots `freedos-NAME.img` in A: up to its prompt, with further floppies behind it; `None` if the
    /// image is not there.
    pub(crate) fn boot(name: &str, more: &[ImageSpec]) -> Option<Dos> {
        let path = shared_path(&format!("freedos-{name}.img"))?;
        let mut floppies = vec![image(&path, WritePolicy::Overlay)];
        floppies.extend_from_slice(more);
        Some(Dos::with(SessionSpec { floppies, ..SessionSpec::new("dos") }, false))
    }

    pub(crate) fn with(spec: SessionSpec, force_overlay: bool) -> Dos {
        let host = Host::new();
        let options = SessionOptions { force_overlay, rtc_start: 781_783_200, local_time: false };
        let session = Session::new(&spec, &host, options).expect("a session");
        let mut dos = Dos { session, host };
        dos.wait("a prompt", |screen| last_line(screen).ends_with('>'));
        dos
    }

    /// Runs until the screen is as `done` says.
    pub(crate) fn wait(&mut self, what: &str, done: impl FnMut(&Screen) -> bool) {
        let seen = self.session.run_until(LIMIT, done);
        assert!(seen, "no {what}:\n{}", self.session.screen().text());
    }

    /// Types a command at the prompt of an empty screen; what the screen shows when the prompt is back.
    pub(crate) fn run(&mut self, command: &str) -> String {
        self.session.type_text("cls\n");
        self.wait("empty screen", |screen| screen.text().trim().len() < 10);
        self.session.type_text(&format!("{command}\n"));
        self.wait("prompt", |screen| screen.contains(command) && last_line(screen).ends_with('>'));
        self.session.screen().text()
    }
}

/// The last line of the screen that has text.
pub(crate) fn last_line(screen: &Screen) -> String {
    screen.text().trim_end().lines().last().unwrap_or_default().trim_end().to_owned()
}
