//! Calls through gates and returns from them. Source: 80386 PRM §6.3.4.

use dosmux::cpu::regs::{Gpr, Seg};

use super::lab::*;

const PARAMETERS: [u32; 3] = [0x1111_1111, 0x2222_2222, 0x3333_3333];

/// PUSH of each parameter, CALL to `selector`, and done.
fn caller(selector: u16) -> Vec<u8> {
    let pushes = PARAMETERS.map(|value| [&[0x68][..], &value.to_le_bytes()].concat()).concat();
    [pushes, call_far(selector, 0xDEAD_BEEF), done()].concat()
}

/// Offset of what follows the call in [`caller`].
const AFTER_CALL: u32 = 3 * 5 + 7;

/// A program on level `outer` that calls a gate with two parameters to `inner_code` on level `inner`.
fn through_gate(outer: u8, inner: u8, inner_code: &[u8]) -> Lab {
    let mut lab = Lab::at(outer, &caller(FREE | u16::from(outer)));
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(outer), code(inner), OTHER, 2));
    lab.write(OTHER, inner_code);
    lab
}

#[test]
fn a_call_to_an_inner_level_changes_to_its_stack_and_copies_the_parameters() {
    for (outer, inner) in [(3, 2), (3, 1), (3, 0), (2, 0), (1, 0)] {
        let mut lab = through_gate(outer, inner, &done());
        let at = lab.place();
        assert_eq!((at.cs, at.ss), (code(inner), data(inner)), "{outer} to {inner}");
        assert_eq!(at.esp, stack(inner) - 24);
        let frame: [u32; 6] = std::array::from_fn(|index| lab.dword(at.esp + 4 * u32::try_from(index).unwrap()));
        let back = CODE + 0x1000 * u32::from(outer) + AFTER_CALL;
        let outer_esp = stack(outer) - 12;
        let expect = [back, code(outer).into(), PARAMETERS[2], PARAMETERS[1], outer_esp, data(outer).into()];
        assert_eq!(frame, expect, "{outer} to {inner}");
    }
}

#[test]
fn a_return_to_the_outer_level_drops_the_parameters_from_both_stacks() {
    for (outer, inner) in [(3, 2), (3, 0), (2, 1), (1, 0)] {
        // RETF 8
        let mut lab = through_gate(outer, inner, &[0xCA, 8, 0]);
        let at = lab.place();
        assert_eq!((at.cs, at.ss), (code(outer), data(outer)));
        assert_eq!(at.esp, stack(outer) - 4, "one of three parameters is left");
        assert_eq!(at.eip, CODE + 0x1000 * u32::from(outer) + AFTER_CALL + 2);
    }
}

#[test]
fn up_to_31_parameters_are_copied_in_order() {
    let pushes: Vec<u8> = (1..=31).flat_map(|value| [0x6A, value]).collect();
    let mut lab = Lab::at(3, &[pushes, call_far(FREE | 3, 0)].concat());
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(0), OTHER, 31));
    lab.write(OTHER, &done());
    let at = lab.place();
    for (depth, value) in (0..31).zip((1..=31).rev()) {
        assert_eq!(lab.dword(at.esp + 8 + 4 * depth), value);
    }
    assert_eq!(at.esp, stack(0) - 16 - 31 * 4);
}

#[test]
fn a_286_gate_copies_words_and_pushes_words() {
    let mut lab = Lab::at(3, &caller(FREE | 3));
    // A gate of the 286 has 16 bits of offset: 0000:8000.
    lab.descriptor(FREE, gate(CALL_GATE_286 | dpl(3), code(0), 0x8000, 3));
    lab.write(0x8000, &done());
    let at = lab.place();
    assert_eq!((at.eip, at.esp), (0x8002, stack(0) - 14));
    let frame: [u16; 7] = std::array::from_fn(|index| lab.word(at.esp + 2 * u32::try_from(index).unwrap()));
    let back = u16::try_from((CODE + 0x3000 + AFTER_CALL) & 0xFFFF).unwrap();
    let esp = u16::try_from((stack(3) - 12) & 0xFFFF).unwrap();
    assert_eq!(frame, [back, code(3), 0x3333, 0x3333, 0x2222, esp, data(3)]);
}

