//! What a V86 monitor sees of the core: the instruction that trapped, by name, and the registers,
//! flags and stack it works on.

use super::core::{TableReg, cr0};
use super::fault::{Fault, Flow, Stop};
use super::fpu::Fpu;
use super::op::{Bank, Class, Op};
use super::regs::{Gpr, Regs, eflags};
use super::segment::{CS, DS, ES, Segment};
use super::{Core, Cpu};
use crate::mem::Memory;
use crate::types::{LinearAddr, Port, Width, lo8, lo16};

/// The port of an IN or OUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortNumber {
    /// In the instruction.
    Immediate(u8),
    /// In DX.
    Dx,
}

/// An instruction that a V86 monitor emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitive {
    /// Clear the interrupt flag.
    Cli,
    /// Set the interrupt flag.
    Sti,
    /// Push the flags.
    Pushf(Width),
    /// Pop the flags.
    Popf(Width),
    /// Software interrupt.
    Int(u8),
    /// Return from interrupt.
    Iret(Width),
    /// Halt.
    Hlt,
    /// Read a port into the accumulator.
    In(PortNumber, Width),
    /// Write the accumulator to a port.
    Out(PortNumber, Width),
    /// INS or OUTS, repeated or not.
    StringPort,
    /// A privileged instruction on control, debug or test registers or the descriptor tables.
    Control(ControlAccess),
}

/// What a privileged instruction wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlAccess {
    /// MOV from a control, debug or test register into general register `gpr`.
    Read {
        /// Which register.
        control: ControlRegister,
        /// Number of the destination.
        gpr: u8,
    },
    /// MOV to CR0, or LMSW, with the value it would have.
    WriteCr0 {
        /// All 32 bits.
        value: u32,
    },
    /// MOV to CR2 or CR3.
    WriteCr3,
    /// MOV from or to a control register that the 386 does not have.
    Undefined,
    /// MOV to debug register `number`.
    WriteDebug {
        /// 0–7.
        number: u8,
        /// All 32 bits.
        value: u32,
    },
    /// MOV to test register `number`.
    WriteTest {
        /// 6 or 7.
        number: u8,
        /// All 32 bits.
        value: u32,
    },
    /// CLTS.
    Clts,
    /// LGDT or LIDT.
    LoadTable,
}

/// A register that only privileged code reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlRegister {
    /// CRn.
    Cr(u8),
    /// DRn.
    Dr(u8),
    /// TRn.
    Tr(u8),
}

/// A decoded instruction as an exit carries it, so that nobody above the core parses bytes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insn {
    /// What a monitor can do about it; `None` for everything it does not emulate.
    pub sensitive: Option<Sensitive>,
    /// Offset of the following instruction.
    pub next_eip: u32,
    string: StringForm,
}

/// The operands of INS and OUTS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StringForm {
    output: bool,
    size: u8,
    rep: bool,
    seg: u8,
    addr_mask: u32,
}

impl Insn {
    /// For faults without a decoded instruction (the fetch itself failed).
    pub(super) fn unknown() -> Insn {
        let string = StringForm { output: false, size: 1, rep: false, seg: DS, addr_mask: 0xFFFF };
        Insn { sensitive: None, next_eip: 0, string }
    }

    pub(super) fn new(core: &Core, op: &Op, next_eip: u32) -> Insn {
        let width = width(op.form.size);
        let port = if op.form.port_in_dx { PortNumber::Dx } else { PortNumber::Immediate(lo8(op.imm)) };
        let sensitive = match op.class {
            Class::Plain => None,
            Class::Cli => Some(Sensitive::Cli),
            Class::Sti => Some(Sensitive::Sti),
            Class::Pushf => Some(Sensitive::Pushf(width)),
            Class::Popf => Some(Sensitive::Popf(width)),
            Class::Int => Some(Sensitive::Int(lo8(op.imm))),
            Class::Iret => Some(Sensitive::Iret(width)),
            Class::Hlt => Some(Sensitive::Hlt),
            Class::In => Some(Sensitive::In(port, width)),
            Class::Out => Some(Sensitive::Out(port, width)),
            Class::Ins | Class::Outs => Some(Sensitive::StringPort),
            Class::ReadControl(bank) => Some(Sensitive::Control(read_access(op, bank))),
            Class::WriteControl(bank) => Some(Sensitive::Control(write_access(core, op, bank))),
            Class::Lmsw => Some(Sensitive::Control(ControlAccess::WriteCr0 { value: core.cr0 | cr0::PE })),
            Class::Clts => Some(Sensitive::Control(ControlAccess::Clts)),
            Class::LoadTable => Some(Sensitive::Control(ControlAccess::LoadTable)),
        };
        let string = StringForm {
            output: op.class == Class::Outs,
            size: op.form.size,
            rep: op.form.rep,
            seg: op.seg,
            addr_mask: u32::MAX >> (op.addr_shift & 31),
        };
        Insn { sensitive, next_eip, string }
    }
}

