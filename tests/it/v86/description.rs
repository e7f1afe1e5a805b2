//! # Virtual-8086 mode, a description
//!
//! Each section states something about the mode and then shows it on the processor. Numbers of sections
//! and figures are those of the *80386 Programmer's Reference Manual* (PRM); the mode is its chapter 15.
//!
//! Two test benches are used. [`Lab`] is a task whose monitor is the test itself: what traps comes back as
//! a value ([`Exit::Fault`]). [`Ring0`] is a task below real ring-0 code with an IDT: what traps arrives in
//! a handler, on a stack, in a frame.
//!
//! 1. What a task is
//! 2. Addresses
//! 3. Which instructions trap: the whole opcode map
//! 4. Sensitive instructions, and IOPL 3
//! 5. What the 386 leaves un-trapped
//! 6. Ports and the I/O permission bit map
//! 7. Interrupts and exceptions through the IDT
//! 8. Pages

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{ControlAccess, ControlRegister, Exit, Fault, PortNumber, Sensitive, pte};
use dosmux::types::{PhysAddr, Port, Width};

use super::lab::{self, CODE, DATA, IO_MAP, Lab, STACK_TOP};
use super::ring0::{
    Frame, HANDLER_CODE, INNER_GATE, OTHER_TASK, OTHER_TSS, RING1_CODE, RING3_CODE, RING3_DATA, Ring0, STACK0,
    TASK_GATE, TRAP_GATE, TSS,
};

// ---------------------------------------------------------------------------------------------
// 1. What a task is
//
// The processor is in virtual-8086 mode while EFLAGS has VM. Only ring 0 can set it, with IRETD
// (§15.3) or by a switch to a task whose TSS has it set. The task runs at privilege level 3, in
// 16-bit code unless prefixes say otherwise, and its segment registers hold paragraph numbers, not
// selectors: each is a writable segment of 64 KiB.
// ---------------------------------------------------------------------------------------------

#[test]
fn iretd_of_ring_0_enters_the_task_with_all_its_segments() {
    let lab = Ring0::new(&[], 0);
    let state = lab.cpu.state();
    assert_eq!(state.cpl, 3);
    assert_eq!((state.regs.cs(), state.regs.eip), (0x1000, 0));
    assert_eq!((state.regs.ss(), state.regs.gpr[4]), (0x3000, 0x1000));
    assert_eq!([state.regs.es(), state.regs.ds(), state.regs.fs(), state.regs.gs()], [0x4000, 0x2000, 0x5000, 0x6000]);
    for segment in state.segments {
        assert_eq!(segment.base, u32::from(segment.selector) << 4);
        assert_eq!((segment.limit, segment.big), (0xFFFF, false));
    }
}

#[test]
fn a_loaded_segment_register_is_a_paragraph_whatever_the_tables_say() {
    // MOV AX,BEEFh; MOV DS,AX: no descriptor table reaches that far, and nobody asks it.
    let mut lab = Lab::new(&[0xB8, 0xEF, 0xBE, 0x8E, 0xD8]);
    assert_eq!(lab.run(2), Exit::BudgetUsed);
    assert_eq!((lab.cpu.state().segments[3].base, lab.cpu.state().segments[3].limit), (0xB_EEF0, 0xFFFF));
}

#[test]
fn the_task_cannot_leave_by_clearing_vm() {
    // With IOPL 3, POPFD and IRETD may be executed, but neither changes VM or IOPL.
    for code in [&[0x66, 0x9D][..], &[0x66, 0xCF]] {
        let mut lab = Lab::new(code);
        lab.set_iopl(3);
        // The image on the stack, for IRETD behind EIP and CS: all zero but the reserved bit.
        lab.write(STACK_TOP - 12, &[0, 0, 0, 0, 0, 0x10, 0, 0, 2, 0, 0, 0]);
        lab.change(|regs| regs.set_sp(if code[1] == 0xCF { 0x0FF4 } else { 0x0FFC }));
        assert_eq!(lab.run(1), Exit::BudgetUsed);
        assert_eq!(lab.cpu.eflags() & (eflags::VM | eflags::IOPL), eflags::VM | eflags::IOPL, "{code:02X?}");
        assert_eq!(lab.cpu.state().cpl, 3);
    }
}

// ---------------------------------------------------------------------------------------------
// 2. Addresses
//
// Linear address = paragraph × 16 + offset (§15.2). An 8086 wraps at 1 MiB; the 386 has address
// lines for more, so that FFFF:0010 and above reach the 64 KiB behind it. A monitor that wants the
// wrap maps those pages to the first ones. Offsets beyond FFFFh do not wrap but fault (§15.6).
// ---------------------------------------------------------------------------------------------

#[test]
fn the_last_paragraph_reaches_64_kib_beyond_1_mib() {
    // MOV AX,FFFFh; MOV DS,AX; MOV AL,[FFFFh]; MOV AH,[0Fh]
    let mut lab = Lab::new(&[0xB8, 0xFF, 0xFF, 0x8E, 0xD8, 0xA0, 0xFF, 0xFF, 0x8A, 0x26, 0x0F, 0]);
    lab.write(0x10_FFEF, &[0x5A]);
    lab.write(0xF_FFFF, &[0xA5]);
    lab.run(4);
    assert_eq!(lab.cpu.regs().ax(), 0xA55A);
}

#[test]
fn a_monitor_makes_addresses_wrap_at_1_mib_with_its_page_tables() {
    // MOV AX,FFFFh; MOV DS,AX; MOV AL,[0510h]
    let mut lab = Lab::new(&[0xB8, 0xFF, 0xFF, 0x8E, 0xD8, 0xA0, 0x10, 0x05]);
    lab.write(0x500, &[0x77]);
    for page in 0..16 {
        lab.map(0x10_0000 + page * 0x1000, |entry| entry & !pte::FRAME | (page * 0x1000));
    }
    lab.run(3);
    assert_eq!(lab.cpu.regs().al(), 0x77);
}

