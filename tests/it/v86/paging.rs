//! Page faults of a V86 task: error code, CR2, restart; accessed and dirty bits. Source: 80386 PRM §5.2,
//! §9.8.14.

use dosmux::cpu::{Exit, Fault, pte};

use super::lab::{CODE, DATA, Lab};

/// Bits of the error code.
const PROTECTION: u16 = 1;
const WRITE: u16 = 2;
const USER: u16 = 4;

/// MOV AL,[1234h]; HLT
const LOAD: &[u8] = &[0xA0, 0x34, 0x12, 0xF4];
/// MOV [1234h],AL; HLT
const STORE: &[u8] = &[0xA2, 0x34, 0x12, 0xF4];

#[test]
fn the_error_code_tells_why_and_cr2_where() {
    let absent = |entry: u32| entry & !pte::PRESENT;
    let read_only = |entry: u32| entry & !pte::WRITABLE;
    let supervisor = |entry: u32| entry & !pte::USER;
    type Change = fn(u32) -> u32;
    let cases: [(&[u8], Change, u16); 5] = [
        (LOAD, absent, USER),
        (STORE, absent, USER | WRITE),
        (STORE, read_only, USER | WRITE | PROTECTION),
        (LOAD, supervisor, USER | PROTECTION),
        (STORE, supervisor, USER | WRITE | PROTECTION),
    ];
    for (code, change, error) in cases {
        let mut lab = Lab::new(code);
        lab.map(DATA + 0x1234, change);
        assert_eq!(lab.fault().0, Fault::page(error));
        assert_eq!((lab.cpu.cr2().0, lab.cpu.eip()), (DATA + 0x1234, 0));
    }
}

#[test]
fn a_read_only_page_can_be_read() {
    let mut lab = Lab::new(LOAD);
    lab.map(DATA + 0x1234, |entry| entry & !pte::WRITABLE);
    lab.run_to_hlt();
}

#[test]
fn the_instruction_restarts_when_the_page_is_there() {
    let mut lab = Lab::new(STORE);
    lab.change(|regs| regs.set_al(0x77));
    lab.map(DATA + 0x1234, |entry| entry & !pte::PRESENT);
    lab.fault();
    lab.map(DATA + 0x1234, |entry| entry | pte::PRESENT);
    lab.run_to_hlt();
    assert_eq!(lab.read_u8(DATA + 0x1234), 0x77);
}

#[test]
fn a_fetch_from_a_missing_page_faults_at_the_instruction() {
    // JMP 1000h
    let mut lab = Lab::new(&[0xE9, 0xFD, 0x0F]);
    lab.map(CODE + 0x1000, |entry| entry & !pte::PRESENT);
    assert_eq!(lab.fault().0, Fault::page(USER));
    assert_eq!((lab.cpu.cr2().0, lab.cpu.eip()), (CODE + 0x1000, 0x1000));
}

#[test]
fn a_word_across_two_pages_is_written_to_both_or_none() {
    // MOV [1FFFh],AX
    let mut lab = Lab::new(&[0xA3, 0xFF, 0x1F, 0xF4]);
    lab.change(|regs| regs.set_ax(0xBBAA));
    lab.map(DATA + 0x2000, |entry| entry & !pte::PRESENT);
    assert_eq!(lab.fault().0, Fault::page(USER | WRITE));
    assert_eq!((lab.cpu.cr2().0, lab.read_u8(DATA + 0x1FFF)), (DATA + 0x2000, 0));
    lab.map(DATA + 0x2000, |entry| entry | pte::PRESENT);
    lab.run_to_hlt();
    assert_eq!((lab.read_u8(DATA + 0x1FFF), lab.read_u8(DATA + 0x2000)), (0xAA, 0xBB));
}

