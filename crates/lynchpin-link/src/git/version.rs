//! Versions in the names of tags and branches.
//!
//! A version is semantic (semver.org) or by the calendar (calver.org). Names are read leniently,
//! since tags are older than both: `v1.2`, `release-1.2.3`, `shop@1.2.3`, `sdk/v1.2.3`,
//! `REL_16_1`, `2026.11`, `26.04.1`, `2026-11-25` all name one.
//!
//! - A *pre-release* is marked by a label behind the numbers: `alpha`, `beta`, `rc`, `dev` and so
//!   on, with or without a dash; and, as semver.org has it, any other label behind a dash.
//!   `final`, `release`, `lts`, `post`, `hotfix`, `p1` and their like are no marks of one.
//! - It is *by the calendar* if it begins with a year of this century (`2026.11`, `2026.11.25`,
//!   `2026.3.1`, `20261125`), or with two digits of a year and a month that is written as no
//!   semantic version would be: with a leading zero (`26.04`), or 10 to 12 without a `v` (`26.11`).
//! - A lone number is a version only behind a `v` (`v255`): builds and issues are numbered too.

use std::cmp::Ordering;

use semver::Prerelease;

/// Bytes of a name that is looked at; longer ones are not meant for people.
const NAME_BYTES: usize = 255;
/// Labels of what is not released yet, each with how it sorts among its like.
const UNRELEASED: &[(&str, &str)] = &[
    ("alpha", "alpha"),
    ("beta", "beta"),
    ("preview", "pre"),
    ("prerelease", "pre"),
    ("pre", "pre"),
    ("milestone", "milestone"),
    ("snapshot", "snapshot"),
    ("nightly", "0.nightly"),
    ("canary", "0.canary"),
    ("experimental", "0.experimental"),
    ("unstable", "0.unstable"),
    ("insiders", "0.insiders"),
    ("edge", "0.edge"),
    ("next", "0.next"),
    ("test", "0.test"),
    ("draft", "0.draft"),
    ("dev", "0.dev"),
    ("rc", "rc"),
    ("cr", "rc"),
    ("ea", "0.ea"),
    ("a", "alpha"),
    ("b", "beta"),
    ("c", "rc"),
    ("m", "milestone"),
];
/// Labels of what is released, and released again.
const RELEASED: &[&str] =
    &["final", "release", "ga", "stable", "lts", "post", "patch", "hotfix", "update", "sp", "p"];
/// Words before a version that name no product.
const NO_PRODUCT: &[&str] =
    &["v", "ver", "version", "versions", "release", "releases", "rel", "tag", "tags", "refs", "r"];

/// After which rule a version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scheme {
    /// By what changed.
    Semantic,
    /// By when it was made.
    Calendar,
}

/// A version that a name bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// What it is a version of, in lower case; empty if the name does not say.
    pub(crate) product: String,
    /// The version as it is written, without the product: `1.2.3-rc1`.
    pub(crate) text: String,
    /// After which rule it counts.
    pub(crate) scheme: Scheme,
    /// The first three numbers, where those that are not written are zero, and the label of a
    /// pre-release.
    number: semver::Version,
    /// A fourth number, or which one of those made after the release it is.
    fourth: u64,
}

impl Version {
    /// The version that a tag's name bears, the name without `refs/tags/`.
    ///
    /// The longest end of the name that is a version counts; what stands before it is the product,
    /// apart from words such as `release`.
    pub(crate) fn of_tag(name: &str) -> Option<Version> {
        if name.len() > NAME_BYTES {
            return None;
        }
        let mut before = None;
        for (at, letter) in name.char_indices() {
            let begins = letter.is_ascii_digit()
                && !before.is_some_and(|c: char| c.is_ascii_digit() || c == '.');
            before = Some(letter);
            if !begins {
                continue;
            }
            let (product, text) = name.split_at(at);
            let (product, with_v) = product_of(product);
            if let Some(version) = parse(text, with_v) {
                return Some(Version { product, ..version });
            }
        }
        None
    }

    /// Whether it was made before the release that it is named after.
    pub(crate) fn is_prerelease(&self) -> bool {
        !self.number.pre.is_empty()
    }
}

