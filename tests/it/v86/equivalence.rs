//! The block cache against fetching and decoding each instruction anew: no program may tell them
//! apart, by what it computes, what it overwrites, or how long it takes.

use dosmux::cpu::Exit;
use dosmux::types::{PhysAddr, Width};
use proptest::prelude::*;

use super::lab::{CODE, Lab};

/// Instructions in one run.
const LENGTH: u64 = 300;
/// Bytes of memory that programs work in and that are compared: two segments from [`CODE`] on.
const AREA: usize = 0x2_1000;

#[derive(Clone, Debug)]
struct Program {
    code: Vec<u8>,
    gpr: [u32; 8],
    segments: [u16; 4],
    flags: u32,
    slice: u64,
}

/// Instructions that work on code and data close by, so that they meet.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let near = 0..0x80u8;
    prop_oneof![
        // Any bytes.
        proptest::collection::vec(any::<u8>(), 1..6),
        // A one-byte instruction: INC to POP, XCHG, flags.
        (0x40..0x60u8).prop_map(|op| vec![op]),
        // A string instruction, repeated or not, in any size.
        (0..3usize, prop_oneof![Just(0xA4u8), Just(0xAA), Just(0xA6), Just(0xAC), Just(0xAE)], 0..2u8)
            .prop_map(|(prefix, op, wide)| [&[0xF3, 0xF2, 0x66][prefix..=prefix], &[op + wide]].concat()),
        // MOV [near],r and MOV BYTE [near],imm8.
        (0..2u8, 0..8u8, near.clone()).prop_map(|(wide, reg, at)| vec![0x88 + wide, reg << 3 | 6, at, 0]),
        (near.clone(), any::<u8>()).prop_map(|(at, value)| vec![0xC6, 0x06, at, 0, value]),
        // An arithmetic instruction on memory nearby.
        (0..8u8, 0..4u8, near).prop_map(|(op, form, at)| vec![op << 3 | form, 0x06, at, 0]),
        // A short jump or LOOP, mostly backwards.
        (prop_oneof![0x70..0x80u8, 0xE0..0xE4u8, Just(0xEBu8)], -40..12i8)
            .prop_map(|(op, by)| vec![op, by.cast_unsigned()]),
        // MOV CX,small; MOV SI,small; MOV DI,small.
        (prop_oneof![Just(0xB9u8), Just(0xBE), Just(0xBF)], 0..0x90u8).prop_map(|(op, value)| vec![op, value, 0]),
    ]
}

fn program() -> impl Strategy<Value = Program> {
    let segment = prop_oneof![Just(0x1000u16), Just(0x1000), Just(0x0FFF), Just(0x1100), Just(0x2000)];
    let register = prop_oneof![0..0x100u32, any::<u32>(), Just(0xFFFF), Just(0x0FFE)];
    (
        proptest::collection::vec(likely(), 4..40).prop_map(|parts| parts.concat()),
        proptest::array::uniform8(register),
        proptest::array::uniform4(segment),
        any::<u32>(),
        1..60u64,
    )
        .prop_map(|(code, gpr, segments, flags, slice)| Program { code, gpr, segments, flags, slice })
}

fn start(program: &Program) -> Lab {
    let mut lab = Lab::new(&program.code);
    // The same code once more across the end of its page.
    lab.write(CODE + 0x0FF0, &program.code);
    lab.change(|regs| {
        regs.gpr = program.gpr;
        regs.gpr[4] &= 0xFFFF;
        let [es, ss, ds, fs] = program.segments;
        regs.seg = [es, 0x1000, ss, ds, fs, 0x1000];
        // Status flags and DF; TF in one program of sixteen.
        regs.eflags = program.flags & if program.flags >> 28 == 0 { 0xDD5 } else { 0xCD5 };
    });
    lab
}

/// Answers an exit as a simple owner would, the same way on either side.
fn answer(lab: &mut Lab, exit: &Exit) {
    match exit {
        Exit::PortRead(_, width) => lab.cpu.set_accumulator(*width, 0x5A),
        Exit::StringPort(insn) => {
            let _ = lab.cpu.string_port(&mut lab.mem, insn, &mut |_, width: Width, _| width.mask());
        }
        // Traps are behind their instruction; a faulting one is left by a byte.
        Exit::Fault(fault, _) if fault.is_trap() || fault.vector == 1 => {}
        Exit::Fault(_, _) | Exit::Spin => lab.cpu.set_eip(lab.cpu.eip().wrapping_add(1) & 0x0FFF),
        _ => {}
    }
}

/// Runs in slices of `slice` instructions; with `fresh`, nothing decoded outlives a slice.
fn run(program: &Program, slice: u64, fresh: bool) -> (Lab, Vec<(u64, Exit)>) {
    let mut lab = start(program);
    let mut exits = Vec::new();
    while lab.cpu.retired() < LENGTH {
        if fresh {
            lab.cpu.flush_blocks(&mut lab.mem);
        }
        let before = lab.cpu.retired();
        let exit = lab.run(slice.min(LENGTH - before));
        assert!(lab.cpu.retired() > before, "time stands still");
        if exit != Exit::BudgetUsed {
            exits.push((lab.cpu.retired(), exit));
            answer(&mut lab, &exit);
        }
    }
    (lab, exits)
}

fn memory(lab: &Lab) -> Vec<u8> {
    let mut bytes = vec![0; AREA];
    lab.mem.read_bytes(PhysAddr(CODE - 0x10), &mut bytes);
    bytes
}

fn check(program: &Program) -> Result<(), TestCaseError> {
    let (plain, plain_exits) = run(program, 1, true);
    for slice in [LENGTH, program.slice] {
        let (cached, exits) = run(program, slice, false);
        prop_assert_eq!(&exits, &plain_exits, "exits, in slices of {}", slice);
        prop_assert_eq!(cached.cpu.regs(), plain.cpu.regs(), "registers, in slices of {}", slice);
        prop_assert_eq!(cached.cpu.retired(), plain.cpu.retired());
        let (got, want) = (memory(&cached), memory(&plain));
        let wrong = got.iter().zip(&want).position(|(got, want)| got != want);
        prop_assert_eq!(wrong, None, "memory, in slices of {}", slice);
    }
    Ok(())
}

proptest! {
    #[test]
    fn programs_cannot_see_the_block_cache(program in program()) {
        check(&program)?;
    }

    #[test]
    fn any_bytes_leave_the_machine_sound(code in proptest::collection::vec(any::<u8>(), 1..64), gpr: [u32; 8]) {
        let segments = [0x1000, 0x1000, 0x1000, 0x1000];
        check(&Program { code, gpr, segments, flags: 0, slice: 7 })?;
    }
}
