//! Task switches that succeed. Source: 80386 PRM §7.5, §7.6; the 286's TSS §16.

use dosmux::cpu::CpuState;
use dosmux::cpu::regs::{Seg, eflags};

use super::lab::*;

/// What a TSS holds of a task that waits to run. On level 0, flat, unless a test changes it.
pub(super) struct Task {
    pub(super) eip: u32,
    pub(super) eflags: u32,
    pub(super) gpr: [u32; 8],
    /// ES, CS, SS, DS, FS, GS.
    pub(super) seg: [u16; 6],
    pub(super) ldt: u16,
    pub(super) cr3: u32,
    pub(super) trap: bool,
}

impl Default for Task {
    fn default() -> Task {
        Task {
            eip: OTHER,
            eflags: eflags::ONE | eflags::ZF,
            gpr: [0xA0A0, 0xA1A1, 0xA2A2, 0xA3A3, DATA + 0x1000, 0xA5A5, 0xA6A6, 0xA7A7],
            seg: [data(0), code(0), data(0), data(0), 0, 0],
            ldt: SEL_LDT,
            cr3: 0,
            trap: false,
        }
    }
}

impl Task {
    pub(super) fn save_386(&self, lab: &mut Lab) {
        let words = |values: &[u16]| values.iter().map(|&value| u32::from(value)).collect::<Vec<_>>();
        let rows = [vec![self.cr3, self.eip, self.eflags], self.gpr.to_vec(), words(&self.seg), words(&[self.ldt])];
        for (index, value) in (0..).zip(rows.concat()) {
            lab.write(TASK_386 + 0x1C + 4 * index, &value.to_le_bytes());
        }
        lab.write(TASK_386 + 0x64, &u32::from(self.trap).to_le_bytes());
    }

    pub(super) fn save_286(&self, lab: &mut Lab) {
        let low = |value: &u32| u16::try_from(value & 0xFFFF).unwrap();
        let head = [low(&self.eip), low(&self.eflags)];
        let gprs: Vec<u16> = self.gpr.iter().map(low).collect();
        let rows = [&head[..], &gprs, &self.seg[..4], &[self.ldt]].concat();
        for (index, value) in (0..).zip(rows) {
            lab.write(TASK_286 + 0x0E + 2 * index, &value.to_le_bytes());
        }
    }
}

/// A task that lies where 16 bits reach.
pub(super) fn small_task() -> Task {
    Task { eip: 0x8000, gpr: [0x1234; 8], seg: [data(0), code(0), DATA_16, data(0), 0, 0], ..Task::default() }
}

/// A program on level 0 with further tasks, whose program is `other`.
fn with_task(program: &[u8], other: &[u8]) -> Lab {
    let mut lab = Lab::at(0, program);
    Task::default().save_386(&mut lab);
    small_task().save_286(&mut lab);
    lab.write(OTHER, other);
    lab.write(0x8000, other);
    lab
}

fn descriptors(lab: &Lab) -> [u8; 3] {
    [SEL_TSS, SEL_386, SEL_286].map(|selector| lab.access(selector))
}

const FREE_386: u8 = TYPE_TSS_386;
const BUSY_386: u8 = TYPE_TSS_386 | BUSY;
const FREE_286: u8 = TYPE_TSS_286;
const BUSY_286: u8 = TYPE_TSS_286 | BUSY;

/// CR0.TS.
fn task_switched(state: &CpuState) -> bool {
    state.control[0] & 8 != 0
}

#[test]
fn a_jump_to_a_task_saves_one_set_of_registers_and_loads_another() {
    let mut lab = with_task(&jump_far(SEL_386, 0), &done());
    let before = lab.regs();
    assert!(!task_switched(&lab.state()));
    let at = lab.place();
    let state = lab.state();
    assert_eq!((at.cs, at.eip, at.eflags, at.esp), (code(0), OTHER + 2, eflags::ONE | eflags::ZF, DATA + 0x1000));
    let mut expect = Task::default().gpr;
    expect[4] -= 12;
    assert_eq!(state.regs.gpr, expect);
    assert_eq!((state.tr.selector, state.ldtr.selector), (SEL_386, SEL_LDT));
    assert!(task_switched(&state));
    assert_eq!(descriptors(&lab), [FREE_386, BUSY_386, FREE_286], "the old task is free, the new one busy");
    let saved: [u32; 10] = std::array::from_fn(|index| lab.dword(TSS + 0x20 + 4 * u32::try_from(index).unwrap()));
    assert_eq!(saved[..2], [CODE + 7, before.eflags]);
    assert_eq!(saved[2..], before.gpr);
    let segments: [u16; 6] = std::array::from_fn(|index| lab.word(TSS + 0x48 + 4 * u32::try_from(index).unwrap()));
    assert_eq!(segments, before.seg);
    assert_eq!(lab.word(TASK_386), 0, "a jump leaves no link");
}

