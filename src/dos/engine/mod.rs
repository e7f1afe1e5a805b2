//! INT 21h from entry to return, and calls that need the guest on their way: a key from INT 16h, a
//! character out through INT 29h, a device driver, time given away through INT 28h, the program's own
//! INT 23h and INT 24h.
//!
//! | module | what it is |
//! | --- | --- |
//! | `port` | where characters come from and go to: the console, a driver, a file |
//! | `input` | waiting for a character, Ctrl-C, Ctrl-S and Ctrl-P |
//! | `output` | characters out, tabs, the printer's echo |
//! | `driver` | requests to device drivers |
//! | `breaks` | INT 23h |
//! | `critical` | INT 24h |
//!
//! A function that needs none of that is done at once. One that does leaves a [`Task`]; the guest runs
//! the handler and comes back to the resume stub, where the task goes on. Tasks are plain values, so a
//! machine can be copied in the middle of one. Which call a handler returns to is told by a number that
//! lies on DOS's stack: a program that swaps the SDA, and DOS's stacks with it, swaps calls.

mod breaks;
mod critical;
mod driver;
mod input;
mod output;
mod port;

pub(super) use driver::{Reply, Request};
pub(super) use port::Port;

use super::error::DosError;
use super::frame::Frame;
use super::function::{self, Task};
use super::memory_map::SDA;
use super::rom::Entry;
use super::sda::Stack;
use super::{Dos, Outcome, psp, sda};
use crate::types::SegOff;
use critical::Asked;
use driver::DriverCall;
use input::{Look, Purpose};
use output::Putting;

/// Calls that wait for the guest at most; a program that nests deeper has lost its way, and its oldest
/// calls are forgotten.
const MOST_PENDING: usize = 32;
/// On DOS's stack while the guest works for a call: the call's number, then room for a driver's request
/// and a byte for it.
const WORK_BYTES: u16 = 0x24;
const NUMBER: u16 = 0x00;
const REQUEST: u16 = 0x02;
const REQUEST_BYTE: u16 = 0x22;
/// Ctrl-C.
pub(super) const CTRL_C: u8 = 0x03;

/// A call on its way.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// What lies on DOS's stack to tell this call from others.
    number: u16,
    /// The process that called.
    psp: u16,
    /// Where the caller's registers lie.
    frame: SegOff,
    /// DOS's stack pointer while the guest's handlers run.
    stack: SegOff,
    task: Task,
    doing: Doing,
    /// Where its characters come from and go to.
    input: Port,
    output: Port,
    /// What it looks for, or looked for last.
    look: Look,
    /// Characters on their way out.
    putting: Option<Putting>,
    /// The request that a driver works on, or worked on last.
    driver: Option<DriverCall>,
}

impl Pending {
    /// The process that called.
    pub(super) fn psp(&self) -> u16 {
        self.psp
    }
}

/// What the guest does for a call.
#[derive(Clone, Debug)]
enum Doing {
    /// Gives time away until there may be a key.
    Idling,
    /// Looks for a key.
    Looking,
    /// Takes the key that is there.
    Taking,
    /// Takes a key that means nothing.
    Dropping,
    /// Puts a character on the screen.
    Putting,
    /// A driver's strategy entry, then its interrupt entry.
    Strategy,
    Interrupt,
    /// The program's handler of critical errors.
    Asking(Asked),
}

/// What a task goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// It begins.
    Begin,
    /// A byte from the input; keys without a character give 0 and then their scan code.
    Byte(u8),
    /// There is no key; or none that was asked for.
    NoKey,
    /// There is a key, which was left where it is.
    Key,
    /// The input has come to its end.
    End,
    /// All characters are out.
    Written,
    /// A driver has done what it was asked for.
    Answered(Reply),
    /// A device failed, and the call has to.
    Failed(DosError),
}

