//! What a 386 does where its manual says nothing or calls the result undefined, as measured on real
//! parts. Source of all of it: the checks of the CPU test ROM test386.asm, made on a 386SX.

use dosmux::bare::{Bare, Pause};
use dosmux::cpu::regs::{Gpr, eflags};
use dosmux::types::PhysAddr;
use iced_x86::code_asm::*;

/// Runs `program`, which is short, from the reset vector's page in real mode up to a HLT behind it.
fn run(program: impl FnOnce(&mut CodeAssembler)) -> Bare {
    let mut assembler = CodeAssembler::new(16).unwrap();
    program(&mut assembler);
    assembler.hlt().unwrap();
    let mut image = assembler.assemble(0xF000).unwrap();
    image.resize(0xFF0, 0x90);
    image.extend([0xEA, 0x00, 0xF0, 0x00, 0xF0]);
    image.resize(0x1000, 0x90);
    let mut bare = Bare::with_rom(0x10_0000, &image, None).unwrap();
    assert_eq!(bare.run(1_000, |_, _, _| {}), Pause::Halted);
    bare
}

fn gpr(bare: &Bare, gpr: Gpr) -> u32 {
    bare.cpu.regs().gpr[gpr as usize]
}

#[test]
fn a_32_bit_push_of_a_segment_register_writes_16_bits() {
    let bare = run(|a| {
        a.mov(ax, 0x1234).unwrap();
        a.mov(ds, ax).unwrap();
        a.mov(sp, 0x1000).unwrap();
        a.mov(ebx, 0xDEAD_BEEFu32).unwrap();
        a.push(ebx).unwrap();
        a.pop(ebx).unwrap();
        // PUSH DS with a 32-bit operand.
        a.db(&[0x66, 0x1E]).unwrap();
    });
    assert_eq!(bare.mem.read_u32(PhysAddr(0xFFC)), 0xDEAD_1234);
    assert_eq!(gpr(&bare, Gpr::Esp), 0xFFC);
}

#[test]
fn a_32_bit_frame_pointer_has_all_of_esp_on_a_16_bit_stack() {
    let bare = run(|a| {
        a.mov(esp, 0x12_0010).unwrap();
        // ENTER 4,0 with a 32-bit operand.
        a.db(&[0x66, 0xC8, 4, 0, 0]).unwrap();
    });
    assert_eq!((gpr(&bare, Gpr::Ebp), gpr(&bare, Gpr::Esp)), (0x12_000C, 0x12_0008));
}

#[test]
fn a_scale_without_an_index_applies_to_the_base() {
    let bare = run(|a| {
        a.mov(eax, 3).unwrap();
        a.mov(esp, 5).unwrap();
        // LEA EAX,[EAX*8+10h]; LEA EBX,[ESP*2]; LEA ECX,[ESP]; SIB bytes without an index.
        a.db(&[0x67, 0x66, 0x8D, 0x44, 0xE0, 0x10]).unwrap();
        a.db(&[0x67, 0x66, 0x8D, 0x1C, 0x64]).unwrap();
        a.db(&[0x67, 0x66, 0x8D, 0x0C, 0x24]).unwrap();
    });
    assert_eq!([gpr(&bare, Gpr::Eax), gpr(&bare, Gpr::Ebx), gpr(&bare, Gpr::Ecx)], [3 * 8 + 0x10, 10, 5]);
}

/// Flags in their places.
const C: u32 = eflags::CF;
const P: u32 = eflags::PF;
const A: u32 = eflags::AF;
const Z: u32 = eflags::ZF;
const S: u32 = eflags::SF;
const O: u32 = eflags::OF;

/// The arithmetic flags after `code`, from AX and FLAGS.
fn flags_after(code: &[u8], value: u32, flags: u32) -> u32 {
    let bare = run(|a| {
        a.mov(sp, 0x1000).unwrap();
        a.mov(ax, flags).unwrap();
        a.push(ax).unwrap();
        a.popf().unwrap();
        a.mov(ax, value).unwrap();
        a.db(code).unwrap();
    });
    bare.cpu.eflags() & (C | P | A | Z | S | O)
}

