//! Replays of histories, and models that are certified on them.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::base::digest::Digest;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::{ID_BYTES_MAX, REPLAY_WORK_MAX};
use crate::base::{Instant, LogOdds, Probability, Span};
use crate::risk::Certificate;
use crate::risk::certify::{Certified, Promise, Tested, Together, Wanting, certify};
use crate::risk::learn::{self, Bend, MISSING, Model, Transform};
use crate::risk::replay::{self, Block, Doubt, History, Options};

/// What would models have said of a history, had they known no more than was known then?
///
/// ```
/// use lynchpin::wire::risk::{Answer, Column, Question, Replay};
/// use lynchpin::risk::learn::{Bend, Transform};
///
/// let day = |day: u32| format!("2026-01-{day:02}T09:00:00Z").parse().unwrap();
/// let made = (1..=28).map(day).collect();
/// let lines = (0..28).map(|number| Some(number * 11 % 28 * 1_000_000)).collect();
/// let question = Question::Replay(Replay {
///     features: vec![Column {
///         name: "lines".into(),
///         values: lines,
///         transform: Transform::Log,
///         bend: Bend::Rising,
///     }],
///     made,
///     known: None,
///     failed: (0..28).map(|number| number * 11 % 28 > 20).collect(),
///     as_of: "2026-02-02T00:00:00Z".parse()?,
///     maturity: "4d".parse()?,
///     blocks: Some(2),
///     lines: true,
///     half_life: None,
///     prior: None,
/// });
/// let Answer::Replay(found) = question.ask()? else { panic!("another answer") };
/// assert_eq!((found.changes, found.trained, found.said.len()), (28, 14, 14));
/// assert_eq!((found.blocks[0].rows, found.blocks[0].fitted_to), ((15, 21), 11));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// What was known of each change when it was made.
    pub features: Vec<Column>,
    /// When each was made, in order.
    pub made: Vec<Instant>,
    /// When it came to be known what became of it; as soon as it was ripe, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Vec<Option<Instant>>>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// When the outcomes were looked up.
    pub as_of: Instant,
    /// How long a change must have had to fail by then; younger ones are left out.
    pub maturity: Span,
    /// Into how many blocks of time what is scored is cut; 10, or fewer of few changes, if it is
    /// not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u32>,
    /// Whether models are of lines alone; of lines, steps and pairs, if it is not said.
    #[serde(default)]
    pub lines: bool,
    /// After how many later changes one counts half; if it is not said, three tenths of the
    /// history, and all count alike with lines alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<u32>,
    /// What was known before: a model of lines alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<Box<Model>>,
}

/// One feature of many changes, and how it is weighed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its value for each change, in millionths; null where it is not known.
    pub values: Vec<Option<i64>>,
    /// What is done to its values first; nothing, if it is not said.
    #[serde(default = "plain")]
    pub transform: Transform,
    /// How it may run; in any way, if it is not said.
    #[serde(default)]
    pub bend: Bend,
}

fn plain() -> Transform {
    Transform::Plain
}

/// Which model of a history may a policy name?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Certify {
    /// The history, and how models are fitted to it. Features bear names of those that a portfolio
    /// has, or of figures of the host, such as `measure.alerts`.
    pub replay: Replay,
    /// The release that each change came with, null if it came with none. If it is not said, how
    /// much changes of one release have in common is what published histories show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub releases: Option<Vec<Option<String>>>,
    /// The rate of failure that must not be exceeded among changes that pass by themselves.
    pub promise: Probability,
    /// How sure it must be; 0.95, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Probability>,
}

/// What was said of the later changes of a history, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// How many of the first changes have had their time; the others are left out.
    pub changes: usize,
    /// How many of these only train.
    pub trained: usize,
    /// What was said of each of the others, in parts per billion.
    pub said: Vec<u32>,
    /// The same as the models themselves said it, not yet shifted, in billionths of log-odds.
    pub log_odds: Vec<i64>,
    /// Whether the model vouches for it.
    pub vouched: Vec<bool>,
    /// For which features it does not, what is doubted most often first.
    pub doubted: Vec<Doubt>,
    /// The share that failed of the changes that the first model was fitted to.
    pub base: Probability,
    /// How the changes of each block were scored.
    pub blocks: Vec<Block>,
}

/// A model that a policy may name, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CertifiedModel {
    /// The document to record in a portfolio, as text.
    pub model: String,
    /// Its digest, by which a policy names it.
    pub digest: Digest,
    /// How many changes it was fitted to.
    pub changes: u64,
    /// How many of them failed.
    pub failures: u64,
    /// What it was tested on.
    pub tested: Tested,
    /// What is added to all log-odds.
    pub shift: LogOdds,
    /// The standard error of that.
    pub shift_error: LogOdds,
    /// What was learned of how much changes of one release have in common; nothing, if no releases
    /// were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<Together>,
    /// For which features the model does not vouch, what is doubted most often first.
    pub doubted: Vec<Doubt>,
    /// The lane, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<Certificate>,
    /// The rate of failure that is not exceeded in it, as sure as was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Probability>,
    /// What it takes to keep the promise, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanting: Option<Wanting>,
}

