//! The BIOS ROM: entry stubs at F000h, assembled when the program starts.
//!
//! A trap is ARPL AX,AX (63 C0), which raises #UD in V86 mode, and one byte, the service number.
//! Entry points that AT programs know by address are at those addresses; everything else has no
//! promised place.
//!
//! | offset | what |
//! | --- | --- |
//! | 0000h | 8×16, 8×14 and upper 8×8 character generators |
//! | 4000h | stubs without a traditional address |
//! | 5000h | stubs of services that are not the BIOS's own |
//! | E05Bh | power-on self test: restarts the machine |
//! | E2C3h | NMI |
//! | E3FEh | INT 13h |
//! | E6F2h | INT 19h |
//! | E6F5h | system configuration table of INT 15h/AH=C0h |
//! | E739h | INT 14h |
//! | E82Eh | INT 16h |
//! | E987h | INT 09h |
//! | EC59h | INT 40h: INT 13h of the diskette part |
//! | EFC7h | INT 1Eh: diskette parameters |
//! | EFD2h | INT 17h |
//! | F065h | INT 10h |
//! | F0A4h | INT 1Dh: 6845 parameters |
//! | F841h, F84Dh, F859h | INT 12h, INT 11h, INT 15h |
//! | FA6Eh | lower 8×8 character generator |
//! | FE6Eh, FEA5h | INT 1Ah, INT 08h |
//! | FF53h | IRET for vectors that do nothing |
//! | FF54h | INT 05h |
//! | FFF0h | jump to E05Bh |
//! | FFF5h | date |
//! | FFFEh | model byte: FCh, an AT |
//!
//! Source: IBM PC AT Technical Reference, BIOS listing (entry points).

use std::sync::Arc;

use iced_x86::IcedError;
use iced_x86::code_asm::{CodeAssembler, ah, al, ax, bp, bx, cs, cx, ds, dx, es, si, sp};

use super::font;
use super::table::service;
use crate::mem::{PAGE_SIZE, Page};
use crate::types::{PhysAddr, SegOff};

/// Segment of the ROM.
pub const SEGMENT: u16 = 0xF000;

const FONT_8X16: u16 = 0x0000;
const FONT_8X14: u16 = 0x1000;
const FONT_8X8_HIGH: u16 = 0x1E00;
const VIDEO_SAVE_POINTERS: u16 = 0x2200;
const VIDEO_FUNCTIONALITY: u16 = 0x2220;
const EXCEPTIONS: u16 = 0x4000;
const UNEXPECTED_IRQ: u16 = 0x4100;
const REDIRECTED_IRQ9: u16 = 0x4110;
const COPROCESSOR_IRQ13: u16 = 0x4120;
const RTC_IRQ8: u16 = 0x4140;
const BOOT: u16 = 0x4160;
const BASIC: u16 = 0x4170;
const POINTER_IRQ12: u16 = 0x4180;
const MOUSE_EVENT: u16 = 0x41C0;
const INT_33: u16 = 0x41E0;
const POST: u16 = 0xE05B;
const NMI: u16 = 0xE2C3;
const INT_13: u16 = 0xE3FE;
const INT_19: u16 = 0xE6F2;
const CONFIGURATION: u16 = 0xE6F5;
const INT_14: u16 = 0xE739;
const INT_16: u16 = 0xE82E;
const INT_09: u16 = 0xE987;
const INT_40: u16 = 0xEC59;
const DISKETTE_PARAMETERS: u16 = 0xEFC7;
const INT_17: u16 = 0xEFD2;
const INT_10: u16 = 0xF065;
const CRTC_PARAMETERS: u16 = 0xF0A4;
const INT_12: u16 = 0xF841;
const INT_11: u16 = 0xF84D;
const INT_15: u16 = 0xF859;
const FONT_8X8_LOW: u16 = 0xFA6E;
const INT_1A: u16 = 0xFE6E;
const INT_08: u16 = 0xFEA5;
const DUMMY_IRET: u16 = 0xFF53;
const INT_05: u16 = 0xFF54;
const RESET: u16 = 0xFFF0;
const DATE: u16 = 0xFFF5;
const MODEL: u16 = 0xFFFE;

