//! The program that runs the cases: sets up each state, executes the instruction, catches whatever
//! comes of it, and writes the record to port E9h.
//!
//! Its 32-bit part runs flat at level 0 between cases. A case is entered by IRET and left through
//! an interrupt: the INT 3 behind the instruction, or the exception it raised.

mod real;
mod save;

use iced_x86::code_asm::*;
use iced_x86::{BlockEncoderOptions, IcedError};

use crate::proof::case::CR0_PLAIN;
use crate::proof::layout::{
    BEYOND, CASE, CODE, CODE_BYTES, FLAT_PART, HARNESS_STACK, IDT_GATES, NEXT, NUMBER, REAL_PART, REGIONS, SAVE,
    SAVE_BYTES, TO_PRISTINE, TO_SHADOW, WINDOW, WINDOW_BYTES, selector,
};
use crate::proof::rom::case_field as field;

/// What a function that emits code returns.
type Emit = Result<(), IcedError>;

/// The port that takes the records.
const PORT: u32 = 0xE9;
/// Flag VM, of V86 frames.
const VM: i32 = 1 << 17;

/// Addresses of data that the harness uses; those in the ROM depend on the image.
pub(crate) struct Data {
    /// Contents of the window, one pattern behind the other.
    pub(crate) patterns: u32,
    /// The cases.
    pub(crate) cases: u32,
    /// Six-byte operands of LGDT and LIDT, in RAM.
    pub(crate) gdtr: u32,
    pub(crate) idtr: u32,
    pub(crate) real_idtr: u32,
}

/// Assembled code and what others must know of it.
pub(crate) struct Harness {
    pub(crate) real: Vec<u8>,
    pub(crate) flat: Vec<u8>,
    /// Offsets of the real-mode stubs, for the interrupt vectors.
    pub(crate) real_stubs: Vec<u16>,
    /// Offsets of the stubs of the IDT.
    pub(crate) stubs: Vec<u32>,
    /// Entry of the double fault task.
    pub(crate) double_fault: u32,
    /// Where the 32-bit part starts.
    pub(crate) start: u32,
}

impl Harness {
    pub(crate) fn assemble(data: &Data) -> Result<Harness, IcedError> {
        let (real, real_stubs) = real::part(data)?;
        let mut flat = Flat::new()?;
        flat.emit(data)?;
        let options = BlockEncoderOptions::RETURN_NEW_INSTRUCTION_OFFSETS;
        let code = flat.asm.assemble_options(u64::from(FLAT_PART), options)?;
        let at = |label: &CodeLabel| -> Result<u32, IcedError> {
            Ok(u32::try_from(code.label_ip(label)?).expect("in range"))
        };
        let stubs = flat.stubs.iter().map(at).collect::<Result<_, _>>()?;
        let (double_fault, start) = (at(&flat.double_fault)?, at(&flat.start)?);
        Ok(Harness { real, flat: code.inner.code_buffer, real_stubs, stubs, double_fault, start })
    }
}

/// Puts `label` here. Unlike the assembler's own call, several labels may share a place.
fn place(a: &mut CodeAssembler, label: &mut CodeLabel) -> Emit {
    a.set_label(label)?;
    a.zero_bytes()
}

/// `JMP FAR` with a 16-bit or 32-bit offset, as bytes: the assembler has no such call.
fn far_jump_16(at: u16, sel: u16) -> Vec<u8> {
    [&[0xEA][..], &at.to_le_bytes(), &sel.to_le_bytes()].concat()
}

fn far_jump_32(at: u32, sel: u16) -> Vec<u8> {
    [&[0xEA][..], &at.to_le_bytes(), &sel.to_le_bytes()].concat()
}

/// Loads all registers but ESP, CS and SS from the case, DS last.
fn emit_load_registers(a: &mut CodeAssembler) -> Emit {
    for (index, reg) in [(0, eax), (1, ecx), (2, edx), (3, ebx), (5, ebp), (6, esi), (7, edi)] {
        a.mov(reg, dword_ptr(CASE + field::gpr(index)))?;
    }
    for (index, seg) in [(0, es), (4, fs), (5, gs), (3, ds)] {
        a.mov(seg, word_ptr(CASE + field::seg(index)))?;
    }
    Ok(())
}

