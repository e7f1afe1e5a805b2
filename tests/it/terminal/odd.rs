//! Odd terminals and odd input: neither hangs nor crashes the program.

use super::Dosmux;

/// What the tour's first page begins with.
const TITLE: &str = "dosmux tour";

fn tour(size: (u16, u16), env: &[(&str, &str)]) -> Dosmux {
    let dosmux = Dosmux::with(&["builtin:tour", "builtin:tour"], size, env);
    dosmux.shows(TITLE);
    dosmux
}

/// True if one of `codes` was ever sent.
fn sent(dosmux: &Dosmux, codes: &[&str]) -> bool {
    let mut any = false;
    dosmux.terminal.waits("what was sent", |seen| {
        let text = String::from_utf8_lossy(&seen.bytes);
        any = codes.iter().any(|code| text.contains(code));
        true
    });
    any
}

#[test]
fn an_unknown_terminal_is_used_with_what_most_understand() {
    let dosmux = tour((80, 25), &[("TERM", "nobody-knows-this"), ("COLORTERM", "")]);
    dosmux.gets(b"TERM=nobody-knows-this", 1);
    assert!(!sent(&dosmux, &["38;2;", "38;5;", "48;2;", "48;5;"]));
    dosmux.quits();
}

#[test]
fn sixteen_colours_will_do() {
    let dosmux = tour((80, 25), &[("TERM", "linux"), ("COLORTERM", "")]);
    assert!(!sent(&dosmux, &["38;2;", "38;5;", "48;2;", "48;5;"]));
    dosmux.quits();
}

#[test]
fn no_colour_means_none() {
    let dosmux = tour((80, 25), &[("NO_COLOR", "1")]);
    assert!(!sent(&dosmux, &["38;2;", "38;5;", "48;2;", "48;5;", "\x1b[31m", "\x1b[44m", "\x1b[34m"]));
    dosmux.quits();
}

#[test]
fn every_view_fits_into_the_smallest_window() {
    let mut dosmux = tour((40, 12), &[]);
    for (keys, text) in [(&b"\x1do"[..], "arrows"), (b"\x1b[C\r", TITLE), (b"\x1dm", "session"), (b"\r", "registers")] {
        dosmux.types(keys);
        dosmux.shows(text);
    }
    dosmux.types(b"s");
    dosmux.shows(TITLE);
    dosmux.types(b"\x1dh");
    dosmux.shows("more");
    dosmux.types(b"x");
    dosmux.quits();
}

#[test]
fn a_megabyte_of_pasted_text_does_not_keep_the_user_from_quitting() {
    let mut dosmux = tour((80, 25), &[]);
    dosmux.types(b"\x1b[200~");
    for _ in 0..1024 {
        dosmux.types(&[b'z'; 1024]);
    }
    dosmux.types(b"\x1b[201~");
    dosmux.quits();
}

#[test]
fn a_window_may_change_while_it_is_drawn() {
    let mut dosmux = tour((80, 25), &[]);
    // The cursor moves the menu's bar, so that there is always something to draw.
    for size in [(20, 5), (132, 43), (1, 1), (80, 25)].into_iter().cycle().take(200) {
        dosmux.terminal.resize(size);
        dosmux.types(b"\x1b[B");
    }
    dosmux.shows("dosmux tour");
    dosmux.quits();
}

#[test]
fn garbage_is_survived() {
    let mut dosmux = tour((80, 25), &[]);
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    // All but the prefix key, with which garbage could quit.
    let garbage: Vec<u8> = std::iter::repeat_with(&mut byte).filter(|&byte| byte != 0x1D).take(64 * 1024).collect();
    for part in garbage.chunks(1000) {
        dosmux.types(part);
    }
    // Whatever was begun is ended.
    dosmux.types(b"\x1b[201~");
    dosmux.quits();
}

#[test]
fn input_may_come_byte_by_byte() {
    let mut dosmux = tour((80, 25), &[]);
    for byte in "\u{1d}q".bytes() {
        dosmux.types(&[byte]);
    }
    dosmux.shows("quit? (y/n)");
    for byte in "\u{e4}".bytes() {
        dosmux.types(&[byte]);
    }
    dosmux.shows("cancelled");
    dosmux.quits();
}
