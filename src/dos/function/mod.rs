//! The functions of INT 21h, by the number in AH.

mod character;
pub(super) mod clock;
pub(super) mod country;
mod device;
mod directory;
mod drives;
pub(super) mod exec;
mod fcb;
pub(super) mod find;
mod handle;
mod interrupts;
mod ioctl;
mod line;
pub(super) mod long;
mod memory;
mod network;
mod opening;
mod parameters;
mod prefix;
mod process;
mod structures;
mod system;

pub(super) use clock::{date_text, time_text};
pub(super) use drives::Clusters;

use super::engine::{Event, Want};
use super::error::DosError;
use super::frame::Frame;
use super::memory_map::SDA;
use super::{Dos, Outcome, sda};
use crate::types::hi8;

/// How a function ends.
#[derive(Debug)]
pub(super) enum Answer {
    /// The frame has the results.
    Done,
    /// The processor goes elsewhere: another process runs, or this one has ended.
    Elsewhere(Outcome),
    /// The guest is needed.
    Task(Task),
    /// A drive failed: INT 24h says what becomes of the call.
    Critical(DosError),
}

/// A function that needs the guest, and where in it we are.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// It begins again: something was to be done before it.
    NotBegun,
    Read(character::Read),
    Direct(character::Direct),
    Status,
    Write(character::Write),
    Line(line::Line),
    Flush(character::Flush),
    ReadConsole(handle::ReadConsole),
    ReadDevice(device::Read),
    WriteDevice(device::Write),
    Control(device::Control),
}

impl Task {
    /// Goes on with `event`; what it wants next.
    pub(super) fn go_on(&mut self, dos: &mut Dos<'_>, frame: &mut Frame, event: Event) -> Want {
        match self {
            Task::NotBegun => Want::Done,
            Task::Read(read) => read.go_on(frame, event),
            Task::Direct(direct) => direct.go_on(frame, event),
            Task::Status => character::status(frame, event),
            Task::Write(write) => write.go_on(event),
            Task::ReadConsole(read) => read.go_on(dos, frame, event),
            Task::ReadDevice(read) => read.go_on(dos, frame, event),
            Task::WriteDevice(write) => write.go_on(dos, frame, event),
            Task::Control(control) => control.go_on(dos, frame, event),
            Task::Line(line) => line.go_on(dos, frame, event),
            Task::Flush(_) => match character::Flush::go_on(event) {
                Some(want) => want,
                None => self.after_flush(dos, frame),
            },
        }
    }
}

impl Task {
    /// AH=0Ch has emptied the buffer: the function in AL takes the call over.
    fn after_flush(&mut self, dos: &mut Dos<'_>, frame: &mut Frame) -> Want {
        let answer = match frame.al() {
            0x01 => character::int21_01_read_echo(),
            0x06 => character::int21_06_direct(frame),
            0x07 => character::int21_07_read_raw(),
            0x08 => character::int21_08_read(),
            0x0A => line::int21_0a_line(dos, frame),
            _ => Answer::Done,
        };
        match answer {
            Answer::Task(task) => {
                *self = task;
                self.go_on(dos, frame, Event::Begin)
            }
            _ => Want::Done,
        }
    }
}

/// The functions that leave the stack alone, so that programs may call them at any time.
///
/// True if the function in AH was one of them. Source: RBIL, INT 21h/AH=33h, 50h, 51h, 62h, 64h.
pub(super) fn quick(dos: &mut Dos<'_>) -> bool {
    match hi8(dos.regs.gpr[0]) {
        0x33 => system::int21_33_break_check(dos),
        0x50 => {
            let psp = dos.regs.bx();
            sda::CURRENT_PSP.set(&mut dos.mem, SDA, psp);
        }
        0x51 | 0x62 => {
            let psp = sda::CURRENT_PSP.get(&dos.mem, SDA);
            dos.regs.set_bx(psp);
        }
        _ => return false,
    }
    true
}

