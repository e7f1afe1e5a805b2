//! Where errors lead, and which instructions wait for them. Source: 80386 PRM §11.

use dosmux::cpu::{Coprocessor, Exit, Fault};

use super::lab::*;

/// #MF.
const MATH_FAULT: Fault = Fault::COPROCESSOR_ERROR;
/// The status word after a division by zero that is not masked, TOP = 6.
const ZERO_DIVIDE: u16 = 0xB084;

#[test]
fn an_error_is_a_fault_of_the_next_instruction_that_waits() {
    for waiting in [FLD1, WAIT, FLDCW, &[0xD9, 0xD0], &[0xD9, 0x26, 0x00, 0x01], &[0xDD, 0x26, 0x00, 0x01]] {
        let mut lab = after_an_error(Coprocessor::Error, &[waiting, HLT]);
        let (fault, insn) = lab.fault();
        assert_eq!(fault, MATH_FAULT, "{waiting:02X?}");
        assert_eq!((lab.cpu.eip(), insn.next_eip), (AFTER, AFTER + u32::try_from(waiting.len()).unwrap()));
    }
}

#[test]
fn what_gets_rid_of_an_error_does_not_wait() {
    // FNSTCW, FNSTSW, FNSTENV, FNSAVE, FNSTSW AX, FNCLEX, FNINIT, FNENI, FNDISI, FNSETPM.
    let memory = [[0xD9, 0x3E, 0, 1], [0xDD, 0x3E, 0, 1], [0xD9, 0x36, 0, 1], [0xDD, 0x36, 0, 1]];
    let register = [[0xDF, 0xE0], [0xDB, 0xE2], [0xDB, 0xE3], [0xDB, 0xE0], [0xDB, 0xE1], [0xDB, 0xE4]];
    for code in memory.iter().map(|code| &code[..]).chain(register.iter().map(|code| &code[..])) {
        for wiring in [Coprocessor::Error, Coprocessor::Latched] {
            let mut lab = after_an_error(wiring, &[code, HLT]);
            if wiring == Coprocessor::Latched {
                assert_eq!(lab.run(), Exit::CoprocessorError);
            }
            lab.run_to_hlt();
        }
    }
}

#[test]
fn a_handler_sees_the_error_and_clears_it() {
    let mut lab = after_an_error(Coprocessor::Error, &[FNSTSW_AX, FNCLEX, FLD1, HLT]);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax(), ZERO_DIVIDE);
}

#[test]
fn unmasking_an_exception_that_is_set_raises_the_error() {
    // FNINIT, 1 / 0 masked, then FLDCW.
    let code = [FNINIT, FLD1, FLDZ, FDIVP, FLDCW, FLD1, HLT];
    let mut lab = Lab::new(Coprocessor::Error, &code);
    lab.write(0x10, &ZE_UNMASKED);
    assert_eq!(lab.fault().0, MATH_FAULT);
    let mut lab = Lab::new(Coprocessor::Latched, &code);
    lab.write(0x10, &ZE_UNMASKED);
    assert_eq!(lab.run(), Exit::CoprocessorError);
    assert_eq!(lab.cpu.eip(), AFTER);
}

#[test]
fn an_at_latches_the_error_behind_its_instruction_and_the_next_one_waits() {
    let mut lab = after_an_error(Coprocessor::Latched, &[&[0x40], FLD1, HLT]);
    assert_eq!(lab.run(), Exit::CoprocessorError);
    assert_eq!((lab.cpu.eip(), lab.cpu.regs().ax()), (AFTER, 0));
    for _ in 0..3 {
        assert_eq!(lab.run(), Exit::CoprocessorWait);
        assert_eq!((lab.cpu.eip(), lab.cpu.regs().ax()), (AFTER + 1, 1), "INC AX went through, FLD1 did not");
    }
    lab.cpu.release_coprocessor();
    lab.run_to_hlt();
}

#[test]
fn a_waiting_instruction_uses_up_budget() {
    let mut lab = after_an_error(Coprocessor::Latched, &[WAIT, HLT]);
    lab.run();
    let before = lab.cpu.retired();
    lab.run();
    assert_eq!(lab.cpu.retired(), before + 1);
}

#[test]
fn an_error_that_is_still_set_is_not_latched_again() {
    let mut lab = after_an_error(Coprocessor::Latched, &[FLD1, FLDZ, FDIVP, HLT]);
    assert_eq!(lab.run(), Exit::CoprocessorError);
    lab.cpu.release_coprocessor();
    lab.run_to_hlt();
}

#[test]
fn cr0_keeps_programs_from_the_coprocessor() {
    const MP: u16 = 2;
    const EM: u16 = 4;
    const TS: u16 = 8;
    // LMSW AX, then an instruction.
    for (msw, code, faults) in [
        (EM, FLD1, true),
        (TS, FLD1, true),
        (MP, FLD1, false),
        (EM, FNINIT, true),
        (TS, FNSTSW_AX, true),
        (EM, WAIT, false),
        (TS, WAIT, false),
        (MP, WAIT, false),
        (MP | TS, WAIT, true),
    ] {
        for wiring in [Coprocessor::Error, Coprocessor::Absent] {
            let mut lab = Lab::new(wiring, &[&[0x0F, 0x01, 0xF0], code, HLT]);
            lab.change(|regs| regs.set_ax(msw));
            let exit = lab.run();
            let nm = matches!(exit, Exit::Fault(Fault::NO_COPROCESSOR, _));
            assert_eq!(nm, faults, "{msw} {code:02X?} {exit:?}");
        }
    }
}

#[test]
fn an_empty_socket_answers_nothing() {
    // FNINIT, FNSTSW [0], FNSTSW AX, FLD1, FSTP m64 [8].
    let code = [FNINIT, &[0xDD, 0x3E, 0, 0], FNSTSW_AX, FLD1, &[0xDD, 0x1E, 8, 0], WAIT, HLT];
    let mut lab = Lab::new(Coprocessor::Absent, &code);
    lab.change(|regs| regs.set_ax(0x5A5A));
    lab.write(0, &[0xA5; 16]);
    lab.run_to_hlt();
    assert_eq!(lab.bytes(0), [0xA5; 16]);
    assert_eq!(lab.cpu.regs().ax(), 0x5A5A);
}
