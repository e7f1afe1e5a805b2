//! Routines that every page of the tour calls, and the helpers that emit the calls.
//!
//! The program keeps DS, ES and SS at zero: its own variables, the vector table and the BIOS data
//! area (40:xx is 0000:04xx) are then all at hand without a segment override. Text goes straight
//! into video memory, as most programs of the time did it.

use iced_x86::IcedError;
use iced_x86::code_asm::*;

use super::program::{Emit, Program};

/// Words of the BIOS data area. Source: IBM PC AT Technical Reference, BIOS data area.
pub(crate) mod bda {
    /// 40:4A, columns on the screen.
    pub(crate) const COLUMNS: u32 = 0x44A;
    /// 40:6C, timer ticks since midnight, a double word.
    pub(crate) const TICKS: u32 = 0x46C;
    /// 40:84, rows on the screen less one.
    pub(crate) const LAST_ROW: u32 = 0x484;
}

/// Colours: background in bits 4–6, foreground in bits 0–3.
pub(crate) mod colour {
    /// The page.
    pub(crate) const PAGE: u32 = 0x17;
    /// Values and headings on the page.
    pub(crate) const STRONG: u32 = 0x1F;
    /// Less important text on the page.
    pub(crate) const HINT: u32 = 0x1B;
    /// The top and bottom lines.
    pub(crate) const BAR: u32 = 0x30;
    /// The chosen menu line.
    pub(crate) const CHOSEN: u32 = 0x70;
    /// A warning.
    pub(crate) const WARNING: u32 = 0x4F;
}

/// ASCII code of the Esc key.
pub(crate) const ESC: u32 = 0x1B;
/// Segment of colour text memory.
const VIDEO: u32 = 0xB800;
/// Cursor shape that shows none: start line with bit 5 set.
pub(crate) const NO_CURSOR: u32 = 0x2000;

/// The routines. Registers that are not named as input or output are preserved.
pub(crate) struct Kit {
    /// AL: character; DH, DL: row, column; BL: attribute.
    pub(crate) put: CodeLabel,
    /// SI: text; DH, DL: row, column; BL: attribute. A line feed goes on below the first column.
    /// Leaves DH, DL behind the text.
    pub(crate) print: CodeLabel,
    /// EAX: number; CL: width, filled with blanks on the left; DX, BL as for `print`.
    pub(crate) decimal: CodeLabel,
    /// EAX: number; CL: digits; DX, BL as for `print`.
    pub(crate) hex: CodeLabel,
    /// SI: title; DI: bottom line. Clears the screen and hides the cursor.
    pub(crate) page: CodeLabel,
    /// Waits for a key. AL: ASCII code, AH: scan code.
    pub(crate) key: CodeLabel,
    /// Zero flag set if no key waits; else AX as for `key`, and the key is taken.
    pub(crate) poll: CodeLabel,
    /// SI: question, shown on row 16. Zero flag set if the answer is yes.
    pub(crate) ask: CodeLabel,
    /// Gives INT 1Ch back to whoever had it: the way out of the program.
    pub(crate) unhook: CodeLabel,
    /// Double word: the second that the corner clock showed last.
    pub(crate) clock_shown: u32,
}

impl Kit {
    /// Names for the routines and room for their variables; [`Kit::emit`] writes the code.
    pub(crate) fn new(p: &mut Program) -> Kit {
        Kit {
            put: p.create_label(),
            print: p.create_label(),
            decimal: p.create_label(),
            hex: p.create_label(),
            page: p.create_label(),
            key: p.create_label(),
            poll: p.create_label(),
            ask: p.create_label(),
            unhook: p.create_label(),
            clock_shown: p.room(4),
        }
    }

    /// Emits: show `text` at `row`, `col` in `attr`. Changes DX, BL and SI.
    pub(crate) fn say(&self, p: &mut Program, (row, col): (u32, u32), attr: u32, text: &str) -> Emit {
        let text = p.text(text);
        p.mov(si, text)?;
        self.at(p, (row, col), attr)?;
        p.call(self.print)
    }

