//! INT 21h/AH=48h to 4Ah.

use iced_x86::code_asm::*;

use super::machine::{Machine, rest};

#[test]
fn a_program_has_all_memory_until_it_gives_some_back() {
    let machine = Machine::start(|a| {
        // Nothing is left, then there is.
        a.mov(bx, 1).unwrap();
        a.mov(ah, 0x48).unwrap();
        a.int(0x21).unwrap();
        a.mov(cx, bx).unwrap();
        a.mov(bx, 0x1000).unwrap();
        a.mov(ah, 0x4A).unwrap();
        a.int(0x21).unwrap();
        a.mov(bx, 0x10).unwrap();
        a.mov(ah, 0x48).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    let regs = machine.vm.regs();
    let psp = regs.ds();
    assert_eq!((regs.cx(), regs.ax()), (0, psp + 0x1001));
}
