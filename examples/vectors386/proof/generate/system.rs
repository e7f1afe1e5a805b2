//! System instructions at level 0, I/O and flags at every IOPL, traps by TF, the coprocessor bits of
//! CR0, and the LOCK prefix.

use super::encoding::{Opcode, Operand};
use super::integer;
use super::special::poke;
use crate::proof::case::Case;
use crate::proof::layout::{
    BASES, GDT, GDT_BYTES, IDT, IDT_GATES, OTHER_TSS, PAGE_DIRECTORY, TSS_BYTES, WINDOW, selector,
};
use crate::proof::mode::Mode;
use crate::proof::rng::Rng;
use crate::proof::tables::{descriptor, poke_descriptor};

const SYSTEM_MODES: [Mode; 2] = [Mode::System16, Mode::System32];
/// A port at which there is nothing.
const NO_DEVICE: u32 = 0x1234;
const TF: u32 = 0x100;
/// The operand of instructions with one in memory.
const OPERAND: u32 = WINDOW + 0x40;

pub(crate) fn cases() -> Vec<Case> {
    let mut rng = Rng::new(0x5157);
    let mut cases = Vec::new();
    for _ in 0..40 {
        cases.push(table_register(&mut rng));
        cases.push(control_register(&mut rng));
        cases.push(machine_status(&mut rng));
        cases.push(coprocessor(&mut rng));
    }
    for access in 0..=0xFF {
        cases.extend([0x10, 0x18].map(|extension| table_selector(&mut rng, access, extension)));
    }
    for iopl in 0..4 {
        for mode in Mode::ALL {
            cases.extend((0..12).map(|_| port(&mut rng, mode, iopl)));
            cases.extend((0..12).map(|_| flags(&mut rng, mode, iopl)));
        }
    }
    cases.extend((0..300).map(|_| single_step(&mut rng)));
    locked(&mut rng, &mut cases);
    cases
}

/// ModR/M for extension `reg` and an address without registers, and the address of [`OPERAND`].
fn direct(mode: Mode, reg: u8) -> Vec<u8> {
    let at = (OPERAND - BASES[3]).to_le_bytes();
    match mode.bitness() {
        32 => [&[reg | 5][..], &at].concat(),
        _ => [&[reg | 6][..], &at[..2]].concat(),
    }
}

/// LGDT and LIDT with the tables that are there already.
fn table_register(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::System16, Mode::System32, Mode::Real, Mode::User32, Mode::V86]);
    let interrupts = mode != Mode::Real && rng.one_in(2);
    let mut case = Case::new(mode, &[]);
    case.system = mode != Mode::Real;
    let size: &[u8] = rng.pick(&[&[][..], &[0x66]]);
    case.code = [size, &[0x0F, 0x01], &direct(mode, if interrupts { 0x18 } else { 0x10 })].concat();
    let (base, limit) = if interrupts { (IDT, IDT_GATES * 8 - 1) } else { (GDT, GDT_BYTES - 1) };
    poke(&mut case, OPERAND, &limit.to_le_bytes()[..2]);
    poke(&mut case, OPERAND + 2, &base.to_le_bytes());
    case
}

fn control_register(rng: &mut Rng) -> Case {
    let mut case = Case::new(rng.pick(&SYSTEM_MODES), &[]);
    case.system = true;
    let reg = rng.u8() & 7;
    let reg = if reg == 4 { 0 } else { reg };
    let (number, value) = match rng.below(3) {
        // Paging off, protection on.
        0 => (0, 0x11 | rng.u32() & 0xE),
        1 => (2, rng.u32()),
        _ => (3, PAGE_DIRECTORY),
    };
    case.gpr[usize::from(reg)] = value;
    let store = number == 0 && rng.one_in(3);
    case.cr0 |= if store { rng.u32() & 0xE } else { 0 };
    case.code = vec![0x0F, if store { 0x20 } else { 0x22 }, 0xC0 | number << 3 | reg];
    case
}

/// LMSW, SMSW and CLTS.
fn machine_status(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::System16, Mode::System32, Mode::User16, Mode::User32]);
    let mut case = Case::new(mode, &[]);
    (case.system, case.cr0) = (true, 0x11 | rng.u32() & 0xE);
    case.gpr[0] = rng.u32();
    case.code = match rng.below(4) {
        0 => vec![0x0F, 0x06],
        1 => [&[0x0F, 0x01][..], &direct(mode, 0x30)].concat(),
        2 => [&[0x0F, 0x01][..], &direct(mode, 0x20)].concat(),
        _ => vec![0x0F, 0x01, 0xF0],
    };
    poke(&mut case, OPERAND, &rng.u32().to_le_bytes());
    case
}

/// FNOP, FNINIT and WAIT with every setting of MP, EM and TS.
fn coprocessor(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::System32, Mode::User16, Mode::User32, Mode::V86]);
    let codes: [&[u8]; 5] = [&[0xD9, 0xD0], &[0xDB, 0xE3], &[0x9B], &[0x9B], &[0xD9, 0xE8]];
    let mut case = Case::new(mode, rng.pick(&codes));
    case.system = mode != Mode::V86;
    case.cr0 |= rng.u32() & 0xE;
    case
}

