//! CR0 and CR3. Source: 80386 PRM §4.1.3, §10.3.

use super::super::core::{Core, cr0};
use super::super::fault::{Fault, Flow};
use crate::mem::Memory;

/// The bits that a 386 has.
const DEFINED: u32 = cr0::PG | cr0::ET | cr0::TS | cr0::EM | cr0::MP | cr0::PE;

impl Core {
    /// Loads CR0. Paging without protection is refused. CPL and the segment registers stay as they
    /// are, limits and rights included, until they are loaded.
    pub(crate) fn set_cr0(&mut self, mem: &mut Memory, value: u32) -> Flow {
        if value & cr0::PG != 0 && value & cr0::PE == 0 {
            return Err(Fault::protection(0).into());
        }
        if (value ^ self.cr0) & (cr0::PG | cr0::PE) != 0 {
            mem.flush_translations();
            self.unlink();
        }
        self.cr0 = value & DEFINED | cr0::ET;
        Ok(())
    }

    /// Loads CR3 and forgets all translations.
    pub(crate) fn set_cr3(&mut self, mem: &mut Memory, value: u32) {
        self.cr3 = value;
        self.test.flush();
        self.unlink();
        mem.flush_translations();
    }
}
