//! Runs an image under Bochs and under QEMU and takes what it writes to port E9h.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::proof::rom::IMAGE_BYTES;

/// Longer than any image takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An emulator that the vectors are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emulator {
    Bochs,
    Qemu,
}

impl Emulator {
    /// What the image at `rom` writes; work files go beside it.
    pub(crate) fn run(self, rom: &Path) -> Result<Vec<u8>> {
        let out = rom.with_extension(match self {
            Emulator::Bochs => "bochs",
            Emulator::Qemu => "qemu",
        });
        let mut command = match self {
            Emulator::Bochs => bochs(rom, &out)?,
            Emulator::Qemu => qemu(rom, &out),
        };
        let mut child = command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {self:?}; is it installed?"))?;
        let end = Instant::now() + PATIENCE;
        while child.try_wait()?.is_none() && Instant::now() < end {
            sleep(Duration::from_millis(20));
        }
        // An image that hangs has written up to its last case: the caller sees which.
        let _ = child.kill();
        child.wait()?;
        fs::read(&out).with_context(|| out.display().to_string())
    }

    /// The version, as it names itself.
    pub(crate) fn version(self) -> Result<String> {
        let (program, option) = match self {
            Emulator::Bochs => ("bochs", "--help"),
            Emulator::Qemu => ("qemu-system-i386", "--version"),
        };
        let output = Command::new(program).arg(option).output().with_context(|| format!("starting {program}"))?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let line = text.lines().find(|line| line.contains("Emulator") || line.contains("version"));
        Ok(line.unwrap_or("unknown").trim().to_owned())
    }
}

/// Bochs without a display: its VNC server with nobody to wait for. It writes port E9h to standard
/// output, between messages of its own.
fn bochs(rom: &Path, out: &Path) -> Result<Command> {
    let (config, debugger) = (rom.with_extension("bochsrc"), rom.with_extension("rc"));
    let text = format!(
        "display_library: rfb, options=\"timeout=0\"\n\
         romimage: file={}, address={:#x}\n\
         vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n\
         megs: 16\n\
         cpu: model=bx_generic, count=1, ips=50000000, reset_on_triple_fault=0\n\
         port_e9_hack: enabled=1\n\
         sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy\n\
         speaker: enabled=0\n\
         panic: action=fatal\n\
         log: {}\n",
        rom.display(),
        0u32.wrapping_sub(IMAGE_BYTES),
        rom.with_extension("log").display(),
    );
    fs::write(&config, text)?;
    // Debian's Bochs starts in its debugger.
    fs::write(&debugger, "c\n")?;
    let mut command = Command::new("bochs");
    command.arg("-q").arg("-f").arg(config).arg("-rc").arg(debugger).stdout(fs::File::create(out)?);
    Ok(command)
}

fn qemu(rom: &Path, out: &Path) -> Command {
    let mut command = Command::new("qemu-system-i386");
    command.args(["-machine", "pc", "-accel", "tcg", "-cpu", "486", "-m", "16", "-bios"]).arg(rom);
    command.args(["-display", "none", "-serial", "none", "-parallel", "none", "-monitor", "none", "-net", "none"]);
    command.args(["-no-reboot", "-device", "isa-debugcon,iobase=0xe9,chardev=out", "-chardev"]);
    command.arg(format!("file,id=out,path={}", out.display()));
    command.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=1"]).stdout(Stdio::null());
    command
}
