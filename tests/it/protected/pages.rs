//! Paging and privilege: who may do what, and that the processor's own accesses are the supervisor's.
//! Source: 80386 PRM §5.2, §6.4.

use dosmux::cpu::pte;
use iced_x86::code_asm::*;

use super::lab::*;

/// Under paging: the tables' pages are the supervisor's and read-only.
fn paged(level: u8, program: &[u8]) -> Lab {
    let mut lab = Lab::new();
    lab.page();
    lab.start(level, program);
    lab
}

#[test]
fn tables_that_the_user_cannot_see_serve_a_program_of_level_3() {
    // A segment load, a call through a gate with a parameter, a return, an interrupt.
    let program = asm(CODE + 0x3000, |a| {
        a.mov(eax, u32::from(FREE_2 | 3))?;
        a.mov(fs, eax)?;
        a.push(0x77)?;
        a.db(&call_far(FREE | 3, 0))?;
        a.db(&done())
    });
    let mut lab = paged(3, &program);
    lab.descriptor(FREE, gate(CALL_GATE_386 | dpl(3), code(1), OTHER, 1));
    lab.descriptor(FREE_2, segment(0, u32::MAX, DATA_SEG | dpl(3)));
    lab.write(OTHER, &[0xCA, 4, 0]);
    let at = lab.place();
    assert_eq!((at.cs, at.esp), (code(3), stack(3)));
    assert_eq!(lab.access(FREE_2), DATA_SEG | dpl(3) | 1, "accessed, in a read-only page");
}

#[test]
fn the_supervisor_writes_to_read_only_pages_and_the_user_does_not() {
    for level in 0..4 {
        let program = asm(CODE + u32::from(level) * 0x1000, |a| {
            a.mov(dword_ptr(DATA), 1)?;
            a.db(&done())
        });
        let mut lab = paged(level, &program);
        lab.map(DATA, |entry| entry & !pte::WRITABLE);
        let expect = if level == 3 { (PF, 7) } else { (DONE, 0) };
        assert_eq!(lab.event().fault(), expect, "level {level}");
    }
}

#[test]
fn levels_0_to_2_see_the_supervisors_pages() {
    for level in 0..4 {
        let program = asm(CODE + u32::from(level) * 0x1000, |a| {
            a.mov(eax, dword_ptr(GDT))?;
            a.db(&done())
        });
        let expect = if level == 3 { (PF, 5) } else { (DONE, 0) };
        assert_eq!(paged(level, &program).event().fault(), expect, "level {level}");
    }
}

#[test]
fn a_change_of_level_changes_what_a_page_allows() {
    // Level 0 reads a page of its own, returns to level 3, which tries the same.
    let program = asm(CODE + 0x3000, |a| {
        a.db(&int(0x20))?;
        a.mov(eax, dword_ptr(GDT))
    });
    let mut lab = paged(3, &program);
    lab.gate(0x20, gate(INTERRUPT_GATE_386 | dpl(3), code(0), handler(0x20), 0));
    let read = asm(handler(0x20), |a| {
        a.mov(eax, dword_ptr(GDT).cs())?;
        a.iretd()
    });
    lab.handler(0x20, &read);
    let event = lab.event();
    assert_eq!((event.fault(), event.at.eip), ((PF, 5), CODE + 0x3002));
}

#[test]
fn an_inner_stack_is_the_supervisors_and_gets_dirty() {
    let mut lab = paged(3, &int(DONE));
    lab.map(stack(0) - 1, |entry| entry & !(pte::USER | pte::ACCESSED | pte::DIRTY));
    lab.place();
    let entry = lab.page_entry(stack(0) - 1);
    assert_eq!(entry & (pte::ACCESSED | pte::DIRTY), pte::ACCESSED | pte::DIRTY);
}

#[test]
fn a_missing_inner_stack_is_the_supervisors_page_fault() {
    // The handlers' stack is gone: the page fault is handled by a task.
    let mut lab = paged(3, &int(DONE));
    super::tasks::Task { cr3: lab.state().control[2], ..Default::default() }.save_386(&mut lab);
    lab.gate(PF, gate(TASK_GATE, SEL_386, 0, 0));
    lab.write(OTHER, &done());
    lab.map(stack(0) - 1, |entry| entry & !pte::PRESENT);
    let at = lab.place();
    assert_eq!(lab.dword(at.esp), 2, "a write by the supervisor to a page that is not there");
    assert_eq!(lab.dword(TSS + 0x20), CODE + 0x3000);
    assert_eq!(lab.state().control[1], stack(0) - 4);
}

#[test]
fn loading_cr3_forgets_translations() {
    let program = asm(CODE, |a| {
        a.mov(eax, dword_ptr(DATA))?;
        a.mov(dword_ptr(TABLE + (DATA >> 12) * 4), ebx)?;
        a.mov(ecx, cr3)?;
        a.mov(cr3, ecx)?;
        a.mov(edx, dword_ptr(DATA))?;
        a.db(&done())
    });
    let mut lab = paged(0, &program);
    lab.write(DATA, &1u32.to_le_bytes());
    lab.write(DATA + 0x1000, &2u32.to_le_bytes());
    lab.cpu.set_gpr(3, (DATA + 0x1000) | pte::PRESENT);
    lab.place();
    assert_eq!((lab.regs().gpr[0], lab.regs().gpr[2]), (1, 2));
}
