//! The part in 16-bit code: into real mode and out of it.

use iced_x86::code_asm::*;
use iced_x86::{BlockEncoderOptions, IcedError};

use super::{Data, Emit, emit_load_registers, far_jump_16, far_jump_32, place, save};
use crate::proof::case::CR0_PLAIN;
use crate::proof::layout::{CASE, FLAT_PART, REAL_PART, selector};
use crate::proof::rom::case_field as field;

/// The part in 16-bit code: into real mode, and the stubs of its 256 interrupt vectors.
pub(super) fn part(data: &Data) -> Result<(Vec<u8>, Vec<u16>), IcedError> {
    // Assembled twice: the far jump into real mode needs the address of what follows it.
    let (_, _, after) = part_at(data, 0)?;
    let (code, stubs, _) = part_at(data, after)?;
    Ok((code, stubs))
}

fn part_at(data: &Data, after_jump: u16) -> Result<(Vec<u8>, Vec<u16>, u16), IcedError> {
    let mut a = CodeAssembler::new(16)?;
    let (mut landing, mut leave) = (a.create_label(), a.create_label());
    emit_enter_real(&mut a, data, after_jump, &mut landing)?;
    let mut stubs = Vec::new();
    for vector in 0..256 {
        let mut stub = a.create_label();
        place(&mut a, &mut stub)?;
        a.mov(byte_ptr(save::VECTOR).cs(), vector)?;
        a.jmp(leave)?;
        stubs.push(stub);
    }
    place(&mut a, &mut leave)?;
    emit_leave_real(&mut a, data)?;
    let code = a.assemble_options(u64::from(REAL_PART), BlockEncoderOptions::RETURN_NEW_INSTRUCTION_OFFSETS)?;
    let at =
        |label: &CodeLabel| -> Result<u16, IcedError> { Ok(u16::try_from(code.label_ip(label)?).expect("in range")) };
    let offsets = stubs.iter().map(at).collect::<Result<_, _>>()?;
    let after = at(&landing)?;
    Ok((code.inner.code_buffer, offsets, after))
}

/// From 16-bit protected mode into real mode and into the case.
fn emit_enter_real(a: &mut CodeAssembler, data: &Data, after_jump: u16, landing: &mut CodeLabel) -> Emit {
    // Limits and rights of the descriptor caches stay as they are in real mode.
    a.mov(ax, u32::from(selector::REAL_DATA))?;
    for seg in [ds, es, ss, fs, gs] {
        a.mov(seg, ax)?;
    }
    a.lidt(ptr(data.real_idtr))?;
    a.mov(eax, dword_ptr(CASE + field::CR0))?;
    a.and(al, 0xFEu32 as i32)?;
    a.mov(cr0, eax)?;
    a.db(&far_jump_16(after_jump, 0))?;
    place(a, landing)?;
    a.xor(ax, ax)?;
    a.mov(ds, ax)?;
    a.mov(ss, word_ptr(CASE + field::seg(2)))?;
    a.mov(esp, dword_ptr(CASE + field::gpr(4)))?;
    a.push(word_ptr(CASE + field::EFLAGS))?;
    a.push(word_ptr(CASE + field::seg(1)))?;
    a.push(word_ptr(CASE + field::EIP))?;
    emit_load_registers(a)?;
    a.iret()
}

/// From a real-mode stub back to the 32-bit part. The code segment has base 0 here.
fn emit_leave_real(a: &mut CodeAssembler, data: &Data) -> Emit {
    use save::{CR0, CS, DS, EAX, EBP, EBX, ECX, EDI, EDX, EFLAGS, EIP, ES, ESI, ESP, FS, GS, SS};
    let general = [(EAX, eax), (ECX, ecx), (EDX, edx), (EBX, ebx), (EBP, ebp), (ESI, esi), (EDI, edi)];
    for (slot, reg) in general {
        a.mov(dword_ptr(slot).cs(), reg)?;
    }
    for (slot, seg) in [(DS, ds), (ES, es), (SS, ss), (FS, fs), (GS, gs)] {
        a.mov(word_ptr(slot).cs(), seg)?;
    }
    for slot in [EIP, CS, EFLAGS] {
        a.pop(word_ptr(slot).cs())?;
    }
    a.mov(dword_ptr(ESP).cs(), esp)?;
    a.mov(eax, cr0)?;
    a.mov(dword_ptr(CR0).cs(), eax)?;
    // With the size prefix, for a base of 32 bits.
    a.db(&[0x66])?;
    a.lgdt(ptr(data.gdtr).cs())?;
    a.mov(eax, i32::try_from(CR0_PLAIN).expect("in range"))?;
    a.mov(cr0, eax)?;
    a.db(&[0x66])?;
    a.db(&far_jump_32(FLAT_PART, selector::FLAT_CODE))
}
