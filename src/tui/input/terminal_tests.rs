//! What each terminal sends for each key, down to the scan codes that the guest's keyboard sends.
//!
//! Source: the terminfo entries linux, putty, rxvt, rxvt-unicode, screen, tmux, xterm and xterm-vt220 of
//! ncurses 6.5; the key maps of the Linux console; the manuals of PuTTY and rxvt-unicode; the kitty
//! keyboard protocol's specification.

use std::time::Duration;

use super::super::keyboard::Keyboard;
use super::super::keymap::Board;
use super::*;
use crate::keys::{KeyEvent, chord_events, parse_chord};

/// A row: bytes of a terminal, and the chord they are.
type Row = (String, String);

/// The scan codes of set 1 that the guest's keyboard sends for `bytes`, one second being enough for all
/// keys to come up.
fn scan_codes(bytes: &[u8], dialect: Dialect, kitty: bool) -> Vec<u8> {
    let mut parser = Parser::new(Duration::from_millis(50));
    parser.set_dialect(dialect);
    parser.set_kitty(kitty);
    let mut events = Vec::new();
    parser.feed(bytes, &mut events);
    parser.expire(&mut events);
    let mut keyboard = Keyboard::new();
    let mut strokes = Vec::new();
    for event in &events {
        let TermEvent::Key(key) = event else { panic!("{event:?}") };
        strokes.extend(keyboard.play(key, &Board::default(), Duration::ZERO).events);
    }
    strokes.extend(keyboard.tick(Duration::from_secs(1)));
    codes(&strokes)
}

fn codes(events: &[KeyEvent]) -> Vec<u8> {
    let mut out = Vec::new();
    events.iter().for_each(|event| event.key.scan_codes(event.down, &mut out));
    out
}

fn chord_codes(chord: &str) -> Vec<u8> {
    codes(&chord_events(&parse_chord(chord).unwrap_or_else(|part| panic!("{chord}: {part}"))))
}

fn check(terminal: &str, dialect: Dialect, rows: &[Row]) {
    for (bytes, chord) in rows {
        let got = scan_codes(bytes.as_bytes(), dialect, false);
        assert_eq!(got, chord_codes(chord), "{terminal}: {} is {chord}", bytes.escape_default());
    }
}

fn rows(table: &[(&str, &str)]) -> Vec<Row> {
    table.iter().map(|&(bytes, chord)| (bytes.to_owned(), chord.to_owned())).collect()
}

/// What xterm's parameter for modifiers means.
fn modified(parameter: u32, key: &str) -> String {
    let bits = parameter - 1;
    let names = [("shift+", 1), ("ctrl+", 4), ("alt+", 2)];
    let held: String = names.into_iter().filter(|(_, bit)| bits & bit != 0).map(|(name, _)| name).collect();
    held + key
}

/// Text, control bytes and Alt as an ESC before them: the same everywhere.
fn typed_everywhere() -> Vec<Row> {
    let mut all = rows(&[
        ("\r", "enter"),
        ("\t", "tab"),
        ("\x7f", "backspace"),
        ("\x1b", "esc"),
        ("\0", "ctrl+space"),
        ("\x1c", "ctrl+\\"),
        ("\x1d", "ctrl+]"),
        ("\x1e", "ctrl+6"),
        ("\x1f", "ctrl+-"),
        ("A", "shift+a"),
        ("!", "shift+1"),
        (" ", "space"),
        ("\x1b1", "alt+1"),
        ("\x1b-", "alt+-"),
        ("\x1bA", "shift+alt+a"),
        ("\x1b\r", "alt+enter"),
        ("\x1b\x7f", "alt+backspace"),
        ("\x1b\x18", "ctrl+alt+x"),
        ("\x1b[", "alt+["),
        ("\x1bO", "shift+alt+o"),
        ("\x1b\x1b", "alt+esc"),
    ]);
    for letter in 'a'..='z' {
        all.push((letter.to_string(), letter.to_string()));
        all.push((format!("\x1b{letter}"), format!("alt+{letter}")));
        // Ctrl with h, i, j, m and [ sends the bytes of other keys; h and j are taken at their word.
        if !"im".contains(letter) {
            let byte = char::from(u8::try_from(letter).unwrap() & 0x1F);
            all.push((byte.to_string(), format!("ctrl+{letter}")));
        }
    }
    all
}

/// The keypad in application mode.
fn application_keypad() -> Vec<Row> {
    let digits = "pqrstuvwxy".chars().zip('0'..='9');
    let mut all: Vec<Row> = digits.map(|(last, digit)| (format!("\x1bO{last}"), format!("kp{digit}"))).collect();
    all.extend(rows(&[
        ("\x1bOM", "kpenter"),
        ("\x1bOj", "kp*"),
        ("\x1bOk", "kp+"),
        ("\x1bOl", "kp+"),
        ("\x1bOm", "kp-"),
        ("\x1bOn", "kp."),
        ("\x1bOo", "kp/"),
    ]));
    all
}

