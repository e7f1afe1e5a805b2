//! What a terminal sends, taken apart: bytes of any terminal in, keys, pastes, the mouse and replies out.
//!
//! Two ways of sending keys are understood, and both may occur in one stream:
//! - the legacy way (xterm, linux console, rxvt, PuTTY, tmux, screen): text, control bytes and
//!   escape sequences, with no word of releases;
//! - the kitty keyboard protocol, with presses, repeats, releases and bare modifiers.
//!
//! Source: ECMA-48; "XTerm Control Sequences"; the kitty keyboard protocol's specification.

mod mouse;
mod parser;
mod sequences;

pub use mouse::{MouseButton, MouseEvent, MouseKind, WheelDirection};
pub use parser::Parser;

use crate::keys::{Key, Locks};

/// Which of the terminals that send the same bytes for different keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// xterm and its many likes, PuTTY and rxvt.
    #[default]
    Xterm,
    /// The console of Linux.
    LinuxConsole,
}

impl Dialect {
    /// What a terminal speaks that is called `term` in the environment.
    #[must_use]
    pub fn of(term: Option<&str>) -> Dialect {
        match term {
            Some(term) if term == "linux" || term.starts_with("linux-") => Dialect::LinuxConsole,
            _ => Dialect::Xterm,
        }
    }
}

/// Something the terminal told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermEvent {
    /// A key.
    Key(TermKey),
    /// The mouse, if it is reported.
    Mouse(MouseEvent),
    /// Text that was pasted, as sent.
    Paste(String),
    /// The terminal window has the keyboard.
    FocusGained,
    /// The terminal window lost the keyboard.
    FocusLost,
    /// The terminal answered that it speaks the kitty keyboard protocol.
    KittySpoken,
    /// The terminal answered that it is well: it has come to where it was asked.
    Well,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It went down; or, from a legacy terminal, it was struck.
    Press,
    /// It is still down.
    Repeat,
    /// It came up.
    Release,
}

/// Which key, as the terminal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A key that has a place of its own on an AT keyboard.
    Key(Key),
    /// The key that chooses third characters, which some AT keyboards lack.
    AltGr,
    /// A key named by the character on its cap; from a legacy terminal, by the character it typed.
    Char(char),
}

/// The modifiers that matter to a PC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mods {
    /// Shift, left or right.
    pub shift: bool,
    /// Ctrl, left or right.
    pub ctrl: bool,
    /// Alt or Meta.
    pub alt: bool,
}

impl Mods {
    /// None of them.
    pub const NONE: Mods = Mods { shift: false, ctrl: false, alt: false };
    /// Shift alone.
    pub const SHIFT: Mods = Mods { shift: true, ctrl: false, alt: false };
    /// Ctrl alone.
    pub const CTRL: Mods = Mods { shift: false, ctrl: true, alt: false };
    /// Alt alone.
    pub const ALT: Mods = Mods { shift: false, ctrl: false, alt: true };

    /// These modifiers and Alt.
    #[must_use]
    pub fn with_alt(self, alt: bool) -> Mods {
        Mods { alt: self.alt || alt, ..self }
    }
}

/// One key event as the terminal reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermKey {
    /// Which key.
    pub symbol: Symbol,
    /// The modifiers held with it.
    pub mods: Mods,
    /// What it did.
    pub act: Act,
    /// The character the key types in the user's keyboard layout, if the terminal says so.
    pub text: Option<char>,
    /// The character at this key's place on a US board, if the terminal says so.
    pub place: Option<char>,
    /// True if the terminal will report this key's release.
    pub released_later: bool,
    /// The locks of the user's keyboard, if the terminal says so.
    pub locks: Option<Locks>,
}

impl TermKey {
    /// A key struck on a legacy terminal.
    #[must_use]
    pub fn legacy(symbol: Symbol, mods: Mods) -> TermKey {
        TermKey { symbol, mods, act: Act::Press, text: None, place: None, released_later: false, locks: None }
    }

    /// The character this key stands for where commands are read: what it types, else its cap.
    #[must_use]
    pub fn character(&self) -> Option<char> {
        match (self.text, self.symbol) {
            (Some(c), _) | (None, Symbol::Char(c)) => Some(c),
            (None, Symbol::Key(_) | Symbol::AltGr) => None,
        }
    }

    /// True if the key is a modifier by itself.
    #[must_use]
    pub fn is_modifier(&self) -> bool {
        match self.symbol {
            Symbol::Key(key) => key.is_modifier(),
            Symbol::AltGr => true,
            Symbol::Char(_) => false,
        }
    }
}

#[cfg(test)]
mod terminal_tests;
