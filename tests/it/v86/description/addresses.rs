//! # 2. Addresses
//!
//! Linear address = paragraph × 16 + offset (§15.2). An 8086 wraps at 1 MiB; the 386 has address
//! lines for more, so that FFFF:0010 and above reach the 64 KiB behind it. A monitor that wants the
//! wrap maps those pages to the first ones. Offsets beyond FFFFh do not wrap but fault (§15.6).

use dosmux::cpu::{Exit, Fault, pte};

use super::super::lab::{CODE, Lab};

#[test]
fn the_last_paragraph_reaches_64_kib_beyond_1_mib() {
    // MOV AX,FFFFh; MOV DS,AX; MOV AL,[FFFFh]; MOV AH,[0Fh]
    let mut lab = Lab::new(&[0xB8, 0xFF, 0xFF, 0x8E, 0xD8, 0xA0, 0xFF, 0xFF, 0x8A, 0x26, 0x0F, 0]);
    lab.write(0x10_FFEF, &[0x5A]);
    lab.write(0xF_FFFF, &[0xA5]);
    lab.run(4);
    assert_eq!(lab.cpu.regs().ax(), 0xA55A);
}

#[test]
fn a_monitor_makes_addresses_wrap_at_1_mib_with_its_page_tables() {
    // MOV AX,FFFFh; MOV DS,AX; MOV AL,[0510h]
    let mut lab = Lab::new(&[0xB8, 0xFF, 0xFF, 0x8E, 0xD8, 0xA0, 0x10, 0x05]);
    lab.write(0x500, &[0x77]);
    for page in 0..16 {
        lab.map(0x10_0000 + page * 0x1000, |entry| entry & !pte::FRAME | (page * 0x1000));
    }
    lab.run(3);
    assert_eq!(lab.cpu.regs().al(), 0x77);
}

#[test]
fn an_operand_must_lie_within_64_kib_of_its_segment() {
    // What, code, whether it faults. EBX is 10000h.
    let cases: [(&str, &[u8], bool); 7] = [
        ("MOV AL,[FFFFh]", &[0xA0, 0xFF, 0xFF], false),
        ("MOV AX,[FFFEh]", &[0xA1, 0xFE, 0xFF], false),
        ("MOV AX,[FFFFh]", &[0xA1, 0xFF, 0xFF], true),
        ("MOV [FFFFh],AX", &[0xA3, 0xFF, 0xFF], true),
        ("MOV EAX,[FFFDh]", &[0x66, 0xA1, 0xFD, 0xFF], true),
        ("MOV AL,[00010000h]", &[0x67, 0xA0, 0, 0, 1, 0], true),
        ("MOV AL,[EBX]", &[0x67, 0x8A, 0x03], true),
    ];
    for (what, code, faults) in cases {
        let mut lab = Lab::new(code);
        lab.change(|regs| regs.gpr[3] = 0x0001_0000);
        let before = lab.cpu.regs();
        match lab.run(1) {
            Exit::BudgetUsed => assert!(!faults, "{what} does not fault"),
            Exit::Fault(fault, _) => {
                assert_eq!((fault, faults), (Fault::protection(0), true), "{what}");
                assert_eq!(lab.cpu.regs(), before, "{what} can be restarted");
            }
            other => panic!("{what}: {other:X?}"),
        }
    }
}

#[test]
fn code_that_runs_past_ffffh_faults_instead_of_wrapping() {
    let mut lab = Lab::new(&[]);
    lab.write(CODE + 0xFFFF, &[0x90]);
    lab.cpu.set_eip(0xFFFF);
    assert_eq!((lab.fault().0, lab.cpu.eip()), (Fault::protection(0), 0x1_0000));
}