#[test]
fn an_operand_must_lie_within_64_kib_of_its_segment() {
    // What, code, whether it faults. EBX is 10000h.
    let cases: [(&str, &[u8], bool); 7] = [
        ("MOV AL,[FFFFh]", &[0xA0, 0xFF, 0xFF], false),
        ("MOV AX,[FFFEh]", &[0xA1, 0xFE, 0xFF], false),
        ("MOV AX,[FFFFh]", &[0xA1, 0xFF, 0xFF], true),
        ("MOV [FFFFh],AX", &[0xA3, 0xFF, 0xFF], true),
        ("MOV EAX,[FFFDh]", &[0x66, 0xA1, 0xFD, 0xFF], true),
        ("MOV AL,[00010000h]", &[0x67, 0xA0, 0, 0, 1, 0], true),
        ("MOV AL,[EBX]", &[0x67, 0x8A, 0x03], true),
    ];
    for (what, code, faults) in cases {
        let mut lab = Lab::new(code);
        lab.change(|regs| regs.gpr[3] = 0x0001_0000);
        let before = lab.cpu.regs();
        match lab.run(1) {
            Exit::BudgetUsed => assert!(!faults, "{what} does not fault"),
            Exit::Fault(fault, _) => {
                assert_eq!((fault, faults), (Fault::protection(0), true), "{what}");
                assert_eq!(lab.cpu.regs(), before, "{what} can be restarted");
            }
            other => panic!("{what}: {other:X?}"),
        }
    }
}

#[test]
fn code_that_runs_past_ffffh_faults_instead_of_wrapping() {
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFFF, &[0x90]);
    lab.cpu.set_eip(0xFFFF);
    assert_eq!((lab.fault().0, lab.cpu.eip()), (Fault::protection(0), 0x1_0000));
}

// ---------------------------------------------------------------------------------------------
// 3. Which instructions trap: the whole opcode map
//
// One letter an opcode, for a task with IOPL 0:
//
//   .  runs as on an 8086 (or as the 386 extends it)
//   S  sensitive to IOPL: #GP(0) unless IOPL is 3          (§15.4.2)
//   P  privileged: #GP(0) whatever the IOPL                (§15.4.1)
//   I  port access: #GP(0) unless the I/O map allows it    (§15.5)
//   U  #UD: undefined on a 386, or known in protected mode only
//   3  a breakpoint: exception 3 whatever the IOPL
//   1  the undocumented INT1: exception 1 whatever the IOPL
//   F  the coprocessor's: runs unless CR0 says that the monitor keeps it, see section 7
//   ?  not defined in the mode or out of it
//   g  a group: the middle field of the byte behind decides, see the tables below
//   x  a prefix
//   2  the first byte of the two-byte opcodes
// ---------------------------------------------------------------------------------------------

const ONE_BYTE: [&str; 16] = [
    // 0123456789ABCDEF
    "...............2", // 0  0F is the door to the two-byte opcodes
    "................", // 1
    "......x.......x.", // 2  26 ES:, 2E CS:
    "......x.......x.", // 3  36 SS:, 3E DS:
    "................", // 4
    "................", // 5
    "...Uxxxx....IIII", // 6  63 ARPL; 64–67 FS:, GS:, operand and address size; 6C–6F INS and OUTS
    "................", // 7
    "gggg........g.gg", // 8  8C, 8E MOV with a segment register; 8F POP
    "............SS..", // 9  9C PUSHF, 9D POPF
    "................", // A
    "................", // B
    "gg....gg....3S.S", // C  CC INT 3, CD INT n, CE INTO (not taken here), CF IRET
    "gggg....FFFFFFFF", // D  D8–DF belong to the coprocessor
    "....IIII....IIII", // E
    "x1xxP.gg..SS..gg", // F  F0 LOCK, F1 INT1, F2, F3 REP; F4 HLT; FA CLI, FB STI
];

const TWO_BYTE: [&str; 16] = [
    // 0123456789ABCDEF
    "ggUUUUPUUUUUUUUU", // 0  00, 01 system registers; 02 LAR, 03 LSL; 06 CLTS
    "....UUUUUUUUUUUU", // 1  UMOV, which manuals leave out
    "ggggggggUUUUUUUU", // 2  MOV with control, debug and test registers
    "UUUUUUUUUUUUUUUU", // 3
    "UUUUUUUUUUUUUUUU", // 4
    "UUUUUUUUUUUUUUUU", // 5
    "UUUUUUUUUUUUUUUU", // 6
    "UUUUUUUUUUUUUUUU", // 7
    "................", // 8  Jcc
    "................", // 9  SETcc
    "..U...UU..U...U.", // A  PUSH and POP of FS and GS, BT, SHLD, BTS, SHRD, IMUL
    "UU......UUg.....", // B  LSS, BTR, LFS, LGS, MOVZX, BTC, BSF, BSR, MOVSX
    "UUUUUUUUUUUUUUUU", // C  all later processors' from here
    "UUUUUUUUUUUUUUUU", // D
    "UUUUUUUUUUUUUUUU", // E
    "UUUUUUUUUUUUUUUU", // F
];

