//! What calls, exceptions and interrupts are called. Source: RBIL; 80386 PRM §9.8; IBM PC AT Technical
//! Reference.

use crate::types::{hi8, lo8};

/// What INT `vector` with `ax` asks for, where that is worth a word.
pub(super) fn call(vector: u8, ax: u16) -> Option<&'static str> {
    let (ah, al) = (hi8(u32::from(ax)), lo8(u32::from(ax)));
    match vector {
        0x10 => video(ah),
        0x13 => disk(ah),
        0x15 => system(ah, al),
        0x16 => keyboard(ah),
        0x1A => clock(ah),
        0x21 => dos(ah, al),
        0x2F => multiplex(ax),
        _ => plain(vector),
    }
}

/// True if AH names the function that INT `vector` is called for.
pub(super) fn has_functions(vector: u8) -> bool {
    matches!(vector, 0x10 | 0x13..=0x17 | 0x1A | 0x21 | 0x2F | 0x31 | 0x33 | 0x60..=0x67 | 0x7A)
}

/// Vectors whose AX says nothing.
fn plain(vector: u8) -> Option<&'static str> {
    Some(match vector {
        0x03 => "breakpoint",
        0x05 => "print screen",
        0x11 => "equipment",
        0x12 => "memory size",
        0x14 => "serial port",
        0x17 => "printer",
        0x18 => "no boot disk",
        0x19 => "boot",
        0x1B => "Ctrl-Break",
        0x1C => "timer tick",
        0x20 => "terminate",
        0x22 => "terminate address",
        0x23 => "Ctrl-C",
        0x24 => "critical error",
        0x25 => "absolute read",
        0x26 => "absolute write",
        0x27 => "terminate and stay resident",
        0x28 => "DOS idle",
        0x29 => "fast console output",
        0x33 => "mouse",
        0x67 => "expanded memory",
        _ => return None,
    })
}

fn video(ah: u8) -> Option<&'static str> {
    Some(match ah {
        0x00 => "set mode",
        0x01 => "cursor shape",
        0x02 => "set cursor",
        0x03 => "get cursor",
        0x05 => "select page",
        0x06 => "scroll up",
        0x07 => "scroll down",
        0x08 => "read character",
        0x09 | 0x0A => "write character",
        0x0B => "border or palette",
        0x0C => "write pixel",
        0x0D => "read pixel",
        0x0E => "teletype",
        0x0F => "get mode",
        0x10 => "palette",
        0x11 => "character generator",
        0x12 => "alternate select",
        0x13 => "write string",
        0x1A => "display combination",
        0x1B => "functionality",
        0x1C => "save state",
        0x4F => "VESA",
        _ => return None,
    })
}

fn disk(ah: u8) -> Option<&'static str> {
    Some(match ah {
        0x00 => "reset disk",
        0x01 => "disk status",
        0x02 => "read sectors",
        0x03 => "write sectors",
        0x04 => "verify sectors",
        0x05 => "format track",
        0x08 => "drive parameters",
        0x15 => "drive type",
        0x16 => "disk change",
        0x17 | 0x18 => "set media type",
        0x41 => "extensions check",
        0x42 => "extended read",
        0x43 => "extended write",
        0x48 => "extended parameters",
        _ => return None,
    })
}

fn system(ah: u8, al: u8) -> Option<&'static str> {
    Some(match (ah, al) {
        (0x24, _) => "A20 gate",
        (0x4F, _) => "keyboard intercept",
        (0x53, _) => "power management",
        (0x83, _) => "event wait",
        (0x84, _) => "joystick",
        (0x85, _) => "SysRq",
        (0x86, _) => "wait",
        (0x87, _) => "move block",
        (0x88, _) => "extended memory size",
        (0x89, _) => "enter protected mode",
        (0xC0, _) => "configuration",
        (0xC1, _) => "extended BIOS data area",
        (0xC2, _) => "pointing device",
        (0xE8, 0x01 | 0x20) => "memory map",
        _ => return None,
    })
}

fn keyboard(ah: u8) -> Option<&'static str> {
    Some(match ah {
        0x00 | 0x10 => "read key",
        0x01 | 0x11 => "is there a key?",
        0x02 | 0x12 => "shift state",
        0x03 => "repeat rate",
        0x05 => "store key",
        _ => return None,
    })
}

fn clock(ah: u8) -> Option<&'static str> {
    Some(match ah {
        0x00 => "read ticks",
        0x01 => "set ticks",
        0x02 => "read time",
        0x03 => "set time",
        0x04 => "read date",
        0x05 => "set date",
        0x06 => "set alarm",
        0x07 => "cancel alarm",
        _ => return None,
    })
}

