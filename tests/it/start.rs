//! How the programs of the processor's tests begin.

use dosmux::cpu::Cpu;
use dosmux::cpu::regs::Regs;

/// Code at 1000:0000, data at 2000:0000, stack at 3000:1000.
pub(crate) fn start(cpu: &mut Cpu) {
    change(cpu, |regs| {
        regs.eip = 0;
        regs.set_cs(0x1000);
        regs.set_ds(0x2000);
        regs.set_es(0x2000);
        regs.set_ss(0x3000);
        regs.set_sp(0x1000);
    });
}

/// Changes some of the registers.
pub(crate) fn change(cpu: &mut Cpu, change: impl FnOnce(&mut Regs)) {
    let mut regs = cpu.regs();
    change(&mut regs);
    cpu.set_regs(&regs);
}