fn read_access(op: &Op, bank: Bank) -> ControlAccess {
    match (bank, op.src) {
        (Bank::Cr, 1 | 4..) => ControlAccess::Undefined,
        (bank, number) => ControlAccess::Read { control: bank.register(number), gpr: op.dst },
    }
}

fn write_access(core: &Core, op: &Op, bank: Bank) -> ControlAccess {
    let value = core.gpr[usize::from(op.src & 7)];
    match (bank, op.dst) {
        (Bank::Cr, 0) => ControlAccess::WriteCr0 { value },
        (Bank::Cr, 2 | 3) => ControlAccess::WriteCr3,
        (Bank::Cr, _) => ControlAccess::Undefined,
        (Bank::Dr, number) => ControlAccess::WriteDebug { number, value },
        (Bank::Tr, number) => ControlAccess::WriteTest { number, value },
    }
}

impl Bank {
    fn register(self, number: u8) -> ControlRegister {
        match self {
            Bank::Cr => ControlRegister::Cr(number),
            Bank::Dr => ControlRegister::Dr(number),
            Bank::Tr => ControlRegister::Tr(number),
        }
    }
}

fn width(size: u8) -> Width {
    match size {
        1 => Width::Byte,
        2 => Width::Word,
        _ => Width::Dword,
    }
}

/// Where a V86 task's system structures lie in its machine's memory.
#[derive(Clone, Copy, Debug)]
pub struct V86Task {
    /// Physical address of the page directory.
    pub page_directory: u32,
    /// Linear address and limit of the GDT.
    pub gdt: (u32, u16),
    /// Linear address and limit of the IDT.
    pub idt: (u32, u16),
    /// Selector of the TSS in the GDT.
    pub tss_selector: u16,
}

/// One port access that [`Cpu::string_port`] makes: the port, its width, and the value to write, or
/// `None` to read; the answer is the value read.
pub type PortAction<'a> = dyn FnMut(Port, Width, Option<u32>) -> u32 + 'a;

/// Elements of a repeated INS or OUTS done in one call, so that time can pass in between.
const STRING_PORT_PORTION: u32 = 256;

impl Cpu {
    /// Enters virtual-8086 mode at CPL 3 with IOPL 0: what the ring-0 program's IRETD does after
    /// it has loaded CR3, GDTR, IDTR, TR and CR0.
    ///
    /// *Errors*: the fault that loading the task register raises.
    pub fn enter_v86(&mut self, mem: &mut Memory, task: &V86Task) -> Result<(), Fault> {
        let core = &mut self.core;
        let fpu = Fpu::new(core.fpu.wiring());
        *core = Core { fpu, ..Core::reset() };
        self.blocks.clear(mem);
        core.gdtr = TableReg { base: task.gdt.0, limit: task.gdt.1 };
        core.idtr = TableReg { base: task.idt.0, limit: task.idt.1 };
        core.cr3 = task.page_directory;
        let enabled = core.set_cr0(mem, cr0::PE | cr0::PG);
        mem.flush_translations();
        let loaded = enabled.and_then(|()| core.load_task_register(mem, task.tss_selector));
        if let Err(Stop::Fault(fault)) = loaded {
            return Err(fault);
        }
        core.flags.load(eflags::VM | eflags::IF | eflags::ONE);
        core.set_cpl(mem, 3);
        for seg in 0..6 {
            core.seg[seg] = Segment::v86(0);
        }
        Ok(())
    }

    /// A copy of the program-visible registers.
    #[must_use]
    pub fn regs(&self) -> Regs {
        let mut regs = Regs { eip: self.core.eip, eflags: self.core.flags.bits(), ..Regs::default() };
        regs.gpr.copy_from_slice(&self.core.gpr[..8]);
        for (selector, segment) in regs.seg.iter_mut().zip(&self.core.seg) {
            *selector = segment.selector;
        }
        regs
    }

