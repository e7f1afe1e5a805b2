//! Palette, menus, new sessions, settings and the mouse.

use proptest::prelude::*;

use super::*;
use crate::config::SessionSpec;
use crate::disk::DriveId;
use crate::session::{DiskView, DriveView, HostDriveView, Media, Request};
use crate::tui::folder::{Drive, Entry, EntryKind, Folder};
use crate::tui::view;

impl Bench {
    /// What the window shows, one line for each row.
    pub(super) fn window(&self) -> Vec<String> {
        let (buf, _) = view::draw(&self.app);
        (0..buf.area.height).map(|y| (0..buf.area.width).map(|x| buf[(x, y)].symbol().to_owned()).collect()).collect()
    }

    fn shows(&self, text: &str) -> bool {
        self.window().iter().any(|row| row.contains(text))
    }

    /// Presses a button of the mouse (0 left, 2 right, 64 and 65 the wheel) where the window shows `text`.
    fn click(&mut self, button: u8, text: &str) -> String {
        let window = self.window();
        let row = window.iter().position(|row| row.contains(text)).unwrap_or_else(|| panic!("{text} in {window:#?}"));
        let byte = window[row].find(text).unwrap();
        let col = window[row][..byte].chars().count();
        self.feed(format!("\x1b[<{button};{};{}M", col + 1, row + 1).as_bytes())
    }

    fn spec_of(&mut self, index: usize, change: impl FnOnce(&mut SessionSpec)) {
        change(Arc::make_mut(&mut self.views[index].spec));
        self.sessions();
    }
}

/// What the app asked for last of all, whole.
fn last(bench: &mut Bench, bytes: &[u8]) -> Effect {
    let mut events = Vec::new();
    bench.parser.feed(bytes, &mut events);
    let mut all = Vec::new();
    for event in events {
        all.extend(bench.app.update(Event::Terminal(event), bench.now));
    }
    all.pop().expect("an effect")
}

#[test]
fn the_palette_finds_a_command_by_what_it_does() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d:");
    assert_eq!(bench.app.mode(), Mode::Panel);
    assert!(bench.shows("commands (Ctrl-] and a key)"));
    bench.feed(b"overvi");
    bench.feed(b"\r");
    assert_eq!(bench.app.mode(), Mode::Overview(0));
}