#[test]
fn a_call_nests_the_task_and_iret_ends_it() {
    // The other task: INC EAX; IRETD; INT DONE, where a second call goes on.
    let call = call_far(SEL_386, 0);
    let mut lab = with_task(&[call.clone(), call, done()].concat(), &[0x40, 0xCF, 0xCD, DONE]);
    lab.cpu.run(&mut lab.mem, 1);
    assert_eq!(lab.cpu.eflags() & eflags::NT, eflags::NT);
    assert_eq!(lab.word(TASK_386), SEL_TSS, "the back link");
    assert_eq!(descriptors(&lab), [BUSY_386, BUSY_386, FREE_286]);
    lab.cpu.run(&mut lab.mem, 2);
    assert_eq!((lab.regs().eip, lab.state().tr.selector), (CODE + 7, SEL_TSS));
    assert_eq!(descriptors(&lab), [BUSY_386, FREE_386, FREE_286]);
    assert_eq!(lab.dword(TASK_386 + 0x24) & eflags::NT, 0, "its image nests no more");
    assert_eq!(lab.dword(TASK_386 + 0x28), 0xA0A1, "its EAX");
    assert_eq!(lab.cpu.eflags() & eflags::NT, 0);
    let at = lab.place();
    assert_eq!((at.eip, lab.word(TASK_386)), (OTHER + 4, SEL_TSS), "it goes on behind its IRETD");
}

#[test]
fn a_286_task_has_words() {
    let mut lab = with_task(&jump_far(SEL_286, 0), &done());
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.eflags), (code(0), 0x8002, eflags::ONE | eflags::ZF));
    assert_eq!(lab.regs().gpr[0], 0xFFFF_1234);
    assert_eq!([Seg::Fs, Seg::Gs].map(|seg| lab.regs().seg[seg as usize]), [0, 0]);
    assert_eq!(descriptors(&lab), [FREE_386, FREE_386, BUSY_286]);
}

#[test]
fn tasks_of_both_kinds_nest_in_each_other() {
    // 386 calls 286, which calls 386, which is done.
    let mut lab = with_task(&[call_far(SEL_286, 0), done()].concat(), &[]);
    lab.write(0x8000, &[call_far(SEL_386, 0), vec![0xCF]].concat());
    lab.write(OTHER, &[0xCF]);
    lab.cpu.run(&mut lab.mem, 2);
    assert_eq!(descriptors(&lab), [BUSY_386, BUSY_386, BUSY_286]);
    assert_eq!((lab.word(TASK_286), lab.word(TASK_386)), (SEL_TSS, SEL_286));
    // What the 286's TSS has kept: IP behind the call, FLAGS with NT, AX.
    assert_eq!(lab.word(TASK_286 + 0x0E), 0x8007);
    assert_eq!(u32::from(lab.word(TASK_286 + 0x10)), eflags::ONE | eflags::ZF | eflags::NT);
    assert_eq!(lab.word(TASK_286 + 0x12), 0x1234);
    let at = lab.place();
    assert_eq!((at.eip, lab.state().tr.selector), (CODE + 9, SEL_TSS));
    assert_eq!(descriptors(&lab), [BUSY_386, FREE_386, FREE_286]);
}

#[test]
fn a_task_gate_leads_to_a_task_from_any_level_and_from_the_local_table() {
    let mut lab = Lab::at(3, &call_far(LOCAL | 3, 0));
    Task::default().save_386(&mut lab);
    lab.local(gate(TASK_GATE | dpl(3), SEL_386, 0, 0));
    lab.write(OTHER, &done());
    lab.place();
    assert_eq!((lab.state().tr.selector, lab.word(TASK_386)), (SEL_386, SEL_TSS));
    assert_eq!(lab.word(TSS + 0x4C), code(3));
}

#[test]
fn an_exception_through_a_task_gate_pushes_its_error_code_on_the_new_stack() {
    // MOV EAX,BEYOND; MOV FS,EAX
    let mut program = vec![0xB8];
    program.extend(u32::from(BEYOND).to_le_bytes());
    program.extend([0x8E, 0xE0]);
    for (task, esp, size) in [(SEL_386, DATA + 0x1000, 4), (SEL_286, 0x1234, 2)] {
        let mut lab = with_task(&program, &done());
        lab.gate(GP, gate(TASK_GATE, task, 0, 0));
        let at = lab.place();
        assert_eq!(at.esp, esp - size);
        assert_eq!(lab.word(at.esp), BEYOND);
        assert_eq!(lab.dword(TSS + 0x20), CODE + 5, "the instruction that faulted");
        assert_eq!(lab.dword(TSS + 0x24), eflags::ONE | eflags::RF);
        assert_eq!(at.eflags & eflags::NT, eflags::NT);
    }
}

