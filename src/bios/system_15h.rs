//! INT 15h: system services.
//!
//! Functions: 24h, 4Fh, 80h–83h, 85h–88h, 90h, 91h, C0h, C2h (`pointing`), E801h, E820h.
//! Gap: 89h (to protected mode) is refused: a V86 task cannot leave its mode.
//! Gap: C1h is refused: there is no extended BIOS data area.
//! Source: IBM PC AT and PS/2 BIOS interface technical references; ACPI specification for E820h.

use super::{Bios, Outcome, pointing, rom, wait};
use crate::cpu::regs::{Gpr, Seg};
use crate::mem::PAGE_SIZE;
use crate::types::{PhysAddr, SegOff};

/// AH: function not supported.
const UNSUPPORTED: u8 = 0x86;
/// AH of 87h: the descriptors do not allow the transfer.
const BLOCK_MOVE_FAULT: u8 = 0x02;
/// Words that 87h moves at most.
const BLOCK_MOVE_MAX_WORDS: u16 = 0x8000;
/// Port with the A20 gate in bit 1 and the reset line in bit 0.
const PORT_SYSTEM_CONTROL: u16 = 0x92;
/// The 8042's command port, and its command that closes the A20 gate.
const PORT_KBC_COMMAND: u16 = 0x64;
const KBC_CLOSE_A20: u8 = 0xDD;
const A20_OPEN: u8 = 0x02;
const RESET: u8 = 0x01;
/// "SMAP".
const MEMORY_MAP_SIGNATURE: u32 = 0x534D_4150;
/// Bytes of one E820h entry.
const MEMORY_MAP_ENTRY: usize = 20;
const ONE_MIB: u32 = 1 << 20;

/// Runs the function in AH, or AX for E8h.
pub(super) fn call(bios: &mut Bios<'_>) -> Outcome {
    match bios.regs.ah() {
        0x24 => int15_24_a20(bios),
        0x4F => Outcome::Done, // CF stays set: the key is not swallowed.
        0x80..=0x82 | 0x85 | 0x90 | 0x91 => accept(bios),
        0x83 => wait::int15_83_event(bios),
        0x86 => wait::int15_86_delay(bios),
        0x87 => int15_87_block_move(bios),
        0x88 => int15_88_extended_memory(bios),
        0xC0 => int15_c0_configuration(bios),
        0xC2 => pointing::int15_c2(bios).unwrap_or_else(|| refuse(bios)),
        0xE8 if bios.regs.al() == 0x01 => int15_e801_memory(bios),
        0xE8 if bios.regs.al() == 0x20 => int15_e820_memory_map(bios),
        _ => refuse(bios),
    }
}

/// AH = 0, CF clear.
fn accept(bios: &mut Bios<'_>) -> Outcome {
    bios.regs.set_ah(0);
    bios.set_carry(false);
    Outcome::Done
}

/// AH = 86h, CF set.
fn refuse(bios: &mut Bios<'_>) -> Outcome {
    tracing::debug!(ax = bios.regs.ax(), "INT 15h function not offered");
    bios.regs.set_ah(UNSUPPORTED);
    bios.set_carry(true);
    Outcome::Done
}

/// AH=24h: A20 gate off (AL=00h), on (01h), state in AL (02h), ways to switch it in BX (03h).
fn int15_24_a20(bios: &mut Bios<'_>) -> Outcome {
    let port = bios.read_port(PORT_SYSTEM_CONTROL);
    match bios.regs.al() {
        0 => {
            // The gate is open while either of port 92h and the 8042 opens it.
            bios.write_port(PORT_SYSTEM_CONTROL, port & !(A20_OPEN | RESET));
            bios.write_port(PORT_KBC_COMMAND, KBC_CLOSE_A20);
        }
        1 => bios.write_port(PORT_SYSTEM_CONTROL, port & !RESET | A20_OPEN),
        2 => bios.regs.set_al(u8::from(bios.board.a20())),
        // Keyboard controller and port 92h.
        3 => bios.regs.set_bx(0x0003),
        _ => return refuse(bios),
    }
    accept(bios)
}

/// AH=87h: moves CX words between physical addresses that descriptors at ES:SI+10h (source) and
/// ES:SI+18h (destination) name. Memory beyond what the guest was given is out of its reach.
fn int15_87_block_move(bios: &mut Bios<'_>) -> Outcome {
    let table = bios.regs.far(Seg::Es, bios.regs.si());
    let words = bios.regs.cx();
    let bytes = u32::from(words) * 2;
    let top = ONE_MIB + bios.extended_bytes;
    let source = block(bios, table.offset(0x10), bytes, top);
    let target = block(bios, table.offset(0x18), bytes, top);
    bios.return_with_interrupts();
    let (Some(source), Some(target)) = (source, target) else {
        bios.regs.set_ah(BLOCK_MOVE_FAULT);
        bios.set_carry(true);
        return Outcome::Done;
    };
    if words > BLOCK_MOVE_MAX_WORDS {
        bios.regs.set_ah(BLOCK_MOVE_FAULT);
        bios.set_carry(true);
        return Outcome::Done;
    }
    copy_up(bios, source, target, bytes);
    bios.set_zero(true);
    accept(bios)
}

