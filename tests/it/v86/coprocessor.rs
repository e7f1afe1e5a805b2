//! Floating-point instructions of a V86 task: none is sensitive to IOPL, page faults restart them, and
//! environments have the layout of real mode. Source: 80386 PRM §15.1.1; 80387 PRM §6.2.

use dosmux::cpu::Fault;

use super::lab::{CODE, DATA, Lab};

const HLT: u8 = 0xF4;

#[test]
fn no_floating_point_instruction_traps() {
    // FNINIT, FLD1, WAIT, FNSTSW AX.
    let mut lab = Lab::new(&[0xDB, 0xE3, 0xD9, 0xE8, 0x9B, 0xDF, 0xE0, HLT]);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax(), 0x3800);
}

#[test]
fn an_environment_holds_linear_addresses() {
    // FNINIT; FILD word [34h]; FNSTENV [100h].
    let mut lab = Lab::new(&[0xDB, 0xE3, 0xDF, 0x06, 0x34, 0, 0xD9, 0x36, 0, 1, HLT]);
    lab.run_to_hlt();
    let word = |at: u32| u16::from_le_bytes([lab.read_u8(DATA + 0x100 + at), lab.read_u8(DATA + 0x101 + at)]);
    assert_eq!([word(6), word(8), word(10), word(12)], [0x0002, 0x1706, 0x0034, 0x2000]);
    assert_eq!(CODE + 2, 0x1_0002);
}

#[test]
fn a_page_fault_in_the_middle_of_an_operand_restarts_the_instruction() {
    // FNINIT, FLD1, then the instruction with its operand from 2000:0FD0 into the next page.
    for (opcode, modrm, at) in [(0xDD, 0x36, 0x0FD0), (0xDD, 0x26, 0x0FD0), (0xDB, 0x3E, 0x0FFC), (0xDC, 0x06, 0x0FFD)]
    {
        let [low, high] = u16::to_le_bytes(at);
        let code = [0xDB, 0xE3, 0xD9, 0xE8, opcode, modrm, low, high, HLT];
        let mut whole = Lab::new(&code);
        whole.run_to_hlt();
        let mut lab = Lab::new(&code);
        lab.map(DATA + 0x1000, |entry| entry & !1);
        let (fault, insn) = lab.fault();
        assert_eq!((fault.vector, lab.cpu.eip(), insn.next_eip), (Fault::page(0).vector, 4, 8));
        let untouched = (DATA + 0xFD0..DATA + 0x1000).all(|at| lab.read_u8(at) == 0);
        assert!(untouched, "{opcode:02X} {modrm:02X} wrote before it faulted");
        lab.map(DATA + 0x1000, |entry| entry | 1);
        lab.run_to_hlt();
        assert!(lab.cpu.coprocessor() == whole.cpu.coprocessor());
        assert!((DATA..DATA + 0x2000).all(|at| lab.read_u8(at) == whole.read_u8(at)));
    }
}
