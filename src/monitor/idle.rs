//! Is the guest doing nothing? Programs that wait say so (HLT, INT 28h, INT 2Fh AX=1680h, INT 16h
//! AH=00h) or spin. For those that spin there are two answers:
//!
//! - *Proof*: the registers recur at the same place, and every byte of memory that was written in
//!   between holds what it held before. With no port touched, the guest's state is the same, so it
//!   will go round until an interrupt comes. Tried at polls of the BIOS, and by single steps after
//!   each interrupt for loops that do not trap (a wait for the tick count at 40:6C).
//! - *Habit*: polls in quick succession, for more than two timer ticks, while nothing else happens:
//!   no port written, no disk service called, no text memory or display register changed, and only a
//!   few bytes of memory touched. For loops that count but never have the same state twice. Who
//!   computes and now and then looks for a key goes longer between polls or touches more.

use std::time::Duration;

use super::stats::IdleReason;
use crate::bios::table::service;
use crate::clock::VirtTime;
use crate::cpu::Fpu;
use crate::cpu::regs::Regs;
use crate::mem::Memory;

/// Instructions that a poll loop may take for one round of a proof; more is work.
const LOOP_LIMIT: u64 = 20_000;
/// Instructions that a poll loop may take for one round of habit.
const HABIT_LOOP_LIMIT: u64 = 4_000;
/// Bytes that a poll loop may change in the rounds of a failed proof and still be judged by habit:
/// its counters and its stack.
const HABIT_BYTES: usize = 160;
/// Rounds over which the same state is looked for before giving up for a while.
const PROOF_ROUNDS: u32 = 8;
/// Polls after an interrupt before a proof is tried.
const PROOF_AFTER: u32 = 4;
/// A proof that failed is tried again after so many times the polls up to then.
const PROOF_GROWTH: u32 = 4;
/// Polls of habit before a guest is judged idle.
const HABIT_POLLS: u32 = 200;
/// Time of habit before a guest is judged idle: two timer ticks and a bit.
const HABIT_TIME: Duration = Duration::from_millis(120);
/// Polls after an interrupt until a guest judged idle by habit sleeps again. One that was misjudged
/// gets on all the same.
const HABIT_REPEAT: u32 = 32;
/// Instructions after an interrupt until the first probe of an untrapped loop; then eight times as
/// many for each further one.
const FIRST_PROBE: u64 = 2_000;
const PROBE_GROWTH: u64 = 8;
/// Instructions in an untrapped loop at most.
pub(super) const PROBE_STEPS: u32 = 64;

/// The place a proof started from.
struct Anchor {
    regs: Regs,
    flags: u32,
    fpu: Fpu,
    rounds: u32,
}

/// What a guest's course depends on besides memory: registers, flags, coprocessor.
type GuestState<'a> = (&'a Regs, u32, &'a Fpu);

/// What is known of the guest's waiting.
pub(super) struct IdleDetector {
    /// Polls since the last activity, and since when.
    polls: u32,
    since: VirtTime,
    /// Polls since the last interrupt.
    recent: u32,
    last_poll: u64,
    anchor: Option<Anchor>,
    /// Polls since the last interrupt at which a proof is tried.
    next_proof: u32,
    /// The last proof failed for a few bytes.
    few_writes: bool,
    /// Instruction count of the next probe, and how long to the one after.
    next_probe: u64,
    probe_gap: u64,
}

impl IdleDetector {
    pub(super) fn new() -> IdleDetector {
        IdleDetector {
            polls: 0,
            since: VirtTime::ZERO,
            recent: 0,
            last_poll: 0,
            anchor: None,
            next_proof: PROOF_AFTER,
            few_writes: false,
            next_probe: FIRST_PROBE,
            probe_gap: FIRST_PROBE,
        }
    }

