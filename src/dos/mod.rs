//! The built-in DOS: a kernel in Rust behind ROM stubs, whose structures lie in guest memory as those
//! of any DOS do, because programs look at them.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`rom`] | the entry stubs in the BIOS ROM and the jumps to them in RAM |
//! | `memory_map`, `field` | where the structures lie, and their fields |
//! | `memory` | who gets which memory, conventional and upper |
//! | `multiplex` | INT 2Fh |
//! | `lists`, `sda`, `sft`, `cds`, `psp`, `mcb` | the structures, one file each |
//! | `boot` | builds them and starts the shell |
//! | `frame` | the caller's registers, on its stack |
//! | `engine` | calls that wait for the guest: keys, output, handlers of the program's own |
//! | `console` | the keyboard, INT 29h and escape sequences |
//! | `device` | device drivers: the chain and the built-in ones |
//! | `critical` | INT 24h of programs without a handler of their own |
//! | `function` | INT 21h, a file per group of functions |
//! | `program` | loading .COM and .EXE files, starting and ending processes |
//!
//! A call enters through a stub whose ARPL traps to the monitor. The kernel saves the caller's
//! registers on the caller's stack, switches to one of DOS's own stacks, and runs the function. One
//! that needs the guest (INT 16h for a key, INT 29h for a character on the screen, INT 24h for a word
//! of the user) leaves a task behind, lets the guest run that handler, and goes on when it returns
//! to the resume stub. All state is in guest memory and in [`DosState`], which is a plain value.

pub mod app;
mod boot;
mod cds;
mod console;
mod critical;
pub mod demo;
mod device;
pub mod drive;
mod editing_keys;
mod engine;
mod entries;
mod environment;
mod error;
mod exe;
mod fcb;
mod field;
mod files;
mod frame;
mod function;
pub mod host_command;
pub mod job;
mod line_editor;
mod lists;
mod mcb;
mod memory;
mod memory_map;
mod multiplex;
mod path;
mod process;
mod program;
mod psp;
pub mod rom;
mod sda;
mod sft;
mod shell;
mod tools;

pub use entries::enter;
pub use error::DosError;
pub use path::from_root as path_from_root;

use std::sync::Arc;

use crate::clock::VirtTime;
use crate::cpu::regs::Regs;
use crate::devices::Board;
use crate::mem::GuestMemory;
use crate::screen::CodePage;
use crate::types::SegOff;

/// What a kernel entry wants the monitor to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Return from the interrupt: its frame is at SS:SP.
    Return,
    /// Nothing is done yet: the guest waits in front of the interrupt, and makes the call again.
    Wait,
    /// As `Return`; the guest offers the rest of its time slice.
    Yield,
    /// Let the guest's handler of this interrupt run; it returns to the stub of this entry.
    Interrupt(u8, rom::Entry),
    /// Let the guest's routine there run; it returns to the stub of this entry by RETF.
    FarCall(SegOff, rom::Entry),
    /// Return from a far call: its frame is at SS:SP.
    FarReturn,
    /// Return from the interrupt but for its FLAGS, which stay on the stack.
    LeaveFlags,
    /// Go on behind the trap.
    Next,
    /// Nothing can be started; the machine stops.
    Stop,
}

/// State of the kernel that has no place in guest memory.
#[derive(Clone, Debug)]
pub struct DosState {
    /// Calls that wait for the guest, innermost last; the number of the last one.
    pending: Vec<engine::Pending>,
    calls: u16,
    /// Requests that built-in devices work on.
    driver_runs: Vec<device::builtin::Run>,
    /// Bytes of COM1 to COM4 that have been looked at and not read.
    serial_seen: [Option<u8>; 4],
    /// Drivers that are loaded before the first program, and how far that is.
    drivers: Vec<Vec<u8>>,
    loading: Option<device::load::Loading>,
    /// Questions after critical errors.
    questions: Vec<critical::Question>,
    memory: MemoryState,
    console: console::Console,
    /// What the entries of the system file table have open.
    files: Vec<Option<drive::OpenFile>>,
    searches: function::find::Searches,
    /// Whether programs may use the functions of long names, and searches by them.
    long_names: bool,
    long_searches: function::long::LongSearches,
    /// Programs of DOS's own that run.
    apps: Vec<app::Running>,
    /// A: to Z:.
    drives: Vec<Option<Arc<drive::Drive>>>,
    /// Where the last driver request lies.
    driver_request: SegOff,
    /// What the characters of names mean.
    page: CodePage,
    /// What programs are told: AL = major, AH = minor.
    version: u16,
    /// What programs write has the time of this machine's clock, not the host's.
    own_times: bool,
    /// What runs for the host, instead of the first program.
    job: Option<job::Job>,
    /// Who runs commands of the host, if the session may have any.
    host_commands: Option<Arc<dyn host_command::HostCommands>>,
    /// The program file that is started first.
    first_program: Vec<u8>,
    /// Its command tail.
    first_tail: Vec<u8>,
    /// When it was started last, and how many times running it has ended at once.
    first_start: VirtTime,
    false_starts: u32,
}

