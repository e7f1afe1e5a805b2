//! Runs the programs on each DOS: the files that they write.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use dosmux::disk::WritePolicy;
use dosmux::dos::drive::{Drive, HostDrive, Zone};
use dosmux::screen::CodePage;

use super::super::machine::Machine;
use super::cases::Group;
use super::guest;
use super::outcome::{self, Outcomes};
use crate::dos::{Dos, floppy, image};

/// What is on drive B: beside the programs: children to start.
const CHILDREN: [(&str, &[u8]); 6] = [
    // MOV AX,4C07; INT 21h.
    ("EXIT7.COM", &[0xB8, 0x07, 0x4C, 0xCD, 0x21]),
    // MOV AH,0; INT 21h.
    ("INT00.COM", &[0xB4, 0x00, 0xCD, 0x21]),
    // MOV DX,110h; INT 27h.
    ("INT27.COM", &[0xBA, 0x10, 0x01, 0xCD, 0x27]),
    // INT 23h leads to STC, RETF; a look for a key finds the Ctrl-C that is put in front of it.
    ("BREAK.COM", BREAK),
    // INT 20h.
    ("INT20.COM", &[0xCD, 0x20]),
    // MOV AX,3109; MOV DX,20; INT 21h.
    ("STAY9.COM", &[0xB8, 0x09, 0x31, 0xBA, 0x20, 0x00, 0xCD, 0x21]),
];
/// MOV DX,handler; MOV AX,2523h; INT 21h; MOV AH,5; MOV CX,2E03h; INT 16h; MOV AH,0Bh; INT 21h; MOV AX,4C63h;
/// INT 21h; handler: STC; RETF.
const BREAK: &[u8] = &[
    0xBA, 0x18, 0x01, 0xB8, 0x23, 0x25, 0xCD, 0x21, 0xB4, 0x05, 0xB9, 0x03, 0x2E, 0xCD, 0x16, 0xB4, 0x0B, 0xCD, 0x21,
    0xB8, 0x63, 0x4C, 0xCD, 0x21, 0xF9, 0xCB,
];
const BATCH: &str = "RUN.BAT";

/// The batch file that runs every program.
fn batch(groups: &[Group]) -> String {
    groups.iter().map(|group| format!("{}\r\n", group.name)).collect()
}

/// Everything that drive B: begins with.
fn files(groups: &[Group]) -> Vec<(String, Vec<u8>)> {
    let programs = groups.iter().map(|group| (format!("{}.COM", group.name), guest::program(group)));
    let children = CHILDREN.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
    programs.chain(children).chain([(BATCH.to_owned(), batch(groups).into_bytes())]).collect()
}

fn outcomes(groups: &[Group], mut read: impl FnMut(&str) -> Vec<u8>) -> Outcomes {
    groups.iter().flat_map(|group| outcome::read(group, &read(&format!("{}.OUT", group.name)))).collect()
}

fn fill(folder: &Path, groups: &[Group]) {
    for (name, bytes) in files(groups) {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// The built-in DOS, with B: on a host directory.
pub(super) fn builtin(groups: &[Group]) -> Outcomes {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), groups);
    let drive = HostDrive::open(folder.path(), CodePage::US, Zone::universal(), false).unwrap();
    let mut machine = Machine::shell_with_drive(1, Arc::new(Drive::Host(drive)));
    machine.types("b:\nrun\n");
    machine.settle();
    outcomes(groups, |name| {
        let name = name.to_lowercase();
        fs::read(folder.path().join(&name)).unwrap_or_else(|_| panic!("no {name}; the screen:\n{}", machine.text()))
    })
}

/// FreeDOS, with B: a floppy; `None` if its image is not there.
pub(super) fn freedos(groups: &[Group]) -> Option<Outcomes> {
    let folder = tempfile::tempdir().unwrap();
    let files = files(groups);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let work = floppy(folder.path(), "work.img", "1440K", &files);
    let mut dos = Dos::boot("1440K", &[image(&work, WritePolicy::Overlay)])?;
    dos.run("b:");
    dos.run("run");
    Some(outcomes(groups, |name| {
        let screen = dos.session.screen().text();
        dos.session.read_file(&format!("B:\\{name}")).unwrap_or_else(|_| panic!("no {name}; the screen:\n{screen}"))
    }))
}

/// DOSBox, with B: on a host directory; `None` if it is not installed.
pub(super) fn dosbox(groups: &[Group]) -> Option<Outcomes> {
    let folder = tempfile::tempdir().unwrap();
    let groups: &[Group] = &groups.iter().map(Group::for_dosbox).collect::<Vec<_>>();
    fill(folder.path(), groups);
    let settings = folder.path().join("dosbox.set");
    let mount = folder.path().display();
    // Without a serial port its AH=03h does not wait for one.
    let serial = "[serial]\nserial1=disabled\nserial2=disabled\n";
    fs::write(&settings, format!("{serial}[autoexec]\nmount b {mount}\nb:\ncall run\nexit\n")).unwrap();
    let mut command = Command::new("timeout");
    command.args(["120", "dosbox", "-conf"]).arg(&settings).arg("-exit");
    command.env("SDL_VIDEODRIVER", "dummy").env("SDL_AUDIODRIVER", "dummy");
    if !command.output().ok()?.status.success() {
        return None;
    }
    Some(outcomes(groups, |name| {
        fs::read(folder.path().join(name)).unwrap_or_else(|_| panic!("no {name} from DOSBox"))
    }))
}
