//! Which sessions are in view, and where: the window is split into views, each of one session.

use ratatui::layout::{Position, Rect};

use crate::types::SessionId;

/// Smallest view that a split makes, its title included.
const MIN_COLS: u16 = 10;
const MIN_ROWS: u16 = 3;

/// How neighbouring views lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Side by side.
    Columns,
    /// One above the other.
    Rows,
}

/// A way across the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// One view and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The session that is shown.
    pub session: SessionId,
    /// The row that tells which; `None` if the view is alone in the window.
    pub title: Option<Rect>,
    /// Where its screen is shown.
    pub area: Rect,
}

/// A view, or several that share an area evenly.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    View(SessionId),
    Split(Arrangement, Vec<Node>),
}

/// The views of a window. No session is in view twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: Node,
}

impl Layout {
    /// One view that fills the window.
    #[must_use]
    pub fn single(session: SessionId) -> Layout {
        Layout { root: Node::View(session) }
    }

    /// Views of all `sessions`, as square as they can be in `area`. `None` if there are none, or if
    /// they would be too small.
    #[must_use]
    pub fn tiled(sessions: &[SessionId], area: Rect) -> Option<Layout> {
        let candidates = (1..=sessions.len()).filter_map(|columns| {
            let layout = Layout { root: grid(sessions, columns) };
            let smallest = layout.views(area).into_iter().map(|(_, view)| view).min_by_key(|view| view.area())?;
            let fits = smallest.width >= MIN_COLS && smallest.height >= MIN_ROWS;
            // A character is about twice as high as it is wide, a screen about as 4 to 3.
            let skew = (u32::from(smallest.width) * 25).abs_diff(u32::from(smallest.height) * 80);
            fits.then_some((skew, layout))
        });
        candidates.min_by_key(|&(skew, _)| skew).map(|(_, layout)| layout)
    }

    /// The sessions in view, from the top left on.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        let mut found = Vec::new();
        self.root.collect(&mut found);
        found
    }

    /// True if `session` is in view.
    #[must_use]
    pub fn shows(&self, session: SessionId) -> bool {
        self.sessions().contains(&session)
    }

    /// Every view and its place in `area`. A view that is not alone has a title in its first row, and
    /// a column is left free between neighbours.
    #[must_use]
    pub fn places(&self, area: Rect) -> Vec<Place> {
        let views = self.views(area);
        let alone = views.len() == 1;
        let place = |(session, view): (SessionId, Rect)| match alone {
            true => Place { session, title: None, area: view },
            false => {
                let title = Rect { height: view.height.min(1), ..view };
                let area = Rect { y: view.y + title.height, height: view.height - title.height, ..view };
                Place { session, title: Some(title), area }
            }
        };
        views.into_iter().map(place).collect()
    }

    fn views(&self, area: Rect) -> Vec<(SessionId, Rect)> {
        let mut views = Vec::new();
        self.root.lay_out(area, &mut views);
        views
    }

    /// Puts `new` into half of the view of `at`, if both halves are large enough in `area`.
    #[must_use]
    pub fn split(&self, at: SessionId, how: Arrangement, new: SessionId, area: Rect) -> Option<Layout> {
        let mut layout = self.clone();
        layout.root.split(at, how, new);
        let large = |view: &Rect| view.width >= MIN_COLS && view.height >= MIN_ROWS;
        let views = layout.views(area);
        let halves = views.iter().filter(|(session, _)| *session == at || *session == new);
        (halves.filter(|(_, view)| large(view)).count() == 2).then_some(layout)
    }

    /// Shows `new` where `old` was.
    pub fn replace(&mut self, old: SessionId, new: SessionId) {
        self.root.replace(old, new);
    }

    /// Takes the view of `session` away; its neighbours take its place. `None` if it was the last.
    #[must_use]
    pub fn without(&self, session: SessionId) -> Option<Layout> {
        self.root.without(session).map(|root| Layout { root })
    }

    /// The view that lies next to that of `session`, level with its middle.
    #[must_use]
    pub fn neighbour(&self, session: SessionId, way: Direction, area: Rect) -> Option<SessionId> {
        let views = self.views(area);
        let (_, from) = *views.iter().find(|(id, _)| *id == session)?;
        let middle = Position { x: from.x + from.width / 2, y: from.y + from.height / 2 };
        // One column is free between neighbours.
        let at = match way {
            Direction::Left => Position { x: from.x.checked_sub(2)?, ..middle },
            Direction::Right => Position { x: from.right() + 1, ..middle },
            Direction::Up => Position { y: from.y.checked_sub(1)?, ..middle },
            Direction::Down => Position { y: from.bottom(), ..middle },
        };
        views.into_iter().find(|(_, view)| view.contains(at)).map(|(id, _)| id)
    }
}

