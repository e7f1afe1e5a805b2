//! Wild guests: random code with every port and every BIOS service in reach. Nothing it does may
//! panic, stop time or differ from one run to the next.

use std::time::Duration;

use proptest::prelude::*;

use crate::bench::{Pc, boot};
use crate::chaos;

/// Guest time that each program gets: half a million instructions if it never waits.
const SPAN: Duration = Duration::from_millis(20);

fn run(code: &[u8]) -> Pc {
    let mut image = vec![0; 160 * 1024];
    image[..512].copy_from_slice(&chaos::boot_sector(code));
    let mut pc = boot(&image);
    pc.session.run_for(SPAN);
    pc
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_harm_nobody_and_do_the_same_twice(code in prop::collection::vec(any::<u8>(), 380)) {
        twice(&code)?;
    }

    #[test]
    fn random_instructions_harm_nobody_and_do_the_same_twice(bytes in prop::collection::vec(any::<u8>(), 400)) {
        twice(&chaos::v86_program(&bytes))?;
    }
}

fn twice(code: &[u8]) -> Result<(), TestCaseError> {
    let (first, second) = (run(code), run(code));
    prop_assert!(first.session.stopped().is_some() || first.session.now().as_ns() >= 20_000_000);
    prop_assert_eq!(first.session.stats(), second.session.stats());
    prop_assert_eq!(first.session.vm().regs(), second.session.vm().regs());
    prop_assert_eq!(first.text(), second.text());
    Ok(())
}
