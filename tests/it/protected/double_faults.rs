//! Exceptions while an exception is delivered. Source: 80386 PRM §9.8.8, tables 9-3 and 9-4; §14.4.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::eflags;
use dosmux::types::PhysAddr;

use super::lab::*;

const UNDEFINED: &[u8] = &[0x0F, 0x0B];
/// XOR ECX,ECX; DIV ECX.
const DIVIDE: &[u8] = &[0x31, 0xC9, 0xF7, 0xF1];
/// MOV EAX,[50000h].
const LOAD: &[u8] = &[0xA1, 0, 0, 5, 0];

/// A program on level 3 under paging, whose vectors in `absent` have no gate and whose data at 50000h is
/// not there.
fn without_gates(program: &[u8], absent: &[u8]) -> Lab {
    let mut lab = Lab::new();
    lab.page();
    lab.start(3, program);
    for &vector in absent {
        lab.gate(vector, gate(INTERRUPT_GATE_386 & !PRESENT, code(0), handler(vector), 0));
    }
    lab.map(0x5_0000, |entry| entry & !1);
    lab
}

/// Error code of a gate that is not present, reported from an exception: IDT and EXT bits.
fn idt(vector: u8) -> u32 {
    u32::from(vector) * 8 + 3
}

#[test]
fn a_fault_after_a_benign_exception_is_handled_in_its_place() {
    let event = without_gates(UNDEFINED, &[UD]).event();
    assert_eq!((event.fault(), event.at.eip), ((NP, idt(UD)), CODE + 0x3000));
}

#[test]
fn two_contributory_exceptions_are_a_double_fault_at_the_first_instruction() {
    let event = without_gates(DIVIDE, &[0]).event();
    assert_eq!((event.fault(), event.at.eip), ((DF, 0), CODE + 0x3002));
    assert_eq!((event.at.cs, event.at.esp), (code(3), stack(3)));
}

#[test]
fn a_contributory_exception_after_a_page_fault_is_a_double_fault() {
    assert_eq!(without_gates(LOAD, &[PF]).event().fault(), (DF, 0));
}

#[test]
fn a_page_fault_after_a_contributory_exception_is_handled_in_its_place() {
    let mut lab = without_gates(DIVIDE, &[]);
    // The divide error's gate leads to a TSS that is not there.
    lab.descriptor(FREE, segment_16(0x5_0000, 0x67, TYPE_TSS_386));
    lab.gate(0, gate(TASK_GATE, FREE, 0, 0));
    let event = lab.event();
    assert_eq!((event.fault(), event.at.eip), ((PF, 0), CODE + 0x3002));
    assert_eq!(lab.state().control[1] & !0xFFF, 0x5_0000);
}

#[test]
fn two_page_faults_are_a_double_fault() {
    let mut lab = without_gates(LOAD, &[]);
    lab.descriptor(FREE, segment_16(0x5_0000, 0x67, TYPE_TSS_386));
    lab.gate(PF, gate(TASK_GATE, FREE, 0, 0));
    assert_eq!(lab.event().fault(), (DF, 0));
}

#[test]
fn three_exceptions_in_a_row_are_told_apart_two_by_two() {
    // #UD is benign, so #NP is delivered; its gate is absent too: a double fault.
    let event = without_gates(UNDEFINED, &[UD, NP]).event();
    assert_eq!(event.fault(), (DF, 0));
}

#[test]
fn a_fault_on_the_way_to_the_double_fault_handler_shuts_the_processor_down() {
    for second in [NP, DF] {
        let mut lab = without_gates(DIVIDE, &[0, second, DF]);
        assert_eq!(lab.run(), Exit::Shutdown);
        assert_eq!((lab.regs().cs(), lab.regs().eip), (code(3), CODE + 0x3002));
    }
}

#[test]
fn an_external_interrupt_that_cannot_be_delivered_shuts_down_as_well() {
    let mut lab = without_gates(&[0x90], &[0x20, NP, DF]);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), Some(Exit::Shutdown));
}

