//! What a program may ask about a selector: LAR, LSL, VERR, VERW. Source: 80386 PRM §6.4, §17.2.2.

use super::super::core::Core;
use super::super::fault::Fault;
use super::descriptor::{Descriptor, is_null, kind, rpl};
use crate::mem::Memory;

/// The part of a descriptor's high doubleword that LAR gives: access byte, G, D, AVL.
const RIGHTS: u32 = 0x00F0_FF00;

impl Core {
    /// LAR and LSL: the access rights or the limit, if the descriptor is visible from here.
    pub(crate) fn query_descriptor(
        &mut self,
        mem: &mut Memory,
        selector: u16,
        limit: bool,
    ) -> Result<Option<u32>, Fault> {
        let Some(descriptor) = self.visible_descriptor(mem, selector)? else { return Ok(None) };
        let segment = descriptor.segment();
        // Gates have no limit; LAR knows call and task gates as well.
        let tss_or_ldt = matches!(
            descriptor.kind(),
            kind::TSS_286 | kind::LDT | kind::TSS_286_BUSY | kind::TSS_386 | kind::TSS_386_BUSY
        );
        let gate = matches!(descriptor.kind(), kind::CALL_GATE_286 | kind::TASK_GATE | kind::CALL_GATE_386);
        let has_limit = segment.is_memory() || tss_or_ldt;
        Ok(match limit {
            true => has_limit.then_some(segment.limit),
            false => (has_limit || gate).then_some(descriptor.high & RIGHTS),
        })
    }

    /// VERR and VERW.
    pub(crate) fn verify_descriptor(&mut self, mem: &mut Memory, selector: u16, write: bool) -> Result<bool, Fault> {
        let Some(descriptor) = self.visible_descriptor(mem, selector)? else { return Ok(false) };
        let segment = descriptor.segment();
        Ok(if write { segment.writable() } else { segment.readable() })
    }

    /// The descriptor of `selector`, if there is one that neither CPL nor RPL keeps from the program.
    fn visible_descriptor(&mut self, mem: &mut Memory, selector: u16) -> Result<Option<Descriptor>, Fault> {
        if is_null(selector) {
            return Ok(None);
        }
        let Some(descriptor) = self.descriptor(mem, selector)? else { return Ok(None) };
        let visible = descriptor.segment().conforming() || descriptor.dpl() >= self.cpl.max(rpl(selector));
        Ok(visible.then_some(descriptor))
    }
}
