//! A question to a session that is answered at the end of its slice, because a running slice is not
//! waited for.

use std::sync::Mutex;

use super::slot::lock;

/// See the module's text.
///
/// Nobody waits in vain if the asker tries to look for himself once more after asking, and the worker
/// sees whether it is asked after it has let the machine go.
#[derive(Debug)]
pub(super) struct Wanted<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug)]
enum State<T> {
    Nothing,
    Asked,
    Answered(T),
}

impl<T> Wanted<T> {
    pub(super) fn new() -> Wanted<T> {
        Wanted { state: Mutex::new(State::Nothing) }
    }

    /// True if somebody waits for an answer.
    pub(super) fn is_asked(&self) -> bool {
        matches!(*lock(&self.state), State::Asked)
    }

    /// The answer, if it is there; else it is asked for.
    pub(super) fn take_or_want(&self) -> Option<T> {
        let mut state = lock(&self.state);
        match std::mem::replace(&mut *state, State::Asked) {
            State::Answered(answer) => {
                *state = State::Nothing;
                Some(answer)
            }
            State::Nothing | State::Asked => None,
        }
    }

    /// Nothing is asked any more.
    pub(super) fn forget(&self) {
        *lock(&self.state) = State::Nothing;
    }

    /// Answers if that is asked for; true if it was.
    pub(super) fn answer(&self, answer: impl FnOnce() -> T) -> bool {
        let mut state = lock(&self.state);
        let asked = matches!(*state, State::Asked);
        if asked {
            *state = State::Answered(answer());
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_once_and_only_if_it_was_asked_for() {
        let wanted = Wanted::new();
        assert!(!wanted.answer(|| 1));
        assert_eq!(wanted.take_or_want(), None);
        assert!(wanted.answer(|| 2));
        assert!(!wanted.answer(|| 3));
        assert_eq!(wanted.take_or_want(), Some(2));
        assert!(!wanted.answer(|| 4));
        assert_eq!(wanted.take_or_want(), None);
        assert!(wanted.is_asked());
        wanted.forget();
        assert!(!wanted.is_asked() && !wanted.answer(|| 5));
    }
}
