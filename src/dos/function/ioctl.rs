//! AH=44h: what devices and drives are, and how devices treat bytes.
//!
//! Source: RBIL, INT 21h/AX=4400h to 440Fh.

use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::sft::{self, info};
use super::super::{Dos, device};
use super::device::Control;
use super::directory::numbered_drive;
use super::{Answer, Task, answer};

/// AX=4409h and 440Ah: the drive, or the file's drive, is a network's.
const DRIVE_IS_REMOTE: u16 = 1 << 12;
const FILE_IS_REMOTE: u16 = 1 << 15;
/// AX=4406h and 4407h: ready.
const READY: u8 = 0xFF;
/// AX=4408h: a drive that cannot be changed.
const FIXED: u16 = 1;

/// AH=44h.
pub(super) fn int21_44_device_control(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    match driver_control(dos, frame) {
        None => {}
        Some(Ok(control)) => return Answer::Task(Task::Control(control)),
        Some(Err(error)) => return answer(dos, frame, Err(error)),
    }
    let result = match frame.al() {
        0x00 => device_information(dos, frame),
        0x01 => set_device_information(dos, frame),
        0x06 => input_status(dos, frame),
        0x07 => dos.target(frame.bx).map(|_| frame.set_al(READY)),
        0x08 => drive(dos, frame).map(|()| frame.ax = FIXED),
        0x09 => drive(dos, frame).map(|()| frame.dx = DRIVE_IS_REMOTE),
        0x0A => dos.target(frame.bx).map(|target| {
            frame.dx = if target.is_device() { target.info } else { target.info | FILE_IS_REMOTE };
        }),
        // How often a share that is denied is tried again: here the answer is final.
        0x0B => Ok(()),
        // A drive with one letter.
        0x0E | 0x0F => drive(dos, frame).map(|()| frame.set_al(0)),
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}

/// What the driver of a device is to be asked; `None` of all that DOS knows by itself.
fn driver_control(dos: &Dos<'_>, frame: &Frame) -> Option<Result<Control, DosError>> {
    if !matches!(frame.al(), 0x02 | 0x03 | 0x06 | 0x07 | 0x0C | 0x10) {
        return None;
    }
    match dos.target(frame.bx) {
        Ok(target) if target.is_device() => Some(Control::of(dos, frame, sft::DEVICE.get(&dos.mem, target.at))),
        _ => None,
    }
}

fn drive(dos: &Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    numbered_drive(dos, frame.bx.to_le_bytes()[0]).map(drop)
}

fn device_information(dos: &Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    let mut info = target.info;
    if target.is_device() {
        // Source: RBIL, INT 21h/AX=4400h: the high byte is that of the driver's attributes.
        let header = sft::DEVICE.get(&dos.mem, target.at);
        info = info & 0x00FF | device::ATTRIBUTES.get(&dos.mem, header) & 0xFF00;
    }
    (frame.ax, frame.dx) = (info, info);
    Ok(())
}

/// Only the low byte of a device can be set: whether bytes go through as they are.
fn set_device_information(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    let [low, high] = frame.dx.to_le_bytes();
    if !target.is_device() {
        return Err(DosError::InvalidFunction);
    }
    if high != 0 {
        return Err(DosError::InvalidData);
    }
    let kept = target.info & !0x00FF | info::DEVICE;
    sft::INFO.set(&mut dos.mem, target.at, kept | u16::from(low));
    Ok(())
}

/// A file is ready up to its end. (Devices are asked themselves.)
fn input_status(dos: &Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let target = dos.target(frame.bx)?;
    let ready = sft::POSITION.get(&dos.mem, target.at) < dos.file(target)?.size()?;
    frame.set_al(if ready { READY } else { 0 });
    Ok(())
}
