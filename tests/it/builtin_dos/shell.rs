//! COMMAND.COM: what is typed at its prompt, and what comes of it.

use std::fs;

use dosmux::keys::Key;

use super::machine::Machine;

/// A shell on a folder with these files; what its screen shows after `lines` have been typed, without
/// what was there before.
pub(super) fn typed(files: &[(&str, &str)], lines: &[&str]) -> (String, tempfile::TempDir) {
    let folder = folder(files);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\n");
    for line in lines {
        machine.types(line);
        machine.types("\n");
        machine.settle();
    }
    (machine.text().trim_start().to_owned(), folder)
}

pub(super) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

pub(super) fn read(folder: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn the_prompt_shows_drive_and_directory() {
    let (screen, _folder) = typed(&[], &["md sub", "cd sub", "cd"]);
    assert_eq!(screen, "C:\\>md sub\n\nC:\\>cd sub\n\nC:\\SUB>cd\nC:\\SUB\n\nC:\\SUB>");
}

#[test]
fn a_name_that_is_no_command_is_refused() {
    let (screen, _folder) = typed(&[], &["nothing /x"]);
    assert_eq!(screen, "C:\\>nothing /x\nBad command or file name\n\nC:\\>");
}

#[test]
fn output_goes_to_a_file_and_behind_one() {
    let (_, folder) = typed(&[], &["echo one> out.txt", "echo two >>out.txt"]);
    assert_eq!(read(&folder, "out.txt"), "one\r\ntwo \r\n");
}

#[test]
fn a_pipe_leads_from_one_command_to_the_next_and_leaves_nothing() {
    let (screen, folder) = typed(&[("a.txt", "b\r\na\r\n")], &["type a.txt | sort", "type a.txt|sort|sort /r >b.txt"]);
    assert!(screen.contains("a\nb\n"), "{screen}");
    assert_eq!(read(&folder, "b.txt"), "b\r\na\r\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn dir_shows_files_and_what_they_take() {
    let (screen, _folder) = typed(&[("read.me", "hello")], &["dir"]);
    assert!(screen.contains("READ     ME          5 "), "{screen}");
    assert!(screen.contains("        1 file(s)          5 bytes"), "{screen}");
    let free = screen.lines().find_map(|line| line.strip_suffix(" bytes free")).unwrap();
    // What programs can count: 65,520 clusters of 64 sectors.
    assert!(free.len() == 28 && free.trim().parse::<u64>().unwrap() <= 0xFFF0 * 64 * 512, "{screen}");
}

#[test]
fn a_batch_file_has_parameters_labels_and_conditions() {
    let batch = "@echo off\r\nif \"%1\"==\"\" goto end\r\n:again\r\necho %0 %1\r\nshift\r\n\
                 if not \"%1\"==\"\" goto again\r\n:end\r\nif not exist none.txt echo done\r\n";
    let (screen, _folder) = typed(&[("b.bat", batch)], &["b x y"]);
    assert_eq!(screen, "C:\\>b x y\nb x\nx y\ndone\n\nC:\\>");
}

#[test]
fn call_returns_and_a_bare_name_does_not() {
    let files = [("a.bat", "@echo off\r\ncall b\r\nb\r\necho never\r\n"), ("b.bat", "echo in b\r\n")];
    let (screen, _folder) = typed(&files, &["a"]);
    assert_eq!(screen, "C:\\>a\nin b\nin b\n\nC:\\>");
}

#[test]
fn for_goes_through_files_and_words() {
    let (screen, _folder) = typed(&[("a.txt", ""), ("b.txt", "")], &["for %f in (*.txt x) do echo %f"]);
    let shown = "C:\\>for %f in (*.txt x) do echo %f\n\nC:\\>echo A.TXT\nA.TXT\n\nC:\\>echo B.TXT\nB.TXT\n\nC:\\>echo x\nx\n\nC:\\>";
    assert_eq!(screen, shown);
}

#[test]
fn variables_are_set_and_used_in_batch_files() {
    let (screen, _folder) = typed(&[("v.bat", "@echo %name%\r\n")], &["set name=value", "v", "set name=", "path"]);
    assert!(screen.contains("C:\\>v\nvalue\n"), "{screen}");
    assert!(screen.ends_with("PATH=Z:\\\n\nC:\\>"), "{screen}");
}

#[test]
fn files_are_copied_joined_renamed_and_deleted() {
    let files = [("a.txt", "one"), ("b.txt", "two")];
    let lines = ["copy a.txt+b.txt c.txt", "copy *.txt *.bak", "ren c.txt d.*", "del a.txt", "del *.bak"];
    let (screen, folder) = typed(&files, &lines);
    assert!(screen.contains("3 file(s) copied"), "{screen}");
    assert_eq!(read(&folder, "d.txt"), "onetwo\x1a");
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["b.txt", "d.txt"]);
}

#[test]
fn a_file_is_typed_from_the_console() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("copy con new.txt\nhello\n");
    machine.strikes(&[Key::LeftCtrl, Key::Z]);
    machine.types("\n");
    machine.settle();
    assert_eq!(read(&folder, "new.txt"), "hello\r\n");
}

