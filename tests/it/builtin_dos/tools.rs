//! The programs of drive Z:, run from the shell's prompt.

use std::fs;

use super::machine::Machine;
use super::shell::{folder, read, typed};

#[test]
fn more_stops_when_the_screen_is_full() {
    let lines: String = (1..=30).map(|line| format!("line {line}\r\n")).collect();
    let folder = folder(&[("long.txt", &lines)]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nmore < long.txt\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("line 24\n-- More --") && !screen.contains("line 25"), "{screen}");
    machine.types(" ");
    machine.settle();
    assert!(machine.text().contains("line 24\nline 25\n"), "{}", machine.text());
    assert!(machine.text().ends_with("line 30\n\nC:\\>"), "{}", machine.text());
}

#[test]
fn more_takes_a_pipe_and_a_name_and_can_be_left() {
    let lines: String = (1..=60).map(|line| format!("line {line}\r\n")).collect();
    let folder = folder(&[("long.txt", &lines)]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntype long.txt | more\n");
    machine.settle();
    machine.types("q");
    machine.settle();
    assert!(machine.text().ends_with("line 24\n\nC:\\>"), "{}", machine.text());
    machine.types("more long.txt > copy.txt\n");
    machine.settle();
    assert_eq!(read(&folder, "copy.txt"), lines);
}

#[test]
fn find_shows_lines_their_numbers_or_how_many() {
    let files = [("a.txt", "One\r\ntwo\r\nthree one\r\n"), ("b.txt", "one")];
    let (screen, _folder) = typed(&files, &["find /n \"one\" a.txt b.txt", "find /i/c \"ONE\" *.txt"]);
    assert!(screen.contains("---------- A.TXT\n[3]three one\n\n---------- B.TXT\n[1]one\n"), "{screen}");
    assert!(screen.contains("---------- C:\\A.TXT: 2\n\n---------- C:\\B.TXT: 1\n"), "{screen}");
}

#[test]
fn find_reads_a_pipe_and_tells_by_its_exit_code() {
    let batch = "@type a.txt | find /v \"x\"\r\n@find \"x\" a.txt > nul\r\n@if not errorlevel 1 echo found\r\n\
                 @find \"y\" a.txt > nul\r\n@if errorlevel 1 if not errorlevel 2 echo none\r\n\
                 @find \"y\" b.txt\r\n@if errorlevel 2 echo error\r\n";
    let (screen, _folder) = typed(&[("a.txt", "ax\r\nb\r\n"), ("t.bat", batch)], &["t"]);
    assert_eq!(screen, "C:\\>t\nb\nfound\nnone\nFile not found - B.TXT\nerror\n\nC:\\>");
}

#[test]
fn choice_waits_for_one_of_its_keys() {
    let batch = "@choice /c:abc Which\r\n@if errorlevel 2 if not errorlevel 3 echo second\r\n";
    let folder = folder(&[("c.bat", batch)]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nc\n");
    machine.settle();
    machine.types("xb");
    machine.settle();
    assert_eq!(machine.text().trim_start(), "C:\\>c\nWhich[A,B,C]?B\nsecond\n\nC:\\>");
}

#[test]
fn choice_takes_its_default_when_time_is_up() {
    let (screen, _folder) = typed(&[], &["choice /t:n,1 Go on"]);
    assert_eq!(screen, "C:\\>choice /t:n,1 Go on\nGo on[Y,N]?N\n\nC:\\>");
}

#[test]
fn attrib_shows_and_sets_read_only() {
    let files = [("a.txt", "x"), ("b.txt", "y")];
    let lines = ["attrib +r a.txt", "attrib", "del a.txt", "attrib -r *.*", "del a.txt", "attrib none"];
    let (screen, folder) = typed(&files, &lines);
    assert!(screen.contains("  A    R     C:\\A.TXT\n  A          C:\\B.TXT\n"), "{screen}");
    assert!(screen.contains("Access denied"), "{screen}");
    assert!(screen.contains("File not found - NONE"), "{screen}");
    assert!(!folder.path().join("a.txt").exists());
}

#[test]
fn tree_draws_directories_and_files() {
    let folder = folder(&[("a.txt", "")]);
    fs::create_dir_all(folder.path().join("one/two")).unwrap();
    fs::create_dir(folder.path().join("three")).unwrap();
    fs::write(folder.path().join("one/b.txt"), "").unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntree /f /a\ntree one\n");
    machine.settle();
    let screen = machine.text();
    let tree = "C:.\n|   A.TXT\n|\n+---ONE\n|   |   B.TXT\n|   |\n|   \\---TWO\n\\---THREE\n";
    assert!(screen.contains(tree), "{screen}");
    assert!(screen.contains("C:\\ONE\n└───TWO\n"), "{screen}");
}

#[test]
fn mem_adds_up() {
    let (screen, _folder) = typed(&[], &["mem /c"]);
    let row = screen.lines().find(|line| line.starts_with("Conventional")).expect("conventional memory");
    let kib: Vec<u32> =
        row.split_whitespace().skip(1).map(|word| word.trim_end_matches('K').parse().unwrap()).collect();
    assert_eq!((kib[0], kib[1] + kib[2]), (640, 640), "{screen}");
    assert!(screen.contains("  COMMAND "), "{screen}");
    assert!(screen.contains("Largest executable program size"), "{screen}");
}

#[test]
fn xcopy_copies_trees_with_their_times() {
    let folder = folder(&[]);
    fs::create_dir_all(folder.path().join("src/sub/deep")).unwrap();
    fs::create_dir_all(folder.path().join("src/empty")).unwrap();
    fs::write(folder.path().join("src/a.txt"), "a").unwrap();
    fs::write(folder.path().join("src/sub/deep/b.txt"), vec![7; 200_000]).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nxcopy src dst /s\nd");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("(F = file, D = directory)?d\nReading source file(s)...\nC:\\SRC\\A.TXT\n"), "{screen}");
    assert!(screen.contains("        2 File(s) copied"), "{screen}");
    assert_eq!(fs::read(folder.path().join("dst/sub/deep/b.txt")).unwrap().len(), 200_000);
    assert!(!folder.path().join("dst/empty").exists());
    let modified = |name: &str| fs::metadata(folder.path().join(name)).unwrap().modified().unwrap();
    let apart = modified("src/a.txt").duration_since(modified("dst/a.txt")).unwrap_or_default();
    assert!(apart.as_secs() < 2, "{apart:?}");
}

#[test]
fn xcopy_with_e_makes_empty_directories_and_with_p_asks() {
    let folder = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    fs::create_dir_all(folder.path().join("src/empty")).unwrap();
    fs::create_dir(folder.path().join("to")).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nxcopy *.txt to /p\nyn");
    machine.settle();
    machine.types("xcopy src out\\ /e\nxcopy none to\n");
    machine.settle();
    assert!(folder.path().join("to/a.txt").exists() && !folder.path().join("to/b.txt").exists());
    assert!(folder.path().join("out/empty").is_dir());
    assert!(machine.text().contains("File not found - NONE"), "{}", machine.text());
}

#[test]
fn xcopy_into_itself_is_refused() {
    let folder = folder(&[]);
    fs::create_dir_all(folder.path().join("src/sub")).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nxcopy src src\\sub /s\n");
    machine.settle();
    assert!(machine.text().contains("Cannot perform a cyclic copy"), "{}", machine.text());
}

#[test]
fn sort_takes_a_name_too() {
    let (screen, _folder) = typed(&[("a.txt", "b2\r\na1\r\n")], &["sort a.txt", "sort /r < a.txt"]);
    assert!(screen.contains("a1\nb2\n"), "{screen}");
    assert!(screen.contains("b2\na1\n"), "{screen}");
}

#[test]
fn every_program_explains_itself() {
    for name in ["attrib", "choice", "find", "mem", "more", "sort", "tree", "xcopy"] {
        let (screen, _folder) = typed(&[], &[&format!("{name} /?")]);
        assert!(screen.contains(&format!("\n{} ", name.to_uppercase())), "{screen}");
    }
}

#[test]
fn help_goes_to_programs_too() {
    let (screen, _folder) = typed(&[], &["help sort", "help nothing"]);
    assert!(screen.contains("SORT [/R] [/+n]"), "{screen}");
    assert!(screen.contains("Bad command or file name"), "{screen}");
}
