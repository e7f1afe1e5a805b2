//! Code as text, for whoever looks at a machine. Nothing of the machine changes by it: no accessed bit
//! is set, no block decoded, no cache filled.

use iced_x86::{Formatter, Instruction, NasmFormatter};

use super::Cpu;
use super::blocks::BlockKey;
use super::core::Core;
use super::decode::{self, Listed};
use super::paging::pte;
use super::segment::CS;
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr};

/// Longest instruction.
const MAX_BYTES: u8 = 15;

/// One instruction of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLine {
    /// Its offset in the code segment.
    pub offset: u32,
    /// Its bytes; none where nothing can be fetched.
    pub bytes: Vec<u8>,
    /// What it says, as NASM writes it; of what a 386 takes as undefined the first byte as `db`.
    pub text: String,
}

impl CodeLine {
    /// The offset of what follows; `None` at the end of what can be fetched.
    #[must_use]
    pub fn next(&self) -> Option<u32> {
        let len = u32::try_from(self.bytes.len()).ok().filter(|&len| len > 0)?;
        self.offset.checked_add(len)
    }
}

impl Cpu {
    /// The instruction at `offset` of the code segment, read as the processor would execute it there.
    #[must_use]
    pub fn disassemble(&self, mem: &Memory, offset: u32) -> CodeLine {
        let code = &self.core.seg[usize::from(CS)];
        if offset > code.limit {
            return unreadable(offset, "; beyond the end of the segment");
        }
        let reached = (0..u32::from(MAX_BYTES)).map_while(|byte| {
            let at = offset.checked_add(byte).filter(|&at| at <= code.limit)?;
            self.core.whereabouts(mem, LinearAddr(code.base.wrapping_add(at)))
        });
        let bytes: Vec<u8> = reached.map(|at| mem.read_u8(at)).collect();
        if bytes.is_empty() {
            return unreadable(offset, "; no page is present here");
        }
        line(offset, &bytes, code.big)
    }

    /// The offsets of up to `count` instructions before the one at `offset`, first to last.
    ///
    /// Code cannot be read backwards; but where the processor has decoded what leads up to `offset`, it is
    /// known where its instructions begin. There may be none.
    #[must_use]
    pub fn decoded_before(&self, mem: &Memory, offset: u32, count: usize) -> Vec<u32> {
        let code = &self.core.seg[usize::from(CS)];
        let linear = LinearAddr(code.base.wrapping_add(offset));
        let Some(phys) = self.core.whereabouts(mem, linear) else { return Vec::new() };
        let starts = self.blocks.starts_before(BlockKey { phys, big: code.big }, count);
        starts.into_iter().filter_map(|start| offset.checked_sub(phys.0 - start.0)).collect()
    }
}

impl Core {
    /// Where a linear address leads, without setting a bit; `None` where no page is present.
    fn whereabouts(&self, mem: &Memory, addr: LinearAddr) -> Option<PhysAddr> {
        if !self.paging() {
            return Some(PhysAddr(addr.0));
        }
        let present = |entry: u32| (entry & pte::PRESENT != 0).then_some(entry & pte::FRAME);
        let table = present(mem.read_u32(PhysAddr((self.cr3 & pte::FRAME) + (addr.0 >> 22) * 4)))?;
        let frame = present(mem.read_u32(PhysAddr(table + (addr.0 >> 12 & 0x3FF) * 4)))?;
        Some(PhysAddr(frame | addr.0 & (PAGE_BYTES - 1)))
    }
}

fn unreadable(offset: u32, why: &str) -> CodeLine {
    CodeLine { offset, bytes: Vec::new(), text: why.to_owned() }
}

/// The line of the instruction that `bytes` begin with.
fn line(offset: u32, bytes: &[u8], big: bool) -> CodeLine {
    let (len, text) = match decode::listed(bytes, big, offset) {
        Listed::Insn(insn) => (insn.len(), formatted(&insn)),
        Listed::Escape(len) => (len, data(&bytes[..len.min(bytes.len())])),
        Listed::Undefined => (1, data(&bytes[..1])),
        Listed::Cut => (bytes.len(), format!("{} ; cut off", data(bytes))),
    };
    CodeLine { offset, bytes: bytes[..len.min(bytes.len())].to_vec(), text }
}

fn formatted(insn: &Instruction) -> String {
    let mut formatter = NasmFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(false);
    options.set_first_operand_char_index(8);
    options.set_branch_leading_zeros(true);
    options.set_show_branch_size(false);
    let mut text = String::new();
    formatter.format(insn, &mut text);
    text
}

