//! A program that is run for the host: it is the first program, the host's streams are its standard
//! handles, and the machine stops when it ends.
//!
//! The streams are queues. A program that reads from an empty one, or writes to a full one, waits in
//! front of its INT 21h, which costs nothing, until whoever runs the machine has seen to them.
//!
//! Streams may be terminals. What goes to such a one is also kept, as far as a screen would show it: if the
//! program comes to draw on the screen, it finds there what was printed before, and its standard handles
//! lead to screen and keyboard from then on.

use std::collections::VecDeque;

use super::drive::DosName;
use super::error::DosError;
use super::exe::Image;
use super::files::Target;
use super::function::exec::read_program_at;
use super::memory_map::SDA;
use super::program::Start;
use super::rom::Entry;
use super::{Dos, Outcome, device, environment, psp, sda, sft, shell};
use crate::types::{SegOff, hi8, lo8};

/// Bytes of output that wait at most before the program does.
const FULL: usize = 1 << 16;
/// Open mode for reading and writing.
const MODE_READ_WRITE: u16 = 2;
const SHELL: &[u8] = b"Z:\\COMMAND.COM";
/// What makes the shell run one command and end.
const ONE_COMMAND: &[u8] = b" /C ";
/// What every program finds in its environment, unless the host sets it.
const VARIABLES: [&[u8]; 3] = [b"COMSPEC=Z:\\COMMAND.COM", b"PATH=Z:\\", b"PROMPT=$P$G"];
const PATH: &[u8] = b"PATH=";
/// Bytes that a screen shows at most, line ends included.
const HIDDEN_BYTES: usize = 25 * 82;
/// Bytes of a command tail at most. Source: RBIL, INT 21h/AH=26h, "Format of Program Segment Prefix".
const TAIL_BYTES: usize = 126;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub struct Job {
    program: Vec<u8>,
    arguments: Vec<u8>,
    variables: Vec<u8>,
    input: VecDeque<u8>,
    input_ended: bool,
    output: [Vec<u8>; 2],
    waits_for_input: bool,
    /// Which streams are terminals: input, output, errors.
    terminals: [bool; 3],
    /// What went to terminals last and is on no screen.
    hidden: VecDeque<u8>,
    shown: bool,
    /// Entries of the system file table: input, output, errors.
    entries: [Option<u8>; 3],
    end: Option<Result<u8, DosError>>,
}

impl Job {
    /// The program called `program`, as DOS names it, with or without `.COM` or `.EXE`; else a command of
    /// the shell. `variables` are strings `NAME=value`.
    #[must_use]
    pub fn new(program: Vec<u8>, arguments: Vec<u8>, variables: &[Vec<u8>]) -> Job {
        let variables = variables.iter().flat_map(|variable| variable.iter().copied().chain([0])).collect();
        Job { program, arguments, variables, ..Job::default() }
    }

    /// Says which of standard input, output and errors are terminals.
    #[must_use]
    pub fn on_terminals(self, terminals: [bool; 3]) -> Job {
        Job { terminals, ..self }
    }

    /// True if the guest's screen and keyboard are to take the place of the terminals.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// True if the screen could take the place of a terminal and has not.
    #[must_use]
    pub fn has_hidden_screen(&self) -> bool {
        self.terminals[1] && !self.shown
    }

