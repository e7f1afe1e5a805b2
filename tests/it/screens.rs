//! Golden screens: what a session shows, compared cell by cell with a text file in `tests/screens`.
//!
//! A file has a header line, then the rows between bars; where colours are tested, a second block
//! gives the attribute of each cell as two hexadecimal digits. Run with `DOSMUX_BLESS=1` to write the
//! files anew, and look at the difference before it is committed.

use std::fmt::Write;
use std::path::Path;

use dosmux::screen::Screen;

use crate::bench::{Pc, boot, boot_tour, shared_image};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screens");
/// The tour's clock, which runs in the upper right corner: replaced before comparing.
const CLOCK_COLS: std::ops::Range<usize> = 71..79;

/// What a golden file holds besides text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Text,
    Attributes,
}

fn picture(screen: &Screen, detail: Detail, mask_clock: bool) -> String {
    let cursor = screen.cursor.map_or("off".to_owned(), |c| format!("{},{} lines {}-{}", c.row, c.col, c.start, c.end));
    let mut out = format!(
        "mode {:02X}h, {}x{}, cell height {}, {}, cursor {cursor}\n",
        screen.mode,
        screen.cols,
        screen.rows,
        screen.cell_height,
        if screen.blink { "blink" } else { "bright backgrounds" },
    );
    for row in 0..screen.rows {
        let mut cells: Vec<char> = screen.row_text(row).chars().collect();
        if mask_clock && row == 0 {
            cells[CLOCK_COLS].fill('*');
        }
        let text: String = cells.into_iter().collect();
        writeln!(out, "|{text}|").unwrap();
    }
    if detail == Detail::Attributes {
        out.push_str("attributes\n");
        for row in 0..screen.rows {
            let cells = (0..screen.cols).filter_map(|col| screen.cell(row, col));
            let attributes: String = cells.map(|cell| format!("{:02X}", cell.attr)).collect();
            writeln!(out, "|{attributes}|").unwrap();
        }
    }
    out
}

#[track_caller]
fn golden(name: &str, got: &str) {
    let path = Path::new(FOLDER).join(format!("{name}.txt"));
    if std::env::var_os("DOSMUX_BLESS").is_some() {
        std::fs::create_dir_all(FOLDER).unwrap();
        std::fs::write(&path, got).unwrap();
        return;
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    let first = got.lines().zip(want.lines()).position(|(a, b)| a != b);
    assert!(got == want, "{name} differs, first in line {:?}; the screen is\n{got}", first.map(|line| line + 1));
}

/// The tour on the page that `digit` opens.
fn page(digit: &str, awaited: &str) -> Pc {
    let mut pc = boot_tour();
    pc.wait("Enter or a digit opens");
    if !digit.is_empty() {
        pc.type_text(digit);
        pc.wait(awaited);
    }
    // Whatever is still being drawn is drawn within a few ticks.
    pc.session.run_for(std::time::Duration::from_millis(300));
    pc
}

#[test]
fn the_tours_menu() {
    golden("tour-menu", &picture(&page("", "").session.screen(), Detail::Text, true));
}

#[test]
fn all_attributes_and_all_characters() {
    let screen = page("1", "Attribute: row background").session.screen();
    golden("tour-colours", &picture(&screen, Detail::Attributes, true));
}

#[test]
fn every_text_mode_of_the_tour() {
    let mut pc = page("2", "80 columns");
    for (cols, rows) in [(40, 25), (80, 28), (80, 43), (80, 50)] {
        pc.type_text(" ");
        let number = format!("lines   {rows:3}");
        pc.wait_until(&number, |screen| (screen.cols, screen.rows) == (cols, rows) && screen.contains(&number));
        pc.session.run_for(std::time::Duration::from_millis(300));
        golden(&format!("tour-mode-{cols}x{rows}"), &picture(&pc.session.screen(), Detail::Text, false));
    }
}

#[test]
fn freedos_lists_its_floppy() {
    let Some(image) = shared_image("freedos-1440K.img") else { return };
    let mut pc = boot(&image);
    pc.wait("A:\\>");
    pc.type_text("cls\nver\ndir\n");
    pc.wait("bytes free");
    pc.session.run_for(std::time::Duration::from_millis(300));
    golden("freedos-dir", &picture(&pc.session.screen(), Detail::Text, false));
}
