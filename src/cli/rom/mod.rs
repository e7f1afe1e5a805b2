//! `dosmux rom`: runs a ROM image on the bare processor and shows what it writes to ports.

mod outputs;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use self::outputs::Outputs;
use super::exit::{Status, Trouble};
use super::{interrupt, number};
use crate::bare::{Bare, MAX_IMAGE_BYTES, MAX_RAM_BYTES, MIN_RAM_BYTES, Pause};
use crate::types::PhysAddr;

/// Instructions between two looks at signals and at what is to be printed.
const SLICE: u64 = 1_000_000;

/// The arguments of `dosmux rom`.
#[derive(Debug, clap::Args)]
pub(super) struct RomArgs {
    /// The image. Its last 16 bytes are what the processor executes first.
    #[arg(value_name = "FILE")]
    image: PathBuf,

    /// RAM from address 0 on, 4K to 2G; the image hides what lies below it.
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = ram)]
    ram: u32,

    /// Where the image begins, a multiple of 4K, instead of ending at 1 MiB. Its copy that ends at
    /// 4 GiB stays.
    #[arg(long, value_name = "ADDR", value_parser = number::address)]
    at: Option<u32>,

    /// Prints what is written to PORT, as lines `port value` in hexadecimal; may be repeated.
    #[arg(long, value_name = "PORT", value_parser = number::port)]
    watch_port: Vec<u16>,

    /// Writes the bytes written to PORT to FILE; may be repeated.
    #[arg(long, value_name = "PORT=FILE", value_parser = dump)]
    dump_port: Vec<Dump>,

    /// Stops after N instructions.
    #[arg(long, value_name = "N", value_parser = number::number)]
    limit: Option<u64>,
}

/// A port and the file that its bytes go to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dump {
    port: u16,
    path: PathBuf,
}

/// Reads a `--ram`.
fn ram(text: &str) -> Result<u32, String> {
    let bytes = number::size(text)?;
    let range = u64::from(MIN_RAM_BYTES)..=u64::from(MAX_RAM_BYTES);
    match u32::try_from(bytes) {
        Ok(bytes) if !bytes.is_multiple_of(MIN_RAM_BYTES) => Err(format!("{text} is no multiple of 4K")),
        Ok(ok) if range.contains(&bytes) => Ok(ok),
        _ => Err(format!("{text} is out of range; valid is 4K to 2G")),
    }
}

/// Reads a `--dump-port`.
fn dump(text: &str) -> Result<Dump, String> {
    match text.split_once('=') {
        Some((port, path)) if !path.is_empty() => {
            Ok(Dump { port: number::port(port.trim_end())?, path: PathBuf::from(path) })
        }
        _ => Err("write PORT=FILE, such as 0xE9=out.txt".to_owned()),
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Paused(Pause),
    Interrupted,
}

/// Runs the image; the status tells how it ended.
pub(super) fn run(args: &RomArgs) -> Result<Status, Trouble> {
    let shown = args.image.display();
    let image = read_image(&args.image).map_err(Trouble::bad_input)?;
    let mut bare = Bare::with_rom(args.ram, &image, args.at.map(PhysAddr))
        .with_context(|| format!("cannot run {shown}"))
        .map_err(Trouble::bad_input)?;
    let mut outputs = Outputs::open(args).map_err(Trouble::bad_input)?;
    let interrupted = interrupt::watch().context("cannot watch for signals").map_err(Trouble::host)?;
    let end = run_slices(&mut bare, args.limit.unwrap_or(u64::MAX), &mut outputs, &interrupted);
    outputs.finish().map_err(Trouble::host)?;
    let (status, what) = verdict(end);
    let (cs, eip, count) = (bare.cpu.cs(), bare.cpu.eip(), bare.executed());
    // With standard error gone, the exit status still tells.
    let _ = writeln!(io::stderr().lock(), "dosmux: {what} at {cs:04X}:{eip:04X} after {count} instructions");
    Ok(status)
}

/// Reads the image, or as much of it as shows that it is too large.
fn read_image(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = || {
        let mut image = Vec::new();
        File::open(path)?.take(MAX_IMAGE_BYTES as u64 + 1).read_to_end(&mut image)?;
        io::Result::Ok(image)
    };
    read().with_context(|| format!("cannot read {}", path.display()))
}

/// Runs until the machine stops, the limit is reached, a signal comes, or nobody takes the output.
fn run_slices(bare: &mut Bare, limit: u64, outputs: &mut Outputs, interrupted: &AtomicBool) -> End {
    loop {
        let left = limit.saturating_sub(bare.executed());
        let pause = bare.run(left.min(SLICE), |port, width, value| outputs.take(port, width, value));
        let writable = outputs.show();
        if pause != Pause::BudgetUsed || bare.executed() >= limit || !writable {
            return End::Paused(pause);
        }
        if interrupted.load(Ordering::Relaxed) {
            return End::Interrupted;
        }
    }
}

/// The exit status of an end and the words for it.
fn verdict(end: End) -> (Status, &'static str) {
    match end {
        End::Paused(Pause::Halted) => (Status::Success, "halted"),
        End::Paused(Pause::Stuck) => (Status::Stuck, "waits for an interrupt that cannot come"),
        End::Paused(Pause::Shutdown) => (Status::Shutdown, "shut down"),
        End::Paused(Pause::BudgetUsed) => (Status::LimitReached, "reached the limit"),
        End::Interrupted => (Status::Interrupted, "interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ram_sizes_have_a_range_and_a_grain() {
        assert_eq!(ram("64K"), Ok(64 << 10));
        assert_eq!(ram("2G"), Ok(1 << 31));
        assert_eq!(ram("6000").unwrap_err(), "6000 is no multiple of 4K");
        for text in ["0", "3G", "4G", "5G"] {
            assert!(ram(text).unwrap_err().ends_with("is out of range; valid is 4K to 2G"), "{text}");
        }
    }

    #[test]
    fn a_dump_is_a_port_and_a_file() {
        assert_eq!(dump("0E9h=a=b"), Ok(Dump { port: 0xE9, path: PathBuf::from("a=b") }));
        for text in ["0xE9", "0xE9=", "=file", "x=file", "0x10000=file"] {
            assert!(dump(text).is_err(), "{text}");
        }
    }
}
