//! The byte stream of a terminal, taken apart one byte at a time.
//!
//! Total: every stream of bytes, in any fragments, gives some events and leaves the parser usable.
//! What is no known sequence is dropped whole; nothing grows without bound.

use std::time::Duration;

use super::mouse::{self, MouseButton};
use super::sequences::{
    control_byte, csi_final, kitty_code, linux_function, locks, modifiers, rxvt_modifiers, ss3_final, tilde_number,
};
use super::{Act, Dialect, Mods, Symbol, TermEvent, TermKey};
use crate::keys::Key;

/// How long a paste that has begun waits for its rest: long, for a slow link may stall, and what
/// comes later would be taken for keys.
const PASTE_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest parameter string of a sequence we care for; longer ones are dropped.
const MAX_PARAMETER_BYTES: usize = 64;
/// Longest paste that is kept; the rest is dropped.
const MAX_PASTE_BYTES: usize = 4 << 20;
/// Ends a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";
/// `CSI 200 ~` begins a bracketed paste.
const PASTE_BEGIN_NUMBER: u32 = 200;
/// `CSI 27 ; modifiers ; code ~` is xterm's "modify other keys" form.
const OTHER_KEY_NUMBER: u32 = 27;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ground,
    /// After ESC.
    Escape,
    /// After `ESC O`.
    Ss3,
    /// After `ESC [`.
    Csi,
    /// After `ESC [ [`.
    LinuxFunction,
    /// After `ESC [ M`.
    X10Mouse,
    /// Inside a character of several bytes.
    Utf8,
    /// Between the brackets of a paste.
    Paste,
}

/// Takes a terminal's bytes apart.
///
/// ```
/// use std::time::Duration;
/// use dosmux::keys::Key;
/// use dosmux::tui::input::{Mods, Parser, Symbol, TermEvent, TermKey};
///
/// let mut events = Vec::new();
/// Parser::new(Duration::from_millis(50)).feed(b"\x1b[1;5C", &mut events);
/// assert_eq!(events, [TermEvent::Key(TermKey::legacy(Symbol::Key(Key::Right), Mods::CTRL))]);
/// ```
#[derive(Debug)]
pub struct Parser {
    state: State,
    /// Parameter bytes, bytes of a character, or a paste so far.
    held: Vec<u8>,
    /// An extra ESC came before the sequence: Alt is held.
    meta: bool,
    /// The kitty protocol is switched on.
    kitty: bool,
    /// The mouse button that is down, for terminals that do not say which one came up.
    button: Option<MouseButton>,
    escape_timeout: Duration,
    dialect: Dialect,
}

impl Parser {
    /// A parser for a terminal that speaks the legacy way. An unfinished sequence waits for its rest
    /// for `escape_timeout` before it is taken for keys: an Escape byte is the Esc key if nothing
    /// follows it.
    #[must_use]
    pub fn new(escape_timeout: Duration) -> Parser {
        let state = State::Ground;
        Parser {
            state,
            held: Vec::new(),
            meta: false,
            kitty: false,
            button: None,
            escape_timeout,
            dialect: Dialect::default(),
        }
    }

    /// Says which terminal it is, where that makes a difference.
    pub fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// Call after switching the kitty protocol on: keys that come as sequences are then known to
    /// report their release.
    pub fn set_kitty(&mut self, on: bool) {
        self.kitty = on;
    }