impl Replay {
    pub(super) fn ask(&self) -> Result<Answer> {
        let asked = |history: &History<'_>, options: &Options<'_>| {
            let found = replay::Replay::new(history, options)?;
            Ok(Replayed {
                changes: found.changes,
                trained: found.trained,
                said: found.said.iter().map(|said| said.parts_per_billion()).collect(),
                log_odds: found.log_odds.iter().map(|said| said.billionths()).collect(),
                vouched: found.vouched,
                doubted: found.doubted,
                base: found.base,
                blocks: found.blocks,
            })
        };
        let found = self.with(asked).map_err(|error| error.under("$.replay"))?;
        Ok(Answer::Replay(Box::new(found)))
    }

    /// Asks about the history as the library takes it.
    fn with<T>(&self, ask: impl FnOnce(&History<'_>, &Options<'_>) -> Result<T>) -> Result<T> {
        self.check_work()?;
        let mut names = self.features.iter().enumerate();
        if let Some((at, _)) = names.find(|(_, column)| column.name.len() > ID_BYTES_MAX) {
            let message = format!("a name of more than {ID_BYTES_MAX} bytes: take a shorter one");
            let error = Error::new(ErrorCode::StringTooLong, message);
            return Err(error.under(&format!("$.features[{at}].name")));
        }
        let values = |it: &Column| it.values.iter().map(|it| it.unwrap_or(MISSING)).collect();
        let values: Vec<Vec<i64>> = self.features.iter().map(values).collect();
        let columns = self.features.iter().zip(&values).map(|(it, values)| {
            let Column { name, transform, bend, .. } = it;
            learn::Column { name, transform: *transform, bend: *bend, values }
        });
        let columns: Vec<learn::Column<'_>> = columns.collect();
        let unknown = vec![None; self.known.as_ref().map_or(self.made.len(), |_| 0)];
        let known = self.known.as_ref().unwrap_or(&unknown);
        let Replay { made, failed, .. } = self;
        let mut options = Options::new(self.as_of, self.maturity);
        options.blocks = self.blocks;
        options.lines = self.lines;
        options.half_life = self.half_life;
        options.prior = self.prior.as_deref();
        ask(&History { features: &columns, made, known, failed }, &options)
    }

    /// Refuses what would take too long: lines take time with the square of the features, steps
    /// with the features alone, but much of it.
    fn check_work(&self) -> Result<()> {
        const BLOCKS: u32 = 10;
        const OF_LINES: usize = 10;
        const OF_STEPS: usize = 100;
        let (changes, features) = (self.made.len(), self.features.len());
        let fits = usize::try_from(self.blocks.unwrap_or(BLOCKS)).unwrap_or(usize::MAX);
        let each = features.saturating_add(if self.lines { OF_LINES } else { OF_STEPS });
        let work = changes.saturating_add(features).saturating_mul(features).saturating_mul(each);
        if work.saturating_mul(fits.saturating_add(1)) > REPLAY_WORK_MAX {
            let message = format!(
                "{changes} changes with {features} features in {fits} blocks: ask about fewer"
            );
            return Err(Error::new(ErrorCode::LimitExceeded, message).under("$.made"));
        }
        Ok(())
    }
}

impl Certify {
    pub(super) fn ask(&self) -> Result<Answer> {
        let releases = self.releases.as_ref();
        let releases: Option<Vec<Option<&str>>> =
            releases.map(|all| all.iter().map(Option::as_deref).collect());
        let mut promise = Promise::new(self.promise);
        promise.confidence = self.confidence.unwrap_or(promise.confidence);
        promise.releases = releases.as_deref();
        let asked =
            |history: &History<'_>, options: &Options<'_>| certify(history, options, &promise);
        let found = self.replay.with(asked).map_err(placed)?;
        Ok(Answer::Certify(Box::new(CertifiedModel::new(found, promise.confidence)?)))
    }
}

/// Where it is in the question: what is no matter of the history stands beside it.
fn placed(error: Error) -> Error {
    let path = error.problems().first().map_or("", |problem| problem.path.as_str());
    let beside = ["$.promise", "$.confidence", "$.releases"].contains(&path);
    error.under(if beside { "$.certify" } else { "$.certify.replay" })
}

