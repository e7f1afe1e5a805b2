//! The emulated coprocessor, driven by guest code in real mode.

use dosmux::cpu::{Coprocessor, Cpu, Exit, Faults};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

use super::host::Form;
use super::images::{OPERAND, SAVED};

/// Where the guest keeps its state and its operand.
const STATE: u16 = 0x4000;
const MEMORY: u16 = 0x5000;
/// Each form has its own code, so that blocks stay decoded.
const CODE: u32 = 0x1_0000;
const CODE_BYTES: u32 = 16;

pub(super) struct Machine {
    cpu: Cpu,
    mem: Memory,
}

impl Machine {
    /// A machine with the code of all forms: FRSTOR, the form, FNSAVE, HLT.
    pub(super) fn new(forms: &[Form]) -> Machine {
        let mut mem = Memory::new(1 << 20);
        for (form, at) in forms.iter().zip((CODE..).step_by(CODE_BYTES as usize)) {
            let [low, high] = STATE.to_le_bytes();
            // A memory operand is at [RSI] for the host and at [SI] here.
            let modrm = if form.modrm < 0xC0 { form.modrm & !7 | 4 } else { form.modrm };
            let code = [0x66, 0xDD, 0x26, low, high, form.opcode, modrm, 0x66, 0xDD, 0x36, low, high, 0xF4];
            mem.write_bytes(PhysAddr(at), &code);
        }
        Machine { cpu: Cpu::with_coprocessor(Faults::Deliver, Coprocessor::Error), mem }
    }

    /// Executes form number `index` on a state, with a memory operand.
    pub(super) fn run(&mut self, index: usize, state: &mut [u8; SAVED], operand: &mut [u8; OPERAND]) {
        self.mem.write_bytes(PhysAddr(STATE.into()), state);
        self.mem.write_bytes(PhysAddr(MEMORY.into()), operand);
        let mut regs = self.cpu.regs();
        regs.set_cs(u16::try_from(CODE >> 4).unwrap());
        regs.set_ds(0);
        regs.set_si(MEMORY);
        regs.eip = u32::try_from(index).unwrap() * CODE_BYTES;
        self.cpu.set_regs(&regs);
        assert_eq!(self.cpu.run(&mut self.mem, 100), Exit::Halt);
        self.mem.read_bytes(PhysAddr(STATE.into()), state);
        self.mem.read_bytes(PhysAddr(MEMORY.into()), operand);
    }
}
