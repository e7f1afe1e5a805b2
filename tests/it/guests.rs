//! Guest programs on a session.

use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::monitor::vm::StopReason;
use dosmux::pointer::{Button, CellPlace, MouseSupport, PointerAct};
use dosmux::screen::Screen;

use crate::bench::{Pc, boot, boot_with};
use crate::programs;

#[test]
fn every_guest_builds_into_a_bootable_floppy() {
    let folder = std::env::var_os("DOSMUX_GUESTS_DIR").map(std::path::PathBuf::from);
    for (name, build) in programs::ALL {
        let image = build();
        assert_eq!((image.len(), &image[510..512]), (160 * 1024, &[0x55, 0xAA][..]), "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.img")), image).unwrap();
        }
    }
}

/// Runs a guest that reports to its end: all of its checks must have passed.
#[track_caller]
fn passes(image: &[u8]) {
    let mut pc = boot(image);
    pc.wait("done");
    all_passed(&pc);
}

#[track_caller]
fn all_passed(pc: &Pc) {
    let text = pc.text();
    assert!(text.contains("PASS") && !text.contains("FAIL"), "{}", pc.describe());
}

#[test]
fn flags_look_as_in_real_mode() {
    passes(&programs::flags());
}

#[test]
fn enter_and_leave_build_stack_frames() {
    passes(&programs::frames());
}

#[test]
fn code_that_overwrites_itself_sees_the_new_code() {
    passes(&programs::self_modifying());
}

#[test]
fn chips_answer_a_program_that_asks_them() {
    passes(&programs::chips());
}

#[test]
fn the_a20_gate_makes_addresses_wrap() {
    passes(&programs::a20_gate());
}

#[test]
fn the_high_memory_area_is_memory_of_its_own() {
    passes(&programs::high_memory_area());
}

#[test]
fn a_divide_error_goes_to_the_guests_handler() {
    passes(&programs::divide_error_caught());
}

#[test]
fn the_bioss_services_answer_through_their_interrupts() {
    passes(&programs::services());
}

#[test]
fn programs_hook_and_chain_the_bioss_interrupts() {
    let mut pc = boot(&programs::hooks());
    pc.wait("press a");
    pc.type_text("a");
    pc.wait("done");
    all_passed(&pc);
}

#[test]
fn a_guest_finds_the_mouse_where_the_user_put_it() {
    let mut pc = boot_with(&programs::mouse(), |spec| spec.mouse = MouseSupport::Driver);
    pc.wait("ready");
    let point = |pc: &mut Pc, col, row, button| {
        assert!(pc.session.point(CellPlace { col, row }, PointerAct::Click(button)));
    };
    point(&mut pc, 5, 3, Button::Left);
    point(&mut pc, 79, 24, Button::Right);
    pc.wait("done");
    all_passed(&pc);
}

#[test]
fn without_a_mouse_nothing_can_be_pointed_at() {
    let mut pc = boot(&programs::idle());
    assert!(!pc.session.point(CellPlace::default(), PointerAct::Move));
}

#[test]
fn an_overlay_keeps_writes_from_the_image() {
    let image = programs::disk_write();
    let mut path = None;
    let mut pc = boot_with(&image, |spec| path = Some(spec.floppies[0].source.clone()));
    pc.wait("done");
    all_passed(&pc);
    let Some(ImageSource::File(path)) = path else { panic!("the bench boots from a file") };
    assert!(std::fs::read(path).unwrap() == image);
}

#[test]
fn the_policy_image_writes_to_the_file() {
    let image = programs::disk_write();
    let mut path = None;
    let mut pc = boot_with(&image, |spec| {
        spec.floppies[0].writes = WritePolicy::Image;
        path = Some(spec.floppies[0].source.clone());
    });
    pc.wait("done");
    all_passed(&pc);
    drop(pc.session);
    let Some(ImageSource::File(path)) = path else { panic!("the bench boots from a file") };
    let written = std::fs::read(path).unwrap();
    let last = image.len() - 512;
    assert!(written[..last] == image[..last]);
    assert!(written[last..].chunks(2).all(|word| word == [0xFE, 0xCA]));
}

/// Runs a guest that stops its machine.
#[track_caller]
fn stop_reason(image: &[u8]) -> StopReason {
    let mut pc = boot(image);
    pc.wait("stopping");
    pc.run_seconds(10);
    let reason = pc.session.stopped().cloned();
    reason.unwrap_or_else(|| panic!("the machine goes on\n{}", pc.describe()))
}

#[test]
fn halt_with_interrupts_off_stops_the_machine() {
    assert!(matches!(stop_reason(&programs::cli_hlt()), StopReason::HaltedWithInterruptsOff(_)));
}

#[test]
fn a_jump_to_itself_with_interrupts_off_stops_the_machine() {
    assert!(matches!(stop_reason(&programs::cli_loop()), StopReason::LoopWithInterruptsOff(_)));
}

