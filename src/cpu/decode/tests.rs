use proptest::prelude::*;

use super::*;

fn decode(code: &[u8], big: bool) -> Result<Decoded, Fault> {
    let mut mem = Memory::new(0x4000);
    mem.write_bytes(PhysAddr(0x1000), code);
    let mut core = Core::reset();
    core.seg[usize::from(CS)] = super::super::segment::Segment { big, ..super::super::segment::Segment::real(0) };
    core.eip = 0x1000;
    block(&mut core, &mut mem, PhysAddr(0x1000), MAX_OPS)
}

#[test]
fn a_block_ends_at_its_jump() {
    let decoded = decode(&[0x90, 0x40, 0xEB, 0x10, 0x90], false).unwrap();
    assert_eq!((decoded.ops.len(), decoded.len), (3, 4));
}

#[test]
fn a_block_goes_on_behind_a_conditional_jump_which_knows_its_target_there() {
    // JC over one NOP; NOP; INC AX; JZ back to the start; RET
    let decoded = decode(&[0x72, 0x01, 0x90, 0x40, 0x74, 0xFA, 0xC3], false).unwrap();
    let disps: Vec<u32> = [0, 3].map(|jump| decoded.ops[jump].disp).to_vec();
    assert_eq!((decoded.ops.len(), disps), (5, vec![1, NO_SKIP]));
    assert_eq!(decoded.ops[3].imm, 0, "a target is counted from the start of the block");
}

#[test]
fn operands_keep_their_registers_and_displacement() {
    // MOV [BX+SI+1234h], CH
    let op = decode(&[0x88, 0xA8, 0x34, 0x12], false).unwrap().ops[0];
    assert_eq!((op.base, op.index, op.disp, op.src), (3, 6, 0x1234, 5));
}

#[test]
fn enter_keeps_its_frame_size_and_its_nesting_level() {
    // ENTER 46h,0 and ENTER 1234h,2
    for (code, frame, level) in [(&[0xC8, 0x46, 0x00, 0x00], 0x46, 0), (&[0xC8, 0x34, 0x12, 0x02], 0x1234, 2)] {
        let op = decode(code, false).unwrap().ops[0];
        assert_eq!((op.imm, op.disp), (frame, level));
    }
}

#[test]
fn instructions_newer_than_the_386_are_undefined() {
    // BSWAP EAX; CPUID; CMPXCHG; RDTSC; CMOVE
    for code in [&[0x0F, 0xC8][..], &[0x0F, 0xA2], &[0x0F, 0xB1, 0xC1], &[0x0F, 0x31], &[0x0F, 0x44, 0xC1]] {
        let op = decode(code, false).unwrap().ops[0];
        let flow = op.alone(&mut Core::reset(), &mut Memory::new(0x1000));
        assert_eq!(flow, Err(Fault::UNDEFINED.into()), "{code:02X?}");
    }
}

proptest! {
    #[test]
    fn decoding_never_panics_nor_reads_past_fifteen_bytes(code: [u8; 32], big: bool) {
        if let Ok(decoded) = decode(&code, big) {
            prop_assert!(decoded.ops.iter().all(|op| op.len <= 15));
            prop_assert_eq!(decoded.len, decoded.ops.iter().map(|op| u32::from(op.len)).sum::<u32>());
        }
    }
}
