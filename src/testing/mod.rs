//! DOS programs under test from Rust: a session whose methods are the verbs of scripts, for `cargo test`.
//!
//! Everything runs in deterministic mode: time is guest time, idle time costs nothing, and the same calls
//! give the same screens on every host. Image files are never written.
//!
//! A boot sector, assembled by hand, that writes `OK`:
//!
//! ```
//! use dosmux::disk::{FloppyFormat, fat::FatImage};
//! use dosmux::testing::Session;
//!
//! // MOV AX,0E4Fh; INT 10h; MOV AL,'K'; INT 10h; HLT; JMP to the HLT.
//! let code = [0xB8, b'O', 0x0E, 0xCD, 0x10, 0xB0, b'K', 0xCD, 0x10, 0xF4, 0xEB, 0xFD];
//! let floppy = FatImage::new(FloppyFormat::named("360K").unwrap()).boot_sector(&code).build();
//! let mut dos = Session::builder().floppy_bytes("guest", &floppy).start()?;
//! dos.wait("OK")?;
//! # Ok::<(), dosmux::testing::Error>(())
//! ```
//!
//! The tour that is part of dosmux, by keys:
//!
//! ```
//! use dosmux::testing::Session;
//!
//! let mut tour = Session::boot("builtin:tour")?;
//! tour.wait("Enter or a digit opens")?;
//! tour.key("up")?;
//! tour.key("up")?;
//! tour.key("enter")?;
//! tour.wait("Conventional memory")?;
//! tour.key("esc")?;
//! tour.wait_gone("Conventional memory")?;
//! # Ok::<(), dosmux::testing::Error>(())
//! ```
//!
//! A program under FreeDOS, on a floppy made by the test, with its exit code and the file it writes:
//!
//! ```no_run
//! use dosmux::disk::{FloppyFormat, fat::FatImage};
//! use dosmux::testing::Session;
//!
//! let program = std::fs::read("build/report.com").unwrap();
//! let work = FatImage::new(FloppyFormat::named("720K").unwrap()).file("REPORT.COM", &program).build();
//! let mut dos = Session::builder().floppy("freedos.img").floppy_bytes("work", &work).start()?;
//! dos.wait("A:\\>")?;
//! dos.type_text("b:report > b:out.txt\n")?;
//! assert_eq!(dos.wait_exit()?.code, Some(0));
//! assert_eq!(dos.get("B:\\OUT.TXT")?, b"total: 42\r\n");
//! # Ok::<(), dosmux::testing::Error>(())
//! ```

mod builder;
mod error;

use std::path::Path;
use std::time::Duration;

pub use builder::Builder;
pub use error::Error;

use crate::config::ImageSpec;
use crate::disk::{DriveId, WritePolicy};
use crate::keys::parse_chord;
use crate::monitor::programs::ProgramExit;
use crate::screen::Screen;
use crate::session::{self, Host};

/// How far the guest runs between two looks at what is waited for, where that is not the screen.
const SLICE: Duration = Duration::from_millis(10);

/// A DOS session under test. See the [module](self) for examples.
///
/// Each method that waits gives up after a time of the guest's, 30 seconds unless
/// [`Builder::timeout`] sets another. Errors tell what was awaited and show the screen.
pub struct Session {
    inner: session::Session,
    host: Host,
    timeout: Duration,
    /// The number of the last end of a program that counts no more.
    seen: u64,
}

impl Session {
    /// Boots a floppy image, or `builtin:tour`.
    pub fn boot(image: impl AsRef<Path>) -> Result<Session, Error> {
        Session::builder().floppy(image).start()
    }

