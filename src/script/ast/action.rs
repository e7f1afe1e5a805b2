//! What steps do.

use std::path::PathBuf;
use std::time::Duration;

use super::{Attr, Look, Needle, Region, Step, Text, Where};
use crate::config::{ImageSpec, Speed};
use crate::disk::DriveId;
use crate::keys::{Key, KeyLayout};
use crate::pointer::PointerAct;
use crate::screen::CodePage;
use crate::screen::picture::Format;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Waits for something.
    Wait(Wait),
    /// Asserts something.
    Expect(Expect),
    /// Does something.
    Act(Act),
    /// Takes its steps several times.
    Repeat {
        /// How often.
        times: u32,
        /// The steps.
        steps: Vec<Step>,
    },
    /// Takes the steps of another file.
    Include(Vec<Step>),
}

impl Action {
    /// The text that the step looks for on the screen, if it does and the text is known.
    #[must_use]
    pub fn awaited_text(&self) -> Option<&str> {
        match self {
            Action::Wait(Wait::Shown(Look { what: Needle::Text(text), .. })) => text.fixed(),
            _ => None,
        }
    }
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is on the screen (`wait`, `wait_regex`, `expect`, `expect_regex`).
    Shown(Look),
    /// It is not on the screen.
    NotShown(Look),
    /// It has been on the screen and is no more.
    Gone(Look),
    /// The guest has read all input and waits for more.
    Idle,
    /// The screen has not changed for a while.
    Stable {
        /// The while.
        quiet: Duration,
        /// The part of the screen that counts.
        place: Where,
    },
    /// A program of the guest's DOS ended: this one, or any.
    Exit(Option<String>),
    /// A port was written to.
    Port {
        /// The port.
        port: u16,
        /// What must have been written.
        bytes: PortBytes,
    },
}

/// What must have been written to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortBytes {
    /// Anything.
    Any,
    /// This byte.
    Value(u8),
    /// These bytes, one after the other.
    Text(Text),
}

/// What a step asserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is not on the screen.
    NotShown(Look),
    /// The cursor is as told.
    Cursor(CursorSpec),
    /// All cells have the attribute.
    Attr {
        /// The attribute.
        attr: Attr,
        /// The cells; all without it.
        region: Option<Region>,
    },
    /// The display is in this mode.
    Mode(ModeSpec),
    /// The program that ended did so with this code.
    Exit {
        /// The code.
        code: u8,
        /// The program; any without it.
        program: Option<String>,
    },
    /// Memory holds these bytes.
    Memory {
        /// Linear address.
        at: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A file on the guest's disks is as told.
    File(FileSpec),
    /// The screen is as in a file.
    Golden(Golden),
    /// The machine has stopped, for a reason that contains the text.
    Stopped(Text),
}

/// What is asked of the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CursorSpec {
    /// Its row; negative from the bottom.
    pub row: Option<i32>,
    /// Its column; negative from the right.
    pub col: Option<i32>,
    /// Whether it is shown.
    pub visible: Option<bool>,
}

/// What is asked of the display's mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSpec {
    /// The BIOS's number.
    pub mode: Option<u8>,
    /// Columns of text.
    pub cols: Option<u16>,
    /// Rows of text.
    pub rows: Option<u16>,
}

/// What is asked of a file on the guest's disks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSpec {
    /// Its path, such as `A:\\DIR\\NAME.EXT`.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Its size. *Units*: bytes.
    pub size: Option<u32>,
    /// The SHA-256 of its bytes.
    pub sha256: Option<[u8; 32]>,
    /// All of its text, with line feeds for line ends.
    pub text: Option<String>,
    /// A part of its text.
    pub contains: Option<String>,
}

/// A screen kept in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// The file.
    pub path: PathBuf,
    /// The part of the screen; all without it.
    pub region: Option<Region>,
    /// Whether attributes are compared, too.
    pub attrs: bool,
    /// Parts that are not compared, with their names.
    pub masks: Vec<(String, Region)>,
}

/// What a step does to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Types the text and waits until the guest has read it.
    Type(Text),
    /// Types text as it comes from elsewhere: line ends of any kind are Enter, and what cannot be
    /// typed is left out.
    Paste(Text),
    /// Strikes keys and chords, presses and releases, one after the other.
    Keys(Vec<Stroke>),
    /// Moves the mouse and uses its buttons.
    Mouse(MouseStep),
    /// Lets time pass.
    Sleep(Duration),
    /// Puts a floppy into a drive.
    Insert {
        /// The drive.
        drive: DriveId,
        /// The floppy.
        image: ImageSpec,
    },
    /// Takes the floppy out of a drive.
    Eject(DriveId),
    /// Copies a file of the host to one of the guest's disks.
    Put {
        /// The host's file.
        file: PathBuf,
        /// Where it goes.
        to: String,
    },
    /// Keeps a file from one of the guest's disks.
    Get {
        /// The guest's file.
        file: String,
        /// Its name, relative to the run's folder of artifacts.
        to: PathBuf,
    },
    /// Restarts the machine; switches it on if it is off.
    Reset,
    /// Switches the machine off.
    PowerOff,
    /// Makes the machine stand still.
    Pause,
    /// Lets the machine go on.
    Resume,
    /// Changes settings.
    Set(Settings),
    /// Keeps a picture of the screen.
    Screenshot {
        /// The file, relative to the run's folder of artifacts.
        name: PathBuf,
        /// The format.
        format: Format,
    },
    /// Waits for a match on the screen and makes its named groups variables.
    Capture(Look),
    /// Adds a line to the log of the run.
    Log(Text),
}

/// What is done with the mouse, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseStep {
    /// The row; negative from the bottom.
    pub row: i32,
    /// The column; negative from the right.
    pub col: i32,
    /// What is done.
    pub act: PointerAct,
}

/// One thing that is done with keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Strikes keys together, in order.
    Chord(Vec<Key>),
    /// Presses a key.
    Down(Key),
    /// Releases a key.
    Up(Key),
    /// Holds keys down for a while.
    Hold(Vec<Key>, Duration),
    /// Lets time pass.
    Wait(Duration),
}

/// Settings that change while a session runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Processor speed.
    pub speed: Option<Speed>,
    /// What character codes mean, and whether the guest can select something else.
    pub code_page: Option<(CodePage, bool)>,
    /// The layout of the keyboard.
    pub keyboard: Option<KeyLayout>,
}
