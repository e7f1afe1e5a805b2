//! LAR, LSL, VERR, VERW, ARPL, and the stores of system registers. Source: 80386 PRM §6.4, §17.2.2.

use dosmux::cpu::regs::eflags;
use iced_x86::code_asm::*;

use super::lab::*;

/// What LAR, LSL, VERR and VERW say of a selector on level 3: `None` where ZF is clear.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    rights: Option<u32>,
    limit: Option<u32>,
    readable: bool,
    writable: bool,
}

fn ask(selector: u16, descriptor: [u32; 2]) -> Answer {
    let run = |emit: fn(&mut CodeAssembler) -> Result<(), iced_x86::IcedError>| {
        let program = asm(CODE + 0x3000, |a| {
            a.mov(ecx, u32::from(selector))?;
            a.mov(eax, 0x5A5A_5A5A)?;
            emit(a)?;
            a.db(&done())
        });
        let mut lab = Lab::at(3, &program);
        lab.descriptor(FREE, descriptor);
        let zf = lab.place().eflags & eflags::ZF != 0;
        let value = lab.regs().gpr[0];
        assert!(zf || value == 0x5A5A_5A5A, "the register stays");
        zf.then_some(value)
    };
    Answer {
        rights: run(|a| a.lar(eax, ecx)),
        limit: run(|a| a.lsl(eax, ecx)),
        readable: run(|a| a.verr(cx)).is_some(),
        writable: run(|a| a.verw(cx)).is_some(),
    }
}

const NOTHING: Answer = Answer { rights: None, limit: None, readable: false, writable: false };

#[test]
fn segments_tell_rights_limit_and_use() {
    let data = segment(DATA, 0x1F_FFFF, DATA_SEG | dpl(3));
    let expect = Answer { rights: Some(0x00C0_F200), limit: Some(0x1F_FFFF), readable: true, writable: true };
    assert_eq!(ask(FREE | 3, data), expect);
    let code = segment(DATA, 0xFFF, CODE_SEG & !2 | dpl(3));
    let expect = Answer { rights: Some(0x0040_F800), limit: Some(0xFFF), readable: false, writable: false };
    assert_eq!(ask(FREE | 3, code), expect);
    let conforming = segment(DATA, 0xFFF, CONFORMING);
    let expect = Answer { rights: Some(0x0040_9E00), limit: Some(0xFFF), readable: true, writable: false };
    assert_eq!(ask(FREE | 3, conforming), expect);
}

#[test]
fn absent_segments_are_visible() {
    let answer = ask(FREE | 3, segment(DATA, 0xFFF, DATA_SEG & !PRESENT | dpl(3)));
    assert_eq!((answer.rights, answer.readable), (Some(0x0040_7200), true));
}

#[test]
fn inner_levels_and_missing_descriptors_are_not() {
    assert_eq!(ask(FREE, segment(DATA, 0xFFF, DATA_SEG | dpl(2))), NOTHING);
    assert_eq!(ask(3, [0, 0]), NOTHING);
    assert_eq!(ask(BEYOND, [0, 0]), NOTHING);
    assert_eq!(ask(FREE | 3, [0, 0]), NOTHING);
}

#[test]
fn system_descriptors_have_rights_and_some_a_limit() {
    let limit_too = [TYPE_LDT, TYPE_TSS_286, TYPE_TSS_386, TYPE_TSS_286 | BUSY, TYPE_TSS_386 | BUSY];
    for access in limit_too.map(|access| access | dpl(3)) {
        let rights = Some(u32::from(access) << 8);
        let expect = Answer { rights, limit: Some(0x67), readable: false, writable: false };
        assert_eq!(ask(FREE | 3, segment_16(TSS, 0x67, access)), expect, "{access:X}");
    }
    for access in [CALL_GATE_286, CALL_GATE_386, TASK_GATE].map(|access| access | dpl(3)) {
        let expect = Answer { rights: Some(u32::from(access) << 8), ..NOTHING };
        assert_eq!(ask(FREE | 3, gate(access, 0, 0, 0)), expect, "{access:X}");
    }
    for access in [INTERRUPT_GATE_286, INTERRUPT_GATE_386, TRAP_GATE_386, 0x80, 0x88, 0x8A, 0x8D] {
        assert_eq!(ask(FREE | 3, gate(access | dpl(3), 0, 0, 0)), NOTHING, "{access:X}");
    }
}