/// F5 to F12 and the editing keys that all but rxvt number alike.
const NUMBERED: [(u32, &str); 14] = [
    (15, "f5"),
    (17, "f6"),
    (18, "f7"),
    (19, "f8"),
    (20, "f9"),
    (21, "f10"),
    (23, "f11"),
    (24, "f12"),
    (2, "ins"),
    (3, "del"),
    (5, "pgup"),
    (6, "pgdn"),
    (1, "home"),
    (4, "end"),
];
const ARROWS: [(char, &str); 4] = [('A', "up"), ('B', "down"), ('C', "right"), ('D', "left")];
/// Numbers of F13 to F20.
const BEYOND_F12: [u32; 8] = [25, 26, 28, 29, 31, 32, 33, 34];

fn plain_keys() -> Vec<Row> {
    let arrows = ARROWS.iter().map(|(last, key)| (format!("\x1b[{last}"), (*key).to_owned()));
    let numbered = NUMBERED.iter().map(|(number, key)| (format!("\x1b[{number}~"), (*key).to_owned()));
    arrows.chain(numbered).chain([("\x1b[Z".to_owned(), "shift+tab".to_owned())]).collect()
}

/// xterm's forms with modifiers, which its likes have taken over.
fn xterm_modified() -> Vec<Row> {
    let mut all = Vec::new();
    let lettered = ARROWS.into_iter().chain([('P', "f1"), ('Q', "f2"), ('R', "f3"), ('S', "f4")]);
    for parameter in 2..=8 {
        for (last, key) in lettered.clone().chain([('H', "home"), ('F', "end"), ('E', "kp5")]) {
            all.push((format!("\x1b[1;{parameter}{last}"), modified(parameter, key)));
        }
        for (number, key) in NUMBERED {
            all.push((format!("\x1b[{number};{parameter}~"), modified(parameter, key)));
        }
    }
    all
}

#[test]
fn text_control_bytes_and_alt_mean_the_same_everywhere() {
    for dialect in [Dialect::Xterm, Dialect::LinuxConsole] {
        check("any", dialect, &typed_everywhere());
        check("any keypad", dialect, &application_keypad());
        check("any", dialect, &plain_keys());
    }
}

#[test]
fn xterm_tmux_and_screen_send_every_key_with_every_modifier() {
    let own = [
        ("\x1bOP", "f1"),
        ("\x1bOQ", "f2"),
        ("\x1bOR", "f3"),
        ("\x1bOS", "f4"),
        ("\x1b[H", "home"),
        ("\x1b[F", "end"),
        ("\x1bOH", "home"),
        ("\x1bOF", "end"),
        ("\x1b[E", "kp5"),
        ("\x1bOE", "kp5"),
        // "Modify other keys".
        ("\x1b[27;5;9~", "ctrl+tab"),
        ("\x1b[27;2;13~", "shift+enter"),
        ("\x1b[27;6;97~", "shift+ctrl+a"),
        // Meta is Alt.
        ("\x1b[1;33A", "alt+up"),
    ];
    check("xterm", Dialect::Xterm, &rows(&own));
    check("xterm", Dialect::Xterm, &xterm_modified());
}

#[test]
fn the_linux_console_sends_its_own_function_keys() {
    let own = [
        ("\x1b[[A", "f1"),
        ("\x1b[[B", "f2"),
        ("\x1b[[C", "f3"),
        ("\x1b[[D", "f4"),
        ("\x1b[[E", "f5"),
        ("\x1b[G", "kp5"),
        ("\x1b[P", "pause"),
        ("\x1b\t", "shift+tab"),
    ];
    check("linux", Dialect::LinuxConsole, &rows(&own));
    let shifted = BEYOND_F12.into_iter().zip(1..);
    let shifted: Vec<Row> = shifted.map(|(number, f)| (format!("\x1b[{number}~"), format!("shift+f{f}"))).collect();
    check("linux", Dialect::LinuxConsole, &shifted);
}

#[test]
fn putty_adds_ten_for_shift_and_sends_ctrl_arrows_as_application_keys() {
    let mut own = rows(&[("\x1b[11~", "f1"), ("\x1b[12~", "f2"), ("\x1b[13~", "f3"), ("\x1b[14~", "f4")]);
    own.extend(ARROWS.iter().map(|(last, key)| (format!("\x1bO{last}"), format!("ctrl+{key}"))));
    own.extend(ARROWS.iter().map(|(last, key)| (format!("\x1b\x1b[{last}"), format!("alt+{key}"))));
    own.extend(NUMBERED.iter().map(|(number, key)| (format!("\x1b\x1b[{number}~"), format!("alt+{key}"))));
    own.extend(BEYOND_F12.iter().zip(3..).map(|(number, f)| (format!("\x1b[{number}~"), format!("shift+f{f}"))));
    check("putty", Dialect::Xterm, &own);
}

