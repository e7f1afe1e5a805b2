//! An inspection as lines of text.

use std::fmt;

use super::Inspection;
use crate::cpu::FpuView;
use crate::cpu::regs::{Gpr, Regs, eflags};
use crate::monitor::trace::vector_name;
use crate::types::lo16;

/// A part of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Registers, flags and the coprocessor.
    Registers,
    /// Code around CS:IP.
    Code,
    /// The stack's words.
    Stack,
    /// The last calls, exceptions, port accesses and interrupts.
    Trace,
    /// The interrupt vectors.
    Vectors,
}

impl Section {
    /// Every section, in the order of reports.
    pub const ALL: [Section; 5] = [Section::Registers, Section::Code, Section::Stack, Section::Trace, Section::Vectors];

    /// Its heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Section::Registers => "registers",
            Section::Code => "code",
            Section::Stack => "stack",
            Section::Trace => "last calls",
            Section::Vectors => "interrupt vectors",
        }
    }
}

/// Words of the stack in a line.
const WORDS_IN_LINE: usize = 8;
/// Columns for the bytes of an instruction: those of the longest would take more.
const BYTES_COLUMN: usize = 20;
/// Vectors in a row that lead to the same place are one line from this many on.
const LEAST_RUN: usize = 3;

/// The flags by name, highest bit first.
const FLAGS: [(u32, &str); 11] = [
    (eflags::RF, "RF"),
    (eflags::NT, "NT"),
    (eflags::OF, "OF"),
    (eflags::DF, "DF"),
    (eflags::IF, "IF"),
    (eflags::TF, "TF"),
    (eflags::SF, "SF"),
    (eflags::ZF, "ZF"),
    (eflags::AF, "AF"),
    (eflags::PF, "PF"),
    (eflags::CF, "CF"),
];

impl Inspection {
    /// The lines of one section, without its heading; at most 78 columns.
    #[must_use]
    pub fn lines(&self, section: Section) -> Vec<String> {
        match section {
            Section::Registers => self.register_lines(),
            Section::Code => self.code_lines(),
            Section::Stack => self.stack_lines(),
            Section::Trace => self.trace.iter().map(ToString::to_string).collect(),
            Section::Vectors => self.vector_lines(),
        }
    }

    /// Sections with their headings.
    #[must_use]
    pub fn text(&self, sections: &[Section]) -> String {
        let mut text = String::new();
        for &section in sections {
            text.push_str(section.name());
            text.push_str(":\n");
            for line in self.lines(section) {
                text.push_str("  ");
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }

    fn register_lines(&self) -> Vec<String> {
        let regs = &self.regs;
        let gpr = |name: &str, reg: Gpr| format!("{name}={:08X}", regs.gpr[reg as usize]);
        let mut lines = vec![
            [gpr("EAX", Gpr::Eax), gpr("EBX", Gpr::Ebx), gpr("ECX", Gpr::Ecx), gpr("EDX", Gpr::Edx)].join(" "),
            [gpr("ESI", Gpr::Esi), gpr("EDI", Gpr::Edi), gpr("EBP", Gpr::Ebp), gpr("ESP", Gpr::Esp)].join(" "),
            segments(regs),
            format!("EIP={:08X} FLAGS={:04X} {}", regs.eip, lo16(regs.eflags), flags(regs.eflags)),
        ];
        match &self.fpu {
            Some(fpu) => lines.extend(coprocessor(fpu)),
            None => lines.push("no coprocessor".to_owned()),
        }
        lines
    }

    fn code_lines(&self) -> Vec<String> {
        let line = |line: &crate::cpu::CodeLine| {
            let mark = if line.offset == self.regs.eip { '>' } else { ' ' };
            let bytes: String = line.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("{mark}{:04X}:{:04X} {bytes:BYTES_COLUMN$} {}", self.regs.cs(), line.offset, line.text)
        };
        self.code.iter().map(line).collect()
    }

    fn stack_lines(&self) -> Vec<String> {
        let top = self.regs.ss_sp();
        let lines = (0u16..).step_by(2 * WORDS_IN_LINE).zip(self.stack.chunks(WORDS_IN_LINE));
        let line = |(offset, words): (u16, &[u16])| {
            let words: Vec<String> = words.iter().map(|word| format!("{word:04X}")).collect();
            format!("{} {}", top.offset(offset), words.join(" "))
        };
        lines.map(line).collect()
    }

    fn vector_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut from = 0;
        for run in self.vectors.chunk_by(|(a, _), (b, _)| a == b) {
            let (at, owner) = &run[0];
            let last = from + run.len() - 1;
            let one = |number: usize| {
                let name = u8::try_from(number).map_or("", vector_name);
                format!("{number:02X}h     {at}  {:22} {name}", owner.to_string()).trim_end().to_owned()
            };
            if run.len() >= LEAST_RUN {
                lines.push(format!("{from:02X}h-{last:02X}h {at}  {owner}"));
            } else {
                lines.extend((from..=last).map(one));
            }
            from = last + 1;
        }
        lines
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Section::ALL))
    }
}

fn segments(regs: &Regs) -> String {
    let named = [("CS", regs.cs()), ("SS", regs.ss()), ("DS", regs.ds()), ("ES", regs.es())];
    let more = [("FS", regs.fs()), ("GS", regs.gs())];
    let part = |(name, value): (&str, u16)| format!("{name}={value:04X}");
    named.into_iter().chain(more).map(part).collect::<Vec<_>>().join(" ")
}

/// The flags that are set, by name; I/O privilege with its level.
fn flags(bits: u32) -> String {
    let mut names: Vec<String> =
        FLAGS.iter().filter(|(flag, _)| bits & flag != 0).map(|(_, name)| (*name).to_owned()).collect();
    if bits & eflags::IOPL != 0 {
        names.push(format!("IOPL={}", bits >> 12 & 3));
    }
    names.join(" ")
}

fn coprocessor(fpu: &FpuView) -> Vec<String> {
    let mut lines = vec![format!("FPU control={:04X} status={:04X} tags={:04X}", fpu.control, fpu.status, fpu.tags)];
    let used = fpu.stack.iter().enumerate().filter_map(|(place, register)| Some((place, register.as_ref()?)));
    lines.extend(used.map(|(place, register)| {
        let bytes: String = register.bytes.iter().rev().map(|byte| format!("{byte:02X}")).collect();
        format!("ST({place}) {bytes} {:e}", register.value)
    }));
    lines
}
