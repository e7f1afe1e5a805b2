//! Interrupts and exceptions through the IDT. Source: 80386 PRM §9.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::eflags;

use super::lab::*;

/// A vector that a test gives a gate.
const FREE_VECTOR: u8 = 0x20;

/// UD2's opcode bytes: undefined on a 386.
const UNDEFINED: [u8; 2] = [0x0F, 0x0B];

#[test]
fn an_interrupt_on_the_same_level_pushes_flags_and_return_address() {
    let mut lab = Lab::at(0, &int(FREE_VECTOR));
    lab.set_flags(eflags::CF | eflags::DF);
    let event = lab.event();
    assert_eq!((event.vector, event.error), (FREE_VECTOR, None));
    assert_eq!((event.at.cs, event.at.eip, event.at.esp), (code(0), CODE + 2, stack(0)));
    assert_eq!(event.at.eflags, eflags::ONE | eflags::CF | eflags::DF);
}

#[test]
fn an_interrupt_from_an_outer_level_changes_the_stack() {
    for level in 1..4 {
        let mut lab = Lab::at(level, &UNDEFINED);
        let at = lab.event().at;
        assert_eq!((at.cs, at.ss, at.esp), (code(level), data(level), stack(level)));
        assert_eq!(lab.regs().gpr[4], stack(0) - 20, "SS, ESP, EFLAGS, CS, EIP");
        assert_eq!(lab.regs().ss(), data(0));
    }
}

#[test]
fn an_interrupt_gate_clears_if_and_a_trap_gate_does_not() {
    for (kind, stays) in [(INTERRUPT_GATE_386, 0), (TRAP_GATE_386, eflags::IF)] {
        let mut lab = Lab::at(3, &int(FREE_VECTOR));
        lab.gate(FREE_VECTOR, gate(kind | dpl(3), code(0), handler(FREE_VECTOR), 0));
        lab.set_flags(eflags::IF | eflags::NT | eflags::OF);
        let at = lab.event().at;
        assert_eq!(at.eflags, eflags::ONE | eflags::IF | eflags::NT | eflags::OF, "as they were");
        assert_eq!(lab.cpu.eflags(), eflags::ONE | eflags::OF | stays, "NT and TF are cleared");
    }
}

#[test]
fn a_286_gate_pushes_words() {
    let mut lab = Lab::at(3, &int(FREE_VECTOR));
    lab.gate(FREE_VECTOR, gate(INTERRUPT_GATE_286 | dpl(3), code(0), 0x8000, 0));
    lab.write(0x8000, &[0xF4]);
    assert_eq!(lab.run(), Exit::Halt);
    let esp = lab.regs().gpr[4];
    assert_eq!((lab.regs().eip, esp), (0x8001, stack(0) - 10));
    let frame: [u16; 5] = std::array::from_fn(|index| lab.word(esp + 2 * u32::try_from(index).unwrap()));
    let low = |value: u32| u16::try_from(value & 0xFFFF).unwrap();
    assert_eq!(frame, [low(CODE + 0x3002), code(3), 2, low(stack(3)), data(3)]);
}

#[test]
fn conforming_handlers_run_on_the_level_that_was_interrupted() {
    let mut lab = Lab::at(3, &int(FREE_VECTOR));
    lab.descriptor(FREE, segment(OTHER, 0xFFF, CONFORMING));
    lab.gate(FREE_VECTOR, gate(INTERRUPT_GATE_386 | dpl(3), FREE, 0, 0));
    lab.write(OTHER, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.ss, at.esp), (FREE | 3, data(3), stack(3) - 12));
}

#[test]
fn faults_point_at_their_instruction_with_rf_and_software_interrupts_behind_it() {
    // XOR ECX,ECX; DIV ECX, and so on.
    let cases: [(&[u8], u8, u32, u32); 5] = [
        (&[0x31, 0xC9, 0xF7, 0xF1], 0, 2, eflags::RF),
        (&UNDEFINED, UD, 0, eflags::RF),
        (&[0xCC], 3, 1, 0),
        (&[0xB0, 0x7F, 0xFE, 0xC0, 0xCE], 4, 5, 0),
        (&[0xCD, 0x25], 0x25, 2, 0),
    ];
    for (program, vector, offset, rf) in cases {
        let mut lab = Lab::at(0, program);
        let event = lab.event();
        assert_eq!((event.vector, event.at.eip - CODE), (vector, offset));
        assert_eq!(event.at.eflags & eflags::RF, rf, "vector {vector}");
    }
}