/// What a task wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The next byte of the input, whatever it is.
    Byte,
    /// The next byte; Ctrl-C, Ctrl-S and Ctrl-P do what they do.
    Char,
    /// The next byte, if there is one already.
    ByteIfAny,
    /// Nothing; but Ctrl-C, Ctrl-S and Ctrl-P are looked for.
    Check,
    /// Whether there is a byte; Ctrl-C, Ctrl-S and Ctrl-P are looked for.
    KeyIfAny,
    /// These characters on the output, tabs as blanks; Ctrl-C and Ctrl-S are looked for.
    Put(Vec<u8>),
    /// As `Put`, of what has just been typed: nothing is looked for.
    Echo(Vec<u8>),
    /// These bytes on the output, as they are.
    PutRaw(Vec<u8>),
    /// A driver is to do this.
    Driver(Request),
    /// Nothing: the frame has the answer.
    Done,
}

impl Dos<'_> {
    /// INT 21h.
    pub(super) fn int21(&mut self) -> Outcome {
        if self.waits_for_streams() {
            return Outcome::Wait;
        }
        if function::quick(self) {
            return Outcome::Return;
        }
        let at = Frame::push(self.regs, &mut self.mem);
        let psp = sda::CURRENT_PSP.get(&self.mem, SDA);
        psp::STACK.set(&mut self.mem, psp::base(psp), at);
        sda::set_user_stack(&mut self.mem, at);
        sda::enter(&mut self.mem);
        self.begin(at)
    }

    /// Begins the call whose frame is at `at`: looks for Ctrl-C, if that is to be done before it.
    fn begin(&mut self, at: SegOff) -> Outcome {
        let frame = Frame::read(&self.mem, at);
        let stack = self.stack_for(frame.ah()).top(at);
        if self.checks_first(&frame) {
            let pending = self.pending(at, stack, Task::NotBegun);
            return self.check(pending);
        }
        self.run(at, frame, stack)
    }

    /// Runs the function that `frame` asks for.
    fn run(&mut self, at: SegOff, mut frame: Frame, stack: SegOff) -> Outcome {
        let asked = frame;
        match function::call(self, &mut frame) {
            function::Answer::Done => self.finish(at, frame),
            function::Answer::Elsewhere(outcome) => outcome,
            function::Answer::Task(task) => {
                let pending = self.pending(at, stack, task);
                self.advance(pending, frame, Event::Begin)
            }
            function::Answer::Critical(error) => {
                let pending = self.pending(at, stack, Task::NotBegun);
                self.drive_failed(pending, asked, error)
            }
        }
    }

    fn pending(&mut self, at: SegOff, stack: SegOff, task: Task) -> Pending {
        self.state.calls = self.state.calls.wrapping_add(1);
        let [input, output] = self.ports(&Frame::read(&self.mem, at));
        Pending {
            number: self.state.calls,
            psp: sda::CURRENT_PSP.get(&self.mem, SDA),
            frame: at,
            stack: SegOff::new(stack.seg, stack.off.wrapping_sub(WORK_BYTES)),
            task,
            doing: Doing::Idling,
            input,
            output,
            look: Look::new(input, Purpose::Take),
            putting: None,
            driver: None,
        }
    }

    /// Source: RBIL, INT 21h/AX=5D06h: functions up to 0Ch stay on the stack of critical errors while
    /// one is being handled; any other ends its handling.
    fn stack_for(&mut self, function: u8) -> Stack {
        let critical = sda::CRITICAL_ERROR.get(&self.mem, SDA) != 0;
        match function {
            0x01..=0x0C | 0x59 if critical => Stack::Critical,
            0x01..=0x0C => Stack::Character,
            _ => {
                sda::CRITICAL_ERROR.set(&mut self.mem, SDA, 0);
                Stack::Disk
            }
        }
    }

    /// A handler that the kernel called has returned.
    pub(super) fn resume(&mut self) -> Outcome {
        // A guest that jumps here by itself finds nothing to resume; it goes on where its stack says.
        let Some(pending) = self.returned_to() else { return Outcome::Return };
        let frame = Frame::read(&self.mem, pending.frame);
        match pending.doing {
            Doing::Idling => self.look(pending, frame),
            Doing::Looking => self.key_seen(pending, frame),
            Doing::Taking => self.key_taken(pending, frame),
            Doing::Dropping => self.look(pending, frame),
            Doing::Putting => self.put_next(pending, frame),
            Doing::Strategy => self.driver_interrupt(pending),
            Doing::Interrupt => self.driver_answered(pending, frame),
            Doing::Asking(asked) => self.asked(pending, frame, asked),
        }
    }

    /// The call that a handler has returned to.
    fn returned_to(&mut self) -> Option<Pending> {
        let at = self.regs.ss_sp();
        let number = self.mem.read_u16(at.offset(NUMBER));
        let is_it = |call: &Pending| match call.doing {
            // INT 24h runs on the caller's stack, where its registers lie.
            Doing::Asking(_) => call.frame == at,
            _ => call.stack == at && call.number == number,
        };
        let index = self.state.pending.iter().rposition(is_it)?;
        Some(self.state.pending.remove(index))
    }

    /// Lets the task go on with `event`.
    fn advance(&mut self, mut pending: Pending, mut frame: Frame, event: Event) -> Outcome {
        if let Task::NotBegun = pending.task {
            let above = SegOff::new(pending.stack.seg, pending.stack.off.wrapping_add(WORK_BYTES));
            return self.run(pending.frame, frame, above);
        }
        let want = pending.task.go_on(self, &mut frame, event);
        if want != Want::Done {
            frame.write(&mut self.mem, pending.frame);
        }
        match want {
            Want::Done => self.finish(pending.frame, frame),
            Want::Byte => self.look_for(pending, frame, Purpose::Wait),
            Want::Char => self.look_for(pending, frame, Purpose::WaitChecked),
            Want::ByteIfAny => self.look_for(pending, frame, Purpose::Take),
            Want::KeyIfAny => self.look_for(pending, frame, Purpose::Leave),
            Want::Check => self.check(pending),
            Want::Put(bytes) => self.put(pending, frame, Putting::checked(bytes)),
            Want::Echo(bytes) => {
                // A terminal of the host has shown it already.
                let echoed = self.state.job.as_ref().is_some_and(|job| job.is_echoed());
                self.put(pending, frame, Putting::cooked(if echoed { Vec::new() } else { bytes }))
            }
            Want::PutRaw(bytes) => self.put(pending, frame, Putting::raw(bytes)),
            Want::Driver(request) => self.driver_strategy(pending, DriverCall::of_task(request)),
        }
    }

    /// Lets the guest's handler of `vector` run for a call.
    fn guest(&mut self, pending: Pending, doing: Doing, vector: u8) -> Outcome {
        self.wait_on_stack(pending, doing);
        Outcome::Interrupt(vector, Entry::Resume)
    }

    /// The call waits for what the guest does on DOS's stack.
    fn wait_on_stack(&mut self, mut pending: Pending, doing: Doing) {
        self.mem.write_u16(pending.stack.offset(NUMBER), pending.number);
        self.regs.set_ss(pending.stack.seg);
        self.regs.set_sp(pending.stack.off);
        pending.doing = doing;
        self.wait(pending);
    }

    fn wait(&mut self, pending: Pending) {
        if self.state.pending.len() >= MOST_PENDING {
            self.state.pending.remove(0);
        }
        self.state.pending.push(pending);
    }

    /// Returns to the caller with the registers of `frame`.
    fn finish(&mut self, at: SegOff, frame: Frame) -> Outcome {
        frame.write(&mut self.mem, at);
        frame.pop(self.regs, at);
        sda::leave(&mut self.mem);
        Outcome::Return
    }
}
