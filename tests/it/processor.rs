//! What must hold for every program on every machine: the fast paths of the core do not show,
//! nothing panics, and time goes on.

use proptest::prelude::*;

use crate::chaos;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..256)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_program_can_tell_blocks_from_single_instructions(machine in bytes(), program in bytes()) {
        chaos::check(&machine, &program);
    }
}
