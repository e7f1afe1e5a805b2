//! Internal commands and the batch language, in their details.

use std::fs;

use dosmux::keys::Key;

use super::machine::Machine;
use super::shell::{folder, read, typed};

#[test]
fn dir_goes_through_directories_and_adds_up() {
    let folder = folder(&[("a.txt", "12345")]);
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/b.txt"), "123").unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ndir /s *.txt\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains(" Directory of C:\\SUB\n\nB        TXT         3 "), "{screen}");
    assert!(screen.contains("Total files listed:\n        2 file(s)          8 bytes\n"), "{screen}");
    machine.types("cls\ndir /s/b\n");
    machine.settle();
    assert!(machine.text().contains("C:\\A.TXT\nC:\\SUB\nC:\\SUB\\B.TXT\n"), "{}", machine.text());
}

#[test]
fn dir_stops_when_the_screen_is_full() {
    let folder = folder(&[]);
    for number in 10..50 {
        fs::write(folder.path().join(format!("f{number}.txt")), "").unwrap();
    }
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ndir /p/on\n");
    machine.settle();
    assert!(machine.text().ends_with("Press any key to continue . . ."), "{}", machine.text());
    assert!(machine.text().contains("F10      TXT") && !machine.text().contains("F49      TXT"), "{}", machine.text());
    machine.types(" ");
    machine.settle();
    machine.types(" ");
    machine.settle();
    assert!(machine.text().contains("40 file(s)"), "{}", machine.text());
}

#[test]
fn dir_is_not_stopped_on_its_way_to_a_file() {
    let folder = folder(&[]);
    for number in 10..50 {
        fs::write(folder.path().join(format!("f{number}.txt")), "").unwrap();
    }
    let mut machine = Machine::shell(folder.path());
    machine.types("dir /p > list\n");
    machine.settle();
    assert_eq!(read(&folder, "list").matches("TXT").count(), 40);
}

#[test]
fn del_with_p_asks_for_each_file() {
    let (screen, folder) = typed(&[("a.txt", ""), ("b.txt", "")], &["del *.txt /p", "n", "y"]);
    assert!(screen.contains("C:\\A.TXT,    Delete (Y/N)?n\n\nC:\\B.TXT,    Delete (Y/N)?y\n"), "{screen}");
    assert!(folder.path().join("a.txt").exists() && !folder.path().join("b.txt").exists());
}

#[test]
fn nul_tells_whether_a_directory_is_there() {
    let batch =
        "@if exist sub\\nul echo sub\r\n@if not exist none\\nul echo none\r\n@goto :end\r\n@echo never\r\n:end\r\n";
    let folder = folder(&[("t.bat", batch)]);
    fs::create_dir(folder.path().join("sub")).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nt\n");
    machine.settle();
    assert_eq!(machine.text().trim_start(), "C:\\>t\nsub\nnone\n\nC:\\>");
}

#[test]
fn blanks_at_the_end_of_a_line_of_a_batch_file_stay() {
    let (_, folder) = typed(&[("t.bat", "@echo a  >out\r\n@set x=1 \r\n@echo [%x%]>>out\r\n")], &["t"]);
    assert_eq!(read(&folder, "out"), "a  \r\n[1 ]\r\n");
}

#[test]
fn a_prompt_shows_date_and_time() {
    let (screen, _folder) = typed(&[], &["prompt $d$_$t $q$l$b$g$$ ", "prompt"]);
    let rows: Vec<&str> = screen.lines().collect();
    assert!(rows[2].len() == 14 && rows[2].as_bytes()[6] == b'-', "{screen}");
    assert!(rows[3].contains(':') && rows[3].ends_with("=<|>$ prompt"), "{screen}");
    assert!(screen.ends_with("C>"), "{screen}");
}

#[test]
fn every_command_explains_itself_and_help_lists_them() {
    let (screen, _folder) = typed(&[], &["copy /?"]);
    assert!(screen.contains("COPY [/A | /B] source"), "{screen}");
    let (screen, _folder) = typed(&[], &["help"]);
    assert!(screen.contains("Press any key to continue"), "{screen}");
    let (screen, _folder) = typed(&[], &["echo /x /?"]);
    assert!(screen.contains("\n/x /?\n"), "{screen}");
}

