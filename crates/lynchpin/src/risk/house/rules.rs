//! Ordered rules, of which the first that matches decides.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{bad, check_count, check_levels, check_name, rank};
use crate::base::error::Result;
use crate::risk::learn::MISSING;

/// A list of rules: the first that matches says the level.
///
/// It is made by [`new`](Rules::new) or read as a document, and what would say nothing is refused
/// there, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    levels: Vec<String>,
    rules: Vec<Rule>,
    otherwise: String,
    /// Where the level of each rule stands among all, and at last where what holds otherwise does.
    #[serde(skip)]
    ranks: Vec<usize>,
}

/// Rules as a document.
#[derive(Deserialize)]
#[serde(rename = "rules", deny_unknown_fields)]
struct Document {
    levels: Vec<String>,
    rules: Vec<Rule>,
    otherwise: String,
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rules, D::Error> {
        let Document { levels, rules, otherwise } = Document::deserialize(deserializer)?;
        Rules::new(levels, rules, otherwise).map_err(|error| D::Error::custom(error.marked()))
    }
}

/// One rule: it matches where all its conditions hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, which answers cite.
    pub name: String,
    /// Its conditions; without any it always matches.
    pub when: Vec<Condition>,
    /// The level that it says.
    pub level: String,
}

/// A condition on a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Condition {
    /// The feature.
    pub feature: String,
    /// What it is held to.
    pub test: Test,
}

/// What a feature is held to, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Test {
    /// It is so much or more.
    AtLeast(i64),
    /// It is so much or less.
    AtMost(i64),
    /// It is exactly so much.
    Is(i64),
}

/// What rules say of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Matched {
    /// The level: the worst that it can be, where not all is known.
    pub level: String,
    /// The rule that says so; `None`, if no rule matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What is not known and would have had to be, to tell which rule comes first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

impl Rule {
    /// A rule of that name.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        when: impl IntoIterator<Item = Condition>,
        level: impl Into<String>,
    ) -> Rule {
        Rule { name: name.into(), when: when.into_iter().collect(), level: level.into() }
    }

    /// Where its level stands among all, if it says something at all.
    fn rank(&self, levels: &[String]) -> Result<usize> {
        check_count("conditions", self.when.len())?;
        check_name(&self.name)?;
        self.when.iter().try_for_each(|condition| check_name(&condition.feature))?;
        rank(levels, &self.level, &self.name)
    }
}

impl Condition {
    /// A condition on a feature.
    #[must_use]
    pub fn new(feature: impl Into<String>, test: Test) -> Condition {
        Condition { feature: feature.into(), test }
    }

    /// Whether it holds; `None` where that is not known.
    fn holds(&self, features: &BTreeMap<&str, i64>) -> Option<bool> {
        let value = features.get(self.feature.as_str()).copied().unwrap_or(MISSING);
        (value != MISSING).then_some(match self.test {
            Test::AtLeast(limit) => value >= limit,
            Test::AtMost(limit) => value <= limit,
            Test::Is(wanted) => value == wanted,
        })
    }
}

impl Rules {
    /// Rules over levels, of which the lowest stands first. The first rule that matches counts, and
    /// what holds `otherwise` where none does.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if there are less than two levels, if
    /// one stands twice, or if a rule says none of them;
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if there are more than a thousand
    /// rules, or conditions of one; [`StringTooLong`](crate::base::ErrorCode::StringTooLong) of a
    /// name of more than 256 bytes.
    pub fn new(
        levels: impl IntoIterator<Item = impl Into<String>>,
        rules: impl IntoIterator<Item = Rule>,
        otherwise: impl Into<String>,
    ) -> Result<Rules> {
        let levels: Vec<String> = levels.into_iter().map(Into::into).collect();
        let rules: Vec<Rule> = rules.into_iter().collect();
        let otherwise = otherwise.into();
        check_levels(&levels)?;
        check_count("rules", rules.len())?;
        let mut names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < rules.len() {
            return Err(bad("two rules have one name".into()));
        }
        let mut ranks = rules.iter().map(|rule| rule.rank(&levels)).collect::<Result<Vec<_>>>()?;
        ranks.push(rank(&levels, &otherwise, "otherwise")?);
        Ok(Rules { levels, rules, otherwise, ranks })
    }

    /// The levels, the lowest first.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The rules, in order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The level where none matches.
    #[must_use]
    pub fn otherwise(&self) -> &str {
        &self.otherwise
    }