#[test]
fn ctrl_c_at_the_prompt_gives_a_new_one() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ndi");
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.settle();
    assert_eq!(machine.text().trim_start(), "C:\\>di^C\n\nC:\\>");
}

#[test]
fn ctrl_c_in_a_batch_file_asks_whether_to_go_on() {
    let folder = folder(&[("p.bat", "@pause\r\n@echo on it goes\r\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\np\n");
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.settle();
    machine.types("y\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("Terminate batch job (Y/N)?y"), "{screen}");
    assert!(!screen.contains("on it goes"), "{screen}");
}

#[test]
fn autoexec_runs_first_and_a_second_shell_can_be_left() {
    let folder = folder(&[("autoexec.bat", "@echo off\r\nset x=1\r\necho started\r\n")]);
    let mut machine = Machine::shell(folder.path());
    assert!(machine.text().contains("started"), "{}", machine.text());
    machine.types("cls\ncommand /c echo %x%\ncommand /k set\nexit\nexit\n");
    machine.settle();
    assert!(machine.text().contains("X=1"), "{}", machine.text());
    assert!(machine.text().ends_with("C:\\>exit\n\nC:\\>exit\n\nC:\\>"), "{}", machine.text());
}

#[test]
fn exit_codes_are_errorlevels() {
    let folder = folder(&[("t.bat", "@c7\r\n@if errorlevel 8 echo eight\r\n@if errorlevel 7 echo seven\r\n")]);
    // MOV AX,4C07h; INT 21h.
    fs::write(folder.path().join("c7.com"), [0xB8, 0x07, 0x4C, 0xCD, 0x21]).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nt\n");
    machine.settle();
    assert_eq!(machine.text().trim_start(), "C:\\>t\nseven\n\nC:\\>");
}

#[test]
fn a_batch_file_that_runs_itself_without_end_can_be_stopped() {
    let folder = folder(&[("l.bat", "@:a\r\n@call l\r\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nl\n");
    machine.settle();
    assert!(machine.text().contains("Batch files nested too deeply"), "{}", machine.text());
    assert!(machine.text().ends_with("C:\\>"), "{}", machine.text());
}

#[test]
fn lines_come_back_with_the_arrows_and_are_edited() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\necho one\necho two\n");
    machine.settle();
    machine.strikes(&[Key::Up]);
    machine.strikes(&[Key::Up]);
    machine.strikes(&[Key::Left]);
    machine.types("O");
    machine.strikes(&[Key::Home]);
    machine.strikes(&[Key::Insert]);
    machine.types("@\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.ends_with("C:\\>@echo onO\nonO\n\nC:\\>"), "{screen}");
}

#[test]
fn a_long_line_wraps_scrolls_and_is_edited_at_its_start() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types(&"\n".repeat(13));
    machine.types(&format!("echo {}", "x".repeat(100)));
    machine.strikes(&[Key::Home]);
    machine.strikes(&[Key::Insert]);
    machine.types("rem ");
    machine.settle();
    let screen = machine.text();
    let rows: Vec<&str> = screen.lines().collect();
    let last = rows.len() - 2;
    assert_eq!(rows[last], format!("C:\\>rem echo {}", "x".repeat(67)), "{screen}");
    assert_eq!(rows[last + 1], "x".repeat(33), "{screen}");
}

#[test]
fn tab_completes_names_and_goes_round() {
    let folder = folder(&[("alpha.txt", "A"), ("alps.txt", "B"), ("beta.txt", "C")]);
    fs::create_dir(folder.path().join("alfa")).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntype alp\t\t\n");
    machine.settle();
    assert!(machine.text().contains("type alps.txt\nB\n"), "{}", machine.text());
    machine.types("cd al\t");
    machine.settle();
    assert!(machine.text().ends_with("C:\\>cd alfa\\"), "{}", machine.text());
}

#[test]
fn f7_lists_the_lines_before() {
    let folder = folder(&[]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nver\n");
    machine.types("ab");
    machine.strikes(&[Key::F7]);
    machine.settle();
    assert!(machine.text().ends_with("C:\\>ab\n  1: cls\n  2: ver\nC:\\>ab"), "{}", machine.text());
}
