//! A drive has failed a command of the shell: INT 24h says what becomes of it, as of a call of INT 21h.

use super::super::app::{Answer, Call, Request};
use super::super::critical::{flag, reply};
use super::super::error::DosError;
use super::super::{Dos, device};
use super::text::{Complaint, Trouble};
use super::{Job, Shell, Step};
use crate::types::lo8;

const INT_CRITICAL: u8 = 0x24;

/// See the module's text.
#[derive(Clone, Debug)]
pub(super) struct Critical {
    trouble: Trouble,
    /// What is done again if it is to be tried again.
    again: Box<Job>,
}

impl Critical {
    pub(super) fn new(trouble: Trouble, again: Job) -> Critical {
        Critical { trouble, again: Box::new(again) }
    }

    pub(super) fn go_on(self, shell: &mut Shell, dos: &mut Dos<'_>, answer: &Answer) -> Step {
        let Answer::Returned(got) = answer else {
            let asked = self.call();
            return Step::Ask(Job::Critical(self), Request::Interrupt(INT_CRITICAL, asked));
        };
        match lo8(got.ax.into()) {
            reply::RETRY => shell.jobs.push(*self.again),
            reply::ABORT => {
                self.abandon(dos);
                shell.break_off(dos);
            }
            _ => {
                self.again.abandon(dos);
                // Who has been asked knows what failed; a program that runs for the host is not asked.
                let error = if dos.state.has_job() { self.trouble.error } else { DosError::FailedOnCritical };
                shell.complain(Complaint::new(&error.to_string()));
            }
        }
        Step::Next
    }

    fn call(&self) -> Call {
        let Trouble { error, drive, writing } = self.trouble;
        let flags = flag::MAY_FAIL | flag::MAY_RETRY | flag::DIRECTORY | if writing { flag::WRITING } else { 0 };
        let ax = u16::from_le_bytes([drive, flags]);
        let header = device::BLOCK;
        Call { ax, di: error.driver_code().into(), bp: header.seg, si: header.off, ..Call::default() }
    }

    pub(super) fn abandon(self, dos: &mut Dos<'_>) {
        self.again.abandon(dos);
    }
}
