//! What can be seen of a machine from outside.

use dosmux::monitor::trace::Event;
use dosmux::session::inspect::{Owner, Section};

use crate::bench::{boot, boot_tour, floppy_of, shared_image};

#[test]
fn looking_at_a_machine_changes_nothing() {
    let (mut seen, mut unseen) = (boot_tour(), boot_tour());
    for _ in 0..20 {
        let _ = seen.session.inspect().to_string();
        seen.run_seconds(1);
        unseen.run_seconds(1);
    }
    assert_eq!(seen.session.stats(), unseen.session.stats());
    assert_eq!(seen.session.inspect(), unseen.session.inspect());
}

#[test]
fn the_last_calls_and_the_code_around_them_are_there() {
    // MOV AX,0E41h; INT 10h; IN AL,60h; STI; again: HLT; JMP again
    let code = [0xB8, 0x41, 0x0E, 0xCD, 0x10, 0xE4, 0x60, 0xFB, 0xF4, 0xEB, 0xFD];
    let mut pc = boot(&floppy_of(&code));
    pc.run_seconds(2);
    let inspection = pc.session.inspect();
    let event = |wanted: fn(&Event) -> bool| inspection.trace.iter().find(|traced| wanted(&traced.event)).copied();
    let call = event(|event| matches!(event, Event::Call { vector: 0x10, ax: 0x0E41, .. })).unwrap();
    assert_eq!((call.at.to_string(), call.count), ("0000:7C03".to_owned(), 1));
    assert!(event(|event| matches!(event, Event::PortRead(port, _) if port.0 == 0x60)).is_some());
    assert!(event(|event| *event == Event::Interrupt(8)).unwrap().count > 30);
    let code = inspection.lines(Section::Code);
    let here = code.iter().position(|line| line.starts_with(">0000:7C09")).unwrap();
    assert!(code[here].ends_with("jmp     7C08h"), "{code:?}");
    assert!(code[here - 1].ends_with("hlt"), "{code:?}");
    assert!(inspection.lines(Section::Registers)[3].contains("IF"));
}

#[test]
fn vectors_are_known_by_who_owns_the_memory_they_lead_to() {
    let Some(image) = shared_image("freedos-1440K.img") else { return };
    let mut pc = boot(&image);
    pc.wait("A:\\>");
    let inspection = pc.session.inspect();
    let owner = |number: usize| &inspection.vectors[number].1;
    assert_eq!(*owner(0x10), Owner::Service(0x10));
    assert_eq!(*owner(0x21), Owner::Dos);
    assert_eq!(*owner(0x60), Owner::None);
    assert!(inspection.vectors.iter().any(|(_, owner)| *owner == Owner::Program("COMMAND".to_owned())), "{inspection}");
    let opened = inspection.trace.iter().any(|traced| matches!(traced.event, Event::Call { file: Some(_), .. }));
    assert!(opened || !inspection.trace.is_empty(), "{inspection}");
}
