//! What `/?` says of the internal commands, and HELP of them all. Source: MS-DOS 5 User's Guide.

use super::super::super::Dos;
use super::super::super::app::wants_help;
use super::super::super::tools::lines;
use super::super::line::{self, trimmed};
use super::super::text::Done;
use super::super::{STDOUT, Shell, run};

/// Commands behind which another command stands, or any text: `/?` may be part of that.
const OPEN_ENDED: [&[u8]; 7] = [b"CALL", b"ECHO", b"FOR", b"IF", b"LOADHIGH", b"REM", b"SET"];

/// A command with its other names, what it does, and how it is written.
struct Page {
    names: &'static [&'static str],
    does: &'static str,
    syntax: &'static str,
}

const fn page(names: &'static [&'static str], does: &'static str, syntax: &'static str) -> Page {
    Page { names, does, syntax }
}

const PAGES: [Page; 31] = [
    page(&["BREAK"], "Sets or clears extended CTRL+C checking.", "BREAK [ON | OFF]\n"),
    page(&["CALL"], "Calls one batch program from another.", "CALL [drive:][path]filename [batch-parameters]\n"),
    page(
        &["CD", "CHDIR"],
        "Displays the name of or changes the current directory.",
        "CD [drive:][path]\nCD ..\n\n  ..  Specifies the parent directory.\n",
    ),
    page(&["CHCP"], "Displays the active code page number.", "CHCP [nnn]\n"),
    page(&["CLS"], "Clears the screen.", "CLS\n"),
    page(
        &["COPY"],
        "Copies one or more files to another location.",
        "COPY [/A | /B] source [+ source [+ ...]] [destination] [/V]\n\n  /A  An ASCII text file: it ends at Ctrl+Z.\n  /B  A binary file.\n  /V  Verifies that new files are written correctly.\n",
    ),
    page(&["CTTY"], "Changes the terminal device used to control your system.", "CTTY device\n"),
    page(&["DATE"], "Displays or sets the date.", "DATE [mm-dd-yy]\n"),
    page(
        &["DEL", "ERASE"],
        "Deletes one or more files.",
        "DEL [drive:][path]filename [/P]\n\n  /P  Prompts for confirmation before deleting each file.\n",
    ),
    page(
        &["DIR"],
        "Displays a list of files and subdirectories in a directory.",
        "DIR [drive:][path][filename] [/P] [/W] [/A[[:]attributes]] [/O[[:]sortorder]]\n    [/S] [/B] [/L]\n\n  /P  Pauses after each screenful of information.\n  /W  Uses wide list format.\n  /A  Displays files with specified attributes: D R H S A, - meaning not.\n  /O  Lists files in sorted order: N name, E extension, S size, D date,\n      G directories first, - to reverse.\n  /S  Displays files in specified directory and all subdirectories.\n  /B  Uses bare format (no heading information or summary).\n  /L  Uses lowercase.\n\nSwitches may be preset in the DIRCMD environment variable.\n",
    ),
    page(&["ECHO"], "Displays messages, or turns command-echoing on or off.", "ECHO [ON | OFF]\nECHO [message]\n"),
    page(&["EXIT"], "Quits the COMMAND.COM program (command interpreter).", "EXIT\n"),
    page(
        &["FOR"],
        "Runs a specified command for each file in a set of files.",
        "FOR %variable IN (set) DO command [command-parameters]\n\nIn a batch program, write %%variable.\n",
    ),
    page(&["GOTO"], "Directs MS-DOS to a labelled line in a batch program.", "GOTO label\n"),
    page(
        &["IF"],
        "Performs conditional processing in batch programs.",
        "IF [NOT] ERRORLEVEL number command\nIF [NOT] string1==string2 command\nIF [NOT] EXIST filename command\n",
    ),
    page(
        &["LOADHIGH", "LH"],
        "Loads a program into the upper memory area.",
        "LOADHIGH [drive:][path]filename [parameters]\n",
    ),
    page(&["MD", "MKDIR"], "Creates a directory.", "MD [drive:]path\n"),
    page(
        &["PATH"],
        "Displays or sets a search path for executable files.",
        "PATH [[drive:]path[;...]]\nPATH ;\n\nPATH ; clears all search-path settings.\n",
    ),
    page(&["PAUSE"], "Suspends processing of a batch program.", "PAUSE\n"),
    page(
        &["PROMPT"],
        "Changes the command prompt.",
        "PROMPT [text]\n\n  $Q = (equal sign)       $$ $ (dollar sign)\n  $T Current time         $D Current date\n  $P Current drive and path\n  $V Version number       $N Current drive\n  $G > (greater-than)     $L < (less-than)\n  $B | (pipe)             $H Backspace\n  $E Escape code          $_ Carriage return and linefeed\n",
    ),
    page(&["RD", "RMDIR"], "Removes (deletes) a directory.", "RD [drive:]path\n"),
    page(&["REM"], "Records comments (remarks) in batch files.", "REM [comment]\n"),
    page(&["REN", "RENAME"], "Renames a file or files.", "REN [drive:][path]filename1 filename2\n"),
    page(&["SET"], "Displays, sets, or removes environment variables.", "SET [variable=[string]]\n"),
    page(&["SHIFT"], "Shifts the replaceable parameters of a batch file.", "SHIFT\n"),
    page(&["TIME"], "Displays or sets the system time.", "TIME [time]\n"),
    page(&["TRUENAME"], "Displays the full name of a file or directory.", "TRUENAME [drive:][path][filename]\n"),
    page(&["TYPE"], "Displays the contents of a text file.", "TYPE [drive:][path]filename\n"),
    page(&["VER"], "Displays the version.", "VER\n"),
    page(&["VERIFY"], "Shows or sets whether writes are verified.", "VERIFY [ON | OFF]\n"),
    page(&["VOL"], "Displays the disk volume label.", "VOL [drive:]\n"),
];