#[test]
fn a_16_bit_lar_gives_the_access_byte_alone() {
    let program = asm(CODE, |a| {
        a.mov(eax, 0x5A5A_5A5A)?;
        a.mov(ecx, u32::from(data(3)))?;
        a.lar(ax, cx)?;
        a.db(&done())
    });
    let mut lab = Lab::at(0, &program);
    lab.place();
    assert_eq!(lab.regs().gpr[0], 0x5A5A_F200);
}

#[test]
fn arpl_raises_an_rpl_and_says_so() {
    for (selector, own, expect) in [(0x10, 3, Some(0x13)), (0x12, 1, None), (0x11, 1, None)] {
        let program = asm(CODE + 0x3000, |a| {
            a.mov(ecx, selector)?;
            a.mov(edx, own)?;
            a.arpl(cx, dx)?;
            a.db(&done())
        });
        let mut lab = Lab::at(3, &program);
        let zf = lab.place().eflags & eflags::ZF != 0;
        assert_eq!((zf, lab.regs().gpr[1]), (expect.is_some(), expect.unwrap_or(selector)));
    }
}

#[test]
fn every_level_may_store_the_system_registers() {
    let program = asm(CODE + 0x3000, |a| {
        a.sldt(eax)?;
        a.str(ecx)?;
        a.smsw(edx)?;
        a.sgdt(fword_ptr(DATA))?;
        a.db(&done())
    });
    let mut lab = Lab::at(3, &program);
    lab.place();
    let regs = lab.regs();
    assert_eq!((regs.ax(), regs.cx(), regs.dx() & 1), (SEL_LDT, SEL_TSS, 1));
    assert_eq!((lab.word(DATA), lab.dword(DATA + 2)), (0xFF, GDT));
}

#[test]
fn a_table_is_stored_whole_or_not_at_all() {
    // SGDT at the last two bytes of a segment.
    let program = asm(CODE, |a| {
        a.mov(eax, u32::from(FREE))?;
        a.mov(fs, eax)?;
        a.sgdt(fword_ptr(0xFFE).fs())
    });
    let mut lab = Lab::at(0, &program);
    lab.descriptor(FREE, segment(DATA, 0xFFF, DATA_SEG));
    lab.write(DATA + 0xFFE, &[0xEE; 2]);
    assert_eq!(lab.event().fault(), (GP, 0));
    assert_eq!(lab.word(DATA + 0xFFE), 0xEEEE);
}

#[test]
fn only_level_0_may_load_them() {
    // LGDT, LIDT, LLDT, LTR, LMSW, CLTS, MOV CR0, MOV from CR0, HLT.
    let instructions: [&[u8]; 9] = [
        &[0x0F, 0x01, 0x15, 0, 0, 3, 0],
        &[0x0F, 0x01, 0x1D, 0, 0, 3, 0],
        &[0x0F, 0x00, 0xD0],
        &[0x0F, 0x00, 0xD8],
        &[0x0F, 0x01, 0xF0],
        &[0x0F, 0x06],
        &[0x0F, 0x22, 0xC0],
        &[0x0F, 0x20, 0xC0],
        &[0xF4],
    ];
    for program in instructions {
        for level in 1..4 {
            let event = Lab::at(level, program).event();
            assert_eq!((event.fault(), event.at.cs), ((GP, 0), code(level)), "{program:X?}");
        }
    }
}