/// What INT 09h's service asks its stub to do after the end of interrupt, in AL.
pub(super) mod key_action {
    /// Nothing.
    pub(in crate::bios) const NONE: u8 = 0;
    /// INT 1Bh: Ctrl-Break.
    pub(in crate::bios) const BREAK: u8 = 1;
    /// INT 05h: print the screen.
    pub(in crate::bios) const PRINT: u8 = 2;
    /// INT 15h/AX=8500h: SysRq went down.
    pub(in crate::bios) const SYSRQ_DOWN: u8 = 3;
    /// INT 15h/AX=8501h: SysRq came up.
    pub(in crate::bios) const SYSRQ_UP: u8 = 4;
    /// Stand still until another key is pressed.
    pub(in crate::bios) const PAUSE: u8 = 5;
}

/// Set in AL by INT 70h's service if its stub is to issue INT 4Ah.
pub(super) const RTC_ALARM: u8 = 1;

/// The ROM image, shared by all machines.
#[derive(Clone)]
pub struct Rom {
    /// The sixteen pages from F0000h on.
    pub pages: Vec<Arc<Page>>,
}

impl Rom {
    /// Where the ROM lies.
    pub const START: PhysAddr = PhysAddr(0xF0000);

    /// Assembles the ROM.
    #[must_use]
    pub fn build() -> Rom {
        Rom::with_stubs(&[])
    }

    /// Assembles the ROM with further stubs, of services that are not the BIOS's own, each at its
    /// offset; 5000h to 5FFFh are kept for them.
    ///
    /// *Panics* if one does not lie there.
    #[must_use]
    pub fn with_stubs(stubs: &[(u16, Vec<u8>)]) -> Rom {
        let mut image = vec![0; 0x10000];
        for (off, stub) in stubs {
            assert!(*off >= 0x5000 && usize::from(*off) + stub.len() <= 0x6000, "outside of their place");
            put(&mut image, *off, stub);
        }
        place_data(&mut image);
        place_code(&mut image).expect("the stubs are constant and encodable");
        let pages = image.chunks_exact(PAGE_SIZE).map(|chunk| {
            let mut page = [0; PAGE_SIZE];
            page.copy_from_slice(chunk);
            Arc::new(page)
        });
        Rom { pages: pages.collect() }
    }
}

/// Far pointer to `off` in the ROM.
const fn at(off: u16) -> SegOff {
    SegOff { seg: SEGMENT, off }
}

/// The 8×8 character generator's codes 00h–7Fh.
pub(super) const fn font_8x8_low() -> SegOff {
    at(FONT_8X8_LOW)
}

/// The 8×8 character generator's codes 80h–FFh.
pub(super) const fn font_8x8_high() -> SegOff {
    at(FONT_8X8_HIGH)
}

/// The 8×14 character generator.
pub(super) const fn font_8x14() -> SegOff {
    at(FONT_8X14)
}

/// The 8×16 character generator.
pub(super) const fn font_8x16() -> SegOff {
    at(FONT_8X16)
}

/// The table that 40:A8 points to.
pub(super) const fn video_save_pointers() -> SegOff {
    at(VIDEO_SAVE_POINTERS)
}

/// The static functionality table of INT 10h/AH=1Bh.
pub(super) const fn video_functionality() -> SegOff {
    at(VIDEO_FUNCTIONALITY)
}

/// The system configuration table of INT 15h/AH=C0h.
pub(super) const fn configuration() -> SegOff {
    at(CONFIGURATION)
}

/// The boot stub: INT 19h.
pub(super) const fn boot() -> SegOff {
    at(INT_19)
}