/// Runs the function in AH.
pub(super) fn call(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    match frame.ah() {
        0x00 => process::int21_00_terminate(dos),
        0x01 => character::int21_01_read_echo(),
        0x02 => character::int21_02_write(frame),
        // Ports say where it comes from: AUX.
        0x03 => character::int21_08_read(),
        0x04 | 0x05 => character::int21_04_write_device(frame),
        0x06 => character::int21_06_direct(frame),
        0x07 => character::int21_07_read_raw(),
        0x08 => character::int21_08_read(),
        0x09 => character::int21_09_write_string(dos, frame),
        0x0A => line::int21_0a_line(dos, frame),
        0x0B => Answer::Task(Task::Status),
        0x0C => character::int21_0c_flush(),
        0x0D => Answer::Done,
        0x0E => drives::int21_0e_select_drive(dos, frame),
        0x0F => fcb::int21_0f_open(dos, frame),
        0x10 => fcb::int21_10_close(dos, frame),
        0x11 => fcb::int21_11_find_first(dos, frame),
        0x12 => fcb::int21_12_find_next(dos, frame),
        0x13 => fcb::int21_13_delete(dos, frame),
        0x14 => fcb::int21_14_sequential(dos, frame, fcb::Transfer::Read),
        0x15 => fcb::int21_14_sequential(dos, frame, fcb::Transfer::Write),
        0x16 => fcb::int21_16_create(dos, frame),
        0x17 => fcb::int21_17_rename(dos, frame),
        0x19 => drives::int21_19_current_drive(dos, frame),
        0x1A => find::int21_1a_set_transfer_area(dos, frame),
        0x1B | 0x1C => drives::int21_1b_allocation(dos, frame),
        0x1F | 0x32 => drives::int21_32_parameters(dos, frame),
        0x21 => fcb::int21_21_random(dos, frame, fcb::Transfer::Read),
        0x22 => fcb::int21_21_random(dos, frame, fcb::Transfer::Write),
        0x23 => fcb::int21_23_size(dos, frame),
        0x24 => fcb::int21_24_set_random(dos, frame),
        0x25 => interrupts::int21_25_set_vector(dos, frame),
        0x26 => prefix::int21_26_copy(dos, frame),
        0x27 => fcb::int21_27_random_block(dos, frame, fcb::Transfer::Read),
        0x28 => fcb::int21_27_random_block(dos, frame, fcb::Transfer::Write),
        0x29 => fcb::int21_29_parse(dos, frame),
        0x2A => clock::int21_2a_date(dos, frame),
        0x2B => clock::int21_2b_set_date(dos, frame),
        0x2C => clock::int21_2c_time(dos, frame),
        0x2D => clock::int21_2d_set_time(dos, frame),
        0x2E => system::int21_2e_set_verify(dos, frame),
        0x2F => find::int21_2f_transfer_area(dos, frame),
        0x30 => system::int21_30_version(dos, frame),
        0x31 => exec::int21_31_stay_resident(dos, frame),
        0x34 => structures::int21_34_in_dos(frame),
        0x35 => interrupts::int21_35_vector(dos, frame),
        0x36 => drives::int21_36_space(dos, frame),
        0x37 => country::int21_37_switch_character(frame),
        0x38 => country::int21_38_country(dos, frame),
        0x39 => directory::int21_39_make_directory(dos, frame),
        0x3A => directory::int21_3a_remove_directory(dos, frame),
        0x3B => directory::int21_3b_change_directory(dos, frame),
        0x3C => handle::int21_3c_create(dos, frame),
        0x3D => handle::int21_3d_open(dos, frame),
        0x3E => handle::int21_3e_close(dos, frame),
        0x3F => handle::int21_3f_read(dos, frame),
        0x40 => handle::int21_40_write(dos, frame),
        0x41 => directory::int21_41_delete(dos, frame),
        0x42 => handle::int21_42_seek(dos, frame),
        0x43 => directory::int21_43_attributes(dos, frame),
        0x44 => ioctl::int21_44_device_control(dos, frame),
        0x45 => handle::int21_45_duplicate(dos, frame),
        0x46 => handle::int21_46_redirect(dos, frame),
        0x47 => directory::int21_47_current_directory(dos, frame),
        0x48 => memory::int21_48_allocate(dos, frame),
        0x49 => memory::int21_49_free(dos, frame),
        0x4A => memory::int21_4a_resize(dos, frame),
        0x4B => exec::int21_4b_exec(dos, frame),
        0x4C => process::int21_4c_exit(dos, frame),
        0x4D => process::int21_4d_return_code(dos, frame),
        0x4E => find::int21_4e_find_first(dos, frame),
        0x4F => find::int21_4f_find_next(dos, frame),
        0x52 => structures::int21_52_list_of_lists(frame),
        0x53 => parameters::int21_53_translate(dos, frame),
        0x54 => system::int21_54_verify(dos, frame),
        0x55 => prefix::int21_55_child(dos, frame),
        0x56 => directory::int21_56_rename(dos, frame),
        0x57 => handle::int21_57_written(dos, frame),
        0x58 => memory::int21_58_strategy(dos, frame),
        0x59 => system::int21_59_error(dos, frame),
        0x5A => opening::int21_5a_create_temporary(dos, frame),
        0x5B => handle::int21_5b_create_new(dos, frame),
        0x5C => handle::int21_5c_lock(dos, frame),
        0x5D => structures::int21_5d_data_area(dos, frame),
        0x5E => network::int21_5e_machine_name(dos, frame),
        0x5F => network::int21_5f_drives(dos, frame),
        0x60 => directory::int21_60_true_name(dos, frame),
        0x63 => country::int21_63_lead_bytes(dos, frame),
        0x65 => country::int21_65_tables(dos, frame),
        0x66 => country::int21_66_code_page(dos, frame),
        0x67 => opening::int21_67_handle_count(dos, frame),
        0x68 => handle::int21_68_commit(dos, frame),
        0x69 => directory::int21_69_serial_number(dos, frame),
        0x6A => handle::int21_68_commit(dos, frame),
        0x6C => opening::int21_6c_extended_open(dos, frame),
        0x71 if dos.state.long_names => long::int21_71_long_names(dos, frame),
        _ => unknown(dos, frame),
    }
}

