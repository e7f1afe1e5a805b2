//! Every one-byte and two-byte opcode of the 386, by ModRM register number and operand kind, against
//! a list that states what is an instruction. Source: 80386 PRM, appendix A; see `validity` for what the
//! chip adds.

use super::*;

/// Forms of a ModRM byte that make an instruction: bit n of `memory` and `register` for number n.
#[derive(Clone, Copy)]
struct Forms {
    memory: u8,
    register: u8,
}

/// Every form, or no ModRM byte at all.
const ANY: Forms = Forms { memory: 0xFF, register: 0xFF };
/// No form.
const NONE: Forms = Forms { memory: 0, register: 0 };

const fn both(numbers: u8) -> Forms {
    Forms { memory: numbers, register: numbers }
}

const fn memory(numbers: u8) -> Forms {
    Forms { memory: numbers, register: 0 }
}

/// What is not [`ANY`] among one-byte opcodes. Prefixes and 0F stand apart; ESC belongs to the 80387.
fn one_byte(opcode: u8) -> Option<Forms> {
    Some(match opcode {
        0x0F | 0x26 | 0x2E | 0x36 | 0x3E | 0x64..=0x67 | 0xF0 | 0xF2 | 0xF3 | 0xD8..=0xDF => return None,
        // BOUND, LES, LDS, LEA
        0x62 | 0xC4 | 0xC5 | 0x8D => memory(0xFF),
        // MOV r/m,Sreg and MOV Sreg,r/m: there is no segment register 6 or 7, and CS is not loaded.
        0x8C => both(0b0011_1111),
        0x8E => both(0b0011_1101),
        // POP, MOV r/m,imm
        0x8F | 0xC6 | 0xC7 => both(1),
        // INC, DEC
        0xFE => both(0b11),
        // INC, DEC, CALL, CALL far, JMP, JMP far, PUSH
        0xFF => Forms { memory: 0b0111_1111, register: 0b0101_0111 },
        _ => ANY,
    })
}

/// Opcodes that begin with 0F.
fn two_byte(opcode: u8) -> Forms {
    match opcode {
        // SLDT, STR, LLDT, LTR, VERR, VERW
        0x00 => both(0b0011_1111),
        // SGDT, SIDT, LGDT, LIDT, SMSW, LMSW
        0x01 => Forms { memory: 0b0101_1111, register: 0b0101_0000 },
        // LAR, LSL, CLTS, UMOV
        0x02 | 0x03 | 0x06 | 0x10..=0x13 => ANY,
        // MOV to and from CRn (#UD for those that are not there comes behind #GP); DR0–DR7; TR6, TR7
        0x20..=0x23 => ANY,
        0x24 | 0x26 => both(0b1100_0000),
        // Jcc, SETcc, PUSH FS, POP FS, BT, SHLD, PUSH GS, POP GS, BTS, SHRD, IMUL
        0x80..=0xA1 | 0xA3..=0xA5 | 0xA8 | 0xA9 | 0xAB..=0xAD | 0xAF => ANY,
        // LSS, LFS, LGS
        0xB2 | 0xB4 | 0xB5 => memory(0xFF),
        // BTR, MOVZX, BTC, BSF, BSR, MOVSX
        0xB3 | 0xB6 | 0xB7 | 0xBB..=0xBF => ANY,
        // BT, BTS, BTR, BTC
        0xBA => both(0b1111_0000),
        _ => NONE,
    }
}

/// What LOCK may stand before, always with a memory operand that is written. Source: 80386 PRM §17.2.2.
fn lockable(opcode: &[u8]) -> Forms {
    match opcode {
        // ADD, OR, ADC, SBB, AND, SUB, XOR with a memory destination
        [0x00 | 0x01 | 0x08 | 0x09 | 0x10 | 0x11 | 0x18 | 0x19 | 0x20 | 0x21 | 0x28 | 0x29 | 0x30 | 0x31] => {
            memory(0xFF)
        }
        [0x80..=0x83] => memory(0b0111_1111),
        // XCHG
        [0x86 | 0x87] => memory(0xFF),
        // NOT, NEG; INC, DEC
        [0xF6 | 0xF7] => memory(0b1100),
        [0xFE | 0xFF] => memory(0b11),
        // BT, BTS, BTR, BTC
        [0x0F, 0xA3 | 0xAB | 0xB3 | 0xBB] => memory(0xFF),
        [0x0F, 0xBA] => memory(0b1111_0000),
        _ => NONE,
    }
}