/// By product, then by the numbers; a pre-release before its release.
impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let numbers = |v: &Version| (v.number.major, v.number.minor, v.number.patch, v.fourth);
        let product = self.product.cmp(&other.product);
        product
            .then_with(|| numbers(self).cmp(&numbers(other)))
            // The empty label is that of the release and goes last.
            .then_with(|| self.number.pre.cmp(&other.number.pre))
            .then_with(|| (self.scheme, &self.text).cmp(&(other.scheme, &other.text)))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The release that a branch's name says it is for: `release/1.2`, `releases/2026.11`,
/// `stable/1.2`, `1.2.x`, `1.2-stable`, `maint-1.2`, `hotfix/1.2.3`, `branch-1.2`,
/// `REL_16_STABLE`, with or without `origin/` before it.
///
/// A name without a version (`release/next`) or without a word for releases (`feature/1.2`) is
/// none, and so is one that says more behind the version (`release/1.2-notes`).
pub(crate) fn release_branch(name: &str) -> Option<Version> {
    if name.len() > NAME_BYTES {
        return None;
    }
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    let name = name.strip_prefix("refs/remotes/").unwrap_or(name);
    let name = ["origin/", "upstream/"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
    let lower = name.to_ascii_lowercase();
    let (lower, behind) = match without_end(&lower, &["stable", "maint", "maintenance", "lts"]) {
        Some(rest) => (rest, true),
        None => (lower.as_str(), false),
    };
    let (rest, word) = match without_begin(lower) {
        Some(rest) => (rest, true),
        None => (lower, behind),
    };
    let at = version_begin(rest)?;
    let (product, text) = rest.split_at(at);
    let (product, _) = product_of(product);
    // Two slashes are folders of somebody, not a product.
    if product.contains('/') || (!word && !product.is_empty() && product != "linux") {
        return None;
    }
    let open = [".x", ".y", "_x", "-x"].iter().find_map(|end| text.strip_suffix(end));
    if !word && open.is_none() {
        return None;
    }
    let numbers = open.unwrap_or(text);
    let dotted = numbers.replace('-', ".");
    let version = parse(numbers, true).filter(|version| !version.is_prerelease());
    let is_bare = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b".-_".contains(&b));
    let version = version.or_else(|| parse(&dotted, true))?;
    is_bare(numbers).then(|| Version { product, text: text.to_owned(), ..version })
}

/// What stands before a word at the end, with the separator gone.
fn without_end<'a>(name: &'a str, words: &[&str]) -> Option<&'a str> {
    let rest = words.iter().find_map(|word| name.strip_suffix(word))?;
    rest.strip_suffix(['-', '_', '/'])
}

/// What stands behind a word for releases at the beginning.
fn without_begin(name: &str) -> Option<&str> {
    const WORDS: &[&str] = &[
        "release-branch",
        "releases",
        "release",
        "rel",
        "stable",
        "maintenance",
        "maint",
        "hotfix",
        "branches",
        "branch",
        "support",
        "lts",
    ];
    let rest = WORDS.iter().find_map(|word| {
        name.strip_prefix(word).filter(|rest| rest.starts_with(['-', '_', '/', '.']))
    })?;
    rest.get(1..)
}

/// Where the last run of numbers and what joins them begins.
fn version_begin(text: &str) -> Option<usize> {
    let joins = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | 'x' | 'y');
    let begin = text.trim_end_matches(joins).len();
    let rest = text.get(begin..)?;
    begin.checked_add(rest.find(|c: char| c.is_ascii_digit())?)
}

/// The product that stands before a version, and whether a `v` stands right before the version.
fn product_of(before: &str) -> (String, bool) {
    let lower = before.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let with_v = rest.strip_suffix('v').filter(|rest| !rest.ends_with(char::is_alphanumeric));
    let separators = ['-', '_', '@', '/', '.', '=', ':', '+'];
    rest = with_v.unwrap_or(rest).trim_end_matches(separators);
    loop {
        let begin = rest.rfind(separators).map_or(0, |at| at.saturating_add(1));
        let (before, word) = rest.split_at(begin.min(rest.len()));
        if !NO_PRODUCT.contains(&word) || word.is_empty() {
            break;
        }
        rest = before.trim_end_matches(separators);
    }
    for word in ["refs/tags/", "releases/", "release/", "release-", "rel/", "tags/"] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    (rest.to_owned(), with_v.is_some())
}