/// INT 74h of a machine with a mouse.
pub(super) const fn pointer_interrupt() -> SegOff {
    at(POINTER_IRQ12)
}

/// INT 33h of a machine with a mouse driver.
#[must_use]
pub const fn mouse_driver() -> SegOff {
    at(INT_33)
}

/// The mouse driver's handler of packets, for INT 15h/AX=C207h.
#[must_use]
pub const fn mouse_handler() -> SegOff {
    at(MOUSE_EVENT)
}

/// Power-on contents of the interrupt vector table.
#[must_use]
pub fn vectors() -> [SegOff; 256] {
    let mut table = [SegOff { seg: 0, off: 0 }; 256];
    // Vectors 60h–67h stay zero: programs look there for one that is free. So do those above the
    // second interrupt controller's.
    table[..0x60].fill(at(DUMMY_IRET));
    table[0x68..0x70].fill(at(DUMMY_IRET));
    for vector in service::EXCEPTIONS {
        table[usize::from(vector)] = at(exception_stub(vector));
    }
    for vector in [0x0A, 0x0B, 0x0E, 0x0F, 0x72, 0x73, 0x74, 0x76, 0x77] {
        table[vector] = at(UNEXPECTED_IRQ);
    }
    for (vector, offset) in ENTRY_POINTS {
        table[usize::from(vector)] = at(offset);
    }
    table
}

/// Vectors that lead to a handler or a table of their own.
const ENTRY_POINTS: [(u8, u16); 24] = [
    (0x02, NMI),
    (0x05, INT_05),
    (0x08, INT_08),
    (0x09, INT_09),
    (0x10, INT_10),
    (0x11, INT_11),
    (0x12, INT_12),
    (0x13, INT_13),
    (0x14, INT_14),
    (0x15, INT_15),
    (0x16, INT_16),
    (0x17, INT_17),
    (0x18, BASIC),
    (0x19, INT_19),
    (0x1A, INT_1A),
    (0x1D, CRTC_PARAMETERS),
    (0x1E, DISKETTE_PARAMETERS),
    (0x1F, FONT_8X8_HIGH),
    (0x40, INT_40),
    (0x43, FONT_8X16),
    (0x70, RTC_IRQ8),
    (0x71, REDIRECTED_IRQ9),
    (0x75, COPROCESSOR_IRQ13),
    // Video entry from before a display adapter's own BIOS took INT 10h over.
    (0x42, INT_10),
];

/// Each exception stub has eight bytes.
fn exception_stub(vector: u8) -> u16 {
    EXCEPTIONS + u16::from(vector) * 8
}

// --- data ---

fn put(image: &mut [u8], off: u16, data: &[u8]) {
    let off = usize::from(off);
    image[off..off + data.len()].copy_from_slice(data);
}

fn place_data(image: &mut [u8]) {
    let small = font::generator(8);
    put(image, FONT_8X8_LOW, &small[..1024]);
    put(image, FONT_8X8_HIGH, &small[1024..]);
    put(image, FONT_8X14, &font::generator(14));
    put(image, FONT_8X16, &font::generator(16));
    // Video save pointers: seven far pointers, all of them none.
    put(image, VIDEO_SAVE_POINTERS, &[0; 28]);
    put(image, VIDEO_FUNCTIONALITY, &FUNCTIONALITY_TABLE);
    put(image, CONFIGURATION, &CONFIGURATION_TABLE);
    put(image, DISKETTE_PARAMETERS, &DISKETTE_TABLE);
    put(image, CRTC_PARAMETERS, &CRTC_TABLE);
    put(image, DATE, b"01/01/94");
    put(image, MODEL, &[0xFC, 0x00]);
}