/// The 32-bit part under construction.
struct Flat {
    asm: CodeAssembler,
    stubs: Vec<CodeLabel>,
    double_fault: CodeLabel,
    start: CodeLabel,
    next: CodeLabel,
    tail: CodeLabel,
    common: CodeLabel,
    restore: CodeLabel,
    byte: CodeLabel,
    bytes: CodeLabel,
    dword: CodeLabel,
}

impl Flat {
    fn new() -> Result<Flat, IcedError> {
        let mut asm = CodeAssembler::new(32)?;
        let mut label = || asm.create_label();
        let (double_fault, start, next, tail) = (label(), label(), label(), label());
        let (common, restore, byte, bytes, dword) = (label(), label(), label(), label(), label());
        let stubs = Vec::new();
        Ok(Flat { asm, stubs, double_fault, start, next, tail, common, restore, byte, bytes, dword })
    }

    fn emit(&mut self, data: &Data) -> Emit {
        self.asm.jmp(self.tail)?; // from real mode, by its fixed address
        self.emit_start(data)?;
        self.emit_next(data)?;
        self.emit_pokes()?;
        self.emit_enter()?;
        self.emit_stubs()?;
        self.emit_common()?;
        self.emit_double_fault()?;
        self.emit_tail(data)?;
        self.emit_report()?;
        self.emit_differences()?;
        self.emit_routines()
    }

    /// Copies the blocks that ESI points at, makes the copies of the system area, silences the interrupt controllers.
    fn emit_start(&mut self, data: &Data) -> Emit {
        let a = &mut self.asm;
        place(a, &mut self.start)?;
        a.mov(esp, HARNESS_STACK)?;
        let (mut block, mut copied) = (a.create_label(), a.create_label());
        place(a, &mut block)?;
        a.lodsd()?;
        a.mov(edi, eax)?;
        a.lodsd()?;
        a.mov(ecx, eax)?;
        a.jecxz(copied)?;
        a.rep().movsd()?;
        a.jmp(block)?;
        place(a, &mut copied)?;
        for area in [CODE, BEYOND] {
            a.mov(edi, area)?;
            a.mov(ecx, CODE_BYTES / 4)?;
            a.mov(eax, 0xCCCC_CCCCu32)?;
            a.rep().stosd()?;
        }
        for (start, bytes) in &REGIONS[1..] {
            a.mov(esi, *start)?;
            a.mov(edi, *start + TO_PRISTINE)?;
            a.mov(ecx, *bytes / 4)?;
            a.rep().movsd()?;
        }
        a.mov(al, 0xFF)?;
        a.out(0x21, al)?;
        a.out(0xA1, al)?;
        a.lgdt(ptr(data.gdtr))?;
        a.lidt(ptr(data.idtr))?;
        a.call(self.restore)?;
        a.mov(dword_ptr(NEXT), data.cases)?;
        a.mov(dword_ptr(NUMBER), -1)?;
        for byte in *b"V386" {
            a.mov(al, u32::from(byte))?;
            a.call(self.byte)?;
        }
        Ok(())
    }