    /// Rates a change by its features, in millionths; what is left out or
    /// [`MISSING`](crate::risk::learn::MISSING) is not known.
    ///
    /// A rule of which it cannot be told whether it matches may be the first, or not: of all levels
    /// that come out then, the worst counts. So what is not known never lowers the risk.
    ///
    /// ```
    /// use lynchpin::risk::house::{Condition, Rule, Rules, Test};
    ///
    /// let old = Condition::new("days", Test::AtLeast(90_000_000));
    /// let few = Condition::new("files", Test::AtMost(2_000_000));
    /// let rules = [Rule::new("old", [old], "high"), Rule::new("few", [few], "low")];
    /// let rules = Rules::new(["low", "moderate", "high"], rules, "moderate")?;
    /// let known = rules.rate(&[("days", 3_000_000), ("files", 1_000_000)]);
    /// assert_eq!((known.level.as_str(), known.by.as_deref()), ("low", Some("few")));
    /// let unknown = rules.rate(&[("files", 1_000_000)]);
    /// assert_eq!((unknown.level.as_str(), unknown.missing[0].as_str()), ("high", "days"));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    #[must_use]
    pub fn rate(&self, features: &[(&str, i64)]) -> Matched {
        // Of a feature that is told twice the first counts.
        let features: BTreeMap<&str, i64> = features.iter().rev().copied().collect();
        let mut missing: Vec<String> = Vec::new();
        let mut worst: Option<(usize, &Rule)> = None;
        let mut is_settled = false;
        for (rule, level) in self.rules.iter().zip(&self.ranks) {
            let told: Vec<Option<bool>> =
                rule.when.iter().map(|condition| condition.holds(&features)).collect();
            if told.contains(&Some(false)) {
                continue;
            }
            if worst.is_none_or(|(found, _)| *level > found) {
                worst = Some((*level, rule));
            }
            let unknown = rule.when.iter().zip(&told).filter(|(_, told)| told.is_none());
            missing.extend(unknown.map(|(condition, _)| condition.feature.clone()));
            if !told.contains(&None) {
                is_settled = true;
                break;
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let otherwise = self.ranks.last().copied().unwrap_or(0);
        let by = worst.filter(|(level, _)| is_settled || *level > otherwise).map(|(_, rule)| rule);
        let level = by.map_or(&self.otherwise, |rule| &rule.level).clone();
        Matched { level, by: by.map(|rule| rule.name.clone()), missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let condition = |feature: &str, test| Condition::new(feature, test);
        let rules = [
            Rule::new("emergency", [condition("kind", Test::Is(2))], "high"),
            Rule::new(
                "small and known",
                [condition("lines", Test::AtMost(9)), condition("days", Test::AtLeast(3))],
                "low",
            ),
            Rule::new("large", [condition("lines", Test::AtLeast(1_000))], "high"),
        ];
        Rules::new(["low", "moderate", "high"], rules, "moderate").unwrap()
    }

    fn rated(features: &[(&str, i64)]) -> (String, Option<String>, Vec<String>) {
        let Matched { level, by, missing } = rules().rate(features);
        (level, by, missing)
    }

    #[test]
    fn the_first_that_matches_decides() {
        let by = |features: &[(&str, i64)]| {
            let (level, by, missing) = rated(features);
            assert_eq!(missing, Vec::<String>::new(), "{features:?}");
            (level, by.unwrap_or_default())
        };
        let said = |level: &str, by: &str| (level.to_owned(), by.to_owned());
        let known = |kind, lines, days| [("kind", kind), ("lines", lines), ("days", days)];
        assert_eq!(by(&known(2, 1, 5)), said("high", "emergency"));
        assert_eq!(by(&known(0, 9, 3)), said("low", "small and known"));
        assert_eq!(by(&known(0, 10, 3)), said("moderate", ""));
        assert_eq!(by(&known(0, 9, 2)), said("moderate", ""));
        assert_eq!(by(&known(0, 1_000, 3)), said("high", "large"));
    }

    #[test]
    fn what_is_not_known_never_lowers_it() {
        let all = [("kind", [0, 2]), ("lines", [5, 1_000]), ("days", [2, 3])];
        let level = |features: &[(&str, i64)]| {
            let found = rated(features).0;
            rules().levels.iter().position(|level| *level == found).unwrap()
        };
        for left_out in 0..8_u8 {
            for values in 0..8_u8 {
                let bit = |of: u8, at: usize| usize::from(of >> at & 1);
                let whole: Vec<(&str, i64)> =
                    all.iter().enumerate().map(|(at, it)| (it.0, it.1[bit(values, at)])).collect();
                let mut part = whole.clone();
                part.iter_mut()
                    .enumerate()
                    .filter(|(at, _)| bit(left_out, *at) == 1)
                    .for_each(|(_, it)| it.1 = MISSING);
                assert!(level(&part) >= level(&whole), "{part:?} {whole:?}");
            }
        }
        assert_eq!(rated(&[("lines", 5), ("days", 3)]).2, ["kind"]);
        // Where it would come to no more than what holds otherwise, no rule is cited.
        let (level, by, missing) = rated(&[("kind", 0), ("lines", 5)]);
        assert_eq!((level.as_str(), by, missing), ("moderate", None, vec!["days".to_owned()]));
    }

    #[test]
    fn rules_that_say_nothing_are_refused() {
        let rule = || Rule::new("a", [], "low");
        assert!(Rules::new(["low", "high"], [rule()], "low").is_ok());
        assert!(Rules::new(["low", "high"], [rule(), rule()], "low").is_err());
        assert!(Rules::new(["low", "low"], [rule()], "low").is_err());
        assert!(Rules::new(["low"], [rule()], "low").is_err());
        assert!(Rules::new(["moderate", "high"], [rule()], "high").is_err());
        assert!(Rules::new(["low", "high"], [rule()], "other").is_err());
        let many = (0..1_001).map(|at| Rule::new(at.to_string(), [], "low"));
        assert!(Rules::new(["low", "high"], many, "low").is_err());
        let long = || "a".repeat(257);
        assert!(Rules::new(["low", "high"], [Rule::new(long(), [], "low")], "low").is_err());
        let when = Condition::new(long(), Test::Is(0));
        assert!(Rules::new(["low", "high"], [Rule::new("a", [when], "low")], "low").is_err());
    }

    #[test]
    fn what_is_read_is_checked_and_written_as_it_was() {
        let text = serde_json::to_string(&rules()).unwrap();
        assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules());
        for (from, to, told) in [
            ("\"moderate\",\"high\"", "\"moderate\",\"low\"", "each once"),
            ("\"otherwise\":\"moderate\"", "\"otherwise\":\"awful\"", "none of the levels"),
            ("\"large\"", "\"emergency\"", "one name"),
            ("\"is\"", "\"about\"", "unknown variant"),
            ("\"otherwise\"", "\"other\":1,\"otherwise\"", "unknown field"),
        ] {
            assert!(text.contains(from), "{text}");
            let error = serde_json::from_str::<Rules>(&text.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
