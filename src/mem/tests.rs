use super::*;
use crate::types::LinearAddr;

fn cached(mem: &mut Memory, page: u32) {
    mem.cache_read(LinearAddr(page), PhysAddr(page));
    mem.cache_write(LinearAddr(page), PhysAddr(page));
}

#[test]
fn fresh_memory_shares_one_page_until_written() {
    let mut mem = Memory::new(0x10_0000);
    assert_eq!(mem.private_frames(), 0);
    mem.write_u8(PhysAddr(0x5000), 7);
    assert_eq!(mem.private_frames(), 1);
    assert_eq!(mem.read_u8(PhysAddr(0x6000)), 0);
}

#[test]
fn a_fork_sees_the_old_bytes_and_neither_sees_the_others_writes() {
    let mut parent = Memory::new(0x4000);
    parent.write_u8(PhysAddr(0x1000), 1);
    cached(&mut parent, 0x1000);
    let mut child = parent.fork();
    cached(&mut child, 0x1000);
    cached(&mut parent, 0x1000);
    assert!(parent.cached_write(LinearAddr(0x1000), 2u8));
    assert!(child.cached_write(LinearAddr(0x1001), 3u8));
    assert_eq!((parent.read_u16(PhysAddr(0x1000)), child.read_u16(PhysAddr(0x1000))), (0x0002, 0x0301));
}

#[test]
fn rom_drops_writes_by_either_road() {
    let mut mem = Memory::new(0x4000);
    mem.map_rom(PhysAddr(0x2000), &[Arc::new([0xAA; PAGE_SIZE])]);
    cached(&mut mem, 0x2000);
    assert!(!mem.cached_write(LinearAddr(0x2000), 1u8));
    mem.write_u8(PhysAddr(0x2000), 1);
    assert_eq!(mem.read_u8(PhysAddr(0x2000)), 0xAA);
}

#[test]
fn rom_beyond_ram_is_read_by_either_road_and_drops_writes() {
    let mut mem = Memory::new(0x4000);
    mem.map_rom(PhysAddr(0xFFFF_E000), &[Arc::new([0xAA; PAGE_SIZE]), Arc::new([0xBB; PAGE_SIZE])]);
    cached(&mut mem, 0xFFFF_F000);
    assert_eq!(mem.cached_read::<u16>(LinearAddr(0xFFFF_FFFE)), Some(0xBBBB));
    assert_eq!(mem.cached_phys(LinearAddr(0xFFFF_FFF0)), Some(PhysAddr(0xFFFF_FFF0)));
    assert!(!mem.cached_write(LinearAddr(0xFFFF_F000), 1u8));
    assert!(mem.write_guest(PhysAddr(0xFFFF_F000), &[1]).is_ok());
    assert_eq!(mem.read_u16(PhysAddr(0xFFFF_EFFF)), 0xBBAA);
    assert_eq!(mem.fork().read_u8(PhysAddr(0xFFFF_FFFF)), 0xBB);
    assert_eq!(mem.read_u8(PhysAddr(0xFFFF_DFFF)), 0xFF);
}

#[test]
fn rom_that_begins_in_ram_goes_on_beyond_it() {
    let mut mem = Memory::new(0x2000);
    mem.map_rom(PhysAddr(0x1000), &[Arc::new([0xAA; PAGE_SIZE]), Arc::new([0xBB; PAGE_SIZE])]);
    assert_eq!(mem.read_u16(PhysAddr(0x1FFF)), 0xBBAA);
    assert_eq!(mem.size(), 0x2000);
}

#[test]
fn missing_memory_reads_as_ones() {
    let mut mem = Memory::new(0x1000);
    mem.write_u16(PhysAddr(0x0FFF), 0x1234);
    assert_eq!(mem.read_u16(PhysAddr(0x0FFF)), 0xFF34);
}

#[test]
fn a_read_entry_follows_its_page_when_the_first_write_moves_it() {
    let mut mem = Memory::new(0x4000);
    mem.cache_read(LinearAddr(0x1000), PhysAddr(0x1000));
    mem.cache_write(LinearAddr(0x1000), PhysAddr(0x1000));
    assert!(mem.cached_write(LinearAddr(0x1000), 9u8));
    assert_ne!(mem.cached_read::<u8>(LinearAddr(0x1000)), Some(0), "stale page");
}

#[test]
fn an_access_across_pages_is_left_to_the_slow_path() {
    let mut mem = Memory::new(0x4000);
    cached(&mut mem, 0x1000);
    cached(&mut mem, 0x2000);
    assert_eq!(mem.cached_read::<u16>(LinearAddr(0x1FFF)), None);
    assert!(!mem.cached_write(LinearAddr(0x1FFD), 0u32));
    assert!(mem.cached_write(LinearAddr(0x1FFC), 0u32));
}

#[test]
fn a_guest_write_to_decoded_code_is_held_back_and_reported() {
    let mut mem = Memory::new(0x4000);
    cached(&mut mem, 0x1000);
    mem.mark_code(PhysAddr(0x1010), 4);
    cached(&mut mem, 0x1000);
    assert!(!mem.cached_write(LinearAddr(0x1000), 1u8), "code pages leave the fast path");
    assert_eq!(mem.write_guest(PhysAddr(0x100F), &[1]), Ok(()));
    assert_eq!(mem.write_guest(PhysAddr(0x100F), &[1, 2]), Err(CodeHit));
    assert_eq!(mem.read_u8(PhysAddr(0x1010)), 0);
    assert_eq!(mem.take_code_hits(), [PhysAddr(0x1010)]);
}

