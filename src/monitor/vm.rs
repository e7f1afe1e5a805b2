//! One virtual machine: CPU, memory, board, drives and the monitor's own state; and the run loop.

use std::sync::Arc;
use std::time::Duration;

use super::clock::InstructionClock;
use super::code_page::CodePageWatch;
pub use super::config::VmConfig;
use super::dispatch::Next;
use super::display::DisplayWatch;
use super::idle::{IdleDetector, PROBE_STEPS};
use super::layout::Layout;
pub use super::pause::{Pause, StopReason};
use super::pointer::Pointer;
use super::port_watch::PortWatch;
use super::programs::Programs;
use super::scrolling::ScrollLooks;
pub use super::stats::TrapStats;
use super::stats::{IdleReason, TrapKind};
use super::trace::Trace;
use crate::bios::rom::Rom;
use crate::bios::{self, BiosState};
use crate::clock::VirtTime;
use crate::cpu::{Coprocessor, Cpu, Exit, Faults};
use crate::devices::{Board, BoardConfig};
use crate::disk::{DriveId, Drives};
use crate::dos::DosState;
use crate::keys::{KeyEvent, Typing};
use crate::mem::{Memory, PAGE_BYTES, PAGE_SIZE};
use crate::pointer::MouseSupport;
use crate::screen::Screen;
use crate::services::mouse_33h::MouseDriver;
use crate::types::{PhysAddr, SegOff, lo16};

/// Expansion ROM space with nothing in it reads as ones.
const EXPANSION: (u32, u32) = (0xC0000, 0xF0000);
/// What of it is memory in a machine of the built-in DOS: its upper memory.
const UPPER_MEMORY: (u32, u32) = (0xC8000, 0xE0000);

/// Two ticks of the timer at 18.2 a second, and a bit.
const TWO_TICKS: Duration = Duration::from_millis(120);

/// One virtual machine. Owns all its state and is `Send`.
pub struct Vm {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
    pub(super) board: Board,
    pub(super) drives: Drives,
    pub(super) bios: BiosState,
    /// The mouse driver, in a machine that has one.
    pub(super) mouse_driver: Option<MouseDriver>,
    pub(super) pointer: Pointer,
    pub(super) clock: InstructionClock,
    pub(super) layout: Layout,
    pub(super) memory_bytes: u32,
    pub(super) boot_from_disk: bool,
    /// What the power-on self test found in the floppy drives.
    floppy_types: [u8; 2],
    pub(super) dos: Option<DosState>,
    /// The guest's IF, IOPL and NT; the task's own are fixed.
    pub(super) virtual_flags: u32,
    /// STI was just executed: no interrupt before the next instruction.
    pub(super) interrupt_shadow: bool,
    /// HLT was executed and no interrupt has come yet.
    pub(super) halted: bool,
    /// State of the A20 gate in the page tables.
    pub(super) a20: bool,
    /// A device may have changed since the board was last brought up to date.
    pub(super) board_touched: bool,
    pub(super) idle: IdleDetector,
    pub(super) stats: TrapStats,
    pub(super) trace: Trace,
    pub(super) programs: Programs,
    /// Why the guest waits, or waited last.
    idle_reason: IdleReason,
    pub(super) port_watch: PortWatch,
    next_event: Option<VirtTime>,
    stopped: Option<StopReason>,
    screen_changed: bool,
    display: DisplayWatch,
    pub(super) looks: ScrollLooks,
    pub(super) code_page: CodePageWatch,
    /// When the guest last looked for a key and found none.
    looked_for_key: Option<VirtTime>,
}