/// The base in the descriptor at `at` if its limit and the machine's memory allow `bytes` there.
fn block(bios: &Bios<'_>, at: SegOff, bytes: u32, top: u32) -> Option<PhysAddr> {
    let limit = u32::from(bios.mem.read_u16(at));
    let low = bios.mem.read_u32(at.offset(2)) & 0x00FF_FFFF;
    let high = u32::from(bios.mem.read_u8(at.offset(7)));
    let base = high << 24 | low;
    let fits = base.checked_add(bytes).is_some_and(|end| end <= top);
    (bytes <= limit + 1 && fits).then_some(PhysAddr(base))
}

/// Copies upwards as MOVSW does, so that overlapping blocks repeat their beginning.
fn copy_up(bios: &mut Bios<'_>, source: PhysAddr, target: PhysAddr, bytes: u32) {
    // With the target above the source by less than a chunk, a chunk must not run into itself.
    let distance = target.0.wrapping_sub(source.0);
    let page = u32::try_from(PAGE_SIZE).unwrap_or(u32::MAX);
    let chunk = if distance == 0 { page } else { distance.min(page) };
    let mut buffer = [0; PAGE_SIZE];
    let mut done = 0;
    while done < bytes {
        let len = chunk.min(bytes - done);
        let part = &mut buffer[..len as usize];
        let mem = bios.mem.physical();
        mem.read_bytes(source.offset(done), part);
        mem.write_bytes(target.offset(done), part);
        done += len;
    }
}

/// AH=88h: AX = extended memory in KiB, at most 65535.
fn int15_88_extended_memory(bios: &mut Bios<'_>) -> Outcome {
    let kib = u16::try_from(bios.extended_bytes / 1024).unwrap_or(u16::MAX);
    bios.regs.set_ax(kib);
    bios.set_carry(false);
    bios.return_with_interrupts();
    Outcome::Done
}

/// AH=C0h: ES:BX = system configuration table.
fn int15_c0_configuration(bios: &mut Bios<'_>) -> Outcome {
    let table = rom::configuration();
    bios.regs.set_es(table.seg);
    bios.regs.set_bx(table.off);
    accept(bios)
}

/// AX=E801h: AX = CX = KiB between 1 and 16 MiB; BX = DX = 64 KiB blocks above.
fn int15_e801_memory(bios: &mut Bios<'_>) -> Outcome {
    const LOW_PART: u32 = 15 << 20;
    let low = bios.extended_bytes.min(LOW_PART) / 1024;
    let high = bios.extended_bytes.saturating_sub(LOW_PART) >> 16;
    let low = u16::try_from(low).unwrap_or(u16::MAX);
    let high = u16::try_from(high).unwrap_or(u16::MAX);
    bios.regs.set_ax(low);
    bios.regs.set_cx(low);
    bios.regs.set_bx(high);
    bios.regs.set_dx(high);
    bios.set_carry(false);
    Outcome::Done
}

