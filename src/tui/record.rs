//! Recordings of sessions in files, written as things happen, each by a thread of its own: the UI
//! waits for no disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::save::create;
use crate::screen::{Cast, Screen};
use crate::session::SessionView;
use crate::types::SessionId;

/// Frames that may wait for the disk. Further ones are left out; the next that finds room has what
/// they had.
const WAITING_FRAMES: usize = 64;

/// A screen and its time since the recording began; without a screen, the end.
type Frame = (Duration, Option<Arc<Screen>>);

/// One recording.
#[derive(Debug)]
struct Recording {
    path: PathBuf,
    began: Duration,
    frames: SyncSender<Frame>,
    /// The screen that was sent last.
    sent: Arc<Screen>,
    /// One that found no room.
    left_out: Option<Arc<Screen>>,
    writer: JoinHandle<io::Result<()>>,
}

/// A recording that has ended, and how.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) id: SessionId,
    pub(super) path: PathBuf,
    pub(super) outcome: io::Result<()>,
}

/// All recordings that go on. Dropped, it loses nothing that was recorded.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    recordings: BTreeMap<SessionId, Recording>,
}

impl Recorder {
    /// Begins to record the session `view` at `now` in a new file named after `path`; gives its name.
    pub(super) fn start(&mut self, view: &SessionView, path: &Path, now: Duration) -> io::Result<PathBuf> {
        let (file, path) = create(path)?;
        let cast = Cast::new(file, &view.screen, &view.name)?;
        let (frames, received) = sync_channel(WAITING_FRAMES);
        let thread = thread::Builder::new().name("recording".to_owned());
        let writer = thread.spawn(move || write(cast, &received))?;
        let sent = view.screen.clone();
        let recording = Recording { path: path.clone(), began: now, frames, sent, left_out: None, writer };
        self.recordings.insert(view.id, recording);
        Ok(path)
    }

    /// Records what has changed. Gives the recordings that ended because their session is gone or
    /// their file failed.
    pub(super) fn note(&mut self, views: &[SessionView], now: Duration) -> Vec<Ended> {
        let mut ended = Vec::new();
        let view_of = |id: SessionId| views.iter().find(|view| view.id == id);
        for (&id, recording) in &mut self.recordings {
            match view_of(id).map(|view| recording.note(&view.screen, now)) {
                Some(true) => {}
                Some(false) | None => ended.push(id),
            }
        }
        ended.into_iter().filter_map(|id| self.stop(id, now)).collect()
    }

    /// Ends a recording; waits until it is written.
    pub(super) fn stop(&mut self, id: SessionId, now: Duration) -> Option<Ended> {
        let Recording { path, began, frames, left_out, writer, .. } = self.recordings.remove(&id)?;
        let at = now.saturating_sub(began);
        for last in left_out.map(Some).into_iter().chain([None]) {
            // A file that has failed is told of below.
            let _ = frames.send((at, last));
        }
        drop(frames);
        let failed = |_| Err(io::Error::other("its thread failed"));
        Some(Ended { id, path, outcome: writer.join().unwrap_or_else(failed) })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        for (_, Recording { frames, writer, .. }) in std::mem::take(&mut self.recordings) {
            drop(frames);
            // There is nobody left to tell.
            drop(writer.join());
        }
    }
}

impl Recording {
    /// False if the file has failed.
    fn note(&mut self, screen: &Arc<Screen>, now: Duration) -> bool {
        if Arc::ptr_eq(screen, &self.sent) {
            return true;
        }
        match self.frames.try_send((now.saturating_sub(self.began), Some(screen.clone()))) {
            Ok(()) => {
                self.left_out = None;
                self.sent = screen.clone();
            }
            Err(TrySendError::Full(_)) => self.left_out = Some(screen.clone()),
            Err(TrySendError::Disconnected(_)) => return false,
        }
        true
    }
}

fn write(mut cast: Cast<std::fs::File>, frames: &Receiver<Frame>) -> io::Result<()> {
    for (at, screen) in frames {
        match screen {
            Some(screen) => cast.frame(at, &screen)?,
            None => cast.end(at)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::testing::session;

    const SECOND: Duration = Duration::from_secs(1);

    fn shows(view: &mut SessionView, code: u8) {
        Arc::make_mut(&mut view.screen).cells[0].code = code;
    }

    #[test]
    fn a_recording_has_every_change_with_its_time_and_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let (mut recorder, mut view) = (Recorder::default(), session(1, "a"));
        let path = recorder.start(&view, &dir.path().join("a-1.cast"), 10 * SECOND).unwrap();
        assert!(recorder.note(&[view.clone()], 11 * SECOND).is_empty());
        shows(&mut view, b'X');
        recorder.note(&[view.clone()], 12 * SECOND);
        let ended = recorder.stop(view.id, 20 * SECOND).unwrap();
        assert!(ended.outcome.is_ok());
        let text = std::fs::read_to_string(&path).unwrap();
        let times: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(times, ["[0.000000", "[2.000000", "[10.000000"]);
        assert!(text.lines().nth(2).unwrap().contains("mX"), "{text}");
    }

    #[test]
    fn a_session_that_is_closed_ends_its_recording_and_files_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a-1.cast");
        std::fs::write(&path, "mine").unwrap();
        let mut recorder = Recorder::default();
        assert_eq!(recorder.start(&session(1, "a"), &path, SECOND).unwrap(), dir.path().join("a-2.cast"));
        let ended = recorder.note(&[session(2, "b")], SECOND);
        assert_eq!((ended.len(), ended[0].id), (1, SessionId(1)));
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert!(recorder.stop(SessionId(1), SECOND).is_none());
    }

    #[test]
    fn a_file_that_fails_ends_its_recording_and_says_why() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let view = session(1, "a");
        assert!(Cast::new(full, &view.screen, "a").is_err());
        assert!(Recorder::default().start(&view, Path::new("/nowhere/a.cast"), SECOND).is_err());
    }
}
