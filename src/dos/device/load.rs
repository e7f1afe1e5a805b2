//! Drivers that a session's settings name, loaded before the first program, as DEVICE lines of a
//! CONFIG.SYS do: the image is read, each of its headers is asked to initialise itself, and those that
//! do join the chain. What a driver keeps of its memory it says itself.
//!
//! While they initialise themselves drivers may call DOS, so a process is there for them, with standard
//! handles and a stack. It goes when all are loaded.
//!
//! Gap: only character devices; drives are the host's directories.
//!
//! Source: Microsoft, MS-DOS Programmer's Reference, "Device Drivers", "Init".

use std::collections::VecDeque;

use super::super::error::DosError;
use super::super::exe::Image;
use super::super::field::Far;
use super::super::function::exec::read_program_at;
use super::super::mcb::{self, Strategy};
use super::super::memory_map::{LIST_OF_LISTS, NUL_HEADER, SDA};
use super::super::rom::Entry;
use super::super::sft::info;
use super::super::{Dos, Outcome, psp, sda};
use super::request::{self, command};
use super::{ATTRIBUTES, CHARACTER, CLOCK_POINTER, CONSOLE_POINTER, NEXT};
use crate::types::SegOff;

const INT_CHARACTER: u8 = 0x29;
/// The drivers' process: a prefix, the driver's command line in it, a request, and a stack below that.
const PROCESS_PARAGRAPHS: u16 = 0x60;
const LINE: u16 = 0x80;
const MOST_LINE_BYTES: usize = 125;
const REQUEST: u16 = PROCESS_PARAGRAPHS * 16 - 0x20;
/// Of a request to initialise: first byte behind what the driver may use, and keeps; its command line.
const END: Far = Far(0x0E);
const COMMAND_LINE: Far = Far(0x12);
/// What memory control blocks of drivers are called.
const BLOCK_NAME: &[u8] = b"SD";
/// Headers of one file at most; a longer chain is a loop.
const MOST_HEADERS: u8 = 16;
const NO_MORE: u16 = 0xFFFF;

/// Drivers on their way into memory.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Loading {
    /// Those still to come: names with what follows them.
    lines: VecDeque<Vec<u8>>,
    /// The drivers' process.
    psp: u16,
    driver: Option<Driver>,
    /// What is being said to the user.
    text: VecDeque<u8>,
}

/// The driver that is being loaded.
#[derive(Clone, Debug)]
struct Driver {
    name: Vec<u8>,
    /// Its memory, and the segment behind that.
    block: u16,
    end: u16,
    /// Paragraphs that it keeps.
    kept: u16,
    /// Its header that is asked, and what that said of the next one.
    header: SegOff,
    next: u16,
    headers: u8,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Strategy,
    Interrupt,
}

