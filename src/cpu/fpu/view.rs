//! The coprocessor as plain values, for whoever looks at it.

use super::f80::{BIAS, F80};
use super::state::Fpu;

/// What an 80387 holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FpuView {
    /// Control word.
    pub control: u16,
    /// Status word.
    pub status: u16,
    /// Tag word.
    pub tags: u16,
    /// ST(0) to ST(7): what is in use.
    pub stack: [Option<FpuRegister>; 8],
}

/// What a register of the coprocessor holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FpuRegister {
    /// Its ten bytes, as FSTP m80 writes them.
    pub bytes: [u8; 10],
    /// The same, rounded: zero or infinite where it is beyond a double.
    pub value: f64,
}

impl Fpu {
    /// The coprocessor's state; `None` if the socket is empty.
    #[must_use]
    pub fn view(&self) -> Option<FpuView> {
        let register =
            |place| self.st(place).map(|value| FpuRegister { bytes: value.to_bytes(), value: value.rounded() });
        self.present().then(|| FpuView {
            control: self.control_word(),
            status: self.status_word(),
            tags: self.tag_word(),
            stack: [0, 1, 2, 3, 4, 5, 6, 7].map(register),
        })
    }
}

impl F80 {
    /// About the same as a double. For showing only: how it rounds is the host's affair.
    fn rounded(self) -> f64 {
        let size = match self.exponent() {
            _ if self.is_nan() || self.is_unsupported() => f64::NAN,
            _ if self.is_infinite() => f64::INFINITY,
            // In two steps: one power of two alone may be beyond a double.
            exponent => {
                let power = i32::from(exponent.max(1)) - BIAS;
                self.sig as f64 * 2f64.powi(-63) * 2f64.powi(power)
            }
        };
        if self.negative() { -size } else { size }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Coprocessor;
    use super::*;

    #[test]
    fn an_empty_socket_shows_nothing() {
        assert_eq!(Fpu::default().view(), None);
    }

    #[test]
    fn registers_are_shown_with_what_they_are_worth() {
        let mut fpu = Fpu::new(Coprocessor::Latched);
        fpu.push(F80::ONE.negated());
        fpu.push(F80::INFINITY);
        let view = fpu.view().unwrap();
        assert_eq!((view.control, view.status, view.tags), (0x037F, 6 << 11, 0x2FFF));
        assert_eq!(view.stack[0].map(|register| register.value), Some(f64::INFINITY));
        assert_eq!(view.stack[1].map(|register| register.value), Some(-1.0));
        assert_eq!(view.stack[1].map(|register| register.bytes[9]), Some(0xBF));
        assert_eq!(view.stack[2], None);
    }

    #[test]
    fn values_beyond_a_double_are_zero_or_infinite() {
        let tiny = F80 { sig: 1 << 63, top: 1 };
        let huge = F80 { sig: 1 << 63, top: 0x7FFE };
        assert_eq!((tiny.rounded(), huge.rounded()), (0.0, f64::INFINITY));
        assert!(F80::INDEFINITE.rounded().is_nan());
    }
}