#[test]
fn an_external_interrupt_may_be_a_task() {
    // NOP; INT DONE; the task: IRETD.
    let mut lab = with_task(&[0x90, 0xCD, DONE], &[0xCF]);
    lab.gate(0x20, gate(TASK_GATE, SEL_386, 0, 0));
    lab.cpu.run(&mut lab.mem, 1);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    assert_eq!((lab.regs().eip, lab.dword(TSS + 0x20), lab.dword(TSS + 0x24)), (OTHER, CODE + 1, eflags::ONE));
    assert_eq!(lab.place().eip, CODE + 3);
}

#[test]
fn a_task_brings_its_address_space_and_its_local_table() {
    let mut lab = Lab::new();
    lab.page();
    lab.start(0, &jump_far(SEL_386, 0));
    // A directory that maps the first 4 MiB as the other does.
    const SECOND: u32 = 0xC000;
    let first = lab.dword(0xA000);
    lab.write(SECOND, &first.to_le_bytes());
    lab.descriptor(FREE, segment_16(DATA, 0xF, TYPE_LDT));
    Task { cr3: SECOND, ldt: FREE, ..Task::default() }.save_386(&mut lab);
    lab.write(OTHER, &done());
    lab.place();
    let state = lab.state();
    assert_eq!((state.control[2], state.ldtr.selector, state.ldtr.base), (SECOND, FREE, DATA));
}

#[test]
fn a_task_of_an_outer_level_has_that_level() {
    let mut lab = Lab::at(0, &jump_far(SEL_386, 0));
    let outer = Task { seg: [data(3), code(3), data(3), 0, 0, 0], ..Task::default() };
    outer.save_386(&mut lab);
    // The DONE handler runs on this task's stack of level 0.
    lab.write(TASK_386 + 4, &stack(0).to_le_bytes());
    lab.write(TASK_386 + 8, &data(0).to_le_bytes());
    lab.write(OTHER, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.ss, at.esp), (code(3), data(3), DATA + 0x1000));
}

#[test]
fn a_task_may_be_a_v86_task() {
    let mut lab = Lab::at(0, &jump_far(SEL_386, 0));
    let v86 = Task {
        eip: 0,
        eflags: eflags::VM | eflags::IOPL | eflags::ONE,
        seg: [0x3000, 0x1800, 0x2000, 0x3001, 0x3002, 0x3003],
        ..Task::default()
    };
    v86.save_386(&mut lab);
    lab.write(TASK_386 + 4, &stack(0).to_le_bytes());
    lab.write(TASK_386 + 8, &data(0).to_le_bytes());
    lab.write(OTHER, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.eflags), (0x1800, 2, v86.eflags));
}

#[test]
fn a_task_with_its_t_bit_traps_before_its_first_instruction() {
    let mut lab = with_task(&call_far(SEL_386, 0), &done());
    Task { trap: true, ..Task::default() }.save_386(&mut lab);
    let event = lab.event();
    assert_eq!((event.vector, event.at.eip, lab.state().tr.selector), (1, OTHER, SEL_386));
    assert_eq!(lab.state().debug[6] & 0xE00F, 1 << 15, "DR6.BT alone");
}

#[test]
fn a_task_switch_ends_local_breakpoints_and_keeps_global_ones() {
    // MOV EAX,3FFh; MOV DR7,EAX; then the call.
    let set = [0xB8, 0xFF, 0x03, 0, 0, 0x0F, 0x23, 0xF8];
    let mut lab = with_task(&[&set[..], &call_far(SEL_386, 0)].concat(), &done());
    lab.place();
    assert_eq!(lab.state().debug[7] & 0x3FF, 0x2AA);
}

#[test]
fn the_old_task_is_saved_before_the_new_one_is_loaded() {
    // A second descriptor of the TSS in use: the task calls itself and finds what it has just saved.
    let mut lab = with_task(&[call_far(FREE, 0), done()].concat(), &[]);
    lab.descriptor(FREE, segment_16(TSS, 0x67, TYPE_TSS_386));
    let at = lab.place();
    assert_eq!((at.eip, lab.state().tr.selector, lab.word(TSS)), (CODE + 9, FREE, SEL_TSS));
    assert_ne!(at.eflags & eflags::NT, 0);
}