#[test]
fn the_palette_shows_keys_and_leads_to_sessions() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d:reset the");
    assert!(bench.window().iter().any(|row| row.contains("reset the session") && row.trim_end().ends_with("r │")));
    assert_eq!(bench.feed(b"\x15show session 3\r"), "focus 2");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn what_is_pasted_in_the_palette_is_searched_for() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d:");
    assert_eq!(bench.feed(b"\x1b[200~split\x1b[201~"), "");
    assert!(bench.shows("› split"));
    assert_eq!(bench.feed(b"\x1b"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn menus_open_one_another_and_escape_goes_back() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d\x1b[21~");
    assert!(bench.shows(" s0 ") && bench.shows("send keys"));
    bench.feed(b"\x1b[B\x1b[B\x1b[C");
    assert!(bench.shows("send Ctrl-Alt-Del"));
    bench.feed(b"\x1b");
    assert!(bench.shows("send keys"));
    assert_eq!(bench.feed(b"\r\r"), "0+ctrl, 0+alt, 0+del");
    assert!(bench.app.panel().is_none());
}

#[test]
fn a_new_session_is_one_of_the_profiles_under_a_free_name() {
    let mut bench = Bench::new();
    bench.app.offer(vec![SessionSpec { fpu: false, ..SessionSpec::new("s1") }]);
    bench.feed(b"\x1dN");
    let Effect::Start(spec) = last(&mut bench, b"\r") else { panic!("no start") };
    assert_eq!((spec.name.as_str(), spec.fpu), ("s1-2", false));
    bench.views.push(session(7, SessionState::Running));
    bench.sessions();
    assert_eq!(bench.update(Event::Started(Ok(SessionId(7)))), "focus 7");
    bench.update(Event::Started(Err("no such image".to_owned())));
    assert_eq!(bench.app.line().unwrap(), "no such image");
}

#[test]
fn a_session_is_cloned_and_only_the_first_one_writes_to_its_image() {
    use crate::config::ImageSpec;
    use crate::disk::{ImageSource, WritePolicy};
    let mut bench = Bench::new();
    let image = ImageSpec { source: ImageSource::File("/a/b.img".into()), writes: WritePolicy::Image };
    bench.spec_of(0, |spec| {
        spec.floppies = vec![image];
        spec.memory_bytes = 2 << 20;
    });
    let Effect::Start(spec) = last(&mut bench, b"\x1dC") else { panic!("no start") };
    assert_eq!((spec.name.as_str(), spec.memory_bytes), ("s0-2", 2 << 20));
    assert_eq!(spec.floppies[0].writes, WritePolicy::Overlay);
    assert!(bench.app.line().unwrap().contains("only one session may write"));
    // Its folder is where images are looked for first.
    bench.feed(b"\x1dN");
    assert!(bench.shows("b.img"));
    assert_eq!(bench.feed(b"folder\r"), "browse /a");
}

pub(super) fn folder() -> Folder {
    let entry =
        |name: &str, kind, bytes| Entry { kind, name: name.to_owned(), path: ["/pics", name].iter().collect(), bytes };
    let floppy = EntryKind::Image(Drive::Floppy, "1440K floppy".to_owned());
    Folder {
        path: "/pics".into(),
        entries: vec![
            entry("old", EntryKind::Folder, 0),
            entry("dos.img", floppy, 1440 << 10),
            entry("readme", EntryKind::Other, 300),
        ],
        cut: false,
    }
}

#[test]
fn an_image_is_picked_from_folders() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dN");
    assert_eq!(bench.feed(b"in a folder\r"), "browse .");
    bench.update(Event::Folder(Ok(folder())));
    assert!(bench.shows(" /pics ") && bench.shows("1440K floppy") && bench.shows("300 bytes"));
    assert_eq!(bench.feed(b"\x1b[D"), "browse /");
    assert_eq!(bench.feed(b"old\r"), "browse /pics/old");
    bench.update(Event::Folder(Err("cannot read /pics/old: permission denied".to_owned())));
    assert_eq!(bench.app.line().unwrap(), "cannot read /pics/old: permission denied");
    let Effect::Start(spec) = last(&mut bench, b"\x15dosimg\r") else { panic!("no start") };
    assert_eq!((spec.name.as_str(), spec.floppies.len()), ("dos", 1));
}

#[test]
fn a_folder_becomes_drive_c_of_the_built_in_dos() {
    use crate::config::{BootDrive, DriveSource};
    let mut bench = Bench::new();
    bench.feed(b"\x1dN");
    assert_eq!(bench.feed(b"drive C\r"), "browse .");
    bench.update(Event::Folder(Ok(folder())));
    let Effect::Start(spec) = last(&mut bench, b"\r") else { panic!("no start") };
    assert_eq!((spec.name.as_str(), spec.boot), ("pics", BootDrive::Dos));
    assert_eq!(spec.drives[0].source, DriveSource::Directory("/pics".into()));
}

#[test]
fn settings_that_can_change_live_do_and_others_wait_for_a_restart() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dg");
    assert!(bench.shows("settings of s0") && bench.shows("memory      16 MiB"));
    // Down to the row of the setting, whatever stands above it.
    let go_to = |bench: &mut Bench, key: &str| {
        bench.feed(b"\x1b[H");
        let rows = bench.app.setting_rows(SessionId(0));
        let row = rows.iter().position(|(row, _)| row.text.starts_with(key)).unwrap();
        (0..row).for_each(|_| assert_eq!(bench.feed(b"\x1b[B"), ""));
    };
    go_to(&mut bench, "speed");
    let Effect::Adjust(id, spec) = last(&mut bench, b"\r\x158 MIPS\r") else { panic!("no change") };
    assert_eq!((id.0, spec.speed), (0, crate::config::Speed::PerSecond(8_000_000)));
    assert_eq!(bench.app.mode(), Mode::Panel, "back in the settings");
    go_to(&mut bench, "exclusive");
    assert_eq!(bench.feed(b"\r"), "adjust 0");
    go_to(&mut bench, "memory");
    assert_eq!(bench.feed(b"\r\x152 MB\r"), "");
    assert!(bench.app.line().unwrap().contains("`2 MB` is no memory size"));
    assert_eq!(bench.feed(b"\r\x152 MiB\r"), "");
    bench.wait(MESSAGE_TIME);
    assert!(bench.shows("memory      2 MiB") && bench.shows("waits for a restart"));
    bench.feed(b"\x1b[F\r");
    assert!(bench.app.line().unwrap().starts_with("restart session s0 with these settings?"));
    let Effect::Restart(_, spec) = last(&mut bench, b"y") else { panic!("no restart") };
    assert_eq!(spec.memory_bytes, 2 << 20);
}