/// Opcodes whose byte behind has more of the opcode in its bits 3–5; with a memory operand where it can.
const GROUPS: [(&[u8], &str); 30] = [
    (&[0x80], "........"),
    (&[0x81], "........"),
    (&[0x82], "........"),
    (&[0x83], "........"),
    // ES, CS, SS, DS, FS, GS; there are no more. CS cannot be loaded.
    (&[0x8C], "......UU"),
    (&[0x8E], ".U....UU"),
    (&[0x8F], ".UUUUUUU"),
    (&[0xC0], "........"),
    (&[0xC1], "........"),
    (&[0xC6], ".UUUUUUU"),
    (&[0xC7], ".UUUUUUU"),
    (&[0xD0], "........"),
    (&[0xD1], "........"),
    (&[0xD2], "........"),
    (&[0xD3], "........"),
    (&[0xF6], "........"),
    (&[0xF7], "........"),
    (&[0xFE], "..UUUUUU"),
    (&[0xFF], ".......U"),
    // SLDT, STR, LLDT, LTR, VERR, VERW: protected mode only
    (&[0x0F, 0x00], "UUUUUUUU"),
    // SGDT, SIDT, LGDT, LIDT, SMSW, –, LMSW, –
    (&[0x0F, 0x01], "..PP.UPU"),
    (&[0x0F, 0xBA], "UUUU...."),
    // CR0, CR2, CR3
    (&[0x0F, 0x20], "P?PP????"),
    (&[0x0F, 0x22], "P?PP????"),
    // DR0–DR3, DR6, DR7; 4 and 5 are reserved
    (&[0x0F, 0x21], "PPPP??PP"),
    (&[0x0F, 0x23], "PPPP??PP"),
    // TR6, TR7
    (&[0x0F, 0x24], "??????PP"),
    (&[0x0F, 0x26], "??????PP"),
    (&[0x0F, 0x25], "UUUUUUUU"),
    (&[0x0F, 0x27], "UUUUUUUU"),
];

/// How the first instruction of a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Runs,
    Protection,
    Undefined,
    Debug,
    Breakpoint,
}

/// Executes one instruction and checks that a fault has changed nothing.
fn end_of(code: &[u8], iopl: u32) -> End {
    let mut lab = Lab::new(&[code, &[0x10, 0, 0, 0, 0, 0]].concat());
    lab.set_iopl(iopl);
    let wide = code.first() == Some(&0x66);
    // DS:0010h, in units of the operand size: 1, 10h. A divisor, a pair of bounds, and near and far
    // pointers to where code may be.
    lab.write(DATA + 0x10, if wide { &[1, 0, 0, 0, 0x10, 0, 0, 0] } else { &[1, 0, 0x10, 0, 0, 0, 0, 0] });
    lab.change(|regs| {
        regs.gpr = [5, 1, 0, 0, 0x2000, 0, 0, 0];
    });
    let before = lab.cpu.regs();
    let exit = lab.run(1);
    let Exit::Fault(fault, _) = exit else {
        assert!(matches!(exit, Exit::BudgetUsed | Exit::Interrupt(_)), "{code:02X?}: {exit:X?}");
        return End::Runs;
    };
    if fault != Fault::BREAKPOINT && fault != Fault::DEBUG {
        assert_eq!(lab.cpu.regs(), before, "{code:02X?} has changed something");
    }
    match fault {
        Fault::UNDEFINED => End::Undefined,
        Fault::BREAKPOINT => End::Breakpoint,
        Fault::DEBUG => End::Debug,
        Fault { vector: 13, error: Some(0) } => End::Protection,
        other => panic!("{code:02X?}: {other:X?}"),
    }
}

/// What a letter of the tables promises. `None`: this table does not say.
fn promised(letter: char, iopl: u32) -> Option<End> {
    Some(match letter {
        '.' | 'F' => End::Runs,
        'S' if iopl == 3 => End::Runs,
        'S' | 'P' | 'I' => End::Protection,
        'U' => End::Undefined,
        '3' => End::Breakpoint,
        _ => return None,
    })
}

fn assert_keeps_promise(code: &[u8], letter: char) {
    for iopl in 0..=3 {
        for prefix in [&[][..], &[0x66]] {
            let code = [prefix, code].concat();
            if let Some(want) = promised(letter, iopl) {
                assert_eq!(end_of(&code, iopl), want, "{code:02X?} with IOPL {iopl}");
            }
        }
    }
}

fn letters(map: &[&str; 16]) -> Vec<(u8, char)> {
    (0..=255).zip(map.iter().flat_map(|row| row.chars())).collect()
}

#[test]
fn each_one_byte_opcode_is_as_the_map_says() {
    for (opcode, letter) in letters(&ONE_BYTE) {
        // A direct address is the operand where one is needed.
        assert_keeps_promise(&[opcode, 0x06], letter);
    }
}

#[test]
fn each_two_byte_opcode_is_as_the_map_says() {
    for (opcode, letter) in letters(&TWO_BYTE) {
        assert_keeps_promise(&[0x0F, opcode, 0x06], letter);
    }
}

#[test]
fn each_group_is_as_its_table_says() {
    for (opcode, row) in GROUPS {
        for (reg, letter) in (0u8..).zip(row.chars()) {
            assert_keeps_promise(&[opcode, &[reg << 3 | 6]].concat(), letter);
        }
    }
}

#[test]
fn the_undocumented_int1_is_a_debug_exception_and_no_sensitive_instruction() {
    for iopl in [0, 3] {
        let exit = {
            let mut lab = Lab::new(&[0xF1]);
            lab.set_iopl(iopl);
            lab.run(1)
        };
        assert!(matches!(exit, Exit::Interrupt(1) | Exit::Fault(Fault::DEBUG, _)), "{exit:X?}");
    }
}

#[test]
fn a_pointer_must_be_in_memory() {
    // BOUND, LEA, LES, LDS, CALL and JMP far, SGDT, SIDT, LGDT, LIDT, LSS, LFS, LGS with a register
    let one_byte = [[0x62, 0xC0], [0x8D, 0xC0], [0xFF, 0xD8], [0xFF, 0xE8]];
    let two_byte = [[0x01, 0xC0], [0x01, 0xC8], [0x01, 0xD0], [0x01, 0xD8], [0xB2, 0xC0], [0xB4, 0xC0], [0xB5, 0xC0]];
    for code in one_byte {
        assert_eq!(end_of(&code, 3), End::Undefined, "{code:02X?}");
    }
    for [opcode, modrm] in two_byte {
        assert_eq!(end_of(&[0x0F, opcode, modrm], 3), End::Undefined, "0F {opcode:02X} {modrm:02X}");
    }
}

