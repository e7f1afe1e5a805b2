//! MEM: how much memory there is, and who has it. Source: MS-DOS 5 User's Guide, MEM.
//!
//! It walks the memory control blocks as they lie in memory.

use super::super::app::{Answer, Call, Request, tail};
use super::super::mcb::{Block, DOS, FREE};
use super::super::shell::Words;
use super::super::{Dos, psp};
use super::{STDERR, STDOUT, int21};
use crate::types::SegOff;

/// Where conventional memory ends, and upper memory ends.
const CONVENTIONAL_PARAGRAPHS: u32 = 0xA000;
/// A control block's name. Source: RBIL, INT 21h/AH=52h, memory control block.
const NAME: u16 = 8;
/// INT 15h/AH=88h: KiB of extended memory that nobody has taken. Source: RBIL.
const EXTENDED_SIZE: u16 = 0x8800;

/// INT 21h: whether upper memory is part of the chain, and making it so. Source: RBIL, INT 21h/AX=5802h.
const GET_LINK: u16 = 0x5802;
const SET_LINK: u16 = 0x5803;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Mem {
    classify: bool,
    extended_kib: u32,
    /// Whether upper memory was part of the chain.
    linked: u16,
    doing: Doing,
    report: Option<String>,
    code: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doing {
    /// Asks for the size of extended memory.
    #[default]
    Sizing,
    /// Asks whether upper memory is linked, links it, and puts that back.
    Looking,
    Linking,
    Unlinking,
    /// Has written its last word.
    Ending,
}

/// Memory of one kind. *Units*: paragraphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    total: u32,
    free: u32,
    largest: u32,
}

/// What one program has. *Units*: paragraphs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    owner: u16,
    name: String,
    conventional: u32,
    upper: u32,
}

impl Mem {
    pub(in crate::dos) const HELP: &'static str = "\
Displays the amount of used and free memory in your system.

MEM [/C]

  /C  Classifies programs by memory usage: how much each of them has in
      conventional and in upper memory.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: &Answer) -> Request {
        match answer {
            Answer::Begin => match parse(&tail(dos)) {
                Ok(classify) => {
                    self.classify = classify;
                    Request::Interrupt(0x15, Call { ax: EXTENDED_SIZE, ..Call::default() })
                }
                Err(text) => self.end(STDERR, text, 1),
            },
            Answer::Returned(got) => self.returned(dos, *got),
            _ => Request::Exit(self.code),
        }
    }

    /// One interrupt after the other.
    fn returned(&mut self, dos: &Dos<'_>, got: Call) -> Request {
        let link = |linked: u16| Request::Interrupt(0x21, Call { ax: SET_LINK, bx: linked, ..Call::default() });
        match self.doing {
            Doing::Sizing => {
                self.extended_kib = if got.carry() { 0 } else { u32::from(got.ax) };
                self.doing = Doing::Looking;
                int21(GET_LINK)
            }
            Doing::Looking => {
                self.linked = u16::from(got.ax.to_le_bytes()[0]);
                self.doing = Doing::Linking;
                link(1)
            }
            Doing::Linking => {
                self.report = self.report(dos, self.extended_kib);
                self.doing = Doing::Unlinking;
                link(self.linked)
            }
            Doing::Unlinking => match self.report.take() {
                Some(text) => self.end(STDOUT, text.replace('\n', "\r\n").into_bytes(), 0),
                None => self.end(STDERR, b"Memory control blocks destroyed\r\n".to_vec(), 1),
            },
            Doing::Ending => Request::Exit(self.code),
        }
    }

    fn end(&mut self, handle: u16, text: Vec<u8>, code: u8) -> Request {
        (self.doing, self.code) = (Doing::Ending, code);
        Request::Write(handle, text)
    }

    fn report(&self, dos: &Dos<'_>, extended_kib: u32) -> Option<String> {
        let blocks = dos.state.memory.chain.blocks(&dos.mem).ok()?;
        let own = dos.psp();
        let mut text = String::new();
        if self.classify {
            text.push_str(&classified(&owners(dos, &blocks, own)));
        }
        let (conventional, upper) = sums(&blocks, own);
        text.push_str(&table(conventional, upper, extended_kib));
        Some(text)
    }
}

fn parse(tail: &[u8]) -> Result<bool, Vec<u8>> {
    let words = Words::of(tail);
    let mut classify = false;
    for switch in &words.switches {
        match switch.as_slice() {
            b"C" | b"CLASSIFY" => classify = true,
            _ => return Err([b"Invalid switch - /", switch.as_slice(), b"\r\n"].concat()),
        }
    }
    match words.names.first() {
        Some(word) => Err([b"Too many parameters - ", word.as_slice(), b"\r\n"].concat()),
        None => Ok(classify),
    }
}

fn is_upper(block: &Block) -> bool {
    u32::from(block.at) >= CONVENTIONAL_PARAGRAPHS
}

/// The block of DOS's own over everything between conventional and upper memory.
fn is_bridge(block: &Block) -> bool {
    let end = u32::from(block.at) + 1 + u32::from(block.paragraphs);
    block.owner == DOS && !is_upper(block) && end > CONVENTIONAL_PARAGRAPHS
}

