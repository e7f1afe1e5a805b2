//! Two-level paging and accesses by linear address. Source: 80386 PRM §5.2, §9.8.14.

use super::core::Core;
use super::fault::{Fault, Stop};
use crate::mem::{Memory, PAGE_BYTES};
use crate::types::{LinearAddr, PhysAddr};

/// Page directory and page table entry bits.
pub mod pte {
    /// The page or table is present.
    pub const PRESENT: u32 = 1 << 0;
    /// Writable at CPL 3.
    pub const WRITABLE: u32 = 1 << 1;
    /// Accessible at CPL 3.
    pub const USER: u32 = 1 << 2;
    /// Set by the processor on any access.
    pub const ACCESSED: u32 = 1 << 5;
    /// Set by the processor on a write (page table entries only).
    pub const DIRTY: u32 = 1 << 6;
    /// Physical address of the table or page frame.
    pub const FRAME: u32 = 0xFFFF_F000;
}

/// Page fault error code bits.
const PF_PROTECTION: u16 = 1;
const PF_WRITE: u16 = 2;
const PF_USER: u16 = 4;

impl Core {
    /// Walks the page tables for one access and sets accessed and dirty bits.
    pub(crate) fn translate(
        &mut self,
        mem: &mut Memory,
        addr: LinearAddr,
        write: bool,
        user: bool,
    ) -> Result<PhysAddr, Fault> {
        if !self.paging() {
            return Ok(PhysAddr(addr.0));
        }
        let code = if write { PF_WRITE } else { 0 } | if user { PF_USER } else { 0 };
        let pde_at = PhysAddr((self.cr3 & pte::FRAME) + (addr.0 >> 22) * 4);
        let pde = mem.read_u32(pde_at);
        if pde & pte::PRESENT == 0 {
            return Err(self.page_fault(addr, code));
        }
        let pte_at = PhysAddr((pde & pte::FRAME) + (addr.0 >> 12 & 0x3FF) * 4);
        let entry = mem.read_u32(pte_at);
        if entry & pte::PRESENT == 0 {
            return Err(self.page_fault(addr, code));
        }
        // The 386 checks U/S and R/W for user accesses only; a supervisor may write anywhere.
        let rights = pde & entry;
        if user && (rights & pte::USER == 0 || write && rights & pte::WRITABLE == 0) {
            return Err(self.page_fault(addr, code | PF_PROTECTION));
        }
        set_bits(mem, pde_at, pde, pte::ACCESSED);
        set_bits(mem, pte_at, entry, pte::ACCESSED | if write { pte::DIRTY } else { 0 });
        Ok(PhysAddr(entry & pte::FRAME | addr.0 & (PAGE_BYTES - 1)))
    }

    fn page_fault(&mut self, addr: LinearAddr, code: u16) -> Fault {
        self.cr2 = addr.0;
        Fault::page(code)
    }

    /// Translates for a read at the current privilege level and remembers the page.
    pub(crate) fn translate_read(&mut self, mem: &mut Memory, addr: LinearAddr) -> Result<PhysAddr, Fault> {
        if let Some(phys) = mem.cached_phys(addr) {
            return Ok(phys);
        }
        let phys = self.translate(mem, addr, false, self.cpl == 3)?;
        if !self.debug.watching() {
            mem.cache_read(addr, phys);
        }
        Ok(phys)
    }

    /// Translates for a write at the current privilege level and remembers the page.
    pub(crate) fn translate_write(&mut self, mem: &mut Memory, addr: LinearAddr) -> Result<PhysAddr, Fault> {
        if let Some(phys) = mem.cached_code_page(addr) {
            return Ok(phys);
        }
        let phys = self.translate(mem, addr, true, self.cpl == 3)?;
        if !self.debug.watching() {
            mem.cache_write(addr, phys);
        }
        Ok(phys)
    }

    /// Raises the faults that writing `bytes` at `offset` of segment register `seg` would raise.
    pub(crate) fn probe_write(&mut self, mem: &mut Memory, seg: u8, offset: u32, bytes: u32) -> Result<(), Fault> {
        let linear = self.check_access(seg, offset, bytes, true)?;
        self.translate_write(mem, linear)?;
        let last = linear.0.wrapping_add(bytes - 1);
        if (linear.0 ^ last) >= PAGE_BYTES {
            // CR2 gets the first byte of the page that faults.
            self.translate_write(mem, LinearAddr(last & !(PAGE_BYTES - 1)))?;
        }
        Ok(())
    }

    /// The same, and stops where decoded code would be overwritten.
    pub(crate) fn probe_store(&mut self, mem: &mut Memory, seg: u8, offset: u32, bytes: u32) -> Result<(), Stop> {
        let linear = self.check_access(seg, offset, bytes, true)?;
        for byte in 0..bytes {
            let at = self.translate_write(mem, LinearAddr(linear.0.wrapping_add(byte)))?;
            mem.check_code(at, 1).map_err(|_| Stop::CodeHit)?;
        }
        Ok(())
    }

    /// Reads 1, 2 or 4 bytes at a linear address; `user` false is the processor's own access to a
    /// system table.
    pub(crate) fn read_linear(
        &mut self,
        mem: &mut Memory,
        addr: LinearAddr,
        bytes: u32,
        user: bool,
    ) -> Result<u32, Fault> {
        let mut out = [0; 4];
        let first = bytes.min(PAGE_BYTES - addr.0 % PAGE_BYTES);
        let own_level = user == (self.cpl == 3);
        let mut at = addr;
        let mut done = 0;
        for part in [first, bytes - first] {
            if part != 0 {
                let phys =
                    if own_level { self.translate_read(mem, at)? } else { self.translate(mem, at, false, user)? };
                mem.read_bytes(phys, &mut out[done as usize..(done + part) as usize]);
            }
            at = LinearAddr(at.0.wrapping_add(part));
            done += part;
        }
        Ok(u32::from_le_bytes(out))
    }

    /// Writes 1, 2 or 4 bytes at a linear address, at the current privilege level. Either all bytes
    /// are written or none.
    pub(crate) fn write_linear(
        &mut self,
        mem: &mut Memory,
        addr: LinearAddr,
        bytes: u32,
        value: u32,
    ) -> Result<(), Stop> {
        let data = value.to_le_bytes();
        let first = bytes.min(PAGE_BYTES - addr.0 % PAGE_BYTES);
        let (low, high) = data[..bytes as usize].split_at(first as usize);
        let low_at = self.translate_write(mem, addr)?;
        if high.is_empty() {
            return mem.write_guest(low_at, low).map_err(|_| Stop::CodeHit);
        }
        let high_at = self.translate_write(mem, LinearAddr(addr.0.wrapping_add(first)))?;
        mem.check_code(low_at, low.len()).map_err(|_| Stop::CodeHit)?;
        mem.write_guest(high_at, high).map_err(|_| Stop::CodeHit)?;
        mem.write_guest(low_at, low).map_err(|_| Stop::CodeHit)
    }
}

fn set_bits(mem: &mut Memory, at: PhysAddr, entry: u32, bits: u32) {
    if entry & bits != bits {
        mem.write_u32(at, entry | bits);
    }
}