#[test]
fn software_interrupts_are_benign() {
    let event = without_gates(&int(0x20), &[0x20]).event();
    assert_eq!(event.fault(), (GP, 0x20 * 8 + 2), "privilege comes first");
    let mut lab = without_gates(&int(0x20), &[]);
    lab.gate(0x20, gate(INTERRUPT_GATE_386 & !PRESENT | dpl(3), code(0), 0, 0));
    assert_eq!(lab.event().fault(), (NP, 0x20 * 8 + 2));
}

#[test]
fn a_double_fault_task_rescues_a_ruined_stack() {
    // On level 0: ESP at the bottom of a small segment, then an undefined instruction.
    let program = asm(CODE, |a| {
        use iced_x86::code_asm::*;
        a.mov(eax, u32::from(FREE))?;
        a.mov(ss, eax)?;
        a.mov(esp, 8)?;
        a.db(UNDEFINED)
    });
    let mut lab = Lab::at(0, &program);
    lab.descriptor(FREE, segment(DATA, 0xFFF, DATA_SEG));
    super::tasks::Task::default().save_386(&mut lab);
    lab.gate(DF, gate(TASK_GATE, SEL_386, 0, 0));
    lab.write(OTHER, &done());
    let at = lab.place();
    assert_eq!((lab.state().tr.selector, lab.dword(at.esp)), (SEL_386, 0), "the error code is zero");
    let undefined = CODE + u32::try_from(program.len()).unwrap() - 2;
    assert_eq!((lab.dword(TSS + 0x20), lab.dword(TSS + 0x38)), (undefined, 8), "EIP and ESP of the fault");
}

// --- real mode ---

/// A program at 0:1000h in real mode with an interrupt table of `limit`, which has a handler that
/// halts for interrupt 8.
fn real(program: &[u8], limit: u16, sp: u16) -> Lab {
    let mut lab = Lab::new();
    lab.write(0x1000, &[&[0x0F, 0x01, 0x1E, 0x00, 0x06][..], program].concat()); // LIDT [600h]
    lab.write(0x600, &[&limit.to_le_bytes()[..], &[0; 4]].concat());
    lab.mem.write_u32(PhysAddr(8 * 4), 0x0000_5000);
    lab.write(0x5000, &[0xF4]);
    lab.start_real(0x1000);
    let mut regs = lab.regs();
    regs.set_sp(sp);
    lab.cpu.set_regs(&regs);
    lab
}

#[test]
fn in_real_mode_a_table_that_is_too_short_is_interrupt_8() {
    for program in [&[0xCD, 0x21][..], UNDEFINED] {
        let limit = if program == UNDEFINED { 6 * 4 + 2 } else { 0x23 };
        let mut lab = real(program, limit, 0x4000);
        if limit < 0x23 {
            assert_eq!(lab.run(), Exit::Shutdown, "the table does not reach that far either");
            continue;
        }
        assert_eq!((lab.run(), lab.regs().eip), (Exit::Halt, 0x5001));
        assert_eq!((lab.word(0x3FFA), lab.word(0x3FFC)), (0x1005, 0), "at the INT, no error code");
        assert_eq!(u32::from(lab.word(0x3FFE)), eflags::ONE);
    }
}

#[test]
fn in_real_mode_an_external_interrupt_may_find_the_table_too_short() {
    let mut lab = real(&[0x90], 0x22, 0x4000);
    lab.cpu.run(&mut lab.mem, 1);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x21), Some(Exit::Shutdown));
    assert_eq!(lab.regs().sp(), 0x4000);
}

#[test]
fn in_real_mode_a_push_with_sp_1_shuts_the_processor_down() {
    // PUSH AX. Source: 80386 PRM §17.2.2 (PUSH).
    let mut lab = real(&[0x50], 0x3FF, 1);
    assert_eq!(lab.run(), Exit::Shutdown);
    assert_eq!((lab.regs().sp(), lab.regs().eip), (1, 0x1005));
}

#[test]
fn in_real_mode_an_interrupt_with_room_for_two_words_pushes_none() {
    let mut lab = real(&[0xCD, 0x08], 0x3FF, 5);
    lab.write(0, &[0xEE; 5]);
    assert_eq!(lab.run(), Exit::Shutdown);
    assert_eq!((lab.dword(0), lab.regs().sp(), lab.regs().eip), (0xEEEE_EEEE, 5, 0x1005));
}
