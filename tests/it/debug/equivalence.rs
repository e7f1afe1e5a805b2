//! A breakpoint that is never met changes nothing but the speed.

use dosmux::cpu::Exit;
use proptest::prelude::*;

use super::lab::{ACCESS, CODE, EXECUTE, FOUR, Lab, ONE};

/// Where nothing executes and nothing accesses: beyond the first megabyte and a segment.
const NOWHERE: u32 = 0x0123_4560;
const BUDGET: u64 = 300;

/// What a program does: its exits up to one that only an owner can answer, and its end.
fn run(code: &[u8], seed: u32, arm: impl Fn(&mut Lab)) -> (Vec<Exit>, impl PartialEq + std::fmt::Debug, Vec<u8>, u64) {
    let mut lab = Lab::new(code);
    lab.change(|regs| {
        for (reg, value) in (1u32..).zip(regs.gpr.iter_mut()).filter(|(n, _)| *n != 5) {
            *value = seed.wrapping_mul(reg * 2 + 1) >> (reg % 17);
        }
    });
    arm(&mut lab);
    let exit = lab.cpu.run(&mut lab.mem, BUDGET);
    let code = (0..0x400).map(|at| lab.read_u8(CODE + at)).collect();
    (vec![exit], lab.cpu.regs(), code, lab.cpu.retired())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn armed_and_unarmed_programs_end_in_the_same_state(
        code in prop::collection::vec(any::<u8>(), 64),
        seed: u32,
    ) {
        let plain = run(&code, seed, |_| ());
        let watched = run(&code, seed, |lab| lab.set_break(0, NOWHERE, ACCESS, FOUR));
        let broken = run(&code, seed, |lab| lab.set_break(1, NOWHERE, EXECUTE, ONE));
        prop_assert_eq!(&plain.0, &watched.0);
        prop_assert_eq!(&plain.1, &watched.1);
        prop_assert_eq!((&plain.2, plain.3), (&watched.2, watched.3));
        prop_assert_eq!((&plain.0, &plain.1, &plain.2, plain.3), (&broken.0, &broken.1, &broken.2, broken.3));
    }
}