#[test]
fn into_traps_only_on_overflow_and_whatever_the_iopl() {
    for iopl in 0..=3 {
        assert_eq!(end_of(&[0xCE], iopl), End::Runs);
        let mut lab = Lab::new(&[0xCE]);
        lab.set_iopl(iopl);
        lab.change(|regs| regs.eflags |= eflags::OF);
        assert_eq!((lab.fault().0, lab.cpu.eip()), (Fault::OVERFLOW, 1), "behind the instruction");
    }
}

#[test]
fn no_instruction_is_longer_than_15_bytes() {
    // Segment prefixes before NOP: 14 of them are the limit.
    assert_eq!(end_of(&[&[0x26; 14][..], &[0x90]].concat(), 0), End::Runs);
    assert_eq!(end_of(&[&[0x26; 15][..], &[0x90]].concat(), 0), End::Protection);
}

// ---------------------------------------------------------------------------------------------
// 4. Sensitive instructions, and IOPL 3
//
// The monitor gets each as #GP(0) before it has changed anything, with its length and operands, and
// does in its place what the task may have (§15.4.2). With IOPL 3 the flag and interrupt
// instructions run natively; HLT, ports and the system registers do not change (§15.4.1, §15.5).
// ---------------------------------------------------------------------------------------------

/// Freed by IOPL 3.
fn by_iopl() -> Vec<(&'static [u8], Sensitive)> {
    vec![
        (&[0xFA], Sensitive::Cli),
        (&[0xFB], Sensitive::Sti),
        (&[0x9C], Sensitive::Pushf(Width::Word)),
        (&[0x66, 0x9C], Sensitive::Pushf(Width::Dword)),
        (&[0x9D], Sensitive::Popf(Width::Word)),
        (&[0x66, 0x9D], Sensitive::Popf(Width::Dword)),
        (&[0xCD, 0x21], Sensitive::Int(0x21)),
        // INT 3 in its two-byte form is no breakpoint.
        (&[0xCD, 0x03], Sensitive::Int(3)),
        (&[0xCF], Sensitive::Iret(Width::Word)),
        (&[0x66, 0xCF], Sensitive::Iret(Width::Dword)),
    ]
}

/// Not freed by it.
fn always() -> Vec<(&'static [u8], Sensitive)> {
    let read = |control, gpr| Sensitive::Control(ControlAccess::Read { control, gpr });
    vec![
        (&[0xF4], Sensitive::Hlt),
        (&[0xE4, 0x60], Sensitive::In(PortNumber::Immediate(0x60), Width::Byte)),
        (&[0xE5, 0x60], Sensitive::In(PortNumber::Immediate(0x60), Width::Word)),
        (&[0xEC], Sensitive::In(PortNumber::Dx, Width::Byte)),
        (&[0xED], Sensitive::In(PortNumber::Dx, Width::Word)),
        (&[0x66, 0xED], Sensitive::In(PortNumber::Dx, Width::Dword)),
        (&[0xE6, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Byte)),
        (&[0xE7, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Word)),
        (&[0xEE], Sensitive::Out(PortNumber::Dx, Width::Byte)),
        (&[0x66, 0xEF], Sensitive::Out(PortNumber::Dx, Width::Dword)),
        (&[0x6C], Sensitive::StringPort),
        (&[0xF3, 0x6F], Sensitive::StringPort),
        (&[0x0F, 0x01, 0x16, 0x00, 0x00], Sensitive::Control(ControlAccess::LoadTable)),
        (&[0x0F, 0x01, 0x1E, 0x00, 0x00], Sensitive::Control(ControlAccess::LoadTable)),
        (&[0x0F, 0x06], Sensitive::Control(ControlAccess::Clts)),
        (&[0x0F, 0x20, 0xC3], read(ControlRegister::Cr(0), 3)),
        (&[0x0F, 0x20, 0xD8], read(ControlRegister::Cr(3), 0)),
        (&[0x0F, 0x21, 0xF9], read(ControlRegister::Dr(7), 1)),
        (&[0x0F, 0x24, 0xF2], read(ControlRegister::Tr(6), 2)),
        (&[0x0F, 0x22, 0xD8], Sensitive::Control(ControlAccess::WriteCr3)),
        (&[0x0F, 0x20, 0xC8], Sensitive::Control(ControlAccess::Undefined)),
        (&[0x0F, 0x22, 0xE0], Sensitive::Control(ControlAccess::Undefined)),
        (&[0x0F, 0x23, 0xF8], Sensitive::Control(ControlAccess::WriteDebug { number: 7, value: 0 })),
    ]
}

fn assert_traps(code: &[u8], want: Sensitive, iopl: u32) {
    let mut lab = Lab::new(code);
    lab.set_iopl(iopl);
    lab.change(|regs| regs.set_cx(2));
    let before = lab.cpu.regs();
    let (fault, insn) = lab.fault();
    assert_eq!((fault, insn.sensitive), (Fault::protection(0), Some(want)), "{code:02X?}");
    assert_eq!(insn.next_eip as usize, code.len(), "{code:02X?}");
    assert_eq!(lab.cpu.regs(), before, "{code:02X?} has changed something");
}

#[test]
fn the_monitor_is_told_which_instruction_it_was() {
    for iopl in 0..3 {
        for (code, want) in by_iopl().into_iter().chain(always()) {
            assert_traps(code, want, iopl);
        }
    }
    for (code, want) in always() {
        assert_traps(code, want, 3);
    }
}

#[test]
fn mode_bits_written_by_lmsw_and_mov_cr0_reach_the_monitor() {
    // LMSW AX; MOV CR0,EAX
    for code in [&[0x0F, 0x01, 0xF0][..], &[0x0F, 0x22, 0xC0]] {
        let (fault, insn) = Lab::new(code).fault();
        assert_eq!(fault, Fault::protection(0));
        assert!(matches!(insn.sensitive, Some(Sensitive::Control(ControlAccess::WriteCr0 { .. }))), "{code:02X?}");
    }
}