/// Length, model FCh, submodel 01h, revision 0; feature byte 1: second interrupt controller,
/// real-time clock, INT 15h/AH=4Fh called by INT 09h.
const CONFIGURATION_TABLE: [u8; 10] = [0x08, 0x00, 0xFC, 0x01, 0x00, 0x70, 0x00, 0x00, 0x00, 0x00];

/// Specify bytes, motor-off ticks, 512-byte sectors, 18 a track, gaps, fill byte, head settle time,
/// motor start time, for a 1.44 MB drive. Source: IBM PS/2 BIOS interface reference, INT 1Eh.
const DISKETTE_TABLE: [u8; 11] = [0xDF, 0x02, 0x25, 0x02, 0x12, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08];

/// Modes 0–3 and 7; 200, 350 and 400 lines; one character block shown of eight; the palette, font
/// and cursor functions; blink and display combination code. Source: INT 10h/AH=1Bh.
const FUNCTIONALITY_TABLE: [u8; 16] =
    [0x8F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x08, 0x01, 0x7E, 0x0C, 0x00, 0x00, 0x00, 0x00];

/// 6845 registers for 40×25, 80×25, graphics and monochrome; page lengths; columns and mode
/// register of modes 0–7. Source: IBM PC AT Technical Reference, INT 1Dh.
#[rustfmt::skip]
const CRTC_TABLE: [u8; 88] = [
    0x38, 0x28, 0x2D, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0x00, 0x00, 0x00, 0x00,
    0x71, 0x50, 0x5A, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0x00, 0x00, 0x00, 0x00,
    0x38, 0x28, 0x2D, 0x0A, 0x7F, 0x06, 0x64, 0x70, 0x02, 0x01, 0x06, 0x07, 0x00, 0x00, 0x00, 0x00,
    0x61, 0x50, 0x52, 0x0F, 0x19, 0x06, 0x19, 0x19, 0x02, 0x0D, 0x0B, 0x0C, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x08, 0x00, 0x10, 0x00, 0x40, 0x00, 0x40,
    40, 40, 80, 80, 40, 40, 80, 80,
    0x2C, 0x28, 0x2D, 0x29, 0x2A, 0x2E, 0x1E, 0x29,
];

// --- code ---

/// Assembles one stub and puts it at `off`.
fn stub(
    image: &mut [u8],
    off: u16,
    write: impl FnOnce(&mut CodeAssembler) -> Result<(), IcedError>,
) -> Result<(), IcedError> {
    let mut asm = CodeAssembler::new(16)?;
    write(&mut asm)?;
    put(image, off, &asm.assemble(u64::from(off))?);
    Ok(())
}

/// ARPL AX,AX and the service number.
fn trap(asm: &mut CodeAssembler, service: u8) -> Result<(), IcedError> {
    asm.db(&[0x63, 0xC0, service])
}

/// The stub of a service that needs nothing else.
fn service_stub(asm: &mut CodeAssembler, service: u8) -> Result<(), IcedError> {
    trap(asm, service)?;
    asm.iret()
}

fn place_code(image: &mut [u8]) -> Result<(), IcedError> {
    for (off, number) in [
        (INT_05, service::PRINT_SCREEN),
        (INT_10, service::VIDEO),
        (INT_11, service::EQUIPMENT),
        (INT_12, service::MEMORY_SIZE),
        (INT_13, service::DISK),
        (INT_14, service::SERIAL),
        (INT_15, service::SYSTEM),
        (INT_16, service::KEYBOARD),
        (INT_17, service::PRINTER),
        (INT_1A, service::TIME),
        (INT_40, service::DISK),
        (BASIC, service::BASIC),
        (UNEXPECTED_IRQ, service::UNEXPECTED_IRQ),
        (POST, service::RESTART),
        (INT_33, service::MOUSE),
    ] {
        stub(image, off, |asm| service_stub(asm, number))?;
    }
    for vector in service::EXCEPTIONS {
        stub(image, exception_stub(vector), |asm| service_stub(asm, vector))?;
    }
    stub(image, DUMMY_IRET, CodeAssembler::iret)?;
    stub(image, NMI, CodeAssembler::iret)?;
    stub(image, INT_08, timer_stub)?;
    stub(image, INT_09, keyboard_stub)?;
    stub(image, RTC_IRQ8, rtc_stub)?;
    stub(image, REDIRECTED_IRQ9, irq9_stub)?;
    stub(image, COPROCESSOR_IRQ13, irq13_stub)?;
    stub(image, POINTER_IRQ12, pointer_stub)?;
    stub(image, MOUSE_EVENT, mouse_event_stub)?;
    stub(image, BOOT, boot_stub)?;
    // INT 19h has three bytes before the configuration table.
    stub(image, INT_19, |asm| asm.jmp(u64::from(BOOT)))?;
    put(image, RESET, &[0xEA, POST.to_le_bytes()[0], POST.to_le_bytes()[1], 0x00, 0xF0]);
    Ok(())
}

