//! From bytes to blocks: fetches code, decodes it with iced-x86 and lowers it, once a block.

mod escape;
mod lower;
mod pick;
mod validity;

use iced_x86::{DecoderError, FlowControl, Instruction, Mnemonic, OpKind, Register};

use self::validity::Verdict;
use super::blocks::MAX_OPS;
use super::core::Core;
use super::exec;
use super::fault::Fault;
use super::op::{Class, Form, Handler, NO_REG, NO_SKIP, Op};
use super::segment::{CS, DS};
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr};

/// Longest instruction. Source: 80386 PRM §14.7 (a longer one raises #GP).
const MAX_INSTRUCTION: usize = 15;
/// Bytes fetched for one block at most.
const MAX_FETCH: usize = 256;

/// A decoded block before it enters the cache.
pub(crate) struct Decoded {
    pub(crate) ops: Vec<Op>,
    /// Bytes of code.
    pub(crate) len: u32,
    /// Frame of the second page of an instruction that crosses pages.
    pub(crate) second: Option<PhysAddr>,
}

/// Decodes the block at CS:EIP, whose first byte is at `phys`.
///
/// *Errors*: the fault that fetching the first instruction raises.
pub(crate) fn block(core: &mut Core, mem: &mut Memory, phys: PhysAddr, max_ops: usize) -> Result<Decoded, Fault> {
    let code = &core.seg[usize::from(CS)];
    let (limit, big) = (code.limit, code.big);
    if core.eip > limit {
        return Err(Fault::protection(0));
    }
    let in_page = (PAGE_BYTES - phys.0 % PAGE_BYTES) as usize;
    let in_segment = usize::try_from(u64::from(limit - core.eip) + 1).unwrap_or(usize::MAX);
    let mut bytes = [0; MAX_FETCH];
    let room = in_page.min(in_segment).min(MAX_FETCH);
    mem.read_bytes(phys, &mut bytes[..room]);

    let mut decoded = Decoded { ops: Vec::with_capacity(8), len: 0, second: None };
    let mut decoder = validity::decoder(&bytes[..room], big);
    let mut insn = Instruction::default();
    let mut jumps = Vec::new();
    while decoded.ops.len() < max_ops.min(MAX_OPS) {
        let start = decoder.position();
        if start >= room {
            break;
        }
        decoder.decode_out(&mut insn);
        escape::decode_reserved(&mut decoder, &bytes[start..room], start, &mut insn);
        if insn.is_invalid() && decoder.last_error() == DecoderError::NoMoreBytes {
            if decoded.ops.is_empty() {
                return across_pages(core, mem, phys, in_segment);
            }
            break;
        }
        let op = lower_at(core, &insn, &bytes[start..decoder.position()], start);
        if insn.is_jcc_short_or_near() {
            jumps.push(decoded.ops.len());
        }
        decoded.ops.push(op);
        decoded.len = offset32(decoder.position());
        if ends_block(&insn) {
            break;
        }
    }
    for (op, behind) in decoded.ops.iter_mut().rev().zip(0..) {
        op.behind = behind;
    }
    for jump in jumps {
        let target = decoded.ops[jump].imm;
        let skipped = decoded.ops[jump + 1..].iter().position(|op| u32::from(op.start) == target);
        decoded.ops[jump].disp = skipped.map_or(NO_SKIP, offset32);
    }
    Ok(decoded)
}

/// What some bytes are to a 386, for a listing.
pub(crate) enum Listed {
    /// An instruction.
    Insn(Instruction),
    /// A coprocessor instruction that has no name, of that many bytes.
    Escape(usize),
    /// Nothing.
    Undefined,
    /// The beginning of an instruction, or one that is too long.
    Cut,
}

/// Reads the instruction that `bytes`, 15 of them or all there are, begin with at `offset` of its segment.
pub(crate) fn listed(bytes: &[u8], big: bool, offset: u32) -> Listed {
    let mut decoder = validity::decoder(bytes, big);
    decoder.set_ip(u64::from(offset));
    let mut insn = decoder.decode();
    let cut = insn.is_invalid() && decoder.last_error() == DecoderError::NoMoreBytes;
    let reserved = insn.is_invalid();
    escape::decode_reserved(&mut decoder, bytes, 0, &mut insn);
    if !insn.is_invalid() && escape::find(bytes).is_some() {
        let named = !reserved && escape::has_a_name(&insn);
        return if named { Listed::Insn(insn) } else { Listed::Escape(decoder.position()) };
    }
    if cut && !validity::undefined_already(bytes) {
        return Listed::Cut;
    }
    match validity::judge(&insn, bytes) {
        Verdict::Valid(insn) => Listed::Insn(insn),
        Verdict::Undefined => Listed::Undefined,
        Verdict::TooLong => Listed::Cut,
    }
}