impl CertifiedModel {
    fn new(found: Certified, confidence: Probability) -> Result<CertifiedModel> {
        let Certified { model, tested, shift_error, together, doubted, wanting, .. } = found;
        let text = String::from_utf8(model.to_json()?)
            .map_err(|error| Error::new(ErrorCode::Other, error.to_string()))?;
        Ok(CertifiedModel {
            model: text,
            digest: model.digest()?,
            changes: model.model.changes,
            failures: model.model.failures,
            tested,
            shift: model.shift,
            shift_error,
            together,
            doubted,
            lane: model.lane,
            bound: model.lane.map(|lane| lane.bound(confidence)),
            wanting,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask;
    use super::*;
    use serde_json::{Value, json};

    /// Forty changes, a day each, every third of which fails.
    fn replay() -> Value {
        let day = |day: u32| format!("2026-0{}-{:02}T09:00:00Z", 1 + day / 28, 1 + day % 28);
        json!({
            "features": [{"name": "lines", "values": (0..40).collect::<Vec<u32>>()}],
            "made": (0..40).map(day).collect::<Vec<_>>(),
            "known": vec![Value::Null; 40],
            "failed": (0..40).map(|number| number % 3 == 0).collect::<Vec<_>>(),
            "as_of": "2026-03-01T00:00:00Z", "maturity": "2d", "blocks": 2, "lines": true,
        })
    }

    fn certify(replay: &Value) -> Value {
        json!({"certify": {"replay": replay, "promise": "0.5"}})
    }

    /// What is refused, and where, if something is said instead.
    fn refused(mut question: Value, at: &str, instead: Value) -> (ErrorCode, String) {
        let place = question.pointer_mut(at).unwrap();
        *place = instead;
        let error = ask(question.to_string().as_bytes()).unwrap_err();
        (error.code(), error.problems()[0].path.clone())
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let replay = replay();
        assert!(ask(json!({"replay": replay}).to_string().as_bytes()).is_ok());
        assert!(ask(certify(&replay).to_string().as_bytes()).is_ok());
        let at = |place: &str| replay.pointer(place).unwrap().clone();
        let steps = json!({"format": "additive/1", "baseline": "0", "baseline_error": "0",
            "changes": 1, "failures": 0, "terms": [{"name": "lines", "transform": "plain",
            "weight": "0", "error": "0", "centre": 0, "seen": [0, 1],
            "steps": {"cuts": [0], "adds": ["0", "0.1"]}}]});
        let mut with_prior = replay.clone();
        with_prior["prior"] = Value::Null;
        for (place, instead, code, path) in [
            ("/features", json!([]), ErrorCode::Empty, "features"),
            ("/features/0/values", json!([1]), ErrorCode::BadArgument, "features"),
            (
                "/features/0/name",
                json!("x".repeat(257)),
                ErrorCode::StringTooLong,
                "features[0].name",
            ),
            ("/made/3", at("/made/0"), ErrorCode::TimeOrder, "made[3]"),
            ("/known/3", at("/made/0"), ErrorCode::TimeOrder, "known[3]"),
            ("/known/3", json!("2027-01-01T00:00:00Z"), ErrorCode::TimeOrder, "known[3]"),
            ("/known", json!([]), ErrorCode::BadArgument, "known"),
            ("/failed", json!([true]), ErrorCode::BadArgument, "failed"),
            ("/failed", json!(vec![true; 40]), ErrorCode::BadArgument, "blocks"),
            ("/maturity", json!("90d"), ErrorCode::Empty, "made"),
            ("/blocks", json!(0), ErrorCode::BadArgument, "blocks"),
            ("/blocks", json!(30), ErrorCode::BadArgument, "blocks"),
            ("/blocks", json!(1_001), ErrorCode::LimitExceeded, "blocks"),
            ("/blocks", json!(u32::MAX), ErrorCode::LimitExceeded, "made"),
            ("/prior", steps, ErrorCode::BadArgument, "prior"),
        ] {
            let asked = json!({"replay": with_prior});
            let found = refused(asked, &format!("/replay{place}"), instead.clone());
            assert_eq!(found, (code, format!("$.replay.{path}")));
            let found = refused(certify(&with_prior), &format!("/certify/replay{place}"), instead);
            if place != "/features/0/name" {
                assert_eq!(found, (code, format!("$.certify.replay.{path}")));
            }
        }
    }

    #[test]
    fn what_stands_beside_the_history_has_its_place_there() {
        let mut asked = certify(&replay());
        asked["certify"]["confidence"] = json!("0.9");
        asked["certify"]["releases"] = json!(vec![Value::Null; 40]);
        for (name, instead, code) in [
            ("promise", json!("0"), ErrorCode::NumberOutOfRange),
            ("confidence", json!("1"), ErrorCode::NumberOutOfRange),
            ("releases", json!(["R-1"]), ErrorCode::BadArgument),
        ] {
            let found = refused(asked.clone(), &format!("/certify/{name}"), instead);
            assert_eq!(found, (code, format!("$.certify.{name}")));
        }
        let found = refused(asked, "/certify/replay/features/0/name", json!("luck"));
        let path = "$.certify.replay.features[0].name".to_owned();
        assert_eq!(found, (ErrorCode::UnknownWord, path));
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let mut long = replay();
        let feature = |at: usize| json!({"name": format!("f{at}"), "values": vec![0; 40]});
        long["features"] = (0..1_000).map(feature).collect();
        let found = refused(json!({"replay": long}), "/replay/blocks", json!(20));
        assert_eq!(found, (ErrorCode::LimitExceeded, "$.replay.made".to_owned()));
    }
}
