//! What becomes of a case under two emulators: agreed, decided for one of them, or dropped.

use std::collections::BTreeMap;
use std::fmt;

use iced_x86::{InstructionInfoFactory, Mnemonic, OpAccess};

use crate::open;
use crate::proof::case::Case;
use crate::proof::generate::decode;
use crate::proof::layout::{GDT, GDT_BYTES, OTHER_TSS, selector};
use crate::proof::mode::CS;
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
        applies: |_, bochs, qemu| {
            matches!(bochs.vector, 12 | 13) && (qemu.vector != bochs.vector || bochs.error == 0 && qemu.error != 0)
        },
        verdict: Verdict::Bochs,
        why: "QEMU's translator checks neither segment limits nor access rights",
    },
    Difference {
        applies: |case, bochs, qemu| {
            reads_and_writes(case) && bochs.vector == 14 && bochs.error & 2 != 0 && qemu.error & 2 == 0
        },
        verdict: Verdict::Bochs,
        why: "an operand that is read and written faults as a write; QEMU reads it first and reports a read",
    },
    Difference {
        applies: |case, bochs, qemu| case.code[0] == 0xF0 && bochs.vector == 6 && qemu.vector != 6,
        verdict: Verdict::Bochs,
        why: "LOCK in front of an instruction that it is not allowed for is undefined; QEMU ignores it",
    },
    Difference {
        applies: |_, bochs, qemu| bochs.vector == 3 && qemu.vector == 3 && bochs.seg[CS] & 3 > qemu.seg[CS] & 3,
        verdict: Verdict::Bochs,
        why: "a gate to conforming code keeps the level (80386 PRM §6.3.4.1); QEMU enters the level of the code",
    },
    Difference {
        applies: |_, bochs, qemu| bochs.vector == 11 && qemu.vector == 13 && bochs.error == qemu.error,
        verdict: Verdict::Bochs,
        why: "code that is not present is interrupt 11 for a JMP through a gate, too; QEMU reports interrupt 13",
    },
    Difference {
        applies: |_, bochs, qemu| {
            bochs.tr & !3 != selector::TASK && bochs.tr == qemu.tr && bochs.vector == qemu.vector && bochs.vector != 3
        },
        verdict: Verdict::Bochs,
        why: "a fault while a task is entered belongs to the new task; QEMU reports the old one's EIP and a null SS",
    },
    Difference {
        applies: |_, bochs, _| bochs.fpu.as_ref().is_some_and(|fpu| fpu[2] & 0x40 != 0),
        verdict: Verdict::Bochs,
        why: "an empty register as operand, or a full stack, is a stack fault; QEMU does not look",
    },
    Difference {
        applies: |_, bochs, qemu| bochs.fpu.is_some() && without_c1(bochs) == without_c1(qemu),
        verdict: Verdict::Bochs,
        why: "C1 tells the direction of rounding and of a stack fault (80387 PRM §2.1.2); QEMU leaves it alone",
    },
    Difference {
        applies: |case, bochs, qemu| case.form().starts_with("Fst") && without_tag(bochs) == without_tag(qemu),
        verdict: Verdict::Bochs,
        why: "FST into an empty register fills it; QEMU leaves its tag empty",
    },
    Difference {
        applies: |_, bochs, qemu| bochs.fpu.is_some() && without_denormal(bochs) == without_denormal(qemu),
        verdict: Verdict::Bochs,
        why: "QEMU does not report all denormal operands",
    },
    Difference {
        applies: |case, _, _| is(case, &["Pushaw", "Pushad"]),
        verdict: Verdict::Bochs,
        why: "PUSHA pushes AX first; QEMU writes its words from the lowest address upwards",
    },
    Difference {
        applies: |case, bochs, qemu| bochs.vector == 14 && qemu.vector == 14 && case.form().starts_with("Cmps"),
        verdict: Verdict::Neither,
        why: "no manual says which operand of CMPS is read first, and they differ",
    },
    Difference {
        applies: |_, bochs, qemu| without_accessed(bochs) == without_accessed(qemu),
        verdict: Verdict::Bochs,
        why: "QEMU's IRET does not mark the segments of an outer level as accessed",
    },
    Difference {
        applies: |case, _, qemu| qemu.vector == 6 && is(case, &SECOND_TEST),
        verdict: Verdict::Bochs,
        why: "TEST has a second encoding, which chips execute and the manual leaves out; QEMU refuses it",
    },
    Difference {
        applies: |case, bochs, _| case.form().starts_with("Iret") && bochs.vector == 11 && is_stack(case, bochs.error),
        verdict: Verdict::Neither,
        why: "both report an absent stack segment of an IRET as interrupt 11; 80386 PRM §9.8.12 says interrupt 12",
    },
    Difference {
        applies: |case, bochs, _| is(case, &["Int_imm8"]) && bochs.vector == 13 && is_absent(case, bochs.error),
        verdict: Verdict::Neither,
        why: "both look at the level of a handler's code before its presence; 80386 PRM §17.2.2 (INT) is the other \
              way round",
    },
    Difference {
        applies: |case, bochs, _| {
            bochs.vector == 10 && bochs.error == 0x98 && case.pokes.iter().any(|(at, _)| *at == OTHER_TSS + 0x4C)
        },
        verdict: Verdict::Neither,
        why: "both look at the SS of a new task before its CS; 80386 PRM table 7-1 has CS first",
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
        applies: |_, bochs, qemu| bochs.fpu.is_some() && bochs.fpu != qemu.fpu && !explained(bochs, qemu),
        verdict: Verdict::Neither,
        why: "results of the 387 that differ in the last digit or the inexact flag, none of them looked into",
    },
];

