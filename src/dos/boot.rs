//! Builds the kernel's structures and starts the first program.

use super::exe::Image;
use super::mcb::{Chain, DOS};
use super::memory_map::{CONVENTIONAL_END, DATA_SEGMENT, FIRST_MCB, LIST_OF_LISTS, SDA};
use super::program::Start;
use super::rom::Entry;
use super::{Dos, Outcome, rom, sda};
use crate::types::SegOff;

impl Dos<'_> {
    /// INT 19h in a session of the built-in DOS.
    pub(super) fn boot(&mut self) -> Outcome {
        let blank = [0; 16];
        for segment in DATA_SEGMENT..FIRST_MCB {
            self.mem.write_bytes(SegOff::new(segment, 0), &blank);
        }
        rom::install(&mut self.mem);
        let chain = Chain::create(&mut self.mem, FIRST_MCB, CONVENTIONAL_END);
        self.state.restart(chain);
        self.mem.write_u16(LIST_OF_LISTS.offset(0u16.wrapping_sub(2)), FIRST_MCB);
        sda::CURRENT_PSP.set(&mut self.mem, SDA, DOS);
        self.start_first_program()
    }

    /// INT 22h of a program that has no parent: the first program has ended, and begins again.
    pub(super) fn int22(&mut self) -> Outcome {
        let ended = sda::CURRENT_PSP.get(&self.mem, SDA);
        let chain = self.state.memory.chain;
        if chain.free_all(&mut self.mem, ended).is_err() {
            return self.boot();
        }
        sda::CURRENT_PSP.set(&mut self.mem, SDA, DOS);
        self.start_first_program()
    }

    fn start_first_program(&mut self) -> Outcome {
        let file = self.state.first_program.clone();
        // It has no parent to go on.
        let start = Start { name: b"COMMAND", tail: b"", environment: 0, back: Entry::Int22.jump() };
        let loaded = Image::parse(&file).and_then(|image| self.load(&image, &start));
        match loaded {
            Ok(loaded) => {
                let at = super::psp::base(loaded.psp);
                super::psp::PARENT.set(&mut self.mem, at, loaded.psp);
                self.start(loaded)
            }
            Err(error) => {
                tracing::error!(%error, "the first program cannot be loaded");
                Outcome::Stop
            }
        }
    }
}