/// The first function behind those of DOS 5.
const BEHIND_LAST: u8 = 0x6D;
/// Do nothing, and say so by AL = 0. Source: RBIL, INT 21h/AH=61h, 6Bh.
const NULL_FUNCTIONS: [u8; 2] = [0x61, 0x6B];

/// A function that is not offered. Those of later versions say so by AL = 0, as in DOS 5, and by carry,
/// which programs that know long names look at: AX = 7100h. Of the others those from 38h on answer with
/// carry and AX = 1, those before with AL = 0.
fn unknown(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    tracing::warn!("INT 21h/AX={:04X}h is not offered", frame.ax);
    match frame.ah() {
        0x00..0x38 => frame.set_al(0),
        null if NULL_FUNCTIONS.contains(&null) => frame.set_al(0),
        0x38..BEHIND_LAST => return answer(dos, frame, Err(DosError::InvalidFunction)),
        BEHIND_LAST.. => {
            frame.set_al(0);
            frame.set_carry(true);
        }
    }
    Answer::Done
}

/// Returns `result` the way functions from 38h on do: carry and AX.
fn answer(dos: &mut Dos<'_>, frame: &mut Frame, result: Result<(), DosError>) -> Answer {
    if let Err(error) = result {
        if error.is_critical() {
            return Answer::Critical(error);
        }
        sda::set_error(&mut dos.mem, error);
        frame.ax = error.code();
    }
    frame.set_carry(result.is_err());
    Answer::Done
}