    /// Chooses disks and settings first.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Waits until some row of the screen contains `text`; what is there already counts.
    pub fn wait(&mut self, text: &str) -> Result<(), Error> {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contains(text))
    }

    /// Waits until no row of the screen contains `text`.
    pub fn wait_gone(&mut self, text: &str) -> Result<(), Error> {
        self.wait_until(&format!("{text:?} to leave the screen"), |screen| !screen.contains(text))
    }

    /// Waits until `done` says so of the screen; `what` says in errors what that is.
    pub fn wait_until(&mut self, what: &str, done: impl FnMut(&Screen) -> bool) -> Result<(), Error> {
        let seen = self.inner.run_until(self.timeout, done);
        if seen { Ok(()) } else { Err(self.gave_up(what)) }
    }

    /// Waits until the screen has not changed for `span` of guest time.
    pub fn wait_stable(&mut self, span: Duration) -> Result<(), Error> {
        let deadline = self.inner.now() + self.timeout;
        while self.inner.now() < deadline && self.inner.stopped().is_none() {
            let before = self.inner.screen();
            if !self.inner.run_until(span, |screen| *screen != before) {
                return Ok(());
            }
        }
        Err(self.gave_up("a screen that stands still"))
    }

    /// Waits until a program ends: the first that does, or did, since something was typed; the next call
    /// waits for the next one. See [`session::Session::exits`].
    pub fn wait_exit(&mut self) -> Result<ProgramExit, Error> {
        self.wait_for("the end of a program", |session, seen| session.exit_count() > seen)?;
        let next = self.inner.exits().find(|exit| exit.number > self.seen).cloned();
        let exit = next.ok_or_else(|| self.error("the end of the program is forgotten".to_owned()))?;
        self.seen = exit.number;
        Ok(exit)
    }

    /// Asserts that `text` is on the screen, or appears in time.
    pub fn expect(&mut self, text: &str) -> Result<(), Error> {
        self.wait(text)
    }

    /// Asserts that `text` is not on the screen now.
    pub fn expect_not(&mut self, text: &str) -> Result<(), Error> {
        let there = self.inner.screen().contains(text);
        if there { Err(self.error(format!("{text:?} is on the screen"))) } else { Ok(()) }
    }

    /// Waits for the end of a program and asserts its code.
    pub fn expect_exit(&mut self, code: u8) -> Result<(), Error> {
        let exit = self.wait_exit()?;
        if exit.code == Some(code) {
            return Ok(());
        }
        let found = exit.code.map_or_else(|| "no known code".to_owned(), |code| format!("code {code}"));
        Err(self.error(format!("{} ended with {found}, not with code {code}", exit.name)))
    }

    /// Types text, `\n` for Enter, and waits until the guest has read it.
    pub fn type_text(&mut self, text: &str) -> Result<(), Error> {
        self.seen = self.inner.exit_count();
        if let Some(c) = self.inner.type_text(text).first() {
            return Err(self.error(format!("no key types {c:?}")));
        }
        self.wait_for("the guest to read what was typed", |session, _| session.input_done())
    }

    /// Strikes a key or chord such as `"f1"` or `"ctrl+alt+del"` and waits until the guest has read it.
    pub fn key(&mut self, chord: &str) -> Result<(), Error> {
        let keys = parse_chord(chord).map_err(|part| self.error(format!("{chord:?} is no chord: {part}")))?;
        self.seen = self.inner.exit_count();
        self.inner.strike(&keys);
        self.wait_for("the guest to read the key", |session, _| session.input_done())
    }

    /// Lets time pass.
    pub fn sleep(&mut self, span: Duration) {
        self.inner.run_for(span);
    }

    /// Puts a floppy into a drive, in place of one that is there.
    pub fn insert(&mut self, drive: DriveId, image: impl AsRef<Path>) -> Result<(), Error> {
        let image = ImageSpec { source: builder::source(image.as_ref()), writes: WritePolicy::Overlay };
        self.inner.insert(drive, &image, &self.host).map_err(|error| self.error(error.to_string()))
    }

    /// Takes the floppy out of a drive.
    pub fn eject(&mut self, drive: DriveId) -> Result<(), Error> {
        self.inner.eject(drive).map_err(|error| self.error(error.to_string()))
    }

    /// The bytes of a file on one of the guest's disks, such as `A:\DIR\NAME.EXT`.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        self.inner.read_file(path).map_err(|error| self.error(error.to_string()))
    }

    /// Writes a file to one of the guest's disks; see [`session::Session::write_file`].
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.inner.write_file(path, bytes).map_err(|error| self.error(error.to_string()))
    }

    /// Presses the reset button.
    pub fn reset(&mut self) {
        self.inner.reset();
    }

    /// Switches the machine off and on again: RAM is cleared, disks keep what was written.
    pub fn power_cycle(&mut self) {
        self.inner.power_cycle();
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.inner.screen()
    }

    /// The session below, for all that has no verb here.
    #[must_use]
    pub fn session(&self) -> &session::Session {
        &self.inner
    }

    /// The session below.
    pub fn session_mut(&mut self) -> &mut session::Session {
        &mut self.inner
    }

    /// Runs until `done` says so, given the session and the number of the last end that was seen.
    fn wait_for(&mut self, what: &str, done: impl Fn(&session::Session, u64) -> bool) -> Result<(), Error> {
        let deadline = self.inner.now() + self.timeout;
        while !done(&self.inner, self.seen) {
            if self.inner.now() >= deadline || self.inner.stopped().is_some() {
                return Err(self.gave_up(what));
            }
            self.inner.run_for(SLICE);
        }
        Ok(())
    }

    fn gave_up(&self, what: &str) -> Error {
        self.error(match self.inner.stopped() {
            Some(reason) => format!("waited for {what}, but the machine has stopped: {reason}"),
            None => format!("waited {} s of guest time for {what}", self.timeout.as_secs_f64()),
        })
    }

    fn error(&self, why: String) -> Error {
        Error::in_session(why, &self.inner)
    }
}

#[cfg(test)]
mod tests;