/// Decodes one instruction whose bytes may lie in two pages.
fn across_pages(core: &mut Core, mem: &mut Memory, phys: PhysAddr, in_segment: usize) -> Result<Decoded, Fault> {
    let in_page = (PAGE_BYTES - phys.0 % PAGE_BYTES) as usize;
    let mut bytes = [0; MAX_INSTRUCTION];
    let first = in_page.min(in_segment).min(MAX_INSTRUCTION);
    mem.read_bytes(phys, &mut bytes[..first]);
    if validity::undefined_already(&bytes[..first]) {
        let op = Op { len: u8::try_from(first).unwrap_or(u8::MAX), ..placeholder() };
        return Ok(Decoded { ops: vec![op], len: offset32(first), second: None });
    }
    let mut room = first;
    let mut second = None;
    if in_page < MAX_INSTRUCTION && in_segment > in_page {
        let linear = core.seg[usize::from(CS)].base.wrapping_add(core.eip).wrapping_add(offset32(in_page));
        let next = core.translate_read(mem, LinearAddr(linear))?;
        room = MAX_INSTRUCTION.min(in_segment);
        mem.read_bytes(next, &mut bytes[first..room]);
        second = Some(next);
    }
    let mut decoder = validity::decoder(&bytes[..room], core.seg[usize::from(CS)].big);
    let mut insn = decoder.decode();
    escape::decode_reserved(&mut decoder, &bytes[..room], 0, &mut insn);
    if insn.is_invalid() && decoder.last_error() == DecoderError::NoMoreBytes {
        // The rest lies beyond the segment, or the instruction has more than 15 bytes.
        return Err(Fault::protection(0));
    }
    let len = decoder.position();
    let op = lower_at(core, &insn, &bytes[..len], 0);
    Ok(Decoded { ops: vec![op], len: offset32(len), second: second.filter(|_| len > in_page) })
}

fn offset32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Lowers one instruction that starts `start` bytes into its block.
fn lower_at(core: &Core, insn: &Instruction, bytes: &[u8], start: usize) -> Op {
    let escape = escape::find(bytes).filter(|_| !insn.is_invalid());
    let mut op = match (escape, validity::judge(insn, bytes)) {
        (Some(escape), _) => escape::lower(insn, escape, core.fpu.present()),
        (None, Verdict::Valid(insn)) => lower::lower(&insn),
        (None, Verdict::Undefined) => placeholder(),
        (None, Verdict::TooLong) => blank(exec::moves::TOO_LONG),
    };
    if has_near_target(insn) {
        op.disp = NO_SKIP;
        op.imm = op.imm.wrapping_add(offset32(start + bytes.len()));
    }
    op.start = u16::try_from(start).unwrap_or(u16::MAX);
    op.len = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    op
}

fn has_near_target(insn: &Instruction) -> bool {
    matches!(insn.op0_kind(), OpKind::NearBranch16 | OpKind::NearBranch32)
}

/// An undefined instruction; also stands for one that could not even be fetched.
pub(crate) fn placeholder() -> Op {
    blank(exec::moves::UNDEFINED)
}

/// An operation without operands.
fn blank(handler: Handler) -> Op {
    Op {
        handler,
        sure: handler,
        imm: 0,
        disp: 0,
        start: 0,
        len: 0,
        dst: 0,
        src: 0,
        base: NO_REG,
        index: NO_REG,
        scale: 0,
        seg: DS,
        addr_shift: 16,
        class: Class::Plain,
        form: Form::default(),
        behind: 0,
    }
}

/// True if what follows depends on what the instruction does: it always jumps, changes the mode or the
/// interrupt flag, takes more than one step of the budget, or asks the core's owner for something.
/// A conditional jump does not end a block: taken, it leaves the block early.
fn ends_block(insn: &Instruction) -> bool {
    insn.is_invalid()
        || !matches!(insn.flow_control(), FlowControl::Next | FlowControl::ConditionalBranch)
        || matches!(
            insn.mnemonic(),
            Mnemonic::Cli
                | Mnemonic::Sti
                | Mnemonic::Popf
                | Mnemonic::Popfd
                | Mnemonic::Hlt
                | Mnemonic::In
                | Mnemonic::Out
                | Mnemonic::Insb
                | Mnemonic::Insw
                | Mnemonic::Insd
                | Mnemonic::Outsb
                | Mnemonic::Outsw
                | Mnemonic::Outsd
                | Mnemonic::Lmsw
                | Mnemonic::Arpl
        )
        || insn.is_string_instruction() && (insn.has_rep_prefix() || insn.has_repne_prefix())
        || matches!(insn.mnemonic(), Mnemonic::Mov | Mnemonic::Pop) && loads_system_register(insn)
}

/// True for MOV to a control or debug register, MOV SS and POP SS.
fn loads_system_register(insn: &Instruction) -> bool {
    let register = insn.op_register(0);
    register.is_cr() || register.is_dr() || register == Register::SS
}

#[cfg(test)]
mod tests;