    /// Emits: DX and BL for the next text. Changes nothing else.
    pub(crate) fn at(&self, p: &mut Program, (row, col): (u32, u32), attr: u32) -> Emit {
        p.mov(dx, row << 8 | col)?;
        p.mov(bl, attr)
    }

    /// Emits: an empty page with `title` on top and `hint` at the bottom. Changes SI and DI.
    pub(crate) fn new_page(&self, p: &mut Program, title: &str, hint: &str) -> Emit {
        let title = p.text(title);
        let hint = p.text(hint);
        p.mov(si, title)?;
        p.mov(di, hint)?;
        p.call(self.page)
    }

    /// Writes the code of all routines.
    pub(crate) fn emit(&mut self, p: &mut Program) -> Emit {
        self.emit_put(p)?;
        self.emit_print(p)?;
        self.emit_numbers(p)?;
        self.emit_page(p)?;
        self.emit_keys(p)?;
        self.emit_ask(p)
    }

    fn emit_put(&mut self, p: &mut Program) -> Emit {
        p.place(&mut self.put)?;
        p.pusha()?;
        p.push(es)?;
        p.mov(cl, al)?;
        p.mov(al, dh)?;
        p.mul(byte_ptr(bda::COLUMNS))?;
        p.xor(dh, dh)?;
        p.add(ax, dx)?;
        p.add(ax, ax)?; // a cell is two bytes: code, attribute
        p.mov(di, ax)?;
        p.mov(ax, VIDEO)?;
        p.mov(es, ax)?;
        p.mov(al, cl)?;
        p.mov(ah, bl)?;
        p.stosw()?;
        p.pop(es)?;
        p.popa()?;
        p.ret()
    }

    fn emit_print(&mut self, p: &mut Program) -> Emit {
        let mut line_feed = p.create_label();
        let mut done = p.create_label();
        p.place(&mut self.print)?;
        p.push(ax)?;
        p.push(cx)?;
        p.mov(ch, dl)?;
        let next = p.here()?;
        p.lodsb()?;
        p.cmp(al, 0)?;
        p.je(done)?;
        p.cmp(al, i32::from(b'\n'))?;
        p.je(line_feed)?;
        p.call(self.put)?;
        p.inc(dl)?;
        p.jmp(next)?;
        p.place(&mut line_feed)?;
        p.mov(dl, ch)?;
        p.inc(dh)?;
        p.jmp(next)?;
        p.place(&mut done)?;
        p.pop(cx)?;
        p.pop(ax)?;
        p.ret()
    }

    /// Both routines write their digits backwards into a buffer and print what they wrote.
    fn emit_numbers(&mut self, p: &mut Program) -> Emit {
        let digits_end = p.room(33) + 32;
        let mut print_buffer = p.create_label();

        p.place(&mut self.decimal)?;
        p.pushad()?;
        p.mov(di, digits_end)?;
        p.mov(ebp, 10)?;
        p.push(edx)?;
        let next = p.here()?;
        p.xor(edx, edx)?;
        p.div(ebp)?;
        p.add(dl, i32::from(b'0'))?;
        p.dec(di)?;
        p.mov(byte_ptr(di), dl)?;
        p.dec(cl)?;
        p.test(eax, eax)?;
        p.jnz(next)?;
        p.pop(edx)?;
        let fill = p.here()?;
        p.cmp(cl, 0)?;
        p.jle(print_buffer)?;
        p.dec(di)?;
        p.mov(byte_ptr(di), i32::from(b' '))?;
        p.dec(cl)?;
        p.jmp(fill)?;

        p.place(&mut self.hex)?;
        p.pushad()?;
        p.mov(di, digits_end)?;
        let next = p.here()?;
        p.mov(ch, al)?;
        p.and(ch, 0x0F)?;
        p.add(ch, i32::from(b'0'))?;
        p.cmp(ch, i32::from(b'9'))?;
        let mut digit = p.create_label();
        p.jbe(digit)?;
        p.add(ch, i32::from(b'A' - b'9' - 1))?;
        p.place(&mut digit)?;
        p.dec(di)?;
        p.mov(byte_ptr(di), ch)?;
        p.shr(eax, 4)?;
        p.dec(cl)?;
        p.jnz(next)?;

        p.place(&mut print_buffer)?;
        p.mov(si, di)?;
        p.call(self.print)?;
        // DX must leave POPAD as the text's end: replace the saved EDX on the stack.
        // Source: 80386 PRM, PUSHAD: EAX ECX EDX EBX ESP EBP ESI EDI, so EDX is 20 bytes up.
        p.mov(bp, sp)?;
        p.mov(word_ptr(bp + 20), dx)?;
        p.popad()?;
        p.ret()
    }

