//! The data sheet's rules, driven through the ports as a driver would.

use proptest::prelude::*;

use super::*;

const EOI: u8 = 0x20;
const READ_IRR: u8 = 0x0A;
const READ_ISR: u8 = 0x0B;
const POLL: u8 = 0x0C;

impl Pic {
    fn out(&mut self, port: u16, value: u8) {
        self.write(port, value, VirtTime::ZERO);
    }

    fn inp(&mut self, port: u16) -> u8 {
        self.read(port, VirtTime::ZERO)
    }

    fn raise(&mut self, irq: u8) {
        self.set_line(Irq(irq), true);
    }

    fn pulse(&mut self, irq: u8) {
        self.set_line(Irq(irq), false);
        self.raise(irq);
    }

    fn isr(&mut self) -> u8 {
        self.out(0x20, READ_ISR);
        self.inp(0x20)
    }
}

/// Both chips as a PC's BIOS initialises them, with the given ICW1 and ICW4, nothing masked.
fn initialised(icw1: u8, icw4: u8) -> Pic {
    let mut pic = Pic::new();
    for (command, base, icw3) in [(0x20, 0x08, 0x04), (0xA0, 0x70, 0x02)] {
        pic.out(command, icw1);
        pic.out(command + 1, base);
        pic.out(command + 1, icw3);
        pic.out(command + 1, icw4);
        pic.out(command + 1, 0);
    }
    pic
}

fn pc() -> Pic {
    initialised(0x11, 0x01)
}

#[test]
fn each_line_gives_the_vector_that_icw2_says() {
    for irq in (0..16).filter(|&irq| irq != 2) {
        let mut pic = pc();
        pic.raise(irq);
        let base = if irq < 8 { 0x08 } else { 0x70 - 8 };
        assert!(pic.irq());
        assert_eq!(pic.acknowledge(), Vector(base + irq));
        assert!(!pic.irq());
    }
}

#[test]
fn nothing_is_delivered_before_the_last_icw() {
    let mut pic = pc();
    pic.out(0x20, 0x11);
    pic.out(0x21, 0x20);
    pic.raise(5);
    assert!(!pic.irq());
    pic.out(0x21, 0x04);
    assert!(!pic.irq());
    pic.out(0x21, 0x01);
    assert_eq!(pic.acknowledge(), Vector(0x25));
}

#[test]
fn a_single_chip_without_icw4_is_ready_after_icw2() {
    let mut pic = pc();
    pic.out(0x20, 0x12);
    pic.out(0x21, 0x40);
    pic.raise(0);
    assert_eq!(pic.acknowledge(), Vector(0x40));
}

#[test]
fn icw1_clears_the_mask_and_asks_for_a_new_edge() {
    let mut pic = pc();
    pic.out(0x21, 0xFF);
    pic.raise(4);
    pic.out(0x20, 0x13);
    pic.out(0x21, 0x08);
    pic.out(0x21, 0x01);
    assert_eq!(pic.inp(0x21), 0);
    assert!(!pic.irq());
    pic.pulse(4);
    assert!(pic.irq());
}

#[test]
fn a_masked_request_waits_for_the_mask() {
    let mut pic = pc();
    pic.out(0x21, 0x08);
    pic.raise(3);
    assert!(!pic.irq());
    pic.out(0x20, READ_IRR);
    assert_eq!(pic.inp(0x20), 0x08);
    pic.out(0x21, 0);
    assert_eq!(pic.acknowledge(), Vector(0x0B));
}

#[test]
fn only_a_higher_request_interrupts_one_in_service() {
    let mut pic = pc();
    pic.raise(3);
    pic.acknowledge();
    pic.raise(5);
    assert!(!pic.irq());
    pic.raise(1);
    assert_eq!(pic.acknowledge(), Vector(0x09));
    assert_eq!(pic.isr(), 0b1010);
}

#[test]
fn non_specific_eoi_ends_the_highest_in_service() {
    let mut pic = pc();
    pic.raise(3);
    pic.acknowledge();
    pic.raise(1);
    pic.acknowledge();
    pic.out(0x20, EOI);
    assert_eq!(pic.isr(), 0b1000);
}

#[test]
fn specific_eoi_ends_what_it_names() {
    let mut pic = pc();
    pic.raise(3);
    pic.acknowledge();
    pic.raise(1);
    pic.acknowledge();
    pic.out(0x20, 0x63);
    assert_eq!(pic.isr(), 0b0010);
}

#[test]
fn rotation_on_eoi_makes_the_served_input_the_lowest() {
    for (rotate, what) in [(0xA0, "non-specific"), (0xE3, "specific")] {
        let mut pic = pc();
        pic.raise(3);
        pic.acknowledge();
        pic.out(0x20, rotate);
        pic.pulse(3);
        pic.raise(4);
        pic.raise(1);
        assert_eq!(pic.acknowledge(), Vector(0x0C), "{what}");
    }
}

#[test]
fn set_priority_names_the_lowest_input() {
    let mut pic = pc();
    pic.out(0x20, 0xC5);
    pic.raise(0);
    pic.raise(6);
    assert_eq!(pic.acknowledge(), Vector(0x0E));
    assert!(!pic.irq(), "input 0 now ranks below input 6");
}

#[test]
fn auto_eoi_leaves_nothing_in_service() {
    let mut pic = initialised(0x11, 0x03);
    pic.raise(3);
    pic.acknowledge();
    assert_eq!(pic.isr(), 0);
    pic.raise(5);
    assert!(pic.irq());
}

