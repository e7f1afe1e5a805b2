//! A guest that hooks the BIOS's interrupts as resident programs do, and chains.

use iced_x86::code_asm::*;

use super::guest::{Guest, program};
use crate::tour::source::program::Emit;

/// The hooked vectors with the name of their check.
const HOOKED: [(u32, &str); 4] = [
    (0x08, "INT 08h was hooked"),
    (0x09, "INT 09h was hooked"),
    (0x1C, "INT 1Ch was hooked"),
    (0x16, "INT 16h was hooked"),
];

/// Prints `press a`, waits for the key, and reports which of its handlers were called.
pub(crate) fn hooks() -> Vec<u8> {
    program(|g| {
        let counters = g.room(2 * HOOKED.len());
        let handlers = g.room(2 * HOOKED.len());
        let old_vectors = g.room(4 * HOOKED.len());
        let nth = |base: u32, size: u32, n: u32| base + size * n;
        for (n, (vector, _)) in (0..).zip(HOOKED) {
            g.mov(eax, dword_ptr(vector * 4))?;
            g.mov(dword_ptr(nth(old_vectors, 4, n)), eax)?;
            g.set_vector(vector, nth(handlers, 2, n))?;
        }
        g.line("press a")?;
        g.xor(ah, ah)?;
        g.int(0x16)?;
        g.cmp(ax, 0x1E61)?;
        g.check("the key came through the chain")?;
        wait_two_ticks(g)?;
        for (n, (_, name)) in (0..).zip(HOOKED) {
            g.cmp(word_ptr(nth(counters, 2, n)), 0)?;
            g.setz(al)?;
            g.test(al, al)?;
            g.check(name)?;
        }
        g.line("done")?;
        g.rest()?;
        for (n, _) in (0..).zip(HOOKED) {
            g.point_here(nth(handlers, 2, n))?;
            g.inc(word_ptr(nth(counters, 2, n)).cs())?;
            g.jmp(dword_ptr(nth(old_vectors, 4, n)).cs())?;
        }
        Ok(())
    })
}

/// Emits: halt until the BIOS has counted two ticks, which it does only if the chain works.
fn wait_two_ticks(g: &mut Guest) -> Emit {
    g.mov(cl, byte_ptr(0x46C))?;
    g.add(cl, 2)?;
    let wait = g.here()?;
    g.hlt()?;
    g.cmp(cl, byte_ptr(0x46C))?;
    g.jne(wait)?;
    Ok(())
}
