//! The guests of the benchmarks: boot sectors that work for ever.

use iced_x86::IcedError;
use iced_x86::code_asm::*;

/// What assembling gives.
type Emit = Result<(), IcedError>;

/// Where the BIOS puts a boot sector.
const BOOT_AT: u64 = 0x7C00;
/// A segment of free memory, and one more.
const FREE: u32 = 0x2000;
const FREE_2: u32 = 0x3000;
const TEXT_SEGMENT: u32 = 0xB800;

/// A 160 KiB floppy whose boot sector is what `emit` emits, with DS = ES = SS = 0.
fn boot_sector(emit: impl FnOnce(&mut CodeAssembler) -> Emit) -> Vec<u8> {
    let assembled = (|| {
        let mut a = CodeAssembler::new(16)?;
        a.cld()?;
        a.xor(ax, ax)?;
        a.mov(ds, ax)?;
        a.mov(es, ax)?;
        a.mov(ss, ax)?;
        a.mov(sp, 0x7C00)?;
        emit(&mut a)?;
        a.assemble(BOOT_AT)
    })();
    let mut image: Vec<u8> = assembled.expect("the guest's source assembles");
    assert!(image.len() <= 510, "{} bytes do not fit in a boot sector", image.len());
    image.resize(510, 0);
    image.extend([0x55, 0xAA]);
    image.resize(160 * 1024, 0);
    image
}

/// The sieve of Eratosthenes over 8,191 odd numbers: byte stores, compares, short branches.
pub(crate) fn sieve() -> Vec<u8> {
    const LAST: u32 = 8190;
    boot_sector(|a| {
        let mut again = a.create_label();
        let (mut outer, mut inner, mut next) = (a.create_label(), a.create_label(), a.create_label());
        a.mov(ax, FREE)?;
        a.mov(es, ax)?;
        a.mov(ds, ax)?;
        a.set_label(&mut again)?;
        a.xor(di, di)?;
        a.mov(cx, LAST + 1)?;
        a.mov(al, 1)?;
        a.rep().stosb()?;
        a.xor(si, si)?;
        a.set_label(&mut outer)?;
        a.cmp(byte_ptr(si), 0)?;
        a.je(next)?;
        a.mov(bx, si)?;
        a.add(bx, bx)?;
        a.add(bx, 3)?;
        a.mov(di, si)?;
        a.add(di, bx)?;
        a.set_label(&mut inner)?;
        a.cmp(di, LAST)?;
        a.ja(next)?;
        a.mov(byte_ptr(di), 0)?;
        a.add(di, bx)?;
        a.jmp(inner)?;
        a.set_label(&mut next)?;
        a.inc(si)?;
        a.cmp(si, LAST)?;
        a.jbe(outer)?;
        a.jmp(again)
    })
}

/// CRC-32 bit by bit over the boot sector: 32-bit registers, hardly any memory.
pub(crate) fn crc32() -> Vec<u8> {
    boot_sector(|a| {
        let (mut again, mut byte) = (a.create_label(), a.create_label());
        let (mut bit, mut even) = (a.create_label(), a.create_label());
        a.set_label(&mut again)?;
        a.mov(eax, 0xFFFF_FFFFu32)?;
        a.mov(si, 0x7C00)?;
        a.mov(cx, 512)?;
        a.set_label(&mut byte)?;
        a.movzx(ebx, byte_ptr(si))?;
        a.inc(si)?;
        a.xor(eax, ebx)?;
        a.mov(dl, 8)?;
        a.set_label(&mut bit)?;
        a.shr(eax, 1)?;
        a.jnc(even)?;
        a.xor(eax, 0xEDB8_8320u32)?;
        a.set_label(&mut even)?;
        a.dec(dl)?;
        a.jnz(bit)?;
        a.loop_(byte)?;
        a.not(eax)?;
        a.mov(dword_ptr(0x500), eax)?;
        a.jmp(again)
    })
}