    /// How long to wait for the rest of a sequence that has begun and not ended, before calling
    /// [`Parser::expire`].
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Paste => Some(PASTE_TIMEOUT),
            State::Escape | State::Ss3 | State::Csi | State::LinuxFunction | State::X10Mouse | State::Utf8 => {
                Some(self.escape_timeout)
            }
        }
    }

    /// Takes `bytes` and appends what they mean.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<TermEvent>) {
        for &byte in bytes {
            self.byte(byte, out);
        }
    }

    /// The rest of an unfinished sequence did not come in time: what came is taken for keys.
    pub fn expire(&mut self, out: &mut Vec<TermEvent>) {
        let meta = Mods::NONE.with_alt(self.meta);
        match self.state {
            State::Escape => out.push(struck(Symbol::Key(Key::Escape), meta)),
            State::Ss3 => out.push(struck(Symbol::Char('O'), Mods::ALT)),
            State::Csi if self.held.is_empty() => out.push(struck(Symbol::Char('['), Mods::ALT)),
            State::Paste => self.finish_paste(out),
            State::Ground | State::Csi | State::LinuxFunction | State::X10Mouse | State::Utf8 => {}
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.state = State::Ground;
        self.held.clear();
        self.meta = false;
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        match self.state {
            State::Ground => self.ground(byte, out),
            State::Escape => self.escape(byte, out),
            State::Ss3 => self.ss3(byte, out),
            State::Csi => self.csi(byte, out),
            State::LinuxFunction => {
                if let Some(key) = linux_function(byte) {
                    out.push(struck(Symbol::Key(key), Mods::NONE.with_alt(self.meta)));
                }
                self.reset();
            }
            State::X10Mouse => self.x10_mouse(byte, out),
            State::Utf8 => self.utf8(byte, out),
            State::Paste => self.paste(byte, out),
        }
    }

    /// A byte outside any sequence; Alt is held if an ESC came just before.
    fn ground(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        if byte == 0x1B {
            self.state = State::Escape;
        } else if let Some((symbol, mods)) = control_byte(byte) {
            out.push(struck(symbol, mods.with_alt(self.meta)));
            self.reset();
        } else if byte.is_ascii() {
            out.push(struck(Symbol::Char(char::from(byte)), Mods::NONE.with_alt(self.meta)));
            self.reset();
        } else {
            self.state = State::Utf8;
            self.utf8(byte, out);
        }
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        match byte {
            // Alt+Tab is the window manager's, or the same on the console.
            b'\t' if self.dialect == Dialect::LinuxConsole => {
                out.push(struck(Symbol::Key(Key::Tab), Mods::SHIFT));
                self.reset();
            }
            b'[' => self.state = State::Csi,
            b'O' => self.state = State::Ss3,
            0x1B if self.meta => {
                // ESC ESC ESC: the first two are a key, the third begins something new.
                out.push(struck(Symbol::Key(Key::Escape), Mods::ALT));
                self.reset();
                self.state = State::Escape;
            }
            0x1B => self.meta = true,
            _ => {
                self.state = State::Ground;
                self.meta = true;
                self.ground(byte, out);
            }
        }
    }

    fn ss3(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        if byte == 0x1B {
            self.reset();
            return self.ground(byte, out);
        }
        if let Some((key, mods)) = ss3_final(byte) {
            out.push(struck(Symbol::Key(key), mods.with_alt(self.meta)));
        }
        self.reset();
    }

    fn csi(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        match byte {
            // rxvt ends the numbered keys so with Shift held.
            b'$' if !self.held.is_empty() && self.held.iter().all(u8::is_ascii_digit) => self.csi_end(byte, out),
            b'[' if self.held.is_empty() => self.state = State::LinuxFunction,
            b'M' if self.held.is_empty() => self.state = State::X10Mouse,
            // Parameter and intermediate bytes; one too many is dropped, which spoils the sequence.
            0x20..=0x3F if self.held.len() <= MAX_PARAMETER_BYTES => self.held.push(byte),
            0x20..=0x3F => {}
            0x40..=0x7E => self.csi_end(byte, out),
            // A control byte, or one of a character, inside a sequence ends it.
            _ => {
                self.reset();
                self.ground(byte, out);
            }
        }
    }

    fn csi_end(&mut self, last: u8, out: &mut Vec<TermEvent>) {
        let parameters = std::mem::take(&mut self.held);
        let meta = self.meta;
        self.reset();
        if parameters.len() <= MAX_PARAMETER_BYTES {
            self.csi_complete(&parameters, last, meta, out);
        }
    }

    fn csi_complete(&mut self, parameters: &[u8], last: u8, meta: bool, out: &mut Vec<TermEvent>) {
        if parameters.first() == Some(&b'?') {
            if last == b'u' {
                out.push(TermEvent::KittySpoken);
            }
            return;
        }
        if let Some((b'<', numbers)) = parameters.split_first() {
            out.extend(
                Fields::parse(numbers).and_then(|fields| mouse::sgr(fields.three()?, last)).map(TermEvent::Mouse),
            );
            return;
        }
        let Some(fields) = Fields::parse(parameters) else { return };
        match last {
            b'I' if parameters.is_empty() => out.push(TermEvent::FocusGained),
            b'O' if parameters.is_empty() => out.push(TermEvent::FocusLost),
            // DSR, the answer to `CSI 5 n`.
            b'n' if fields.number(0) == 0 => out.push(TermEvent::Well),
            b'u' => self.unicode_key(&fields, out),
            b'~' if fields.number(0) == PASTE_BEGIN_NUMBER => self.state = State::Paste,
            b'~' if fields.number(0) == OTHER_KEY_NUMBER && fields.count() >= 3 => {
                if let Some(symbol) = kitty_code(fields.number(2)) {
                    out.push(struck(symbol, modifiers(fields.number(1))));
                }
            }
            b'~' | b'$' | b'^' | b'@' => {
                let key = tilde_number(fields.number(0), self.dialect);
                let held = rxvt_modifiers(last);
                let both = |(key, mods): (Key, Mods)| (key, Mods { shift: mods.shift || held.shift, ..held });
                self.named_key(key.map(both), &fields, meta, out);
            }
            _ => self.named_key(csi_final(last, parameters.is_empty(), self.dialect), &fields, meta, out),
        }
    }

    /// A key whose sequence says which one it is by a letter or number and may carry modifiers.
    fn named_key(&self, key: Option<(Key, Mods)>, fields: &Fields, meta: bool, out: &mut Vec<TermEvent>) {
        let Some((key, implied)) = key else { return };
        let given = modifiers(fields.number(1));
        let mods = Mods {
            shift: given.shift || implied.shift,
            ctrl: given.ctrl || implied.ctrl,
            alt: given.alt || implied.alt || meta,
        };
        let locks = self.kitty.then(|| locks(fields.number(1)));
        let term_key =
            TermKey { act: fields.act(), released_later: self.kitty, locks, ..TermKey::legacy(Symbol::Key(key), mods) };
        out.push(TermEvent::Key(term_key));
    }

    /// `CSI code:shifted:place ; modifiers:act ; text u`.
    fn unicode_key(&self, fields: &Fields, out: &mut Vec<TermEvent>) {
        let mods = modifiers(fields.number(1));
        let code = fields.number(0);
        if code == 0 {
            // Text without a key, from an input method.
            let texts = fields.all(2).filter_map(char::from_u32).filter(|c| !c.is_control());
            out.extend(texts.map(|c| struck(Symbol::Char(c), Mods::NONE)));
            return;
        }
        let Some(symbol) = kitty_code(code) else { return };
        let mut texts = fields.all(2).filter_map(char::from_u32).filter(|c| !c.is_control());
        let text = texts.next().filter(|_| matches!(symbol, Symbol::Char(_)));
        let key = TermKey {
            symbol,
            mods,
            act: fields.act(),
            text,
            place: fields.sub(0, 2).and_then(char::from_u32),
            released_later: self.kitty,
            locks: self.kitty.then(|| locks(fields.number(1))),
        };
        out.push(TermEvent::Key(key));
    }

    /// One of the three bytes behind `ESC [ M`: buttons, column, row.
    fn x10_mouse(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        if byte < b' ' {
            self.reset();
            return self.ground(byte, out);
        }
        self.held.push(byte);
        if let [buttons, col, row] = self.held[..] {
            out.extend(mouse::x10([buttons, col, row], &mut self.button).map(TermEvent::Mouse));
            self.reset();
        }
    }

    fn utf8(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        self.held.push(byte);
        match std::str::from_utf8(&self.held) {
            Ok(text) => {
                let mods = Mods::NONE.with_alt(self.meta);
                out.extend(text.chars().filter(|c| !c.is_control()).map(|c| struck(Symbol::Char(c), mods)));
                self.reset();
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                // Not a character. The byte that broke it may begin something of its own.
                let first = self.held.len() == 1;
                self.reset();
                if !first {
                    self.ground(byte, out);
                }
            }
        }
    }

    fn paste(&mut self, byte: u8, out: &mut Vec<TermEvent>) {
        if self.held.len() >= MAX_PASTE_BYTES {
            // Keep looking for the end in the last bytes, which replace each other.
            self.held.truncate(MAX_PASTE_BYTES);
            let tail = MAX_PASTE_BYTES - PASTE_END.len();
            self.held.remove(tail);
        }
        self.held.push(byte);
        if self.held.ends_with(PASTE_END) {
            self.held.truncate(self.held.len() - PASTE_END.len());
            self.finish_paste(out);
        }
    }

    fn finish_paste(&mut self, out: &mut Vec<TermEvent>) {
        out.push(TermEvent::Paste(String::from_utf8_lossy(&self.held).into_owned()));
        // A paste may have been large: give the memory back.
        self.held = Vec::new();
        self.reset();
    }
}