/// Reads a text that is a version and nothing else.
fn parse(text: &str, with_v: bool) -> Option<Version> {
    if let Some(version) = date(text) {
        return Some(version);
    }
    let length = core_length(text);
    let (core, label) = text.split_at_checked(length)?;
    let parts: Vec<&str> = core.split(['.', '_']).collect();
    let mut numbers = Vec::new();
    for part in &parts {
        numbers.push(part.parse::<u64>().ok()?);
    }
    let lone = numbers.len() == 1;
    if numbers.len() > 4 || (lone && !with_v) {
        return None;
    }
    let scheme = scheme(&parts, &numbers, with_v);
    // A leading zero is one of a calendar; a semantic version has none.
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    let label = label_of(label, lone)?;
    let mut version = semver::Version::new(number(0), number(1), number(2));
    version.pre = label.pre;
    let fourth = if numbers.len() == 4 { number(3) } else { label.after };
    Some(Version { product: String::new(), text: text.to_owned(), scheme, number: version, fourth })
}

/// How long the numbers at the beginning are, with the dots or lines between them.
fn core_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    let mut joint = None;
    loop {
        let rest = bytes.get(length..).unwrap_or_default();
        length += rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let next = (bytes.get(length), bytes.get(length + 1));
        match next {
            (Some(join @ (b'.' | b'_')), Some(digit))
                if digit.is_ascii_digit() && joint.is_none_or(|joint| joint == *join) =>
            {
                joint = Some(*join);
                length += 1;
            }
            _ => return length,
        }
    }
}

fn scheme(parts: &[&str], numbers: &[u64], with_v: bool) -> Scheme {
    let (Some(first), Some(year)) = (parts.first(), numbers.first()) else {
        return Scheme::Semantic;
    };
    let month = numbers.get(1).filter(|month| (1..=12).contains(*month));
    let padded = parts.get(1).is_some_and(|part| part.len() == 2);
    let full_year = first.len() == 4 && (2000..=2099).contains(year) && numbers.len() > 1;
    let zero = parts.get(1).is_some_and(|part| part.starts_with('0') && part.len() == 2);
    let short_year = matches!(first.len(), 1 | 2)
        && (5..=49).contains(year)
        && month.is_some()
        && (zero || (padded && first.len() == 2 && !with_v));
    if full_year || short_year { Scheme::Calendar } else { Scheme::Semantic }
}

/// A day or a month: `20261125`, `2026-11-25` with what stands between the numbers, `2026-11`.
fn date(text: &str) -> Option<Version> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u64>().ok();
    let day = match shape.as_str() {
        "00000000" | "0000-00-00" | "0000_00_00" => {
            number(6, 8).filter(|day| (1..=31).contains(day))?
        }
        "0000-00" => 0,
        _ => return None,
    };
    let (year, month) = (number(0, 4)?, number(4, 6)?);
    let good = (2000..=2099).contains(&year) && (1..=12).contains(&month);
    good.then(|| Version {
        product: String::new(),
        text: text.to_owned(),
        scheme: Scheme::Calendar,
        number: semver::Version::new(year, month, day),
        fourth: 0,
    })
}

/// What the end of a version says.
struct Label {
    /// The label of a pre-release; empty if it is none.
    pre: Prerelease,
    /// Which one of those made after the release it is.
    after: u64,
}

/// Reads what stands behind the numbers; nothing if that belongs to no version.
fn label_of(text: &str, lone: bool) -> Option<Label> {
    let released = |after: u64| Some(Label { pre: Prerelease::EMPTY, after });
    // What stands behind a plus says how it was built.
    let text = text.split_once('+').map_or(text, |(before, _)| before);
    if text.is_empty() {
        return released(0);
    }
    let joins = ['-', '.', '_', '~'];
    let joined = text.strip_prefix(joins);
    let label = joined.unwrap_or(text).to_ascii_lowercase();
    let good = |c: char| c.is_ascii_alphanumeric() || joins.contains(&c);
    if !label.starts_with(|c: char| c.is_ascii_alphanumeric()) || !label.chars().all(good) {
        return None;
    }
    let word: String = label.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = label.get(word.len()..).unwrap_or_default();
    let number = rest.trim_start_matches(joins).split(joins).next().unwrap_or_default();
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if RELEASED.contains(&word.as_str()) {
        return released(if numbered { number.parse().unwrap_or(u64::MAX) } else { 0 });
    }
    // `3.3a` and `1.0.2k` are released after `3.3` and `1.0.2`; `3.3a1` is not.
    if joined.is_none()
        && rest.is_empty()
        && let [letter @ b'a'..=b'z'] = word.as_bytes()
    {
        return released(u64::from(letter - b'a') + 1);
    }
    let known = UNRELEASED.iter().find(|(name, _)| *name == word);
    let known = known.filter(|_| word.len() > 1 || numbered);
    let pre = match known {
        Some((_, sorted)) => identifiers(&format!("{sorted}.{rest}")),
        // Semantic versions have two numbers at least; behind a lone one any label may stand.
        None if lone && !word.is_empty() => return released(0),
        None if lone => return None,
        None if text.starts_with(['-', '~']) => identifiers(&label),
        None => return None,
    };
    Some(Label { pre: Prerelease::new(&pre).ok()?, after: 0 })
}

