//! Task switches that fail: before the commit in the old task, after it in the new one. Source: 80386
//! PRM, tables 7-3 and 9-5.

use dosmux::cpu::regs::eflags;

use super::lab::*;
use super::tasks::{Task, small_task};

/// A jump to the 386 task after `prepare` has changed it or the tables.
fn switched(prepare: impl FnOnce(&mut Task, &mut Lab)) -> Lab {
    let mut lab = Lab::at(0, &jump_far(SEL_386, 0));
    let mut task = Task::default();
    prepare(&mut task, &mut lab);
    task.save_386(&mut lab);
    // A task of an outer level takes its faults on a stack of level 0.
    lab.write(TASK_386 + 4, &stack(1).to_le_bytes());
    lab.write(TASK_386 + 8, &data(0).to_le_bytes());
    lab.write(OTHER, &done());
    lab
}

const ES: usize = 0;
const CS: usize = 1;
const STACK: usize = 2;
const DS: usize = 3;
const GS: usize = 5;

#[test]
fn each_check_of_the_new_task_has_its_fault() {
    type Case = (&'static str, [u32; 2], fn(&mut Task), (u8, u32));
    // FREE is filled with a descriptor; what refers to it is changed in the task.
    let flat = |access| segment(0, u32::MAX, access);
    let ldt = |access| segment_16(DATA, 0xFF, access);
    let free = u32::from(FREE);
    let cases: [Case; 21] = [
        ("an LDT in the LDT", ldt(TYPE_LDT), |t| t.ldt = LOCAL, (TS, LOCAL.into())),
        ("an LDT beyond the GDT", ldt(TYPE_LDT), |t| t.ldt = BEYOND, (TS, BEYOND.into())),
        ("an LDT of another type", ldt(DATA_SEG), |t| t.ldt = FREE, (TS, free)),
        ("an absent LDT", ldt(TYPE_LDT & !PRESENT), |t| t.ldt = FREE, (TS, free)),
        ("a null CS", [0, 0], |t| t.seg[CS] = 0, (TS, 0)),
        ("a CS beyond the GDT", [0, 0], |t| t.seg[CS] = BEYOND, (TS, BEYOND.into())),
        ("a CS of data", flat(DATA_SEG), |t| t.seg[CS] = FREE, (TS, free)),
        ("a CS of another level", flat(CODE_SEG | dpl(1)), |t| t.seg[CS] = FREE, (TS, free)),
        ("a conforming CS from further out", flat(CONFORMING | dpl(1)), |t| t.seg[CS] = FREE, (TS, free)),
        ("an absent CS", flat(CODE_SEG & !PRESENT), |t| t.seg[CS] = FREE, (NP, free)),
        ("a null SS", [0, 0], |t| t.seg[STACK] = 0, (TS, 0)),
        ("an SS beyond the GDT", [0, 0], |t| t.seg[STACK] = BEYOND, (TS, BEYOND.into())),
        ("a read-only SS", flat(READ_ONLY), |t| t.seg[STACK] = FREE, (TS, free)),
        ("an SS of another level", flat(DATA_SEG | dpl(1)), |t| t.seg[STACK] = FREE, (TS, free)),
        ("an SS of another RPL", flat(DATA_SEG), |t| t.seg[STACK] = FREE | 1, (TS, free)),
        ("an absent SS", flat(DATA_SEG & !PRESENT), |t| t.seg[STACK] = FREE, (SS, free)),
        ("a DS beyond the GDT", [0, 0], |t| t.seg[DS] = BEYOND, (TS, BEYOND.into())),
        ("an ES that cannot be read", flat(CODE_SEG & !2), |t| t.seg[ES] = FREE, (TS, free)),
        ("a DS with an RPL above its level", flat(DATA_SEG), |t| t.seg[DS] = FREE | 1, (TS, free)),
        ("an absent GS", flat(DATA_SEG & !PRESENT), |t| t.seg[GS] = FREE, (NP, free)),
        ("an EIP beyond the code segment", segment(0, 0xFFF, CODE_SEG), |t| t.seg[CS] = FREE, (GP, 0)),
    ];
    for (what, descriptor, change, expect) in cases {
        let mut lab = switched(|task, lab| {
            lab.descriptor(FREE, descriptor);
            change(task);
        });
        let event = lab.event();
        assert_eq!(event.fault(), expect, "{what}");
        let state = lab.state();
        assert_eq!((state.tr.selector, event.at.eip), (SEL_386, OTHER), "{what}: at the new task's start");
        assert_eq!(event.at.eflags, Task::default().eflags | eflags::RF, "{what}");
        assert_eq!((lab.access(SEL_TSS), lab.access(SEL_386)), (TYPE_TSS_386, TYPE_TSS_386 | BUSY), "{what}");
        assert_eq!(lab.dword(TSS + 0x20), CODE + 7, "{what}: the old task waits behind the jump");
    }
}

#[test]
fn a_task_of_an_outer_level_may_not_hold_inner_segments() {
    let mut lab = switched(|task, _| task.seg = [data(0), code(3), data(3), 0, 0, 0]);
    let event = lab.event();
    assert_eq!((event.fault(), event.at.cs), ((TS, data(0).into()), code(3)));
}

#[test]
fn a_fault_of_the_new_task_can_be_mended_and_the_task_goes_on() {
    // The handler fetches the error code away, loads DS with a good selector, and returns.
    let mut lab = switched(|task, _| task.seg[DS] = BEYOND);
    let mend = asm(OTHER + 0x100, |a| {
        use iced_x86::code_asm::*;
        a.push(i32::from(data(0)))?;
        a.pop(ds)?;
        a.add(esp, 4)?;
        a.iretd()
    });
    lab.write(OTHER + 0x100, &mend);
    lab.gate(TS, gate(INTERRUPT_GATE_386, code(0), OTHER + 0x100, 0));
    let at = lab.place();
    assert_eq!((at.eip, lab.regs().ds()), (OTHER + 2, data(0)));
}

#[test]
fn an_error_code_that_finds_no_room_is_a_stack_fault_of_the_new_task() {
    let mut lab = Lab::at(0, &[0x31, 0xC0, 0x8E, 0xD0]); // XOR EAX,EAX; MOV SS,EAX: #GP(0)
    lab.descriptor(FREE, segment(DATA, 0xFFF, DATA_SEG | dpl(3)));
    let mut gpr = Task::default().gpr;
    gpr[4] = 2;
    Task { gpr, seg: [0, code(3), FREE | 3, 0, 0, 0], ..Task::default() }.save_386(&mut lab);
    lab.write(TASK_386 + 4, &stack(1).to_le_bytes());
    lab.write(TASK_386 + 8, &data(0).to_le_bytes());
    lab.gate(GP, gate(TASK_GATE, SEL_386, 0, 0));
    let event = lab.event();
    // Of contributory exceptions two in a row are a double fault.
    assert_eq!((event.fault(), event.at.cs, event.at.eip), ((DF, 0), code(3), OTHER));
}

#[test]
fn a_link_that_names_no_busy_tss_is_an_invalid_tss() {
    let cases = [
        ("null", 0, (TS, 0)),
        ("in the LDT", LOCAL, (TS, LOCAL.into())),
        ("beyond the GDT", BEYOND, (TS, BEYOND.into())),
        ("code", code(0), (TS, code(0).into())),
        ("a task that is not busy", SEL_386, (TS, SEL_386.into())),
        ("an absent one", FREE, (NP, FREE.into())),
        ("one that is too small", FREE_2, (TS, FREE_2.into())),
    ];
    for (what, link, expect) in cases {
        // IRETD under NT.
        let mut lab = Lab::at(0, &[0xCF]);
        lab.set_flags(eflags::NT);
        lab.write(TSS, &link.to_le_bytes());
        lab.descriptor(FREE, segment_16(TASK_386, 0x67, (TYPE_TSS_386 | BUSY) & !PRESENT));
        lab.descriptor(FREE_2, segment_16(TASK_386, 0x66, TYPE_TSS_386 | BUSY));
        let event = lab.event();
        assert_eq!((event.fault(), event.at.eip), (expect, CODE), "{what}");
        assert_ne!(event.at.eflags & eflags::NT, 0, "{what}");
        assert_eq!(lab.state().tr.selector, SEL_TSS, "{what}");
    }
}

#[test]
fn an_old_tss_without_room_for_the_registers_keeps_its_task() {
    let mut lab = Lab::new();
    lab.descriptor(SEL_TSS, segment_16(TSS, 0x5F, TYPE_TSS_386));
    lab.start(0, &jump_far(SEL_386, 0));
    Task::default().save_386(&mut lab);
    let event = lab.event();
    assert_eq!((event.fault(), event.at.eip), ((TS, SEL_TSS.into()), CODE));
    assert_eq!(lab.access(SEL_386), TYPE_TSS_386);
}

#[test]
fn a_tss_on_a_missing_page_is_a_page_fault_of_the_old_task() {
    for missing in [TSS, 0x6000] {
        let mut lab = Lab::new();
        lab.page();
        lab.descriptor(SEL_386, segment_16(0x6000, 0x67, TYPE_TSS_386));
        lab.start(3, &call_far(FREE | 3, 0));
        lab.descriptor(FREE, gate(TASK_GATE | dpl(3), SEL_386, 0, 0));
        // Level 0's stack is in the TSS of this task: the handler is of level 3.
        lab.descriptor(FREE_2, segment(0, u32::MAX, CONFORMING));
        lab.gate(PF, gate(INTERRUPT_GATE_386, FREE_2, OTHER, 0));
        lab.write(OTHER, &[0xEB, 0xFE]);
        lab.map(missing, |entry| entry & !1);
        assert_eq!(lab.run(), dosmux::cpu::Exit::Spin);
        let state = lab.state();
        assert_eq!((state.tr.selector, state.control[1] & !0xFFF), (SEL_TSS, missing));
        let frame = [0, 4, 8].map(|offset| lab.dword(state.regs.gpr[4] + offset));
        let write = if missing == TSS { 2 } else { 0 };
        assert_eq!(frame, [write, CODE + 0x3000, code(3).into()], "a supervisor's access");
        assert_eq!(lab.access(SEL_386), TYPE_TSS_386);
    }
}

#[test]
fn with_an_external_interrupt_the_new_tasks_faults_have_ext_set() {
    let mut lab = switched(|task, _| task.seg[DS] = BEYOND);
    lab.gate(0x20, gate(TASK_GATE, SEL_386, 0, 0));
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    assert_eq!(lab.event().fault(), (TS, u32::from(BEYOND) | 1));
}

#[test]
fn a_286_task_is_checked_like_a_386_task() {
    let mut lab = Lab::at(0, &jump_far(SEL_286, 0));
    let mut task = small_task();
    task.seg[DS] = BEYOND;
    task.save_286(&mut lab);
    let event = lab.event();
    assert_eq!((event.fault(), event.at.eip), ((TS, BEYOND.into()), 0x8000));
}