    /// What has gone to terminals and is not on the screen, as far as the screen would show it.
    pub fn take_hidden(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.hidden).into()
    }

    /// How it ended: its exit code, or why it could not be started.
    #[must_use]
    pub fn end(&self) -> Option<Result<u8, DosError>> {
        self.end
    }

    /// True if the program waits for bytes of [`Job::give_input`].
    #[must_use]
    pub fn waits_for_input(&self) -> bool {
        self.waits_for_input
    }

    /// Bytes for standard input; none is its end.
    pub fn give_input(&mut self, bytes: &[u8]) {
        self.waits_for_input = false;
        self.input_ended |= bytes.is_empty();
        self.input.extend(bytes);
    }

    /// What was written to standard output (0) and standard error (1).
    pub fn take_output(&mut self) -> [Vec<u8>; 2] {
        std::mem::take(&mut self.output)
    }

    /// As before its start.
    pub(super) fn restart(&mut self) {
        let (program, arguments) = (self.program.clone(), self.arguments.clone());
        let (variables, terminals) = (self.variables.clone(), self.terminals);
        *self = Job { program, arguments, variables, terminals, ..Job::default() };
    }

    /// Which stream entry `index` of the system file table is.
    fn stream(&self, index: u8) -> Option<usize> {
        self.entries.iter().position(|&entry| entry == Some(index))
    }

    /// True if the terminal itself shows what is typed.
    pub(super) fn is_echoed(&self) -> bool {
        self.terminals[0] && !self.shown
    }

    /// Keeps the end of what goes to a terminal.
    fn hide(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(HIDDEN_BYTES)..];
        let excess = (self.hidden.len() + new.len()).saturating_sub(HIDDEN_BYTES);
        self.hidden.drain(..excess.min(self.hidden.len()));
        self.hidden.extend(new);
    }

    /// The environment: the host's variables, and what else every program finds there.
    fn environment(&self) -> Vec<u8> {
        let name = |variable: &[u8]| variable.split(|&byte| byte == b'=').next().unwrap_or_default().to_vec();
        let set = |usual: &[u8]| self.variables.split(|&byte| byte == 0).any(|own| name(own) == name(usual));
        let usual = VARIABLES.into_iter().filter(|usual| !set(usual)).flat_map(|usual| [usual, &[0]].concat());
        usual.chain(self.variables.iter().copied()).collect()
    }

    /// The directories of PATH.
    fn path(&self) -> Vec<Vec<u8>> {
        let environment = self.environment();
        let path = environment.split(|&byte| byte == 0).find_map(|variable| variable.strip_prefix(PATH));
        let folders = path.unwrap_or_default().split(|&byte| byte == b';').filter(|folder| !folder.is_empty());
        folders.map(with_slash).collect()
    }
}

/// A directory as the beginning of a name.
fn with_slash(folder: &[u8]) -> Vec<u8> {
    let end: &[u8] = if folder.ends_with(b"\\") { b"" } else { b"\\" };
    [folder, end].concat()
}

/// How much of a stream there is for a reader.
pub(super) enum Streamed {
    /// These bytes; none at the end.
    Bytes(Vec<u8>),
    /// It is no stream.
    No,
}

/// A program file and what it is started with.
struct Command {
    /// Its full name.
    name: Vec<u8>,
    file: Vec<u8>,
    tail: Vec<u8>,
}

