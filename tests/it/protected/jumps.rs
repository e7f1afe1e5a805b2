//! What far jumps and calls may name, and the fault for everything else. Source: 80386 PRM §6.3.3,
//! §17.2.2 (JMP, CALL).

use super::lab::*;

/// A far transfer on level 3 to [`FREE`] with RPL 3, whose descriptor is given; another one may stand at
/// [`FREE_2`].
struct Case {
    what: &'static str,
    selector: u16,
    descriptor: [u32; 2],
    behind: [u32; 2],
    fault: (u8, u32),
}

const NOTHING: [u32; 2] = [0, 0];

fn case(what: &'static str, descriptor: [u32; 2], fault: (u8, u32)) -> Case {
    Case { what, selector: FREE | 3, descriptor, behind: NOTHING, fault }
}

/// A call gate to what stands at [`FREE_2`].
fn gated(what: &'static str, behind: [u32; 2], fault: (u8, u32)) -> Case {
    let descriptor = gate(CALL_GATE_386 | dpl(3), FREE_2, 0x1000, 0);
    Case { what, selector: FREE | 3, descriptor, behind, fault }
}

/// What neither JMP nor CALL may do.
fn forbidden() -> Vec<Case> {
    let free = u32::from(FREE);
    let behind = u32::from(FREE_2);
    let code_at = |access| segment(0, u32::MAX, access);
    let task = |selector| gate(TASK_GATE | dpl(3), selector, 0, 0);
    vec![
        Case { selector: 3, ..case("a null selector", NOTHING, (GP, 0)) },
        Case { selector: BEYOND | 3, ..case("a selector beyond the GDT", NOTHING, (GP, BEYOND.into())) },
        Case { selector: 0x0FFF, ..case("a selector beyond the LDT", NOTHING, (GP, 0x0FFC)) },
        case("data", code_at(DATA_SEG | dpl(3)), (GP, free)),
        case("code of an inner level", code_at(CODE_SEG | dpl(2)), (GP, free)),
        case("absent code", code_at(CODE_SEG & !PRESENT | dpl(3)), (NP, free)),
        case("a short segment", segment(0, 0x10, CODE_SEG | dpl(3)), (GP, 0)),
        case("an interrupt gate", gate(INTERRUPT_GATE_386 | dpl(3), code(3), 0, 0), (GP, free)),
        case("an LDT", segment_16(0, 0xFF, TYPE_LDT | dpl(3)), (GP, free)),
        case("a gate of an inner level", gate(CALL_GATE_386 | dpl(2), code(3), 0, 0), (GP, free)),
        case("an absent gate", gate(CALL_GATE_386 & !PRESENT | dpl(3), code(3), 0, 0), (NP, free)),
        case("a gate to nothing", gate(CALL_GATE_386 | dpl(3), 0, 0, 0), (GP, 0)),
        case("a gate to beyond the GDT", gate(CALL_GATE_386 | dpl(3), BEYOND, 0, 0), (GP, BEYOND.into())),
        gated("a gate to data", code_at(DATA_SEG | dpl(3)), (GP, behind)),
        gated("a gate to an absent segment", code_at(CODE_SEG & !PRESENT | dpl(3)), (NP, behind)),
        gated("a gate to behind the end of a segment", segment(0, 0xFFF, CODE_SEG | dpl(3)), (GP, 0)),
        case("a TSS of an inner level", segment_16(TASK_386, 0x67, TYPE_TSS_386), (GP, free)),
        case("a busy TSS", segment_16(TASK_386, 0x67, TYPE_TSS_386 | BUSY | dpl(3)), (GP, free)),
        case("an absent TSS", segment_16(TASK_386, 0x67, TYPE_TSS_386 & !PRESENT | dpl(3)), (NP, free)),
        case("a TSS that is too small", segment_16(TASK_386, 0x66, TYPE_TSS_386 | dpl(3)), (TS, free)),
        case("a 286 TSS that is too small", segment_16(TASK_286, 0x2A, TYPE_TSS_286 | dpl(3)), (TS, free)),
        case("a task gate of an inner level", gate(TASK_GATE, SEL_386, 0, 0), (GP, free)),
        case("an absent task gate", gate(TASK_GATE & !PRESENT | dpl(3), SEL_386, 0, 0), (NP, free)),
        case("a task gate to nothing", task(0), (GP, 0)),
        case("a task gate to the LDT", task(LOCAL), (GP, LOCAL.into())),
        case("a task gate to the busy TSS", task(SEL_TSS), (GP, SEL_TSS.into())),
        case("a task gate to code", task(code(0)), (GP, code(0).into())),
    ]
}

