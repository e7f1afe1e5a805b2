//! Numbers on the command line: `0x1F0` and `1F0h` are hexadecimal, `496` is decimal; sizes end in
//! `K`, `M` or `G`.

/// The units of sizes, with their binary logarithm.
const UNITS: [(&str, u32); 6] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("K", 10), ("M", 20), ("G", 30)];

/// Reads a number.
pub(super) fn number(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match (lower.strip_prefix("0x"), lower.strip_suffix('h')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 16),
        (None, None) => (lower.as_str(), 10),
    };
    let wrong = || format!("`{text}` is no number; write 0x1F0, 1F0h or 496");
    // The standard parser would take a sign.
    if digits.starts_with(['+', '-']) {
        return Err(wrong());
    }
    u64::from_str_radix(digits, radix).map_err(|_| wrong())
}

/// Reads an I/O port's number.
pub(super) fn port(text: &str) -> Result<u16, String> {
    u16::try_from(number(text)?).map_err(|_| format!("port {text} is beyond FFFFh"))
}

/// Reads a physical address.
pub(super) fn address(text: &str) -> Result<u32, String> {
    u32::try_from(number(text)?).map_err(|_| format!("address {text} is beyond FFFFFFFFh"))
}

/// Reads a number of bytes: a number with a unit, or without one for bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let unit = UNITS.iter().find_map(|&(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (digits, shift) = unit.unwrap_or((text, 0));
    let wrong = || format!("`{text}` is no size; write 64K, 1M or 16M");
    number(digits.trim_end()).ok().and_then(|count| count.checked_mul(1 << shift)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hexadecimal_by_prefix_or_suffix() {
        assert_eq!(number("0x1F0"), Ok(0x1F0));
        assert_eq!(number("1f0h"), Ok(0x1F0));
        assert_eq!(number("0F000H"), Ok(0xF000));
        assert_eq!(number("496"), Ok(496));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "h", "0x", "1F0", "0x1F0h", "+1", "-1", "0x+1", "0x-1", "1 0", "99999999999999999999"] {
            assert!(number(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ports_and_addresses_have_their_range() {
        assert_eq!(port("65535"), Ok(0xFFFF));
        assert_eq!(port("10000h").unwrap_err(), "port 10000h is beyond FFFFh");
        assert_eq!(address("0xFFFFF000"), Ok(0xFFFF_F000));
        assert!(address("0x100000000").is_err());
    }

    #[test]
    fn sizes_take_units() {
        assert_eq!(size("64K"), Ok(64 << 10));
        assert_eq!(size("16 MiB"), Ok(16 << 20));
        assert_eq!(size("0x10M"), Ok(16 << 20));
        assert_eq!(size("4096"), Ok(4096));
        for text in ["K", "", "1.5M", "4m", "99999999999G", "1T"] {
            assert!(size(text).is_err(), "{text:?}");
        }
    }
}