fn data(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
    format!("db      {}", bytes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::{Exit, Faults};

    const BASE: u32 = 0x1_0000;

    fn machine(at: u32, code: &[u8]) -> (Cpu, Memory) {
        let mut mem = Memory::new(0x10_0000);
        mem.write_bytes(PhysAddr(BASE + at), code);
        let mut cpu = Cpu::new(Faults::HandOut);
        let mut regs = cpu.regs();
        regs.set_cs(0x1000);
        regs.eip = at;
        cpu.set_regs(&regs);
        (cpu, mem)
    }

    fn texts(at: u32, code: &[u8]) -> Vec<String> {
        let (cpu, mem) = machine(at, code);
        let (mut lines, mut offset) = (Vec::new(), at);
        while lines.len() < 8 && offset < at + u32::try_from(code.len()).unwrap() {
            let line = cpu.disassemble(&mem, offset);
            let next = line.next();
            lines.push(line.text);
            let Some(next) = next else { break };
            offset = next;
        }
        lines
    }

    #[test]
    fn instructions_are_written_as_nasm_writes_them() {
        let code = [0xB8, 0x34, 0x12, 0x26, 0x8A, 0x07, 0xCD, 0x21, 0x75, 0xFE, 0x66, 0xB8, 1, 0, 0, 0];
        let expected = ["mov     ax,1234h", "mov     al,[es:bx]", "int     21h", "jne     0108h", "mov     eax,1"];
        assert_eq!(texts(0x100, &code), expected);
    }

    #[test]
    fn what_a_386_does_not_know_is_data() {
        // BSWAP of the 486.
        assert_eq!(texts(0, &[0x0F, 0xC8])[0], "db      0x0F");
        // CMOVE of the Pentium Pro.
        assert_eq!(texts(0, &[0x0F, 0x44, 0xC0])[0], "db      0x0F");
        // POP with a register number, which is XOP today.
        assert_eq!(texts(0, &[0x8F, 0xE8, 0x90])[0], "db      0x8F");
    }

    #[test]
    fn what_the_387_has_no_name_for_is_data_of_its_length() {
        // Reserved; FISTTP of SSE3; FCMOVE of the Pentium Pro.
        assert_eq!(texts(0, &[0xDB, 0xE5, 0x90]), ["db      0xDB,0xE5", "nop"]);
        assert_eq!(texts(0, &[0xDB, 0x0F, 0x90]), ["db      0xDB,0x0F", "nop"]);
        assert_eq!(texts(0, &[0xDA, 0xC9, 0x90]), ["db      0xDA,0xC9", "nop"]);
        assert_eq!(texts(0, &[0xD9, 0xFE, 0xD8, 0x07]), ["fsin", "fadd    dword [bx]"]);
    }

    #[test]
    fn a_jump_wraps_within_its_segment() {
        assert_eq!(texts(0xFFF0, &[0xEB, 0x20])[0], "jmp     0012h");
    }

    #[test]
    fn an_instruction_that_the_segments_end_cuts_is_shown_so() {
        let (cpu, mem) = machine(0xFFFE, &[0xB8, 0x34, 0x12]);
        let line = cpu.disassemble(&mem, 0xFFFE);
        assert_eq!((line.bytes.as_slice(), line.text.as_str()), (&[0xB8, 0x34][..], "db      0xB8,0x34 ; cut off"));
        assert_eq!(cpu.disassemble(&mem, 0x1_0000).next(), None);
    }

    #[test]
    fn code_that_was_decoded_is_found_again_before_an_address() {
        // MOV AX,90B8h (which holds a MOV AX,… of its own); INC AX; JZ on; NOP; on: HLT
        let (mut cpu, mut mem) = machine(0x200, &[0xB8, 0xB8, 0x90, 0x40, 0x74, 0x01, 0x90, 0xF4]);
        assert!(cpu.decoded_before(&mem, 0x207, 4).is_empty());
        assert_eq!(cpu.run(&mut mem, 100), Exit::Halt);
        assert_eq!(cpu.decoded_before(&mem, 0x207, 4), [0x200, 0x203, 0x204, 0x206]);
        assert_eq!(cpu.decoded_before(&mem, 0x207, 2), [0x204, 0x206]);
        assert!(cpu.decoded_before(&mem, 0x201, 4).is_empty(), "no instruction begins or ends there");
    }
}
