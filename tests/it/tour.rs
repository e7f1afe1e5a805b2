//! The demonstration floppy.

#[path = "../../examples/build-tour/tour/mod.rs"]
pub(crate) mod source;

use dosmux::keys::{Key, KeyEvent};
use dosmux::monitor::vm::StopReason;

use crate::bench::{Pc, boot_tour};

/// What is committed, and what the binary embeds.
const COMMITTED: &[u8] = include_bytes!("../../dos-images/tour.img");

#[test]
fn the_committed_image_is_what_its_source_builds() {
    let built = source::image().unwrap();
    assert!(built == COMMITTED, "run `cargo run --example build-tour` and commit dos-images/tour.img");
}

/// A tour at its menu.
#[track_caller]
fn menu() -> Pc {
    let mut pc = boot_tour();
    pc.wait("Enter or a digit opens");
    pc
}

/// A tour on the page that `digit` opens and that shows `text`.
#[track_caller]
fn page(digit: &str, text: &str) -> Pc {
    let mut pc = menu();
    pc.type_text(digit);
    pc.wait(text);
    pc
}

/// Presses Esc and expects the menu.
#[track_caller]
fn back_to_the_menu(pc: &mut Pc) {
    pc.session.strike(&[Key::Escape]);
    pc.wait("Enter or a digit opens");
}

#[test]
fn it_starts_in_a_v86_task_and_says_so_on_the_debug_port() {
    let pc = menu();
    assert!(pc.text().contains("virtual-8086 mode"), "{}", pc.describe());
    assert_eq!(pc.session.log(), b"tour: ready\n");
}

#[test]
fn arrow_keys_move_the_bar_and_enter_opens() {
    let mut pc = menu();
    pc.session.strike(&[Key::Up]); // around to the last line
    pc.session.strike(&[Key::Up]);
    pc.session.strike(&[Key::Enter]);
    pc.wait("Conventional memory");
}

#[test]
fn the_corner_clock_runs_on_every_page() {
    let mut pc = page("9", "Conventional memory");
    let clock = |pc: &Pc| pc.session.screen().row_text(0)[71..].trim().to_owned();
    pc.run_seconds(1);
    let before = clock(&pc);
    assert!(before.starts_with("12:34:5") || before.starts_with("12:35:0"), "{before}");
    pc.run_seconds(2);
    assert_ne!(clock(&pc), before);
}

#[test]
fn the_colour_page_shows_every_attribute_and_character() {
    let mut pc = page("1", "Rows 8 to F");
    let screen = pc.session.screen();
    for attr in 0..=255u8 {
        let (high, low) = (u16::from(attr >> 4), u16::from(attr & 15));
        assert_eq!(screen.cell(4 + high, 9 + 3 * low).unwrap().attr, attr);
        assert_eq!(screen.cell(4 + high, 61 + low).unwrap().code, attr);
    }
    assert!(screen.blink);
    pc.type_text("b");
    pc.wait_until("bright backgrounds", |screen| !screen.blink);
    pc.session.strike(&[Key::Escape]);
    pc.wait_until("blinking again", |screen| screen.blink);
}

#[test]
fn the_mode_page_steps_through_modes_and_cursors() {
    let mut pc = page("2", "80 columns");
    for (cols, rows) in [(40, 25), (80, 28), (80, 43), (80, 50)] {
        pc.type_text(" ");
        let what = format!("{cols} columns and {rows} lines");
        // The page is complete when the numbers stand in it.
        let number = format!("lines   {rows:3}");
        pc.wait_until(&what, |screen| (screen.cols, screen.rows) == (cols, rows) && screen.contains(&number));
        assert!(pc.session.screen().cursor.is_none());
    }
    pc.type_text(" ");
    pc.wait_until("an underline", |screen| screen.cursor.is_some_and(|c| c.start > 8 && c.end > c.start));
    pc.type_text(" ");
    pc.wait_until("a block", |screen| screen.cursor.is_some_and(|c| c.start == 0 && c.end > 8));
    back_to_the_menu(&mut pc);
    assert_eq!((pc.session.screen().cols, pc.session.screen().rows), (80, 25));
}

#[test]
fn the_clock_page_shows_the_date_that_the_session_started_with() {
    let mut pc = page("3", "1992-04-06");
    pc.wait("12:35:0");
    back_to_the_menu(&mut pc);
}

#[test]
fn the_key_page_shows_codes_and_shift_states() {
    let mut pc = page("4", "Shift states");
    pc.type_text("aB");
    pc.wait("scan code 30    ASCII 42   B");
    assert!(pc.text().contains("scan code 1E    ASCII 61   a"));
    pc.session.strike(&[Key::LeftAlt, Key::F10]);
    pc.wait("scan code 71    ASCII 00");
    let attr_of_ctrl = |screen: &dosmux::screen::Screen| screen.cell(4, 22).unwrap().attr;
    let released = attr_of_ctrl(&pc.session.screen());
    pc.session.press(KeyEvent { key: Key::LeftCtrl, down: true });
    pc.wait_until("Ctrl held", |screen| attr_of_ctrl(screen) != released);
    pc.session.press(KeyEvent { key: Key::LeftCtrl, down: false });
    pc.wait_until("Ctrl released", |screen| attr_of_ctrl(screen) == released);
    back_to_the_menu(&mut pc);
}

#[test]
fn the_busy_loop_counts_until_a_key() {
    let mut pc = page("5", "Prime numbers found");
    pc.wait_until("a thousand primes", |screen| {
        let row = screen.row_text(4);
        row.split_whitespace().last().and_then(|number| number.parse::<u64>().ok()).is_some_and(|found| found > 1000)
    });
    pc.type_text(" ");
    pc.wait("Enter or a digit opens");
}

#[test]
fn wild_code_asks_first_and_harms_the_host_in_no_way() {
    let mut pc = page("6", "Run wild?");
    pc.type_text("n");
    pc.wait("Enter or a digit opens");
    pc.type_text("6");
    pc.wait("Run wild?");
    pc.type_text("y");
    pc.run_seconds(10);
    pc.session.reset();
    pc.wait("Enter or a digit opens");
}

#[test]
fn the_full_stop_asks_first_and_stops() {
    let mut pc = page("7", "Stop this PC?");
    pc.type_text("y");
    pc.wait("Stopped.");
    pc.run_seconds(1);
    assert!(matches!(pc.session.stopped(), Some(StopReason::HaltedWithInterruptsOff(_))), "{}", pc.describe());
}

#[test]
fn the_disk_check_reads_every_sector() {
    let mut pc = page("8", "Done. Press a key.");
    let text = pc.text();
    assert!(text.contains("Sectors read      320") && text.contains("Errors              0"), "{text}");
    pc.type_text(" ");
    pc.wait("Enter or a digit opens");
}

#[test]
fn the_memory_page_shows_what_the_session_was_given() {
    let mut pc = page("9", "any key back");
    pc.run_seconds(1);
    let text = pc.text();
    let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
    assert!(rows[2].ends_with(" 640") || rows[2].ends_with(" 639"), "{text}");
    assert!(rows[4].ends_with(" 15360"), "{text}");
    assert!(rows[6].ends_with(" 15360"), "{text}");
    assert!(rows[11].contains("0000000000000000") && rows[11].ends_with("memory"), "{text}");
}

#[test]
fn starting_again_leads_to_the_menu_again() {
    let mut pc = menu();
    pc.type_text("0");
    pc.run_seconds(2);
    assert_eq!(pc.session.log(), b"tour: ready\ntour: ready\n");
    pc.wait("Enter or a digit opens");
}