#[test]
fn with_iopl_3_cli_and_sti_switch_interrupts_themselves() {
    let mut lab = Lab::new(&[0xFA, 0xFB]);
    lab.set_iopl(3);
    assert_eq!((lab.run(1), lab.cpu.eflags() & eflags::IF), (Exit::BudgetUsed, 0));
    assert_eq!((lab.run(1), lab.cpu.eflags() & eflags::IF), (Exit::BudgetUsed, eflags::IF));
}

#[test]
fn with_iopl_3_pushf_shows_the_iopl_and_popf_changes_if_but_neither_iopl_nor_vm() {
    // PUSHF; POPFD
    let mut lab = Lab::new(&[0x9C, 0x66, 0x9D]);
    lab.set_iopl(3);
    lab.run(1);
    assert_eq!(lab.read_u8(STACK_TOP - 1) & 0x30, 0x30);
    let all_but = !(eflags::TF | eflags::IF | eflags::IOPL);
    lab.write(STACK_TOP - 4, &all_but.to_le_bytes());
    lab.change(|regs| regs.set_sp(0x0FFC));
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    let flags = lab.cpu.eflags();
    assert_eq!(flags & (eflags::VM | eflags::IOPL | eflags::IF | eflags::RF), eflags::VM | eflags::IOPL);
    assert_ne!(flags & eflags::NT, 0, "the other flags come from the stack");
}

#[test]
fn with_iopl_3_iret_returns_within_the_task() {
    // IRET with IP 0050h, CS 1100h, FLAGS with CF and interrupts off
    let mut lab = Lab::new(&[0xCF]);
    lab.set_iopl(3);
    lab.write(STACK_TOP - 6, &[0x50, 0, 0, 0x11, 0x03, 0]);
    lab.change(|regs| regs.set_sp(0x0FFA));
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    let regs = lab.cpu.regs();
    assert_eq!((regs.cs(), regs.eip, regs.sp()), (0x1100, 0x50, 0x1000));
    assert_eq!(
        regs.eflags & (eflags::CF | eflags::IF | eflags::VM | eflags::IOPL),
        eflags::CF | eflags::VM | eflags::IOPL
    );
}

// ---------------------------------------------------------------------------------------------
// 5. What the 386 leaves un-trapped
//
// SMSW, SGDT and SIDT only read, and the 386 does not guard them: a task sees the monitor's own
// values, not what an 8086 or a monitor would like it to see. Their relatives SLDT and STR, and all
// that works on selectors, are undefined in the mode (table of §15.1, §17.2.2).
// ---------------------------------------------------------------------------------------------

#[test]
fn smsw_shows_that_protection_is_on() {
    // SMSW AX; SMSW [0]
    let mut lab = Lab::new(&[0x0F, 0x01, 0xE0, 0x0F, 0x01, 0x26, 0, 0]);
    assert_eq!(lab.run(2), Exit::BudgetUsed);
    assert_eq!((lab.cpu.regs().ax() & 1, lab.read_u8(DATA) & 1), (1, 1));
}

#[test]
fn sgdt_and_sidt_store_the_monitors_tables() {
    // SGDT [10h]; SIDT [20h]
    let mut lab = Ring0::new(&[0x0F, 0x01, 0x06, 0x10, 0, 0x0F, 0x01, 0x0E, 0x20, 0], 0);
    assert_eq!(lab.cpu.run(&mut lab.mem, 2), Exit::BudgetUsed);
    let state = lab.cpu.state();
    for (at, register) in [(DATA + 0x10, state.gdtr), (DATA + 0x20, state.idtr)] {
        let stored = (lab.mem.read_u16(PhysAddr(at)), lab.mem.read_u32(PhysAddr(at + 2)));
        // With a 16-bit operand too, the 386 stores all 32 bits of the base.
        assert_eq!(stored, (register.limit, register.base));
    }
}

#[test]
fn lahf_sahf_and_the_direction_flag_are_the_tasks_own() {
    // SAHF; LAHF; STD
    let mut lab = Lab::new(&[0x9E, 0x9F, 0xFD]);
    lab.change(|regs| regs.set_ax(0xFF00));
    assert_eq!(lab.run(3), Exit::BudgetUsed);
    assert_eq!(lab.cpu.regs().ah(), 0xD7, "bits 5 and 3 read as zero, bit 1 as one");
    assert_ne!(lab.cpu.eflags() & eflags::DF, 0);
}

// ---------------------------------------------------------------------------------------------
// 6. Ports and the I/O permission bit map
//
// In the mode IOPL has no say over ports: the bit map in the TSS always decides (§15.5.1, §8.3.2).
// Each byte of an access needs its own bit clear. The processor reads two bytes of the map for
// every access, and what lies beyond the limit of the TSS counts as closed.
// ---------------------------------------------------------------------------------------------

/// Opens the ports of `range` in a map that is otherwise closed.
fn open(lab: &mut Lab, ports: impl IntoIterator<Item = u32>) {
    for port in ports {
        let at = lab::TSS + IO_MAP + port / 8;
        let byte = lab.read_u8(at) & !(1 << (port % 8));
        lab.write(at, &[byte]);
    }
}

/// IN of the width at port DX.
fn input(width: Width) -> &'static [u8] {
    match width {
        Width::Byte => &[0xEC],
        Width::Word => &[0xED],
        Width::Dword => &[0x66, 0xED],
    }
}

const WIDTHS: [Width; 3] = [Width::Byte, Width::Word, Width::Dword];

/// Whether an IN may read `port`.
fn allowed(lab: &mut Lab, width: Width, port: u16) -> bool {
    lab.write(CODE, input(width));
    lab.cpu.set_eip(0);
    lab.change(|regs| regs.set_dx(port));
    match lab.run(1) {
        Exit::PortRead(at, wide) => {
            assert_eq!((at, wide), (Port(port), width));
            true
        }
        Exit::Fault(fault, _) => {
            assert_eq!(fault, Fault::protection(0));
            false
        }
        other => panic!("{other:X?}"),
    }
}

