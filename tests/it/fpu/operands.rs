//! Memory operands: checked as a whole before anything happens, and remembered.

use dosmux::cpu::{Coprocessor, Exit, Fault};

use super::lab::*;

/// FNSTENV \[200h\].
const FNSTENV: &[u8] = &[0xD9, 0x36, 0x00, 0x02];
/// The same with 32-bit fields.
const FNSTENV_32: &[u8] = &[0x66, 0xD9, 0x36, 0x00, 0x02];

/// Each form of memory operand, at \[BX\], with its length.
const FORMS: &[(u8, u8, u16)] = &[
    (0xD8, 0x07, 4),
    (0xD9, 0x07, 4),
    (0xD9, 0x1F, 4),
    (0xDA, 0x07, 4),
    (0xDB, 0x2F, 10),
    (0xDB, 0x3F, 10),
    (0xDC, 0x07, 8),
    (0xDD, 0x07, 8),
    (0xDD, 0x1F, 8),
    (0xDD, 0x27, 94),
    (0xDD, 0x37, 94),
    (0xD9, 0x27, 14),
    (0xD9, 0x37, 14),
    (0xD9, 0x2F, 2),
    (0xD9, 0x3F, 2),
    (0xDD, 0x3F, 2),
    (0xDE, 0x07, 2),
    (0xDF, 0x07, 2),
    (0xDF, 0x1F, 2),
    (0xDF, 0x27, 10),
    (0xDF, 0x37, 10),
    (0xDF, 0x2F, 8),
    (0xDF, 0x3F, 8),
    (0xDB, 0x07, 4),
    (0xDB, 0x1F, 4),
];

#[test]
fn an_operand_across_the_end_of_the_segment_faults_and_changes_nothing() {
    for &(opcode, modrm, bytes) in FORMS {
        let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, FLD1, &[opcode, modrm], HLT]);
        lab.change(|regs| regs.set_bx(0u16.wrapping_sub(bytes - 1)));
        lab.write(0xFF00, &[0x5A; 0x100]);
        let before = lab.mem.fork();
        let (fault, _) = lab.fault();
        assert_eq!((fault, lab.cpu.eip()), (Fault::protection(0), 4), "{opcode:02X} {modrm:02X}");
        assert!(lab.cpu.coprocessor() == Lab::new(Coprocessor::Error, &[FNINIT, FLD1, HLT]).ran().cpu.coprocessor());
        for at in 0..0x2_0000 {
            let at = dosmux::types::PhysAddr(DATA + at);
            assert_eq!(lab.mem.read_u8(at), before.read_u8(at));
        }
    }
}

impl Lab {
    fn ran(mut self) -> Lab {
        self.run_to_hlt();
        self
    }
}

#[test]
fn an_operand_that_ends_with_the_segment_is_all_right() {
    for &(opcode, modrm, bytes) in FORMS {
        let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, FLD1, &[opcode, modrm], HLT]);
        lab.change(|regs| regs.set_bx(0u16.wrapping_sub(bytes)));
        // A control word and a status word that mask and raise nothing, whatever is loaded.
        lab.write(0xFF00, &[0x7F; 0x100]);
        lab.run_to_hlt();
    }
}

#[test]
fn an_error_handler_finds_instruction_and_operand() {
    // FADD dword [BX+SI+12h], then the environment.
    let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, FLD1, &[0x26, 0xD8, 0x40, 0x12], FNSTENV, HLT]);
    lab.change(|regs| {
        regs.set_bx(0x100);
        regs.set_si(0x20);
        regs.set_es(0x2100);
    });
    lab.run_to_hlt();
    // The instruction is at 1000:0004, prefix included, its operand at 2100:0132.
    let environment: [u16; 7] = std::array::from_fn(|index| lab.word(0x200 + 2 * u32::try_from(index).unwrap()));
    assert_eq!(environment[3..], [0x0004, 0x1040, 0x1132, 0x2000]);
}

#[test]
fn control_instructions_leave_the_pointers_alone() {
    let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, FLD1, FNCLEX, FNSTSW_AX, FNSTENV_32, HLT]);
    lab.run_to_hlt();
    assert_eq!((lab.word(0x200 + 12), lab.word(0x200 + 16), lab.word(0x200 + 18)), (0x0002, 0x11E8, 0x0000));
}