#[test]
fn a_286_tss_gives_a_16_bit_stack_pointer() {
    let mut lab = Lab::new();
    lab.tr = SEL_286;
    for level in 0..3u8 {
        let at = TASK_286 + 2 + 4 * u32::from(level);
        lab.write(at, &0x6000u16.to_le_bytes());
        lab.write(at + 2, &data(level).to_le_bytes());
    }
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(1), OTHER, 0));
    lab.write(OTHER, &done());
    lab.start(3, &call_far(FREE | 3, 0));
    let at = lab.place();
    assert_eq!((at.ss, at.esp), (data(1), 0x6000 - 16));
}

#[test]
fn a_16_bit_inner_stack_leaves_the_high_half_of_esp() {
    let mut lab = through_gate(3, 0, &[0xF4]);
    lab.inner_stack(0, DATA_16, 0xFFFF_6000);
    lab.run();
    assert_eq!(lab.regs().gpr[Gpr::Esp as usize], stack(3) & 0xFFFF_0000 | (0x6000 - 24));
}

#[test]
fn a_gate_to_the_same_level_copies_nothing() {
    let mut lab = through_gate(3, 3, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.ss, at.esp), (code(3), data(3), stack(3) - 12 - 8));
    assert_eq!(lab.dword(at.esp), CODE + 0x3000 + AFTER_CALL);
}

#[test]
fn conforming_code_runs_on_the_callers_level() {
    for selector in [FREE, FREE_2 | 3] {
        let mut lab = Lab::at(3, &call_far(selector, 0));
        lab.descriptor(FREE, segment(OTHER, 0xFFF, CONFORMING));
        lab.descriptor(FREE_2, gate(CALL_GATE_386 | dpl(3), FREE, 0, 2));
        lab.write(OTHER, &done());
        let at = lab.place();
        assert_eq!((at.cs, at.eip, at.ss, at.esp), (FREE | 3, 2, data(3), stack(3) - 8), "{selector:X}");
    }
}

#[test]
fn a_return_nulls_what_the_outer_level_may_not_hold() {
    // On level 1: DS level 1, ES level 3, FS conforming code, GS level 2; RETF 8.
    let inner = asm(OTHER, |a| {
        use iced_x86::code_asm::*;
        for (register, selector) in [(ds, data(1)), (es, data(3)), (fs, FREE_2), (gs, data(2))] {
            a.mov(eax, u32::from(selector))?;
            a.mov(register, eax)?;
        }
        a.retf_1(8)
    });
    let mut lab = through_gate(3, 1, &inner);
    lab.descriptor(FREE_2, segment(0, u32::MAX, CONFORMING));
    lab.place();
    let seg = |seg: Seg| lab.regs().seg[seg as usize];
    assert_eq!((seg(Seg::Ds), seg(Seg::Es), seg(Seg::Fs), seg(Seg::Gs)), (0, data(3), FREE_2, 0));
    assert_eq!(lab.state().segments[Seg::Ds as usize].access & PRESENT, 0);
}

#[test]
fn a_call_and_a_return_of_the_same_level_take_words_or_doublewords() {
    // CALL FREE:0 there; RETF; done.
    let mut lab = Lab::at(0, &[call_far(FREE, 0), done()].concat());
    lab.descriptor(FREE, segment(OTHER, 0xFFF, CODE_SEG));
    lab.write(OTHER, &[0xCB]);
    assert_eq!(lab.place().esp, stack(0));
    // The same with 16-bit operands, in 16-bit code: CALL 0078:5000, which looks at the stack first.
    let mut lab = Lab::at(0, &jump_far(CODE_16, 0x4000));
    lab.write(0x4000, &[0x9A, 0x00, 0x50, 0x78, 0x00, 0xCD, DONE]);
    lab.write(0x5000, &[0x66, 0x5B, 0x66, 0x53, 0xCB]); // POP EBX; PUSH EBX; RETF
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.esp), (CODE_16, 0x4007, stack(0)));
    assert_eq!(lab.regs().gpr[3], u32::from(CODE_16) << 16 | 0x4005);
}