impl Forms {
    fn has(self, number: u8, is_memory: bool) -> bool {
        (if is_memory { self.memory } else { self.register }) >> number & 1 != 0
    }
}

/// Every opcode.
fn opcodes() -> impl Iterator<Item = Vec<u8>> {
    let one = (0..=0xFF).filter(|&byte| one_byte(byte).is_some()).map(|byte| vec![byte]);
    one.chain((0..=0xFF).map(|byte| vec![0x0F, byte]))
}

fn forms(opcode: &[u8]) -> Forms {
    match opcode {
        [0x0F, second] => two_byte(*second),
        [first] => one_byte(*first).unwrap(),
        _ => NONE,
    }
}

/// Calls `check` with the code of each opcode, register number, operand kind and code size, `before` in
/// front of it.
fn for_each_form(before: &[u8], check: impl Fn(&[u8], &[u8], u8, bool, bool)) {
    for opcode in opcodes() {
        for number in 0..8 {
            for (mode, big) in [(0x00, false), (0xC0, false), (0x00, true), (0xC0, true)] {
                let mut code = before.to_vec();
                code.extend_from_slice(&opcode);
                code.extend_from_slice(&[mode | number << 3, 0, 0, 0, 0, 0, 0, 0, 0]);
                check(&opcode, &code, number, mode == 0, big);
            }
        }
    }
}

#[track_caller]
fn assert_defined(code: &[u8], big: bool, want: bool) {
    let op = decode(code, big).unwrap().ops[0];
    let undefined = std::ptr::fn_addr_eq(op.handler, exec::moves::UNDEFINED);
    assert_eq!(!undefined, want, "{code:02X?}, {} bits", if big { 32 } else { 16 });
}

#[test]
fn each_opcode_is_an_instruction_or_undefined_as_on_a_386() {
    // Also with either size prefix, and with the repeat prefixes, which later processors gave meanings.
    for before in [&[][..], &[0x66], &[0x67], &[0xF3], &[0xF2], &[0x66, 0xF3], &[0x2E]] {
        for_each_form(before, |opcode, code, number, is_memory, big| {
            assert_defined(code, big, forms(opcode).has(number, is_memory));
        });
    }
}

#[test]
fn lock_stands_before_nothing_but_changes_of_memory() {
    for_each_form(&[0xF0], |opcode, code, number, is_memory, big| {
        assert_defined(code, big, lockable(opcode).has(number, is_memory));
    });
}

#[test]
fn a_repeat_prefix_changes_nothing_but_string_instructions() {
    for_each_form(&[], |opcode, code, number, is_memory, big| {
        let string = matches!(opcode, [0x6C..=0x6F | 0xA4..=0xA7 | 0xAA..=0xAF]);
        if string || !forms(opcode).has(number, is_memory) {
            return;
        }
        let plain = decode(code, big).unwrap().ops[0];
        for prefix in [0xF2, 0xF3] {
            let repeated = decode(&[&[prefix], code].concat(), big).unwrap().ops[0];
            assert!(std::ptr::fn_addr_eq(plain.handler, repeated.handler), "{prefix:02X} {code:02X?}");
            // Branches count from the start of their block.
            assert!(repeated.imm.wrapping_sub(plain.imm) <= 1, "{code:02X?}");
            assert_eq!((plain.disp, plain.len + 1), (repeated.disp, repeated.len), "{code:02X?}");
        }
    });
}

#[test]
fn an_undefined_opcode_needs_no_bytes_that_only_a_later_processor_would_fetch() {
    // At the end of a page whose successor is not there: #UD, not a page fault.
    for code in [&[0x0F, 0x38][..], &[0x0F, 0x0F], &[0x62, 0xC0], &[0xC5, 0xF8], &[0x8F, 0xC8], &[0x66, 0x0F, 0xFF]] {
        assert!(validity::undefined_already(code), "{code:02X?}");
        assert!(!validity::undefined_already(&code[..code.len() - 1]), "{code:02X?}");
    }
    for_each_form(&[], |opcode, code, number, is_memory, _| {
        assert!(!(validity::undefined_already(code) && forms(opcode).has(number, is_memory)), "{code:02X?}");
    });
}