impl Vm {
    /// A machine that has just been switched on and has run its power-on self test.
    #[must_use]
    pub fn new(config: VmConfig, rom: &Rom, drives: Drives) -> Vm {
        let (mut mem, layout) = Layout::new(config.memory_bytes);
        let nothing = Arc::new([0xFF; PAGE_SIZE]);
        let mut map_nothing = |from: u32, to: u32| {
            let pages = (to - from) / PAGE_BYTES;
            mem.map_rom(PhysAddr(from), &vec![Arc::clone(&nothing); pages as usize]);
        };
        if config.dos.is_some() {
            map_nothing(EXPANSION.0, UPPER_MEMORY.0);
            map_nothing(UPPER_MEMORY.1, EXPANSION.1);
        } else {
            map_nothing(EXPANSION.0, EXPANSION.1);
        }
        mem.map_rom(Rom::START, &rom.pages);
        let board = Board::new(&BoardConfig {
            memory_bytes: config.memory_bytes,
            rtc_start: config.rtc_start,
            floppy_types: drives.floppy_types(),
            hard_disks: u8::try_from(drives.hard_disks.len()).unwrap_or(u8::MAX),
            coprocessor: config.fpu,
            mouse: config.mouse != MouseSupport::None,
        });
        let mut vm = Vm {
            cpu: Cpu::with_coprocessor(
                Faults::HandOut,
                if config.fpu { Coprocessor::Latched } else { Coprocessor::Absent },
            ),
            mem,
            board,
            drives,
            bios: BiosState::new(config.typing),
            mouse_driver: (config.mouse == MouseSupport::Driver).then(MouseDriver::default),
            pointer: Pointer::default(),
            clock: InstructionClock::new(config.ps_per_instruction),
            layout,
            memory_bytes: config.memory_bytes,
            boot_from_disk: config.boot_from_disk,
            floppy_types: [0; 2],
            dos: config.dos,
            virtual_flags: 0,
            interrupt_shadow: false,
            halted: false,
            a20: false,
            board_touched: true,
            idle: IdleDetector::new(),
            stats: TrapStats::default(),
            trace: Trace::new(),
            programs: Programs::default(),
            idle_reason: IdleReason::Halt,
            port_watch: PortWatch::default(),
            next_event: None,
            stopped: None,
            screen_changed: true,
            display: DisplayWatch::new(),
            looks: ScrollLooks::new(),
            code_page: CodePageWatch::default(),
            looked_for_key: None,
        };
        vm.start();
        vm
    }

    /// Restarts the machine as its reset button does; drives keep what was written.
    pub fn reset(&mut self) {
        self.scroll_picture_off();
        let now = self.now();
        self.board.reset(now);
        self.start();
    }

    /// Switches the machine off and on again: RAM is cleared, drives and the battery's memory keep what
    /// they have. Time goes on.
    pub fn power_cycle(&mut self) {
        self.mem.clear_ram();
        self.reset();
    }

    /// Enters the V86 task anew and runs the power-on self test.
    fn start(&mut self) {
        self.stopped = None;
        self.idle = IdleDetector::new();
        self.programs.reset();
        self.code_page = CodePageWatch::default();
        self.looked_for_key = None;
        self.mem.end_log();
        self.a20 = self.board.a20();
        let task = self.layout.build(&mut self.mem, self.a20);
        // The structures are our own: a fault here cannot be.
        if self.cpu.enter_v86(&mut self.mem, &task).is_err() {
            self.stopped = Some(StopReason::TripleFault(self.cs_ip()));
        }
        self.reset_flags();
        self.floppy_types = self.drives.floppy_types();
        self.board.set_floppy_types(self.floppy_types);
        self.with_bios(bios::post);
        self.install_mouse_driver();
        self.trace_reset();
        self.follow_a20();
        self.board_touched = true;
    }

    /// Runs until virtual time `until`, at most `budget` instructions, or less if the guest idles.
    ///
    /// Deterministic: the same calls give the same states, whatever the host does.
    pub fn run(&mut self, until: VirtTime, budget: u64) -> Pause {
        let last = self.cpu.retired().saturating_add(budget);
        loop {
            if let Some(reason) = &self.stopped {
                return Pause::Stopped(reason.clone());
            }
            let now = self.now();
            if now >= until {
                return Pause::TimeReached;
            }
            if self.looks.due(self.cpu.retired()) {
                self.scheduled_look();
            }
            if self.cpu.retired() >= last {
                return Pause::BudgetUsed;
            }
            self.update_board(now);
            if self.board.take_reset() {
                self.reset();
                continue;
            }
            self.take_interrupt();
            if self.halted {
                return self.idle_pause(IdleReason::Halt);
            }
            if let Some(pause) = self.run_slice(until, last) {
                return pause;
            }
        }
    }

    /// Executes up to the next thing that can happen, and answers it.
    fn run_slice(&mut self, until: VirtTime, last: u64) -> Option<Pause> {
        let retired = self.cpu.retired();
        let horizon = self.next_event.map_or(until, |event| event.min(until));
        let room = self.clock.instructions_until(retired, horizon).min(last - retired);
        let count = if self.interrupts_held_off() {
            1
        } else {
            room.min(self.idle.patience(retired)).min(self.looks.room(retired))
        };
        let exit = self.cpu.run(&mut self.mem, count.max(1));
        let shadow = std::mem::take(&mut self.interrupt_shadow);
        let next = self.dispatch(exit);
        self.interrupt_shadow &= !shadow;
        let next = match next {
            Next::Polled => self.judge_poll().map_or(Next::Go, Next::Idle),
            Next::Go if exit == Exit::BudgetUsed && self.in_untrapped_loop() => Next::Idle(IdleReason::Loop),
            other => other,
        };
        match next {
            Next::Go | Next::Polled => None,
            Next::Idle(reason) => self.idle_unless_interrupted(reason),
            Next::Reboot => {
                self.reset();
                None
            }
            Next::Stop(reason) => {
                self.stopped = Some(reason);
                None
            }
        }
    }

