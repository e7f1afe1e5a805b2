//! What is running, in a line at the bottom of the terminal.

use std::io;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, what is done, and what was begun last.
const TEMPLATE: &str = "{bar:24} {pos}/{len} {elapsed} {wide_msg}";

/// The line; does nothing where there is no terminal. Clones are the same line.
#[derive(Clone)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A line for `cases`, on standard error if that is a terminal.
    pub(super) fn new(cases: usize, shown: bool) -> Progress {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let length = u64::try_from(cases).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(bar)
    }

    /// A case begins.
    pub(super) fn begin(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }

    /// A case is done; `print` says so above the line.
    pub(super) fn done(&self, print: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.0.inc(1);
        self.0.suspend(print)
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