#[test]
fn instructions_that_push_more_than_once_restart_with_their_stack_pointer() {
    // PUSHA; PUSHAD; CALL FAR 1000:0000; ENTER 0,1; ENTER 0,3
    for code in [&[0x60][..], &[0x66, 0x60], &[0x9A, 0, 0, 0, 0x10], &[0xC8, 0, 0, 1], &[0xC8, 0, 0, 3]] {
        let mut lab = Lab::new(code);
        // The first push lands in the page above, a later one in the missing page.
        lab.change(|regs| regs.set_sp(0x1002));
        lab.map(0x3_0000, |entry| entry & !pte::PRESENT);
        lab.write(0x3_1000, &[0x5A; 2]);
        let before = lab.cpu.regs();
        assert_eq!(lab.fault().0, Fault::page(USER | WRITE), "{code:02X?}");
        assert_eq!(lab.cpu.regs(), before, "{code:02X?}");
        assert_eq!([lab.read_u8(0x3_1000), lab.read_u8(0x3_1001)], [0x5A; 2], "{code:02X?} has pushed something");
    }
}

#[test]
fn an_operand_that_is_read_and_written_faults_as_a_write_and_nothing_changes() {
    // On [1234h]: ADD with AX, INC, NOT, SHL, ROL by CL = 0, SHLD, XCHG with AX, BTS with BX, BTC.
    let at = [0x34, 0x12];
    let cases: [(&[u8], &[u8]); 9] = [
        (&[0x01, 0x06], &[]),
        (&[0xFF, 0x06], &[]),
        (&[0xF7, 0x16], &[]),
        (&[0xD1, 0x26], &[]),
        (&[0xD3, 0x06], &[]),
        (&[0x0F, 0xA4, 0x06], &[3]),
        (&[0x87, 0x06], &[]),
        (&[0x0F, 0xAB, 0x1E], &[]),
        (&[0x0F, 0xBA, 0x3E], &[5]),
    ];
    for (opcode, immediate) in cases {
        let code = [opcode, &at, immediate].concat();
        let absent = |entry: u32| entry & !pte::PRESENT;
        let read_only = |entry: u32| entry & !pte::WRITABLE;
        type Change = fn(u32) -> u32;
        for (change, error) in [(absent as Change, USER | WRITE), (read_only, USER | WRITE | PROTECTION)] {
            // A shift by zero writes nothing that could fault in a page that is there.
            if opcode == [0xD3, 0x06] && error & PROTECTION != 0 {
                continue;
            }
            let mut lab = Lab::new(&code);
            lab.change(|regs| regs.set_ax(0x7FFF));
            lab.map(DATA + 0x1234, change);
            let before = lab.cpu.regs();
            assert_eq!(lab.fault().0, Fault::page(error), "{code:02X?}");
            assert_eq!(lab.cpu.regs(), before, "{code:02X?}");
        }
    }
}

#[test]
fn a_far_call_to_beyond_the_segment_pushes_nothing() {
    // CALL FAR 1000:00010000
    let mut lab = Lab::new(&[0x66, 0x9A, 0, 0, 1, 0, 0, 0x10]);
    lab.write(0x3_0FF8, &[0x5A; 8]);
    let before = lab.cpu.regs();
    assert_eq!(lab.fault().0, Fault::protection(0));
    assert_eq!(lab.cpu.regs(), before);
    assert!((0..8).all(|at| lab.read_u8(0x3_0FF8 + at) == 0x5A));
}

#[test]
fn a_table_store_that_cannot_end_does_not_begin() {
    // SGDT [1FFEh]: the base lies in the missing page.
    let mut lab = Lab::new(&[0x0F, 0x01, 0x06, 0xFE, 0x1F]);
    lab.map(DATA + 0x2000, |entry| entry & !pte::PRESENT);
    lab.write(DATA + 0x1FFE, &[0x5A; 2]);
    assert_eq!(lab.fault().0, Fault::page(USER | WRITE));
    assert_eq!([lab.read_u8(DATA + 0x1FFE), lab.read_u8(DATA + 0x1FFF)], [0x5A; 2]);
}

