use proptest::prelude::*;

use super::*;

mod opcodes;

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

/// The handler of the first instruction, or the fault that fetching it raises.
fn first(code: &[u8], big: bool) -> Result<Op, Fault> {
    decode(code, big).map(|decoded| decoded.ops[0])
}

fn is(op: Op, handler: Handler) -> bool {
    std::ptr::fn_addr_eq(op.handler, handler)
}

#[test]
fn an_instruction_has_at_most_fifteen_bytes() {
    let with_prefixes = |count: usize, rest: &[u8]| [vec![0x66; count], rest.to_vec()].concat();
    // NOP; INC BYTE [1234h]; ADD DWORD [12345678h],12345678h; and an undefined one.
    let long: &[u8] = &[0x67, 0x81, 0x05, 0x78, 0x56, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12];
    for rest in [&[0x90][..], &[0xFE, 0x06, 0x34, 0x12], long, &[0x0F, 0xFF]] {
        let undefined = rest[0] == 0x0F;
        let room = MAX_INSTRUCTION - rest.len();
        let fits = first(&with_prefixes(room, rest), false).unwrap();
        assert!(!is(fits, exec::moves::TOO_LONG) && is(fits, exec::moves::UNDEFINED) == undefined, "{rest:02X?}");
        let beyond = first(&with_prefixes(room + 1, rest), false).unwrap();
        assert!(is(beyond, exec::moves::TOO_LONG), "{rest:02X?}");
    }
    assert!(is(first(&[0x2E; 20], false).unwrap(), exec::moves::TOO_LONG));
}

#[test]
fn an_undefined_instruction_of_fifteen_bytes_is_undefined() {
    // 66h thirteen times, then MOV CS,AX; LOCK, 66h twelve times, INC AX.
    let op = first(&[[0x66; 13].as_slice(), &[0x8E, 0xC8]].concat(), false).unwrap();
    assert!(is(op, exec::moves::UNDEFINED));
    let op = first(&[&[0xF0][..], &[0x66; 12], &[0xFF, 0xC0]].concat(), false).unwrap();
    assert!(is(op, exec::moves::UNDEFINED));
}

#[test]
fn prefixes_come_in_any_order_and_any_number() {
    // MOV EAX,ES:[EBX+4] in a 16-bit segment.
    let plain = first(&[0x26, 0x66, 0x67, 0x8B, 0x43, 0x04], false).unwrap();
    for prefixes in [
        &[0x66, 0x67, 0x26][..],
        &[0x67, 0x26, 0x66],
        &[0x66, 0x66, 0x67, 0x67, 0x67, 0x26],
        &[0x3E, 0x66, 0x2E, 0x67, 0x26],
        &[0x26, 0xF3, 0x66, 0xF2, 0x67],
    ] {
        let op = first(&[prefixes, &[0x8B, 0x43, 0x04]].concat(), false).unwrap();
        assert!(is(op, plain.handler), "{prefixes:02X?}");
        assert_eq!((op.seg, op.base, op.disp, op.addr_shift), (plain.seg, plain.base, plain.disp, plain.addr_shift));
    }
}

#[test]
fn the_last_of_several_segment_overrides_counts() {
    for (prefixes, seg) in [([0x26, 0x64], 4), ([0x64, 0x26], 0), ([0x36, 0x3E], 3)] {
        let op = first(&[&prefixes[..], &[0xA0, 0x00, 0x00]].concat(), false).unwrap();
        assert_eq!(op.seg, seg, "{prefixes:02X?}");
    }
}

#[test]
fn a_scale_without_an_index_scales_the_base() {
    // MOV EAX,[EBX*4+8], as SIB with base EBX and no index; the same with [EBP] stays in SS.
    let op = first(&[0x8B, 0x44, 0xA3, 0x08], true).unwrap();
    assert_eq!((op.base, op.index, op.scale, op.disp), (NO_REG, 3, 2, 8));
    let op = first(&[0x8B, 0x44, 0xA5, 0x08], true).unwrap();
    assert_eq!((op.index, op.seg), (5, super::super::segment::SS));
    let op = first(&[0x8B, 0x44, 0x23, 0x08], true).unwrap();
    assert_eq!((op.base, op.index, op.scale), (3, NO_REG, 0));
}

#[test]
fn aliases_of_the_chip_decode_as_what_they_alias() {
    let pairs: [(&[u8], &[u8]); 5] = [
        // SHL by /6; TEST by /1; ADD by 82h; UMOV
        (&[0xD0, 0xF0], &[0xD0, 0xE0]),
        (&[0xF6, 0xC8, 0x12], &[0xF6, 0xC0, 0x12]),
        (&[0x82, 0xC0, 0x12], &[0x80, 0xC0, 0x12]),
        (&[0x0F, 0x11, 0xC3], &[0x89, 0xC3]),
        (&[0x0F, 0x12, 0x07], &[0x8A, 0x07]),
    ];
    for (alias, plain) in pairs {
        assert!(is(first(alias, false).unwrap(), first(plain, false).unwrap().handler), "{alias:02X?}");
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
