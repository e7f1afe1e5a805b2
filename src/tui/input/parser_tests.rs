use proptest::prelude::*;

use super::*;

fn parse(bytes: &[u8]) -> Vec<TermEvent> {
    let mut parser = Parser::new(Duration::from_millis(50));
    let mut out = Vec::new();
    parser.feed(bytes, &mut out);
    if parser.patience().is_some() {
        parser.expire(&mut out);
    }
    out
}

fn key(key: Key, mods: Mods) -> TermEvent {
    struck(Symbol::Key(key), mods)
}

fn char(c: char, mods: Mods) -> TermEvent {
    struck(Symbol::Char(c), mods)
}

const NONE: Mods = Mods::NONE;
const SHIFT: Mods = Mods::SHIFT;
const CTRL: Mods = Mods::CTRL;
const ALT: Mods = Mods::ALT;
const CTRL_ALT: Mods = Mods { shift: false, ctrl: true, alt: true };
const CTRL_SHIFT: Mods = Mods { shift: true, ctrl: true, alt: false };

#[test]
fn text_and_control_bytes_are_keys() {
    assert_eq!(parse(b"aZ~ "), [char('a', NONE), char('Z', NONE), char('~', NONE), char(' ', NONE)]);
    assert_eq!(parse(b"\r\t\x7f"), [key(Key::Enter, NONE), key(Key::Tab, NONE), key(Key::Backspace, NONE)]);
    assert_eq!(
        parse(b"\x00\x01\x08\x0a\x1a"),
        ['a', 'h', 'j', 'z'].iter().fold(vec![char(' ', CTRL)], |mut all, &c| {
            all.push(char(c, CTRL));
            all
        })
    );
    let last_four = [char('\\', CTRL), char(']', CTRL), char('6', CTRL), char('-', CTRL)];
    assert_eq!(parse(b"\x1c\x1d\x1e\x1f"), last_four);
    assert_eq!(parse("é€".as_bytes()), [char('é', NONE), char('€', NONE)]);
}

#[test]
fn escape_alone_is_a_key_and_before_something_is_alt() {
    assert_eq!(parse(b"\x1b"), [key(Key::Escape, NONE)]);
    assert_eq!(parse(b"\x1bx"), [char('x', ALT)]);
    assert_eq!(parse(b"\x1b\x01"), [char('a', CTRL_ALT)]);
    assert_eq!(parse("\x1bé".as_bytes()), [char('é', ALT)]);
    assert_eq!(parse(b"\x1b\r"), [key(Key::Enter, ALT)]);
    assert_eq!(parse(b"\x1b["), [char('[', ALT)]);
    assert_eq!(parse(b"\x1bO"), [char('O', ALT)]);
    assert_eq!(parse(b"\x1b\x1b"), [key(Key::Escape, ALT)]);
}