impl Dos<'_> {
    /// Starts the job's program instead of the shell.
    pub(super) fn start_job(&mut self) -> Outcome {
        match self.load_job() {
            Ok(outcome) => outcome,
            Err(error) => self.finish_job(Err(error)),
        }
    }

    /// Notes the end of the job, if there is one. The first program has ended.
    pub(super) fn finish_job(&mut self, end: Result<u8, DosError>) -> Outcome {
        if let Some(job) = &mut self.state.job {
            job.end = Some(end);
        }
        Outcome::Stop
    }

    /// The exit code of the program that ended last.
    pub(super) fn last_exit_code(&self) -> u8 {
        lo8(sda::RETURN_CODE.get(&self.mem, SDA).into())
    }

    fn load_job(&mut self) -> Result<Outcome, DosError> {
        let Some(job) = &self.state.job else { return Err(DosError::FileNotFound) };
        let (program, arguments) = (job.program.clone(), job.arguments.clone());
        let (variables, path) = (job.environment(), job.path());
        let Command { name, file, tail } = self.find_job(&program, &arguments, &path)?;
        if tail.len() > TAIL_BYTES {
            return Err(DosError::InvalidFormat);
        }
        let environment = self.new_environment(&environment::block(&variables, &name))?;
        let stem = name.rsplit(|&byte| byte == b'\\').next().and_then(|last| last.split(|&byte| byte == b'.').next());
        let start = Start { name: stem.unwrap_or_default(), tail: &tail, environment, back: Entry::Int22.jump() };
        let loaded = self.load(&Image::parse(&file)?, &start)?;
        psp::PARENT.set(&mut self.mem, psp::base(loaded.psp), loaded.psp);
        self.open_job_handles(loaded.psp)?;
        Ok(self.start(loaded))
    }

    /// The full name of the program file, what is in it, and its command tail. `path` is where it is looked
    /// for behind the current directory, unless its name says where it is.
    fn find_job(&self, program: &[u8], arguments: &[u8], path: &[Vec<u8>]) -> Result<Command, DosError> {
        let last = program.rsplit(|byte| matches!(byte, b'\\' | b':')).next().unwrap_or_default();
        let endings: &[&[u8]] = if last.contains(&b'.') { &[b""] } else { &[b".COM", b".EXE", b".BAT"] };
        let folders = if last.len() == program.len() { path } else { &[] };
        for folder in [&[][..]].into_iter().chain(folders.iter().map(Vec::as_slice)) {
            for ending in endings {
                let name = [folder, program, *ending].concat();
                let Some((full, file)) = self.program_file(&name) else { continue };
                if full.ends_with(b".BAT") {
                    return self.shell_command(&[&full, arguments].concat());
                }
                return Ok(Command { name: full, file, tail: arguments.to_vec() });
            }
        }
        if !shell::has_command(program) {
            return Err(DosError::FileNotFound);
        }
        self.shell_command(&[program, arguments].concat())
    }

    /// The shell, told to run one command and end.
    fn shell_command(&self, command: &[u8]) -> Result<Command, DosError> {
        let (name, file) = self.program_file(SHELL).ok_or(DosError::FileNotFound)?;
        Ok(Command { name, file, tail: [ONE_COMMAND, command].concat() })
    }

    fn program_file(&self, name: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let place = self.place(name).ok()?;
        let file = read_program_at(self, &place).ok()?;
        Some((super::path::text_of(place.drive, &place.path), file))
    }

    /// The streams are handles 0 to 2; 3 and 4 are AUX and PRN as always.
    fn open_job_handles(&mut self, psp: u16) -> Result<(), DosError> {
        let entries = [
            self.open_stream(*b"STDIN      ")?,
            self.open_stream(*b"STDOUT     ")?,
            self.open_stream(*b"STDERR     ")?,
        ];
        let (aux, prn) = (self.open_device(device::AUX, 2)?, self.open_device(device::PRN, 1)?);
        for (handle, index) in (0..).zip(entries.into_iter().chain([aux, prn])) {
            psp::set_file_of(&mut self.mem, psp, handle, Some(index));
        }
        if let Some(job) = &mut self.state.job {
            job.entries = entries.map(Some);
        }
        Ok(())
    }

    /// An entry that looks like a file's. Two handles lead to it, so that it stays when the program closes
    /// its own.
    fn open_stream(&mut self, name: [u8; 11]) -> Result<u8, DosError> {
        let index = sft::free_entry(&self.mem).ok_or(DosError::TooManyOpenFiles)?;
        let at = sft::entry(&self.mem, index).ok_or(DosError::TooManyOpenFiles)?;
        let mem = &mut self.mem;
        sft::REFERENCES.set(mem, at, 2);
        sft::MODE.set(mem, at, MODE_READ_WRITE);
        sft::ATTRIBUTES.set(mem, at, 0);
        sft::INFO.set(mem, at, sft::info::REMOTE | sft::info::CLEAN);
        sft::DEVICE.set(mem, at, SegOff::default());
        sft::SIZE.set(mem, at, 0);
        sft::POSITION.set(mem, at, 0);
        sft::set_name(mem, at, DosName(name));
        Ok(index)
    }

    /// True if the call at hand has to wait for the host's streams. It is made again later.
    pub(super) fn waits_for_streams(&mut self) -> bool {
        let Some(job) = &self.state.job else { return false };
        let (function, al) = (hi8(self.regs.gpr[0]), self.regs.al());
        let full = job.output.iter().any(|bytes| bytes.len() >= FULL);
        let empty = job.input.is_empty() && !job.input_ended;
        let (reads, writes) = match function {
            0x3F => (Some(self.regs.bx()), None),
            0x40 => (None, Some(self.regs.bx())),
            0x01 => (Some(0), Some(1)),
            0x07 | 0x08 | 0x0A => (Some(0), None),
            0x0C if matches!(al, 0x01 | 0x07 | 0x08 | 0x0A) => (Some(0), None),
            0x02 | 0x06 | 0x09 => (None, Some(1)),
            _ => (None, None),
        };
        let is = |handle: Option<u16>, streams: &[usize]| {
            let target = handle.and_then(|handle| self.target(handle).ok());
            target.and_then(|target| job.stream(target.index)).is_some_and(|stream| streams.contains(&stream))
        };
        let starves = empty && is(reads, &[0]);
        let waits = starves || full && is(writes, &[1, 2]);
        if let Some(job) = &mut self.state.job {
            job.waits_for_input = starves;
        }
        waits
    }

    /// The stream that a program reads has nothing now: true if more may come, and the host is told.
    pub(super) fn stream_has_more(&mut self) -> bool {
        let Some(job) = &mut self.state.job else { return false };
        job.waits_for_input = !job.input_ended;
        job.waits_for_input
    }

    /// Up to `count` bytes of `target`, if it is a stream.
    pub(super) fn read_stream(&mut self, target: Target, count: usize) -> Streamed {
        let Some(job) = &mut self.state.job else { return Streamed::No };
        match job.stream(target.index) {
            None => Streamed::No,
            Some(0) => {
                let count = count.min(job.input.len());
                Streamed::Bytes(job.input.drain(..count).collect())
            }
            Some(_) => Streamed::Bytes(Vec::new()),
        }
    }

    /// Takes bytes for `target`; false if it is no stream.
    pub(super) fn write_stream(&mut self, target: Target, bytes: &[u8]) -> bool {
        let Some(job) = &mut self.state.job else { return false };
        let Some(stream) = job.stream(target.index) else { return false };
        if let Some(output) = stream.checked_sub(1).and_then(|output| job.output.get_mut(output)) {
            output.extend(bytes);
        }
        if job.terminals[stream] {
            job.hide(bytes);
        }
        true
    }

    /// Lets the standard handles that are terminals lead to the console.
    pub fn show_job(&mut self) {
        let Some(job) = self.state.job.as_mut().filter(|job| !job.shown) else { return };
        job.shown = true;
        job.waits_for_input = false;
        let terminals = job.terminals;
        let of_terminals = job.entries.iter_mut().zip(terminals).filter(|(_, terminal)| *terminal);
        let entries: Vec<u8> = of_terminals.filter_map(|(entry, _)| entry.take()).collect();
        let Ok(console) = self.open_device(device::CON, 2) else { return };
        for entry in entries {
            sft::copy_file(&mut self.mem, console, entry);
        }
        if let Some(at) = sft::entry(&self.mem, console) {
            sft::REFERENCES.set(&mut self.mem, at, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(variables: &[&[u8]]) -> Job {
        let variables: Vec<Vec<u8>> = variables.iter().map(|variable| variable.to_vec()).collect();
        Job::new(b"X".to_vec(), Vec::new(), &variables)
    }

    #[test]
    fn the_hosts_variables_take_the_place_of_the_usual_ones() {
        let environment = job(&[b"PATH=D:\\BIN;C:\\", b"A=1"]);
        assert_eq!(environment.environment(), b"COMSPEC=Z:\\COMMAND.COM\0PROMPT=$P$G\0PATH=D:\\BIN;C:\\\0A=1\0");
        assert_eq!(environment.path(), [b"D:\\BIN\\".to_vec(), b"C:\\".to_vec()]);
        assert_eq!(job(&[]).path(), [b"Z:\\".to_vec()]);
    }

    #[test]
    fn only_so_much_is_kept_of_what_went_to_a_terminal_as_a_screen_shows() {
        let mut job = job(&[]).on_terminals([false, true, false]);
        job.hide(b"begin");
        job.hide(&[b'x'; HIDDEN_BYTES - 1]);
        let hidden = job.take_hidden();
        assert_eq!((hidden.len(), hidden[0]), (HIDDEN_BYTES, b'n'));
        job.hide(&[b'y'; 2 * HIDDEN_BYTES]);
        assert_eq!(job.take_hidden(), [b'y'; HIDDEN_BYTES]);
        assert!(job.take_hidden().is_empty());
    }
}
