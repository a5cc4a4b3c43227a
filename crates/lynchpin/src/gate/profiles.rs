//! The policies that come with the library, as TOML that people can read aloud and change.
//!
//! `itil` is the careful way of boards, sign-offs and windows, `continuous` the fast way of
//! evidence, peers and error budgets. Each of their gates is for services of the profile of that
//! name, so that `both` holds the gates of the two beside each other: one policy and one engine for
//! both halves of a company. A service that says no profile has to pass the gates of all.

use super::policy::Policy;
use crate::base::error::{Error, ErrorCode, Result, shown};

macro_rules! profile {
    ($name:literal, $about:literal, $($part:literal)*) => {
        ($name, concat!("# ", $about, "\n\nname = \"", $name, "\"\n\n",
            include_str!("profiles/common.toml"), $(include_str!($part),)*))
    };
}

/// Each shipped policy: its name and its text.
const SHIPPED: [(&str, &str); 3] = [
    profile!(
        "both",
        "The careful way and the fast way in one policy: each service goes the way of its profile.",
        "profiles/itil.toml" "profiles/continuous.toml"
    ),
    profile!(
        "continuous",
        "The fast way: evidence, peers of the team, error budgets.",
        "profiles/continuous.toml"
    ),
    profile!(
        "itil",
        "The careful way: boards, sign-offs, windows, and obligations after an emergency.",
        "profiles/itil.toml"
    ),
];

/// The names of the shipped policies, in order.
pub const NAMES: [&str; SHIPPED.len()] = ["both", "continuous", "itil"];

/// The text of a shipped policy: commented TOML, to be read, or copied and changed.
///
/// # Errors
///
/// [`ErrorCode::UnknownWord`] if none has that name.
///
/// ```
/// use lynchpin::gate::profiles;
///
/// assert!(profiles::text("itil")?.contains("change advisory board"));
/// assert_eq!(profiles::text("waterfall").unwrap_err().code().name(), "unknown_word");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn text(name: &str) -> Result<&'static str> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let shown = shown(name);
        let message = format!("no policy `{shown}` is shipped: there are {}", NAMES.join(", "));
        Error::new(ErrorCode::UnknownWord, message)
    })
}

/// A shipped policy, read. It is in force as it is, but for the key of the build in `continuous`
/// and `both`, which nobody holds: nothing passes there before that key is replaced.
///
/// # Errors
///
/// [`ErrorCode::UnknownWord`] if none has that name;
/// [`SignaturesUnsupported`](ErrorCode::SignaturesUnsupported) and
/// [`ExpressionUnsupported`](ErrorCode::ExpressionUnsupported) for `continuous` and `both` in a
/// build without the features `signatures` and `cel`, which they need.
///
/// ```
/// use lynchpin::gate::lint::lint;
/// use lynchpin::gate::profiles;
///
/// let itil = profiles::policy("itil")?;
/// assert!(lint(&itil, None).is_empty());
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn policy(name: &str) -> Result<Policy> {
    text(name)?.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_texts_in_order() {
        assert!(NAMES.is_sorted());
        assert_eq!(SHIPPED.map(|(name, _)| name), NAMES);
        for name in NAMES {
            assert!(text(name).unwrap().contains(&format!("\nname = \"{name}\"\n")));
        }
    }

    /// Whoever could sign for the key that is shipped could pass what nobody changed. It is the
    /// digest of a sentence, so nobody knows of what it is the public half.
    #[test]
    fn nobody_holds_the_key_that_is_shipped() {
        use base64::Engine as _;
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest("lynchpin: nobody holds the other half of this key, 1");
        let key = base64::engine::general_purpose::STANDARD.encode(digest);
        let line = format!("ed25519 = \"{key}\"");
        assert!(text("continuous").unwrap().contains(&line));
        assert!(!text("itil").unwrap().contains("[key."));
    }
}
