//! What a 386 does where its manual says nothing or calls the result undefined, as measured on real
//! parts. Source of all of it: the checks of the CPU test ROM test386.asm, made on a 386SX.

use dosmux::bare::{Bare, Pause};
use dosmux::cpu::regs::Gpr;
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
