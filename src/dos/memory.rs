//! Memory as the kernel gives it out: by the strategy that programs set, in conventional and upper memory.
//!
//! Source: RBIL, INT 21h/AX=5801h, AX=5803h; INT 21h/AH=52h, offsets 63h and 66h (DOS 5).

use super::error::DosError;
use super::field::{Byte, Word};
use super::mcb::{Choice, Strategy, Zone};
use super::memory_map::{LIST_OF_LISTS, UPPER_END, UPPER_START};
use super::{Area, Dos, MemoryState};
use crate::types::SegOff;

/// Fields of the list of lists: whether upper memory is linked, and where its chain begins.
const LINKED: Byte = Byte(0x63);
const UPPER_CHAIN: Word = Word(0x66);
const NO_UPPER_MEMORY: u16 = 0xFFFF;

impl MemoryState {
    /// The strategy as programs number it.
    pub(super) fn number(self) -> u16 {
        self.strategy as u16 | self.area as u16
    }

    /// Sets the strategy that programs call `number`.
    pub(super) fn set_number(&mut self, number: u16) -> Result<(), DosError> {
        const AREA: u16 = 0xC0;
        let strategy = Strategy::numbered(number & !AREA).ok_or(DosError::InvalidFunction)?;
        let areas = [Area::Low, Area::High, Area::HighFirst];
        let area = areas.into_iter().find(|&area| area as u16 == number & AREA).ok_or(DosError::InvalidFunction)?;
        (self.strategy, self.area) = (strategy, area);
        Ok(())
    }
}

impl Dos<'_> {
    /// Makes upper memory of what the machine has there, if it has memory there.
    pub(super) fn create_upper_memory(&mut self) {
        let chain = self.state.memory.chain;
        if self.has_upper_memory() {
            match chain.with_upper(&mut self.mem, UPPER_START, UPPER_END) {
                Ok(chain) => self.state.memory.chain = chain,
                Err(error) => tracing::warn!(%error, "there is no upper memory"),
            }
        }
        let upper = self.state.memory.chain.upper.unwrap_or(NO_UPPER_MEMORY);
        UPPER_CHAIN.set(&mut self.mem, LIST_OF_LISTS, upper);
    }

    /// What is written there stays.
    fn has_upper_memory(&mut self) -> bool {
        let at = SegOff::new(UPPER_START, 0);
        self.mem.write_u16(at, 0x55AA);
        self.mem.read_u16(at) == 0x55AA
    }

    /// Makes upper memory part of the chain, or takes it out.
    pub(super) fn link_upper_memory(&mut self, linked: bool) -> Result<(), DosError> {
        self.state.memory.chain.link(&mut self.mem, linked)?;
        LINKED.set(&mut self.mem, LIST_OF_LISTS, linked.into());
        Ok(())
    }

    /// Where requests look, in their order.
    fn zones(&self) -> &'static [Zone] {
        let linked = self.state.memory.chain.is_linked(&self.mem);
        match self.state.memory.area {
            Area::High if linked => &[Zone::Upper],
            Area::HighFirst if linked => &[Zone::Upper, Zone::Any],
            _ => &[Zone::Any],
        }
    }

    /// Allocates `paragraphs` for `owner`, by the strategy.
    ///
    /// *Errors*: the size of the largest free block along with why there is no room.
    pub(super) fn allocate(&mut self, paragraphs: u16, owner: u16) -> Result<u16, (DosError, u16)> {
        let (chain, strategy) = (self.state.memory.chain, self.state.memory.strategy);
        let mut result = Err((DosError::NotEnoughMemory, 0));
        for &zone in self.zones() {
            result = chain.allocate(&mut self.mem, paragraphs, owner, Choice { strategy, zone });
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Allocates at least `least` and at most `most` paragraphs for `owner`: a segment and the one behind it.
    pub(super) fn allocate_between(&mut self, least: u16, most: u16, owner: u16) -> Result<(u16, u16), DosError> {
        let (chain, strategy) = (self.state.memory.chain, self.state.memory.strategy);
        for &zone in self.zones() {
            let room = chain.largest(&mut self.mem, zone)?;
            if room >= least {
                let size = room.min(most);
                let choice = Choice { strategy, zone };
                let segment = chain.allocate(&mut self.mem, size, owner, choice).map_err(|(error, _)| error)?;
                return Ok((segment, segment + size));
            }
        }
        Err(DosError::NotEnoughMemory)
    }
}

/// The strategy and the link as they were.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    number: u16,
    linked: bool,
}

impl Dos<'_> {
    /// Has all requests look in upper memory first, until the setting is put back.
    pub(super) fn begin_high(&mut self) -> Setting {
        let linked = self.state.memory.chain.is_linked(&self.mem);
        let setting = Setting { number: self.state.memory.number(), linked };
        if self.link_upper_memory(true).is_ok() {
            self.state.memory.area = Area::HighFirst;
        }
        setting
    }

    /// Puts the strategy and the link back.
    pub(super) fn end_high(&mut self, setting: Setting) {
        if let Err(error) = self.state.memory.set_number(setting.number) {
            tracing::warn!(%error, "the strategy stays as it is");
        }
        // Without upper memory there is nothing to put back.
        let _ = self.link_upper_memory(setting.linked);
    }
}