    /// The guest did something that shows, or that another look would answer differently.
    pub(super) fn activity(&mut self, mem: &mut Memory) {
        self.polls = 0;
        self.few_writes = false;
        if self.anchor.is_some() {
            // A proof costs; who is active between its polls would start one at each of them.
            self.next_proof = self.recent.saturating_mul(PROOF_GROWTH);
        }
        self.drop_anchor(mem);
    }

    /// A BIOS service that does more than look was called.
    pub(super) fn service(&mut self, number: u8, mem: &mut Memory) {
        match number {
            service::TICK | service::SCAN_CODE | service::RTC_INTERRUPT => self.drop_anchor(mem),
            // What it changes shows, or is in memory: a cursor set where it is, is no activity.
            service::VIDEO => {}
            _ => self.activity(mem),
        }
    }

    /// An interrupt was injected when `retired` instructions had been executed.
    pub(super) fn interrupted(&mut self, retired: u64, mem: &mut Memory) {
        self.drop_anchor(mem);
        self.next_proof = PROOF_AFTER;
        self.recent = 0;
        self.probe_gap = FIRST_PROBE;
        self.next_probe = retired + FIRST_PROBE;
    }

    /// A handler told the interrupt controller that it is done: a proof does not span that.
    pub(super) fn interrupt_ended(&mut self, mem: &mut Memory) {
        self.drop_anchor(mem);
    }

    fn drop_anchor(&mut self, mem: &mut Memory) {
        if self.anchor.take().is_some() {
            mem.end_log();
        }
    }

    /// The guest polled and got nothing. If it is idle: how that is known.
    pub(super) fn polled(
        &mut self,
        now: VirtTime,
        retired: u64,
        state: GuestState<'_>,
        mem: &mut Memory,
    ) -> Option<IdleReason> {
        let round = retired.saturating_sub(self.last_poll);
        if round > LOOP_LIMIT {
            self.activity(mem);
        } else if round > HABIT_LOOP_LIMIT {
            self.polls = 0;
        }
        self.last_poll = retired;
        if self.polls == 0 {
            self.since = now;
        }
        self.polls = self.polls.saturating_add(1);
        self.recent = self.recent.saturating_add(1);
        if self.proven(state, mem) {
            return Some(IdleReason::Poll);
        }
        self.habitual(now).then_some(IdleReason::Habit)
    }

    fn habitual(&self, now: VirtTime) -> bool {
        self.few_writes && self.polls >= HABIT_POLLS && self.recent >= HABIT_REPEAT && now - self.since > HABIT_TIME
    }

    fn proven(&mut self, (regs, flags, fpu): GuestState<'_>, mem: &mut Memory) -> bool {
        let Some(anchor) = &mut self.anchor else {
            if self.recent >= self.next_proof {
                mem.start_log();
                self.anchor = Some(Anchor { regs: regs.clone(), flags, fpu: fpu.clone(), rounds: 0 });
            }
            return false;
        };
        if anchor.regs == *regs && anchor.flags == flags && anchor.fpu == *fpu && mem.log_is_clean() {
            self.drop_anchor(mem);
            return true;
        }
        anchor.rounds += 1;
        if anchor.rounds > PROOF_ROUNDS {
            self.next_proof = self.recent.saturating_mul(PROOF_GROWTH);
            self.few_writes = mem.log_len().is_some_and(|bytes| bytes <= HABIT_BYTES);
            self.drop_anchor(mem);
        }
        false
    }

    /// Instructions that may be executed before the detector wants to look again.
    pub(super) fn patience(&self, retired: u64) -> u64 {
        let until_probe = self.next_probe.saturating_sub(retired).max(1);
        if self.anchor.is_some() { until_probe.min(LOOP_LIMIT) } else { until_probe }
    }