    /// Fetches the next case; at the end says so and stops every emulator.
    fn emit_next(&mut self, data: &Data) -> Emit {
        let a = &mut self.asm;
        let (mut some, mut off) = (a.create_label(), a.create_label());
        place(a, &mut self.next)?;
        a.inc(dword_ptr(NUMBER))?;
        a.mov(esi, dword_ptr(NEXT))?;
        a.movzx(ecx, word_ptr(esi))?;
        a.test(ecx, ecx)?;
        a.jnz(some)?;
        a.mov(al, 0x5A)?;
        a.call(self.byte)?;
        a.mov(edx, 0xF4u32)?; // QEMU's exit device
        a.out(dx, al)?;
        a.mov(edx, 0x8900u32)?; // Bochs's shutdown port
        for byte in *b"Shutdown" {
            a.mov(al, u32::from(byte))?;
            a.out(dx, al)?;
        }
        a.cli()?;
        place(a, &mut off)?;
        a.hlt()?;
        a.jmp(off)?;
        place(a, &mut some)?;
        a.mov(edi, CASE)?;
        a.shr(ecx, 2)?;
        a.rep().movsd()?;
        a.mov(dword_ptr(NEXT), esi)?;
        // The window and its shadow.
        a.movzx(ebx, byte_ptr(CASE + field::PATTERN))?;
        a.shl(ebx, WINDOW_BYTES.trailing_zeros())?;
        for at in [WINDOW, WINDOW + TO_SHADOW] {
            a.lea(esi, ptr(ebx + data.patterns))?;
            a.mov(edi, at)?;
            a.mov(ecx, WINDOW_BYTES / 4)?;
            a.rep().movsd()?;
        }
        let mut plain = a.create_label();
        a.test(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_SYSTEM))?;
        a.jz(plain)?;
        a.call(self.restore)?;
        place(a, &mut plain)?;
        a.mov(edi, SAVE)?;
        a.mov(ecx, SAVE_BYTES / 4)?;
        a.xor(eax, eax)?;
        a.rep().stosd()?;
        a.mov(cr2, eax)?;
        a.mov(dr6, eax)
    }

    /// State of the 387, code, and pokes, which also go to the shadow.
    fn emit_pokes(&mut self) -> Emit {
        let a = &mut self.asm;
        let (mut no_fpu, mut poke, mut done) = (a.create_label(), a.create_label(), a.create_label());
        a.mov(esi, CASE + field::END)?;
        a.test(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_FPU))?;
        a.jz(no_fpu)?;
        a.frstor(ptr(esi))?;
        a.add(esi, 108)?;
        place(a, &mut no_fpu)?;
        a.movzx(ecx, byte_ptr(CASE + field::CODE_LEN))?;
        a.mov(edi, dword_ptr(CASE + field::CODE_AT))?;
        a.rep().movsb()?;
        a.add(esi, 3)?;
        a.and(esi, -4)?;
        a.movzx(ecx, byte_ptr(CASE + field::POKES))?;
        place(a, &mut poke)?;
        a.jecxz(done)?;
        a.lodsd()?;
        a.mov(ebx, eax)?;
        a.lodsd()?;
        a.mov(dword_ptr(ebx), eax)?;
        a.mov(dword_ptr(ebx + TO_SHADOW), eax)?;
        a.dec(ecx)?;
        a.jmp(poke)?;
        place(a, &mut done)
    }

    /// Leaves for the case.
    fn emit_enter(&mut self) -> Emit {
        let a = &mut self.asm;
        let (mut protected, mut v86, mut same, mut load) =
            (a.create_label(), a.create_label(), a.create_label(), a.create_label());
        a.cmp(byte_ptr(CASE + field::ENTRY), field::ENTRY_REAL)?;
        a.jne(protected)?;
        a.db(&far_jump_32(REAL_PART, selector::REAL_CODE))?;
        place(a, &mut protected)?;
        a.mov(eax, dword_ptr(CASE + field::CR0))?;
        a.mov(cr0, eax)?;
        a.jmp(same)?;
        place(a, &mut same)?;
        let mut inner = a.create_label();
        a.cmp(byte_ptr(CASE + field::ENTRY), field::ENTRY_SAME)?;
        a.jne(inner)?;
        a.mov(ss, word_ptr(CASE + field::seg(2)))?;
        a.mov(esp, dword_ptr(CASE + field::gpr(4)))?;
        a.jmp(load)?;
        place(a, &mut inner)?;
        a.cmp(byte_ptr(CASE + field::ENTRY), field::ENTRY_V86)?;
        a.je(v86)?;
        a.push(dword_ptr(CASE + field::seg(2)))?;
        a.push(dword_ptr(CASE + field::gpr(4)))?;
        place(a, &mut load)?;
        for at in [field::EFLAGS, field::seg(1), field::EIP] {
            a.push(dword_ptr(CASE + at))?;
        }
        emit_load_registers(a)?;
        a.iretd()?;
        place(a, &mut v86)?;
        for index in [5, 4, 3, 0, 2] {
            a.push(dword_ptr(CASE + field::seg(index)))?;
        }
        for at in [field::gpr(4), field::EFLAGS, field::seg(1), field::EIP] {
            a.push(dword_ptr(CASE + at))?;
        }
        for (index, reg) in [(0, eax), (1, ecx), (2, edx), (3, ebx), (5, ebp), (6, esi), (7, edi)] {
            a.mov(reg, dword_ptr(CASE + field::gpr(index)))?;
        }
        a.iretd()
    }

    /// An entry for each gate: error code, or zero, and vector on the stack.
    fn emit_stubs(&mut self) -> Emit {
        for vector in 0..IDT_GATES {
            let a = &mut self.asm;
            let mut stub = a.create_label();
            place(a, &mut stub)?;
            if !matches!(vector, 8 | 10..=14) {
                a.push(0)?;
            }
            a.push(i32::try_from(vector).expect("in range"))?;
            a.jmp(self.common)?;
            self.stubs.push(stub);
        }
        Ok(())
    }

    /// Saves everything. The stack may be the case's own, 16-bit and anywhere.
    fn emit_common(&mut self) -> Emit {
        use save::{CS, DS, EAX, EBP, EBX, ECX, EDI, EDX, EFLAGS, EIP, ERROR, ES, ESI, ESP, FS, GS, SS, VECTOR};
        let a = &mut self.asm;
        let (mut not_v86, mut same) = (a.create_label(), a.create_label());
        place(a, &mut self.common)?;
        a.push(eax)?;
        a.push(ds)?;
        a.mov(eax, u32::from(selector::FLAT_DATA))?;
        a.mov(ds, ax)?;
        for (slot, reg) in [(ECX, ecx), (EDX, edx), (EBX, ebx), (EBP, ebp), (ESI, esi), (EDI, edi)] {
            a.mov(dword_ptr(slot), reg)?;
        }
        for (slot, seg) in [(ES, es), (FS, fs), (GS, gs), (SS, ss)] {
            a.mov(word_ptr(slot), seg)?;
        }
        for slot in [DS, EAX, VECTOR, ERROR, EIP, CS, EFLAGS] {
            a.pop(dword_ptr(slot))?;
        }
        a.test(dword_ptr(EFLAGS), VM)?;
        a.jz(not_v86)?;
        for slot in [ESP, SS, ES, DS, FS, GS] {
            a.pop(dword_ptr(slot))?;
        }
        a.jmp(self.tail)?;
        place(a, &mut not_v86)?;
        a.mov(dword_ptr(ESP), esp)?;
        a.test(byte_ptr(CS), 3)?;
        a.jz(same)?;
        a.pop(dword_ptr(ESP))?;
        a.pop(dword_ptr(SS))?;
        place(a, &mut same)?;
        a.mov(eax, cr0)?;
        a.mov(dword_ptr(save::CR0), eax)?;
        a.jmp(self.tail)
    }

    /// The task of the double fault: nothing of the case is left to save.
    fn emit_double_fault(&mut self) -> Emit {
        let a = &mut self.asm;
        place(a, &mut self.double_fault)?;
        a.mov(dword_ptr(save::VECTOR), 8)?;
        // Its task must be left, whatever the case was.
        a.or(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_SYSTEM))?;
        a.jmp(self.tail)
    }

    /// Back to flat segments, plain CR0 and the harness's tables.
    fn emit_tail(&mut self, data: &Data) -> Emit {
        let a = &mut self.asm;
        place(a, &mut self.tail)?;
        a.mov(eax, u32::from(selector::FLAT_DATA))?;
        for seg in [ds, es, fs, gs, ss] {
            a.mov(seg, ax)?;
        }
        a.mov(esp, HARNESS_STACK)?;
        a.push(2)?;
        a.popfd()?;
        a.mov(eax, cr2)?;
        a.mov(dword_ptr(save::CR2), eax)?;
        a.mov(eax, dr6)?;
        a.mov(dword_ptr(save::DR6), eax)?;
        a.mov(eax, i32::try_from(CR0_PLAIN).expect("in range"))?;
        a.mov(cr0, eax)?;
        a.xor(eax, eax)?;
        a.mov(dr7, eax)?;
        a.sldt(word_ptr(save::LDTR))?;
        a.str(word_ptr(save::TR))?;
        a.lgdt(ptr(data.gdtr))?;
        a.lidt(ptr(data.idtr))
    }

    /// Writes number and registers.
    fn emit_report(&mut self) -> Emit {
        let a = &mut self.asm;
        let mut no_fpu = a.create_label();
        a.mov(al, 0xA5)?;
        a.call(self.byte)?;
        a.mov(eax, dword_ptr(NUMBER))?;
        a.call(self.dword)?;
        a.mov(esi, SAVE)?;
        a.mov(ecx, SAVE_BYTES)?;
        a.call(self.bytes)?;
        a.test(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_FPU))?;
        a.jz(no_fpu)?;
        a.mov(esi, CASE + field::END)?;
        a.fnsave(ptr(esi))?;
        a.mov(ecx, 108)?;
        a.call(self.bytes)?;
        place(a, &mut no_fpu)
    }

    /// Writes address, old and new value of each doubleword that changed, takes the code away, goes on.
    fn emit_differences(&mut self) -> Emit {
        let a = &mut self.asm;
        let (mut end, mut plain) = (a.create_label(), a.create_label());
        for (index, (start, bytes)) in REGIONS.iter().enumerate() {
            if index == 1 {
                a.test(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_SYSTEM))?;
                a.jz(end)?;
            }
            let (mut scan, mut done) = (a.create_label(), a.create_label());
            a.mov(esi, *start)?;
            a.mov(edi, *start + TO_SHADOW)?;
            a.mov(ecx, *bytes / 4)?;
            place(a, &mut scan)?;
            a.cmp(eax, eax)?; // equal, should nothing be left
            a.repe().cmpsd()?;
            a.je(done)?;
            a.lea(eax, ptr(esi - 4))?;
            a.call(self.dword)?;
            for at in [edi - 4, esi - 4] {
                a.mov(eax, dword_ptr(at))?;
                a.call(self.dword)?;
            }
            a.jmp(scan)?;
            place(a, &mut done)?;
            a.nop()?;
        }
        place(a, &mut end)?;
        a.mov(eax, -1)?;
        a.call(self.dword)?;
        a.movzx(ecx, byte_ptr(CASE + field::CODE_LEN))?;
        a.mov(edi, dword_ptr(CASE + field::CODE_AT))?;
        a.mov(al, 0xCC)?;
        a.rep().stosb()?;
        a.test(byte_ptr(CASE + field::FLAGS), u32::from(field::FLAG_SYSTEM))?;
        a.jz(plain)?;
        a.call(self.restore)?;
        place(a, &mut plain)?;
        a.jmp(self.next)
    }

    /// Output, and making the system area good.
    fn emit_routines(&mut self) -> Emit {
        let a = &mut self.asm;
        place(a, &mut self.byte)?;
        a.out(PORT, al)?;
        a.ret()?;
        // ECX bytes from ESI.
        place(a, &mut self.bytes)?;
        let mut more = a.create_label();
        place(a, &mut more)?;
        a.lodsb()?;
        a.out(PORT, al)?;
        a.loop_(more)?;
        a.ret()?;
        // EAX.
        place(a, &mut self.dword)?;
        for _ in 0..4 {
            a.out(PORT, al)?;
            a.ror(eax, 8)?;
        }
        a.ret()?;
        place(a, &mut self.restore)?;
        for (start, bytes) in &REGIONS[1..] {
            for to in [0, TO_SHADOW] {
                a.mov(esi, *start + TO_PRISTINE)?;
                a.mov(edi, *start + to)?;
                a.mov(ecx, *bytes / 4)?;
                a.rep().movsd()?;
            }
        }
        a.mov(eax, crate::proof::layout::PAGE_DIRECTORY)?;
        a.mov(cr3, eax)?;
        a.mov(eax, u32::from(selector::LDT))?;
        a.lldt(ax)?;
        a.mov(eax, u32::from(selector::TASK))?;
        a.ltr(ax)?;
        // LTR marked the TSS busy: so it is before every case.
        let busy = crate::proof::layout::GDT + u32::from(selector::TASK) + 4;
        a.mov(eax, dword_ptr(busy))?;
        a.mov(dword_ptr(busy + TO_SHADOW), eax)?;
        a.ret()
    }
}
