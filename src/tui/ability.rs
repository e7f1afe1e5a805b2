//! What the terminal can show: how many colours, and whether more than ASCII.

use ratatui::style::Color;

use crate::screen::Rgb;

/// The environment's word on the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalEnvironment {
    /// TERM.
    pub term: Option<String>,
    /// COLORTERM.
    pub colorterm: Option<String>,
    /// NO_COLOR is set and not empty.
    pub no_color: bool,
    /// The locale's name: the first of LC_ALL, LC_CTYPE and LANG that is set and not empty.
    pub locale: Option<String>,
}

/// How colours are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// 24 bits each.
    True,
    /// The nearest of the 240 fixed colours of xterm's palette.
    Indexed,
    /// The nearest of the sixteen colours of a PC's text screen.
    Sixteen,
    /// None: brighter backgrounds are shown in reverse, bright letters bold.
    None,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ability {
    /// How colours are sent.
    pub colors: Colors,
    /// True if it shows Unicode; else look-alikes of ASCII are sent.
    pub unicode: bool,
}

/// Beginnings of TERM for terminals that understand what we send, and the colours they have.
/// Source: the terminfo entries of these names in ncurses 6.4.
const TERMINALS: &[(&str, Colors)] = &[
    ("alacritty", Colors::True),
    ("contour", Colors::True),
    ("foot", Colors::True),
    ("ghostty", Colors::True),
    ("iterm", Colors::True),
    ("kitty", Colors::True),
    ("mlterm", Colors::True),
    ("wezterm", Colors::True),
    ("xterm-direct", Colors::True),
    ("xterm-ghostty", Colors::True),
    ("xterm-kitty", Colors::True),
    ("putty-256color", Colors::Indexed),
    ("gnome", Colors::Indexed),
    ("konsole", Colors::Indexed),
    ("rxvt-unicode", Colors::Indexed),
    ("screen", Colors::Indexed),
    ("st", Colors::Indexed),
    ("tmux", Colors::Indexed),
    ("vte", Colors::Indexed),
    ("xterm-16color", Colors::Sixteen),
    ("xterm-color", Colors::Sixteen),
    ("xterm", Colors::Indexed),
    ("ansi", Colors::Sixteen),
    ("cygwin", Colors::Sixteen),
    ("eterm", Colors::Sixteen),
    ("linux", Colors::Sixteen),
    ("putty", Colors::Sixteen),
    ("rxvt", Colors::Sixteen),
    ("vt220", Colors::None),
    ("vt100", Colors::None),
];

impl Ability {
    /// What a terminal of today can show.
    pub const FULL: Ability = Ability { colors: Colors::True, unicode: true };

    /// What the environment says of the terminal; and what to tell the user if it says too little.
    #[must_use]
    pub fn detect(env: &TerminalEnvironment) -> (Ability, Option<String>) {
        let known = env.term.as_deref().and_then(known_colors);
        let deep = env.colorterm.as_deref().is_some_and(|value| matches!(value, "truecolor" | "24bit"));
        let colors = match known {
            _ if env.no_color => Colors::None,
            _ if deep => Colors::True,
            Some(colors) => colors,
            None => Colors::Sixteen,
        };
        let unicode = env.locale.as_deref().is_none_or(|locale| {
            let name = locale.to_ascii_lowercase();
            name.contains("utf-8") || name.contains("utf8")
        });
        let notice = match (&env.term, known) {
            (_, Some(_)) => None,
            (Some(term), None) if !term.is_empty() => {
                Some(format!("TERM={term} is not known here: drawing as on a terminal with sixteen colours"))
            }
            _ => Some("TERM is not set: drawing as on a terminal with sixteen colours".to_owned()),
        };
        (Ability { colors, unicode }, notice)
    }
}

fn known_colors(term: &str) -> Option<Colors> {
    let term = term.to_ascii_lowercase();
    let exact_depth = if term.ends_with("-256color") { Some(Colors::Indexed) } else { None };
    let direct = term.ends_with("-direct").then_some(Colors::True);
    let row = TERMINALS.iter().find(|(name, _)| term.starts_with(name));
    row.map(|&(_, colors)| match (colors, direct, exact_depth) {
        (Colors::True, ..) => Colors::True,
        (_, Some(deep), _) => deep,
        (_, _, Some(depth)) => depth,
        (colors, ..) => colors,
    })
}

