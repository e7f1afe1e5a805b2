//! The coprocessor in protected mode: its exceptions, and whose state it holds after a task switch.
//! Source: 80386 PRM §11.1; 80387 PRM §6.2.

use dosmux::cpu::Coprocessor;

use super::lab::*;
use super::tasks::Task;

/// #NM and #MF.
const NM: u8 = 7;
const MF: u8 = 16;

/// FNINIT, FLDCW \[DATA\], FLD1, FLDZ, FDIVP: an error, as the word at DATA masks nothing.
fn divide_by_zero() -> Vec<u8> {
    let [a, b, c, d] = DATA.to_le_bytes();
    vec![0xDB, 0xE3, 0xD9, 0x2D, a, b, c, d, 0xD9, 0xE8, 0xD9, 0xEE, 0xDE, 0xF9]
}

/// A processor with a coprocessor, at the first byte of `program` on level 3.
fn lab(program: &[u8]) -> Lab {
    let mut lab = Lab::new();
    lab.coprocessor = Coprocessor::Error;
    lab.start(3, program);
    lab.write(DATA, &[0x40, 0x03]);
    lab
}

#[test]
fn an_error_goes_through_vector_16_without_an_error_code() {
    // The error, NOP, FLD1.
    let mut lab = lab(&[&divide_by_zero()[..], &[0x90, 0xD9, 0xE8]].concat());
    let event = lab.event();
    assert_eq!((event.vector, event.error), (MF, None));
    assert_eq!((event.at.cs, event.at.eip), (code(3), CODE + 0x3000 + 15));
}

#[test]
fn environments_hold_selectors() {
    // FNSTENV [DATA+100h] with 32-bit and, at 200h, with 16-bit fields.
    let at = |offset: u32| (DATA + offset).to_le_bytes();
    let load = [&[0xDB, 0xE3, 0xD8, 0x05][..], &at(0x40)].concat();
    let stores = [&[0xD9, 0x35][..], &at(0x100), &[0x66, 0xD9, 0x35], &at(0x200)].concat();
    let mut lab = lab(&[load, stores, done()].concat());
    assert_eq!(lab.event().vector, DONE);
    let eip = CODE + 0x3000 + 2;
    let fields = [12, 16, 20, 24].map(|offset| lab.dword(DATA + 0x100 + offset));
    assert_eq!(fields[..3], [eip, 0x0005_0000 | u32::from(code(3)), DATA + 0x40]);
    assert_eq!(fields[3] & 0xFFFF, u32::from(data(3)));
    let words = [6, 8, 10, 12].map(|offset| u32::from(lab.word(DATA + 0x200 + offset)));
    assert_eq!(words, [eip & 0xFFFF, code(3).into(), (DATA + 0x40) & 0xFFFF, data(3).into()]);
}

#[test]
fn after_a_task_switch_the_coprocessor_may_be_anothers() {
    let mut lab = Lab::new();
    lab.coprocessor = Coprocessor::Error;
    lab.start(0, &jump_far(SEL_386, 0));
    Task::default().save_386(&mut lab);
    lab.write(OTHER, &[0xD9, 0xE8]);
    let event = lab.event();
    assert_eq!((event.vector, event.error, event.at.eip), (NM, None, OTHER));
}

#[test]
fn clts_takes_the_coprocessor_over() {
    let mut lab = Lab::new();
    lab.coprocessor = Coprocessor::Error;
    lab.start(0, &jump_far(SEL_386, 0));
    Task::default().save_386(&mut lab);
    lab.write(OTHER, &[&[0x0F, 0x06, 0xD9, 0xE8][..], &done()].concat());
    assert_eq!(lab.event().vector, DONE);
}
