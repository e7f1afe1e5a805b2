//! Which settings of a running session can change.

use crate::config::SessionSpec;

/// Settings that a running session takes over; all others need it to be restarted.
const LIVE: &[&str] = &["priority", "exclusive", "background", "speed", "keyboard", "code_page", "scrollback", "log"];

/// True if a running session takes a new value of the setting `key` over at once.
///
/// ```
/// use dosmux::session::takes_effect_at_once;
/// assert!(takes_effect_at_once("speed") && !takes_effect_at_once("memory"));
/// ```
#[must_use]
pub fn takes_effect_at_once(key: &str) -> bool {
    LIVE.contains(&key)
}

/// The settings in use once a session with the settings `old` was given those of `wished`.
pub(super) fn adjusted(old: &SessionSpec, wished: &SessionSpec) -> SessionSpec {
    SessionSpec {
        priority: wished.priority,
        exclusive: wished.exclusive,
        background: wished.background,
        speed: wished.speed,
        keyboard: wished.keyboard,
        code_page: wished.code_page,
        scrollback: wished.scrollback,
        log: wished.log.clone(),
        follows_code_page: wished.follows_code_page,
        ..old.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{change, choices, settings};

    #[test]
    fn the_named_settings_are_those_that_are_taken_over() {
        let old = SessionSpec::new("a");
        for (key, value) in settings(&old) {
            let other = match key {
                "priority" => "7".to_owned(),
                "scrollback" => "10".to_owned(),
                "log" | "debug_port" => "a.txt".to_owned(),
                "speed" => "8 MIPS".to_owned(),
                "memory" => "2 MiB".to_owned(),
                _ => choices(key).into_iter().find(|choice| *choice != value).unwrap_or_default(),
            };
            let Ok(wished) = change(&old, key, &other) else { continue };
            assert_ne!(wished, old, "{key}");
            assert_eq!(adjusted(&old, &wished) == wished, takes_effect_at_once(key), "{key}");
        }
    }
}
