//! What a session is made of: the tables of the config file and of scripts, checked and typed.
//!
//! A file has one table for each session; every key is optional:
//!
//! ```toml
//! [sessions.left]
//! floppies = ["games.img", { image = "work.img", writes = "image" }]   # A:, B:
//! disks = []                # hard disks, C: on; at most 4
//! drives = { c = "games" }  # host directories, C: to Y:, of the built-in DOS; also { path, read_only = true };
//!                           # "builtin:demo" is one that dosmux makes
//! boot = "floppy"           # "floppy" | "disk" | "dos", the built-in DOS; default: what has an image or a drive
//! dos_version = "5.0"       # what the built-in DOS reports
//! device = ["C:\\FOO.SYS /X"] # drivers that the built-in DOS loads, at most 16
//! long_names = false        # true: its programs may use long names, INT 21h/AH=71h
//! ansi = true               # false: its screen shows escape sequences as they are
//! host_commands = []        # commands of the host that UNIX may run, such as ["git", "make"]
//! memory = "16 MiB"         # "1 MiB" to "256 MiB", conventional and extended
//! priority = 1              # 1-100: share against other sessions; also { foreground = 4, background = 1 }
//! exclusive = false         # true: others stand still while it is in the foreground
//! background = "run"        # "run" | "pause"
//! speed = "max"             # or instructions per second: "8 MIPS", "500 kIPS"
//! fpu = true                # an 80387; false: none
//! mouse = "none"            # "ps2": a mouse for a driver of the guest; "driver": and INT 33h; the
//!                           # default with the built-in DOS
//! keyboard = "us"           # layout: "us", "uk", "de", "fr", "no", "se", "fi", "jp", "dvorak"...
//! code_page = "follow"      # what the character codes mean
//! scrollback = 2000         # rows kept when they scroll off the screen, 0-100000
//! log = "session.log"       # gets what the session prints, as text
//! debug_port = "e9.log"     # gets what the guest writes to port E9h
//! ```
//!
//! A config file may also have profiles: sessions with the same keys that are not started by
//! themselves but offered where the UI asks for a new session:
//!
//! ```toml
//! [profiles.build]
//! floppies = ["tools.img"]
//! ```
//!
//! It may say how the terminal UI behaves:
//!
//! ```toml
//! [ui]
//! prefix = "ctrl+]"         # the key before a command: ctrl with a key, or a function key
//! escape_timeout = "50ms"   # how long the rest of an escape sequence may take; else it is Esc
//! mouse = true              # false leaves the mouse to the terminal
//! ```
//!
//! Paths are relative to the folder of the file that names them. `builtin:tour` is the floppy
//! inside the binary. `writes` is `"overlay"` (kept apart and dropped at the end; the default),
//! `"image"` (written to the file) or `"none"` (write-protected).

mod adhoc;
mod document;
mod dos;
mod explain;
mod fields;
mod file;
mod locate;
mod priority;
mod sessions;
mod settings;
mod shape;
mod ui;
pub mod units;
mod variables;
mod write;

pub use adhoc::{ImageError, free_name, session_of_demo, session_of_folder, session_of_image, sessions_of_images};
pub use document::FileError;
pub(crate) use document::{Document, Item, Table, printable, read};
pub use dos::{BUILTIN_DEMO, DosVersion, DriveSource, HostDriveSpec, check_host_command};
pub use explain::explain;
pub(crate) use explain::quoted;
pub(crate) use fields::{CODE_PAGE_OR_FOLLOW, CONFIG, IMAGE, KEYBOARD, SESSIONS, SPEED};
pub use file::{load, load_without_sessions, parse, parse_without_sessions};
pub use locate::{ConfigSource, Environment, demo_folder, locate, user_file};
pub use priority::Priority;
pub use sessions::{MAX_DISKS, MAX_FLOPPIES, MAX_NAME_CHARS, MAX_SCROLLBACK, WRITE_POLICIES};
pub(crate) use sessions::{check_session_name, code_page_or_follow, image, keyboard, sessions};
pub use settings::{change, choices, question, settings};
pub(crate) use shape::{Field, Shape};
pub use ui::{Bell, Prefix, Suspend, UiSettings};
pub use variables::{FillError, MAX_TEXT_BYTES, Piece, Text};
pub(crate) use variables::{Scope, check_variable_name};
pub use write::session_table;

