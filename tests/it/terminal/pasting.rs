//! Text pasted into a program of DOS through the terminal.

use super::Dosmux;
use crate::bench::shared_path;

/// The image that is booted.
const IMAGE: &str = "freedos-1440K.img";
/// Lines of the text that must arrive whole.
const LINES: u32 = 16;

fn paste(dosmux: &mut Dosmux, text: &str) {
    dosmux.types(b"\x1b[200~");
    text.as_bytes().chunks(1024).for_each(|part| dosmux.types(part));
    dosmux.types(b"\x1b[201~");
}

/// Ends the text that DOS copies to a file.
fn end_of_file(dosmux: &mut Dosmux) {
    dosmux.types(b"\x1a\r");
    dosmux.shows_line("A:\\>");
}

#[test]
fn every_character_of_a_paste_arrives_and_a_long_one_can_be_called_off() {
    let Some(image) = shared_path(IMAGE) else { return };
    let mut dosmux = Dosmux::with(&[image.to_str().expect("the path is text")], (80, 27), &[]);
    dosmux.shows("A:\\>");

    let lines: Vec<String> =
        (0..LINES).map(|line| format!("{line:02} The quick (brown) fox, \"jumps\" & {line}")).collect();
    dosmux.types(b"copy con x\r");
    dosmux.shows("con =>");
    paste(&mut dosmux, &format!("{}\u{2603}\n", lines.join("\n")));
    // What the code page lacks is told, and left out.
    dosmux.shows("left out 1 character");
    dosmux.shows_line(&lines[lines.len() - 1]);
    end_of_file(&mut dosmux);
    dosmux.types(b"cls\rtype x\r");
    dosmux.terminal.waits("the file as it was pasted", |seen| {
        let text = seen.text();
        let shown: Vec<&str> = text.lines().map(str::trim).collect();
        let start = shown.iter().position(|line| line.ends_with("type x"));
        start.is_some_and(|start| shown[start + 1..].starts_with(&lines.iter().map(String::as_str).collect::<Vec<_>>()))
    });

    // A megabyte would take more than an hour.
    dosmux.types(b"cls\rcopy con y\r");
    dosmux.shows("con =>");
    paste(&mut dosmux, &"all work and no play\n".repeat(50_000));
    dosmux.shows_line("all work and no play");
    dosmux.types(b"\x1du");
    dosmux.shows("characters are not typed");
    dosmux.types(b"\r");
    end_of_file(&mut dosmux);
    dosmux.types(b"echo here\r");
    dosmux.shows_line("here");
    dosmux.quits();
}