#[test]
fn an_access_needs_the_bit_of_every_byte_it_touches() {
    // One closed port in an open map: exactly the accesses that touch it trap, on either side of the
    // border between two bytes of the map.
    for closed in 0x3F0..0x400u16 {
        let mut lab = Lab::new(&[]);
        open(&mut lab, (0x300..0x500).filter(|&port| port != u32::from(closed)));
        for width in WIDTHS {
            for port in 0x3E8..0x408u16 {
                let touches = (port..).take(width.bytes() as usize).any(|byte| byte == closed);
                assert_eq!(allowed(&mut lab, width, port), !touches, "{width:?} at {port:X}, {closed:X} closed");
            }
        }
    }
}

#[test]
fn the_map_decides_whatever_the_iopl() {
    for iopl in 0..=3 {
        let mut lab = Lab::new(&[]);
        open(&mut lab, [0x60]);
        lab.set_iopl(iopl);
        assert!(allowed(&mut lab, Width::Byte, 0x60));
        assert!(!allowed(&mut lab, Width::Byte, 0x61));
    }
}

#[test]
fn the_last_port_is_guarded_by_the_byte_behind_the_map() {
    let mut lab = Lab::new(&[]);
    open(&mut lab, 0xFFFC..0x1_0000);
    assert!(allowed(&mut lab, Width::Byte, 0xFFFF));
    assert!(allowed(&mut lab, Width::Dword, 0xFFFC));
    // Their bits would lie in the byte behind the map, which is all ones for that reason.
    assert!(!allowed(&mut lab, Width::Word, 0xFFFF));
    assert!(!allowed(&mut lab, Width::Dword, 0xFFFD));
}

#[test]
fn ports_beyond_the_limit_of_the_tss_are_closed() {
    // The map ends with the byte of ports 60h–67h and the one behind it.
    let mut lab = Lab::with_tss_limit(&[], IO_MAP + 0x60 / 8 + 1);
    open(&mut lab, 0..0x1_0000);
    assert!(allowed(&mut lab, Width::Byte, 0x67));
    assert!(allowed(&mut lab, Width::Dword, 0x67), "its second byte of the map is within the limit");
    assert!(!allowed(&mut lab, Width::Byte, 0x68), "its second byte of the map is not");
}

#[test]
fn a_map_that_begins_beyond_the_limit_closes_every_port() {
    let mut lab = Lab::new(&[]);
    open(&mut lab, 0..0x1_0000);
    lab.mem.write_u16(PhysAddr(lab::TSS + 0x66), 0xFFFF);
    assert!(!allowed(&mut lab, Width::Byte, 0));
}

// ---------------------------------------------------------------------------------------------
// 7. Interrupts and exceptions through the IDT
//
// A task has no interrupt table of its own as far as the processor is concerned: everything goes
// through the IDT to ring 0 (§15.3.1). The handler's stack is SS0:ESP0 of the TSS; the processor
// pushes GS, FS, DS and ES, which an 8086 program never has on its own stack in this order, then SS
// and ESP, EFLAGS with VM, CS, EIP and for some exceptions an error code (figure 15-4). It then
// clears DS, ES, FS and GS, because paragraphs make no sense as selectors. IRETD takes all back.
// ---------------------------------------------------------------------------------------------

/// The task's registers as they are pushed when it is interrupted before its first instruction.
const AT_START: Frame = Frame {
    error: None,
    eip: 0,
    cs: 0x1000,
    eflags: eflags::VM | eflags::IF | eflags::ONE,
    esp: 0x1000,
    ss: 0x3000,
    es: 0x4000,
    ds: 0x2000,
    fs: 0x5000,
    gs: 0x6000,
};

/// An instruction that ends in a handler.
struct Event {
    what: &'static str,
    code: &'static [u8],
    iopl: u32,
    /// Flags that are set when it begins.
    flags: u32,
    vector: u8,
    error: Option<u32>,
    /// Where the handler returns to.
    eip: u32,
    /// RF in the image: the exception is a fault, and its instruction is to be executed again without
    /// a second report of its breakpoint (§12.3.1.1).
    resume: bool,
}

const fn fault(what: &'static str, code: &'static [u8], vector: u8, error: Option<u32>) -> Event {
    Event { what, code, iopl: 0, flags: 0, vector, error, eip: 0, resume: true }
}

const fn trap(what: &'static str, code: &'static [u8], vector: u8, eip: u32) -> Event {
    Event { what, code, iopl: 0, flags: 0, vector, error: None, eip, resume: false }
}

fn events() -> Vec<Event> {
    vec![
        fault("divide error", &[0xF6, 0xF1], 0, None),
        Event { flags: eflags::TF, ..trap("single step over INC AX", &[0x40], 1, 1) },
        trap("INT 3", &[0xCC], 3, 1),
        Event { iopl: 3, ..trap("INT 3, IOPL 3", &[0xCC], 3, 1) },
        Event { flags: eflags::OF, ..trap("INTO", &[0xCE], 4, 1) },
        fault("BOUND", &[0x62, 0x06, 0, 0], 5, None),
        fault("undefined opcode", &[0x0F, 0x0B], 6, None),
        fault("ARPL", &[0x63, 0xC0], 6, None),
        fault("INT n with IOPL 0", &[0xCD, 0x21], 13, Some(0)),
        fault("INT 3 in two bytes with IOPL 0", &[0xCD, 0x03], 13, Some(0)),
        Event { iopl: 3, ..trap("INT n with IOPL 3", &[0xCD, 0x21], 0x21, 2) },
        fault("CLI", &[0xFA], 13, Some(0)),
        fault("HLT", &[0xF4], 13, Some(0)),
        Event { iopl: 3, ..fault("HLT, IOPL 3", &[0xF4], 13, Some(0)) },
        fault("IN without a map", &[0xEC], 13, Some(0)),
        fault("MOV AX,[FFFFh]", &[0xA1, 0xFF, 0xFF], 13, Some(0)),
        // Error code: user, not present.
        fault("page not present", &[0xA0, 0, 0x80], 14, Some(4)),
    ]
}