#[test]
fn only_software_interrupts_need_the_gates_privilege() {
    for (program, vector) in [(&[0xCD, 0x20][..], 0x20), (&[0xCC], 3), (&[0xB0, 0x7F, 0xFE, 0xC0, 0xCE], 4)] {
        let mut lab = Lab::at(3, program);
        let event = lab.event();
        assert_eq!(event.fault(), (GP, vector * 8 + 2), "EXT is clear: the program did it");
        let last = u32::try_from(program.len()).unwrap() - if vector == 0x20 { 2 } else { 1 };
        assert_eq!(event.at.eip, CODE + 0x3000 + last, "the instruction itself");
    }
    assert_eq!(Lab::at(3, &UNDEFINED).event().vector, UD, "exceptions do not");
    let mut lab = Lab::at(3, &[0x90]);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    assert_eq!(lab.event().vector, 0x20, "nor does the interrupt controller");
}

#[test]
fn int1_needs_no_privilege_either() {
    let event = Lab::at(3, &[0xF1]).event();
    assert_eq!((event.vector, event.at.eip), (1, CODE + 0x3001));
    assert_eq!(Lab::at(3, &int(1)).event().fault(), (GP, 8 + 2), "unlike INT 1");
}

#[test]
fn an_external_interrupt_returns_to_the_next_instruction() {
    let mut lab = Lab::at(3, &[0x90, 0x90]);
    lab.cpu.run(&mut lab.mem, 1);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    let event = lab.event();
    assert_eq!((event.vector, event.error, event.at.eip), (0x20, None, CODE + 0x3001));
    assert_eq!(event.at.eflags & eflags::RF, 0);
}

/// Gates that cannot be used, and the fault of a software interrupt through them.
fn broken_gates() -> Vec<(&'static str, [u32; 2], (u8, u32))> {
    let index = u32::from(FREE_VECTOR) * 8 + 2;
    let to = |selector| gate(INTERRUPT_GATE_386 | dpl(3), selector, 0x1000, 0);
    vec![
        ("nothing", [0, 0], (GP, index)),
        ("a call gate", gate(CALL_GATE_386 | dpl(3), code(0), 0, 0), (GP, index)),
        ("a gate of an inner level", gate(INTERRUPT_GATE_386 | dpl(2), code(0), 0, 0), (GP, index)),
        ("an absent gate", gate(INTERRUPT_GATE_386 & !PRESENT | dpl(3), code(0), 0, 0), (NP, index)),
        ("no handler", to(0), (GP, 0)),
        ("a handler beyond the GDT", to(BEYOND), (GP, BEYOND.into())),
        ("a handler in data", to(data(0)), (GP, data(0).into())),
        ("a handler in an absent segment", to(FREE), (NP, FREE.into())),
        ("a handler behind the end of its segment", to(FREE_2), (GP, 0)),
        ("a task gate to code", gate(TASK_GATE | dpl(3), code(0), 0, 0), (GP, code(0).into())),
        ("a task gate to the busy task", gate(TASK_GATE | dpl(3), SEL_TSS, 0, 0), (GP, SEL_TSS.into())),
    ]
}

fn with_broken_gate(program: &[u8], broken: [u32; 2]) -> Lab {
    let mut lab = Lab::at(3, program);
    lab.descriptor(FREE, segment(0, u32::MAX, CODE_SEG & !PRESENT));
    lab.descriptor(FREE_2, segment(0, 0xFFF, CODE_SEG));
    lab.gate(FREE_VECTOR, broken);
    lab
}

#[test]
fn a_gate_that_cannot_be_used_faults_at_the_interrupt_instruction() {
    for (what, broken, expect) in broken_gates() {
        let event = with_broken_gate(&int(FREE_VECTOR), broken).event();
        assert_eq!(event.fault(), expect, "{what}");
        assert_eq!((event.at.eip, event.at.esp), (CODE + 0x3000, stack(3)), "{what}");
    }
}

#[test]
fn with_an_external_interrupt_the_same_fault_has_ext_set() {
    for (what, broken, (vector, error)) in broken_gates() {
        if what == "a gate of an inner level" {
            continue;
        }
        let mut lab = with_broken_gate(&[0x90], broken);
        assert_eq!(lab.cpu.interrupt(&mut lab.mem, FREE_VECTOR), None);
        let event = lab.event();
        assert_eq!((event.fault(), event.at.eip), ((vector, error | 1), CODE + 0x3000), "{what}");
    }
}

