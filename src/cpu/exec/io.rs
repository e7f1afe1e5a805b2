//! Port instructions. The core knows no device: it checks permission and asks its owner.

use crate::cpu::core::{Core, PortAccess};
use crate::cpu::fault::{Event, Flow};
use crate::cpu::int::Int;
use crate::cpu::op::Op;
use crate::cpu::regs::Gpr;
use crate::mem::Memory;
use crate::types::{Port, Width, lo16};

fn width<T: Int>() -> Width {
    match T::BYTES {
        1 => Width::Byte,
        2 => Width::Word,
        _ => Width::Dword,
    }
}

/// The port an instruction names: DX or the immediate byte.
pub(crate) fn port(core: &Core, op: &Op) -> Port {
    Port(if op.form.port_in_dx { lo16(core.gpr[Gpr::Edx as usize]) } else { lo16(op.imm) })
}

/// IN (E4, E5, EC, ED).
pub(crate) fn input<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let port = port(core, op);
    core.check_port(mem, port, width::<T>())?;
    core.ask_port(PortAccess { port, width: width::<T>(), value: 0 }, Event::PortRead)
}

/// OUT (E6, E7, EE, EF).
pub(crate) fn output<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    let port = port(core, op);
    core.check_port(mem, port, width::<T>())?;
    let value = T::reg(core, Gpr::Eax as u8);
    core.ask_port(PortAccess { port, width: width::<T>(), value }, Event::PortWrite)
}

/// INS, OUTS (6C–6F), one element; the owner repeats it. A count of zero touches nothing, not even
/// the permission bit map.
pub(crate) fn string_port<T: Int>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    if op.form.rep && core.gpr[Gpr::Ecx as usize] & (u32::MAX >> (op.addr_shift & 31)) == 0 {
        return Ok(());
    }
    let port = port(core, op);
    core.check_port(mem, port, width::<T>())?;
    core.ask_port(PortAccess { port, width: width::<T>(), value: 0 }, Event::StringPort)
}