/// True of a block that will be free once MEM itself has ended.
fn is_free(block: &Block, own: u16) -> bool {
    block.owner == FREE || block.owner == own
}

/// Conventional and upper memory. What MEM takes itself counts as free.
fn sums(blocks: &[Block], own: u16) -> (Sum, Sum) {
    let (mut conventional, mut upper) = (Sum { total: CONVENTIONAL_PARAGRAPHS, ..Sum::default() }, Sum::default());
    let mut run = 0;
    for block in blocks.iter().filter(|block| !is_bridge(block)) {
        let sum = if is_upper(block) { &mut upper } else { &mut conventional };
        let size = u32::from(block.paragraphs);
        if is_upper(block) {
            sum.total += size + 1;
        }
        if !is_free(block, own) {
            run = 0;
            continue;
        }
        // Free blocks side by side will be one.
        let joins = run > 0 && !is_upper(block);
        run = if joins { run + size + 1 } else { size };
        sum.free += size;
        sum.largest = sum.largest.max(run);
    }
    (conventional, upper)
}

/// Who has what, in the order in which they lie in memory.
fn owners(dos: &Dos<'_>, blocks: &[Block], own: u16) -> Vec<Owner> {
    let mut owners: Vec<Owner> = Vec::new();
    let system = blocks.first().map_or(0, |block| u32::from(block.at));
    owners.push(Owner { owner: DOS, name: "MSDOS".into(), conventional: system, upper: 0 });
    for block in blocks.iter().filter(|block| !is_free(block, own) && !is_bridge(block)) {
        let size = u32::from(block.paragraphs) + 1;
        let (conventional, upper) = if is_upper(block) { (0, size) } else { (size, 0) };
        match owners.iter_mut().find(|owner| owner.owner == block.owner) {
            Some(owner) => {
                owner.conventional += conventional;
                owner.upper += upper;
            }
            None => owners.push(Owner { owner: block.owner, name: name(dos, block.owner), conventional, upper }),
        }
    }
    owners
}

/// The name of the program with this prefix.
fn name(dos: &Dos<'_>, owner: u16) -> String {
    let mut name = [0; 8];
    // The block in front of the prefix has it.
    dos.mem.read_bytes(SegOff::new(psp::base(owner).seg.wrapping_sub(1), NAME), &mut name);
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    let shown: String =
        name[..end].iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' }).collect();
    if shown.is_empty() { format!("{owner:04X}") } else { shown }
}

fn classified(owners: &[Owner]) -> String {
    let mut text = String::from(
        "\nModules using memory below 1 MB:\n\n  Name           Total       =   Conventional   +   Upper Memory\n  --------  ----------------   ----------------   ----------------\n",
    );
    for owner in owners {
        let [total, low, high] = [owner.conventional + owner.upper, owner.conventional, owner.upper].map(bytes_and_kib);
        text.push_str(&format!("  {:8}  {total}   {low}   {high}\n", owner.name));
    }
    text
}

/// ` 41,232   (40K)`, sixteen columns wide.
fn bytes_and_kib(paragraphs: u32) -> String {
    let bytes = paragraphs * 16;
    format!("{:>9} {:>6}", grouped(bytes), format!("({}K)", (bytes + 512) / 1024))
}

fn table(conventional: Sum, upper: Sum, extended_kib: u32) -> String {
    let kib = |paragraphs: u32| (paragraphs + 32) / 64;
    let row = |name: &str, total: u32, free: u32| {
        format!("{name:17}{total:6}K  {:7}K  {free:7}K\n", total.saturating_sub(free))
    };
    let mut text = String::from(
        "\nMemory Type        Total  =   Used   +   Free\n----------------  -------   -------   -------\n",
    );
    text.push_str(&row("Conventional", kib(conventional.total), kib(conventional.free)));
    text.push_str(&row("Upper", kib(upper.total), kib(upper.free)));
    text.push_str(&row("Extended", extended_kib, extended_kib));
    text.push_str("----------------  -------   -------   -------\n");
    let below = (conventional.total + upper.total, conventional.free + upper.free);
    text.push_str(&row("Total under 1 MB", kib(below.0), kib(below.1)));
    text.push_str(&largest("Largest executable program size", conventional.largest));
    text.push_str(&largest("Largest free upper memory block", upper.largest));
    text
}

fn largest(what: &str, paragraphs: u32) -> String {
    let bytes = paragraphs * 16;
    format!(
        "{}{what:33}{:6}K  ({} bytes)\n",
        if what.contains("program") { "\n" } else { "" },
        bytes / 1024,
        grouped(bytes)
    )
}

/// `655,360`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 655_360, 1_048_576].map(grouped), ["0", "999", "1,000", "655,360", "1,048,576"]);
    }

    #[test]
    fn other_switches_are_refused() {
        assert_eq!(parse(b" /c"), Ok(true));
        assert!(parse(b"/x").is_err() && parse(b"x").is_err());
    }
}