impl Colors {
    /// The parameters of SGR that choose `color`, for the letters or what is behind them.
    pub(super) fn parameters(self, color: Color, behind: bool) -> String {
        let Color::Rgb(r, g, b) = color else { return String::new() };
        let color = Rgb { r, g, b };
        let base = if behind { 48 } else { 38 };
        match self {
            Colors::True => format!(";{base};2;{r};{g};{b}"),
            Colors::Indexed => format!(";{base};5;{}", nearest_indexed(color)),
            Colors::Sixteen => {
                let (index, bright) = nearest_of_sixteen(color);
                let first = if behind { 40 } else { 30 };
                format!(";{}", first + index + if bright { 60 } else { 0 })
            }
            Colors::None => String::new(),
        }
    }

    /// The parameters of SGR that stand for colours where there are none.
    pub(super) fn contrast(self, fore: Color, back: Color) -> &'static str {
        let (Colors::None, Color::Rgb(fr, fg, fb), Color::Rgb(br, bg, bb)) = (self, fore, back) else { return "" };
        let (fore, back) = (brightness(Rgb { r: fr, g: fg, b: fb }), brightness(Rgb { r: br, g: bg, b: bb }));
        match (back > fore, fore > BRIGHT) {
            (true, _) => ";7",
            (false, true) => ";1",
            (false, false) => "",
        }
    }
}

/// Letters brighter than light grey are bold where there are no colours. *Range*: 0–255.
const BRIGHT: u32 = 180;

/// How bright a colour looks. *Range*: 0–255. Source: ITU-R BT.601, luma.
fn brightness(color: Rgb) -> u32 {
    (299 * u32::from(color.r) + 587 * u32::from(color.g) + 114 * u32::from(color.b)) / 1000
}

fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.r, b.r) + square(a.g, b.g) + square(a.b, b.b)
}

/// Levels of each primary in xterm's colour cube, indices 16–231. Source: xterm's 256colres.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The index of the fixed colour of xterm's palette that is nearest.
fn nearest_indexed(color: Rgb) -> u8 {
    let level = |value: u8| (0u8..).zip(CUBE).min_by_key(|&(_, level)| level.abs_diff(value)).unwrap_or((0, 0));
    let ((ri, r), (gi, g), (bi, b)) = (level(color.r), level(color.g), level(color.b));
    let in_cube = (16 + 36 * ri + 6 * gi + bi, Rgb { r, g, b });
    // The grey ramp: 24 steps from 8 by tens, indices 232–255.
    let greys = (0..24u8).map(|step| (232 + step, Rgb { r: 8 + 10 * step, g: 8 + 10 * step, b: 8 + 10 * step }));
    let all = std::iter::once(in_cube).chain(greys);
    all.min_by_key(|&(_, shade)| distance(shade, color)).map_or(0, |(index, _)| index)
}

/// The colours of a PC's text screen in the order of terminals (red and blue change places), normal
/// and bright. Terminals' own sixteen are near enough.
#[rustfmt::skip]
const SIXTEEN: [[Rgb; 8]; 2] = [
    [
        Rgb { r: 0, g: 0, b: 0 }, Rgb { r: 170, g: 0, b: 0 }, Rgb { r: 0, g: 170, b: 0 }, Rgb { r: 170, g: 85, b: 0 },
        Rgb { r: 0, g: 0, b: 170 }, Rgb { r: 170, g: 0, b: 170 }, Rgb { r: 0, g: 170, b: 170 }, Rgb { r: 170, g: 170, b: 170 },
    ],
    [
        Rgb { r: 85, g: 85, b: 85 }, Rgb { r: 255, g: 85, b: 85 }, Rgb { r: 85, g: 255, b: 85 }, Rgb { r: 255, g: 255, b: 85 },
        Rgb { r: 85, g: 85, b: 255 }, Rgb { r: 255, g: 85, b: 255 }, Rgb { r: 85, g: 255, b: 255 }, Rgb { r: 255, g: 255, b: 255 },
    ],
];

