//! A machine whose DOS starts a program made by a test.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dosmux::bios::rom::Rom;
use dosmux::clock::VirtTime;
use dosmux::disk::Drives;
use dosmux::dos::drive::{BuiltinDrive, Drive, HostDrive, Zone};
use dosmux::dos::{self, DosState};
use dosmux::keys::{Key, KeyEvent, Typing, chord_events, strokes_for_char};
use dosmux::monitor::vm::{Pause, Vm, VmConfig};
use dosmux::pointer::{Button, Buttons, CellPlace, MouseSupport};
use dosmux::screen::CodePage;
use dosmux::types::PhysAddr;
use iced_x86::code_asm::{CodeAssembler, ax, byte_ptr, dx};

pub(super) use crate::run::com;

/// Guest time in which a program does what it has to do.
const PATIENCE: Duration = Duration::from_secs(2);

/// See the module's text.
pub(super) struct Machine {
    pub(super) vm: Vm,
}

/// Writes `bytes` to DS:`at`.
pub(super) fn store(a: &mut CodeAssembler, at: u32, bytes: &[u8]) {
    for (at, &byte) in (at..).zip(bytes) {
        a.mov(byte_ptr(at), u32::from(byte)).unwrap();
    }
}

/// INT 21h with AX = `function`.
pub(super) fn dos(a: &mut CodeAssembler, function: u32) {
    a.mov(ax, function).unwrap();
    a.int(0x21).unwrap();
}

/// Points interrupt `vector` to what `handler` assembles, which is jumped over.
pub(super) fn hook(a: &mut CodeAssembler, vector: u32, handler: impl FnOnce(&mut CodeAssembler)) {
    let mut behind = a.create_label();
    // The call leaves the handler's offset on the stack.
    a.call(behind).unwrap();
    handler(a);
    a.set_label(&mut behind).unwrap();
    a.pop(dx).unwrap();
    dos(a, 0x2500 | vector);
}

/// The program has done its work: it stays here.
pub(super) fn rest(a: &mut CodeAssembler) {
    let mut here = a.create_label();
    a.set_label(&mut here).unwrap();
    a.jmp(here).unwrap();
}

/// Drive C: on `folder`, and Z:.
fn drives(folder: &Path) -> Vec<Option<Arc<Drive>>> {
    let drive = HostDrive::open(folder, CodePage::US, Zone::universal(), false).unwrap();
    let mut drives = builtin_drives();
    drives[2] = Some(Arc::new(Drive::Host(drive)));
    drives
}

/// Drive Z: alone.
fn builtin_drives() -> Vec<Option<Arc<Drive>>> {
    let mut drives: Vec<Option<Arc<Drive>>> = (0..26).map(|_| None).collect();
    drives[25] = Some(Arc::new(Drive::Builtin(BuiltinDrive::new(dos::app::files()))));
    drives
}

impl Machine {
    /// Starts the .COM file that `write` assembles, and lets it run until it waits.
    pub(super) fn start(write: impl FnOnce(&mut CodeAssembler)) -> Machine {
        Machine::with_drives(Vec::new(), write)
    }

    /// As [`Machine::start`], with drive C: on a host directory.
    pub(super) fn on(folder: &Path, write: impl FnOnce(&mut CodeAssembler)) -> Machine {
        Machine::with_drives(drives(folder), write)
    }

    /// The shell, with drive C: on a host directory.
    pub(super) fn shell(folder: &Path) -> Machine {
        Machine::boot(DosState::with_shell(drives(folder), CodePage::US))
    }

    /// The shell, with `drive` under this number, 0 is A:.
    pub(super) fn shell_with_drive(number: usize, drive: Arc<Drive>) -> Machine {
        let mut drives = builtin_drives();
        drives[number] = Some(drive);
        Machine::boot(DosState::with_shell(drives, CodePage::US))
    }

    fn with_drives(drives: Vec<Option<Arc<Drive>>>, write: impl FnOnce(&mut CodeAssembler)) -> Machine {
        Machine::boot(DosState::new(com(write), drives, CodePage::US))
    }

    /// As [`Machine::on`], with the functions of long names.
    pub(super) fn with_long_names(folder: &Path, write: impl FnOnce(&mut CodeAssembler)) -> Machine {
        Machine::boot(DosState::new(com(write), drives(folder), CodePage::US).with_long_names(true))
    }

    /// As [`Machine::shell`], with a kernel that is made to differ.
    pub(super) fn shell_with(folder: &Path, change: impl FnOnce(DosState) -> DosState) -> Machine {
        Machine::boot(change(DosState::with_shell(drives(folder), CodePage::US)))
    }

    /// As [`Machine::shell`], with a mouse and its driver.
    pub(super) fn shell_with_mouse(folder: &Path) -> Machine {
        Machine::boot_with(DosState::with_shell(drives(folder), CodePage::US), MouseSupport::Driver)
    }

