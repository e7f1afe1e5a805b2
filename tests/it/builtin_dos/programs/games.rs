//! Games in text modes.

use dosmux::keys::Key;

use super::{APPS, Desk};

#[test]
fn rogue_plays_some_moves() {
    let Some(mut desk) = Desk::with(APPS, &["GAMES\\ROGUE.EXE"]) else { return };
    desk.begins("rogue");
    desk.sees("ROGUE:  The Adventure Game");
    desk.types("Bob\n");
    desk.sees("Hello Bob");
    desk.sees("☺");
    desk.sees("Level:1");
    desk.types("hjkl");
    desk.types("i");
    desk.sees("ome food");
    desk.types(" Q");
    desk.sees("Do you wish to end your quest now");
    desk.types("y");
    desk.sees("You quit with 0 gold pieces");
    desk.types("\n");
    desk.prompt("rogue");
}

#[test]
fn games_start_and_are_left_by_escape() {
    let Some(mut desk) = Desk::with(APPS, &["GAMES\\MINESW~1.COM", "GAMES\\JUMPER.COM"]) else { return };
    for (command, first) in [("minesw~1", "GMB_MINE"), ("jumper", "Level : 01")] {
        desk.begins(command);
        desk.sees(first);
        desk.strikes(&[Key::Escape]);
        desk.prompt(command);
    }
}