/// True if the instruction has one of these forms.
fn is(case: &Case, forms: &[&str]) -> bool {
    forms.contains(&case.form().as_str())
}

/// True if the instruction reads a memory operand that it writes.
fn reads_and_writes(case: &Case) -> bool {
    let Some(instruction) = decode(&case.code, case.mode.bitness()) else { return false };
    let mut factory = InstructionInfoFactory::new();
    let mut memory = factory.info(&instruction).used_memory().iter();
    memory.any(|used| matches!(used.access(), OpAccess::ReadWrite | OpAccess::ReadCondWrite))
}

/// `outcome` without changes to access bytes of the GDT.
fn without_accessed(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    outcome.memory.retain(|at, _| !(GDT..GDT + GDT_BYTES).contains(at) || at & 7 != 5);
    outcome
}

/// The upper doubleword of the descriptor of `selector`, if the case has put one there.
fn poked(case: &Case, selector: u16) -> Option<u32> {
    let at = GDT + u32::from(selector & !7) + 4;
    case.pokes.iter().find(|(place, _)| *place == at).map(|(_, value)| *value)
}

/// True if the case describes `selector` as a segment that is not present.
fn is_absent(case: &Case, selector: u16) -> bool {
    poked(case, selector).is_some_and(|high| high & 0x8000 == 0)
}

/// True if the case describes `selector` as a data segment that is not present.
fn is_stack(case: &Case, selector: u16) -> bool {
    is_absent(case, selector) && poked(case, selector).is_some_and(|high| high & 0x1800 == 0x1000)
}

/// True if a row for the 387 that believes Bochs covers the difference.
fn explained(bochs: &Outcome, qemu: &Outcome) -> bool {
    let stack_fault = bochs.fpu.as_ref().is_some_and(|fpu| fpu[2] & 0x40 != 0);
    stack_fault || without_denormal(bochs) == without_denormal(qemu) || without_tag(bochs) == without_tag(qemu)
}

/// `outcome` without the 387's tag word.
fn without_tag(outcome: &Outcome) -> Outcome {
    let mut outcome = without_denormal(outcome);
    if let Some(fpu) = &mut outcome.fpu {
        (fpu[4], fpu[5]) = (0, 0);
    }
    outcome
}

/// `outcome` without the 387's condition code C1.
fn without_c1(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    if let Some(fpu) = &mut outcome.fpu {
        fpu[3] &= !2;
    }
    outcome
}

/// `outcome` without the 387's C1 and denormal exception.
fn without_denormal(outcome: &Outcome) -> Outcome {
    let mut outcome = without_c1(outcome);
    if let Some(fpu) = &mut outcome.fpu {
        fpu[2] &= !2;
    }
    outcome
}

/// True for INS and OUTS with a repeat prefix and a count of zero.
fn nothing_to_move(case: &Case) -> bool {
    use Mnemonic::{Insb, Insd, Insw, Outsb, Outsd, Outsw};
    let Some(instruction) = decode(&case.code, case.mode.bitness()) else { return false };
    let port_string = matches!(instruction.mnemonic(), Insb | Insw | Insd | Outsb | Outsw | Outsd);
    let repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
    port_string && repeated && case.gpr[1] & 0xFFFF == 0
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
        let open = open::open(case, bochs, qemu);
        let vector = |after: &Outcome| Vector { case: case.clone(), after: after.clone(), open: open.clone() };
        let (clear_bochs, clear_qemu) = (open.clear(bochs), open.clear(qemu));
        let known = |wanted: Option<Verdict>| {
            let mut rows = DIFFERENCES.iter().filter(|row| wanted.is_none_or(|wanted| row.verdict == wanted));
            rows.find(|row| (row.applies)(case, &clear_bochs, &clear_qemu))
        };
        let dropped = known(Some(Verdict::Neither));
        if dropped.is_none() && clear_bochs == clear_qemu {
            self.agreed += 1;
            return Some(vector(bochs));
        }
        let Some(known) = dropped.or_else(|| known(None)) else {
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