/// Byte sequences of terminals in use, each with the key it means.
const GOLDEN: &[(&str, &[u8], Key, Mods)] = &[
    ("xterm", b"\x1b[A", Key::Up, NONE),
    ("putty", b"\x1bOA", Key::Up, CTRL),
    ("xterm", b"\x1b[1;2A", Key::Up, SHIFT),
    ("xterm", b"\x1b[1;3B", Key::Down, ALT),
    ("xterm", b"\x1b[1;5C", Key::Right, CTRL),
    ("xterm", b"\x1b[1;6D", Key::Left, CTRL_SHIFT),
    ("xterm", b"\x1b[1;7D", Key::Left, CTRL_ALT),
    ("xterm", b"\x1b[1;9A", Key::Up, NONE),
    ("xterm", b"\x1b[H", Key::Home, NONE),
    ("xterm", b"\x1b[F", Key::End, NONE),
    ("xterm", b"\x1b[1;5H", Key::Home, CTRL),
    ("xterm", b"\x1b[E", Key::Keypad5, NONE),
    ("xterm", b"\x1b[2~", Key::Insert, NONE),
    ("xterm", b"\x1b[3~", Key::Delete, NONE),
    ("xterm", b"\x1b[3;5~", Key::Delete, CTRL),
    ("xterm", b"\x1b[5~", Key::PageUp, NONE),
    ("xterm", b"\x1b[6;2~", Key::PageDown, SHIFT),
    ("xterm", b"\x1bOP", Key::F1, NONE),
    ("xterm", b"\x1bOS", Key::F4, NONE),
    ("xterm", b"\x1b[1;3P", Key::F1, ALT),
    ("xterm", b"\x1b[1;5R", Key::F3, CTRL),
    ("xterm", b"\x1b[15~", Key::F5, NONE),
    ("xterm", b"\x1b[21~", Key::F10, NONE),
    ("xterm", b"\x1b[21;3~", Key::F10, ALT),
    ("xterm", b"\x1b[24;6~", Key::F12, CTRL_SHIFT),
    ("xterm", b"\x1b[Z", Key::Tab, SHIFT),
    ("xterm keypad", b"\x1bOM", Key::KeypadEnter, NONE),
    ("xterm keypad", b"\x1bOj", Key::KeypadMultiply, NONE),
    ("xterm keypad", b"\x1bOp", Key::Keypad0, NONE),
    ("xterm keypad", b"\x1bOy", Key::Keypad9, NONE),
    ("xterm other keys", b"\x1b[27;5;9~", Key::Tab, CTRL),
    ("linux console", b"\x1b[1~", Key::Home, NONE),
    ("linux console", b"\x1b[4~", Key::End, NONE),
    ("linux console", b"\x1b[[A", Key::F1, NONE),
    ("linux console", b"\x1b[[E", Key::F5, NONE),
    ("linux console", b"\x1b[17~", Key::F6, NONE),
    ("putty", b"\x1b[11~", Key::F1, NONE),
    ("putty", b"\x1b[14~", Key::F4, NONE),
    ("putty", b"\x1b\x1b[21~", Key::F10, ALT),
    ("rxvt", b"\x1b[7~", Key::Home, NONE),
    ("rxvt", b"\x1b[8~", Key::End, NONE),
    ("rxvt", b"\x1b[a", Key::Up, SHIFT),
    ("rxvt", b"\x1bOc", Key::Right, CTRL),
    ("rxvt", b"\x1b\x1b[D", Key::Left, ALT),
    ("rxvt", b"\x1b[3^", Key::Delete, CTRL),
    ("tmux", b"\x1b[1;5D", Key::Left, CTRL),
    ("screen", b"\x1bOQ", Key::F2, NONE),
];

#[test]
fn every_golden_sequence_gives_its_key() {
    for &(terminal, bytes, expected, mods) in GOLDEN {
        assert_eq!(parse(bytes), [key(expected, mods)], "{terminal}: {}", bytes.escape_ascii());
    }
}

#[test]
fn a_sequence_may_come_in_fragments() {
    for &(terminal, bytes, expected, mods) in GOLDEN {
        let mut parser = Parser::new(Duration::from_millis(50));
        let mut out = Vec::new();
        for byte in bytes {
            parser.feed(std::slice::from_ref(byte), &mut out);
        }
        assert!(parser.patience().is_none(), "{terminal}: {}", bytes.escape_ascii());
        assert_eq!(out, [key(expected, mods)]);
    }
}

fn kitty(bytes: &[u8]) -> TermKey {
    let mut parser = Parser::new(Duration::from_millis(50));
    parser.set_kitty(true);
    let mut out = Vec::new();
    parser.feed(bytes, &mut out);
    match out[..] {
        [TermEvent::Key(key)] => key,
        _ => panic!("{}: {out:?}", bytes.escape_ascii()),
    }
}

#[test]
fn kitty_keys_carry_act_text_and_place() {
    let press = kitty(b"\x1b[97;;97u");
    assert_eq!((press.symbol, press.act, press.text), (Symbol::Char('a'), Act::Press, Some('a')));
    assert!(press.released_later);
    let release = kitty(b"\x1b[97;1:3u");
    assert_eq!((release.symbol, release.act, release.text), (Symbol::Char('a'), Act::Release, None));
    let shifted = kitty(b"\x1b[97:65;2:2;65u");
    assert_eq!((shifted.symbol, shifted.mods, shifted.act), (Symbol::Char('a'), SHIFT, Act::Repeat));
    assert_eq!(shifted.text, Some('A'));
    // AltGr+ß on a German board, and a Cyrillic letter with Ctrl.
    assert_eq!(kitty(b"\x1b[223;;92u").text, Some('\\'));
    let cyrillic = kitty(b"\x1b[1089::99;5u");
    assert_eq!((cyrillic.symbol, cyrillic.place, cyrillic.mods), (Symbol::Char('с'), Some('c'), CTRL));
}

