//! Interrupts that nothing has hooked: hardware requests nobody expects, and the exceptions that
//! share vectors 0Ch and 0Dh with IRQ4 and IRQ5.

use super::{Bios, Outcome, bda};

const PIC_PRIMARY: u16 = 0x20;
const PIC_SECONDARY: u16 = 0xA0;
/// OCW3: the next read of the command port gives the in-service register.
const READ_ISR: u8 = 0x0B;
/// OCW2: non-specific end of interrupt.
const END_OF_INTERRUPT: u8 = 0x20;
/// Line of the first 8259A that the second one hangs on.
const CASCADE: u8 = 1 << 2;

/// A request in service that no driver handles: masks it and ends it, as an AT does, and leaves
/// its lines in 40:6B (FFh if none is in service: the vector was called by a program).
pub(super) fn unexpected_irq(bios: &mut Bios<'_>) -> Outcome {
    let primary = in_service(bios, PIC_PRIMARY);
    let secondary = in_service(bios, PIC_SECONDARY);
    if primary == 0 {
        bda::UNEXPECTED_IRQ.set(&mut bios.mem, 0xFF);
        return Outcome::Done;
    }
    // Only the highest line is the one that interrupted; others may be interrupted handlers.
    let line = highest(primary);
    if line == CASCADE {
        mask_and_end(bios, PIC_SECONDARY, highest(secondary));
        bios.write_port(PIC_PRIMARY, END_OF_INTERRUPT);
    } else {
        mask_and_end(bios, PIC_PRIMARY, line);
    }
    bda::UNEXPECTED_IRQ.set(&mut bios.mem, if line == CASCADE { highest(secondary) } else { line });
    tracing::debug!(primary, secondary, "unexpected interrupt request masked");
    Outcome::Done
}

/// Vectors 0Ch and 0Dh: IRQ4 and IRQ5 if that line is in service, else a stack or protection fault.
pub(super) fn exception_or_irq(bios: &mut Bios<'_>, vector: u8) -> Outcome {
    let line = 1 << (vector - 8);
    if in_service(bios, PIC_PRIMARY) & line != 0 { unexpected_irq(bios) } else { Outcome::Unhandled(vector) }
}

fn in_service(bios: &mut Bios<'_>, command_port: u16) -> u8 {
    bios.write_port(command_port, READ_ISR);
    bios.read_port(command_port)
}

/// The line of highest priority: the lowest bit.
fn highest(lines: u8) -> u8 {
    lines & lines.wrapping_neg()
}

fn mask_and_end(bios: &mut Bios<'_>, command_port: u16, line: u8) {
    let mask = bios.read_port(command_port + 1);
    bios.write_port(command_port + 1, mask | line);
    bios.write_port(command_port, END_OF_INTERRUPT);
}

#[cfg(test)]
mod tests {
    use crate::bios::Outcome;
    use crate::bios::testing::Machine;
    use crate::types::PhysAddr;

    #[test]
    fn a_fault_that_nothing_handles_stops_the_machine() {
        let mut machine = Machine::new();
        for vector in [0x00, 0x06, 0x07, 0x0C, 0x0D] {
            assert_eq!(machine.service(vector), Outcome::Unhandled(vector));
        }
    }

    #[test]
    fn an_unexpected_request_is_masked_and_ended() {
        let mut machine = Machine::new();
        machine.now += std::time::Duration::from_millis(60);
        machine.board.advance(machine.now);
        assert_eq!(machine.board.acknowledge().0, 0x08);
        assert_eq!(machine.service(0xF0), Outcome::Done);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x46B)), 0x01);
        assert_eq!(machine.read_port(0x21) & 0x01, 0x01, "masked");
        machine.with(|bios| bios.write_port(0x20, 0x0B));
        assert_eq!(machine.read_port(0x20), 0x00, "ended");
    }

    #[test]
    fn a_program_that_calls_the_vector_changes_nothing() {
        let mut machine = Machine::new();
        machine.service(0xF0);
        assert_eq!(machine.mem.read_u8(PhysAddr(0x46B)), 0xFF);
        assert_eq!(machine.read_port(0x21), 0xF8);
    }
}