#[test]
fn every_forbidden_destination_has_its_fault_and_changes_nothing() {
    for transfer in [jump_far, call_far] {
        for Case { what, selector, descriptor, behind, fault } in forbidden() {
            let mut lab = Lab::at(3, &transfer(selector, OTHER));
            lab.descriptor(FREE, descriptor);
            lab.descriptor(FREE_2, behind);
            let event = lab.event();
            assert_eq!(event.fault(), fault, "{what}");
            let at = event.at;
            assert_eq!((at.cs, at.eip, at.ss, at.esp), (code(3), CODE + 0x3000, data(3), stack(3)), "{what}");
            assert_eq!(lab.access(SEL_TSS), TYPE_TSS_386 | BUSY, "{what}");
        }
    }
}

#[test]
fn code_of_the_same_level_needs_no_gate_but_an_rpl_no_greater() {
    let mut lab = Lab::at(1, &jump_far(code(1) & !3, OTHER));
    lab.write(OTHER, &done());
    assert_eq!(lab.place().cs, code(1), "the RPL becomes the level");
    let mut lab = Lab::at(1, &jump_far(code(1) | 3, OTHER));
    assert_eq!(lab.event().fault(), (GP, u32::from(code(1) & !3)));
}

#[test]
fn a_jump_through_a_gate_stays_on_its_level() {
    let through = |level: u8| {
        let mut lab = Lab::at(3, &jump_far(FREE | 3, 0));
        lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(level), OTHER, 5));
        lab.write(OTHER, &done());
        lab
    };
    let at = through(3).place();
    assert_eq!((at.cs, at.eip, at.esp), (code(3), OTHER + 2, stack(3)));
    assert_eq!(through(0).event().fault(), (GP, u32::from(code(0))), "only a call goes inward");
}

#[test]
fn no_gate_leads_outward() {
    let mut lab = Lab::at(0, &call_far(FREE, 0));
    lab.descriptor(FREE, gate(CALL_GATE_386, code(1), OTHER, 0));
    assert_eq!(lab.event().fault(), (GP, u32::from(code(1) & !3)));
}

#[test]
fn conforming_code_may_not_be_of_an_outer_level() {
    let mut lab = Lab::at(2, &jump_far(FREE, 0));
    lab.descriptor(FREE, segment(0, u32::MAX, CONFORMING | dpl(3)));
    assert_eq!(lab.event().fault(), (GP, FREE.into()));
}

#[test]
fn transfers_mark_the_code_segment_as_accessed() {
    let mut lab = Lab::at(3, &jump_far(FREE | 3, 0));
    lab.descriptor(FREE, segment(OTHER, 0xFFF, CODE_SEG | dpl(3)));
    lab.write(OTHER, &done());
    lab.place();
    assert_eq!(lab.access(FREE), CODE_SEG | dpl(3) | 1);
}

#[test]
fn a_selector_may_name_the_local_table() {
    let mut lab = Lab::at(3, &call_far(LOCAL | 3, 0));
    lab.local(segment(OTHER, 0xFFF, CODE_SEG | dpl(3)));
    lab.write(OTHER, &done());
    assert_eq!(lab.place().cs, LOCAL | 3);
}