/// Writes a non-specific end of interrupt to the first 8259A. Changes AL.
fn end_of_interrupt(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    asm.mov(al, 0x20)?;
    asm.out(0x20, al)
}

/// INT 08h. Handlers of INT 1Ch count on AX, DX and DS being saved here, and on DS = 0040h.
fn timer_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    asm.push(ds)?;
    asm.push(ax)?;
    asm.push(dx)?;
    trap(asm, service::TICK)?;
    asm.mov(ax, u32::from(super::bda::SEGMENT))?;
    asm.mov(ds, ax)?;
    asm.int(0x1C)?;
    end_of_interrupt(asm)?;
    asm.pop(dx)?;
    asm.pop(ax)?;
    asm.pop(ds)?;
    asm.iret()
}

/// INT 09h. INT 15h/AH=4Fh may change the scan code or, with CF clear, swallow it. Its handlers count
/// on DS = 0040h: INVADERS of the FreeDOS floppies empties the keyboard buffer there.
fn keyboard_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    let mut swallowed = asm.create_label();
    let mut end = asm.create_label();
    let mut done = asm.create_label();
    asm.push(ax)?;
    asm.push(ds)?;
    asm.mov(ax, u32::from(super::bda::SEGMENT))?;
    asm.mov(ds, ax)?;
    asm.in_(al, 0x60)?;
    asm.mov(ah, 0x4F)?;
    asm.stc()?;
    asm.int(0x15)?;
    asm.jnc(swallowed)?;
    trap(asm, service::SCAN_CODE)?;
    asm.mov(ah, al)?;
    asm.jmp(end)?;
    asm.set_label(&mut swallowed)?;
    asm.mov(ah, u32::from(key_action::NONE))?;
    asm.set_label(&mut end)?;
    end_of_interrupt(asm)?;
    asm.test(ah, ah)?;
    asm.jz(done)?;
    key_actions(asm)?;
    asm.set_label(&mut done)?;
    asm.pop(ds)?;
    asm.pop(ax)?;
    asm.iret()
}

/// The action in AH, which is none of the last.
fn key_actions(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    let mut done = asm.create_label();
    let mut next = asm.create_label();
    asm.cmp(ah, u32::from(key_action::BREAK))?;
    asm.jne(next)?;
    asm.int(0x1B)?;
    asm.jmp(done)?;
    asm.set_label(&mut next)?;
    let mut next = asm.create_label();
    asm.cmp(ah, u32::from(key_action::PRINT))?;
    asm.jne(next)?;
    asm.int(0x05)?;
    asm.jmp(done)?;
    asm.set_label(&mut next)?;
    let mut pause = asm.create_label();
    asm.cmp(ah, u32::from(key_action::PAUSE))?;
    asm.je(pause)?;
    // AL becomes 0 for SYSRQ_DOWN and 1 for SYSRQ_UP.
    asm.mov(al, ah)?;
    asm.sub(al, u32::from(key_action::SYSRQ_DOWN))?;
    asm.mov(ah, 0x85)?;
    asm.int(0x15)?;
    asm.jmp(done)?;
    asm.set_label(&mut pause)?;
    trap(asm, service::PAUSE)?;
    asm.set_label(&mut done)?;
    asm.zero_bytes()
}