#[test]
fn kitty_keys_without_text_are_board_keys() {
    let rows: &[(&[u8], Key, Mods, Act)] = &[
        (b"\x1b[13u", Key::Enter, NONE, Act::Press),
        (b"\x1b[27;1:3u", Key::Escape, NONE, Act::Release),
        (b"\x1b[9;2u", Key::Tab, SHIFT, Act::Press),
        (b"\x1b[127;3u", Key::Backspace, ALT, Act::Press),
        (b"\x1b[57441;2u", Key::LeftShift, SHIFT, Act::Press),
        (b"\x1b[57448;1:3u", Key::RightCtrl, NONE, Act::Release),
        (b"\x1b[57449;3u", Key::RightAlt, ALT, Act::Press),
        (b"\x1b[57404;129;53u", Key::Keypad5, NONE, Act::Press),
        (b"\x1b[57427u", Key::Keypad5, NONE, Act::Press),
        (b"\x1b[57414u", Key::KeypadEnter, NONE, Act::Press),
        (b"\x1b[57361u", Key::PrintScreen, NONE, Act::Press),
        (b"\x1b[57358;65:3u", Key::CapsLock, NONE, Act::Release),
        (b"\x1b[1;1:3A", Key::Up, NONE, Act::Release),
        (b"\x1b[13;1:2~", Key::F3, NONE, Act::Repeat),
    ];
    for &(bytes, expected, mods, act) in rows {
        let got = kitty(bytes);
        assert_eq!((got.symbol, got.mods, got.act, got.text), (Symbol::Key(expected), mods, act, None));
    }
}

#[test]
fn keys_a_pc_lacks_and_locks_are_ignored() {
    assert_eq!(parse(b"\x1b[57444u\x1b[57428u\x1b[57454u\x1b[99~\x1b[y"), []);
    assert_eq!(parse(b"\x1b[97;65u"), parse(b"\x1b[97u"));
}

#[test]
fn text_of_an_input_method_comes_as_keys() {
    assert_eq!(parse(b"\x1b[0;;233:8364u"), [char('é', NONE), char('€', NONE)]);
}

#[test]
fn a_paste_is_one_event_whatever_it_holds() {
    assert_eq!(parse(b"\x1b[200~dir\r\x1b[A\x1b[201~x"), [TermEvent::Paste("dir\r\x1b[A".to_owned()), char('x', NONE)]);
}

#[test]
fn a_paste_that_never_ends_is_given_out_in_the_end() {
    assert_eq!(parse(b"\x1b[200~abc"), [TermEvent::Paste("abc".to_owned())]);
}

#[test]
fn a_paste_larger_than_the_limit_is_cut_and_still_ends() {
    let mut bytes = b"\x1b[200~".to_vec();
    bytes.resize(MAX_PASTE_BYTES + 1000, b'x');
    bytes.extend(b"\x1b[201~y");
    let events = parse(&bytes);
    let TermEvent::Paste(text) = &events[0] else { panic!("no paste") };
    assert!(text.len() < MAX_PASTE_BYTES);
    assert_eq!(events[1..], [char('y', NONE)]);
}

#[test]
fn focus_and_replies_are_no_keys() {
    assert_eq!(
        parse(b"\x1b[I\x1b[O\x1b[?0u\x1b[?62;22c"),
        [TermEvent::FocusGained, TermEvent::FocusLost, TermEvent::KittySpoken]
    );
}

#[test]
fn what_is_no_sequence_is_dropped_whole() {
    assert_eq!(parse(b"\x1b[999999999999~a"), [char('a', NONE)]);
    assert_eq!(parse(b"\x1b[>1;2$ya"), [char('a', NONE)]);
    assert_eq!(parse(b"\x1b[1;\x1b[A"), [key(Key::Up, NONE)]);
    assert_eq!(parse(b"\xff\xc3a"), [char('a', NONE)]);
    let long = [b"\x1b[".as_slice(), &[b'1'; 5000], b"~a"].concat();
    assert_eq!(parse(&long), [char('a', NONE)]);
}

proptest! {
    #[test]
    fn any_bytes_leave_the_parser_usable(bytes in proptest::collection::vec(any::<u8>(), 0..400), kitty in any::<bool>()) {
        let mut parser = Parser::new(Duration::from_millis(50));
        parser.set_kitty(kitty);
        let mut out = Vec::new();
        parser.feed(&bytes, &mut out);
        parser.expire(&mut out);
        out.clear();
        parser.feed(b"a", &mut out);
        prop_assert_eq!(out, [char('a', NONE)]);
    }
}
