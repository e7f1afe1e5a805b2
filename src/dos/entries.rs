//! The ways into the kernel beside INT 21h.
//!
//! Source: RBIL, INT 20h to 2Fh; MS-DOS Programmer's Reference, "device drivers".

use super::process::End;
use super::rom::Entry;
use super::{Dos, Outcome};
use crate::cpu::regs::eflags;
use crate::types::{SegOff, lo16};

/// AX of INT 25h and 26h for a drive without sectors: it does not respond, and is not ready; and for one
/// that is not there: an unknown unit. Source: RBIL, INT 25h.
const NOT_READY: u16 = 0x8002;
const UNKNOWN_UNIT: u16 = 0x0201;
/// Highest function of the call at offset 5.
const LAST_CPM_FUNCTION: u8 = 0x24;

/// Enters the kernel.
pub fn enter(entry: Entry, dos: &mut Dos<'_>) -> Outcome {
    match entry {
        Entry::Boot => dos.boot(),
        Entry::Int20 => dos.int20(),
        Entry::Int21 => dos.int21(),
        Entry::Int22 => dos.int22(),
        Entry::Int23 => dos.int23(),
        Entry::Int24 => dos.int24(),
        Entry::Int25 | Entry::Int26 => dos.int25(),
        Entry::Int27 => dos.int27(),
        Entry::Int28 => Outcome::Yield,
        Entry::Int29 => dos.int29(),
        Entry::Int29Next => dos.int29_goes_on(),
        Entry::Int2E => dos.int2e(),
        Entry::Int2F => dos.int2f(),
        Entry::Call5 => dos.call5(),
        Entry::Int1B => dos.int1b(),
        Entry::DeviceStrategy => {
            dos.state.driver_request = SegOff::new(dos.regs.es(), dos.regs.bx());
            Outcome::FarReturn
        }
        Entry::DeviceInterrupt => dos.driver_request(),
        Entry::DriverResume => dos.driver_goes_on(),
        Entry::DriverLoading => dos.drivers_go_on(),
        Entry::Resume => dos.resume(),
        Entry::AfterBreak => dos.after_break(),
        Entry::Question => dos.question_goes_on(),
        Entry::App => dos.app(),
        Entry::CaseMap => {
            dos.case_map();
            Outcome::FarReturn
        }
    }
}

impl Dos<'_> {
    /// INT 25h and 26h: host directories have no sectors. The caller's FLAGS stay on the stack.
    fn int25(&mut self) -> Outcome {
        let there = self.drive(self.regs.al()).is_ok();
        self.regs.set_ax(if there { NOT_READY } else { UNKNOWN_UNIT });
        self.regs.eflags |= eflags::CF;
        Outcome::LeaveFlags
    }

    /// INT 27h: ends the program whose prefix CS is and keeps what lies in front of DX.
    fn int27(&mut self) -> Outcome {
        let paragraphs = self.regs.dx().div_ceil(16);
        let (psp, chain) = (self.psp(), self.state.memory.chain);
        if chain.resize(&mut self.mem, psp, paragraphs.max(1)).is_err() {
            tracing::warn!("a program stays resident in memory that is not its own");
        }
        self.end_process(End::Resident, 0)
    }

    /// The call at offset 5 of a prefix, for programs from CP/M: the function is in CL. On the stack are
    /// the far call's frame and, below it, where the program called offset 5 from.
    fn call5(&mut self) -> Outcome {
        let at = self.regs.ss_sp();
        let (segment, back) = (self.mem.read_u16(at.offset(2)), self.mem.read_u16(at.offset(4)));
        self.mem.write_u16(at, back);
        self.mem.write_u16(at.offset(2), segment);
        self.mem.write_u16(at.offset(4), lo16(self.regs.eflags | eflags::IF));
        let function = self.regs.cl();
        if function > LAST_CPM_FUNCTION {
            self.regs.set_al(0);
            return Outcome::Return;
        }
        self.regs.set_ah(function);
        self.int21()
    }
}
