//! Is the guest doing nothing? Programs that wait say so (HLT, INT 28h, INT 2Fh AX=1680h, INT 16h
//! AH=00h) or spin. For those that spin there are two answers:
//!
//! - *Proof*: the registers recur at the same place, and every byte of memory that was written in
//!   between holds what it held before. With no port touched, the guest's state is the same, so it
//!   will go round until an interrupt comes. Tried at polls of the BIOS, and by single steps after
//!   each interrupt for loops that do not trap (a wait for the tick count at 40:6C).
//! - *Habit*: polls in quick succession, for more than two timer ticks, while nothing else happens:
//!   no port written, no disk or screen service called, no text memory changed. For loops that count
//!   or draw nothing but never have the same state twice.

use std::time::Duration;

use crate::bios::table::service;
use crate::clock::VirtTime;
use crate::cpu::regs::Regs;
use crate::mem::Memory;

/// Instructions that a poll loop may take for one round; more is work.
const LOOP_LIMIT: u64 = 20_000;
/// Rounds over which the same state is looked for before giving up until the next interrupt.
const PROOF_ROUNDS: u32 = 8;
/// Polls before a proof is tried.
const PROOF_AFTER: u32 = 4;
/// Polls of habit before a guest is judged idle.
const HABIT_POLLS: u32 = 200;
/// Time of habit before a guest is judged idle: two timer ticks and a bit.
const HABIT_TIME: Duration = Duration::from_millis(120);
/// Polls after an interrupt until a guest judged idle by habit sleeps again.
const HABIT_REPEAT: u32 = 8;
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
    rounds: u32,
}

/// What is known of the guest's waiting.
pub(super) struct IdleDetector {
    /// Polls since the last activity, and since when.
    polls: u32,
    since: VirtTime,
    /// Polls since the last interrupt.
    recent: u32,
    last_poll: u64,
    anchor: Option<Anchor>,
    /// A proof failed; wait for the next interrupt.
    tired: bool,
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
            tired: false,
            next_probe: FIRST_PROBE,
            probe_gap: FIRST_PROBE,
        }
    }

    /// The guest did something that shows, or that another look would answer differently.
    pub(super) fn activity(&mut self, mem: &mut Memory) {
        self.polls = 0;
        self.drop_anchor(mem);
    }

    /// A BIOS service other than an empty poll was called.
    pub(super) fn service(&mut self, number: u8, mem: &mut Memory) {
        let looks_only = matches!(number, service::TICK | service::SCAN_CODE | service::RTC_INTERRUPT);
        if looks_only {
            self.drop_anchor(mem);
        } else {
            self.activity(mem);
        }
    }

    /// An interrupt was injected when `retired` instructions had been executed.
    pub(super) fn interrupted(&mut self, retired: u64, mem: &mut Memory) {
        self.drop_anchor(mem);
        self.tired = false;
        self.recent = 0;
        self.probe_gap = FIRST_PROBE;
        self.next_probe = retired + FIRST_PROBE;
    }

    fn drop_anchor(&mut self, mem: &mut Memory) {
        if self.anchor.take().is_some() {
            mem.end_log();
        }
    }

    /// The guest polled and got nothing. True if it is idle.
    pub(super) fn polled(&mut self, now: VirtTime, retired: u64, state: (&Regs, u32), mem: &mut Memory) -> bool {
        if retired.saturating_sub(self.last_poll) > LOOP_LIMIT {
            self.activity(mem);
        }
        self.last_poll = retired;
        if self.polls == 0 {
            self.since = now;
        }
        self.polls = self.polls.saturating_add(1);
        self.recent = self.recent.saturating_add(1);
        self.proven(state, mem) || self.habitual(now)
    }

    fn habitual(&self, now: VirtTime) -> bool {
        self.polls >= HABIT_POLLS && self.recent >= HABIT_REPEAT && now - self.since > HABIT_TIME
    }

    fn proven(&mut self, (regs, flags): (&Regs, u32), mem: &mut Memory) -> bool {
        let Some(anchor) = &mut self.anchor else {
            if !self.tired && self.recent >= PROOF_AFTER {
                mem.start_log();
                self.anchor = Some(Anchor { regs: regs.clone(), flags, rounds: 0 });
            }
            return false;
        };
        if anchor.regs == *regs && anchor.flags == flags && mem.log_is_clean() {
            self.drop_anchor(mem);
            return true;
        }
        anchor.rounds += 1;
        if anchor.rounds > PROOF_ROUNDS {
            self.tired = true;
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
