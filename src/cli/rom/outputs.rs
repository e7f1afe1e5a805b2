//! Where port writes go: lines on standard output and files of bytes. All of it is buffered; a
//! failure is kept until it can be told.

use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::RomArgs;
use crate::types::{Port, Width};

/// Bytes gathered before the host is asked to write.
const BUFFER: usize = 256 * 1024;
/// `port value` at its longest: four digits, a blank, eight digits, a line feed.
const LINE: usize = 14;

/// What happens to writes to one port.
#[derive(Clone, Copy, Default)]
struct Tap {
    watched: bool,
    /// Index in `Outputs::dumps`.
    dump: Option<u16>,
}

/// A file that takes a port's bytes.
struct DumpFile {
    path: PathBuf,
    file: BufWriter<File>,
}

/// All that a run leaves behind.
pub(super) struct Outputs {
    /// By port number.
    taps: Vec<Tap>,
    lines: BufWriter<StdoutLock<'static>>,
    dumps: Vec<DumpFile>,
    failure: Option<anyhow::Error>,
}

impl Outputs {
    /// Creates the files. *Errors*: one that cannot be written, or that has another use already.
    pub(super) fn open(args: &RomArgs) -> anyhow::Result<Outputs> {
        let mut taps = vec![Tap::default(); 1 << 16];
        for &port in &args.watch_port {
            taps[usize::from(port)].watched = true;
        }
        let mut dumps = Vec::new();
        let mut taken = vec![regular_file(&args.image)];
        for dump in &args.dump_port {
            let tap = &mut taps[usize::from(dump.port)];
            if tap.dump.is_some() {
                bail!("port {:04X} has two dump files", dump.port);
            }
            tap.dump = u16::try_from(dumps.len()).ok();
            let file = create(&dump.path, &mut taken)?;
            dumps.push(DumpFile { path: dump.path.clone(), file: BufWriter::with_capacity(BUFFER, file) });
        }
        let lines = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        Ok(Outputs { taps, lines, dumps, failure: None })
    }

    /// Takes what the guest writes to a port.
    #[inline]
    pub(super) fn take(&mut self, port: Port, width: Width, value: u32) {
        let tap = self.taps[usize::from(port.0)];
        if tap.watched {
            let (line, length) = line(port, width, value);
            if let Err(error) = self.lines.write_all(&line[..length]) {
                self.fail("cannot print".to_owned(), error);
            }
        }
        if let Some(dump) = tap.dump.and_then(|index| self.dumps.get_mut(usize::from(index))) {
            let bytes = &value.to_le_bytes()[..width.bytes() as usize];
            if let Err(error) = dump.file.write_all(bytes) {
                let what = format!("cannot write {}", dump.path.display());
                self.fail(what, error);
            }
        }
    }

    /// Brings the lines so far to standard output. False if somebody no longer takes what the guest
    /// writes.
    pub(super) fn show(&mut self) -> bool {
        if self.failure.is_none()
            && let Err(error) = self.lines.flush()
        {
            self.fail("cannot print".to_owned(), error);
        }
        self.failure.is_none()
    }

    /// Writes out everything. *Errors*: the first thing that could not be written.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.show();
        for mut dump in std::mem::take(&mut self.dumps) {
            if let Err(error) = dump.file.flush() {
                self.fail(format!("cannot write {}", dump.path.display()), error);
            }
        }
        self.failure.map_or(Ok(()), Err)
    }

    /// Keeps the first failure.
    #[cold]
    fn fail(&mut self, what: String, error: io::Error) {
        self.failure.get_or_insert_with(|| anyhow::Error::new(error).context(what));
    }
}

/// The text of a watched write: port and value in hexadecimal, as many digits as they are wide.
fn line(port: Port, width: Width, value: u32) -> ([u8; LINE], usize) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |number: u32, place: usize| DIGITS[(number >> (4 * place) & 15) as usize];
    let digits = width.bytes() as usize * 2;
    let mut line = [b' '; LINE];
    for (at, place) in (0..4).rev().enumerate() {
        line[at] = digit(u32::from(port.0), place);
    }
    for (at, place) in (0..digits).rev().enumerate() {
        line[5 + at] = digit(value, place);
    }
    line[5 + digits] = b'\n';
    (line, 6 + digits)
}

/// Empties or makes a dump file that nothing else uses; adds it to `taken`.
fn create(path: &Path, taken: &mut Vec<Option<PathBuf>>) -> anyhow::Result<File> {
    // Looked at before it is emptied: it may be the image.
    refuse_taken(path, taken)?;
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    taken.push(regular_file(path));
    Ok(file)
}

fn refuse_taken(path: &Path, taken: &[Option<PathBuf>]) -> anyhow::Result<()> {
    let real = regular_file(path);
    if real.is_some() && taken.contains(&real) {
        bail!("{} is named twice; a dump needs a file of its own", path.display());
    }
    Ok(())
}

/// Where `path` really leads, if it is a file that has contents; devices may be shared.
fn regular_file(path: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(path).ok()?;
    fs::metadata(&real).ok()?.is_file().then_some(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(port: u16, width: Width, value: u32) -> String {
        let (line, length) = line(Port(port), width, value);
        String::from_utf8(line[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_line_has_as_many_digits_as_the_access_is_wide() {
        assert_eq!(text(0x80, Width::Byte, 0x5), "0080 05\n");
        assert_eq!(text(0x190, Width::Word, 0xBEEF), "0190 BEEF\n");
        assert_eq!(text(0xFFFF, Width::Dword, 0x1234_ABCD), "FFFF 1234ABCD\n");
    }
}