/// AX=E820h: one entry of the memory map at ES:DI; EBX counts the entries.
fn int15_e820_memory_map(bios: &mut Bios<'_>) -> Outcome {
    const USABLE: u32 = 1;
    const RESERVED: u32 = 2;
    let map = [(0, 640 << 10, USABLE), (0xF_0000, 0x1_0000, RESERVED), (ONE_MIB, bios.extended_bytes, USABLE)];
    let gpr = &bios.regs.gpr;
    let index = gpr[Gpr::Ebx as usize] as usize;
    let asked = gpr[Gpr::Edx as usize] == MEMORY_MAP_SIGNATURE;
    let room = gpr[Gpr::Ecx as usize] as usize >= MEMORY_MAP_ENTRY;
    let Some(&(base, bytes, kind)) = map.get(index).filter(|_| asked && room) else { return refuse(bios) };
    let at = bios.regs.far(Seg::Es, bios.regs.di());
    for (offset, value) in (0u16..).step_by(4).zip([base, 0, bytes, 0, kind]) {
        bios.mem.write_u32(at.offset(offset), value);
    }
    let next = u32::try_from((index + 1) % map.len()).unwrap_or(0);
    bios.regs.gpr[Gpr::Eax as usize] = MEMORY_MAP_SIGNATURE;
    bios.regs.gpr[Gpr::Ebx as usize] = next;
    bios.regs.gpr[Gpr::Ecx as usize] = 20;
    bios.set_carry(false);
    Outcome::Done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bios::testing::Machine;
    use crate::cpu::regs::eflags;

    /// Fills in the two descriptors of a block move at 2000:0000.
    fn descriptors(machine: &mut Machine, source: u32, target: u32, limit: u16) {
        for (at, base) in [(0x20010, source), (0x20018, target)] {
            machine.mem.write_u16(PhysAddr(at), limit);
            machine.mem.write_u32(PhysAddr(at + 2), base & 0x00FF_FFFF | 0x9300_0000);
            machine.mem.write_u16(PhysAddr(at + 6), u16::from(crate::types::lo8(base >> 24)) << 8);
        }
        machine.regs.set_es(0x2000);
        machine.regs.set_si(0);
    }

    #[test]
    fn a_block_moves_above_one_mebibyte_and_back() {
        let mut machine = Machine::new();
        machine.mem.write_bytes(PhysAddr(0x30000), b"extended");
        descriptors(&mut machine, 0x30000, 0x18_0000, 0xFFFF);
        machine.regs.set_cx(4);
        machine.service_ax(0x15, 0x8700);
        assert_eq!((machine.regs.ah(), machine.flag(eflags::CF)), (0, false));
        let mut bytes = [0; 8];
        machine.mem.read_bytes(PhysAddr(0x18_0000), &mut bytes);
        assert_eq!(&bytes, b"extended");
    }

    #[test]
    fn a_block_move_beyond_the_guests_memory_or_its_limit_is_refused() {
        let mut machine = Machine::new();
        descriptors(&mut machine, 0x30000, 0x1F_FFFC, 0xFFFF);
        machine.regs.set_cx(4);
        machine.service_ax(0x15, 0x8700);
        assert_eq!((machine.regs.ah(), machine.flag(eflags::CF)), (0x02, true));
        descriptors(&mut machine, 0x30000, 0x18_0000, 6);
        machine.service_ax(0x15, 0x8700);
        assert!(machine.flag(eflags::CF));
    }

    #[test]
    fn an_overlapping_block_move_repeats_its_beginning() {
        let mut machine = Machine::new();
        machine.mem.write_bytes(PhysAddr(0x30000), b"ab");
        descriptors(&mut machine, 0x30000, 0x30002, 0xFFFF);
        machine.regs.set_cx(3);
        machine.service_ax(0x15, 0x8700);
        let mut bytes = [0; 8];
        machine.mem.read_bytes(PhysAddr(0x30000), &mut bytes);
        assert_eq!(&bytes, b"abababab");
    }

    #[test]
    fn all_ways_to_ask_for_memory_agree() {
        let mut machine = Machine::new();
        machine.service_ax(0x15, 0x8800);
        assert_eq!(machine.regs.ax(), 1024);
        machine.service_ax(0x15, 0xE801);
        assert_eq!((machine.regs.ax(), machine.regs.bx()), (1024, 0));
        let mut entries = Vec::new();
        machine.regs.gpr[Gpr::Ebx as usize] = 0;
        loop {
            machine.regs.set_es(0x2000);
            machine.regs.set_di(0x100);
            machine.regs.gpr[Gpr::Edx as usize] = MEMORY_MAP_SIGNATURE;
            machine.regs.gpr[Gpr::Ecx as usize] = 20;
            machine.service_ax(0x15, 0xE820);
            assert!(!machine.flag(eflags::CF));
            let word = |at: u32| machine.mem.read_u32(PhysAddr(0x20100 + at));
            entries.push((word(0), word(8), word(16)));
            if machine.regs.gpr[Gpr::Ebx as usize] == 0 {
                break;
            }
        }
        assert_eq!(entries, [(0, 0xA_0000, 1), (0xF_0000, 0x1_0000, 2), (0x10_0000, 0x10_0000, 1)]);
    }

    #[test]
    fn the_keyboard_intercept_lets_the_key_through() {
        let mut machine = Machine::new();
        machine.with(|bios| {
            bios.regs.set_ss(0x2000);
            bios.regs.set_sp(0x0FFA);
            bios.set_carry(true);
            bios.regs.set_ax(0x4F1E);
            assert_eq!(crate::bios::call(0x15, bios), Outcome::Done);
            assert_eq!(bios.regs.ax(), 0x4F1E);
        });
        assert!(machine.flag(eflags::CF));
    }

    #[test]
    fn the_a20_gate_opens_and_closes_whoever_opened_it() {
        let mut machine = Machine::new();
        let state = |machine: &mut Machine| {
            machine.service_ax(0x15, 0x2402);
            (machine.regs.al(), machine.board.a20())
        };
        assert_eq!(state(&mut machine), (0, false));
        machine.service_ax(0x15, 0x2401);
        assert_eq!(state(&mut machine), (1, true));
        machine.with(|bios| bios.write_port(0x64, 0xDF));
        machine.service_ax(0x15, 0x2400);
        assert_eq!(state(&mut machine), (0, false));
        assert!(!machine.board.take_reset());
    }

    #[test]
    fn what_is_not_offered_says_so() {
        let mut machine = Machine::new();
        for ax in [0x8900, 0xC100, 0xC200, 0x5300, 0x2404] {
            machine.service_ax(0x15, ax);
            assert_eq!((machine.regs.ah(), machine.flag(eflags::CF)), (0x86, true), "AX={ax:04X}h");
        }
    }

    #[test]
    fn the_configuration_table_says_at() {
        let mut machine = Machine::new();
        machine.service_ax(0x15, 0xC000);
        let at = SegOff::new(machine.regs.es(), machine.regs.bx()).linear().0;
        assert_eq!(machine.mem.read_u8(PhysAddr(at + 2)), 0xFC);
    }
}
