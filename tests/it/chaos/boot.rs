//! A boot sector that runs any program on the BIOS: it survives the exceptions that random code meets.

/// Bytes of a sector that hold code.
const ROOM: usize = 510;
/// Divide error, #UD, #NM, #SS, #GP.
const EXCEPTIONS: [u8; 5] = [0x00, 0x06, 0x07, 0x0C, 0x0D];
/// PUSH BP; MOV BP,SP; INC WORD [BP+2]; POP BP; IRET: goes on a byte further.
const HANDLER: [u8; 8] = [0x55, 0x89, 0xE5, 0xFF, 0x46, 0x02, 0x5D, 0xCF];

/// The sector: hooks exceptions, enables interrupts and runs into `code`, cut to the room there is.
pub(crate) fn boot_sector(code: &[u8]) -> [u8; 512] {
    // JMP over the handler, which lies at 7C02h.
    let mut bytes = vec![0xEB, 0x08];
    bytes.extend(HANDLER);
    // XOR AX,AX; MOV DS,AX; MOV SS,AX; MOV SP,7C00h
    bytes.extend([0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xD0, 0xBC, 0x00, 0x7C]);
    for vector in EXCEPTIONS {
        let slot = vector * 4;
        // MOV WORD [slot],7C02h; MOV WORD [slot+2],0
        bytes.extend([0xC7, 0x06, slot, 0, 0x02, 0x7C, 0xC7, 0x06, slot + 2, 0, 0, 0]);
    }
    // STI
    bytes.push(0xFB);
    bytes.extend(code);
    bytes.resize(ROOM, 0);
    bytes.extend([0x55, 0xAA]);
    bytes.try_into().expect("510 bytes and the mark")
}
