use super::*;

/// CLI; HLT at the reset vector, behind `body`.
fn image(body: &[u8]) -> Vec<u8> {
    let mut image = body.to_vec();
    image.extend([0xFA, 0xF4]);
    image.resize(image.len() + 14, 0x90);
    image
}

fn error(image: &[u8], at: Option<u32>) -> RomError {
    Bare::with_rom(1 << 20, image, at.map(PhysAddr)).err().expect("it does not fit")
}

#[test]
fn an_image_ends_at_1_mib_and_at_4_gib() {
    let bare = Bare::with_rom(1 << 20, &image(&[1, 2, 3, 4]), None).unwrap();
    for end in [0x10_0000u32, 0] {
        assert_eq!(bare.mem.read_u32(PhysAddr(end.wrapping_sub(20))), 0x0403_0201);
        assert_eq!(bare.mem.read_u8(PhysAddr(end.wrapping_sub(21))), 0xFF, "the page's rest is empty");
    }
    assert_eq!(bare.mem.read_u8(PhysAddr(0xF_EFFF)), 0, "RAM");
}

#[test]
fn the_place_moves_the_low_copy_only() {
    let body: Vec<u8> = (0..5000u32).map(crate::types::lo8).collect();
    let bare = Bare::with_rom(1 << 20, &image(&body), Some(PhysAddr(0x8000))).unwrap();
    assert_eq!(bare.mem.read_u32(PhysAddr(0x8FFE)), 0x0100_FFFE);
    assert_eq!(bare.mem.read_u16(PhysAddr(0x8000 + 5000)), 0xF4FA);
    assert_eq!(bare.mem.read_u16(PhysAddr(0xFFFF_FFF0)), 0xF4FA);
    assert_eq!(bare.mem.read_u8(PhysAddr(0xF_FFF0)), 0);
}

#[test]
fn an_image_may_be_at_its_own_copy_alone() {
    let mut bare = Bare::with_rom(1 << 20, &[0xF4; 4096], Some(PhysAddr(0xFFFF_F000))).unwrap();
    assert_eq!(bare.mem.read_u8(PhysAddr(0xF_FFF0)), 0);
    assert_eq!(bare.run(10, |_, _, _| {}), Pause::Halted);
}

#[test]
fn images_and_places_that_do_not_fit_are_refused() {
    assert_eq!(error(&[], None), RomError::Empty);
    assert_eq!(error(&[0; 15], None), RomError::Short { bytes: 15 });
    assert_eq!(error(&vec![0; (1 << 20) + 1], None), RomError::Large { most: 1 << 20 });
    assert_eq!(error(&vec![0; MAX_IMAGE_BYTES + 1], Some(0)), RomError::Large { most: MAX_IMAGE_BYTES });
    assert_eq!(error(&[0; 16], Some(0x1_0010)), RomError::Unaligned { at: 0x1_0010 });
    assert_eq!(error(&[0; 8192], Some(0xFFFF_F000)), RomError::BeyondEnd { at: 0xFFFF_F000, bytes: 8192 });
    assert_eq!(error(&[0; 8192], Some(0xFFFF_D000)), RomError::OverlapsCopy { at: 0xFFFF_D000, bytes: 8192 });
}

#[test]
fn ports_read_as_ones_in_each_width() {
    // IN AL,1; OUT 2,AL; IN AX,DX; OUT 2,AX; IN EAX,DX; OUT 2,EAX
    let code = [0xE4, 1, 0xE6, 2, 0xED, 0xE7, 2, 0x66, 0xED, 0x66, 0xE7, 2, 0xFA, 0xF4];
    let mut bare = Bare::with_rom(1 << 20, &[&code[..], &[0x90, 0x90]].concat(), None).unwrap();
    let mut written = Vec::new();
    assert_eq!(bare.run(100, |port, width, value| written.push((port.0, width, value))), Pause::Halted);
    assert_eq!(written, [(2, Width::Byte, 0xFF), (2, Width::Word, 0xFFFF), (2, Width::Dword, 0xFFFF_FFFF)]);
}

#[test]
fn a_budget_is_kept_and_the_run_goes_on_from_there() {
    // OUT 1,AL; JMP -4
    let mut bare = Bare::with_rom(1 << 20, &[&[0xE6, 1, 0xEB, 0xFC][..], &[0x90; 12]].concat(), None).unwrap();
    let mut writes = 0;
    for _ in 0..3 {
        assert_eq!(bare.run(7, |_, _, _| writes += 1), Pause::BudgetUsed);
    }
    assert_eq!((bare.executed(), writes), (21, 11));
}

#[test]
fn string_output_and_input_count_their_iterations() {
    // MOV CX,300; CS: REP OUTSB; MOV CX,4; REP INSW; HLT
    let code = [0xB9, 0x2C, 1, 0x2E, 0xF3, 0x6E, 0xB9, 4, 0, 0xF3, 0x6D, 0xF4, 0x90, 0x90, 0x90, 0x90];
    let mut bare = Bare::with_rom(1 << 20, &code, None).unwrap();
    let mut writes = 0;
    assert_eq!(bare.run(1000, |_, _, _| writes += 1), Pause::Halted);
    assert_eq!((writes, bare.executed()), (300, 300 + 4 + 3));
    assert_eq!(bare.mem.read_u32(PhysAddr(4)), 0xFFFF_FFFF);
    assert_eq!(bare.mem.read_u16(PhysAddr(8)), 0);
}

#[test]
fn waiting_for_an_interrupt_is_being_stuck() {
    for code in [[0xFB, 0xF4], [0xEB, 0xFE]] {
        let mut bare = Bare::with_rom(1 << 20, &[&code[..], &[0x90; 14]].concat(), None).unwrap();
        assert_eq!(bare.run(1000, |_, _, _| {}), Pause::Stuck);
    }
}
