//! The guests of the benchmarks: workloads that are made into boot sectors that work for ever, for exact
//! measurements on a bare machine, and into .COM programs that do a number of rounds and exit, for
//! comparisons.

use iced_x86::IcedError;
use iced_x86::code_asm::*;

/// What assembling gives.
pub(crate) type Emit = Result<(), IcedError>;
/// Emits a part of a guest.
pub(crate) type Part = fn(&mut CodeAssembler) -> Emit;

/// Paragraphs from the code segment to free memory, and to more of it.
const FREE: u32 = 0x1000;
const FREE_2: u32 = 0x2000;
const TEXT_SEGMENT: u32 = 0xB800;
/// Free for a handler, both in the first segment of a machine without DOS and in a program's own segment.
const HANDLER: u32 = 0x600;

/// One workload. CS = SS throughout; DS = ES = CS before `set_up`.
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    pub(crate) set_up: Part,
    pub(crate) round: Part,
}

pub(crate) const GUESTS: [Guest; 5] = [
    Guest { name: "sieve", set_up: free_data, round: sieve },
    Guest { name: "crc32", set_up: nothing, round: crc32 },
    Guest { name: "compiled", set_up: nothing, round: compiled },
    Guest { name: "blocks", set_up: free_data, round: blocks },
    Guest { name: "traps", set_up: hook_vector, round: traps },
];

/// The code that `emit` emits, to be run at offset `at`.
pub(crate) fn assembled(at: u64, emit: impl FnOnce(&mut CodeAssembler) -> Emit) -> Vec<u8> {
    let code = CodeAssembler::new(16).and_then(|mut a| {
        emit(&mut a)?;
        a.assemble(at)
    });
    code.expect("the guest's source assembles")
}

fn nothing(_: &mut CodeAssembler) -> Emit {
    Ok(())
}

/// DS and ES to free memory.
fn free_data(a: &mut CodeAssembler) -> Emit {
    a.mov(ax, cs)?;
    a.add(ax, FREE)?;
    a.mov(es, ax)?;
    a.mov(ds, ax)
}

/// The sieve of Eratosthenes over 8,191 odd numbers: byte stores, compares, short branches.
fn sieve(a: &mut CodeAssembler) -> Emit {
    const LAST: u32 = 8190;
    let (mut outer, mut inner, mut next) = (a.create_label(), a.create_label(), a.create_label());
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
    a.jbe(outer)
}

/// CRC-32 bit by bit over 512 bytes: 32-bit registers, hardly any memory.
fn crc32(a: &mut CodeAssembler) -> Emit {
    let (mut byte, mut bit, mut even) = (a.create_label(), a.create_label(), a.create_label());
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
    a.mov(dword_ptr(0x500), eax)
}

/// What a C compiler of the time makes: calls, stack frames, MUL and DIV, a string comparison, a
/// table look-up.
fn compiled(a: &mut CodeAssembler) -> Emit {
    let (mut each, mut scale) = (a.create_label(), a.create_label());
    let (mut differ, mut done) = (a.create_label(), a.create_label());
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
    a.jmp(done)?;
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
    a.ret()?;
    a.set_label(&mut done)?;
    a.nop()
}

/// 32 KiB moved by REP MOVSD, then the text screen filled by REP STOSW.
fn blocks(a: &mut CodeAssembler) -> Emit {
    a.mov(ax, cs)?;
    a.add(ax, FREE_2)?;
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
    a.rep().stosw()
}

/// INT 21h to an IRET of the program's own. DS and ES to the first segment, where the vectors are.
fn hook_vector(a: &mut CodeAssembler) -> Emit {
    a.mov(byte_ptr(HANDLER).cs(), 0xCF)?;
    a.xor(ax, ax)?;
    a.mov(ds, ax)?;
    a.mov(es, ax)?;
    a.mov(ax, cs)?;
    a.mov(word_ptr(0x21 * 4), HANDLER)?;
    a.mov(word_ptr(0x21 * 4 + 2), ax)
}

/// Nothing but traps: flag instructions, a software interrupt that the guest handles itself, two BIOS
/// services, a port.
fn traps(a: &mut CodeAssembler) -> Emit {
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
    a.in_(al, 0x61)
}