    /// Brings the chips up to `now`, if time or an access can have changed them.
    fn update_board(&mut self, now: VirtTime) {
        if self.board_touched || self.next_event.is_some_and(|event| event <= now) {
            self.board_touched = false;
            self.board.advance(now);
            self.next_event = self.board.next_event(now);
        }
    }

    /// Injects an interrupt if one is pending and the guest accepts it.
    fn take_interrupt(&mut self) {
        if !self.interrupts_enabled() || self.interrupts_held_off() || !self.board.interrupt_pending() {
            return;
        }
        self.stats.count(TrapKind::Interrupt);
        self.idle.interrupted(self.cpu.retired(), &mut self.mem);
        let vector = self.board.acknowledge();
        self.trace_interrupt(vector.0);
        self.board_touched = true;
        self.halted = false;
        if let Err(reason) = self.reflect(vector) {
            self.stopped = Some(reason);
        }
    }

    /// The shadows of STI, which traps, and of MOV SS and POP SS, which the core knows; and a debug
    /// trap, which comes before an interrupt.
    fn interrupts_held_off(&self) -> bool {
        self.interrupt_shadow || !self.cpu.interruptible()
    }

    fn idle_unless_interrupted(&mut self, reason: IdleReason) -> Option<Pause> {
        let now = self.now();
        self.update_board(now);
        if self.interrupts_enabled() && self.board.interrupt_pending() {
            return None;
        }
        Some(self.idle_pause(reason))
    }

    fn idle_pause(&mut self, reason: IdleReason) -> Pause {
        self.idle_reason = reason;
        self.stats.count(TrapKind::Idle);
        self.programs.settle();
        self.look_for_scrolling();
        Pause::Idle(self.next_event)
    }

    /// The guest polled: is that all it does?
    fn judge_poll(&mut self) -> Option<IdleReason> {
        self.note_display();
        let (now, retired) = (self.now(), self.cpu.retired());
        let guest = (&self.cpu.regs(), self.guest_flags(), self.cpu.coprocessor());
        if !self.interrupts_enabled_after_return() {
            return None;
        }
        self.idle.polled(now, retired, guest, &mut self.mem)
    }

    /// A poll is answered with interrupts off, inside the service's stub; its IRET restores the
    /// caller's flag. A caller that polls with interrupts off waits for nothing.
    fn interrupts_enabled_after_return(&self) -> bool {
        let image = self.cpu.regs().ss_sp().offset(4);
        self.mem.read_u16(PhysAddr(image.linear().0)) & lo16(crate::cpu::regs::eflags::IF) != 0
    }

    /// Single-steps to see whether the guest's state recurs without a trap.
    fn in_untrapped_loop(&mut self) -> bool {
        if !self.idle.probe_due(self.cpu.retired(), &mut self.mem) || !self.interrupts_enabled() {
            return false;
        }
        let (start, fpu) = (self.cpu.regs(), self.cpu.coprocessor().clone());
        self.mem.start_log();
        let mut recurred = false;
        for _ in 0..PROBE_STEPS {
            let exit = self.cpu.run(&mut self.mem, 1);
            if exit != Exit::BudgetUsed {
                // The trap is answered like any other; what it asks for beyond that comes again.
                let next = self.dispatch(exit);
                self.after_probe(next);
                break;
            }
            if self.cpu.regs() == start && *self.cpu.coprocessor() == fpu {
                recurred = self.mem.log_is_clean();
                break;
            }
        }
        self.mem.end_log();
        recurred
    }

    fn after_probe(&mut self, next: Next) {
        match next {
            Next::Go | Next::Polled | Next::Idle(_) => {}
            Next::Reboot => self.reset(),
            Next::Stop(reason) => self.stopped = Some(reason),
        }
    }

    // --- the host's side ---

    /// Virtual time.
    #[must_use]
    pub fn now(&self) -> VirtTime {
        self.clock.now(self.cpu.retired())
    }