    /// True if it is time to probe for an untrapped loop. A proof that has run out ends here.
    pub(super) fn probe_due(&mut self, retired: u64, mem: &mut Memory) -> bool {
        if self.anchor.is_some() && retired.saturating_sub(self.last_poll) > LOOP_LIMIT {
            self.activity(mem);
        }
        if retired < self.next_probe {
            return false;
        }
        self.probe_gap = self.probe_gap.saturating_mul(PROBE_GROWTH);
        self.next_probe = retired.saturating_add(self.probe_gap);
        self.anchor.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::PhysAddr;

    /// Instructions between two timer interrupts.
    const TICK: u64 = 1_000_000;
    const NS_PER_INSTRUCTION: u64 = 55;

    /// A guest that polls every `round` instructions, its registers never twice the same, and
    /// changes `bytes` of its memory in between. True if it was judged idle within 20 ticks.
    fn judged_idle(round: u64, bytes: u32, mut other: impl FnMut(&mut IdleDetector, &mut Memory)) -> bool {
        let (mut detector, mut mem) = (IdleDetector::new(), Memory::new(0x10000));
        let (mut regs, mut next_tick) = (Regs::default(), TICK);
        for poll in 0..20 * TICK / round {
            let retired = poll * round;
            if retired >= next_tick {
                next_tick += TICK;
                detector.interrupted(retired, &mut mem);
                detector.service(service::TICK, &mut mem);
            }
            regs.gpr[0] += 1;
            for at in 0..bytes {
                mem.write_u8(PhysAddr(0x1000 + at), crate::types::lo8(regs.gpr[0]));
            }
            other(&mut detector, &mut mem);
            if detector.polled(VirtTime(retired * NS_PER_INSTRUCTION), retired, (&regs, 0, &Fpu::default()), &mut mem)
                == Some(IdleReason::Habit)
            {
                return true;
            }
        }
        false
    }

    #[test]
    fn a_poll_loop_that_counts_is_idle_by_habit() {
        assert!(judged_idle(400, 4, |_, _| ()));
    }

    #[test]
    fn a_program_that_computes_between_its_polls_is_not_idle() {
        assert!(!judged_idle(400, 300, |_, _| ()), "it fills memory");
        assert!(!judged_idle(8_000, 4, |_, _| ()), "it takes long");
    }

    #[test]
    fn disk_services_are_work_and_screen_services_show_by_themselves() {
        assert!(!judged_idle(400, 4, |detector, mem| detector.service(service::DISK, mem)));
        assert!(judged_idle(400, 4, |detector, mem| detector.service(service::VIDEO, mem)));
    }

    #[test]
    fn a_state_that_recurs_is_idle_at_once() {
        let (mut detector, mut mem) = (IdleDetector::new(), Memory::new(0x10000));
        let regs = Regs::default();
        let polls = (0..100).find(|&poll| {
            detector.polled(VirtTime(poll), poll, (&regs, 0, &Fpu::default()), &mut mem) == Some(IdleReason::Poll)
        });
        assert!(polls.is_some_and(|polls| polls <= 8), "{polls:?}");
    }

    #[test]
    fn a_proof_that_failed_is_tried_again_before_the_next_interrupt() {
        let (mut detector, mut mem) = (IdleDetector::new(), Memory::new(0x10000));
        let mut regs = Regs::default();
        let polls = (0..400).find(|&poll| {
            // The guest finishes something first.
            regs.gpr[0] += u32::from(poll < 40);
            detector.polled(VirtTime(poll), poll, (&regs, 0, &Fpu::default()), &mut mem).is_some()
        });
        assert!(polls.is_some_and(|polls| (40..80).contains(&polls)), "{polls:?}");
    }

    #[test]
    fn a_byte_of_memory_that_counts_on_is_no_recurrence() {
        let (mut detector, mut mem) = (IdleDetector::new(), Memory::new(0x10000));
        let regs = Regs::default();
        for poll in 0..100u8 {
            mem.write_u8(PhysAddr(0x1000), poll);
            let (now, state) = (VirtTime(u64::from(poll)), (&regs, 0, &Fpu::default()));
            assert_eq!(detector.polled(now, u64::from(poll), state, &mut mem), None);
        }
    }
}