#[test]
fn rxvt_tells_modifiers_by_the_last_byte() {
    let mut own = rows(&[("\x1b[7~", "home"), ("\x1b[8~", "end"), ("\x1b[11~", "f1"), ("\x1b[14~", "f4")]);
    for (last, key) in [('a', "up"), ('b', "down"), ('c', "right"), ('d', "left")] {
        own.push((format!("\x1b[{last}"), format!("shift+{key}")));
        own.push((format!("\x1bO{last}"), format!("ctrl+{key}")));
        own.push((format!("\x1b\x1b[{last}"), format!("shift+alt+{key}")));
    }
    for (number, key) in NUMBERED.into_iter().chain([(7, "home"), (8, "end"), (11, "f1")]) {
        own.push((format!("\x1b[{number}$"), format!("shift+{key}")));
        own.push((format!("\x1b[{number}^"), format!("ctrl+{key}")));
        own.push((format!("\x1b[{number}@"), format!("shift+ctrl+{key}")));
        own.push((format!("\x1b\x1b[{number}~"), format!("alt+{key}")));
    }
    own.extend(BEYOND_F12.iter().zip(3..).map(|(number, f)| (format!("\x1b[{number}~"), format!("shift+f{f}"))));
    own.extend(BEYOND_F12.iter().zip(3..).map(|(number, f)| (format!("\x1b[{number}^"), format!("shift+ctrl+f{f}"))));
    check("rxvt", Dialect::Xterm, &own);
}

/// The kitty protocol's number of each key that has one of its own.
const KITTY_KEYS: &[(u32, &str)] = &[
    (27, "esc"),
    (13, "enter"),
    (9, "tab"),
    (127, "backspace"),
    (57358, "capslock"),
    (57359, "scrolllock"),
    (57360, "numlock"),
    (57361, "prtsc"),
    (57362, "pause"),
    (57399, "kp0"),
    (57400, "kp1"),
    (57404, "kp5"),
    (57408, "kp9"),
    (57409, "kp."),
    (57410, "kp/"),
    (57411, "kp*"),
    (57412, "kp-"),
    (57413, "kp+"),
    (57414, "kpenter"),
    (57417, "kp4"),
    (57423, "kp7"),
    (57427, "kp5"),
    (57441, "shift"),
    (57442, "ctrl"),
    (57443, "alt"),
    (57447, "rshift"),
    (57448, "rctrl"),
    (57449, "altgr"),
    (97, "a"),
    (32, "space"),
    (47, "/"),
];

#[test]
fn the_kitty_protocol_sends_every_key_down_and_up() {
    for (number, key) in KITTY_KEYS {
        let bytes = format!("\x1b[{number}u\x1b[{number};1:3u");
        assert_eq!(scan_codes(bytes.as_bytes(), Dialect::Xterm, true), chord_codes(key), "{key}");
    }
    for (last, key) in ARROWS.into_iter().chain([('H', "home"), ('F', "end"), ('P', "f1"), ('Q', "f2"), ('S', "f4")]) {
        let bytes = format!("\x1b[{last}\x1b[1;1:3{last}");
        assert_eq!(scan_codes(bytes.as_bytes(), Dialect::Xterm, true), chord_codes(key), "{key}");
    }
    for (number, key) in NUMBERED.into_iter().chain([(13, "f3")]) {
        let bytes = format!("\x1b[{number}~\x1b[{number};1:3~");
        assert_eq!(scan_codes(bytes.as_bytes(), Dialect::Xterm, true), chord_codes(key), "{key}");
    }
}

#[test]
fn with_the_kitty_protocol_a_chord_is_made_of_its_own_keys() {
    // Right Ctrl down, left Alt down, Del down and up, Alt up, Ctrl up.
    let bytes = b"\x1b[57448;5u\x1b[57443;7u\x1b[3;7~\x1b[3;7:3~\x1b[57443;5:3u\x1b[57448;1:3u";
    assert_eq!(scan_codes(bytes, Dialect::Xterm, true), chord_codes("rctrl+alt+del"));
    // Shift+A with its text, held long enough to repeat.
    let bytes = b"\x1b[57441;2u\x1b[97:65;2;65u\x1b[97:65;2:2;65u\x1b[97:65;2:3u\x1b[57441;1:3u";
    assert_eq!(scan_codes(bytes, Dialect::Xterm, true), [0x2A, 0x1E, 0x1E, 0x9E, 0xAA]);
}

#[test]
fn scan_codes_are_those_of_the_board() {
    let legacy = |bytes: &[u8]| scan_codes(bytes, Dialect::Xterm, false);
    assert_eq!(legacy(b"\x1b[A"), [0xE0, 0x48, 0xE0, 0xC8]);
    assert_eq!(legacy(b"\x1b[24;5~"), [0x1D, 0x58, 0xD8, 0x9D]);
    assert_eq!(legacy(b"\x1bx"), [0x38, 0x2D, 0xAD, 0xB8]);
    assert_eq!(legacy(b"\x1bOM"), [0xE0, 0x1C, 0xE0, 0x9C]);
    assert_eq!(legacy(b"@"), [0x2A, 0x03, 0x83, 0xAA]);
}