fn struck(symbol: Symbol, mods: Mods) -> TermEvent {
    TermEvent::Key(TermKey::legacy(symbol, mods))
}

/// The parameters of a sequence: fields separated by `;`, each of numbers separated by `:`.
struct Fields(Vec<Vec<Option<u32>>>);

impl Fields {
    /// `None` if there is anything but numbers and separators.
    fn parse(bytes: &[u8]) -> Option<Fields> {
        let text = std::str::from_utf8(bytes).ok()?;
        let number = |part: &str| match part {
            "" => Some(None),
            digits => digits.parse().ok().map(Some),
        };
        let fields = text.split(';').map(|field| field.split(':').map(number).collect());
        fields.collect::<Option<Vec<_>>>().map(Fields)
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn sub(&self, field: usize, index: usize) -> Option<u32> {
        *self.0.get(field)?.get(index)?
    }

    /// The first number of a field, 0 if it is missing.
    fn number(&self, field: usize) -> u32 {
        self.sub(field, 0).unwrap_or(0)
    }

    /// The first numbers of exactly three fields.
    fn three(&self) -> Option<[u32; 3]> {
        (self.count() == 3).then(|| [self.number(0), self.number(1), self.number(2)])
    }

    /// All numbers of a field.
    fn all(&self, field: usize) -> impl Iterator<Item = u32> + '_ {
        self.0.get(field).into_iter().flatten().flatten().copied()
    }

    /// What the key did: the second number of the modifiers' field.
    fn act(&self) -> Act {
        match self.sub(1, 1) {
            Some(2) => Act::Repeat,
            Some(3) => Act::Release,
            _ => Act::Press,
        }
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
