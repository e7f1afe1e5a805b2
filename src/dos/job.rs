//! A program that is run for the host: it is the first program, the host's streams are its standard
//! handles, and the machine stops when it ends.
//!
//! The streams are queues. A program that reads from an empty one, or writes to a full one, waits in
//! front of its INT 21h, which costs nothing, until whoever runs the machine has seen to them.

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
/// Where programs are looked for behind the current directory: DOS's own.
const OWN_DRIVE: &[u8] = b"Z:\\";
const SHELL: &[u8] = b"Z:\\COMMAND.COM";
/// What makes the shell run one command and end.
const ONE_COMMAND: &[u8] = b" /C ";
/// What every program finds in its environment.
const VARIABLES: &[u8] = b"COMSPEC=Z:\\COMMAND.COM\0PATH=Z:\\\0PROMPT=$P$G\0";
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
    /// Entries of the system file table: input, output, errors.
    entries: Option<[u8; 3]>,
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
        *self = Job { program, arguments, variables: self.variables.clone(), ..Job::default() };
    }

    /// Which stream entry `index` of the system file table is.
    fn stream(&self, index: u8) -> Option<usize> {
        self.entries?.iter().position(|&entry| entry == index)
    }
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
        let variables = [VARIABLES, &job.variables].concat();
        let Command { name, file, mut tail } = self.find_job(&program, &arguments)?;
        tail.truncate(TAIL_BYTES);
        let environment = self.new_environment(&environment::block(&variables, &name))?;
        let stem = name.rsplit(|&byte| byte == b'\\').next().and_then(|last| last.split(|&byte| byte == b'.').next());
        let start = Start { name: stem.unwrap_or_default(), tail: &tail, environment, back: Entry::Int22.jump() };
        let loaded = self.load(&Image::parse(&file)?, &start)?;
        psp::PARENT.set(&mut self.mem, psp::base(loaded.psp), loaded.psp);
        self.open_job_handles(loaded.psp)?;
        Ok(self.start(loaded))
    }

    /// What is started for these words.
    fn find_job(&self, program: &[u8], arguments: &[u8]) -> Result<Command, DosError> {
        let last = program.rsplit(|byte| matches!(byte, b'\\' | b':')).next().unwrap_or_default();
        let endings: &[&[u8]] = if last.contains(&b'.') { &[b""] } else { &[b".COM", b".EXE"] };
        let batch = last.to_ascii_uppercase().ends_with(b".BAT");
        let own = last.len() == program.len();
        let folders: &[&[u8]] = if own { &[b"", OWN_DRIVE] } else { &[b""] };
        for (folder, ending) in folders.iter().flat_map(|folder| endings.iter().map(move |ending| (folder, ending))) {
            let name = [*folder, program, *ending].concat();
            if let Some((name, file)) = self.program_file(&name).filter(|_| !batch) {
                return Ok(Command { name, file, tail: arguments.to_vec() });
            }
        }
        let is_batch =
            || self.program_file(&if batch { program.to_vec() } else { [program, b".BAT"].concat() }).is_some();
        if !is_batch() && !shell::has_command(program) {
            return Err(DosError::FileNotFound);
        }
        let (name, file) = self.program_file(SHELL).ok_or(DosError::FileNotFound)?;
        Ok(Command { name, file, tail: [ONE_COMMAND, program, arguments].concat() })
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
            job.entries = Some(entries);
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
        true
    }
}
