//! What becomes of a case under two emulators: agreed, decided for one of them, or dropped.

use std::collections::BTreeMap;
use std::fmt;

use iced_x86::{Mnemonic, Register};

use crate::open;
use crate::proof::case::Case;
use crate::proof::generate::decode;
use crate::proof::record::Outcome;
use crate::proof::text::Vector;

/// Who is right where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Bochs,
    /// Neither: the case is dropped.
    Neither,
}

/// A known difference.
struct Difference {
    applies: fn(&Case, bochs: &Outcome, qemu: &Outcome) -> bool,
    verdict: Verdict,
    why: &'static str,
}

/// The second encoding of TEST.
const SECOND_TEST: [&str; 3] = ["Test_rm8_imm8_F6r1", "Test_rm16_imm16_F7r1", "Test_rm32_imm32_F7r1"];

/// In order; the first that applies decides.
const DIFFERENCES: &[Difference] = &[
    Difference {
        applies: |_, bochs, qemu| matches!(bochs.vector, 12 | 13) && qemu.vector != bochs.vector,
        verdict: Verdict::Bochs,
        why: "QEMU's translator checks neither segment limits nor access rights",
    },
    Difference {
        applies: |case, _, qemu| qemu.vector == 6 && is(case, &SECOND_TEST),
        verdict: Verdict::Bochs,
        why: "TEST has a second encoding, which chips execute and the manual leaves out; QEMU refuses it",
    },
    Difference {
        applies: |case, _, _| nothing_to_move(case),
        verdict: Verdict::Neither,
        why: "both check the I/O permission of a repeated INS or OUTS with a count of zero, which by the manual \
              (80386 PRM §17.2.2, REP) executes nothing",
    },
    Difference {
        applies: |case, _, _| is(case, &["Int1"]),
        verdict: Verdict::Neither,
        why: "F1h is undocumented on the 386, and each emulator has it in its own way",
    },
    Difference {
        applies: |case, _, _| scaled_base(case),
        verdict: Verdict::Neither,
        why: "a SIB byte without an index: the 386 scales the base (measured by the author of test386.asm), both \
              emulators do as later processors",
    },
];

/// True if the instruction has one of these forms.
fn is(case: &Case, forms: &[&str]) -> bool {
    forms.contains(&case.form().as_str())
}

/// True for INS and OUTS with a repeat prefix and a count of zero.
fn nothing_to_move(case: &Case) -> bool {
    use Mnemonic::{Insb, Insd, Insw, Outsb, Outsd, Outsw};
    let Some(instruction) = decode(&case.code, case.mode.bitness()) else { return false };
    let port_string = matches!(instruction.mnemonic(), Insb | Insw | Insd | Outsb | Outsw | Outsd);
    let repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
    port_string && repeated && case.gpr[1] & 0xFFFF == 0
}

/// True for a SIB byte that has a scale and no index to apply it to.
fn scaled_base(case: &Case) -> bool {
    let Some(instruction) = decode(&case.code, case.mode.bitness()) else { return false };
    let none = Register::None;
    instruction.memory_base() != none && instruction.memory_index() == none && instruction.memory_index_scale() > 1
}

/// How the cases of a suite were settled.
#[derive(Default)]
pub(crate) struct Report {
    agreed: usize,
    decided: BTreeMap<(Verdict, &'static str), usize>,
    unexplained: Vec<String>,
}

impl Report {
    /// The vector of `case`, unless neither emulator can be believed.
    pub(crate) fn agree(&mut self, case: &Case, bochs: &Outcome, qemu: &Outcome) -> Option<Vector> {
        let open = open::open(case, bochs);
        let vector = |after: &Outcome| Vector { case: case.clone(), after: after.clone(), open: open.clone() };
        let known = DIFFERENCES.iter().find(|known| (known.applies)(case, bochs, qemu));
        let dropped = known.is_some_and(|known| known.verdict == Verdict::Neither);
        if !dropped && open.clear(bochs) == open.clear(qemu) {
            self.agreed += 1;
            return Some(vector(bochs));
        }
        let Some(known) = known else {
            let lines = [vector(bochs), vector(qemu)].map(|vector| crate::proof::text::line(&vector));
            self.unexplained.push(format!("{}\n  B {}\n  Q {}", case.form(), lines[0], lines[1]));
            return None;
        };
        *self.decided.entry((known.verdict, known.why)).or_default() += 1;
        match known.verdict {
            Verdict::Bochs => Some(vector(bochs)),
            Verdict::Neither => None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "  {} agreed", self.agreed)?;
        for ((verdict, why), count) in &self.decided {
            writeln!(f, "  {count} {verdict:?}: {why}")?;
        }
        writeln!(f, "  {} differ without a known reason", self.unexplained.len())?;
        self.unexplained.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
