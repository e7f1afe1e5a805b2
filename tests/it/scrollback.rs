//! What scrolls off the screen of real programs, and of guests that scroll by themselves.

use std::time::Duration;

use dosmux::screen::CodePage;

use crate::bench::{Pc, boot, boot_with, shared_image};
use crate::programs::{Scroll, scroller};

/// How `x86test.asm` begins, and its length.
const FIRST_LINE: &[u8] = b"; This program was written to test x86 emulators";
const FILE_BYTES: usize = 5504;

const PAGE: CodePage = CodePage::US;

/// All rows that the session has shown, the oldest first, without blanks at their ends.
fn rows(pc: &mut Pc) -> Vec<String> {
    let history = pc.session.history();
    let text = |codes: &[u8]| codes.iter().map(|&code| PAGE.char(code)).collect::<String>();
    let mut rows: Vec<String> = history.rows.rows().map(|row| text(row.codes()).trim_end().to_owned()).collect();
    rows.extend(history.screen.text().lines().map(|row| row.trim_end().to_owned()));
    rows
}

/// How many rows have scrolled off.
fn scrolled_off(pc: &mut Pc) -> usize {
    pc.session.history().rows.len()
}

/// A file's lines as DOS shows them in 80 columns.
fn shown(file: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for line in file.lines() {
        let mut row = String::new();
        let mut wrapped = false;
        for c in line.chars() {
            wrapped = false;
            let count = if c == '\t' { 8 - row.len() % 8 } else { 1 };
            row.extend(std::iter::repeat_n(if c == '\t' { ' ' } else { c }, count));
            if row.len() >= 80 {
                rows.push(std::mem::take(&mut row));
                wrapped = true;
            }
        }
        // A row that is full to its last column has moved the cursor to the next one already.
        rows.push(if wrapped { String::new() } else { row });
    }
    rows.iter().map(|row| row.trim_end().to_owned()).collect()
}

fn apps() -> Option<Pc> {
    let mut pc = boot(&shared_image("freedos-apps-720K.img")?);
    pc.wait("A:\\>");
    Some(pc)
}

/// Types a command and waits until DOS asks for the next.
#[track_caller]
fn command(pc: &mut Pc, text: &str) {
    pc.type_text(&format!("{text}\n"));
    pc.wait_until("the command", |screen| screen.cursor.is_some_and(|at| screen.row_text(at.row).contains(text)));
    pc.wait_until("the next prompt", |screen| {
        let row = screen.cursor.map(|cursor| screen.row_text(cursor.row)).unwrap_or_default();
        row.trim_end() == "A:\\>"
    });
}

#[test]
fn every_line_of_a_long_file_is_there_once_and_in_order() {
    let Some(mut pc) = apps() else { return };
    let image = shared_image("freedos-apps-720K.img").unwrap();
    // The file's clusters follow each other.
    let start = image.windows(FIRST_LINE.len()).position(|bytes| bytes == FIRST_LINE).unwrap();
    let file = String::from_utf8_lossy(&image[start..start + FILE_BYTES]).into_owned();
    command(&mut pc, "type x86test.asm");
    let all = rows(&mut pc);
    let typed = all.iter().position(|row| row == "A:\\>type x86test.asm").unwrap();
    let expected = shown(&file);
    assert_eq!(all[typed + 1..][..expected.len()], expected);
    assert!(expected.len() > 150, "{}", expected.len());
}

#[test]
fn listings_follow_each_other_and_the_oldest_rows_go() {
    let Some(image) = shared_image("freedos-apps-720K.img") else { return };
    let mut pc = boot_with(&image, |spec| spec.scrollback = 100);
    pc.wait("A:\\>");
    for _ in 0..8 {
        command(&mut pc, "dir");
    }
    assert_eq!(scrolled_off(&mut pc), 100);
    let all = rows(&mut pc);
    let prompts = all.iter().filter(|row| *row == "A:\\>dir").count();
    let totals = all.iter().filter(|row| row.contains("18 file(s)")).count();
    assert!((4..=5).contains(&prompts) && (4..=5).contains(&totals), "{prompts}, {totals}\n{}", all.join("\n"));
}

#[test]
fn an_editor_leaves_nothing_of_its_own_in_the_scrollback() {
    let Some(mut pc) = apps() else { return };
    let before = scrolled_off(&mut pc);
    pc.type_text("edit x86test.asm\n");
    pc.wait("File");
    pc.run_seconds(3);
    let entered = scrolled_off(&mut pc);
    assert!(entered <= before + 25, "{before}, {entered}");
    for _ in 0..60 {
        pc.session.strike(&[dosmux::keys::Key::Down]);
        pc.session.strike(&[dosmux::keys::Key::PageDown]);
    }
    pc.session.run_for(Duration::from_secs(30));
    assert_eq!(scrolled_off(&mut pc), entered, "{}", rows(&mut pc).join("\n"));
}

#[test]
fn a_session_keeps_nothing_if_it_is_told_so() {
    let Some(image) = shared_image("freedos-1440K.img") else { return };
    let mut pc = boot_with(&image, |spec| spec.scrollback = 0);
    pc.wait("A:\\>");
    for _ in 0..4 {
        command(&mut pc, "dir");
    }
    assert_eq!(scrolled_off(&mut pc), 0);
}

/// The lines that a guest printed that scrolls by itself, but for the last, over which it writes.
#[track_caller]
fn lines(how: Scroll, last: u32, pause: u32) -> Vec<String> {
    let mut pc = boot(&scroller(how, last, pause));
    pc.wait("do");
    rows(&mut pc).into_iter().filter(|row| row.starts_with("line")).collect()
}

/// The first lines of such a guest.
fn expected(count: u32) -> Vec<String> {
    (0..count).map(|line| format!("line {line:05}")).collect()
}

#[test]
fn display_memory_that_is_moved_by_the_guest_is_seen_to_scroll() {
    for pause in [1000, 3000, 20_000] {
        assert_eq!(lines(Scroll::Block, 200, pause), expected(199), "{pause}");
    }
}

#[test]
fn a_start_address_that_moves_on_is_seen_to_scroll() {
    for pause in [1000, 3000, 20_000] {
        assert_eq!(lines(Scroll::Start, 150, pause), expected(149), "{pause}");
    }
}

/// Each look may fall into a move. With the shortest pause they all do, the first ones too: then the first
/// eight rows at most are lost (as many looks are left out), but no other, and none comes twice.
#[test]
fn display_memory_that_is_moved_byte_by_byte_is_seen_to_scroll() {
    for (pause, lost) in [(1, 8), (500, 0), (3000, 0), (20_000, 0)] {
        let found = lines(Scroll::Loop, 200, pause);
        let first = 199 - found.len().min(199);
        assert!(first <= lost, "{pause}: {} of 199", found.len());
        assert_eq!(found, expected(199)[first..], "{pause}");
    }
}
