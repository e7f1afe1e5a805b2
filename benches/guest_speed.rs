//! How fast guests run on a whole machine: monitor, devices and all. Criterion's elements are guest
//! instructions (Melem/s: MIPS), in the trap storm the traps.

mod guests;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dosmux::clock::VirtTime;
use dosmux::config::{ImageSpec, SessionSpec};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::monitor::vm::{Pause, Vm};
use dosmux::session::{Host, Session, SessionOptions};
use iced_x86::code_asm::*;

use guests::{GUESTS, Guest};

/// Where the BIOS puts a boot sector.
const BOOT_AT: u64 = 0x7C00;

/// Guest instructions in one measured stretch.
const STRETCH: u64 = 1_000_000;

/// A 160 KiB floppy whose boot sector goes round and round.
fn boot_sector(guest: &Guest) -> Vec<u8> {
    let mut image = guests::assembled(BOOT_AT, |a| {
        a.cld()?;
        a.xor(ax, ax)?;
        a.mov(ds, ax)?;
        a.mov(es, ax)?;
        a.mov(ss, ax)?;
        a.mov(sp, 0x7C00)?;
        (guest.set_up)(a)?;
        let mut again = a.create_label();
        a.set_label(&mut again)?;
        (guest.round)(a)?;
        a.jmp(again)
    });
    assert!(image.len() <= 510, "{} bytes do not fit in a boot sector", image.len());
    image.resize(510, 0);
    image.extend([0x55, 0xAA]);
    image.resize(160 * 1024, 0);
    image
}

/// A machine that has booted from `image` and is at work.
fn machine(image: &[u8]) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.img");
    std::fs::write(&path, image).expect("the folder is writable");
    let mut spec = SessionSpec::new("bench");
    spec.floppies = vec![ImageSpec { source: ImageSource::File(path), writes: WritePolicy::Overlay }];
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options).expect("the image opens");
    stretch(session.vm_mut());
    session
}

/// Executes [`STRETCH`] instructions, idle time skipped.
fn stretch(vm: &mut Vm) {
    let end = vm.stats().instructions + STRETCH;
    loop {
        let left = end.saturating_sub(vm.stats().instructions);
        match vm.run(VirtTime(u64::MAX), left) {
            _ if left == 0 => return,
            Pause::Idle(Some(next)) => vm.skip_to(next),
            Pause::BudgetUsed => {}
            other => panic!("the guest has stopped: {other:?}"),
        }
    }
}

/// Entries of the monitor in one stretch.
fn traps_in_a_stretch(vm: &mut Vm) -> u64 {
    let count = |vm: &Vm| vm.stats().rows().map(|(_, count)| count).sum::<u64>();
    let before = count(vm);
    stretch(vm);
    count(vm) - before
}

fn guest_speed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("guest");
    group.sample_size(20);
    for guest in &GUESTS {
        let mut session = machine(&boot_sector(guest));
        let elements = if guest.name == "traps" { traps_in_a_stretch(session.vm_mut()) } else { STRETCH };
        group.throughput(Throughput::Elements(elements));
        group.bench_function(guest.name, |bencher| bencher.iter(|| stretch(black_box(session.vm_mut()))));
    }
    group.finish();
}

criterion_group!(benches, guest_speed);
criterion_main!(benches);
