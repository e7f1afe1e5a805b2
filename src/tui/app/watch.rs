//! The monitor view's state: rates of each session, from two looks at what it has used.

use std::cmp::Reverse;
use std::time::Duration;

use super::{App, Effect, Mode};
use crate::keys::Key;
use crate::monitor::stats::{IdleReason, TrapKind};
use crate::session::Gauge;
use crate::tui::input::{Symbol, TermKey};
use crate::types::SessionId;

/// Time from one look to the next.
const PERIOD: Duration = Duration::from_secs(1);

/// What one session does, a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Which session.
    pub id: SessionId,
    /// Share of one host processor. *Units*: tenths of a per cent.
    pub busy: u64,
    /// Share of its time that the guest waits. *Units*: tenths of a per cent.
    pub idle: u64,
    /// What it waits for and the share of its time, in tenths of a per cent: the most first.
    pub waits: Vec<(IdleReason, u64)>,
    /// Guest instructions.
    pub instructions: u64,
    /// Entries of the monitor, and how many of each kind, in the order of [`TrapKind::ALL`].
    pub traps: u64,
    /// Hardware interrupts.
    pub interrupts: u64,
    /// Entries of the monitor of each kind that occurred.
    pub kinds: Vec<(&'static str, u64)>,
    /// Totals: memory in bytes and sectors written.
    pub totals: Gauge,
}

/// What the rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The sessions' numbers.
    #[default]
    Number,
    /// Share of the processor.
    Busy,
    /// Share of time in which the guest waits.
    Idle,
    /// Guest instructions.
    Instructions,
    /// Entries of the monitor.
    Traps,
    /// Hardware interrupts.
    Interrupts,
    /// Memory of their own.
    Memory,
    /// Sectors written.
    Writes,
}

impl Order {
    /// Every order, in that of the columns.
    pub const ALL: [Order; 8] = [
        Order::Number,
        Order::Busy,
        Order::Idle,
        Order::Instructions,
        Order::Traps,
        Order::Interrupts,
        Order::Memory,
        Order::Writes,
    ];

    fn step(self, back: bool) -> Order {
        let index = Order::ALL.iter().position(|&order| order == self).unwrap_or(0);
        let count = Order::ALL.len();
        Order::ALL[(index + if back { count - 1 } else { 1 }) % count]
    }
}

/// What the monitor view shows.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    last: Option<(Duration, Vec<Gauge>)>,
    rates: Vec<Rates>,
    order: Order,
    /// The session of the marked row.
    marked: Option<SessionId>,
    next: Duration,
}

impl Watch {
    /// One row for each session, sorted.
    #[must_use]
    pub fn rates(&self) -> &[Rates] {
        &self.rates
    }

    /// What they are sorted by.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// Index of the marked row.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.rates.iter().position(|rates| Some(rates.id) == self.marked).unwrap_or(0)
    }

    fn mark(&mut self, index: usize) {
        let last = self.rates.len().saturating_sub(1);
        self.marked = self.rates.get(index.min(last)).map(|rates| rates.id);
    }

    /// When the next look is due.
    pub(super) fn deadline(&self) -> Duration {
        self.next
    }

    /// Takes a look's result in.
    fn look(&mut self, now: Duration, gauges: Vec<Gauge>) {
        let rates = gauges.iter().map(|gauge| {
            let before =
                self.last.as_ref().and_then(|(at, old)| Some((*at, old.iter().find(|old| old.id == gauge.id)?)));
            match before {
                Some((at, old)) if now > at => rates(gauge, old, now - at),
                _ => rates(gauge, gauge, PERIOD),
            }
        });
        self.rates = rates.collect();
        self.last = Some((now, gauges));
        self.next = now + PERIOD;
        self.sort();
    }

    fn sort(&mut self) {
        let order = self.order;
        self.rates.sort_by_key(|rates| {
            let value = match order {
                Order::Number => 0,
                Order::Busy => rates.busy,
                Order::Idle => rates.idle,
                Order::Instructions => rates.instructions,
                Order::Traps => rates.traps,
                Order::Interrupts => rates.interrupts,
                Order::Memory => rates.totals.private_bytes,
                Order::Writes => rates.totals.sectors_written,
            };
            (Reverse(value), rates.id)
        });
    }
}

/// What happened between two looks, for each second.
fn rates(now: &Gauge, before: &Gauge, span: Duration) -> Rates {
    let nanos = span.as_nanos().max(1);
    let per_second = |now: u64, before: u64| {
        let rate = u128::from(now.saturating_sub(before)) * 1_000_000_000 / nanos;
        u64::try_from(rate).unwrap_or(u64::MAX)
    };
    let kind = |kind: TrapKind| per_second(now.stats.of(kind), before.stats.of(kind));
    let waits = waits(now, before);
    let injected = [TrapKind::Interrupt, TrapKind::Idle];
    let kinds = TrapKind::ALL.iter().map(|&each| (each.name(), kind(each))).filter(|&(_, rate)| rate > 0);
    Rates {
        id: now.id,
        busy: per_second(now.busy_ns, before.busy_ns) / 1_000_000,
        idle: waits.iter().map(|(_, share)| share).sum::<u64>().min(1000),
        waits,
        instructions: per_second(now.stats.instructions, before.stats.instructions),
        traps: TrapKind::ALL.iter().filter(|kind| !injected.contains(kind)).map(|&each| kind(each)).sum(),
        interrupts: kind(TrapKind::Interrupt),
        kinds: kinds.collect(),
        totals: now.clone(),
    }
}