/// The nearest of a terminal's sixteen colours: its number, 0–7, and whether it is a bright one.
fn nearest_of_sixteen(color: Rgb) -> (u8, bool) {
    let row =
        |bright: bool| (0u8..).zip(SIXTEEN[usize::from(bright)]).map(move |(index, shade)| (index, bright, shade));
    let nearest = row(false).chain(row(true)).min_by_key(|&(.., shade)| distance(shade, color));
    nearest.map_or((7, false), |(index, bright, _)| (index, bright))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(term: &str, change: impl FnOnce(&mut TerminalEnvironment)) -> (Ability, Option<String>) {
        let mut env = TerminalEnvironment { term: Some(term.to_owned()), ..TerminalEnvironment::default() };
        change(&mut env);
        Ability::detect(&env)
    }

    #[test]
    fn the_environment_tells_the_colours() {
        let colors = |term: &str| detect(term, |_| ()).0.colors;
        assert_eq!(colors("xterm-kitty"), Colors::True);
        assert_eq!(colors("xterm-256color"), Colors::Indexed);
        assert_eq!(colors("screen.xterm-256color"), Colors::Indexed);
        assert_eq!(colors("linux"), Colors::Sixteen);
        assert_eq!(colors("rxvt-256color"), Colors::Indexed);
        assert_eq!(colors("vt220"), Colors::None);
        assert_eq!(detect("linux", |env| env.colorterm = Some("truecolor".to_owned())).0.colors, Colors::True);
        assert_eq!(detect("xterm-kitty", |env| env.no_color = true).0.colors, Colors::None);
    }

    #[test]
    fn an_unknown_terminal_is_named() {
        let (ability, notice) = detect("frobnicator", |_| ());
        assert_eq!(ability.colors, Colors::Sixteen);
        assert!(notice.unwrap().contains("TERM=frobnicator"));
        assert!(Ability::detect(&TerminalEnvironment::default()).1.unwrap().contains("TERM is not set"));
        assert_eq!(detect("xterm", |_| ()).1, None);
    }

    #[test]
    fn the_locale_tells_whether_there_is_more_than_ascii() {
        let unicode = |locale: &str| detect("xterm", |env| env.locale = Some(locale.to_owned())).0.unicode;
        assert!(unicode("de_DE.UTF-8") && unicode("C.utf8"));
        assert!(!unicode("C") && !unicode("de_DE.ISO-8859-1"));
        assert!(detect("xterm", |_| ()).0.unicode);
    }

    #[test]
    fn the_sixteen_colours_of_a_pc_are_those_of_the_terminal() {
        for (bright, row) in [false, true].into_iter().zip(SIXTEEN) {
            for (index, shade) in (0u8..).zip(row) {
                assert_eq!(nearest_of_sixteen(shade), (index, bright));
            }
        }
        let blue = Color::Rgb(0, 0, 170);
        assert_eq!(Colors::Sixteen.parameters(blue, true), ";44");
        assert_eq!(Colors::Sixteen.parameters(Color::Rgb(255, 255, 85), false), ";93");
    }

    #[test]
    fn the_nearest_fixed_colours_are_found_in_cube_and_ramp() {
        assert_eq!(nearest_indexed(Rgb { r: 0, g: 0, b: 0 }), 16);
        assert_eq!(nearest_indexed(Rgb { r: 255, g: 255, b: 255 }), 231);
        assert_eq!(nearest_indexed(Rgb { r: 170, g: 170, b: 170 }), 248);
        assert_eq!(Colors::Indexed.parameters(Color::Rgb(0, 0, 170), false), ";38;5;19");
    }

    #[test]
    fn without_colours_bars_are_reversed_and_bright_letters_bold() {
        let (black, grey, white) = (Color::Rgb(0, 0, 0), Color::Rgb(170, 170, 170), Color::Rgb(255, 255, 255));
        assert_eq!(Colors::None.contrast(black, grey), ";7");
        assert_eq!(Colors::None.contrast(white, black), ";1");
        assert_eq!(Colors::None.contrast(grey, black), "");
        assert_eq!(Colors::True.contrast(black, grey), "");
    }
}
