//! A breakpoint that is never met changes nothing but the speed.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::{Regs, eflags};
use proptest::prelude::*;

use super::lab::{ACCESS, CODE, EXECUTE, FOUR, Lab, ONE};

/// Where nothing executes and nothing accesses: beyond the first megabyte and a segment.
const NOWHERE: u32 = 0x0123_4560;
const BUDGET: u64 = 300;

/// How a program ended.
#[derive(Debug, PartialEq)]
struct End {
    exit: Exit,
    regs: Regs,
    code: Vec<u8>,
    retired: u64,
}

fn run(code: &[u8], seed: u32, arm: fn(&mut Lab)) -> End {
    let mut lab = Lab::new(code);
    lab.change(|regs| {
        for (number, value) in (1u32..).zip(regs.gpr.iter_mut()).filter(|(number, _)| *number != 5) {
            *value = seed.wrapping_mul(number * 2 + 1) >> (number * 3 % 17);
        }
    });
    arm(&mut lab);
    let exit = lab.cpu.run(&mut lab.mem, BUDGET);
    let mut regs = lab.cpu.regs();
    // In the middle of a repeated instruction RF tells that its breakpoint has had its turn.
    regs.eflags &= !eflags::RF;
    End { exit, regs, code: (0..0x400).map(|at| lab.read_u8(CODE + at)).collect(), retired: lab.cpu.retired() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn armed_and_unarmed_programs_end_in_the_same_state(
        code in prop::collection::vec(any::<u8>(), 64),
        seed: u32,
    ) {
        // MOV from a debug register sees the breakpoints.
        prop_assume!(!code.windows(2).any(|pair| matches!(pair, [0x0F, 0x21 | 0x23])));
        let plain = run(&code, seed, |_| ());
        prop_assert_eq!(&plain, &run(&code, seed, |lab| lab.set_break(0, NOWHERE, ACCESS, FOUR)));
        prop_assert_eq!(&plain, &run(&code, seed, |lab| lab.set_break(1, NOWHERE, EXECUTE, ONE)));
    }
}
