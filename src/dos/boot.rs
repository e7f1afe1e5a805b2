//! Builds the kernel's structures and starts the first program.

use std::time::Duration;

use super::error::DosError;
use super::exe::Image;
use super::mcb::{Chain, DOS};
use super::memory_map::{CONVENTIONAL_END, DATA_SEGMENT, FIRST_MCB, SDA};
use super::program::Start;
use super::rom::Entry;
use super::{Dos, Outcome, cds, device, environment, rom, sda, sft};
use crate::types::SegOff;

/// Entries of the system file table.
const FILES: u16 = 60;
/// Variables of the first program, and its name.
const VARIABLES: &[u8] = b"COMSPEC=Z:\\COMMAND.COM\0PATH=Z:\\\0PROMPT=$P$G\0";
const SHELL: &[u8] = b"Z:\\COMMAND.COM";
/// Room of its environment.
const ENVIRONMENT_BYTES: usize = 0x400;
/// A first program that ends within so much time has done nothing.
const AT_ONCE: Duration = Duration::from_millis(1);
/// So many times one after the other, and it never will.
const MOST_FALSE_STARTS: u32 = 8;

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
        sda::CURRENT_PSP.set(&mut self.mem, SDA, DOS);
        sda::CRITICAL_DRIVE.set(&mut self.mem, SDA, 0xFF);
        device::create(&mut self.mem);
        self.create_lists();
        self.create_upper_memory();
        let page = self.state.page;
        super::function::country::create(&mut self.mem, page);
        sft::create(&mut self.mem, FILES);
        for drive in 0..cds::DRIVES {
            let present = self.drive_behind(drive).is_some();
            cds::create(&mut self.mem, drive, present);
        }
        let first = (2..cds::DRIVES).find(|&drive| self.drive(drive).is_ok());
        sda::CURRENT_DRIVE.set(&mut self.mem, SDA, first.unwrap_or(0));
        self.load_drivers()
    }

    /// The standard handles of the first program: CON three times, AUX and PRN.
    pub(super) fn open_standard_handles(&mut self, psp: u16) -> Result<(), DosError> {
        let con = self.open_device(device::console(&self.mem), 2)?;
        let aux = self.open_device(device::AUX, 2)?;
        let prn = self.open_device(device::PRN, 1)?;
        for (handle, index) in [con, con, con, aux, prn].into_iter().enumerate() {
            super::psp::set_file_of(&mut self.mem, psp, u16::try_from(handle).unwrap_or(0), Some(index));
        }
        if let Some(at) = sft::entry(&self.mem, con) {
            sft::REFERENCES.set(&mut self.mem, at, 3);
        }
        Ok(())
    }

    /// INT 22h of a program that has no parent: the first program has ended, and begins again.
    pub(super) fn int22(&mut self) -> Outcome {
        if self.state.job.is_some() {
            let code = self.last_exit_code();
            return self.finish_job(Ok(code));
        }
        let ended = sda::CURRENT_PSP.get(&self.mem, SDA);
        let chain = self.state.memory.chain;
        if chain.free_all(&mut self.mem, ended).is_err() {
            return self.boot();
        }
        sda::CURRENT_PSP.set(&mut self.mem, SDA, DOS);
        let at_once = self.now.since(self.state.first_start) < AT_ONCE;
        self.state.false_starts = if at_once { self.state.false_starts + 1 } else { 0 };
        match self.state.false_starts {
            MOST_FALSE_STARTS => Outcome::Stop,
            _ => self.start_first_program(),
        }
    }

    /// The environment that all others are made from, with room for more.
    fn first_environment(&mut self) -> Result<u16, DosError> {
        let mut block = environment::block(VARIABLES, SHELL);
        block.resize(ENVIRONMENT_BYTES, 0);
        self.new_environment(&block)
    }

    pub(super) fn start_first_program(&mut self) -> Outcome {
        if self.state.job.is_some() {
            return self.start_job();
        }
        self.state.first_start = self.now;
        let (file, tail) = (self.state.first_program.clone(), self.state.first_tail.clone());
        let environment = self.first_environment().unwrap_or_default();
        // It has no parent to go on.
        let start = Start { name: b"COMMAND", tail: &tail, environment, back: Entry::Int22.jump() };
        let loaded = Image::parse(&file).and_then(|image| self.load(&image, &start));
        match loaded {
            Ok(loaded) => {
                let at = super::psp::base(loaded.psp);
                super::psp::PARENT.set(&mut self.mem, at, loaded.psp);
                if let Err(error) = self.open_standard_handles(loaded.psp) {
                    tracing::error!(%error, "the first program has no standard handles");
                }
                self.start(loaded)
            }
            Err(error) => {
                tracing::error!(%error, "the first program cannot be loaded");
                Outcome::Stop
            }
        }
    }
}