#[test]
fn a_repeated_move_goes_on_where_the_missing_page_stopped_it() {
    // REP MOVSB; HLT
    let mut lab = Lab::new(&[0xF3, 0xA4, 0xF4]);
    let text: Vec<u8> = (0..64).collect();
    lab.write(DATA, &text);
    lab.change(|regs| {
        regs.set_cx(64);
        regs.set_di(0x1FF0);
    });
    lab.map(DATA + 0x2000, |entry| entry & !pte::PRESENT);
    assert_eq!(lab.fault().0, Fault::page(USER | WRITE));
    let regs = lab.cpu.regs();
    assert_eq!((regs.cx(), regs.si(), regs.di(), regs.eip), (48, 16, 0x2000, 0));
    lab.map(DATA + 0x2000, |entry| entry | pte::PRESENT);
    lab.run_to_hlt();
    let moved: Vec<u8> = (0..64).map(|i| lab.read_u8(DATA + 0x1FF0 + i)).collect();
    assert_eq!(moved, text);
}

#[test]
fn a_downward_move_of_words_faults_and_resumes_too() {
    // STD; REP MOVSW; HLT
    let mut lab = Lab::new(&[0xFD, 0xF3, 0xA5, 0xF4]);
    lab.write(DATA + 0x10, &[1, 2, 3, 4, 5, 6, 7, 8]);
    lab.change(|regs| {
        regs.set_cx(4);
        regs.set_si(0x16);
        regs.set_di(0x2002);
    });
    lab.map(DATA + 0x1000, |entry| entry & !pte::PRESENT);
    lab.fault();
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.regs().si(), lab.cpu.eip()), (2, 0x12, 1));
    lab.map(DATA + 0x1000, |entry| entry | pte::PRESENT);
    lab.run_to_hlt();
    let moved: Vec<u8> = (0..8).map(|i| lab.read_u8(DATA + 0x1FFC + i)).collect();
    assert_eq!(moved, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn reading_sets_accessed_and_writing_sets_dirty() {
    let touched = pte::ACCESSED | pte::DIRTY;
    let mut lab = Lab::new(LOAD);
    lab.run_to_hlt();
    assert_eq!(lab.entry(DATA + 0x1234) & touched, pte::ACCESSED);
    assert_eq!(lab.entry(DATA + 0x2000) & touched, 0);
    let mut lab = Lab::new(STORE);
    lab.run_to_hlt();
    assert_eq!(lab.entry(DATA + 0x1234) & touched, touched);
}

#[test]
fn a_write_after_a_read_sets_dirty() {
    // MOV AL,[1234h]; MOV [1234h],AL; HLT
    let mut lab = Lab::new(&[0xA0, 0x34, 0x12, 0xA2, 0x34, 0x12, 0xF4]);
    lab.run_to_hlt();
    assert_ne!(lab.entry(DATA + 0x1234) & pte::DIRTY, 0);
}

#[test]
fn two_pages_may_lead_to_one_frame() {
    // MOV [1234h],AL; MOV AH,[5234h]; HLT
    let mut lab = Lab::new(&[0xA2, 0x34, 0x12, 0x8A, 0x26, 0x34, 0x52, 0xF4]);
    lab.change(|regs| regs.set_al(0x99));
    lab.map(DATA + 0x5000, |entry| entry & !pte::FRAME | (DATA + 0x1000));
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ah(), 0x99);
}

#[test]
fn a_fault_takes_time_so_that_a_fault_loop_ends_a_budget() {
    let mut lab = Lab::new(&[0xE9, 0xFD, 0x0F]);
    lab.map(CODE + 0x1000, |entry| entry & !pte::PRESENT);
    lab.fault();
    let before = lab.cpu.retired();
    assert!(matches!(lab.run(10), Exit::Fault(_, _)));
    assert_eq!(lab.cpu.retired(), before + 1);
}

#[test]
fn enter_faults_where_its_final_stack_pointer_could_not_be_written() {
    // ENTER 1000h,0: SP goes from 1000h to FFFEh.
    let mut lab = Lab::new(&[0xC8, 0x00, 0x10, 0x00, 0xF4]);
    lab.map(0x3_F000, |entry| entry & !1);
    let (fault, _) = lab.fault();
    assert_eq!((fault, lab.cpu.cr2().0), (Fault::page(6), 0x3_FFFE));
    assert_eq!((lab.cpu.regs().sp(), lab.cpu.eip()), (0x1000, 0));
    lab.map(0x3_F000, |entry| entry | 1);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().sp(), 0xFFFE);
}