    /// A program of which nothing is expected, with long names and drive C: on a host directory. It has not
    /// run yet.
    pub(super) fn wild(folder: &Path, program: Vec<u8>, read_only: bool) -> Machine {
        let drive = HostDrive::open(folder, CodePage::US, Zone::universal(), read_only).unwrap();
        let mut drives = builtin_drives();
        drives[2] = Some(Arc::new(Drive::Host(drive)));
        let dos = DosState::new(program, drives, CodePage::US).with_long_names(true);
        Machine::made(dos, MouseSupport::None)
    }

    fn boot(dos: DosState) -> Machine {
        Machine::boot_with(dos, MouseSupport::None)
    }

    fn boot_with(dos: DosState, mouse: MouseSupport) -> Machine {
        let mut machine = Machine::made(dos, mouse);
        machine.settle();
        machine
    }

    fn made(dos: DosState, mouse: MouseSupport) -> Machine {
        let config = VmConfig {
            memory_bytes: 2 << 20,
            rtc_start: 0,
            boot_from_disk: false,
            dos: Some(dos),
            typing: Typing::default(),
            mouse,
            fpu: true,
            ps_per_instruction: 40_000,
        };
        let vm = Vm::new(config, &Rom::with_stubs(&[dos::rom::image()]), Drives::default());
        Machine { vm }
    }

    /// Runs for `span` of guest time; false if the machine has stopped.
    pub(super) fn runs_on(&mut self, span: Duration) -> bool {
        let end: VirtTime = self.vm.now() + span;
        while self.vm.now() < end {
            match self.vm.run(end, u64::MAX) {
                Pause::Idle(next) => self.vm.skip_to(next.unwrap_or(end).min(end)),
                Pause::Stopped(_) => return false,
                Pause::TimeReached | Pause::BudgetUsed => {}
            }
        }
        true
    }

    /// Strikes a chord that the guest may never look at.
    pub(super) fn strikes_if_there_is_room(&mut self, keys: &[Key]) {
        for event in chord_events(keys) {
            self.vm.press(event);
        }
    }

    /// Runs until the program waits for a key or has had all its time.
    pub(super) fn settle(&mut self) {
        let end = self.vm.now() + PATIENCE;
        while self.vm.now() < end {
            match self.vm.run(end, u64::MAX) {
                Pause::Idle(next) => self.vm.skip_to(next.unwrap_or(end).min(end)),
                Pause::Stopped(reason) => panic!("stopped: {reason}; the screen shows\n{}", self.text()),
                Pause::TimeReached | Pause::BudgetUsed => {}
            }
        }
    }

    /// Types text on a US keyboard.
    pub(super) fn types(&mut self, text: &str) {
        for c in text.chars() {
            for event in strokes_for_char(c, CodePage::US).expect("a key types it") {
                self.press(event);
            }
        }
    }

    /// Strikes a chord and lets the program have it.
    pub(super) fn strikes(&mut self, keys: &[Key]) {
        for event in chord_events(keys) {
            self.press(event);
        }
    }

    /// Points at a cell with the left button down or up, and lets the program see it.
    pub(super) fn points(&mut self, row: u16, column: u16, down: bool) {
        let buttons = Buttons::default().with(Button::Left, down);
        assert!(self.vm.point(CellPlace { row, col: column }, buttons), "there is a mouse");
        self.run_for(Duration::from_millis(200));
    }

    /// Presses and releases the left button at a cell.
    pub(super) fn clicks(&mut self, row: u16, column: u16) {
        for down in [false, true, false] {
            self.points(row, column, down);
        }
    }

    fn press(&mut self, event: KeyEvent) {
        assert!(self.vm.press(event), "the keyboard has room");
        self.run_for(Duration::from_millis(60));
    }

    fn run_for(&mut self, span: Duration) {
        let end: VirtTime = self.vm.now() + span;
        while self.vm.now() < end {
            match self.vm.run(end, u64::MAX) {
                Pause::Idle(next) => self.vm.skip_to(next.unwrap_or(end).min(end)),
                Pause::Stopped(reason) => panic!("stopped: {reason}"),
                Pause::TimeReached | Pause::BudgetUsed => {}
            }
        }
    }

    /// `count` bytes of memory from linear address `at` on.
    pub(super) fn read(&self, at: u32, count: u32) -> Vec<u8> {
        (at..at + count).map(|at| self.vm.memory().read_u8(PhysAddr(at))).collect()
    }

    /// What the screen shows: rows without the blanks at their ends, up to the last that has anything.
    pub(super) fn text(&self) -> String {
        let text = self.vm.screen().text();
        let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
        rows.join("\n").trim_end().to_owned()
    }
}