#[test]
fn an_invalid_inner_stack_is_an_invalid_tss() {
    let read_only = segment(0, u32::MAX, READ_ONLY | dpl(1));
    let absent = segment(0, u32::MAX, DATA_SEG & !PRESENT | dpl(1));
    let small = segment(0, 15, DATA_SEG | dpl(1));
    let cases = [
        ("null", 0, None, (TS, 0)),
        ("beyond the GDT", BEYOND | 1, None, (TS, BEYOND.into())),
        ("RPL 0", data(1) & !3, None, (TS, (data(1) & !3).into())),
        ("level 2", data(2) & !3 | 1, None, (TS, (data(2) & !3).into())),
        ("code", code(1), None, (TS, (code(1) & !3).into())),
        ("read-only", FREE_2 | 1, Some(read_only), (TS, FREE_2.into())),
        ("absent", FREE_2 | 1, Some(absent), (SS, FREE_2.into())),
        ("too small", FREE_2 | 1, Some(small), (SS, 0)),
    ];
    for (what, ss, descriptor, expect) in cases {
        let mut lab = through_gate(3, 1, &done());
        if let Some(descriptor) = descriptor {
            lab.descriptor(FREE_2, descriptor);
        }
        lab.inner_stack(1, ss, 16);
        let event = lab.event();
        assert_eq!(event.fault(), expect, "{what}");
        let call = CODE + 0x3000 + AFTER_CALL - 7;
        assert_eq!((event.at.cs, event.at.eip, event.at.esp), (code(3), call, stack(3) - 12), "{what}");
    }
}

#[test]
fn a_tss_that_ends_before_the_stack_pointer_is_invalid() {
    let mut lab = Lab::new();
    lab.descriptor(SEL_TSS, segment_16(TSS, 0x12, TYPE_TSS_386));
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(1), OTHER, 0));
    lab.start(3, &call_far(FREE | 3, 0));
    assert_eq!(lab.event().fault(), (TS, SEL_TSS.into()));
}

#[test]
fn parameters_beyond_the_callers_stack_are_a_stack_fault() {
    let mut lab = Lab::at(
        3,
        &asm(CODE + 0x3000, |a| {
            use iced_x86::code_asm::*;
            a.mov(eax, u32::from(FREE_2 | 3))?;
            a.mov(ss, eax)?;
            a.mov(esp, 0x1000 - 4)?;
            a.db(&call_far(FREE | 3, 0))
        }),
    );
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(0), OTHER, 2));
    lab.descriptor(FREE_2, segment(DATA, 0xFFF, DATA_SEG | dpl(3)));
    let event = lab.event();
    assert_eq!((event.fault(), event.at.esp), ((SS, 0), 0xFFC));
}

#[test]
fn returns_are_checked_like_loads_of_both_segments() {
    let absent_code = segment(0, u32::MAX, CODE_SEG & !PRESENT | dpl(3));
    let absent_stack = segment(0, u32::MAX, DATA_SEG & !PRESENT | dpl(3));
    let deep = segment(0, u32::MAX, CONFORMING | dpl(3));
    let short = segment(0, 0xFFF, CODE_SEG | dpl(3));
    // On level 1: SS and CS to return to, and an entry of the GDT.
    let cases = [
        ("an inner level", code(0), data(0), None, (GP, u32::from(code(0) & !3))),
        ("no selector", 3, data(3), None, (GP, 0)),
        ("beyond the GDT", BEYOND | 3, data(3), None, (GP, BEYOND.into())),
        ("data", data(3), data(3), None, (GP, (data(3) & !3).into())),
        ("code of another level", code(2) & !3 | 3, data(3), None, (GP, (code(2) & !3).into())),
        ("conforming code from further out", FREE | 2, data(2), Some(deep), (GP, FREE.into())),
        ("absent code", FREE | 3, data(3), Some(absent_code), (NP, FREE.into())),
        ("a null stack", code(3), 3, None, (GP, 0)),
        ("a stack of another RPL", code(3), data(2), None, (GP, (data(2) & !3).into())),
        ("a stack of another level", code(3), data(2) | 3, None, (GP, (data(2) & !3).into())),
        ("a code segment as stack", code(3), code(3), None, (GP, (code(3) & !3).into())),
        ("an absent stack", code(3), FREE | 3, Some(absent_stack), (SS, FREE.into())),
        ("an offset beyond the segment", FREE | 3, data(3), Some(short), (GP, 0)),
    ];
    for (what, cs, ss, descriptor, expect) in cases {
        let mut lab = Lab::at(
            1,
            &asm(CODE + 0x1000, |a| {
                for value in [u32::from(ss), stack(3), u32::from(cs), OTHER] {
                    a.push(value.cast_signed())?;
                }
                a.retf()
            }),
        );
        if let Some(descriptor) = descriptor {
            lab.descriptor(FREE, descriptor);
        }
        let event = lab.event();
        assert_eq!(event.fault(), expect, "{what}");
        assert_eq!((event.at.cs, event.at.esp), (code(1), stack(1) - 16), "{what}");
    }
}
