//! Runs a random machine in several ways and looks for a difference between them.

use std::fmt;

use dosmux::cpu::{ControlRegister, Cpu, CpuState, Exit, Faults};
use dosmux::mem::Memory;
use dosmux::types::{PhysAddr, Width};

use super::bring_up;
use super::build::{self, DIRECTORY};
use super::setup::{CODE, RAM_END, Setup};

/// Instructions in one run, besides those that bring the machine up.
const LENGTH: u64 = 300;

/// How a run is cut.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// In one piece: blocks, linked and cached.
    Whole,
    /// One instruction at a time.
    Steps,
    /// One instruction at a time, and nothing that was decoded outlives it.
    Plain,
    /// In slices of these lengths.
    Slices([u64; 4]),
}

impl Way {
    fn slice(self, turn: usize) -> u64 {
        match self {
            Way::Whole => u64::MAX,
            Way::Steps | Way::Plain => 1,
            Way::Slices(lengths) => lengths[turn % lengths.len()],
        }
    }
}

/// What a run came to.
#[derive(PartialEq, Eq)]
struct Outcome {
    state: CpuState,
    retired: u64,
    exits: Vec<(u64, Exit)>,
    memory: Vec<u8>,
}

/// Runs the machine of `machine` with the program of `program`; panics with a description if one
/// way of running differs from executing instruction by instruction from fresh bytes, or if time
/// stands still.
pub(crate) fn check(machine: &[u8], program: &[u8]) {
    let setup = Setup::new(machine, program);
    let plain = run(&setup, Way::Plain, LENGTH + bring_up::INSTRUCTIONS);
    for way in [Way::Whole, Way::Steps, Way::Slices(setup.slices)] {
        let other = run(&setup, way, plain.retired);
        if other != plain {
            let first = first_difference(&setup, way, plain.retired);
            let (want, got) = (run(&setup, Way::Plain, first), run(&setup, way, first));
            panic!("{way:?} differs from Plain after {first} instructions\n{}\n{setup:X?}", Difference(&want, &got));
        }
    }
}

/// A number of instructions after which the two ways differ, though not one instruction earlier.
fn first_difference(setup: &Setup, way: Way, length: u64) -> u64 {
    let (mut equal, mut different) = (0, length);
    while different - equal > 1 {
        let middle = equal.midpoint(different);
        let differs = run(setup, way, middle) != run(setup, Way::Plain, middle);
        *(if differs { &mut different } else { &mut equal }) = middle;
    }
    different
}

/// Runs up to `length` instructions, or until the machine shuts down or leaves its page tables:
/// what a translation cache holds of others is not defined, and differs with the way.
fn run(setup: &Setup, way: Way, length: u64) -> Outcome {
    let mut mem = build::memory(setup);
    let mut cpu = bring_up::processor(setup, &mut mem);
    let mut exits = Vec::new();
    let (mut paged, mut requested) = (false, false);
    for turn in 0.. {
        let before = cpu.retired();
        let until_request = setup.request.0.saturating_sub(before);
        if until_request == 0 && !requested {
            requested = true;
            if let Some(exit) = request(&mut cpu, &mut mem, setup) {
                exits.push((before, exit));
                break;
            }
        }
        if before >= length || matches!(way, Way::Plain) && strays(&cpu, setup, paged) {
            break;
        }
        paged |= pages(&cpu);
        if matches!(way, Way::Plain) {
            cpu.flush_blocks(&mut mem);
        }
        let room = if requested { length - before } else { until_request.min(length - before) };
        let exit = cpu.run(&mut mem, way.slice(turn).min(room));
        if exit != Exit::BudgetUsed {
            exits.push((cpu.retired(), exit));
        }
        if exit == Exit::Shutdown {
            break;
        }
        assert!(cpu.retired() > before, "time stands still at {:X?}\n{setup:X?}", cpu.regs());
        answer(&mut cpu, &mut mem, setup, &exit);
    }
    let mut memory = vec![0; RAM_END as usize];
    mem.read_bytes(PhysAddr(0), &mut memory);
    Outcome { state: cpu.state(), retired: cpu.retired(), exits, memory }
}

/// Requests an interrupt from outside, where the core delivers it.
fn request(cpu: &mut Cpu, mem: &mut Memory, setup: &Setup) -> Option<Exit> {
    let taken = setup.faults == Faults::Deliver && cpu.interruptible();
    if taken { cpu.interrupt(mem, setup.request.1) } else { None }
}

/// True if the program has loaded CR3 or switched paging, which was on if `paged`.
fn strays(cpu: &Cpu, setup: &Setup, paged: bool) -> bool {
    let ours = setup.paging && cpu.control(ControlRegister::Cr(3)) == DIRECTORY;
    if pages(cpu) { !ours } else { paged }
}

fn pages(cpu: &Cpu) -> bool {
    cpu.cr0() >> 31 != 0
}

/// Answers an exit as a simple owner would, the same way in every run.
fn answer(cpu: &mut Cpu, mem: &mut Memory, setup: &Setup, exit: &Exit) {
    match exit {
        Exit::CoprocessorWait => cpu.release_coprocessor(),
        Exit::PortRead(_, width) => cpu.set_accumulator(*width, 0x5A),
        Exit::StringPort(insn) => {
            let moved = cpu.string_port(mem, insn, &mut |_, width: Width, _| width.mask());
            match moved {
                Err(fault) if setup.faults == Faults::Deliver => {
                    cpu.deliver_fault(mem, fault);
                }
                Err(_) => skip(cpu, setup),
                Ok(_) => {}
            }
        }
        // Traps are behind their instruction.
        Exit::Fault(fault, _) if fault.is_trap() || fault.vector == 1 => {}
        Exit::Fault(_, _) | Exit::Spin => skip(cpu, setup),
        _ => {}
    }
}

/// Goes on a byte further, or at the start of the program if that is far away.
fn skip(cpu: &mut Cpu, setup: &Setup) {
    let start = CODE + setup.start;
    let near = cpu.linear_eip().0.wrapping_sub(start) < 0x400;
    let base = cpu.linear_eip().0.wrapping_sub(cpu.eip());
    cpu.set_eip(if near { cpu.eip().wrapping_add(1) } else { start.wrapping_sub(base) });
}

/// Two outcomes that are not equal.
struct Difference<'a>(&'a Outcome, &'a Outcome);

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference(want, got) = self;
        writeln!(f, "plain: {} instructions, {:X?}", want.retired, want.state)?;
        writeln!(f, "other: {} instructions, {:X?}", got.retired, got.state)?;
        if want.exits != got.exits {
            writeln!(f, "exits of plain: {:X?}\nexits of other: {:X?}", want.exits, got.exits)?;
        }
        for (at, (want, got)) in want.memory.iter().zip(&got.memory).enumerate().filter(|(_, (a, b))| a != b).take(8) {
            writeln!(f, "[{at:05X}] is {got:02X}, plain {want:02X}")?;
        }
        Ok(())
    }
}