/// Rows of `columns` views each; the last row shares its width among those that are left.
fn grid(sessions: &[SessionId], columns: usize) -> Node {
    let row = |row: &[SessionId]| group(Arrangement::Columns, row.iter().copied().map(Node::View).collect());
    group(Arrangement::Rows, sessions.chunks(columns).map(row).collect())
}

/// A split, or its only part.
fn group(how: Arrangement, mut parts: Vec<Node>) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { Node::Split(how, parts) }
}

impl Node {
    fn collect(&self, found: &mut Vec<SessionId>) {
        match self {
            Node::View(session) => found.push(*session),
            Node::Split(_, parts) => parts.iter().for_each(|part| part.collect(found)),
        }
    }

    fn lay_out(&self, area: Rect, views: &mut Vec<(SessionId, Rect)>) {
        match self {
            Node::View(session) => views.push((*session, area)),
            Node::Split(how, parts) => {
                for (part, area) in parts.iter().zip(shares(area, *how, parts.len())) {
                    part.lay_out(area, views);
                }
            }
        }
    }

    fn split(&mut self, at: SessionId, how: Arrangement, new: SessionId) {
        match self {
            Node::View(session) if *session == at => {
                *self = Node::Split(how, vec![Node::View(at), Node::View(new)]);
            }
            Node::View(_) => {}
            Node::Split(arrangement, parts) => {
                let here = parts.iter().position(|part| *part == Node::View(at));
                match here {
                    // Neighbours in one line stay of one size.
                    Some(index) if *arrangement == how => parts.insert(index + 1, Node::View(new)),
                    _ => parts.iter_mut().for_each(|part| part.split(at, how, new)),
                }
            }
        }
    }

    fn replace(&mut self, old: SessionId, new: SessionId) {
        match self {
            Node::View(session) if *session == old => *session = new,
            Node::View(_) => {}
            Node::Split(_, parts) => parts.iter_mut().for_each(|part| part.replace(old, new)),
        }
    }

    fn without(&self, gone: SessionId) -> Option<Node> {
        match self {
            Node::View(session) => (*session != gone).then_some(Node::View(*session)),
            Node::Split(how, parts) => {
                let left: Vec<Node> = parts.iter().filter_map(|part| part.without(gone)).collect();
                (!left.is_empty()).then(|| group(*how, left))
            }
        }
    }
}