impl Event {
    fn bench(&self) -> Ring0 {
        let mut lab = Ring0::new(self.code, self.iopl);
        lab.change(|regs| {
            regs.set_ax(5);
            regs.eflags |= self.flags;
        });
        lab.map(DATA + 0x8000, |entry| entry & !pte::PRESENT);
        lab
    }

    fn frame(&self) -> Frame {
        let resume = if self.resume { eflags::RF } else { 0 };
        let eflags = AT_START.eflags | self.iopl << 12 | self.flags | resume;
        Frame { error: self.error, eip: self.eip, eflags, ..AT_START }
    }
}

/// EFLAGS without what arithmetic leaves, unless it was set on purpose.
fn steady(frame: Frame) -> Frame {
    let changed = eflags::PF | eflags::AF | eflags::ZF | eflags::SF | eflags::CF;
    Frame { eflags: frame.eflags & !changed, ..frame }
}

#[test]
fn each_event_builds_its_frame_on_the_ring_0_stack() {
    for event in events() {
        let mut lab = event.bench();
        assert_eq!(lab.run_to_handler(), event.vector, "{}", event.what);
        assert_eq!(steady(lab.frame(event.error.is_some())), event.frame(), "{}", event.what);
        let pushed = if event.error.is_some() { 40 } else { 36 };
        assert_eq!(lab.cpu.regs().gpr[4], STACK0.1 - pushed, "{}", event.what);
    }
}

#[test]
fn a_handler_runs_in_ring_0_with_null_data_segments() {
    for event in events() {
        let mut lab = event.bench();
        lab.run_to_handler();
        let state = lab.cpu.state();
        assert_eq!((state.cpl, state.regs.cs(), state.regs.ss()), (0, HANDLER_CODE, STACK0.0));
        assert_eq!([state.regs.es(), state.regs.ds(), state.regs.fs(), state.regs.gs()], [0; 4], "{}", event.what);
        let cleared = eflags::VM | eflags::IF | eflags::TF | eflags::NT | eflags::RF;
        assert_eq!(state.regs.eflags & cleared, 0, "{}", event.what);
    }
}

#[test]
fn iretd_takes_the_whole_frame_back() {
    for event in events() {
        let mut lab = event.bench();
        lab.run_to_handler();
        assert!(lab.return_from_handler(), "{}", event.what);
        let regs = lab.cpu.regs();
        assert_eq!((regs.cs(), regs.eip, regs.ss(), regs.gpr[4]), (0x1000, event.eip, 0x3000, 0x1000));
        assert_eq!([regs.es(), regs.ds(), regs.fs(), regs.gs()], [0x4000, 0x2000, 0x5000, 0x6000]);
        assert_eq!(lab.cpu.state().cpl, 3);
    }
}

#[test]
fn a_trap_gate_leaves_interrupts_on_and_an_interrupt_gate_switches_them_off() {
    for (access, left) in [(TRAP_GATE, eflags::IF), (INNER_GATE, 0)] {
        let mut lab = Ring0::new(&[0x0F, 0x0B], 0);
        lab.set_gate(6, HANDLER_CODE, access);
        lab.run_to_handler();
        assert_eq!(lab.cpu.eflags() & eflags::IF, left);
    }
}

#[test]
fn an_interrupt_from_outside_takes_the_same_road() {
    let mut lab = Ring0::new(&[0x90], 0);
    lab.set_gate(0x20, HANDLER_CODE, INNER_GATE);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    assert_eq!(lab.run_to_handler(), 0x20);
    assert_eq!(lab.frame(false), AT_START);
}

#[test]
fn software_interrupts_need_a_gate_of_ring_3() {
    // The error code names the vector, and bit 1 the IDT. INT 3 and INTO are no exceptions to that.
    for (code, vector) in [(&[0xCD, 0x21][..], 0x21), (&[0xCC], 3), (&[0xCE], 4)] {
        let mut lab = Ring0::new(code, 3);
        lab.change(|regs| regs.eflags |= eflags::OF);
        lab.set_gate(vector, HANDLER_CODE, INNER_GATE);
        assert_eq!(lab.run_to_handler(), 13, "{code:02X?}");
        let frame = lab.frame(true);
        assert_eq!((frame.error, frame.eip), (Some(u32::from(vector) * 8 + 2), 0), "{code:02X?}");
    }
}

#[test]
fn a_handler_must_be_in_ring_0() {
    let mut lab = Ring0::new(&[0xCC], 0);
    lab.set_gate(3, RING1_CODE & !3, TRAP_GATE);
    assert_eq!(lab.run_to_handler(), 13);
    assert_eq!(lab.frame(true).error, Some(u32::from(RING1_CODE & !3)));
}

#[test]
fn the_monitor_can_go_on_in_ring_3_of_protected_mode_instead() {
    // A handler that changes the frame: IRETD without VM is an ordinary return to an outer level.
    let mut lab = Ring0::new(&[0xCC], 0);
    lab.run_to_handler();
    let top = lab.cpu.regs().gpr[4];
    let image = [0x1_0000, u32::from(RING3_CODE), eflags::ONE, 0x3_1000, u32::from(RING3_DATA)];
    for (slot, value) in (0u32..).zip(image) {
        lab.mem.write_u32(PhysAddr(top + slot * 4), value);
    }
    lab.cpu.run(&mut lab.mem, 1);
    let state = lab.cpu.state();
    assert_eq!((state.cpl, state.regs.cs(), state.regs.eip), (3, RING3_CODE, 0x1_0000));
    assert_eq!(state.regs.eflags & eflags::VM, 0);
}

