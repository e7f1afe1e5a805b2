//! A user's way through two sessions of FreeDOS.

use super::Dosmux;
use crate::bench::shared_path;

/// The image that both sessions boot.
const IMAGE: &str = "freedos-1440K.img";

#[test]
fn two_freedos_sessions_are_used_side_by_side() {
    let Some(image) = shared_path(IMAGE) else { return };
    let image = image.to_str().expect("the path is text");
    let mut dosmux = Dosmux::with(&[image, image], (170, 30), &[]);
    dosmux.shows("A:\\>");
    dosmux.types(b"echo one\r");
    dosmux.shows_line("one");

    // Copy mode begins at the prompt; what the command said is two lines above.
    dosmux.types(b"\x1d[kk0v$y");
    dosmux.shows("copied");

    // The other session: the first one's text goes, its own prompt comes.
    dosmux.types(b"\x1dn");
    dosmux.terminal.waits("the second session", |seen| {
        let text = seen.text();
        text.contains("A:\\>") && !text.contains("echo one")
    });
    dosmux.types(b"echo two\r");
    dosmux.shows_line("two");

    // Both side by side, the second one with the keys.
    dosmux.types(b"\x1d|");
    dosmux.terminal.waits("both sessions", |seen| {
        let text = seen.text();
        text.contains("echo one") && text.contains("echo two")
    });

    // What was copied in the one is pasted in the other.
    dosmux.types(b"rem \x1d]");
    dosmux.shows("rem one");
    dosmux.types(b"\r");

    // A smaller window, a larger one, and one session less.
    dosmux.terminal.resize((60, 20));
    dosmux.terminal.waits("the smaller window's status line", |seen| seen.text().lines().count() <= 20);
    dosmux.terminal.resize((120, 40));
    dosmux.types(b"\x1dc");
    dosmux.shows("close session");
    dosmux.types(b"y");
    dosmux.terminal.waits("the session that is left", |seen| {
        let text = seen.text();
        !text.contains("close session") && !text.contains("echo two") && text.contains("echo one")
    });
    dosmux.types(b"\x1dq");
    dosmux.shows("close the session and quit? (y/n)");
    dosmux.types(b"y");
    assert!(dosmux.ends().success());
}
