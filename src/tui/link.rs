//! How much may be on its way to the terminal, so that what it shows is never far behind.
//!
//! Behind each frame the terminal is asked whether it is well; its answer says that it has got so
//! far. Between program and terminal may lie a network and buffers of any size, and only the
//! terminal itself knows how much of them is full. If answers take longer than the fastest one by
//! more than a little, frames queue up somewhere, and less is sent; if not, more is. So a fast link
//! with a long way gets every frame, and a slow one as many as it can carry. Frames that must wait
//! are never made: what is drawn next is the screen as it is then.
//!
//! A terminal that does not answer is only held back by the host, which takes no more bytes than it
//! has room for. Pure: time comes in.

use std::collections::VecDeque;
use std::time::Duration;

/// Bytes that may be on their way at first.
const FIRST_WINDOW: usize = 16 * 1024;
/// The range of what may be on its way. *Units*: bytes.
const WINDOW: (usize, usize) = (2 * 1024, 256 * 1024);
/// How much later than the fastest answer one may come if no frames queue up.
const QUEUEING: Duration = Duration::from_millis(100);
/// An answer that has not come after this time is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Questions without an answer that are remembered.
const QUESTIONS: usize = 256;

/// A frame that the terminal has not yet said to have.
#[derive(Clone, Copy, Debug)]
struct Sent {
    at: Duration,
    bytes: usize,
}

/// The way to the terminal.
#[derive(Debug)]
pub(super) struct Link {
    sent: VecDeque<Sent>,
    window: usize,
    fastest: Duration,
    /// The terminal has answered, and not failed to since.
    answers: bool,
}

impl Link {
    pub(super) fn new() -> Link {
        Link { sent: VecDeque::new(), window: FIRST_WINDOW, fastest: Duration::MAX, answers: false }
    }

    /// A frame of `bytes` went off at `now`, and a question behind it.
    pub(super) fn sent(&mut self, now: Duration, bytes: usize) {
        if self.sent.len() >= QUESTIONS {
            self.sent.clear();
        }
        self.sent.push_back(Sent { at: now, bytes });
    }

    /// The terminal answered the oldest question.
    pub(super) fn answered(&mut self, now: Duration) {
        self.answers = true;
        let on_its_way = self.on_its_way();
        let Some(sent) = self.sent.pop_front() else { return };
        let took = now.saturating_sub(sent.at);
        self.fastest = self.fastest.min(took);
        if took > self.fastest + QUEUEING {
            self.window = (self.window / 2).max(WINDOW.0);
        } else if on_its_way >= self.window / 2 {
            // Twice as much on its way after each way.
            self.window = (self.window + sent.bytes.min(self.window)).min(WINDOW.1);
        }
    }

    /// How long another frame must wait for an answer at most; `None` if it may go at once.
    pub(super) fn wait(&mut self, now: Duration) -> Option<Duration> {
        let oldest = self.sent.front().copied()?;
        if !self.answers || self.on_its_way() < self.window {
            return None;
        }
        let left = (oldest.at + PATIENCE).saturating_sub(now);
        if left.is_zero() {
            self.sent.clear();
            self.answers = false;
            return None;
        }
        Some(left)
    }

    /// True if answers will come that have not come yet.
    pub(super) fn expects_answers(&self) -> bool {
        self.answers && !self.sent.is_empty()
    }

    fn on_its_way(&self) -> usize {
        self.sent.iter().map(|sent| sent.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Sends frames of `frame` bytes for `seconds` over a link with this `way` (there and back) and
    /// rate; returns the frames a second and the longest way of a frame in the second half.
    fn simulated(way: Duration, bytes_per_second: usize, frame: usize, seconds: u32) -> (f64, Duration) {
        let mut link = Link::new();
        let mut answers: VecDeque<(Duration, Duration)> = VecDeque::new();
        let (mut free, mut next, mut frames, mut slowest) = (Duration::ZERO, Duration::ZERO, 0, Duration::ZERO);
        for now in (0..seconds * 1000).map(|ms| MS * ms) {
            while answers.front().is_some_and(|&(at, _)| at <= now) {
                let (at, sent) = answers.pop_front().unwrap();
                link.answered(now);
                if now > Duration::from_secs(u64::from(seconds)) / 2 {
                    slowest = slowest.max(at - sent);
                }
            }
            if now >= next && link.wait(now).is_none() {
                free = free.max(now) + Duration::from_secs_f64(frame as f64 / bytes_per_second as f64);
                answers.push_back((free + way, now));
                link.sent(now, frame);
                (frames, next) = (frames + 1, now + Duration::from_micros(16_667));
            }
        }
        (f64::from(frames) / f64::from(seconds), slowest)
    }

    #[test]
    fn a_fast_link_gets_sixty_frames_a_second_however_long_the_way() {
        for way in [1, 30, 150, 400] {
            let (frames, _) = simulated(MS * way, 10_000_000, 8_000, 10);
            assert!(frames > 50.0, "{way} ms: {frames}");
        }
    }

    #[test]
    fn a_slow_link_carries_what_it_can_and_is_not_far_behind() {
        let (frames, slowest) = simulated(MS * 20, 2_000, 400, 60);
        assert!((3.0..6.0).contains(&frames), "{frames}");
        assert!(slowest < Duration::from_millis(1500), "{slowest:?}");
        let (frames, slowest) = simulated(MS * 20, 50_000, 4_000, 60);
        assert!((8.0..14.0).contains(&frames), "{frames}");
        assert!(slowest < MS * 500, "{slowest:?}");
    }

    #[test]
    fn a_frame_that_is_larger_than_the_window_goes_alone() {
        let mut link = Link::new();
        link.answered(Duration::ZERO);
        link.sent(MS, 50_000);
        assert!(link.wait(2 * MS).is_some());
        link.answered(3 * MS);
        assert_eq!(link.wait(3 * MS), None);
    }

    #[test]
    fn a_terminal_that_never_answers_is_not_waited_for() {
        let mut link = Link::new();
        for n in 0..10_000 {
            link.sent(MS * n, 5_000);
            assert_eq!(link.wait(MS * n), None);
            assert!(link.sent.len() <= QUESTIONS);
        }
        assert!(!link.expects_answers());
    }

    #[test]
    fn a_terminal_that_stops_answering_is_waited_for_once() {
        let mut link = Link::new();
        link.sent(MS, 100_000);
        link.answered(2 * MS);
        link.sent(3 * MS, 100_000);
        assert_eq!(link.wait(4 * MS), Some(PATIENCE - MS));
        assert_eq!(link.wait(3 * MS + PATIENCE), None);
        link.sent(4 * MS + PATIENCE, 100_000);
        assert_eq!(link.wait(5 * MS + PATIENCE), None);
    }
}
