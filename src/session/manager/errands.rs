//! Requests to one session: they wait for the worker that has the session's machine, and their answers
//! for whoever asked. A session that stands still runs errands all the same.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::slot::lock;
use crate::session::{Host, Media, Reply, Request, Session, SessionError};
use crate::types::SessionId;

/// Requests that wait at most, and answers that nobody took.
const CAPACITY: usize = 256;

/// Names one request for the life of a manager; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What came of a request.
#[derive(Debug)]
pub struct Answer {
    /// Which request.
    pub id: RequestId,
    /// Who was asked.
    pub session: SessionId,
    /// What was asked for.
    pub request: Request,
    /// Done, or why not.
    pub result: Result<Reply, SessionError>,
}

/// See the module's text. No lock is held while another is taken.
pub(super) struct Errands {
    session: SessionId,
    host: Arc<Host>,
    waiting: Mutex<VecDeque<(RequestId, Request)>>,
    answers: Mutex<VecDeque<Answer>>,
    media: Mutex<Arc<Media>>,
    /// Somebody looked at the drives: they are to be looked at again at the slice's end.
    media_wanted: AtomicBool,
}

impl Errands {
    pub(super) fn new(id: SessionId, session: &Session, host: Arc<Host>) -> Errands {
        Errands {
            session: id,
            host,
            waiting: Mutex::default(),
            answers: Mutex::default(),
            media: Mutex::new(Arc::new(session.media())),
            media_wanted: AtomicBool::new(false),
        }
    }

    /// Whose requests they are.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    /// Queues a request.
    pub(super) fn ask(&self, id: RequestId, request: Request, name: &str) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() < CAPACITY {
            return waiting.push_back((id, request));
        }
        drop(waiting);
        self.refuse(id, request, name, "too many requests wait");
    }

    /// Carries out what waits; true if anything did.
    pub(super) fn run(&self, session: &mut Session) -> bool {
        let mut done = false;
        loop {
            let Some((id, request)) = lock(&self.waiting).pop_front() else { break };
            let result = session.answer(&request, &self.host);
            self.put(Answer { id, session: self.session, request, result });
            done = true;
        }
        if self.media_wanted.swap(false, Ordering::Relaxed) || done {
            *lock(&self.media) = Arc::new(session.media());
        }
        done
    }

    /// Refuses what waits, because there is no machine any more; true if anything did.
    pub(super) fn refuse_all(&self, name: &str) -> bool {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        let any = !waiting.is_empty();
        for (id, request) in waiting {
            self.refuse(id, request, name, "dosmux failed in it before");
        }
        any
    }

    /// Takes the answers that are there.
    pub(super) fn take_answers(&self) -> impl Iterator<Item = Answer> {
        std::mem::take(&mut *lock(&self.answers)).into_iter()
    }

    /// The drives as of the end of the last slice after somebody asked for them.
    pub(super) fn media(&self) -> Arc<Media> {
        self.media_wanted.store(true, Ordering::Relaxed);
        Arc::clone(&lock(&self.media))
    }

    /// Looks at the drives now.
    pub(super) fn renew_media(&self, session: &Session) {
        *lock(&self.media) = Arc::new(session.media());
    }

    fn refuse(&self, id: RequestId, request: Request, name: &str, why: &'static str) {
        let result = Err(SessionError::NoAnswer { session: name.to_owned(), why });
        self.put(Answer { id, session: self.session, request, result });
    }

    /// Keeps an answer; the oldest go if nobody takes them.
    fn put(&self, answer: Answer) {
        let mut answers = lock(&self.answers);
        if answers.len() >= CAPACITY {
            answers.pop_front();
        }
        answers.push_back(answer);
    }
}