impl Dos<'_> {
    /// Loads the drivers that the settings name; then the first program starts.
    pub(in crate::dos) fn load_drivers(&mut self) -> Outcome {
        if self.state.drivers.is_empty() {
            return self.start_first_program();
        }
        match self.drivers_process() {
            Ok(psp) => {
                let lines = self.state.drivers.clone().into();
                let loading = Loading { lines, psp, driver: None, text: VecDeque::new() };
                self.load_on(loading)
            }
            Err(error) => {
                tracing::error!(%error, "no memory for drivers");
                self.start_first_program()
            }
        }
    }

    fn drivers_process(&mut self) -> Result<u16, DosError> {
        let (chain, version) = (self.state.memory.chain, self.state.version);
        let allocated = chain.allocate(&mut self.mem, PROCESS_PARAGRAPHS, mcb::DOS, Strategy::Last);
        let psp = allocated.map_err(|(error, _)| error)?;
        psp::create(&mut self.mem, psp, psp + PROCESS_PARAGRAPHS, version);
        self.make_current(psp);
        self.open_standard_handles(psp)?;
        Ok(psp)
    }

    /// A driver's entry has returned, or a character has been shown.
    pub(in crate::dos) fn drivers_go_on(&mut self) -> Outcome {
        match self.state.loading.take() {
            Some(loading) => self.load_on(loading),
            // A guest that jumps here by itself goes on where its stack says.
            None => Outcome::FarReturn,
        }
    }

    fn load_on(&mut self, mut loading: Loading) -> Outcome {
        loop {
            if let Some(byte) = loading.text.pop_front() {
                self.regs.set_ax(u16::from(byte));
                self.drivers_stack(&loading);
                self.state.loading = Some(loading);
                return Outcome::Interrupt(INT_CHARACTER, Entry::DriverLoading);
            }
            match loading.driver.take() {
                Some(driver) => {
                    if let Some(entry) = self.ask_driver(&mut loading, driver) {
                        self.drivers_stack(&loading);
                        self.state.loading = Some(loading);
                        return Outcome::FarCall(entry, Entry::DriverLoading);
                    }
                }
                None => match loading.lines.pop_front() {
                    Some(line) => self.load_driver(&mut loading, &line),
                    None => return self.drivers_loaded(&loading),
                },
            }
        }
    }

    fn drivers_stack(&mut self, loading: &Loading) {
        self.regs.set_ss(loading.psp);
        self.regs.set_sp(REQUEST);
        self.regs.set_ds(loading.psp);
    }

    fn drivers_loaded(&mut self, loading: &Loading) -> Outcome {
        self.close_all(loading.psp);
        let chain = self.state.memory.chain;
        if let Err(error) = chain.free(&mut self.mem, loading.psp) {
            tracing::error!(%error, "a driver has destroyed the memory control blocks");
        }
        sda::CURRENT_PSP.set(&mut self.mem, SDA, mcb::DOS);
        self.start_first_program()
    }

    /// Reads the file that `line` names, and finds its first header.
    fn load_driver(&mut self, loading: &mut Loading, line: &[u8]) {
        let line = line.trim_ascii();
        let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'/')).unwrap_or(line.len());
        let name = line[..end].to_vec();
        match self.read_driver(&name) {
            Ok((block, end)) => {
                let text = [&line[..line.len().min(MOST_LINE_BYTES)], b"\r\n"].concat();
                self.mem.write_bytes(SegOff::new(loading.psp, LINE), &text);
                let (header, doing) = (SegOff::new(block, 0), Doing::Nothing);
                loading.driver = Some(Driver { name, block, end, kept: 0, header, next: 0, headers: 0, doing });
            }
            Err(error) => {
                tracing::warn!(%error, name = %String::from_utf8_lossy(&name), "driver not loaded");
                loading.text = [b"Bad or missing ", name.as_slice(), b"\r\n"].concat().into();
            }
        }
    }

    /// The memory that the driver's image is in, all there is for now, and the segment behind it.
    fn read_driver(&mut self, name: &[u8]) -> Result<(u16, u16), DosError> {
        let file = read_program_at(self, &self.place(name)?)?;
        let image = Image::parse(&file)?;
        let code = match &image {
            Image::Com(code) => code,
            Image::Exe(exe) => exe.code,
        };
        let needed = u16::try_from(code.len().div_ceil(16)).map_err(|_| DosError::NotEnoughMemory)?;
        let chain = self.state.memory.chain;
        let room = match chain.allocate(&mut self.mem, NO_MORE, mcb::DOS, Strategy::First) {
            Err((DosError::NotEnoughMemory, room)) if room > needed => room,
            Err((error, _)) => return Err(error),
            Ok(_) => return Err(DosError::MemoryDestroyed),
        };
        let block = chain.allocate(&mut self.mem, room, mcb::DOS, Strategy::First).map_err(|(error, _)| error)?;
        chain.assign(&mut self.mem, block, mcb::DOS, Some(BLOCK_NAME))?;
        match &image {
            Image::Com(code) => self.write_image(block, code),
            Image::Exe(exe) => self.write_image(block, &exe.relocated(block)),
        }
        Ok((block, block + room))
    }

    /// The next entry of the driver to be called, which `loading` then has; nothing if it is done.
    fn ask_driver(&mut self, loading: &mut Loading, mut driver: Driver) -> Option<SegOff> {
        let header = driver.header;
        match driver.doing {
            Doing::Nothing => {
                driver.next = NEXT.get(&self.mem, header).off;
                driver.headers += 1;
                if ATTRIBUTES.get(&self.mem, header) & CHARACTER == 0 {
                    loading.text = [driver.name.as_slice(), b": drives need no drivers here\r\n"].concat().into();
                    self.next_header(loading, driver);
                    return None;
                }
                self.write_init(loading, &driver);
                driver.doing = Doing::Strategy;
                loading.driver = Some(driver);
                self.regs.set_es(loading.psp);
                self.regs.set_bx(REQUEST);
                Some(super::strategy(&self.mem, header))
            }
            Doing::Strategy => {
                driver.doing = Doing::Interrupt;
                loading.driver = Some(driver);
                Some(super::interrupt(&self.mem, header))
            }
            Doing::Interrupt => {
                self.join_chain(loading, &mut driver);
                self.next_header(loading, driver);
                None
            }
        }
    }

    fn write_init(&mut self, loading: &Loading, driver: &Driver) {
        let at = SegOff::new(loading.psp, REQUEST);
        let init = super::super::engine::Request::simple(driver.header, command::INIT);
        request::write(&mut self.mem, at, &init);
        END.set(&mut self.mem, at, SegOff::new(driver.end, 0));
        COMMAND_LINE.set(&mut self.mem, at, SegOff::new(loading.psp, LINE));
    }

    /// A header that has initialised itself joins the chain behind NUL's; one that keeps nothing does not.
    fn join_chain(&mut self, loading: &Loading, driver: &mut Driver) {
        let at = SegOff::new(loading.psp, REQUEST);
        let end = END.get(&self.mem, at).linear().0;
        let start = u32::from(driver.block) * 16;
        let failed = request::STATUS.get(&self.mem, at) & request::ERROR != 0;
        if failed || end <= start {
            return;
        }
        let kept = u16::try_from((end - start).div_ceil(16)).unwrap_or(u16::MAX);
        driver.kept = driver.kept.max(kept.min(driver.end - driver.block));
        let first = NEXT.get(&self.mem, NUL_HEADER);
        NEXT.set(&mut self.mem, driver.header, first);
        NEXT.set(&mut self.mem, NUL_HEADER, driver.header);
        let attributes = ATTRIBUTES.get(&self.mem, driver.header);
        if attributes & (info::STDIN | info::STDOUT) != 0 {
            CONSOLE_POINTER.set(&mut self.mem, LIST_OF_LISTS, driver.header);
        }
        if attributes & info::CLOCK != 0 {
            CLOCK_POINTER.set(&mut self.mem, LIST_OF_LISTS, driver.header);
        }
    }

    /// Goes on with the file's next header; behind the last one its memory becomes what is kept.
    fn next_header(&mut self, loading: &mut Loading, mut driver: Driver) {
        if driver.next != NO_MORE && driver.headers < MOST_HEADERS {
            driver.header = SegOff::new(driver.block, driver.next);
            driver.doing = Doing::Nothing;
            loading.driver = Some(driver);
            return;
        }
        let chain = self.state.memory.chain;
        let result = match driver.kept {
            0 => chain.free(&mut self.mem, driver.block),
            kept => chain.resize(&mut self.mem, driver.block, kept).map_err(|(error, _)| error),
        };
        if let Err(error) = result {
            tracing::error!(%error, "a driver has destroyed the memory control blocks");
        }
    }
}