#[test]
fn decimal_adjustments_leave_the_flags_of_the_addition_inside() {
    let cases: [(&[u8], u32, u32, u32); 18] = [
        (&[0x37], 0x0000, 0, P | Z),
        (&[0x37], 0x0001, P | Z | S | O, 0),
        (&[0x37], 0x007A, 0, C | A | S | O),
        (&[0x37], 0x007B, A, C | P | A | S | O),
        (&[0xD5, 10], 0x0001, C | A | O, 0),
        (&[0xD5, 10], 0x0D8E, 0, C | A | O),
        (&[0xD5, 10], 0x0106, 0, A),
        (&[0xD5, 10], 0x01F7, 0, C | A),
        (&[0xD4, 10], 0x0000, 0, Z | P),
        (&[0xD4, 10], 0x0000, C | A | O, Z | P),
        (&[0x3F], 0x0000, S | O, P | Z),
        (&[0x3F], 0x0000, A, C | P | A | S),
        (&[0x3F], 0x0001, P | Z | S | O, 0),
        (&[0x3F], 0x0680, A, C | A | O),
        (&[0x27], 0x001A, A | O, A),
        (&[0x27], 0x001A, C, C | A | S | O),
        (&[0x2F], 0x0080, O, S),
        (&[0x2F], 0x0080, A, A | O),
    ];
    for (code, value, before, after) in cases {
        assert_eq!(flags_after(code, value, before), after, "{code:02X?} AX={value:04X} flags {before:04X}");
    }
}

#[test]
fn shifts_set_af_and_whole_bytes_leave_their_last_bit_in_cf() {
    // C0 /4 SHL AL, /5 SHR AL; C1 SHL, SHR AX.
    let cases: [([u8; 2], u8, u32, u32, u32); 16] = [
        ([0xC0, 0xE8], 1, 0x81, 0, C | A | O),
        ([0xC0, 0xE8], 2, 0x82, 0, C | A),
        ([0xC0, 0xE8], 8, 0x80, 0, C | P | A | Z),
        ([0xC0, 0xE8], 8, 0x00, C, P | A | Z),
        ([0xC0, 0xE8], 16, 0x80, 0, C | P | A | Z),
        ([0xC0, 0xE8], 24, 0x00, C, P | A | Z),
        ([0xC0, 0xE8], 32, 0x80, 0, 0),
        ([0xC1, 0xE8], 16, 0x8000, 0, C | P | A | Z),
        ([0xC0, 0xE0], 1, 0x81, 0, C | A | O),
        ([0xC0, 0xE0], 2, 0x41, 0, C | A | O),
        ([0xC0, 0xE0], 8, 0x01, 0, C | P | A | Z | O),
        ([0xC0, 0xE0], 16, 0x01, 0, C | P | A | Z | O),
        ([0xC0, 0xE0], 24, 0x01, 0, C | P | A | Z | O),
        ([0xC0, 0xE0], 24, 0x00, C, P | A | Z),
        ([0xC1, 0xE0], 16, 0x0001, 0, C | P | A | Z | O),
        ([0xC1, 0xE0], 32, 0x0001, 0, 0),
    ];
    for ([opcode, modrm], count, value, before, after) in cases {
        let code = [opcode, modrm, count];
        assert_eq!(flags_after(&code, value, before), after, "{code:02X?} AX={value:04X} flags {before:04X}");
    }
}

#[test]
fn bit_tests_leave_the_overflow_of_a_rotation() {
    for (index, after) in [(0, C), (1, O), (2, O), (3, 0)] {
        // BT, BTS, BTR, BTC AX,imm8
        for modrm in [0xE0, 0xE8, 0xF0, 0xF8] {
            for before in [0, C] {
                assert_eq!(flags_after(&[0x0F, 0xBA, modrm, index], 1, before), after, "{modrm:02X} {index}");
            }
        }
    }
}