#[test]
fn the_console_can_be_given_to_nothing_and_taken_back() {
    let (screen, _folder) = typed(&[("t.bat", "@ctty nul\r\n@echo unseen\r\n@ctty con\r\n@echo seen\r\n")], &["t"]);
    assert_eq!(screen, "C:\\>t\nseen\n\nC:\\>");
}

#[test]
fn loadhigh_runs_a_program() {
    let (screen, _folder) = typed(&[("a.txt", "b\r\na\r\n")], &["lh sort a.txt", "loadhigh"]);
    assert!(screen.contains("lh sort a.txt\na\nb\n"), "{screen}");
    assert!(screen.contains("Required parameter missing"), "{screen}");
}

#[test]
fn a_shell_is_told_the_size_of_its_environment() {
    let (screen, _folder) = typed(&[], &["command /e:2000 /c set", "chcp"]);
    assert!(screen.contains("COMSPEC=Z:\\COMMAND.COM"), "{screen}");
    assert!(screen.contains("Active code page: 437"), "{screen}");
}

#[test]
fn redirection_may_stand_anywhere() {
    let files = [("in.txt", "b\r\na\r\n"), ("t.bat", "@echo one\r\n@echo two\r\n")];
    let lines = ["> out.txt sort < in.txt", "t > both.txt", "for %a in (x y) do echo %a >> for.txt"];
    let (_, folder) = typed(&files, &lines);
    assert_eq!(read(&folder, "out.txt"), "a\r\nb\r\n");
    assert_eq!(read(&folder, "both.txt"), "one\r\ntwo\r\n");
    assert_eq!(read(&folder, "for.txt"), "x \r\ny \r\n");
}

#[test]
fn what_for_runs_is_redirected_and_piped_each_time() {
    let batch = "@for %%a in (b a) do echo %%a > last.txt\r\n@for %%a in (x y) do @type %%a.txt | sort\r\n";
    let files = [("t.bat", batch), ("x.txt", "2\r\n1\r\n"), ("y.txt", "4\r\n3\r\n")];
    let (screen, folder) = typed(&files, &["t"]);
    assert_eq!(read(&folder, "last.txt"), "a \r\n");
    assert!(screen.contains("1\n2\n3\n4\n"), "{screen}");
}

#[test]
fn a_batch_file_goes_on_if_the_user_says_no() {
    let folder = folder(&[("p.bat", "@pause\r\n@echo on it goes\r\n")]);
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\np\n");
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.settle();
    machine.types("n\n");
    machine.settle();
    assert!(machine.text().contains("on it goes"), "{}", machine.text());
}

#[test]
fn a_drive_that_is_not_there_is_refused_before_anything_is_done() {
    let (text, folder) = typed(&[("a.txt", "a")], &["cls", "copy a.txt q:\\b", "dir q:", "del q:*.txt"]);
    assert_eq!(text.matches("Invalid drive specification").count(), 3, "{text}");
    assert_eq!(read(&folder, "a.txt"), "a");
}

#[test]
fn words_that_a_command_does_not_take_are_too_many() {
    for command in ["type a b", "del a b", "ren a x b", "cd a b", "dir a b", "md a b", "vol c: b"] {
        let (text, _folder) = typed(&[("a", "a")], &["cls", command]);
        assert!(text.contains("Too many parameters - b"), "{command}: {text}");
    }
}

#[test]
fn files_that_are_not_there_are_named_in_capitals() {
    let (text, _folder) = typed(&[], &["cls", "type none", "copy none x", "ren none x", "dir none"]);
    assert_eq!(text.matches("File not found - NONE").count(), 2, "{text}");
    assert!(text.contains("        0 file(s) copied"), "{text}");
    assert!(text.contains("Duplicate file name or file not found"), "{text}");
    assert!(text.contains(" Directory of C:\\\n\nFile not found"), "{text}");
}

#[test]
fn joined_texts_end_with_ctrl_z_and_joined_bytes_do_not() {
    let files = [("a", "one\x1agone"), ("b", "two")];
    let (_text, folder) = typed(&files, &["copy a+b c", "copy /b a+b d", "copy a e", "copy /a a f"]);
    let all = ["c", "d", "e", "f"].map(|name| read(&folder, name));
    assert_eq!(all, ["onetwo\x1a", "one\x1agonetwo", "one\x1agone", "one\x1a"]);
}
