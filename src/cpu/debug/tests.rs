use super::*;

/// DR7 that enables breakpoint 0 locally with an R/W and a LEN field.
fn control(kind: u32, length: u32) -> u32 {
    1 | kind << 16 | length << 18
}

fn armed(address: u32, kind: u32, length: u32) -> Debug {
    let mut debug = Debug::reset();
    debug.write(0, address);
    debug.write(7, control(kind, length));
    debug
}

fn traps(debug: &Debug, at: u32, bytes: u32, write: bool) -> bool {
    let mut debug = *debug;
    debug.note_access(LinearAddr(at), bytes, write);
    debug.traps_pending()
}

#[test]
fn reserved_bits_read_as_ones() {
    let mut debug = Debug::reset();
    debug.write(6, 0);
    debug.write(7, 0);
    assert_eq!((debug.read(6), debug.read(7)), (0xFFFF_0FF0, 0x400));
    debug.write(6, u32::MAX);
    assert_eq!(debug.read(6), u32::MAX);
}

#[test]
fn dr4_and_dr5_are_dr6_and_dr7() {
    let mut debug = Debug::reset();
    debug.write(5, 0x100);
    debug.write(4, 1);
    assert_eq!((debug.read(7), debug.read(6) & 0xF), (0x500, 1));
    assert_eq!((debug.read(5), debug.read(4)), (debug.read(7), debug.read(6)));
}

#[test]
fn any_byte_of_an_aligned_range_matches() {
    // Address 1002h: a length of four aligns it to 1000h, of two leaves it, of one is one byte.
    for (length, range) in [(0, 0x1002..0x1003), (1, 0x1002..0x1004), (3, 0x1000..0x1004)] {
        let debug = armed(0x1002, 1, length);
        for at in 0xFF0..0x1010 {
            for bytes in [1, 2, 4] {
                let overlaps = (at..at + bytes).any(|byte| range.contains(&byte));
                assert_eq!(traps(&debug, at, bytes, true), overlaps, "{length} {at:X} {bytes}");
            }
        }
    }
}

#[test]
fn a_write_breakpoint_ignores_reads_and_an_access_breakpoint_does_not() {
    let expect = [(0, false, false), (1, false, true), (2, false, false), (3, true, true)];
    for (kind, read, write) in expect {
        let debug = armed(0x1000, kind, 0);
        assert_eq!((traps(&debug, 0x1000, 1, false), traps(&debug, 0x1000, 1, true)), (read, write), "{kind}");
    }
}

#[test]
fn an_access_that_wraps_at_four_gigabytes_matches_on_both_ends() {
    assert!(traps(&armed(0, 1, 0), u32::MAX, 2, true));
    assert!(traps(&armed(u32::MAX, 1, 0), u32::MAX, 2, true));
    assert!(!traps(&armed(0x8000_0000, 1, 0), u32::MAX, 2, true));
}

#[test]
fn a_disabled_condition_is_reported_along_with_an_enabled_one_but_alone_does_nothing() {
    let mut debug = armed(0x1000, 0, 0);
    debug.write(1, 0x1000);
    debug.write(2, 0x2000);
    assert_eq!(debug.instruction_hits(LinearAddr(0x1000)), 0b0011);
    assert_eq!(debug.instruction_hits(LinearAddr(0x2000)), 0);
}

#[test]
fn only_an_enabled_breakpoint_makes_the_core_step() {
    let mut debug = Debug::reset();
    debug.write(0, 0x1000);
    assert!(!debug.busy());
    debug.write(7, control(0, 0));
    assert!(debug.busy() && !debug.watching() && debug.breaks_on_execution());
    debug.write(7, control(3, 0) << 1 & !0xE_0000 | 2 | 3 << 16);
    assert!(debug.busy() && debug.watching());
    debug.write(7, 0);
    assert!(!debug.busy() && !debug.watching());
}

#[test]
fn what_a_faulting_instruction_touched_is_not_reported() {
    let mut debug = armed(0x1000, 1, 0);
    debug.note_access(LinearAddr(0x1000), 1, true);
    debug.discard();
    debug.commit();
    assert!(!debug.take_trap());
    debug.note_access(LinearAddr(0x1000), 1, true);
    debug.commit();
    assert!(debug.take_trap());
    assert_eq!(debug.read(6) & dr6::BREAKPOINTS, 1);
}

#[test]
fn a_task_switch_ends_local_breakpoints_and_may_trap() {
    let mut core = Core::reset();
    core.debug.write(7, 0x3FF);
    core.debug_task_switch(false);
    assert_eq!((core.debug.read(7), core.debug.traps_pending()), (0x400 | 0x2AA, false));
    core.debug_task_switch(true);
    assert!(core.debug.take_trap());
    assert_ne!(core.debug.read(6) & dr6::BT, 0);
}
