//! ASCII look-alikes of the characters that DOS screens are made of, for terminals that show no
//! more than ASCII.

/// Look-alikes by shape. Letters with accents are left to [`deunicode`].
const SHAPES: &[(&str, char)] = &[
    ("─═", '-'),
    ("│║", '|'),
    ("┌┐└┘├┤┬┴┼╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬", '+'),
    ("█▓▒■▬◘◙", '#'),
    ("░", ':'),
    ("▀", '"'),
    ("▄", '_'),
    ("▌▐", '|'),
    ("↑▲⌂", '^'),
    ("↓▼", 'v'),
    ("→►»", '>'),
    ("←◄«", '<'),
    ("↔↕↨", '='),
    ("•·∙○◦", '*'),
    ("☺☻☼♥♦♣♠♂♀♪♫", '*'),
    ("≡≈", '='),
    ("±", '+'),
    ("≥", '>'),
    ("≤", '<'),
    ("÷", '/'),
    ("√", 'V'),
    ("∞", '8'),
    ("∩", 'n'),
    ("°", 'o'),
    ("¿", '?'),
    ("¡‼", '!'),
    ("∟", 'L'),
    ("\u{A0}", ' '),
];

/// The character of ASCII that looks most like `c`; `?` where none does.
pub(super) fn look_alike(c: char) -> char {
    if c.is_ascii() {
        return if c.is_ascii_control() { ' ' } else { c };
    }
    let shape = SHAPES.iter().find(|(shapes, _)| shapes.contains(c)).map(|&(_, ascii)| ascii);
    let letter = || deunicode::deunicode_char(c).and_then(|text| text.chars().next());
    shape.or_else(letter).filter(|c| c.is_ascii_graphic() || *c == ' ').unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::CodePage;

    #[test]
    fn frames_shades_and_letters_have_look_alikes() {
        let text: String = "╔═╗ ║░█ Äéñß Жук".chars().map(look_alike).collect();
        assert_eq!(text, "+-+ |:# Aens Zuk");
    }

    #[test]
    fn every_character_of_code_page_437_has_one() {
        for code in 1..=255u8 {
            let c = CodePage::US.char(code);
            assert!(look_alike(c) != '?' || matches!(c, '?' | '¿'), "{code:02X}h {c}");
        }
    }
}
