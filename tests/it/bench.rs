//! A session on the test bench: booted from bytes, driven in guest time, judged by its screen.

use std::io::Write;
use std::time::Duration;

use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::screen::Screen;
use dosmux::session::{Host, Session, SessionOptions};

/// What the clock shows at power-on: 1992-04-06 12:34:56.
const RTC_START: u64 = 702_563_696;
/// Longest wait for a text. *Units*: guest time.
const LIMIT: Duration = Duration::from_secs(30);

/// A session and the folder that its image lies in.
pub(crate) struct Pc {
    pub(crate) session: Session,
    _folder: tempfile::TempDir,
}

impl Pc {
    /// Runs until `text` is on the screen.
    #[track_caller]
    pub(crate) fn wait(&mut self, text: &str) {
        self.wait_until(&format!("the text {text:?}"), |screen| screen.contains(text));
    }

    /// Runs until `done` says so of the screen. `what` is what the failure calls it.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, done: impl FnMut(&Screen) -> bool) {
        let came = self.session.run_until(LIMIT, done);
        assert!(came, "{what} did not come in {LIMIT:?}\n{}", self.describe());
    }

    /// Types `text`, without waiting for anything.
    pub(crate) fn type_text(&mut self, text: &str) {
        assert!(self.session.type_text(text).is_empty(), "every character has a key");
    }

    /// Runs for `seconds` of guest time.
    pub(crate) fn run_seconds(&mut self, seconds: u64) {
        self.session.run_for(Duration::from_secs(seconds));
    }

    /// The screen as text.
    pub(crate) fn text(&self) -> String {
        self.session.screen().text()
    }

    /// State, screen and log, for failures.
    pub(crate) fn describe(&self) -> String {
        let log = String::from_utf8_lossy(self.session.log());
        let at = self.session.vm().cs_ip();
        format!(
            "at {at}, {:?}, stopped: {:?}\nscreen:\n{}\nlog: {log}",
            self.session.now(),
            self.session.stopped(),
            self.text()
        )
    }
}

/// A floppy whose boot sector is `code`, assembled for 7C00h.
pub(crate) fn floppy_of(code: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    assert!(code.len() <= SECTOR - 2, "a boot sector has 510 bytes for code");
    let mut image = vec![0; 160 * 1024];
    image[..code.len()].copy_from_slice(code);
    image[SECTOR - 2..SECTOR].copy_from_slice(&[0x55, 0xAA]);
    image
}

/// A disk image of the folder beside the repository that others made, or `None`, said visibly (past
/// the test harness, which swallows what passing tests print) if it is not there.
///
/// *Panics* if it is not there and `DOSMUX_REQUIRE_IMAGES` is set.
pub(crate) fn shared_image(name: &str) -> Option<Vec<u8>> {
    shared_path(name).and_then(|path| std::fs::read(path).ok())
}

/// Where that image is.
pub(crate) fn shared_path(name: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/images").join(name);
    let there = path.is_file();
    assert!(there || std::env::var_os("DOSMUX_REQUIRE_IMAGES").is_none(), "missing {}", path.display());
    if !there {
        let _ = writeln!(std::io::stderr(), "skipped a test: no {}", path.display());
    }
    there.then_some(path)
}

/// A session that boots from `image`, with an overlay.
pub(crate) fn boot(image: &[u8]) -> Pc {
    boot_with(image, |_| ())
}

/// As [`boot`]; `change` may change the settings before the machine is switched on.
pub(crate) fn boot_with(image: &[u8], change: impl FnOnce(&mut SessionSpec)) -> Pc {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.img");
    std::fs::write(&path, image).expect("the folder is writable");
    let mut spec = SessionSpec::new("bench");
    spec.floppies = vec![ImageSpec { source: ImageSource::File(path), writes: WritePolicy::Overlay }];
    change(&mut spec);
    let options = SessionOptions { force_overlay: false, rtc_start: RTC_START, local_time: false };
    let session = Session::new(&spec, &Host::new(), options).expect("the image opens");
    Pc { session, _folder: folder }
}

/// A session that boots from the tour inside the binary.
pub(crate) fn boot_tour() -> Pc {
    boot_with(&[], |spec| {
        spec.floppies = vec![ImageSpec { source: ImageSource::Tour, writes: WritePolicy::Overlay }];
    })
}
