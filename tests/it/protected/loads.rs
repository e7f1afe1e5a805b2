//! Loads of segment registers, and what a loaded segment allows. Source: 80386 PRM §5.1, §6.3.2.

use dosmux::cpu::regs::Seg;
use iced_x86::code_asm::*;

use super::lab::*;

/// MOV EAX,selector; MOV register,EAX on level `level`, with `descriptor` at [`FREE`].
fn load(level: u8, register: AsmRegisterSegment, selector: u16, descriptor: [u32; 2]) -> Lab {
    let at = CODE + u32::from(level) * 0x1000;
    let program = asm(at, |a| {
        a.mov(eax, u32::from(selector))?;
        a.mov(register, eax)?;
        a.db(&done())
    });
    let mut lab = Lab::at(level, &program);
    lab.descriptor(FREE, descriptor);
    lab
}

#[test]
fn data_segments_are_checked_by_type_privilege_and_presence() {
    let flat = |access| segment(0, u32::MAX, access);
    let free = u32::from(FREE);
    let cases = [
        ("writable data", 3, FREE | 3, flat(DATA_SEG | dpl(3)), None),
        ("read-only data", 3, FREE, flat(READ_ONLY | dpl(3)), None),
        ("readable code", 3, FREE | 3, flat(CODE_SEG | dpl(3)), None),
        ("conforming code of an inner level", 3, FREE | 3, flat(CONFORMING), None),
        ("data of an outer level", 0, FREE | 3, flat(DATA_SEG | dpl(3)), None),
        ("data of an inner level", 3, FREE, flat(DATA_SEG | dpl(2)), Some((GP, free))),
        ("an RPL above the level", 0, FREE | 1, flat(DATA_SEG), Some((GP, free))),
        ("code that cannot be read", 3, FREE, flat(CODE_SEG & !2 | dpl(3)), Some((GP, free))),
        ("conforming code that cannot be read", 3, FREE, flat(CONFORMING & !2), Some((GP, free))),
        ("a system segment", 0, FREE, flat(TYPE_LDT), Some((GP, free))),
        ("an absent segment", 3, FREE | 3, flat(DATA_SEG & !PRESENT | dpl(3)), Some((NP, free))),
        ("a selector beyond the GDT", 3, BEYOND | 1, [0, 0], Some((GP, BEYOND.into()))),
        ("the end of the GDT, cut off", 3, 0x00FB, [0, 0], Some((GP, 0xF8))),
    ];
    for (what, level, selector, descriptor, fault) in cases {
        for register in [ds, es, fs, gs] {
            let event = load(level, register, selector, descriptor).event();
            let expect = fault.unwrap_or((DONE, 0));
            assert_eq!(event.fault(), expect, "{what}");
        }
    }
}

#[test]
fn stack_segments_must_be_writable_and_exactly_of_the_level() {
    let flat = |access| segment(0, u32::MAX, access);
    let free = u32::from(FREE);
    let cases = [
        ("writable data", FREE | 3, flat(DATA_SEG | dpl(3)), None),
        ("a null selector", 3, [0, 0], Some((GP, 0))),
        ("a selector beyond the GDT", BEYOND | 3, [0, 0], Some((GP, BEYOND.into()))),
        ("another RPL", FREE, flat(DATA_SEG | dpl(3)), Some((GP, free))),
        ("another level", FREE | 3, flat(DATA_SEG | dpl(2)), Some((GP, free))),
        ("read-only data", FREE | 3, flat(READ_ONLY | dpl(3)), Some((GP, free))),
        ("code", FREE | 3, flat(CODE_SEG | dpl(3)), Some((GP, free))),
        ("an absent segment", FREE | 3, flat(DATA_SEG & !PRESENT | dpl(3)), Some((SS, free))),
    ];
    for (what, selector, descriptor, fault) in cases {
        let event = load(3, ss, selector, descriptor).event();
        assert_eq!(event.fault(), fault.unwrap_or((DONE, 0)), "{what}");
        if fault.is_some() {
            assert_eq!(event.at.ss, data(3), "{what}: SS is as it was");
        }
    }
}

