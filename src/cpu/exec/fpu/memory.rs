//! Memory operands of the coprocessor, 2 to 108 bytes.
//!
//! Gap: an operand that runs over the end of its segment is #GP or #SS at its start; the 80386 raises
//! the coprocessor segment overrun, interrupt 9, for some of them.

use crate::cpu::core::Core;
use crate::cpu::fault::{Flow, Stop};
use crate::cpu::op::Op;
use crate::mem::Memory;
use crate::types::lo32;

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Bytes that one access moves at most.
const UNIT: usize = 4;

/// Reads the operand.
pub(super) fn read(core: &mut Core, mem: &mut Memory, op: &Op, bytes: &mut [u8]) -> Result<(), Stop> {
    let mut at = core.offset(op);
    core.check_access(op.seg, at, length(bytes.len()), false)?;
    for part in bytes.chunks_mut(UNIT) {
        let value = match part.len() {
            UNIT => core.read_at::<u32>(mem, op.seg, at)?,
            _ => core.read_at::<u16>(mem, op.seg, at)?,
        };
        part.copy_from_slice(&value.to_le_bytes()[..part.len()]);
        at = at.wrapping_add(length(UNIT));
    }
    Ok(())
}

/// Raises whatever would stop a store of `bytes`, before it.
pub(super) fn probe(core: &mut Core, mem: &mut Memory, op: &Op, bytes: usize) -> Flow {
    core.probe_store(mem, op.seg, core.offset(op), length(bytes))
}

/// Writes the operand. After [`probe`] nothing stops it halfway.
pub(super) fn write(core: &mut Core, mem: &mut Memory, op: &Op, bytes: &[u8]) -> Flow {
    let mut at = core.offset(op);
    for part in bytes.chunks(UNIT) {
        let mut value = [0; UNIT];
        value[..part.len()].copy_from_slice(part);
        let value = u32::from_le_bytes(value);
        match part.len() {
            UNIT => core.write_at::<u32>(mem, op.seg, at, value)?,
            _ => core.write_at::<u16>(mem, op.seg, at, value & 0xFFFF)?,
        }
        at = at.wrapping_add(length(UNIT));
    }
    Ok(())
}

/// The low bytes of a value.
pub(super) fn low<const N: usize>(value: u64) -> [u8; N] {
    let all = value.to_le_bytes();
    debug_assert!(N <= all.len(), "{N} bytes of {}", lo32(value));
    std::array::from_fn(|index| all[index])
}
