//! Many jobs on the host's cores, whose results come in the order of the jobs: what is printed does
//! not depend on which thread was faster.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Does `job` for each of `items` on `workers` threads (the host's cores if zero) and hands each
/// result to `take`, in the order of `items` and as soon as that order allows.
///
/// No further job is begun once `take` breaks off; gives what it broke off with.
pub fn run_each<C: Sync, R: Send, B>(
    items: &[C],
    workers: usize,
    job: impl Fn(&C) -> R + Sync,
    take: impl FnMut(&C, R) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..worker_count(workers).min(items.len()) {
            let sender = sender.clone();
            scope.spawn(|| work(items, &next, &job, sender));
        }
        drop(sender);
        let taken = take_in_order(items, &receiver, take);
        if taken.is_break() {
            next.store(items.len(), Ordering::Relaxed);
        }
        taken
    })
}

/// How many threads `workers` asks for: zero is one for each core.
#[must_use]
pub fn worker_count(workers: usize) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if workers == 0 { cores() } else { workers }
}

/// One worker: takes the next item until there is none.
fn work<C, R>(items: &[C], next: &AtomicUsize, job: &impl Fn(&C) -> R, sender: Sender<(usize, R)>) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(item) = items.get(index) else { return };
        if sender.send((index, job(item))).is_err() {
            return;
        }
    }
}

/// Hands results over in the order of their numbers, until all workers are done.
fn take_in_order<C, R, B>(
    items: &[C],
    receiver: &Receiver<(usize, R)>,
    mut take: impl FnMut(&C, R) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut early = BTreeMap::new();
    let mut due = 0;
    for (index, result) in receiver {
        early.insert(index, result);
        while let Some(result) = early.remove(&due) {
            take(&items[due], result)?;
            due += 1;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_whoever_is_faster() {
        let items: Vec<u64> = (0..20).collect();
        let mut taken = Vec::new();
        let slow_start = |item: &u64| {
            std::thread::sleep(Duration::from_millis(if *item == 0 { 30 } else { 0 }));
            item * 2
        };
        let result: ControlFlow<()> = run_each(&items, 4, slow_start, |item, result| {
            taken.push((*item, result));
            ControlFlow::Continue(())
        });
        let expected: Vec<(u64, u64)> = items.iter().map(|item| (*item, item * 2)).collect();
        assert_eq!((result, taken), (ControlFlow::Continue(()), expected));
    }

    #[test]
    fn no_job_is_begun_once_nobody_takes_results() {
        let items: Vec<u32> = (0..100).collect();
        let begun = AtomicUsize::new(0);
        let job = |_: &u32| {
            begun.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(2));
        };
        assert_eq!(run_each(&items, 2, job, |_, ()| ControlFlow::Break("full")), ControlFlow::Break("full"));
        assert!(begun.into_inner() < 50);
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        let result: ControlFlow<()> = run_each(&[] as &[u32], 0, |_| (), |_, ()| ControlFlow::Continue(()));
        assert_eq!(result, ControlFlow::Continue(()));
    }
}