#[test]
fn rotation_in_auto_eoi_mode_can_be_switched() {
    let mut pic = initialised(0x11, 0x03);
    pic.out(0x20, 0x80);
    pic.raise(3);
    pic.acknowledge();
    pic.pulse(3);
    pic.raise(4);
    assert_eq!(pic.acknowledge(), Vector(0x0C));
    pic.out(0x20, 0x00);
    assert_eq!(pic.acknowledge(), Vector(0x0B));
    pic.pulse(3);
    pic.raise(5);
    assert_eq!(pic.acknowledge(), Vector(0x0D), "4 is still the lowest, 5 the highest");
}

#[test]
fn auto_eoi_of_the_secondary_lets_its_next_request_through() {
    let mut pic = initialised(0x11, 0x03);
    pic.raise(14);
    pic.raise(8);
    assert_eq!(pic.acknowledge(), Vector(0x70));
    assert_eq!(pic.acknowledge(), Vector(0x76));
    assert!(!pic.irq());
}

#[test]
fn special_mask_mode_lets_lower_requests_through() {
    let mut pic = pc();
    pic.raise(1);
    pic.acknowledge();
    pic.raise(4);
    assert!(!pic.irq());
    pic.out(0x21, 0x02);
    pic.out(0x20, 0x68);
    assert_eq!(pic.acknowledge(), Vector(0x0C));
    pic.out(0x20, EOI);
    assert_eq!(pic.isr(), 0b10, "a non-specific EOI passes over the masked input");
    pic.out(0x20, 0x48);
    pic.raise(6);
    assert!(!pic.irq());
}

#[test]
fn a_poll_acknowledges_and_names_the_input() {
    let mut pic = pc();
    pic.raise(6);
    pic.out(0x20, POLL);
    assert_eq!(pic.inp(0x20), 0x86);
    assert_eq!(pic.isr(), 0x40);
    pic.out(0x20, POLL);
    assert_eq!(pic.inp(0x20), 0);
}

#[test]
fn a_request_that_drops_before_the_acknowledge_is_spurious() {
    let mut pic = pc();
    pic.raise(3);
    pic.set_line(Irq(3), false);
    assert!(!pic.irq());
    assert_eq!(pic.acknowledge(), Vector(0x0F));
    assert_eq!(pic.isr(), 0);
}

#[test]
fn a_spurious_request_of_the_secondary_leaves_the_cascade_in_service() {
    let mut pic = pc();
    pic.raise(10);
    // The mask hides the request after INTR was raised but the primary has latched the cascade.
    pic.secondary.write_data(0x04);
    assert_eq!(pic.acknowledge(), Vector(0x77));
    assert_eq!(pic.isr(), 0x04);
    pic.out(0xA0, READ_ISR);
    assert_eq!(pic.inp(0xA0), 0);
}

#[test]
fn an_edge_requests_once_and_a_level_again_and_again() {
    let mut edge = pc();
    edge.raise(5);
    edge.acknowledge();
    edge.out(0x20, EOI);
    assert!(!edge.irq());

    let mut level = initialised(0x19, 0x01);
    level.raise(5);
    level.acknowledge();
    level.out(0x20, EOI);
    assert!(level.irq());
    level.set_line(Irq(5), false);
    assert!(!level.irq());
}

#[test]
fn both_chips_want_an_eoi_for_a_line_of_the_secondary() {
    let mut pic = pc();
    pic.raise(14);
    pic.acknowledge();
    pic.raise(9);
    assert!(!pic.irq(), "the cascade is in service");
    pic.out(0xA0, EOI);
    pic.out(0x20, EOI);
    assert_eq!(pic.acknowledge(), Vector(0x71));
}

#[test]
fn special_fully_nested_mode_lets_the_secondary_interrupt_itself() {
    let mut pic = initialised(0x11, 0x11);
    pic.raise(14);
    pic.acknowledge();
    pic.raise(9);
    assert_eq!(pic.acknowledge(), Vector(0x71));
    pic.raise(3);
    assert!(!pic.irq(), "lower lines of the primary still wait");
}

#[derive(Clone, Debug)]
enum Step {
    Mask(bool, u8),
    Command(bool, u8),
    Line(u8, bool),
    Acknowledge,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<bool>(), any::<u8>()).prop_map(|(first, mask)| Step::Mask(first, mask)),
        // OCW2 and OCW3, without polls.
        (any::<bool>(), any::<u8>()).prop_map(|(first, value)| Step::Command(first, value & 0xEB)),
        (0..16u8, any::<bool>()).prop_map(|(irq, level)| Step::Line(irq, level)),
        Just(Step::Acknowledge),
    ]
}

proptest! {
    #[test]
    fn a_masked_line_is_never_delivered(icw4 in any::<u8>(), steps in prop::collection::vec(step(), 1..100)) {
        let mut pic = initialised(0x11, icw4 | 1);
        let mut masks = [0u8; 2];
        for step in steps {
            match step {
                Step::Mask(first, mask) => {
                    masks[usize::from(!first)] = mask;
                    pic.out(if first { 0x21 } else { 0xA1 }, mask);
                }
                Step::Command(first, value) => pic.out(if first { 0x20 } else { 0xA0 }, value),
                Step::Line(irq, level) => pic.set_line(Irq(irq), level),
                Step::Acknowledge if pic.irq() => match pic.acknowledge().0 {
                    vector @ 0x08..=0x0F => prop_assert_eq!(masks[0] >> (vector - 0x08) & 1, 0),
                    vector @ 0x70..=0x77 => {
                        prop_assert_eq!(masks[0] & 4, 0);
                        prop_assert_eq!(masks[1] >> (vector - 0x70) & 1, 0);
                    }
                    other => prop_assert!(false, "vector {:02X}h", other),
                },
                Step::Acknowledge => prop_assert_eq!(pic.acknowledge(), Vector(0x0F)),
            }
        }
    }
}