#[test]
fn an_invalid_opcode_without_a_handler_stops_the_machine() {
    assert!(matches!(stop_reason(&programs::invalid_opcode()), StopReason::UnhandledException(6, _)));
}

#[test]
fn a_divide_error_without_a_handler_stops_the_machine() {
    assert!(matches!(stop_reason(&programs::divide_error()), StopReason::UnhandledException(0, _)));
}

#[test]
fn a_stack_fault_without_room_for_its_frame_stops_the_machine() {
    assert!(matches!(stop_reason(&programs::stack_wrap()), StopReason::TripleFault(_)));
}

#[test]
fn a_stopped_machine_starts_again_after_a_reset() {
    let mut pc = boot(&programs::cli_hlt());
    pc.wait("stopping");
    pc.run_seconds(1);
    assert!(pc.session.stopped().is_some());
    pc.session.reset();
    assert!(pc.session.stopped().is_none());
    pc.wait("stopping");
}

#[test]
fn wild_code_ends_somewhere_and_the_host_goes_on() {
    let mut pc = boot(&programs::wild_code());
    pc.wait("stopping");
    pc.run_seconds(5);
    let mut again = boot(&programs::wild_code());
    again.wait("stopping");
    again.run_seconds(5);
    assert_eq!(pc.session.stopped(), again.session.stopped());
    assert!(pc.session.screen() == again.session.screen(), "even wild code is deterministic");
}

/// Instructions that a guest executes in `seconds` once it has printed `ready`.
fn instructions_in(image: &[u8], seconds: u64) -> u64 {
    let mut pc = boot(image);
    pc.wait("ready");
    let before = pc.session.stats().instructions;
    pc.run_seconds(seconds);
    pc.session.stats().instructions - before
}

#[test]
fn an_idle_guest_executes_next_to_nothing() {
    let per_second = 18 * 200;
    assert!(instructions_in(&programs::idle(), 60) < 60 * per_second);
    assert!(instructions_in(&programs::echo(), 60) < 60 * per_second);
}

#[test]
fn polling_counts_as_waiting() {
    // A guest that really polls executes 25 million a second.
    let per_second = 100_000;
    assert!(instructions_in(&programs::poll_keyboard(), 20) < 20 * per_second);
    assert!(instructions_in(&programs::poll_tick(), 20) < 20 * per_second);
}

#[test]
fn a_guest_that_computes_is_not_taken_for_idle() {
    assert!(instructions_in(&programs::compute(), 2) > 10_000_000);
}

#[test]
fn a_polling_guest_still_sees_time_pass() {
    let mut pc = boot(&programs::poll_tick());
    pc.wait("ready");
    pc.run_seconds(20);
    let dots = pc.text().matches('.').count();
    assert!((19..=21).contains(&dots), "{dots} dots in 20 seconds\n{}", pc.describe());
}

/// All rows with their blanks, as one text.
fn all_rows(screen: &Screen) -> String {
    (0..screen.rows).map(|row| screen.row_text(row)).collect()
}

#[test]
fn no_typed_character_is_lost() {
    let line = "The quick brown fox jumps over the lazy dog: 0123456789 (),;!?";
    for build in [programs::echo as programs::Build, programs::poll_keyboard] {
        let mut pc = boot(&build());
        pc.wait("ready");
        for n in 0..10 {
            pc.type_text(&format!("{n}{line}{n}"));
        }
        let typed: String = (0..10).map(|n| format!("{n}{line}{n}")).collect();
        pc.wait_until("all that was typed", |screen| all_rows(screen).contains(&typed));
    }
}

#[test]
fn the_debug_port_fills_the_log_and_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.log");
    let mut pc = boot_with(&programs::debug_port(), |spec| spec.debug_port = Some(file.clone()));
    pc.wait("done");
    assert_eq!(pc.session.log(), b"hello from the guest\n");
    drop(pc.session);
    assert_eq!(std::fs::read(file).unwrap(), b"hello from the guest\n");
}

/// Screens of a guest, looked at every 100 ms of guest time.
fn film(pc: &mut Pc, frames: usize) -> Vec<String> {
    let frame = |pc: &mut Pc| {
        pc.session.run_for(std::time::Duration::from_millis(100));
        pc.text()
    };
    (0..frames).map(|_| frame(pc)).collect()
}

#[test]
fn two_machines_in_turns_show_what_each_shows_alone() {
    let (computing, ticking) = (programs::compute(), programs::poll_tick());
    let alone = (film(&mut boot(&computing), 30), film(&mut boot(&ticking), 30));
    let (mut a, mut b) = (boot(&computing), boot(&ticking));
    let mut together = (Vec::new(), Vec::new());
    for _ in 0..30 {
        together.0.extend(film(&mut a, 1));
        together.1.extend(film(&mut b, 1));
    }
    assert!(alone == together);
}
