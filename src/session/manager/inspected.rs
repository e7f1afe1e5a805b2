//! What a session's machine is doing, for whoever looks at it while it runs: looked at between two
//! slices, and only when somebody asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::slot::lock;
use crate::session::Session;
use crate::session::inspect::Inspection;

/// The last look at a machine.
#[derive(Default)]
pub(super) struct Inspected {
    last: Mutex<Option<Arc<Inspection>>>,
    /// Somebody asked during a slice: it is to be looked at at the slice's end.
    wanted: AtomicBool,
}

impl Inspected {
    pub(super) fn last(&self) -> Option<Arc<Inspection>> {
        lock(&self.last).clone()
    }

    pub(super) fn want(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    pub(super) fn renew(&self, session: &Session) {
        let inspection = Arc::new(session.inspect());
        *lock(&self.last) = Some(inspection);
    }

    pub(super) fn renew_if_wanted(&self, session: &Session) {
        if self.wanted.swap(false, Ordering::Relaxed) {
            self.renew(session);
        }
    }
}