#[test]
fn a_null_selector_may_be_loaded_but_not_used() {
    for selector in 0..4 {
        let mut lab = load(3, ds, selector, [0, 0]);
        lab.place();
        assert_eq!(lab.regs().ds(), selector);
    }
    // XOR EAX,EAX; MOV DS,EAX; MOV AL,[0]
    let event = Lab::at(3, &[0x31, 0xC0, 0x8E, 0xD8, 0xA0, 0, 0, 0, 0]).event();
    assert_eq!((event.fault(), event.at.eip), ((GP, 0), CODE + 0x3004));
}

#[test]
fn a_load_marks_the_descriptor_as_accessed() {
    for (register, selector) in [(fs, FREE | 3), (ss, FREE | 3)] {
        let mut lab = load(3, register, selector, segment(0, u32::MAX, DATA_SEG | dpl(3)));
        lab.place();
        assert_eq!(lab.access(FREE), DATA_SEG | dpl(3) | 1);
    }
    let mut lab = load(3, ds, FREE, segment(0, u32::MAX, DATA_SEG));
    lab.event();
    assert_eq!(lab.access(FREE), DATA_SEG, "not one that was refused");
}

#[test]
fn a_load_that_marks_the_code_it_is_part_of_goes_on_with_the_marked_code() {
    // The descriptor's access byte is the opcode byte of the XCHG that follows the load: 92h, XCHG
    // EAX,EDX, becomes 93h, XCHG EAX,EBX.
    let program = asm(CODE, |a| {
        a.mov(edx, 1)?;
        a.mov(ebx, 2)?;
        a.mov(eax, u32::from(LOCAL))?;
        a.mov(fs, eax)?;
        a.xchg(edx, eax)?;
        a.db(&done())
    });
    let position = u32::try_from(program.iter().rposition(|&byte| byte == 0x92).unwrap()).unwrap();
    let mut lab = Lab::at(0, &program);
    // An LDT whose entry 1 has its access byte there.
    lab.descriptor(SEL_LDT, segment_16(CODE + position - 5 - 8, 0xF, TYPE_LDT));
    lab.write(CODE + position - 5, &program[position as usize - 5..]);
    lab.cpu.run(&mut lab.mem, 0);
    let program_with_lldt = asm(OTHER, |a| {
        a.mov(eax, u32::from(SEL_LDT))?;
        a.lldt(ax)?;
        a.db(&jump_far(code(0), CODE))
    });
    lab.write(OTHER, &program_with_lldt);
    lab.cpu.set_eip(OTHER);
    lab.place();
    assert_eq!((lab.regs().gpr[0], lab.regs().gpr[3]), (2, LOCAL.into()), "EBX was exchanged");
}

#[test]
fn limits_count_bytes_or_pages_upward_or_downward() {
    let down = segment(DATA, 0x0FFF, EXPAND_DOWN);
    let down_16 = segment_16(DATA, 0x0FFF, EXPAND_DOWN);
    let cases = [
        ("the last byte", segment(DATA, 0xFFF, DATA_SEG), 0xFFC, true),
        ("across the limit", segment(DATA, 0xFFF, DATA_SEG), 0xFFD, false),
        ("the last page", segment(DATA, 0x10_0FFF, DATA_SEG), 0x8_0000, true),
        ("at the limit of a downward segment", down, 0xFFF, false),
        ("above it", down, 0x1000, true),
        ("at the top of a 32-bit one", down, 0xFFFF_FFFC_u32, true),
        ("at the top of a 16-bit one", down_16, 0xFFFC, true),
        ("beyond a 16-bit one", down_16, 0xFFFD, false),
        ("at the start of a full downward segment", segment(DATA, u32::MAX, EXPAND_DOWN), 0, false),
    ];
    for (what, descriptor, offset, fits) in cases {
        let program = asm(CODE, |a| {
            a.mov(eax, u32::from(FREE))?;
            a.mov(fs, eax)?;
            a.mov(eax, dword_ptr(offset).fs())?;
            a.db(&done())
        });
        let mut lab = Lab::at(0, &program);
        lab.descriptor(FREE, descriptor);
        assert_eq!(lab.event().fault(), if fits { (DONE, 0) } else { (GP, 0) }, "{what}");
    }
}