/// What a guest waited for between two looks, with the share of its own time.
fn waits(now: &Gauge, before: &Gauge) -> Vec<(IdleReason, u64)> {
    let guest_ns = now.time.since(before.time).as_nanos().max(1);
    let share = |reason: IdleReason| {
        let waited = now.stats.idle_ns(reason).saturating_sub(before.stats.idle_ns(reason));
        u64::try_from(u128::from(waited) * 1000 / guest_ns).unwrap_or(0).min(1000)
    };
    let mut waits: Vec<_> = IdleReason::ALL.into_iter().map(|reason| (reason, share(reason))).collect();
    waits.retain(|&(_, share)| share > 0);
    waits.sort_by_key(|&(_, share)| Reverse(share));
    waits
}

impl App {
    /// What the monitor view shows.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(super) fn open_watch(&mut self, effects: &mut Vec<Effect>) {
        self.watch = Watch { order: self.watch.order, marked: self.focused, ..Watch::default() };
        self.set_mode(Mode::Watch);
        effects.push(Effect::Look);
    }

    /// Takes in what each session has used, as [`Effect::Look`] asked for.
    pub(super) fn looked(&mut self, gauges: Vec<Gauge>, now: Duration) {
        self.watch.look(now, gauges);
        self.dirty |= self.backdrop() == Mode::Watch;
    }

    fn with_marked(&mut self, act: impl FnOnce(&mut App, SessionId)) {
        if let Some(id) = self.watch.rates.get(self.watch.marked()).map(|rates| rates.id) {
            act(self, id);
        }
    }

    /// Moves the mark by some rows.
    pub(super) fn move_watch(&mut self, rows: isize) {
        self.watch.mark(self.watch.marked().saturating_add_signed(rows));
        self.dirty = true;
    }

    pub(super) fn watch_key(&mut self, key: &TermKey, effects: &mut Vec<Effect>) {
        let marked = self.watch.marked();
        self.dirty = true;
        match key.symbol {
            Symbol::Key(Key::Up) => self.watch.mark(marked.saturating_sub(1)),
            Symbol::Key(Key::Down) => self.watch.mark(marked + 1),
            Symbol::Key(arrow @ (Key::Left | Key::Right)) => {
                self.watch.order = self.watch.order.step(arrow == Key::Left);
                self.watch.sort();
            }
            Symbol::Key(Key::Enter) => self.with_marked(|app, id| app.open_page(id, effects)),
            _ => match key.character() {
                Some('s') => self.with_marked(|app, id| app.show_from_monitor(id, effects)),
                Some('p') => self.with_marked(|app, id| app.hold(id, effects)),
                Some('W') => self.ask_for_picture(),
                _ => self.set_mode(Mode::Guest),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(id: u32, busy_ns: u64, ints: u64) -> Gauge {
        let mut gauge = Gauge::new(SessionId(id));
        gauge.busy_ns = busy_ns;
        gauge.stats.instructions = ints * 100;
        (0..ints).for_each(|_| gauge.stats.count(TrapKind::Int));
        (0..18).for_each(|_| gauge.stats.count(TrapKind::Interrupt));
        gauge
    }

    #[test]
    fn rates_are_what_changed_between_two_looks() {
        let mut watch = Watch::default();
        watch.look(Duration::from_secs(10), vec![gauge(1, 5_000_000, 100)]);
        assert_eq!(watch.rates()[0].traps, 0, "nothing to compare with yet");
        watch.look(Duration::from_secs(12), vec![gauge(1, 1_005_000_000, 300)]);
        let rates = &watch.rates()[0];
        assert_eq!((rates.busy, rates.traps, rates.instructions, rates.interrupts), (500, 100, 10_000, 0));
        assert_eq!(rates.kinds, [("INT", 100)]);
        assert_eq!(watch.deadline(), Duration::from_secs(13));
    }

    #[test]
    fn a_session_that_is_new_begins_at_nothing() {
        let mut watch = Watch::default();
        watch.look(Duration::from_secs(1), Vec::new());
        watch.look(Duration::from_secs(2), vec![gauge(7, 1_000, 9)]);
        assert_eq!(watch.rates()[0].instructions, 0);
    }

    #[test]
    fn rows_are_sorted_by_the_chosen_column() {
        let mut watch = Watch { order: Order::Traps, ..Watch::default() };
        watch.look(Duration::from_secs(1), vec![gauge(1, 0, 0), gauge(2, 0, 0), gauge(3, 0, 0)]);
        watch.look(Duration::from_secs(2), vec![gauge(1, 0, 5), gauge(2, 0, 50), gauge(3, 0, 5)]);
        let ids: Vec<u32> = watch.rates().iter().map(|rates| rates.id.0).collect();
        assert_eq!(ids, [2, 1, 3]);
    }
}