#[test]
fn a_byte_beside_decoded_code_is_written_without_the_slow_path() {
    let mut mem = Memory::new(0x4000);
    mem.mark_code(PhysAddr(0x1010), 4);
    cached(&mut mem, 0x1000);
    assert!(mem.cached_write_beside_code(LinearAddr(0x100E), &[1, 2]));
    assert_eq!(mem.read_u16(PhysAddr(0x100E)), 0x0201);
    assert!(!mem.cached_write_beside_code(LinearAddr(0x100F), &[3, 4]), "the second byte is code");
    assert!(!mem.cached_write_beside_code(LinearAddr(0x1FFF), &[3, 4]), "the second byte is in the next page");
    assert_eq!(mem.read_u16(PhysAddr(0x100F)), 2);
    mem.start_log();
    assert!(!mem.cached_write_beside_code(LinearAddr(0x100E), &[5]), "a log has to see it");
}

#[test]
fn bytes_for_reading_end_with_their_page() {
    let mut mem = Memory::new(0x4000);
    assert_eq!(mem.cached_bytes(LinearAddr(0x1FFD), 8), None);
    mem.cache_read(LinearAddr(0x1000), PhysAddr(0x1000));
    assert_eq!(mem.cached_bytes(LinearAddr(0x1FFD), 8), Some(&[0; 3][..]));
}

#[test]
fn dirty_marks_return_after_each_take() {
    let mut mem = Memory::new(0x4000);
    cached(&mut mem, 0x1000);
    mem.take_dirty(PhysAddr(0x1000), 1);
    assert!(!mem.take_dirty(PhysAddr(0x1000), 1));
    assert!(!mem.cached_write(LinearAddr(0x1000), 1u8));
    cached(&mut mem, 0x1000);
    assert!(mem.take_dirty(PhysAddr(0x1000), 1));
}

#[test]
fn a_log_is_clean_again_when_every_byte_is_restored() {
    let mut mem = Memory::new(0x4000);
    mem.write_u8(PhysAddr(0x10), 5);
    mem.start_log();
    mem.write_u8(PhysAddr(0x10), 6);
    assert!(!mem.log_is_clean());
    mem.write_u8(PhysAddr(0x10), 5);
    assert!(mem.end_log());
}

#[test]
fn a_copy_stops_where_it_would_read_what_it_wrote() {
    let mut mem = Memory::new(0x4000);
    mem.write_bytes(PhysAddr(0x1000), &[1, 2, 3, 4]);
    cached(&mut mem, 0x1000);
    assert_eq!(mem.cached_copy(LinearAddr(0x1000), LinearAddr(0x1001), 8, 1), 1);
    assert_eq!(mem.cached_copy(LinearAddr(0x1000), LinearAddr(0x1001), 8, 2), 0);
    assert_eq!(mem.cached_copy(LinearAddr(0x1002), LinearAddr(0x1000), 8, 2), 8);
    assert_eq!(mem.cached_copy(LinearAddr(0x1FFF), LinearAddr(0x1100), 8, 1), 1);
}

#[test]
fn writes_of_host_and_guest_take_turns_on_one_page() {
    let mut mem = Memory::new(0x4000);
    cached(&mut mem, 0x1000);
    for round in 0..3u8 {
        mem.write_u8(PhysAddr(0x1000), round);
        cached(&mut mem, 0x1000);
        assert_eq!(mem.cached_read::<u8>(LinearAddr(0x1000)), Some(round));
        assert!(mem.cached_write(LinearAddr(0x1001), round));
        mem.write_u8(PhysAddr(0x1002), round);
        assert!(mem.cached_write(LinearAddr(0x1003), round));
        assert_eq!(mem.cached_fill(LinearAddr(0x1004), round, 4), 4);
        assert_eq!(mem.cached_copy(LinearAddr(0x1000), LinearAddr(0x1008), 8, 4), 8);
        assert_eq!(mem.read_u32(PhysAddr(0x1008)), u32::from_le_bytes([round; 4]));
        assert_eq!(mem.cached_read::<u32>(LinearAddr(0x100C)), Some(u32::from_le_bytes([round; 4])));
    }
}

#[test]
fn ram_that_is_cleared_is_as_new_and_rom_stays() {
    let mut mem = Memory::new(0x4000);
    mem.map_rom(PhysAddr(0x3000), &[std::sync::Arc::new([0xF4; PAGE_SIZE])]);
    mem.write_u8(PhysAddr(0x1234), 7);
    mem.mark_code(PhysAddr(0x1234), 1);
    cached(&mut mem, 0x1000);
    mem.clear_ram();
    assert_eq!((mem.read_u8(PhysAddr(0x1234)), mem.read_u8(PhysAddr(0x3000))), (0, 0xF4));
    assert_eq!((mem.private_frames(), mem.cached_read::<u8>(LinearAddr(0x1234))), (0, None));
    assert_eq!(mem.take_code_hits(), [PhysAddr(0x1234)]);
}
