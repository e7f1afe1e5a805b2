//! What a script needs of a session. The real one is [`Session`]; tests of the runner have
//! another, whose guest does as told.

use std::time::Duration;

use super::ast::Settings;
use crate::clock::VirtTime;
use crate::config::ImageSpec;
use crate::disk::DriveId;
use crate::keys::{Key, KeyEvent};
use crate::monitor::programs::ProgramExit;
use crate::monitor::vm::{StopReason, TrapStats};
use crate::pointer::{CellPlace, PointerAct};
use crate::screen::Screen;
use crate::session::{Host, Session};
use crate::types::{PhysAddr, SegOff};

/// A machine in deterministic mode that can be typed into and looked at.
pub trait Machine {
    /// Guest time.
    fn now(&self) -> VirtTime;

    /// Runs for `span` of guest time, or until the machine stops.
    fn run_for(&mut self, span: Duration);

    /// Runs until `done` says so of the screen; at most for `limit`, or until the machine stops.
    /// True if `done` said so.
    fn run_until(&mut self, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool;

    /// Queues text; gives the characters that cannot be typed.
    fn type_text(&mut self, text: &str) -> Vec<char>;

    /// Queues a chord.
    fn strike(&mut self, keys: &[Key]);

    /// Presses or releases a key.
    fn press(&mut self, event: KeyEvent);

    /// Queues what is done with the mouse. *Errors*: why that is not possible.
    fn point(&mut self, at: CellPlace, act: PointerAct) -> Result<(), String>;

    /// True if the guest has read everything queued.
    fn input_done(&self) -> bool;

    /// True if the guest waits for something to happen, such as a key.
    fn waits(&self) -> bool;

    /// How many programs have ended under the guest's DOS.
    fn exit_count(&self) -> u64;

    /// The program that ended as this one, from 1; `None` if it is long ago or still to come.
    fn exit(&self, number: u64) -> Option<ProgramExit>;

    /// Puts a floppy into a drive. *Errors*: why not.
    fn insert(&mut self, drive: DriveId, image: &ImageSpec, host: &Host) -> Result<(), String>;

    /// Takes the floppy out of a drive. *Errors*: why not.
    fn eject(&mut self, drive: DriveId) -> Result<(), String>;

    /// A file on one of the guest's disks; `None` if there is none. *Errors*: why it cannot be read.
    fn read_file(&mut self, path: &str) -> Result<Option<Vec<u8>>, String>;

    /// Writes a file to one of the guest's disks. *Errors*: why not.
    fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String>;

    /// Another number whenever the guest may have changed a file since the last look.
    fn file_changes(&self) -> u64;

    /// Restarts the machine.
    fn reset(&mut self);

    /// Switches the machine off and on again.
    fn power_cycle(&mut self);

    /// Changes settings.
    fn set(&mut self, settings: &Settings);

    /// What the display shows.
    fn screen(&self) -> Screen;

    /// `len` bytes of physical memory; what is not there reads as FFh.
    fn memory(&self, at: u32, len: usize) -> Vec<u8>;

    /// Writes to these ports are kept from now on.
    fn watch_ports(&mut self, ports: &[u16]);

    /// Port and value of the writes that were kept since the last call, oldest first.
    fn take_port_writes(&mut self) -> Vec<(u16, u8)>;

    /// Why the machine stopped, if it did.
    fn stopped(&self) -> Option<&StopReason>;

    /// Where the guest executes.
    fn cs_ip(&self) -> SegOff;

    /// The end of what the guest wrote to port E9h.
    fn log(&self) -> &[u8];

    /// How often the monitor was entered.
    fn stats(&self) -> TrapStats;
}

impl Machine for Session {
    fn now(&self) -> VirtTime {
        Session::now(self)
    }

    fn run_for(&mut self, span: Duration) {
        Session::run_for(self, span);
    }

    fn run_until(&mut self, limit: Duration, done: &mut dyn FnMut(&Screen) -> bool) -> bool {
        Session::run_until(self, limit, done)
    }

    fn type_text(&mut self, text: &str) -> Vec<char> {
        Session::type_text(self, text)
    }

    fn strike(&mut self, keys: &[Key]) {
        Session::strike(self, keys);
    }

    fn press(&mut self, event: KeyEvent) {
        Session::press(self, event);
    }

    fn point(&mut self, at: CellPlace, act: PointerAct) -> Result<(), String> {
        if Session::point(self, at, act) {
            Ok(())
        } else {
            Err("the session has no mouse; write mouse = \"driver\" or \"ps2\" in its table".to_owned())
        }
    }

    fn input_done(&self) -> bool {
        Session::input_done(self)
    }

    fn waits(&self) -> bool {
        Session::waits(self)
    }

    fn exit_count(&self) -> u64 {
        Session::exit_count(self)
    }

    fn exit(&self, number: u64) -> Option<ProgramExit> {
        Session::exits(self).find(|exit| exit.number == number).cloned()
    }

    fn insert(&mut self, drive: DriveId, image: &ImageSpec, host: &Host) -> Result<(), String> {
        Session::insert(self, drive, image, host).map_err(|error| error.to_string())
    }

    fn eject(&mut self, drive: DriveId) -> Result<(), String> {
        Session::eject(self, drive).map_err(|error| error.to_string())
    }

    fn read_file(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let found = Session::find_file(self, path).map_err(|error| error.to_string())?;
        found.map(|_| Session::read_file(self, path).map_err(|error| error.to_string())).transpose()
    }

    fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        Session::write_file(self, path, bytes).map_err(|error| error.to_string())
    }

    fn file_changes(&self) -> u64 {
        Session::file_changes(self)
    }

    fn reset(&mut self) {
        Session::reset(self);
    }

    fn power_cycle(&mut self) {
        Session::power_cycle(self);
    }

    fn set(&mut self, settings: &Settings) {
        if let Some(speed) = settings.speed {
            Session::set_speed(self, speed);
        }
        if let Some((page, follows)) = settings.code_page {
            Session::set_code_page(self, page, follows);
        }
        if let Some(layout) = settings.keyboard {
            Session::set_keyboard_layout(self, layout);
        }
    }

    fn screen(&self) -> Screen {
        Session::screen(self)
    }

    fn memory(&self, at: u32, len: usize) -> Vec<u8> {
        let memory = self.vm().memory();
        (at..=u32::MAX).take(len).map(|at| memory.read_u8(PhysAddr(at))).collect()
    }

    fn watch_ports(&mut self, ports: &[u16]) {
        self.vm_mut().watch_ports(ports);
    }

    fn take_port_writes(&mut self) -> Vec<(u16, u8)> {
        Session::take_port_writes(self)
    }

    fn stopped(&self) -> Option<&StopReason> {
        Session::stopped(self)
    }

    fn cs_ip(&self) -> SegOff {
        self.vm().cs_ip()
    }

    fn log(&self) -> &[u8] {
        Session::log(self)
    }

    fn stats(&self) -> TrapStats {
        Session::stats(self)
    }
}