/// What a C compiler of the time makes: calls, stack frames, MUL and DIV, a string comparison, a
/// table look-up.
pub(crate) fn compiled() -> Vec<u8> {
    boot_sector(|a| {
        let (mut again, mut each) = (a.create_label(), a.create_label());
        let (mut scale, mut differ) = (a.create_label(), a.create_label());
        a.set_label(&mut again)?;
        a.mov(cx, 100)?;
        a.set_label(&mut each)?;
        a.push(cx)?;
        a.push(word_ptr(0x500))?;
        a.push(cx)?;
        a.call(scale)?;
        a.add(sp, 4)?;
        a.pop(cx)?;
        a.add(word_ptr(0x502), ax)?;
        a.adc(word_ptr(0x504), dx)?;
        a.loop_(each)?;
        a.inc(word_ptr(0x500))?;
        a.jmp(again)?;
        // int scale(int a, int b): (a * 7 + b) / 5, looked up, and a comparison of two strings.
        a.set_label(&mut scale)?;
        a.push(bp)?;
        a.mov(bp, sp)?;
        a.sub(sp, 4)?;
        a.push(si)?;
        a.push(di)?;
        a.mov(ax, word_ptr(bp + 4))?;
        a.mov(bx, 7)?;
        a.mul(bx)?;
        a.add(ax, word_ptr(bp + 6))?;
        a.adc(dx, 0)?;
        a.and(dx, 3)?;
        a.mov(bx, 5)?;
        a.div(bx)?;
        a.mov(word_ptr(bp - 2), ax)?;
        a.mov(bx, ax)?;
        a.and(bx, 0xFF)?;
        a.shl(bx, 1)?;
        a.mov(ax, word_ptr(bx + 0x7C00))?;
        a.mov(word_ptr(bp - 4), ax)?;
        a.mov(si, 0x7C00)?;
        a.mov(di, 0x7C00)?;
        a.mov(cx, 12)?;
        a.repe().cmpsb()?;
        a.jne(differ)?;
        a.mov(ax, word_ptr(bp - 4))?;
        a.add(ax, word_ptr(bp - 2))?;
        a.set_label(&mut differ)?;
        a.pop(di)?;
        a.pop(si)?;
        a.mov(sp, bp)?;
        a.pop(bp)?;
        a.ret()
    })
}

/// Nothing but traps: flag instructions, a software interrupt that the guest handles itself, two BIOS
/// services, a port.
pub(crate) fn traps() -> Vec<u8> {
    boot_sector(|a| {
        let mut again = a.create_label();
        // The handler of INT 21h is an IRET in free low memory.
        a.mov(byte_ptr(0x600), 0xCF)?;
        a.mov(word_ptr(0x21 * 4), 0x600)?;
        a.mov(word_ptr(0x21 * 4 + 2), 0)?;
        a.set_label(&mut again)?;
        a.pushf()?;
        a.cli()?;
        a.popf()?;
        a.sti()?;
        a.mov(ah, 0x30)?;
        a.int(0x21)?;
        a.mov(ah, 1)?;
        a.int(0x16)?;
        a.mov(ah, 0)?;
        a.int(0x1A)?;
        a.in_(al, 0x61)?;
        a.jmp(again)
    })
}

/// 32 KiB moved by REP MOVSD, then the text screen filled by REP STOSW.
pub(crate) fn blocks() -> Vec<u8> {
    boot_sector(|a| {
        let mut again = a.create_label();
        a.mov(ax, FREE)?;
        a.mov(ds, ax)?;
        a.set_label(&mut again)?;
        a.mov(ax, FREE_2)?;
        a.mov(es, ax)?;
        a.xor(si, si)?;
        a.xor(di, di)?;
        a.mov(cx, 0x2000)?;
        a.rep().movsd()?;
        a.mov(ax, TEXT_SEGMENT)?;
        a.mov(es, ax)?;
        a.xor(di, di)?;
        a.mov(ax, 0x0720)?;
        a.mov(cx, 2000)?;
        a.rep().stosw()?;
        a.jmp(again)
    })
}