#[test]
fn a_setting_of_a_few_values_is_stepped_through_and_taken_back() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dg");
    let rows = bench.app.setting_rows(SessionId(0));
    let fpu = rows.iter().position(|(row, _)| row.text.starts_with("fpu")).unwrap();
    (0..fpu).for_each(|_| assert_eq!(bench.feed(b"\x1b[B"), ""));
    let offers_restart = |bench: &Bench| {
        let rows = bench.app.setting_rows(SessionId(0));
        rows.iter().any(|(row, _)| row.text.starts_with("restart the session with these settings"))
    };
    bench.feed(b"\x1b[C");
    assert!(offers_restart(&bench));
    bench.feed(b"\x1b[D");
    assert!(!offers_restart(&bench));
}

#[test]
fn the_settings_of_a_closed_session_go_with_it() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dg");
    bench.views.remove(0);
    assert_eq!(bench.sessions(), "focus 1");
    assert_eq!(bench.app.mode(), Mode::Guest);
    assert!(bench.app.panel().is_none());
}

#[test]
fn a_click_selects_a_session_or_a_view() {
    let mut bench = Bench::new();
    assert_eq!(bench.click(0, " 3 s2 "), "focus 2");
    bench.feed(b"\x1d|");
    assert_eq!(bench.click(0, " 1 s0 "), "focus 0");
    assert_eq!(bench.feed(b"x"), "0+x");
}

#[test]
fn the_right_button_opens_a_menu_where_it_was_pressed() {
    let mut bench = Bench::new();
    bench.feed(b"\x1b[<2;5;3M");
    assert!(bench.window()[2].starts_with("    ┌ s0 "), "{:#?}", bench.window());
    bench.click(0, "view");
    assert!(bench.shows("tile") || bench.shows("show all sessions at once"));
    bench.feed(b"\x1b[<0;79;1M");
    assert_eq!(bench.app.mode(), Mode::Guest, "a click beside the menu closes it");
    bench.click(0, "h help");
    assert!(bench.shows("send keys"));
    assert_eq!(bench.feed(b"\x1b[<64;1;1M\x1b[<65;1;1M"), "");
}

#[test]
fn in_the_monitor_view_a_click_counts_on_the_status_line_only() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dm");
    assert_eq!(bench.feed(b"\x1b[<0;5;5M"), "");
    assert_eq!(bench.app.mode(), Mode::Watch);
    assert_eq!(bench.click(0, " 2 s1 "), "focus 1");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn the_wheel_moves_lists() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d:");
    bench.click(65, "commands");
    assert_eq!(bench.app.panel().unwrap().list.marked(), 3);
    bench.click(64, "commands");
    assert_eq!(bench.app.panel().unwrap().list.marked(), 0);
}