/// The parts of a label as semver.org has them: between dots, numbers without leading zeros.
fn identifiers(label: &str) -> String {
    let parts = label.split(['.', '-', '_', '~']).filter(|part| !part.is_empty());
    let plain = parts.map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let bare = part.trim_start_matches('0');
        match (is_number, bare.is_empty()) {
            (true, true) => "0",
            (true, false) => bare,
            (false, _) => part,
        }
    });
    plain.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Version {
        Version::of_tag(name).unwrap_or_else(|| panic!("no version in {name}"))
    }

    #[test]
    fn names_of_tags_bear_versions_and_products() {
        for (name, product, text) in [
            ("v1.2.3", "", "1.2.3"),
            ("1.2", "", "1.2"),
            ("V1.2", "", "1.2"),
            ("v255", "", "255"),
            ("release-1.2.3", "", "1.2.3"),
            ("release/v1.2.3", "", "1.2.3"),
            ("releases/1.2.3", "", "1.2.3"),
            ("version-3.44.0", "", "3.44.0"),
            ("shop-1.2.3", "shop", "1.2.3"),
            ("shop/v1.2.3", "shop", "1.2.3"),
            ("sdk/azure-core/v1.2.3", "sdk/azure-core", "1.2.3"),
            ("shop@1.2.3", "shop", "1.2.3"),
            ("@acme/shop@1.2.3", "@acme/shop", "1.2.3"),
            ("release/shop-1.2.3", "shop", "1.2.3"),
            ("shop-release-1.2.3", "shop", "1.2.3"),
            ("shop-v2", "shop", "2"),
            ("REL_16_1", "", "16_1"),
            ("curl-8_5_0", "curl", "8_5_0"),
            ("OpenSSL_1_1_1w", "openssl", "1_1_1w"),
            ("V_9_6_P1", "", "9_6_P1"),
            ("pcre2-10.42", "pcre2", "10.42"),
            ("log4j-2.17.1", "log4j", "2.17.1"),
            ("go1.21.5", "go", "1.21.5"),
            ("swift-5.9-RELEASE", "swift", "5.9-RELEASE"),
            ("5.2.4.1", "", "5.2.4.1"),
            ("v1.2.3+build.7", "", "1.2.3+build.7"),
            ("2026-11-25", "", "2026-11-25"),
            ("shop-20261125", "shop", "20261125"),
        ] {
            let version = of(name);
            assert_eq!((version.product.as_str(), version.text.as_str()), (product, text));
            assert!(!version.is_prerelease(), "{name}");
        }
    }

    #[test]
    fn names_without_a_version_bear_none() {
        let long = format!("v1.2{}", "0".repeat(300));
        for name in [
            "nightly",
            "last-good",
            "",
            "v",
            "build-1234",
            "1234",
            "r77",
            "issue/12",
            "1.2.3.4.5",
            "99999999999999999999.1",
            "1.2 beta",
            "1.2.",
            "v1..2",
            "1.2.3/rc",
            "20261325",
            "2026-13",
            "acme-2026-1234",
            "caf\u{fffd}",
            "1.2foo",
            &long,
        ] {
            assert_eq!(Version::of_tag(name), None, "{name}");
        }
    }

    #[test]
    fn prereleases_are_told_from_releases() {
        for name in [
            "v6.9-rc3",
            "1.2.0rc1",
            "1.2.0-beta.2",
            "1.2.0b2",
            "1.2a1",
            "1.2.0.dev3",
            "2.0-alpha",
            "2.0.0-SNAPSHOT",
            "3.0-M1",
            "1.2.0-pre.1",
            "v256-rc1",
            "1.2.0-0",
            "1.2.0-17-g1234567",
            "2026.11-rc.1",
            "1_2_0_beta_1",
            "v1.0.0-nightly.20261125",
            "1.2.3~rc1",
            "1.2-custom",
        ] {
            assert!(of(name).is_prerelease(), "{name}");
        }
        for name in [
            "4.0.0.Final",
            "5.3.1.RELEASE",
            "1.2.post1",
            "1.2.3-hotfix.1",
            "1.2-lts",
            "3.3a",
            "v2-lightweight",
        ] {
            assert!(!of(name).is_prerelease(), "{name}");
        }
    }

    #[test]
    fn versions_sort_as_they_were_released() {
        let sorted = [
            "1.2.0.dev1",
            "1.2.0a1",
            "1.2.0-alpha.2",
            "1.2.0b1",
            "1.2.0-beta.2",
            "1.2.0-beta.10",
            "1.2.0rc1",
            "v1.2.0-rc.2",
            "1.2",
            "1.2.0.1",
            "1.2.0.post2",
            "1.2.1",
            "1.2.10",
            "1.10",
            "2.0-rc1",
            "2",
            "2026.2",
            "2026.11",
        ];
        let versions: Vec<Version> = sorted
            .iter()
            .map(|name| Version::of_tag(name).unwrap_or_else(|| of(&format!("v{name}"))))
            .collect();
        for (one, other) in versions.iter().zip(versions.iter().skip(1)) {
            assert!(one < other, "{} before {}", one.text, other.text);
        }
        assert!(of("shop@9.0.0") < of("till@1.0.0"), "products stay together");
    }

    #[test]
    fn the_calendar_is_seen_where_it_is_plain() {
        for name in [
            "2026.11",
            "v2026.11.25",
            "2026.3.1",
            "2026.45.1",
            "26.04.1",
            "26.04",
            "26.11",
            "6.06",
            "20261125",
            "2026_11_25",
            "2026.11-rc1",
            "2026-11",
            "shop-2026.11",
        ] {
            assert_eq!(of(name).scheme, Scheme::Calendar, "{name}");
        }
        for name in ["1.2.3", "v18.12.1", "26.4.1", "26.13", "26.00", "1.11", "1999.1", "2150.1"] {
            assert_eq!(of(name).scheme, Scheme::Semantic, "{name}");
        }
    }

    #[test]
    fn release_branches_are_known_by_their_names() {
        for (name, text) in [
            ("release/1.2", "1.2"),
            ("release-1.2", "1.2"),
            ("releases/2026.11", "2026.11"),
            ("stable/1.2", "1.2"),
            ("stable/2026.1", "2026.1"),
            ("1.2.x", "1.2.x"),
            ("v1.x", "1.x"),
            ("1.2-stable", "1.2"),
            ("7-1-stable", "7-1"),
            ("maint-1.2", "1.2"),
            ("maint/v1.2.x", "1.2.x"),
            ("origin/release/1.2", "1.2"),
            ("refs/remotes/origin/release/1.2", "1.2"),
            ("hotfix/1.2.3", "1.2.3"),
            ("branch-1.2", "1.2"),
            ("REL_16_STABLE", "16"),
            ("release-branch.go1.21", "1.21"),
            ("linux-6.6.y", "6.6.y"),
            ("release/shop-1.2", "1.2"),
            ("release/12", "12"),
            ("release/2026-11-25", "2026-11-25"),
        ] {
            let found = release_branch(name).unwrap_or_else(|| panic!("none in {name}"));
            assert_eq!(found.text, text, "{name}");
            assert!(!found.is_prerelease());
        }
        assert_eq!(release_branch("release/shop-1.2").unwrap().product, "shop");
        assert!(release_branch("7-1-stable") > release_branch("release/7.0"));
        for name in [
            "main",
            "release/next",
            "feature/1.2",
            "release",
            "release/1.2-notes",
            "v1.2",
            "1.2",
            "dependabot/npm/left-pad-1.2.3",
            "fix/release-1.2",
            "issue-12",
            "stable",
            "maint",
            "x",
            "hotfix/login",
            "users/ann/release/1.2",
            "relax/1.2",
            "release/a/b/1.2",
        ] {
            assert_eq!(release_branch(name), None, "{name}");
        }
    }
}