fn multiplex(ax: u16) -> Option<&'static str> {
    Some(match ax {
        0x1680 => "release time slice",
        0x1600 => "Windows check",
        0x1687 => "DPMI check",
        0x4300 => "XMS check",
        0x4310 => "XMS entry",
        0x4A01 | 0x4A02 => "high memory area",
        _ => return None,
    })
}

fn dos(ah: u8, al: u8) -> Option<&'static str> {
    Some(match ah {
        0x00 => "terminate",
        0x01 => "read character with echo",
        0x02 => "write character",
        0x05 => "print character",
        0x06 => "direct console",
        0x07 | 0x08 => "read character",
        0x09 => "write string",
        0x0A => "read line",
        0x0B => "is there a character?",
        0x0C => "flush and read",
        0x0D => "reset disks",
        0x0E => "select drive",
        0x0F => "open (FCB)",
        0x10 => "close (FCB)",
        0x11 | 0x12 => "find (FCB)",
        0x19 => "current drive",
        0x1A => "set transfer area",
        0x25 => "set vector",
        0x2A => "get date",
        0x2B => "set date",
        0x2C => "get time",
        0x2D => "set time",
        0x2F => "get transfer area",
        0x30 => "version",
        0x31 => "terminate and stay resident",
        0x33 => "break flag",
        0x35 => "get vector",
        0x36 => "free space",
        0x37 => "switch character",
        0x38 => "country",
        0x39 => "make directory",
        0x3A => "remove directory",
        0x3B => "change directory",
        0x3C => "create file",
        0x3D => "open file",
        0x3E => "close file",
        0x3F => "read",
        0x40 => "write",
        0x41 => "delete file",
        0x42 => "seek",
        0x43 => "file attributes",
        0x44 => "device control",
        0x45 | 0x46 => "duplicate handle",
        0x47 => "current directory",
        0x48 => "allocate memory",
        0x49 => "free memory",
        0x4A => "resize memory",
        0x4B if al == 3 => "load overlay",
        0x4B => "execute",
        0x4C => "exit",
        0x4D => "exit code",
        0x4E => "find first",
        0x4F => "find next",
        0x50 => "set PSP",
        0x51 | 0x62 => "get PSP",
        0x52 => "list of lists",
        0x56 => "rename",
        0x57 => "file time",
        0x58 => "allocation strategy",
        0x59 => "extended error",
        0x5A | 0x5B => "create new file",
        0x5C => "lock",
        0x5D..=0x5F => "network",
        0x60 => "true name",
        0x65 | 0x66 => "code page",
        0x67 => "handle count",
        0x68 => "commit file",
        0x6C => "extended open",
        0x71 => "long file name",
        _ => return None,
    })
}

/// What the processor calls exception `vector`.
pub(super) fn exception(vector: u8) -> &'static str {
    match vector {
        0x00 => "divide error",
        0x01 => "debug",
        0x03 => "breakpoint",
        0x04 => "overflow",
        0x05 => "bound",
        0x06 => "invalid opcode",
        0x07 => "no coprocessor",
        0x08 => "double fault",
        0x0B => "segment not present",
        0x0C => "stack fault",
        0x0D => "general protection",
        0x0E => "page fault",
        0x10 => "coprocessor error",
        _ => "",
    }
}

/// What interrupt vector `number` is for on a PC with DOS.
pub(super) fn vector(number: u8) -> &'static str {
    match number {
        0x08 | 0x09 | 0x70 | 0x75 => interrupt(number),
        0x02 => "NMI",
        0x05 => "print screen",
        0x0A..=0x0F | 0x71..=0x77 => "hardware",
        0x00..=0x07 => exception(number),
        0x10 => "video",
        0x13 => "disk",
        0x15 => "system",
        0x16 => "keyboard",
        0x1A => "clock",
        0x1D => "video parameters",
        0x1E => "diskette parameters",
        0x1F | 0x43 => "character generator",
        0x21 => "DOS",
        0x2A => "network",
        0x2E => "shell",
        0x30 | 0x31 => "CP/M entry, a jump",
        0x2F => "multiplex",
        0x40 => "diskette",
        0x41 | 0x46 => "hard disk parameters",
        0x4A => "alarm",
        _ => plain(number).unwrap_or(""),
    }
}

/// Which line hardware interrupt `vector` stands for, as the BIOS sets the controllers up.
pub(super) fn interrupt(vector: u8) -> &'static str {
    match vector {
        0x08 => "timer",
        0x09 => "keyboard",
        0x70 => "clock",
        0x75 => "coprocessor",
        _ => "",
    }
}