/// LLDT and LTR with any descriptor.
fn table_selector(rng: &mut Rng, access: u8, extension: u8) -> Case {
    let mode = rng.pick(&SYSTEM_MODES);
    let mut case = Case::new(mode, &[]);
    case.system = true;
    let bytes = descriptor(OTHER_TSS, TSS_BYTES - 1, access, 0);
    let sel = selector::SLOT;
    case.pokes.extend(poke_descriptor(sel, bytes));
    let odd = [0, 3, sel | 4, 0x1F8, sel | 3];
    let sel = if rng.one_in(6) { rng.pick(&odd) } else { sel };
    case.code = [&[0x0F, 0x00][..], &direct(mode, extension)].concat();
    poke(&mut case, OPERAND, &sel.to_le_bytes());
    case
}

/// IN, OUT, INS and OUTS where nothing answers; the TSS has no I/O map.
fn port(rng: &mut Rng, mode: Mode, iopl: u32) -> Case {
    let codes: [&[u8]; 12] = [
        &[0xEC],
        &[0xED],
        &[0x66, 0xED],
        &[0xEE],
        &[0xEF],
        &[0x66, 0xEF],
        &[0x6C],
        &[0x66, 0x6D],
        &[0x6E],
        &[0x66, 0x6F],
        &[0xF3, 0x6C],
        &[0xF3, 0x6F],
    ];
    let mut case = Case::new(mode, rng.pick(&codes));
    case.eflags |= iopl << 12;
    case.gpr[1] = 1 + rng.below(4);
    case.gpr[2] = NO_DEVICE;
    (case.gpr[6], case.gpr[7]) = (WINDOW + 0x40 - BASES[3], WINDOW + 0x80 - BASES[0]);
    case
}

/// CLI, STI, PUSHF and POPF, whose effect depends on IOPL.
fn flags(rng: &mut Rng, mode: Mode, iopl: u32) -> Case {
    let codes: [&[u8]; 8] = [&[0xFA], &[0xFB], &[0x9C], &[0x66, 0x9C], &[0x9D], &[0x9D], &[0x66, 0x9D], &[0x66, 0x9D]];
    let mut case = Case::new(mode, rng.pick(&codes));
    case.eflags |= iopl << 12 | rng.pick(&[0, 0x200]) | rng.u32() & 0x8D5;
    let value = rng.u32() & 0x7ED7 | 2;
    let at = super::special::stack_top(&case);
    poke(&mut case, at, &value.to_le_bytes());
    case
}

/// One instruction with the trap flag set.
fn single_step(rng: &mut Rng) -> Case {
    let mode = rng.pick(&[Mode::Real, Mode::V86, Mode::System16, Mode::System32, Mode::User16, Mode::User32]);
    let codes: [&[u8]; 14] = [
        &[0x90],
        &[0x40],
        &[0x01, 0xC8],
        &[0xF3, 0xA4],
        &[0xF3, 0xAB],
        &[0xF2, 0xAE],
        &[0x9C],
        &[0xEB, 0x20],
        &[0xE2, 0x20],
        &[0x50],
        &[0xF7, 0xF1],
        &[0x0F, 0x0B],
        &[0xC8, 4, 0, 0],
        &[0xA4],
    ];
    let mut case = Case::new(mode, rng.pick(&codes));
    case.eflags |= TF | rng.u32() & 0x8D5;
    case.gpr[1] = rng.below(4);
    (case.gpr[6], case.gpr[7]) = (WINDOW + 0x40 - BASES[3], WINDOW + 0x80 - BASES[0]);
    case
}

/// LOCK in front of everything: #UD unless the 386 allows it.
fn locked(rng: &mut Rng, cases: &mut Vec<Case>) {
    // LOCK BT is one that the manual allows and later processors do not.
    let wanted = |opcode: &Opcode| match opcode.escape {
        false => !(0xD8..=0xDF).contains(&opcode.byte),
        true => opcode.byte != 0xA3,
    };
    for opcode in Opcode::all().filter(wanted) {
        let fields = if opcode.is_group() { 0..8 } else { 0..1 };
        for reg in fields.map(|reg| opcode.is_group().then_some(reg)) {
            if opcode.escape && opcode.byte == 0xBA && reg == Some(4) {
                continue;
            }
            // QEMU gives up over LOCK with a bit test of a register.
            let bit_test = opcode.escape && matches!(opcode.byte, 0xAB | 0xB3 | 0xBA | 0xBB);
            let without = if bit_test { Operand::Register } else { Operand::Memory16 };
            for &operand in opcode.operands().iter().filter(|operand| **operand != without) {
                for bitness in [16, 32] {
                    let wide = rng.one_in(2);
                    let case = (0..8).find_map(|_| integer::sample(rng, opcode, bitness, wide, (operand, reg)));
                    cases.extend(case.filter(|case| case.pokes.is_empty()).map(lock));
                }
            }
        }
    }
}

fn lock(mut case: Case) -> Case {
    case.code.insert(0, 0xF0);
    case
}
