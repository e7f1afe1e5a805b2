//! Into protected mode and out of it: what CR0 allows, and what segment registers keep. Source: 80386
//! PRM §10.3, §14.5.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::Seg;
use iced_x86::code_asm::*;

use super::lab::*;

/// CR0 bits.
const PE: u32 = 1;
const TS: u32 = 8;
const PG: u32 = 1 << 31;

#[test]
fn paging_needs_protection() {
    let program = asm(CODE, |a| {
        a.mov(eax, PG)?;
        a.mov(cr0, eax)
    });
    let mut lab = Lab::at(0, &program);
    assert_eq!(lab.event().fault(), (GP, 0));
    assert_eq!(lab.state().control[0] & (PG | PE), PE);
}

#[test]
fn lmsw_sets_pe_and_ts_but_cannot_clear_pe() {
    let program = asm(CODE, |a| {
        a.mov(eax, TS)?;
        a.lmsw(ax)?;
        a.db(&done())
    });
    let mut lab = Lab::at(0, &program);
    lab.place();
    assert_eq!(lab.state().control[0] & (PE | TS), PE | TS);
    let program = asm(CODE, |a| {
        a.mov(eax, PE | TS)?;
        a.lmsw(ax)?;
        a.clts()?;
        a.db(&done())
    });
    let mut lab = Lab::at(0, &program);
    lab.place();
    assert_eq!(lab.state().control[0] & (PE | TS), PE);
}

/// A program that leaves protected mode with DS, ES flat and 4 GiB long, and halts in real mode at
/// 0:5000h after `real` has run there.
fn back_in_real_mode(real: &[u8]) -> Lab {
    let mut lab = Lab::at(0, &jump_far(CODE_16, 0x4000));
    // MOV EAX,CR0; AND AL,FEh; MOV CR0,EAX; JMP 0000:5000
    lab.write(0x4000, &[0x0F, 0x20, 0xC0, 0x24, 0xFE, 0x0F, 0x22, 0xC0, 0xEA, 0x00, 0x50, 0x00, 0x00]);
    lab.write(0x5000, &[real, &[0xF4]].concat());
    assert_eq!(lab.run(), Exit::Halt, "{:X?}", lab.state());
    lab
}

#[test]
fn real_mode_keeps_the_limits_that_protected_mode_left() {
    // MOV EBX,40000h; MOV BYTE [EBX],77h; MOV AX,1000h; MOV DS,AX; MOV BYTE [EBX],88h
    let lab = back_in_real_mode(&[
        0x66, 0xBB, 0, 0, 4, 0, 0x67, 0xC6, 0x03, 0x77, 0xB8, 0x00, 0x10, 0x8E, 0xD8, 0x67, 0xC6, 0x03, 0x88,
    ]);
    assert_eq!(lab.word(0x4_0000) & 0xFF, 0x77, "beyond 64 KiB");
    assert_eq!(lab.word(0x5_0000) & 0xFF, 0x88, "a load changes the base alone");
    let ds_cache = lab.state().segments[Seg::Ds as usize];
    assert_eq!((ds_cache.base, ds_cache.limit), (0x1_0000, u32::MAX));
}

#[test]
fn the_far_jump_to_real_mode_makes_its_code_segment_writable() {
    // MOV BYTE CS:[6000h],55h
    let lab = back_in_real_mode(&[0x2E, 0xC6, 0x06, 0x00, 0x60, 0x55]);
    assert_eq!(lab.word(0x6000) & 0xFF, 0x55);
    assert_eq!((lab.regs().cs(), lab.state().segments[Seg::Cs as usize].limit), (0, 0xFFFF));
}

#[test]
fn real_mode_is_of_level_0_whatever_its_selectors_look_like() {
    // PUSH 0003h; PUSH 5007h: RETF to 3:5007h - 30h; there CLTS and HLT.
    let lab = back_in_real_mode(&[0x6A, 0x03, 0x68, 0xD7, 0x4F, 0xCB, 0xF4, 0x0F, 0x06]);
    assert_eq!((lab.regs().cs(), lab.state().cpl), (3, 0));
}

#[test]
fn instructions_of_protected_mode_are_undefined_in_real_mode() {
    // SLDT AX, LLDT AX, VERR AX, LAR AX,AX, ARPL AX,AX; interrupt 6 halts at 0:5100h.
    for program in
        [&[0x0F, 0x00, 0xC0][..], &[0x0F, 0x00, 0xD0], &[0x0F, 0x00, 0xE0], &[0x0F, 0x02, 0xC0], &[0x63, 0xC0]]
    {
        let mut lab = Lab::new();
        lab.write(6 * 4, &[0x00, 0x51, 0, 0]);
        lab.write(0x5100, &[0xF4]);
        lab.write(0x5000, program);
        lab.start_real(0x5000);
        let mut regs = lab.regs();
        regs.set_sp(0x4000);
        lab.cpu.set_regs(&regs);
        assert_eq!((lab.run(), lab.regs().eip, lab.word(0x3FFA)), (Exit::Halt, 0x5101, 0x5000), "{program:X?}");
    }
}