use crate::disk::{ImageSource, WritePolicy};
use crate::keys::KeyLayout;
use crate::pointer::MouseSupport;
use crate::screen::CodePage;

/// The name of the built-in floppy where an image is named.
pub const BUILTIN_TOUR: &str = "builtin:tour";

/// What a config file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How the terminal UI behaves.
    pub ui: UiSettings,
    /// The sessions, in the order of the file.
    pub sessions: Vec<SessionSpec>,
    /// Sessions that can be opened, in the order of the file.
    pub profiles: Vec<SessionSpec>,
}

/// One image in a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSpec {
    /// Which image.
    pub source: ImageSource,
    /// What happens to writes.
    pub writes: WritePolicy,
}

/// What a session starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootDrive {
    /// A:
    Floppy,
    /// The first hard disk.
    Disk,
    /// The built-in DOS.
    Dos,
}

/// What a session does while another one is in the foreground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Goes on.
    Run,
    /// Stands still.
    Pause,
}

/// How fast a session's processor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// As fast as the host allows.
    Max,
    /// A fixed rate. *Units*: guest instructions per second.
    PerSecond(u64),
}

/// All settings of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSpec {
    /// Name shown in the UI and used by scripts.
    pub name: String,
    /// A: and B:.
    pub floppies: Vec<ImageSpec>,
    /// Hard disks, C: on.
    pub disks: Vec<ImageSpec>,
    /// Host directories, drives of the built-in DOS, in the order of the file.
    pub drives: Vec<HostDriveSpec>,
    /// The version that the built-in DOS reports.
    pub dos_version: DosVersion,
    /// Drivers that the built-in DOS loads: names with their arguments.
    pub devices: Vec<String>,
    /// True if programs of the built-in DOS may use long names.
    pub long_names: bool,
    /// True if the built-in DOS's screen understands escape sequences.
    pub ansi: bool,
    /// Commands of the host that programs of the built-in DOS may run, by UNIX.
    pub host_commands: Vec<String>,
    /// What is started.
    pub boot: BootDrive,
    /// Conventional plus extended memory. *Units*: bytes. *Range*: 1–256 MiB.
    pub memory_bytes: u32,
    /// Share against other sessions.
    pub priority: Priority,
    /// Others stand still while it is in the foreground.
    pub exclusive: bool,
    /// Behaviour in the background.
    pub background: Background,
    /// Processor speed.
    pub speed: Speed,
    /// True if there is an 80387.
    pub fpu: bool,
    /// The layout of its keyboard.
    pub keyboard: KeyLayout,
    /// What there is of a mouse.
    pub mouse: MouseSupport,
    /// What the character codes mean that the guest writes to its screen: always, or until it
    /// selects another code page.
    pub code_page: CodePage,
    /// Rows that are kept when they scroll off the screen. *Range*: 0–100 000.
    pub scrollback: u32,
    /// The code page is the one that the guest selects, once it has selected one.
    pub follows_code_page: bool,
    /// File that receives what the session prints, as text.
    pub log: Option<std::path::PathBuf>,
    /// File that receives what the guest writes to port E9h.
    pub debug_port: Option<std::path::PathBuf>,
}

impl SessionSpec {
    /// A session with empty drives and every setting at its default.
    #[must_use]
    pub fn new(name: &str) -> SessionSpec {
        SessionSpec {
            name: name.to_owned(),
            floppies: Vec::new(),
            disks: Vec::new(),
            drives: Vec::new(),
            dos_version: DosVersion::BUILT_IN,
            devices: Vec::new(),
            long_names: false,
            ansi: true,
            host_commands: Vec::new(),
            boot: BootDrive::Floppy,
            memory_bytes: 16 << 20,
            priority: Priority::plain(1),
            exclusive: false,
            background: Background::Run,
            speed: Speed::Max,
            fpu: true,
            keyboard: KeyLayout::US,
            mouse: MouseSupport::None,
            code_page: CodePage::US,
            scrollback: 2000,
            follows_code_page: true,
            log: None,
            debug_port: None,
        }
    }
}

#[cfg(test)]
mod tests;