/// INT 70h.
fn rtc_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    let mut quiet = asm.create_label();
    asm.push(ax)?;
    trap(asm, service::RTC_INTERRUPT)?;
    asm.test(al, u32::from(RTC_ALARM))?;
    asm.jz(quiet)?;
    asm.int(0x4A)?;
    asm.set_label(&mut quiet)?;
    asm.mov(al, 0x20)?;
    asm.out(0xA0, al)?;
    asm.out(0x20, al)?;
    asm.pop(ax)?;
    asm.iret()
}

/// INT 71h: IRQ9 takes the place of the XT's IRQ2.
fn irq9_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    asm.push(ax)?;
    asm.mov(al, 0x20)?;
    asm.out(0xA0, al)?;
    asm.pop(ax)?;
    asm.int(0x0A)?;
    asm.iret()
}

/// INT 75h: a coprocessor's error becomes INT 02h, as on a PC.
fn irq13_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    asm.push(ax)?;
    asm.mov(al, 0)?;
    asm.out(0xF0, al)?;
    asm.mov(al, 0x20)?;
    asm.out(0xA0, al)?;
    asm.out(0x20, al)?;
    asm.pop(ax)?;
    asm.int(0x02)?;
    asm.iret()
}

/// INT 74h: with a whole packet, calls the handler far with status, X, Y and zero on the stack.
fn pointer_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    let mut quiet = asm.create_label();
    let mut handler = asm.create_label();
    asm.pusha()?;
    asm.push(ds)?;
    asm.push(es)?;
    trap(asm, service::POINTER)?;
    asm.sti()?;
    asm.test(ax, ax)?;
    asm.jz(quiet)?;
    asm.push(bx)?;
    asm.push(cx)?;
    asm.push(dx)?;
    asm.xor(ax, ax)?;
    asm.push(ax)?;
    // A far call: the handler's RETF finds this segment above the address of a near call.
    asm.push(cs)?;
    asm.call(handler)?;
    asm.add(sp, 8)?;
    asm.set_label(&mut quiet)?;
    asm.mov(al, 0x20)?;
    asm.out(0xA0, al)?;
    asm.out(0x20, al)?;
    asm.pop(es)?;
    asm.pop(ds)?;
    asm.popa()?;
    asm.iret()?;
    asm.set_label(&mut handler)?;
    asm.push(es)?;
    asm.push(si)?;
    asm.retf()
}

/// The mouse driver's handler of packets: with AX set, calls the program's own at ES:BP.
fn mouse_event_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    let mut quiet = asm.create_label();
    let mut handler = asm.create_label();
    trap(asm, service::MOUSE_EVENT)?;
    asm.test(ax, ax)?;
    asm.jz(quiet)?;
    asm.push(cs)?;
    asm.call(handler)?;
    asm.set_label(&mut quiet)?;
    asm.retf()?;
    asm.set_label(&mut handler)?;
    asm.push(es)?;
    asm.push(bp)?;
    asm.retf()
}

/// Behind INT 19h: the service loads the boot sector.
fn boot_stub(asm: &mut CodeAssembler) -> Result<(), IcedError> {
    asm.sti()?;
    trap(asm, service::BOOT)?;
    asm.db(&[0xEA, 0x00, 0x7C, 0x00, 0x00])
}

#[cfg(test)]
mod tests {
    use iced_x86::{Decoder, DecoderOptions, Mnemonic};

    use super::*;

    fn bytes(off: u16, len: usize) -> Vec<u8> {
        let rom = Rom::build();
        let all: Vec<u8> = rom.pages.iter().flat_map(|page| page.iter().copied()).collect();
        all[usize::from(off)..usize::from(off) + len].to_vec()
    }

