//! Pseudo-random numbers: the same seed gives the same cases on any host.

/// SplitMix64.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// Any 32 bits.
    pub(crate) fn u32(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).expect("in range")
    }

    /// Any byte.
    pub(crate) fn u8(&mut self) -> u8 {
        u8::try_from(self.next() >> 56).expect("in range")
    }

    /// 0 to `bound` - 1.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.u32() % bound
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of `items`.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(u32::try_from(items.len()).expect("in range"))).expect("in range")]
    }

    /// A value for an operand: often an edge of a byte, word or doubleword.
    pub(crate) fn operand(&mut self) -> u32 {
        const EDGES: [u32; 18] = [
            0,
            1,
            2,
            0x7F,
            0x80,
            0xFF,
            0x100,
            0x7FFF,
            0x8000,
            0xFFFF,
            0x1_0000,
            0x7FFF_FFFF,
            0x8000_0000,
            0x8000_0001,
            0xFFFF_FFFE,
            0xFFFF_FFFF,
            0xFFFF_8000,
            0x9999_9999,
        ];
        match self.below(4) {
            0 => self.pick(&EDGES),
            1 => self.u32() >> self.below(32),
            _ => self.u32(),
        }
    }
}