#[test]
fn a_task_gate_saves_the_task_in_its_tss_and_iret_with_nt_brings_it_back() {
    let mut lab = Ring0::new(&[0xCC, 0x40], 0);
    lab.set_gate(3, OTHER_TASK, TASK_GATE);
    ring_0_task(&mut lab);
    // HLT in the new task
    assert_eq!(lab.cpu.run(&mut lab.mem, 100), Exit::Halt);
    let saved = |offset: u32| lab.mem.read_u32(PhysAddr(TSS + offset));
    assert_eq!(saved(0x20), 1, "EIP, behind INT 3");
    assert_eq!(saved(0x24) & (eflags::VM | eflags::IF), eflags::VM | eflags::IF);
    assert_eq!([0x48, 0x4C, 0x50, 0x54, 0x58, 0x5C].map(saved), [0x4000, 0x1000, 0x3000, 0x2000, 0x5000, 0x6000]);
    assert_ne!(lab.cpu.eflags() & eflags::NT, 0);
    // IRETD behind the HLT
    lab.cpu.run(&mut lab.mem, 1);
    let state = lab.cpu.state();
    assert_ne!(state.regs.eflags & eflags::VM, 0);
    assert_eq!((state.cpl, state.regs.cs(), state.regs.eip, state.regs.ds()), (3, 0x1000, 1, 0x2000));
}

/// Fills the other TSS with a ring-0 task that halts and returns.
fn ring_0_task(lab: &mut Ring0) {
    const CODE0: u32 = 0x12_8000;
    lab.mem.write_bytes(PhysAddr(CODE0), &[0xF4, 0xCF]);
    let data = u32::from(STACK0.0);
    let fields = [
        (0x1C, 0x12_0000),
        (0x20, CODE0),
        (0x24, eflags::ONE),
        (0x38, 0x12_9000),
        (0x48, data),
        (0x4C, u32::from(HANDLER_CODE)),
        (0x50, data),
        (0x54, data),
    ];
    for (offset, value) in fields {
        lab.mem.write_u32(PhysAddr(OTHER_TSS + offset), value);
    }
}

/// MOV EAX,value; MOV CR0,EAX with protection and paging on.
fn with_cr0(bits: u8) -> [u8; 8] {
    [0xB8, bits | 1, 0, 0, 0x80, 0x0F, 0x22, 0xC0]
}

#[test]
fn the_coprocessor_is_the_tasks_unless_the_monitor_keeps_it() {
    const MP: u8 = 2;
    const EM: u8 = 4;
    const TS: u8 = 8;
    let fnop: &[u8] = &[0xD9, 0xD0, 0xF4];
    let wait: &[u8] = &[0x9B, 0xF4];
    // The HLT behind it shows that it has run.
    let cases = [(fnop, 0, 13), (fnop, EM, 7), (fnop, TS, 7), (wait, TS, 13), (wait, MP | TS, 7)];
    for (code, bits, vector) in cases {
        let mut lab = Ring0::prepared(code, 0, &with_cr0(bits));
        assert_eq!(lab.run_to_handler(), vector, "{code:02X?} with CR0 {bits}");
        let eip = if vector == 7 { 0 } else { code.len() - 1 };
        assert_eq!(lab.frame(vector == 13).eip as usize, eip, "{code:02X?} with CR0 {bits}");
    }
}

#[test]
fn the_monitors_breakpoints_stop_the_task_by_linear_address() {
    // MOV EAX,address; MOV DR0,EAX; MOV EAX,control; MOV DR7,EAX
    let arm = |address: u32, control: u32| {
        let ([a0, a1, a2, a3], [c0, c1, c2, c3]) = (address.to_le_bytes(), control.to_le_bytes());
        [0xB8, a0, a1, a2, a3, 0x0F, 0x23, 0xC0, 0xB8, c0, c1, c2, c3, 0x0F, 0x23, 0xF8]
    };
    // NOP; MOV [1234h],AL; NOP. Before an instruction that is executed, and behind one that writes.
    for (address, control, eip) in [(CODE + 4, 0x0002, 4), (DATA + 0x1234, 0x1_0002, 4)] {
        let mut lab = Ring0::prepared(&[0x90, 0xA2, 0x34, 0x12, 0x90], 0, &arm(address, control));
        assert_eq!(lab.run_to_handler(), 1);
        let frame = lab.frame(false);
        assert_eq!((frame.cs, frame.eip), (0x1000, eip));
        assert_eq!(lab.cpu.state().debug[6] & 0xF, 1, "DR6 names the breakpoint");
    }
}

// ---------------------------------------------------------------------------------------------
// 8. Pages
//
// Paging is what keeps a task in its place: with its paragraphs alone it could reach everything in
// the first megabyte (§15.2.1). It runs at level 3, so supervisor pages are closed to it and
// read-only pages are read-only. The error code says user, and why.
// ---------------------------------------------------------------------------------------------

#[test]
fn a_page_of_the_supervisor_is_out_of_reach() {
    // MOV AL,[1234h]; MOV [1234h],AL
    for (code, error) in [(&[0xA0, 0x34, 0x12], 5), (&[0xA2, 0x34, 0x12], 7)] {
        let mut lab = Lab::new(code);
        lab.map(DATA + 0x1234, |entry| entry & !pte::USER);
        assert_eq!(lab.fault().0, Fault::page(error));
        assert_eq!(lab.cpu.cr2().0, DATA + 0x1234);
    }
}

#[test]
fn a_read_only_page_can_be_read_and_not_written() {
    let mut lab = Lab::new(&[0xA0, 0x34, 0x12, 0xA2, 0x34, 0x12]);
    lab.map(DATA + 0x1234, |entry| entry & !pte::WRITABLE);
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    assert_eq!(lab.fault().0, Fault::page(7));
}

#[test]
fn the_processors_own_accesses_for_the_task_are_the_supervisors() {
    // The bit map and the handlers' stack lie in pages that the task itself cannot touch.
    let mut lab = Lab::new(&[]);
    open(&mut lab, [0x60]);
    assert_eq!(lab.entry(lab::TSS) & pte::USER, 0);
    assert!(allowed(&mut lab, Width::Byte, 0x60));
}