    fn emit_page(&mut self, p: &mut Program) -> Emit {
        let mut bar = p.create_label();
        p.place(&mut self.page)?;
        p.pusha()?;
        p.push(di)?;
        p.push(si)?;
        p.mov(ax, 0x0600)?; // INT 10h/AH=06h with AL=0 clears a window
        p.mov(bh, colour::PAGE)?;
        p.xor(cx, cx)?;
        p.mov(dh, byte_ptr(bda::LAST_ROW))?;
        p.mov(dl, byte_ptr(bda::COLUMNS))?;
        p.dec(dl)?;
        p.int(0x10)?;
        p.mov(ah, 0x01)?; // INT 10h/AH=01h: cursor shape
        p.mov(cx, NO_CURSOR)?;
        p.int(0x10)?;
        p.xor(dh, dh)?;
        p.pop(si)?;
        p.call(bar)?;
        p.mov(dh, byte_ptr(bda::LAST_ROW))?;
        p.pop(si)?;
        p.call(bar)?;
        p.mov(dword_ptr(self.clock_shown), -1)?; // the clock was wiped away with the rest
        p.popa()?;
        p.ret()?;

        // SI: text; DH: row. A whole row in the colour of bars, with the text in it.
        p.place(&mut bar)?;
        p.mov(bl, colour::BAR)?;
        p.mov(al, i32::from(b' '))?;
        p.mov(dl, byte_ptr(bda::COLUMNS))?;
        let fill = p.here()?;
        p.dec(dl)?;
        p.call(self.put)?;
        p.test(dl, dl)?;
        p.jnz(fill)?;
        p.mov(dl, 1)?;
        p.jmp(self.print)
    }

    fn emit_keys(&mut self, p: &mut Program) -> Emit {
        p.place(&mut self.key)?;
        p.xor(ah, ah)?; // INT 16h/AH=00h waits; a multitasker gives the time to others
        p.int(0x16)?;
        p.ret()?;

        let mut nothing = p.create_label();
        p.place(&mut self.poll)?;
        p.mov(ah, 0x11)?; // INT 16h/AH=11h looks without waiting
        p.int(0x16)?;
        p.jz(nothing)?;
        p.mov(ah, 0x10)?; // INT 16h/AH=10h takes the key
        p.int(0x16)?;
        p.or(sp, sp)?; // never zero: clears the zero flag
        p.place(&mut nothing)?;
        p.ret()
    }

    fn emit_ask(&mut self, p: &mut Program) -> Emit {
        p.place(&mut self.ask)?;
        p.push(bx)?;
        p.push(dx)?;
        self.at(p, (16, 4), colour::WARNING)?;
        p.call(self.print)?;
        p.call(self.key)?;
        p.or(al, 0x20)?; // a capital letter becomes a small one
        p.cmp(al, i32::from(b'y'))?;
        p.pop(dx)?;
        p.pop(bx)?;
        p.ret()
    }
}

/// A page of the tour: its line in the menu and its code.
pub(crate) struct Page {
    /// The key that opens it.
    pub(crate) digit: char,
    /// Its line in the menu.
    pub(crate) title: &'static str,
    /// Emits its code: a routine that returns to the menu.
    pub(crate) emit: fn(&mut Program, &Kit) -> Result<(), IcedError>,
}