#[test]
fn a_click_in_the_overview_shows_the_session() {
    let mut bench = Bench::new();
    bench.feed(b"\x1do");
    assert_eq!(bench.click(0, " 2 s1 "), "focus 1");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

pub(super) fn media(changed: usize) -> Arc<Media> {
    use crate::disk::{Geometry, ImageSource, WritePolicy};
    let disk = |name: &str, changed| DiskView {
        source: ImageSource::File(format!("/pics/{name}").into()),
        geometry: Geometry { cylinders: 80, heads: 2, sectors: 18 },
        sectors: 2880,
        writes: WritePolicy::Overlay,
        changed,
        written: 0,
    };
    let view = |id, disk| DriveView { id, known: true, disk };
    let drives = vec![
        view(DriveId::A, Some(disk("dos.img", changed))),
        view(DriveId::B, None),
        view(DriveId::HardDisk(0), Some(disk("c.img", 0))),
    ];
    let host = vec![
        HostDriveView { letter: 'D', path: Some("/home/me/lib".into()), read_only: true },
        HostDriveView { letter: 'Z', path: None, read_only: true },
    ];
    Arc::new(Media { drives, host, ejected: vec![disk("old.img", 3)] })
}

/// The drives of the first session, open.
fn drives() -> Bench {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1da"), "drives 0");
    bench.update(Event::Media(SessionId(0), media(12)));
    bench
}

#[test]
fn the_drives_show_their_disks_and_what_only_memory_holds() {
    let bench = drives();
    assert!(bench.shows("A:  dos.img") && bench.shows("1.4 MiB, writes overlay, 12 changed sectors (6 KiB)"));
    assert!(bench.shows("B:  empty") && bench.shows("C:  c.img"));
    assert!(bench.shows("old.img") && bench.shows("ejected, 3 changed sectors (1.5 KiB)"));
    assert!(bench.shows("D:  /home/me/lib") && bench.shows("host directory, read-only"));
    assert!(bench.shows("Z:  dosmux") && bench.shows("in the program, read-only"));
}

#[test]
fn a_disk_is_inserted_from_a_folder() {
    let mut bench = drives();
    assert_eq!(bench.feed(b"\r\r"), "browse .");
    bench.update(Event::Folder(Ok(folder())));
    let Effect::Ask(id, Request::Insert { drive, image }) = last(&mut bench, b"dosimg\r") else { panic!("no disk") };
    assert_eq!((id.0, drive, image.source.to_string().as_str()), (0, DriveId::A, "/pics/dos.img"));
    assert!(bench.shows(" drives of s0 "), "back in the list");
    let request = Request::Insert { drive, image };
    assert_eq!(bench.update(Event::Answered(id, request.clone(), Ok(()))), "drives 0");
    assert_eq!(bench.app.line().unwrap(), "dos.img is in A:");
    bench.update(Event::Answered(id, request, Err("no such floppy".to_owned())));
    assert_eq!(bench.app.line().unwrap(), "no such floppy");
}

#[test]
fn disks_are_exchanged_ejected_saved_and_get_other_policies() {
    let mut bench = drives();
    let mut take = |row: &str| {
        bench.feed(b"\x1b[H\r");
        let at = bench.app.panel().unwrap().list.rows().iter().position(|each| each.text.starts_with(row)).unwrap();
        (0..at).for_each(|_| assert_eq!(bench.feed(b"\x1b[B"), ""));
        bench.feed(b"\r")
    };
    assert_eq!(take("exchange"), "ask 0 ExchangeFloppies");
    assert_eq!(take("eject"), "ask 0 Eject(Floppy(0))");
    assert_eq!(take("writes none"), "ask 0 SetWrites { drive: Floppy(0), writes: None }");
    assert_eq!(take("save"), "");
    assert!(bench.app.line().unwrap().ends_with(": /pics/dos-changed.img"));
    assert_eq!(bench.feed(b"\x15new.img\r"), "ask 0 SaveDisk { drive: Floppy(0), path: \"new.img\" }");
    assert!(bench.shows(" drives of s0 "));
}

#[test]
fn changes_are_dropped_only_after_a_question_that_says_how_many() {
    let mut bench = drives();
    bench.feed(b"\r");
    let rows = bench.app.panel().unwrap().list.rows();
    let drop = rows.iter().position(|row| row.text.starts_with("drop")).unwrap();
    (0..drop).for_each(|_| assert_eq!(bench.feed(b"\x1b[B"), ""));
    bench.feed(b"\r");
    assert_eq!(bench.app.line().unwrap(), "drop 12 changed sectors (6 KiB) of dos.img? they are in no file (y/n)");
    assert_eq!(bench.feed(b"n"), "");
    assert!(bench.shows(" drives of s0 "));
    bench.feed(b"\x1b");
    bench.feed(b"\x1dc");
    let question = bench.app.line().unwrap();
    assert_eq!(question, "close session s0? 15 changed sectors (7.5 KiB) on disks are in memory only (y/n)");
}

#[test]
fn an_ejected_disk_with_changes_is_put_back() {
    let mut bench = drives();
    let Effect::Ask(_, Request::Insert { drive, image }) = last(&mut bench, b"\x1b[F\r") else { panic!("no disk") };
    assert_eq!((drive, image.source.to_string().as_str()), (DriveId::A, "/pics/old.img"));
}

/// What leads into each of the modes.
const WAYS: &[&[u8]] = &[
    b"",
    b"\x1d",
    b"\x1dc",
    b"\x1d,",
    b"\x1dh",
    b"\x1dm",
    b"\x1do",
    b"\x1dt",
    b"\x1d|",
    b"\x1d:",
    b"\x1d:spl",
    b"\x1d:zzzz",
    b"\x1d\x1b[21~",
    b"\x1d\x1b[21~\r",
    b"\x1dN",
    b"\x1dg",
    b"\x1dg\x1b[B\x1b[B\r",
    b"\x1dgq",
    b"\x1da",
    b"\x1da\r",
];

proptest! {
    #[test]
    fn every_mode_is_drawn_at_every_size(
        cols in 0u16..200, rows in 0u16..60, way in 0..WAYS.len(),
        clicks in prop::collection::vec((prop::sample::select(vec![0u8, 2, 64, 65]), 0u16..200, 0u16..60), 0..4),
        other in (0u16..200, 0u16..60),
    ) {
        let mut bench = Bench::new();
        bench.update(Event::Resize(cols, rows));
        bench.feed(WAYS[way]);
        bench.update(Event::Media(SessionId(0), media(3)));
        bench.window();
        for (button, col, row) in clicks {
            bench.feed(format!("\x1b[<{button};{};{}M", col + 1, row + 1).as_bytes());
            bench.window();
        }
        bench.update(Event::Folder(Ok(folder())));
        bench.update(Event::Resize(other.0, other.1));
        bench.feed(b"\x1b[6~\x1b[B");
        bench.window();
    }
}
