//! Which config file counts.

use std::path::{Path, PathBuf};

/// The parts of the environment that say where a user's files are. Read by the command line only,
/// so that nothing here depends on the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `XDG_CONFIG_HOME`.
    pub xdg_config_home: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
}

/// Where the config comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// A file.
    File(PathBuf),
    /// The config inside the binary.
    BuiltIn,
}

/// The file of `--config` if given, else `dosmux/config.toml` in the user's config folder if there
/// is one, else the built-in config.
///
/// The user's config folder is `$XDG_CONFIG_HOME`, else `~/.config`. A relative path there is
/// ignored, as the XDG base directory specification asks.
#[must_use]
pub fn locate(named: Option<&Path>, environment: &Environment) -> ConfigSource {
    if let Some(path) = named {
        return ConfigSource::File(path.to_owned());
    }
    match user_file(environment) {
        Some(path) if path.exists() => ConfigSource::File(path),
        _ => ConfigSource::BuiltIn,
    }
}

/// Where a user's own config file lies or would lie.
#[must_use]
pub fn user_file(environment: &Environment) -> Option<PathBuf> {
    let folder = user_folder(&environment.xdg_config_home, environment, ".config")?;
    Some(folder.join("dosmux").join("config.toml"))
}

/// Where the demo drive lies or would lie: `dosmux/demo` in `$XDG_DATA_HOME`, else in `~/.local/share`.
#[must_use]
pub fn demo_folder(environment: &Environment) -> Option<PathBuf> {
    let folder = user_folder(&environment.xdg_data_home, environment, ".local/share")?;
    Some(folder.join("dosmux").join("demo"))
}

/// The folder that a variable names, else `usual` in the user's home.
fn user_folder(named: &Option<PathBuf>, environment: &Environment, usual: &str) -> Option<PathBuf> {
    let absolute = |path: &Option<PathBuf>| path.clone().filter(|path| path.is_absolute());
    absolute(named).or_else(|| absolute(&environment.home).map(|home| home.join(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_with_config() -> (tempfile::TempDir, Environment, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".config/dosmux/config.toml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "").unwrap();
        let environment = Environment { home: Some(home.path().to_owned()), ..Environment::default() };
        (home, environment, file)
    }

    #[test]
    fn the_named_file_counts_even_if_it_is_missing() {
        let (_home, environment, _) = home_with_config();
        let named = Path::new("nowhere.toml");
        assert_eq!(locate(Some(named), &environment), ConfigSource::File(named.to_owned()));
    }

    #[test]
    fn the_users_file_counts_before_the_built_in_one() {
        let (_home, environment, file) = home_with_config();
        assert_eq!(locate(None, &environment), ConfigSource::File(file));
    }

    #[test]
    fn the_xdg_folder_replaces_the_one_in_home() {
        let (_home, mut environment, _) = home_with_config();
        let xdg = tempfile::tempdir().unwrap();
        environment.xdg_config_home = Some(xdg.path().to_owned());
        assert_eq!(locate(None, &environment), ConfigSource::BuiltIn);
    }

    #[test]
    fn a_relative_xdg_folder_is_ignored() {
        let (_home, mut environment, file) = home_with_config();
        environment.xdg_config_home = Some(PathBuf::from("config"));
        assert_eq!(locate(None, &environment), ConfigSource::File(file));
    }

    #[test]
    fn the_demo_drive_is_among_the_users_data() {
        let mut environment = Environment { home: Some("/home/me".into()), ..Environment::default() };
        assert_eq!(demo_folder(&environment).unwrap(), Path::new("/home/me/.local/share/dosmux/demo"));
        environment.xdg_data_home = Some("/data".into());
        assert_eq!(demo_folder(&environment).unwrap(), Path::new("/data/dosmux/demo"));
        assert_eq!(demo_folder(&Environment::default()), None);
    }

    #[test]
    fn without_any_environment_the_built_in_config_counts() {
        assert_eq!(locate(None, &Environment::default()), ConfigSource::BuiltIn);
    }
}
