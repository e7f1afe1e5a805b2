//! Which part of a suite a machine is to run, as CI services say it in the environment.

use crate::script::shard::Shard;

/// A service's variables: the index, whether it counts from one, and the count.
const SERVICES: [(&str, bool, &str); 3] = [
    // GitLab, `parallel: N`.
    ("CI_NODE_INDEX", true, "CI_NODE_TOTAL"),
    // CircleCI, `parallelism: N`.
    ("CIRCLE_NODE_INDEX", false, "CIRCLE_NODE_TOTAL"),
    // Kubernetes tells an indexed job's pod its index; how many there are must be set in the pod's spec.
    ("JOB_COMPLETION_INDEX", false, "JOB_COMPLETIONS"),
];

/// The part that the environment names: the first service of which an index is set counts. `None`
/// outside of all of them. *Errors*: half of what is needed, or no numbers.
pub(super) fn shard(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Shard>, String> {
    let Some((index, from_one, count, text)) =
        SERVICES.iter().find_map(|&(index, from_one, count)| Some((index, from_one, count, variable(index)?)))
    else {
        return Ok(None);
    };
    let total = variable(count).ok_or_else(|| format!("{index} is set, but {count} is not"))?;
    let number = |name: &str, text: &str| {
        text.parse::<u32>().map_err(|_| format!("`{text}` in the variable {name} is no number"))
    };
    let first = number(index, &text)?.checked_add(u32::from(!from_one));
    let first = first.ok_or_else(|| format!("`{text}` in the variable {index} is too large"))?;
    Shard::new(first, number(count, &total)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard_of(set: &[(&str, &str)]) -> Result<Option<String>, String> {
        let variable = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        shard(variable).map(|shard| shard.map(|shard| shard.to_string()))
    }

    #[test]
    fn the_services_count_from_zero_or_one() {
        let part = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(shard_of(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "5")]), part("2/5"));
        assert_eq!(shard_of(&[("CIRCLE_NODE_INDEX", "2"), ("CIRCLE_NODE_TOTAL", "5")]), part("3/5"));
        assert_eq!(shard_of(&[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "5")]), part("1/5"));
    }

    #[test]
    fn outside_of_all_services_there_is_no_part() {
        // GitLab sets the total of jobs that are not split, too.
        assert_eq!(shard_of(&[("CI_NODE_TOTAL", "1")]), Ok(None));
    }

    #[test]
    fn half_an_environment_is_an_error() {
        let half = shard_of(&[("JOB_COMPLETION_INDEX", "0")]);
        assert_eq!(half, Err("JOB_COMPLETION_INDEX is set, but JOB_COMPLETIONS is not".to_owned()));
        assert!(shard_of(&[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "5")]).is_err());
        assert!(shard_of(&[("CI_NODE_INDEX", "6"), ("CI_NODE_TOTAL", "5")]).is_err());
        assert!(shard_of(&[("CIRCLE_NODE_INDEX", "4294967295"), ("CIRCLE_NODE_TOTAL", "5")]).is_err());
    }
}
