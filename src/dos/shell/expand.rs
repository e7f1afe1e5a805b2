//! Percent signs: parameters and variables in lines of batch files, and the variable of FOR.

/// Longest line that percent signs may make.
pub(super) const MOST_LINE_BYTES: usize = 1024;

/// `line` of a batch file: `%0` to `%9` are parameters, `%NAME%` is a variable, `%%` a percent sign.
pub(super) fn batch_line(line: &[u8], parameters: &[Vec<u8>], variable: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = line;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match (byte, behind) {
            (b'%', [b'%', behind @ ..]) => {
                out.push(b'%');
                rest = behind;
            }
            (b'%', [digit @ b'0'..=b'9', behind @ ..]) => {
                out.extend(parameters.get(usize::from(digit - b'0')).into_iter().flatten());
                rest = behind;
            }
            (b'%', _) => {
                // A percent sign alone stands for nothing.
                let Some(end) = behind.iter().position(|&byte| byte == b'%') else { continue };
                out.extend(variable(&behind[..end]).into_iter().flatten());
                rest = &behind[end + 1..];
            }
            (&byte, _) => out.push(byte),
        }
    }
    out.truncate(MOST_LINE_BYTES);
    out
}

/// `text` with `value` for each `%letter`.
pub(super) fn for_variable(text: &[u8], letter: u8, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        match behind {
            [next, behind @ ..] if *byte == b'%' && *next == letter => {
                out.extend(value);
                rest = behind;
            }
            _ => {
                out.push(*byte);
                rest = behind;
            }
        }
    }
    out.truncate(MOST_LINE_BYTES);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(line: &str) -> String {
        let parameters = [b"me".to_vec(), b"one".to_vec()];
        let variable = |name: &[u8]| (name == b"path").then(|| b"Z:\\".to_vec());
        String::from_utf8(batch_line(line.as_bytes(), &parameters, variable)).unwrap()
    }

    #[test]
    fn parameters_variables_and_percent_signs() {
        assert_eq!(expanded("%0 %1-%2-%path%;%none%%%"), "me one--Z:\\;%");
        assert_eq!(expanded("100% sure"), "100 sure");
        assert_eq!(expanded("for %%a in"), "for %a in");
    }

    #[test]
    fn the_variable_of_for_is_one_letter() {
        assert_eq!(for_variable(b"type %a.%b %A", b'a', b"X"), b"type X.%b %A");
    }

    #[test]
    fn lines_do_not_grow_without_bound() {
        let long = |_: &[u8]| Some(vec![b'x'; 30_000]);
        assert_eq!(batch_line(b"%a%%b%", &[], long).len(), MOST_LINE_BYTES);
    }
}