#[test]
fn a_vector_beyond_the_idt_is_a_protection_fault() {
    let event = Lab::at(3, &int(0x40)).event();
    assert_eq!(event.fault(), (GP, 0x40 * 8 + 2));
}

#[test]
fn handlers_must_not_be_of_an_outer_level() {
    let mut lab = Lab::at(0, &int(FREE_VECTOR));
    lab.gate(FREE_VECTOR, gate(INTERRUPT_GATE_386, code(1), OTHER, 0));
    assert_eq!(lab.event().fault(), (GP, u32::from(code(1) & !3)));
}

#[test]
fn iret_restores_what_the_level_may_change() {
    // On level 0 all flags but VM; IRETD at the handler.
    let everything = 0x0000_7ED7 | eflags::RF;
    for (level, iopl, changes) in [(0, 0, eflags::IF | eflags::IOPL), (3, 3, eflags::IF), (3, 0, 0)] {
        // Flags with all bits of IF and IOPL as they were, or turned over, by the level.
        let program = asm(CODE + u32::from(level) * 0x1000, |a| {
            a.pushfd()?;
            a.xor(iced_x86::code_asm::dword_ptr(iced_x86::code_asm::esp), (eflags::IF | eflags::IOPL).cast_signed())?;
            a.push(i32::from(code(level)))?;
            a.push((CODE + u32::from(level) * 0x1000 + 0x100).cast_signed())?;
            a.iretd()
        });
        let mut lab = Lab::at(level, &program);
        lab.write(CODE + u32::from(level) * 0x1000 + 0x100, &done());
        lab.set_flags(iopl << 12);
        let before = lab.cpu.eflags();
        let at = lab.place();
        assert_eq!((at.eflags ^ before) & everything, changes, "level {level}, IOPL {iopl}");
        assert_eq!(at.esp, stack(level));
    }
}

#[test]
fn iret_from_an_inner_level_gives_the_outer_stack_back() {
    let mut lab = Lab::at(3, &[int(0x20), done()].concat());
    lab.gate(0x20, gate(INTERRUPT_GATE_386 | dpl(3), code(0), handler(0x20), 0));
    lab.handler(0x20, &[0xCF]);
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.ss, at.esp), (code(3), CODE + 0x3004, data(3), stack(3)));
}

#[test]
fn a_fault_in_the_middle_of_a_frame_moves_neither_stack_nor_memory() {
    // The stack of level 0 has room for two of five doublewords; #SS goes to a task-less level 0
    // handler only if that stack is good, so the handler is of level 1.
    let mut lab = Lab::at(3, &int(FREE_VECTOR));
    lab.descriptor(FREE, segment(DATA, 0xFFF, DATA_SEG));
    lab.inner_stack(0, FREE, 8);
    lab.gate(FREE_VECTOR, gate(INTERRUPT_GATE_386 | dpl(3), code(0), handler(FREE_VECTOR), 0));
    lab.gate(SS, gate(INTERRUPT_GATE_386, code(1), OTHER, 0));
    lab.write(OTHER, &[0xF4]);
    lab.write(DATA, &[0xEE; 8]);
    // HLT on level 1 is #GP, which no stack can take: the end.
    assert_eq!(lab.run(), Exit::Shutdown);
    assert_eq!((lab.dword(DATA), lab.dword(DATA + 4)), (0xEEEE_EEEE, 0xEEEE_EEEE));
    let esp = stack(1) - 24;
    assert_eq!((lab.dword(esp), lab.dword(esp + 4)), (0, CODE + 0x3000), "#SS(0) at the INT");
    assert_eq!(lab.dword(esp + 16), stack(3));
}

#[test]
fn a_frame_on_a_data_breakpoint_traps_before_the_handlers_first_instruction() {
    use iced_x86::code_asm::*;
    let program = asm(CODE, |a| {
        a.mov(eax, stack(0) - 8)?;
        a.mov(dr0, eax)?;
        a.mov(eax, 0x000D_0001)?; // four bytes, on writes
        a.mov(dr7, eax)?;
        a.db(&done())
    });
    let mut lab = Lab::at(0, &program);
    let event = lab.event();
    assert_eq!((event.vector, event.at.eip), (1, handler(DONE)));
    assert_eq!(lab.state().debug[6] & 0xF, 1);
}