#[test]
fn fnstenv_masks_all_exceptions_and_fnsave_initialises() {
    // FNSTENV, FNSTCW [0]; FNSAVE [300h], FNSTCW [2], FNSTSW [4].
    let tail: &[u8] = &[0xDD, 0x36, 0, 3, 0xD9, 0x3E, 2, 0, 0xDD, 0x3E, 4, 0];
    let mut lab = after_an_error(Coprocessor::Error, &[FNSTENV, &[0xD9, 0x3E, 0, 0], tail, HLT]);
    lab.run_to_hlt();
    assert_eq!((lab.word(0x200), lab.word(0)), (0x037B, 0x037F), "the image has the word as it was");
    assert_eq!((lab.word(2), lab.word(4)), (0x037F, 0));
    assert_eq!(lab.word(0x302), 0x3004, "without ES, for all is masked");
}

#[test]
fn a_state_of_one_task_comes_back() {
    // FLDPI, FLD1, FNSAVE [100h], FLDZ, FRSTOR [100h], FSTP m80 [0], FSTP m80 [10].
    let (save, restore) = ([0xDD, 0x36, 0, 1], [0xDD, 0x26, 0, 1]);
    let stores: &[u8] = &[0xDB, 0x3E, 0, 0, 0xDB, 0x3E, 10, 0];
    let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, &[0xD9, 0xEB], FLD1, &save, FLDZ, &restore, stores, HLT]);
    lab.run_to_hlt();
    assert_eq!(lab.bytes(0), [0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x3F]);
    assert_eq!(lab.bytes(10), [0x35, 0xC2, 0x68, 0x21, 0xA2, 0xDA, 0x0F, 0xC9, 0x00, 0x40]);
}

#[test]
fn a_store_over_the_next_instruction_is_seen() {
    // The integer 9041h, INC CX and NOP, is stored over the HLT behind the store, twice.
    // FILD word [0]; FIST word CS:[10]; HLT; HLT; HLT.
    let code: &[u8] = &[0xDF, 0x06, 0, 0, 0x90, 0x2E, 0xDF, 0x16, 10, 0, 0xF4, 0xF4, 0xF4];
    let mut lab = Lab::new(Coprocessor::Error, &[code]);
    lab.write(0, &[0x41, 0x40]);
    lab.run_to_hlt();
    let regs = lab.cpu.regs();
    // INC CX, INC AX.
    assert_eq!((regs.cx(), regs.ax(), regs.eip), (1, 1, 13));
}

#[test]
fn encodings_that_intel_reserves_do_nothing_and_have_their_length() {
    // D9 /1, DB /4, DB /6 and DD /5 with a displacement; FCMOV, FCOMI and FISTTP of later chips.
    let memory: &[&[u8]] = &[&[0xD9, 0x0E, 0, 1], &[0xDB, 0x26, 0, 1], &[0xDB, 0xB4, 0, 1], &[0x2E, 0xDD, 0x6C, 1]];
    let later: &[&[u8]] = &[&[0xDA, 0xC1], &[0xDB, 0xF1], &[0xDD, 0x0E, 0, 1], &[0xD9, 0xE2], &[0xDF, 0xE8]];
    for code in [memory, later].concat() {
        let mut lab = Lab::new(Coprocessor::Error, &[FNINIT, FLD1, code, HLT]);
        lab.write(0x100, &[0xA5; 16]);
        lab.run_to_hlt();
        assert_eq!(lab.cpu.eip(), u32::try_from(5 + code.len()).unwrap(), "{code:02X?}");
        assert_eq!(lab.bytes(0x100), [0xA5; 16]);
    }
}

#[test]
fn lock_is_not_for_coprocessor_instructions() {
    let mut lab = Lab::new(Coprocessor::Error, &[&[0xF0], FLD1, HLT]);
    assert_eq!(lab.fault().0, Fault::UNDEFINED);
}

#[test]
fn partial_budgets_do_not_change_what_a_program_computes() {
    let code = [FNINIT, FLDCW, FLD1, FLDZ, FDIVP, FNSTSW_AX, &[0xDD, 0x36, 0, 1], HLT];
    let whole = Lab::new(Coprocessor::Error, &code).ran();
    let mut steps = Lab::new(Coprocessor::Error, &code);
    while steps.cpu.run(&mut steps.mem, 1) == Exit::BudgetUsed {}
    assert_eq!(steps.bytes::<94>(0x100), whole.bytes::<94>(0x100));
    assert!(steps.cpu.state() == whole.cpu.state());
}