    /// Lets idle time pass up to `to` (no effect if that is past). Call after [`Pause::Idle`].
    pub fn skip_to(&mut self, to: VirtTime) {
        let waited = u64::try_from(to.since(self.now()).as_nanos()).unwrap_or(u64::MAX);
        self.stats.wait(self.idle_reason, waited);
        self.clock.skip_to(self.cpu.retired(), to);
    }

    /// Sets the pace of virtual time. *Units*: picoseconds per instruction.
    pub fn set_ps_per_instruction(&mut self, ps: u64) {
        self.clock.set_pace(self.cpu.retired(), ps);
    }

    /// Hands a key press or release to the keyboard. False if its buffer is full: nothing taken.
    pub fn press(&mut self, event: KeyEvent) -> bool {
        let now = self.now();
        self.board_touched = true;
        self.board.press(event, now)
    }

    /// Sets what the keys type from now on.
    pub fn set_typing(&mut self, typing: Typing) {
        self.bios.set_typing(typing);
    }

    /// The chips, for keys and debug output.
    pub fn board_mut(&mut self) -> &mut Board {
        self.board_touched = true;
        &mut self.board
    }

    /// Keeps what the guest writes to these ports from now on.
    pub fn watch_ports(&mut self, ports: &[u16]) {
        self.port_watch.watch(ports);
    }

    /// Port and byte of each write to a watched port since the last call, oldest first; at most the
    /// newest 64 Ki.
    pub fn take_port_writes(&mut self) -> Vec<(u16, u8)> {
        self.port_watch.take()
    }

    /// Physical memory, for inspection.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.mem
    }

    /// The drives.
    #[must_use]
    pub fn drives(&self) -> &Drives {
        &self.drives
    }

    /// True if the guest was told of the drive at its last start.
    #[must_use]
    pub fn knows_drive(&self, drive: DriveId) -> bool {
        match drive {
            DriveId::Floppy(number) => self.floppy_types.get(usize::from(number)).is_some_and(|&kind| kind != 0),
            DriveId::HardDisk(number) => usize::from(number) < self.drives.hard_disks.len(),
        }
    }

    /// The drives, for swapping images.
    pub fn drives_mut(&mut self) -> &mut Drives {
        &mut self.drives
    }

    /// Sectors that the guest has written to the disks that are in its drives now.
    #[must_use]
    pub fn sectors_written(&self) -> u64 {
        self.drives.writes()
    }

    /// What the display shows.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.board.screen(&self.mem, self.now())
    }

    /// True if the display may have changed since the last call.
    pub fn take_screen_changed(&mut self) -> bool {
        self.note_display();
        std::mem::take(&mut self.screen_changed)
    }

    /// What is in display memory looks different now.
    pub(super) fn picture_means_something_else(&mut self) {
        self.screen_changed = true;
    }

    /// The guest looked for a key and found none.
    pub(super) fn note_look_for_key(&mut self) {
        self.looked_for_key = Some(self.now());
    }

    /// True if the guest has looked for a key within the last two timer ticks: if it is idle, it
    /// waits for one.
    #[must_use]
    pub fn looks_for_key(&self) -> bool {
        self.looked_for_key.is_some_and(|at| self.now() - at <= TWO_TICKS)
    }

    /// How often the guest has rung the bell since it was switched on.
    #[must_use]
    pub fn bells(&self) -> u64 {
        self.bios.bells()
    }

    /// Collects changes of display memory and registers; both count as activity of the guest.
    fn note_display(&mut self) {
        if self.display.take_changed(&mut self.mem, self.board.display_generation()) {
            self.screen_changed = true;
            self.looks.note_written();
            self.idle.activity(&mut self.mem);
        }
    }

    /// Words in the BIOS keyboard buffer that the guest has not yet read.
    #[must_use]
    pub fn keyboard_buffer_len(&self) -> usize {
        bios::bda::keys_waiting(&self.mem)
    }

    /// Why the machine stopped, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    /// Where the guest executes.
    #[must_use]
    pub fn cs_ip(&self) -> SegOff {
        SegOff { seg: self.cpu.cs(), off: lo16(self.cpu.eip()) }
    }

    /// The guest's registers, FLAGS as it sees them.
    #[must_use]
    pub fn regs(&self) -> crate::cpu::regs::Regs {
        crate::cpu::regs::Regs { eflags: self.guest_flags(), ..self.cpu.regs() }
    }

    /// How often the monitor was entered.
    #[must_use]
    pub fn stats(&self) -> TrapStats {
        let mut stats = self.stats.clone();
        stats.instructions = self.cpu.retired();
        stats
    }
}
