//! Which encodings are instructions of a 386. Source: 80386 PRM, appendix A (opcode map), §17.2.2
//! (LOCK); what the chip does beyond the manual: UMOV, SALC, INT1, aliases in the shift, test and
//! arithmetic groups.
//!
//! Gap: LOADALL (0F 07) is undefined here.

use iced_x86::{Code, CpuidFeature, Decoder, DecoderError, DecoderOptions, Instruction, Mnemonic, OpKind, Register};

use super::MAX_INSTRUCTION;

/// What the decoder is to read as a 386 does.
const OPTIONS: u32 = DecoderOptions::MOV_TR
    | DecoderOptions::UMOV
    | DecoderOptions::NO_PAUSE
    | DecoderOptions::NO_WBNOINVD
    | DecoderOptions::NO_MPFX_0FBC
    | DecoderOptions::NO_MPFX_0FBD;

/// A decoder of 16-bit or 32-bit code.
pub(super) fn decoder(bytes: &[u8], big: bool) -> Decoder<'_> {
    with_options(bytes, if big { 32 } else { 16 }, OPTIONS)
}

fn with_options(bytes: &[u8], bitness: u32, options: u32) -> Decoder<'_> {
    Decoder::with_ip(bitness, bytes, 0, options)
}

/// What some bytes are.
pub(super) enum Verdict {
    Valid(Instruction),
    /// #UD.
    Undefined,
    /// The instruction goes on beyond 15 bytes: #GP(0).
    TooLong,
}

/// Judges `bytes`, which the decoder has read as `insn`.
pub(super) fn judge(insn: &Instruction, bytes: &[u8]) -> Verdict {
    if insn.is_invalid() {
        return match refused_by_later_processors(insn, bytes) {
            Some(insn) => Verdict::Valid(insn),
            None if too_long(insn, bytes) => Verdict::TooLong,
            None => Verdict::Undefined,
        };
    }
    if of_the_386(insn) { Verdict::Valid(*insn) } else { Verdict::Undefined }
}

/// True for the first bytes of an encoding that a 386 knows to be undefined already, though a later
/// processor, and the decoder with it, would fetch more of it.
pub(super) fn undefined_already(bytes: &[u8]) -> bool {
    match &bytes[prefixes(bytes)..] {
        // Register forms of BOUND, LES and LDS are VEX and EVEX, POP with a register number XOP.
        [0x62 | 0xC4 | 0xC5, modrm, ..] => *modrm >= 0xC0,
        [0x8F, modrm, ..] => modrm & 0x38 != 0,
        [0x0F, second, ..] => !two_byte_opcode(*second),
        _ => false,
    }
}

/// True for the second byte of an opcode that begins with 0F.
fn two_byte_opcode(second: u8) -> bool {
    matches!(
        second,
        0x00..=0x03 | 0x06 | 0x10..=0x13 | 0x20..=0x24 | 0x26 | 0x80..=0xA1 | 0xA3..=0xA5
            | 0xA8 | 0xA9 | 0xAB..=0xAD | 0xAF | 0xB2..=0xB7 | 0xBA..=0xBF
    )
}

/// How many of `bytes` are prefixes, from the first on.
pub(super) fn prefixes(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_prefix(byte)).count()
}

fn is_prefix(byte: u8) -> bool {
    matches!(byte, 0x26 | 0x2E | 0x36 | 0x3E | 0x64..=0x67 | 0xF0 | 0xF2 | 0xF3)
}

/// What the decoder refuses as a later processor does: LOCK before BT, which the 386's manual lists
/// among the lockable ones; MOV from and to a control register that is not there, whose #UD comes behind
/// the check of privilege.
fn refused_by_later_processors(insn: &Instruction, bytes: &[u8]) -> Option<Instruction> {
    let (prefix, rest) = bytes.split_at(prefixes(bytes));
    let locked = prefix.contains(&0xF0);
    let suspect = match rest {
        [0x0F, 0xA3 | 0xBA, ..] => locked,
        [0x0F, 0x20 | 0x22, ..] => !locked,
        _ => false,
    };
    let lenient = OPTIONS | DecoderOptions::NO_INVALID_CHECK;
    let insn = suspect.then(|| with_options(bytes, bitness(insn), lenient).decode())?;
    let bit_test = insn.mnemonic() == Mnemonic::Bt && insn.op0_kind() == OpKind::Memory;
    let control = matches!(insn.code(), Code::Mov_r32_cr | Code::Mov_cr_r32);
    (bit_test || control).then_some(insn)
}

fn bitness(insn: &Instruction) -> u32 {
    if insn.code_size() == iced_x86::CodeSize::Code32 { 32 } else { 16 }
}

/// True if fifteen bytes are not all of the instruction. The prefixes that change no length are left
/// out to see how much the rest takes.
fn too_long(insn: &Instruction, bytes: &[u8]) -> bool {
    if bytes.len() < MAX_INSTRUCTION {
        return false;
    }
    let (prefix, rest) = bytes.split_at(prefixes(bytes));
    let mut short: Vec<u8> = [0x66, 0x67].into_iter().filter(|byte| prefix.contains(byte)).collect();
    short.extend_from_slice(rest);
    let mut decoder = with_options(&short, bitness(insn), OPTIONS);
    let _ = decoder.decode();
    short.len() < MAX_INSTRUCTION && decoder.last_error() == DecoderError::NoMoreBytes && !undefined_already(&short)
}

/// True if a 386 knows the instruction. WAIT counts as the coprocessor's; ESC instructions do not come
/// here.
fn of_the_386(insn: &Instruction) -> bool {
    let (to, from) = (insn.op_register(0), insn.op_register(1));
    // The decoder files these under later processors, or takes numbers that only those have.
    match insn.code() {
        Code::Mov_r32_tr => return is_test_register(from),
        Code::Mov_tr_r32 => return is_test_register(to),
        // A control register that is not there is found out behind the check of privilege.
        Code::Mov_r32_cr | Code::Mov_cr_r32 => return true,
        _ if insn.mnemonic() == Mnemonic::Umov => return true,
        _ if insn.mnemonic() == Mnemonic::Mov && to == Register::CS => return false,
        _ => {}
    }
    insn.mnemonic() != Mnemonic::Loadall && insn.cpuid_features().iter().all(|feature| feature_of_the_386(*feature))
}

fn feature_of_the_386(feature: CpuidFeature) -> bool {
    matches!(
        feature,
        CpuidFeature::INTEL8086
            | CpuidFeature::INTEL8086_ONLY
            | CpuidFeature::INTEL186
            | CpuidFeature::INTEL286
            | CpuidFeature::INTEL386
            | CpuidFeature::INTEL386_ONLY
            | CpuidFeature::FPU
    )
}

fn is_test_register(register: Register) -> bool {
    matches!(register, Register::TR6 | Register::TR7)
}
