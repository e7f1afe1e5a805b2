//! FNSAVE images of 108 bytes, and random ones.

/// Bytes of an image.
pub(super) const SAVED: usize = 108;
/// Bytes of memory operands, and a little room to see what is written behind them.
pub(super) const OPERAND: usize = 16;
/// Offset of ST(0) in an image.
pub(super) const STACK: usize = 28;

/// A sequence of pseudo-random numbers (SplitMix64), the same on every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in `times`.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// 64 bits in runs: ends of ranges, long runs of ones or zeros, or anything.
    pub(super) fn bits(&mut self) -> u64 {
        let any = self.next();
        match self.below(6) {
            0 => any >> self.below(64),
            1 => any << self.below(64),
            2 => u64::MAX << self.below(64),
            3 => u64::MAX >> self.below(64),
            4 => any & (any << 1 | self.next()) & !(0xFFFF_FFFF << self.below(33)),
            _ => any,
        }
    }

    fn pick(&mut self, choices: &[u64]) -> u64 {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    /// Significand and sign with exponent of a register.
    pub(super) fn register(&mut self) -> (u64, u16) {
        const ONE: u64 = 1 << 63;
        let sign = u16::try_from(self.below(2)).unwrap() << 15;
        let bits = self.bits();
        let near = |random: &mut Random, from: u64, range: u64| u16::try_from(from + random.below(range)).unwrap();
        let (sig, exponent) = match self.below(20) {
            0 => (0, 0),
            1 => (ONE, 0x7FFF),
            2 => (ONE | bits, 0x7FFF),
            3 => (bits & !ONE, 0),
            4 => (bits | ONE, 0),
            5 => (bits & !ONE, near(self, 1, 0x7FFF)),
            6 => (bits | ONE, near(self, 1, 80)),
            7 => (bits | ONE, near(self, 0x7FFE - 80, 81)),
            8 => (bits | ONE, near(self, 0x3FFF - 130, 260)),
            9 => (bits | ONE, near(self, 1, 0x7FFE)),
            10 => (bits | ONE, near(self, self.pick_range(), 40)),
            11 => (ONE, near(self, 0x3FFF - 3, 70)),
            _ => (bits | ONE, near(self, 0x3FFF - 8, 80)),
        };
        (sig, sign | exponent)
    }

    /// The ends of the short and long ranges.
    fn pick_range(&self) -> u64 {
        [0x3FFF - 150, 0x3FFF + 110, 0x3FFF - 1075, 0x3FFF + 1000][usize::try_from(self.0 >> 7 & 3).unwrap()]
    }

    /// An exponent field of a real of memory, with its ends more often than others.
    pub(super) fn exponent(&mut self, max: u64) -> u64 {
        let any = self.below(max);
        let middle = max / 2 - 8 + self.below(70).min(max / 2);
        self.pick(&[0, 0, 1, max - 1, max, any, middle, middle, middle, middle])
    }
}

/// A random state: control word, status word without unmasked exceptions, tags, registers.
pub(super) fn state(random: &mut Random) -> [u8; SAVED] {
    let mut image = [0; SAVED];
    let masks = if random.once_in(3) { random.below(64) } else { 0x3F };
    let control = random.pick(&[0, 2, 3, 3]) << 8 | random.below(4) << 10 | masks;
    let flags = if random.once_in(2) { random.next() & masks } else { 0 };
    let condition = random.next() & 0x4700;
    let top = random.below(8);
    image[..2].copy_from_slice(&u16::try_from(control | 0x40).unwrap().to_le_bytes());
    image[4..6].copy_from_slice(&u16::try_from(flags | condition | top << 11).unwrap().to_le_bytes());
    image[8..10].copy_from_slice(&tags(random, top).to_le_bytes());
    for place in 0..8 {
        let (sig, exponent) = random.register();
        let at = STACK + 10 * place;
        image[at..at + 8].copy_from_slice(&sig.to_le_bytes());
        image[at + 8..at + 10].copy_from_slice(&exponent.to_le_bytes());
    }
    relate(random, &mut image);
    image
}

/// Mostly: ST(7) empty, so that there is room for a push, and the others in use.
fn tags(random: &mut Random, top: u64) -> u16 {
    let room = if random.once_in(8) { 0 } else { 3 << ((top + 7) % 8 * 2) };
    let holes = if random.once_in(8) { random.next() & random.next() } else { 0 };
    // A tag is empty if both its bits are set.
    let empty = (holes & holes >> 1 & 0x5555) * 3;
    u16::try_from((room | empty) & 0xFFFF).unwrap()
}

/// Often makes the first two registers near to each other, as cancellations and comparisons need.
fn relate(random: &mut Random, image: &mut [u8; SAVED]) {
    if !random.once_in(4) {
        return;
    }
    let first: [u8; 10] = image[STACK..STACK + 10].try_into().unwrap();
    image[STACK + 10..STACK + 20].copy_from_slice(&first);
    let twist = u8::try_from(random.below(4)).unwrap();
    image[STACK + 10] ^= twist;
    image[STACK + 19] ^= u8::try_from(random.below(2)).unwrap() << 7;
    if random.once_in(2) {
        image[STACK + 18] ^= 1;
    }
}
