//! Wild guests: random code with every port and every BIOS service in reach. Nothing it does may
//! panic, stop time or differ from one run to the next.

use std::time::Duration;

use iced_x86::code_asm::*;
use proptest::prelude::*;

use crate::bench::{Pc, boot, floppy_of};

/// Guest time that each program gets: half a million instructions if it never waits.
const SPAN: Duration = Duration::from_millis(20);
/// Exceptions that random code meets: divide error, #UD, #NM, #SS, #GP.
const EXCEPTIONS: [u64; 5] = [0x00, 0x06, 0x07, 0x0C, 0x0D];

/// The handler lies behind the short jump that the sector begins with.
const HANDLER_AT: u32 = 0x7C02;

/// A floppy whose boot sector hooks exceptions with a handler which skips a byte, then runs into `code`.
fn floppy(code: &[u8]) -> Vec<u8> {
    let mut asm = CodeAssembler::new(16).unwrap();
    let mut start = asm.create_label();
    asm.jmp(start).unwrap();
    asm.push(bp).unwrap();
    asm.mov(bp, sp).unwrap();
    asm.inc(word_ptr(bp + 2)).unwrap();
    asm.pop(bp).unwrap();
    asm.iret().unwrap();
    asm.set_label(&mut start).unwrap();
    asm.xor(ax, ax).unwrap();
    asm.mov(ds, ax).unwrap();
    asm.mov(ss, ax).unwrap();
    asm.mov(sp, 0x7C00).unwrap();
    for vector in EXCEPTIONS {
        asm.mov(word_ptr(vector * 4), HANDLER_AT).unwrap();
        asm.mov(word_ptr(vector * 4 + 2), 0).unwrap();
    }
    asm.sti().unwrap();
    let mut bytes = asm.assemble(0x7C00).unwrap();
    bytes.extend(code);
    floppy_of(&bytes)
}

fn run(code: &[u8]) -> Pc {
    let mut pc = boot(&floppy(code));
    pc.session.run_for(SPAN);
    pc
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn random_code_harms_nobody_and_does_the_same_twice(code in prop::collection::vec(any::<u8>(), 380)) {
        let (first, second) = (run(&code), run(&code));
        prop_assert!(first.session.stopped().is_some() || first.session.now().as_ns() >= 20_000_000);
        prop_assert_eq!(first.session.stats(), second.session.stats());
        prop_assert_eq!(first.session.vm().regs(), second.session.vm().regs());
        prop_assert_eq!(first.text(), second.text());
    }
}
