//! The log file: where `tracing` events go, if anywhere.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;

/// Sends all events up to `level` to the file `path`, which is emptied first.
pub(super) fn start(path: &Path, level: tracing::Level) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write the log {}", path.display()))?;
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(Mutex::new(file)).finish();
    tracing::subscriber::set_global_default(subscriber).context("cannot start the log")
}
