//! # 3. Which instructions trap: the whole opcode map
//!
//! One letter an opcode, for a task with IOPL 0:
//!
//!   .  runs as on an 8086 (or as the 386 extends it)
//!   S  sensitive to IOPL: #GP(0) unless IOPL is 3          (§15.4.2)
//!   P  privileged: #GP(0) whatever the IOPL                (§15.4.1)
//!   I  port access: #GP(0) unless the I/O map allows it    (§15.5)
//!   U  #UD: undefined on a 386, or known in protected mode only
//!   3  a breakpoint: exception 3 whatever the IOPL
//!   1  the undocumented INT1: exception 1 whatever the IOPL
//!   F  the coprocessor's: runs unless CR0 says that the monitor keeps it, see section 7
//!   ?  not defined in the mode or out of it
//!   g  a group: the middle field of the byte behind decides, see the tables below
//!   x  a prefix
//!   2  the first byte of the two-byte opcodes

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{Exit, Fault};

use super::super::lab::{DATA, Lab};

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
