//! Where what was worked out of a history is kept.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::args::Assess;
use crate::output::environment;

/// The folder to keep it in: the one that was named, else the usual one of this machine; none if
/// that is not known, or if nothing is to be kept.
pub(super) fn folder(asked: &Assess) -> Option<PathBuf> {
    if asked.no_cache {
        return None;
    }
    let usual = || usual(environment("XDG_CACHE_HOME"), environment("HOME"));
    asked.cache.clone().or_else(usual)
}

/// As the XDG Base Directory Specification has it: a relative path counts as none.
fn usual(caches: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute =
        |text: Option<OsString>| text.map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute(caches).or_else(|| absolute(home).map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("lynchpin"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_usual_folder_is_that_of_the_specification() {
        let of = |caches: &str, home: &str| {
            let given = |text: &str| (text != "-").then(|| OsString::from(text));
            usual(given(caches), given(home)).map(|path| path.display().to_string())
        };
        assert_eq!(of("/c", "/h").as_deref(), Some("/c/lynchpin"));
        assert_eq!(of("-", "/h").as_deref(), Some("/h/.cache/lynchpin"));
        for none in ["", "relative", "-"] {
            assert_eq!(of(none, "/h").as_deref(), Some("/h/.cache/lynchpin"), "{none}");
            assert_eq!(of("-", none), None, "{none}");
        }
    }
}