    /// Loads all registers of a real-mode or V86 program; the mode itself (VM) stays.
    pub fn set_regs(&mut self, regs: &Regs) {
        self.core.gpr[..8].copy_from_slice(&regs.gpr);
        self.core.eip = regs.eip;
        let vm = self.core.flags.bits() & eflags::VM;
        self.core.flags.load(regs.eflags & !eflags::VM | vm);
        for (seg, &selector) in (0u8..).zip(&regs.seg) {
            if self.core.seg[usize::from(seg)].selector != selector || !self.core.v86() {
                self.core.load_plain_segment(seg, selector);
            }
        }
    }

    /// EFLAGS.
    #[must_use]
    pub fn eflags(&self) -> u32 {
        self.core.flags.bits()
    }

    /// Loads EFLAGS; the mode itself (VM) stays.
    pub fn set_eflags(&mut self, bits: u32) {
        let vm = self.core.flags.bits() & eflags::VM;
        self.core.flags.load(bits & !eflags::VM | vm);
    }

    /// Offset of the next instruction.
    #[must_use]
    pub fn eip(&self) -> u32 {
        self.core.eip
    }

    /// Goes on at offset `eip` of the code segment.
    pub fn set_eip(&mut self, eip: u32) {
        self.core.eip = eip;
    }

    /// Goes on at `selector:eip` of a real-mode or V86 program.
    pub fn set_cs_eip(&mut self, selector: u16, eip: u32) {
        self.core.load_plain_segment(CS, selector);
        self.core.eip = eip;
    }

    /// Selector in CS.
    #[must_use]
    pub fn cs(&self) -> u16 {
        self.core.seg[usize::from(CS)].selector
    }

    /// Linear address of CS:EIP.
    #[must_use]
    pub fn linear_eip(&self) -> LinearAddr {
        LinearAddr(self.core.seg[usize::from(CS)].base.wrapping_add(self.core.eip))
    }

    /// Linear address of the last page fault.
    #[must_use]
    pub fn cr2(&self) -> LinearAddr {
        LinearAddr(self.core.cr2)
    }

    /// The port of an IN or OUT.
    #[must_use]
    pub fn port(&self, number: PortNumber) -> Port {
        match number {
            PortNumber::Immediate(port) => Port(u16::from(port)),
            PortNumber::Dx => Port(lo16(self.core.gpr[Gpr::Edx as usize])),
        }
    }

    /// AL, AX or EAX.
    #[must_use]
    pub fn accumulator(&self, width: Width) -> u32 {
        self.core.gpr[Gpr::Eax as usize] & width.mask()
    }

    /// Loads AL, AX or EAX.
    pub fn set_accumulator(&mut self, width: Width, value: u32) {
        let eax = &mut self.core.gpr[Gpr::Eax as usize];
        *eax = *eax & !width.mask() | value & width.mask();
    }

    /// Pushes `values` in order onto the program's stack.
    ///
    /// *Errors*: #SS, #GP or #PF; then the stack pointer has not moved.
    pub fn push_all(&mut self, mem: &mut Memory, width: Width, values: &[u32]) -> Result<(), Fault> {
        self.completing(mem, |core, mem| {
            core.restoring_sp(mem, |core, mem| {
                values.iter().try_for_each(|&value| match width {
                    Width::Dword => core.push::<u32>(mem, value),
                    _ => core.push::<u16>(mem, value),
                })
            })
        })
    }

    /// Pops `N` values from the program's stack.
    ///
    /// *Errors*: #SS, #GP or #PF; then the stack pointer has not moved.
    pub fn pop_all<const N: usize>(&mut self, mem: &mut Memory, width: Width) -> Result<[u32; N], Fault> {
        self.completing(mem, |core, mem| {
            core.restoring_sp(mem, |core, mem| {
                let mut values = [0; N];
                for value in &mut values {
                    *value = match width {
                        Width::Dword => core.pop::<u32>(mem)?,
                        _ => core.pop::<u16>(mem)?,
                    };
                }
                Ok(values)
            })
        })
    }

    /// Loads the stack pointer.
    pub fn set_esp(&mut self, esp: u32) {
        self.core.gpr[Gpr::Esp as usize] = esp;
    }

    /// Loads general register `gpr` (0 EAX … 7 EDI).
    pub fn set_gpr(&mut self, gpr: u8, value: u32) {
        self.core.gpr[usize::from(gpr & 7)] = value;
    }

    /// CR0.
    #[must_use]
    pub fn cr0(&self) -> u32 {
        self.core.cr0
    }