/// Who gets which memory.
#[derive(Clone, Copy, Debug)]
struct MemoryState {
    chain: mcb::Chain,
    strategy: mcb::Strategy,
    area: Area,
}

/// Where a request looks for memory. Source: RBIL, INT 21h/AX=5801h, bits 6 and 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    /// From the lower end on.
    Low = 0x00,
    /// In upper memory alone.
    High = 0x40,
    /// In upper memory, and if there is no room, from the lower end on.
    HighFirst = 0x80,
}

impl DosState {
    /// A kernel with these drives, A: first, that will start `first_program` and says it is DOS 5.0.
    #[must_use]
    pub fn new(first_program: Vec<u8>, drives: Vec<Option<Arc<drive::Drive>>>, page: CodePage) -> DosState {
        DosState {
            pending: Vec::new(),
            calls: 0,
            driver_runs: Vec::new(),
            serial_seen: [None; 4],
            drivers: Vec::new(),
            loading: None,
            questions: Vec::new(),
            memory: MemoryState::new(mcb::Chain { first: memory_map::FIRST_MCB, upper: None }),
            console: console::Console::default(),
            files: Vec::new(),
            searches: function::find::Searches::default(),
            long_names: false,
            long_searches: function::long::LongSearches::default(),
            apps: Vec::new(),
            drives,
            driver_request: SegOff::default(),
            page,
            version: 0x0005,
            own_times: false,
            job: None,
            host_commands: None,
            first_program,
            first_tail: Vec::new(),
            first_start: VirtTime::ZERO,
            false_starts: 0,
        }
    }

    /// Lets it report another version than 5.0; `minor` counts hundredths.
    #[must_use]
    pub fn with_version(self, major: u8, minor: u8) -> DosState {
        DosState { version: u16::from_le_bytes([major, minor]), ..self }
    }

    /// Gives files that programs write the time of the machine's clock instead of the host's: the same in
    /// every run.
    #[must_use]
    pub fn with_own_times(self) -> DosState {
        DosState { own_times: true, ..self }
    }

    /// Whether the console understands escape sequences, as with ANSI.SYS. It does unless told.
    #[must_use]
    pub fn with_ansi(mut self, on: bool) -> DosState {
        self.console.set_ansi(on);
        self
    }

    /// Whether it offers the functions of long names, INT 21h/AH=71h. It does not unless told.
    #[must_use]
    pub fn with_long_names(self, on: bool) -> DosState {
        DosState { long_names: on, ..self }
    }

    /// Lets it load these drivers, each with its arguments, before the first program.
    #[must_use]
    pub fn with_drivers(self, drivers: Vec<Vec<u8>>) -> DosState {
        DosState { drivers, ..self }
    }

    /// Lets it run `job` and nothing else.
    #[must_use]
    pub fn with_job(self, job: job::Job) -> DosState {
        DosState { job: Some(job), ..self }
    }

    /// Lets its programs run commands of the host.
    #[must_use]
    pub fn with_host_commands(self, host: Arc<dyn host_command::HostCommands>) -> DosState {
        DosState { host_commands: Some(host), ..self }
    }

    /// True in the middle of a call: what the guest does is done for DOS.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.pending.is_empty()
    }

    fn has_job(&self) -> bool {
        self.job.is_some()
    }

    /// What it runs for the host.
    pub fn job(&mut self) -> Option<&mut job::Job> {
        self.job.as_mut()
    }

    /// The drives that are there: number, 0 is A:, and drive.
    pub fn drives(&self) -> impl Iterator<Item = (u8, &drive::Drive)> {
        (0..).zip(&self.drives).filter_map(|(number, drive)| Some((number, drive.as_deref()?)))
    }

    /// As [`DosState::new`], with the shell as the first program: a permanent one.
    #[must_use]
    pub fn with_shell(drives: Vec<Option<Arc<drive::Drive>>>, page: CodePage) -> DosState {
        DosState { first_tail: b" /P".to_vec(), ..DosState::new(app::shell(), drives, page) }
    }

    /// As when it was new, with `chain` for its memory.
    fn restart(&mut self, chain: mcb::Chain) {
        self.pending.clear();
        self.driver_runs.clear();
        self.questions.clear();
        self.loading = None;
        self.serial_seen = [None; 4];
        self.memory = MemoryState::new(chain);
        self.console.restart();
        self.files.clear();
        if let Some(job) = &mut self.job {
            job.restart();
        }
        self.apps.clear();
        self.false_starts = 0;
        self.searches = function::find::Searches::default();
        self.long_searches = function::long::LongSearches::default();
    }
}

impl MemoryState {
    fn new(chain: mcb::Chain) -> MemoryState {
        MemoryState { chain, strategy: mcb::Strategy::First, area: Area::Low }
    }
}

/// What one kernel entry may look at and change.
pub struct Dos<'a> {
    /// The processor's registers.
    pub regs: &'a mut Regs,
    /// The guest's memory.
    pub mem: GuestMemory<'a>,
    /// The kernel's own state.
    pub state: &'a mut DosState,
    /// The chips, for the real-time clock.
    pub board: &'a mut Board,
    /// Virtual time.
    pub now: VirtTime,
}