/// Programs on drive Z:, for HELP.
const PROGRAMS: &str = "ATTRIB CHOICE COMMAND EDIT FIND MEM MORE SORT TREE XCOPY";

/// Says what command `name` is for, if `rest` asks.
pub(in super::super) fn asked(shell: &mut Shell, name: &[u8], rest: &[u8]) -> bool {
    let asks = trimmed(rest).starts_with(b"/?") || !OPEN_ENDED.contains(&name) && wants_help(rest);
    let found = PAGES.iter().find(|page| page.names.iter().any(|known| known.as_bytes() == name));
    match found.filter(|_| asks) {
        Some(page) => {
            shell.say(STDOUT, lines(&format!("{}\n\n{}", page.does, page.syntax)));
            true
        }
        None => false,
    }
}

/// HELP: all commands, or one.
pub(super) fn help(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let (name, _) = line::first_word(rest);
    if name.is_empty() {
        let mut text = String::from("For more information on a command, type its name and /?\n\n");
        for page in &PAGES {
            let line = format!("{:18} {}\n", page.names.join(", "), page.does);
            text.push_str(&line);
        }
        text.push_str(&format!("\nPrograms on drive Z: {PROGRAMS}\n"));
        shell.jobs.push(super::super::Job::Pages(super::super::output::Pages::new(&lines(&text))));
        return Ok(());
    }
    if asked(shell, &name.to_ascii_uppercase(), b"/?") {
        return Ok(());
    }
    // A program explains itself.
    run::dispatch(shell, dos, &[name, b" /?"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_internal_command_has_a_page() {
        for (name, _) in super::super::COMMANDS {
            let known = PAGES.iter().any(|page| page.names.iter().any(|known| known.as_bytes() == name));
            assert!(known || name == b"HELP", "{}", String::from_utf8_lossy(name));
        }
    }
}