    /// Mnemonics from `off` up to IRET; a trap's data byte is skipped.
    fn mnemonics(off: u16) -> Vec<Mnemonic> {
        let code = bytes(off, 0x60.min(0x10000 - usize::from(off)));
        let mut decoder = Decoder::with_ip(16, &code, u64::from(off), DecoderOptions::NONE);
        let mut out = Vec::new();
        while out.last() != Some(&Mnemonic::Iret) && decoder.can_decode() {
            let insn = decoder.decode();
            out.push(insn.mnemonic());
            if insn.mnemonic() == Mnemonic::Arpl {
                let next = decoder.position() + 1;
                decoder.set_position(next).unwrap();
            }
        }
        out
    }

    #[test]
    fn the_rom_is_sixteen_pages_long_and_says_it_is_an_at() {
        assert_eq!(Rom::build().pages.len(), 16);
        assert_eq!(bytes(0xFFFE, 1), [0xFC]);
        assert_eq!(bytes(0xFFF7, 1), b"/");
    }

    #[test]
    fn the_reset_vector_leads_to_the_self_test() {
        assert_eq!(bytes(0xFFF0, 5), [0xEA, 0x5B, 0xE0, 0x00, 0xF0]);
        assert_eq!(bytes(0xE05B, 4), [0x63, 0xC0, service::RESTART, 0xCF]);
    }

    #[test]
    fn services_sit_at_their_traditional_addresses() {
        for (off, number) in
            [(0xE3FE, 0x13), (0xE739, 0x14), (0xE82E, 0x16), (0xEFD2, 0x17), (0xF065, 0x10), (0xF841, 0x12)]
        {
            assert_eq!(bytes(off, 4), [0x63, 0xC0, number, 0xCF], "F000:{off:04X}");
        }
        for (off, number) in [(0xF84D, 0x11), (0xF859, 0x15), (0xFE6E, 0x1A), (0xFF54, 0x05), (0xEC59, 0x13)] {
            assert_eq!(bytes(off, 4), [0x63, 0xC0, number, 0xCF], "F000:{off:04X}");
        }
        assert_eq!(bytes(0xFF53, 1), [0xCF]);
        assert_eq!(bytes(0xE6F2, 1), [0xE9]);
    }

    #[test]
    fn the_timer_interrupt_counts_then_tells_the_program_then_ends() {
        use Mnemonic::{Arpl, Int, Iret, Mov, Out, Pop, Push};
        assert_eq!(mnemonics(0xFEA5), [Push, Push, Push, Arpl, Mov, Mov, Int, Mov, Out, Pop, Pop, Pop, Iret]);
    }

    #[test]
    fn the_keyboard_interrupt_asks_the_intercept_first() {
        let code = bytes(0xE987, 14);
        assert_eq!(code, [0x50, 0x1E, 0xB8, 0x40, 0x00, 0x8E, 0xD8, 0xE4, 0x60, 0xB4, 0x4F, 0xF9, 0xCD, 0x15]);
        let all = mnemonics(0xE987);
        let pushes = all.iter().filter(|&&m| m == Mnemonic::Push).count();
        let pops = all.iter().filter(|&&m| m == Mnemonic::Pop).count();
        assert_eq!((pushes, pops), (2, 2));
    }

    #[test]
    fn user_vectors_are_free_and_the_rest_leads_into_the_rom() {
        let table = vectors();
        assert!(table[0x60..0x68].iter().all(|v| v.seg == 0 && v.off == 0));
        assert!(table[..0x60].iter().all(|v| v.seg == SEGMENT));
        assert_eq!(table[0x16], SegOff::new(0xF000, 0xE82E));
        assert_eq!(table[0x2F], SegOff::new(0xF000, 0xFF53));
    }
}