    /// The value of a privileged register; zero where there is none.
    #[must_use]
    pub fn control(&self, register: ControlRegister) -> u32 {
        match register {
            ControlRegister::Cr(0) => self.core.cr0,
            ControlRegister::Cr(2) => self.core.cr2,
            ControlRegister::Cr(3) => self.core.cr3,
            ControlRegister::Cr(_) => 0,
            ControlRegister::Dr(number) => self.core.debug.read(number),
            ControlRegister::Tr(number) => self.core.test.read(number),
        }
    }

    /// Loads TRn and carries out its command.
    pub fn write_test(&mut self, number: u8, value: u32) {
        self.core.test.write(number, value);
    }

    /// Does a piece of an instruction's work; decoded code in its way is forgotten first.
    fn completing<R>(
        &mut self,
        mem: &mut Memory,
        mut work: impl FnMut(&mut Core, &mut Memory) -> Result<R, Stop>,
    ) -> Result<R, Fault> {
        loop {
            match work(&mut self.core, mem) {
                Ok(done) => return Ok(done),
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(_) => self.blocks.invalidate(mem),
            }
        }
    }

    /// Carries out the INS or OUTS at CS:EIP through `access`, repeated ones in portions.
    ///
    /// Leaves EIP behind the instruction when it is done, else at it. Gives the elements moved.
    /// *Errors*: a fault of the memory operand; the registers tell how far the instruction came.
    pub fn string_port(&mut self, mem: &mut Memory, insn: &Insn, access: &mut PortAction<'_>) -> Result<u32, Fault> {
        let done = self.string_port_portion(mem, insn, access);
        match done {
            Ok(_) => self.string_port_traps(insn),
            Err(_) => self.core.debug.discard(),
        }
        done
    }

    fn string_port_portion(
        &mut self,
        mem: &mut Memory,
        insn: &Insn,
        access: &mut PortAction<'_>,
    ) -> Result<u32, Fault> {
        let form = insn.string;
        let portion = if self.core.stepping() { 1 } else { STRING_PORT_PORTION };
        let mut moved = 0;
        loop {
            let count = self.core.gpr[Gpr::Ecx as usize] & form.addr_mask;
            if form.rep && count == 0 {
                break;
            }
            if moved == portion {
                return Ok(moved);
            }
            self.string_port_element(mem, form, access)?;
            moved += 1;
            if !form.rep {
                break;
            }
            let ecx = &mut self.core.gpr[Gpr::Ecx as usize];
            *ecx = *ecx & !form.addr_mask | count.wrapping_sub(1) & form.addr_mask;
        }
        self.core.eip = insn.next_eip;
        Ok(moved)
    }

    fn string_port_element(
        &mut self,
        mem: &mut Memory,
        form: StringForm,
        access: &mut PortAction<'_>,
    ) -> Result<(), Fault> {
        let port = self.port(PortNumber::Dx);
        let width = width(form.size);
        let index = if form.output { Gpr::Esi as usize } else { Gpr::Edi as usize };
        let at = self.core.gpr[index] & form.addr_mask;
        if form.output {
            let value = self.completing(mem, |core, mem| read_width(core, mem, form.seg, at, width))?;
            access(port, width, Some(value));
        } else {
            // The destination is checked before the port is read, so that no byte is lost.
            self.core.probe_write(mem, ES, at, width.bytes())?;
            let value = access(port, width, None);
            self.completing(mem, |core, mem| write_width(core, mem, at, width, value))?;
        }
        let bytes = if self.core.flags.df() { width.bytes().wrapping_neg() } else { width.bytes() };
        let slot = &mut self.core.gpr[index];
        *slot = *slot & !form.addr_mask | slot.wrapping_add(bytes) & form.addr_mask;
        Ok(())
    }
}

fn read_width(core: &mut Core, mem: &mut Memory, seg: u8, at: u32, width: Width) -> Result<u32, Stop> {
    match width {
        Width::Byte => core.read_at::<u8>(mem, seg, at),
        Width::Word => core.read_at::<u16>(mem, seg, at),
        Width::Dword => core.read_at::<u32>(mem, seg, at),
    }
}

fn write_width(core: &mut Core, mem: &mut Memory, at: u32, width: Width, value: u32) -> Flow {
    match width {
        Width::Byte => core.write_at::<u8>(mem, ES, at, value),
        Width::Word => core.write_at::<u16>(mem, ES, at, value),
        Width::Dword => core.write_at::<u32>(mem, ES, at, value),
    }
}