#[test]
fn rights_of_a_segment_are_checked_at_each_access() {
    let write = |a: &mut CodeAssembler| a.mov(dword_ptr(0).fs(), eax);
    let read = |a: &mut CodeAssembler| a.mov(eax, dword_ptr(0).fs());
    type Access = fn(&mut CodeAssembler) -> Result<(), iced_x86::IcedError>;
    let cases: [(u8, Access, bool); 5] = [
        (DATA_SEG, write, true),
        (READ_ONLY, read, true),
        (READ_ONLY, write, false),
        (CODE_SEG, read, true),
        (CODE_SEG, write, false),
    ];
    for (access, instruction, allowed) in cases {
        let program = asm(CODE, |a| {
            a.mov(eax, u32::from(FREE))?;
            a.mov(fs, eax)?;
            instruction(a)?;
            a.db(&done())
        });
        let mut lab = Lab::at(0, &program);
        lab.descriptor(FREE, segment(DATA, 0xFFF, access));
        assert_eq!(lab.event().fault(), if allowed { (DONE, 0) } else { (GP, 0) }, "{access:X}");
    }
}

#[test]
fn far_pointers_and_pops_load_with_the_same_checks_and_change_nothing_on_a_fault() {
    let program = asm(CODE, |a| {
        a.mov(ebx, 0x77)?;
        a.lfs(ebx, fword_ptr(DATA))
    });
    let mut lab = Lab::at(0, &program);
    lab.write(DATA, &[0x44, 0x33, 0x22, 0x11, 0x00, 0x01]);
    assert_eq!(lab.event().fault(), (GP, BEYOND.into()));
    assert_eq!(lab.regs().gpr[3], 0x77);
    let program = asm(CODE, |a| {
        a.push(i32::from(BEYOND))?;
        a.pop(gs)
    });
    let event = Lab::at(0, &program).event();
    assert_eq!((event.fault(), event.at.esp), ((GP, BEYOND.into()), stack(0) - 4));
}

#[test]
fn ldtr_and_tr_take_only_their_own_kind_from_the_gdt() {
    let free = u32::from(FREE);
    // 0F 00 D0: LLDT AX; 0F 00 D8: LTR AX
    let cases = [
        ("LLDT", 0xD0, FREE, segment_16(0, 0xFF, TYPE_LDT), None),
        ("LLDT null", 0xD0, 0, [0, 0], None),
        ("LLDT of the LDT", 0xD0, LOCAL, [0, 0], Some((GP, LOCAL.into()))),
        ("LLDT of data", 0xD0, FREE, segment_16(0, 0xFF, DATA_SEG), Some((GP, free))),
        ("LLDT absent", 0xD0, FREE, segment_16(0, 0xFF, TYPE_LDT & !PRESENT), Some((NP, free))),
        ("LTR", 0xD8, FREE, segment_16(TSS, 0x67, TYPE_TSS_386), None),
        ("LTR of a 286", 0xD8, FREE, segment_16(TSS, 0x2B, TYPE_TSS_286), None),
        ("LTR null", 0xD8, 0, [0, 0], Some((GP, 0))),
        ("LTR of the LDT", 0xD8, LOCAL, [0, 0], Some((GP, LOCAL.into()))),
        ("LTR busy", 0xD8, FREE, segment_16(TSS, 0x67, TYPE_TSS_386 | BUSY), Some((GP, free))),
        ("LTR absent", 0xD8, FREE, segment_16(TSS, 0x67, TYPE_TSS_386 & !PRESENT), Some((NP, free))),
    ];
    for (what, modrm, selector, descriptor, fault) in cases {
        let mut program = asm(CODE, |a| a.mov(eax, u32::from(selector)));
        program.extend([0x0F, 0x00, modrm]);
        program.extend(done());
        let mut lab = Lab::at(0, &program);
        lab.descriptor(FREE, descriptor);
        assert_eq!(lab.event().fault(), fault.unwrap_or((DONE, 0)), "{what}");
        if fault.is_none() && modrm == 0xD8 {
            assert_eq!(lab.access(FREE), (descriptor[1] >> 8 & 0xFF) as u8 | BUSY, "{what}");
        }
    }
}

#[test]
fn a_16_bit_stack_segment_uses_sp_alone() {
    let program = asm(CODE, |a| {
        a.mov(eax, u32::from(DATA_16))?;
        a.mov(ss, eax)?;
        a.mov(esp, 0x1234_0000)?;
        a.push(0x55)?;
        a.db(&done())
    });
    let mut lab = Lab::at(0, &program);
    lab.event();
    assert_eq!(lab.regs().gpr[4], 0x1234_FFFC - 12);
    assert_eq!((lab.dword(0xFFFC), lab.regs().seg[Seg::Ss as usize]), (0x55, DATA_16));
}