/// `area` cut into `count` even parts; columns have one free column between them.
fn shares(area: Rect, how: Arrangement, count: usize) -> impl Iterator<Item = Rect> {
    let count = u16::try_from(count).unwrap_or(u16::MAX).max(1);
    let gap = u16::from(how == Arrangement::Columns);
    let length = if how == Arrangement::Columns { area.width } else { area.height };
    let usable = length.saturating_sub(gap * (count - 1));
    // The first parts take what does not divide evenly.
    let start = move |index: u16| (usable / count + gap) * index + (usable % count).min(index);
    (0..count).map(move |index| {
        let size = usable / count + u16::from(index < usable % count);
        match how {
            Arrangement::Columns => Rect { x: area.x + start(index).min(area.width), width: size, ..area },
            Arrangement::Rows => Rect { y: area.y + start(index).min(area.height), height: size, ..area },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Rect = Rect { x: 0, y: 0, width: 81, height: 24 };
    const A: SessionId = SessionId(1);
    const B: SessionId = SessionId(2);
    const C: SessionId = SessionId(3);
    const D: SessionId = SessionId(4);
    const E: SessionId = SessionId(5);

    fn beside(layout: &Layout, at: SessionId, new: SessionId) -> Layout {
        layout.split(at, Arrangement::Columns, new, WINDOW).unwrap()
    }

    fn below(layout: &Layout, at: SessionId, new: SessionId) -> Layout {
        layout.split(at, Arrangement::Rows, new, WINDOW).unwrap()
    }

    #[test]
    fn a_view_alone_has_the_whole_window_and_no_title() {
        assert_eq!(Layout::single(A).places(WINDOW), [Place { session: A, title: None, area: WINDOW }]);
    }

    #[test]
    fn a_split_shares_the_view_evenly() {
        let places = beside(&Layout::single(A), A, B).places(WINDOW);
        assert_eq!(places[0].title, Some(Rect::new(0, 0, 40, 1)));
        assert_eq!(places[0].area, Rect::new(0, 1, 40, 23));
        assert_eq!(places[1].area, Rect::new(41, 1, 40, 23));
        let three = beside(&beside(&Layout::single(A), A, B), A, C);
        let widths: Vec<_> = three.places(WINDOW).iter().map(|place| (place.session, place.area.width)).collect();
        assert_eq!(widths, [(A, 27), (C, 26), (B, 26)]);
    }

    #[test]
    fn splits_nest() {
        let layout = below(&beside(&Layout::single(A), A, B), B, C);
        let areas: Vec<Rect> = layout.places(WINDOW).into_iter().map(|place| place.area).collect();
        assert_eq!(areas, [Rect::new(0, 1, 40, 23), Rect::new(41, 1, 40, 11), Rect::new(41, 13, 40, 11)]);
    }

    #[test]
    fn views_do_not_get_too_small() {
        let narrow = Rect { width: 20, ..WINDOW };
        assert_eq!(Layout::single(A).split(A, Arrangement::Columns, B, narrow), None);
        assert!(Layout::single(A).split(A, Arrangement::Rows, B, narrow).is_some());
    }

    #[test]
    fn neighbours_take_the_place_of_a_view_that_goes() {
        let layout = below(&beside(&Layout::single(A), A, B), B, C);
        let left = layout.without(B).unwrap();
        assert_eq!(left, beside(&Layout::single(A), A, C));
        assert_eq!(left.without(A).unwrap(), Layout::single(C));
        assert_eq!(Layout::single(C).without(C), None);
    }

    #[test]
    fn neighbours_are_found_by_direction() {
        let layout = below(&beside(&Layout::single(A), A, B), B, C);
        let next = |from, way| layout.neighbour(from, way, WINDOW);
        assert_eq!(next(A, Direction::Right), Some(C));
        assert_eq!(next(B, Direction::Left), Some(A));
        assert_eq!(next(B, Direction::Down), Some(C));
        assert_eq!(next(C, Direction::Up), Some(B));
        assert_eq!(next(A, Direction::Left), None);
        assert_eq!(next(C, Direction::Right), None);
    }

    #[test]
    fn tiles_are_as_square_as_they_can_be() {
        let tiled = |sessions: &[SessionId]| Layout::tiled(sessions, WINDOW).unwrap();
        assert_eq!(tiled(&[A]), Layout::single(A));
        assert_eq!(tiled(&[A, B, C, D]).places(WINDOW)[3].area, Rect::new(41, 13, 40, 11));
        let five = tiled(&[A, B, C, D, E]).places(WINDOW);
        assert_eq!(five.len(), 5);
        assert!(five.iter().all(|place| place.area.width >= MIN_COLS && place.area.height >= 2));
        assert_eq!(Layout::tiled(&[A, B, C], Rect::new(0, 0, 12, 5)), None);
    }

    #[test]
    fn no_place_lies_outside_the_window_whatever_its_size() {
        let layout = below(&beside(&beside(&Layout::single(A), A, B), A, C), B, D);
        for width in 0..30 {
            for height in 0..12 {
                let window = Rect::new(3, 2, width, height);
                for place in layout.places(window) {
                    assert_eq!(place.area.intersection(window).area(), place.area.area(), "{width} x {height}");
                }
            }
        }
    }
}
