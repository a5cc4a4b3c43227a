//! What the portfolio knows of a change that bears on its risk: each feature by its definition.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Timelike};

use super::track::{Seen, Track, author};
use crate::base::id::{PersonId, RequirementId, StageId};
use crate::base::{Instant, Span, Subject, When};
use crate::history::Records;
use crate::history::order::{by_record, lasting};
use crate::model::{Approval, Change, Fact, Kind, Period, Reversibility, Vote};
use crate::risk::{Feature, Features, MEASURE};

const DAY: u32 = 24 * 60 * 60;
/// For how long a failure of a service counts against the next change of it.
const FAILURES: u32 = 90 * DAY;
/// For how long incidents and changes of a service count.
const LATELY: u32 = 30 * DAY;
const MILLION: u64 = 1_000_000;

/// One change as it was as of some time, with what is behind it.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) records: &'a Records,
    pub(super) track: &'a Track<'a>,
    pub(super) change: &'a Change,
    pub(super) seen: Seen,
}

impl<'a> Known<'a> {
    /// What the scorecard asks for.
    pub(super) fn features(self) -> Features {
        let whole = |feature| self.whole(feature);
        let declared = |feature| whole(feature).filter(|_| self.is_declared(feature));
        Features {
            lines: whole(Feature::Lines),
            files: whole(Feature::Files),
            folders: whole(Feature::Folders),
            services: whole(Feature::Services),
            tier: whole(Feature::Tier),
            kind: Some(self.change.kind),
            author_record: whole(Feature::AuthorRecord),
            author_failures: whole(Feature::AuthorFailures),
            service_failures: declared(Feature::ServiceFailures),
            dependencies: whole(Feature::Dependencies),
            back_out_plan: whole(Feature::BackOutPlan),
            reversible: whole(Feature::Reversibility),
        }
    }

    /// The value of a feature, or of a figure of the host, in millionths; nothing, if it is not
    /// known.
    pub(super) fn value(self, name: &str) -> Option<i64> {
        if let Some(own) = name.strip_prefix(MEASURE) {
            let (_, figure) = self.change.measures.iter().find(|(name, _)| name.as_str() == own)?;
            return millionths(*figure, 1);
        }
        let feature = Feature::named(name)?;
        if feature == Feature::AgeDays {
            // It is told in seconds, which are more than whole days.
            return millionths(self.change.history.age_seconds?, DAY.into());
        }
        millionths(self.whole(feature).filter(|_| self.is_declared(feature))?, 1)
    }

    /// Whether what is counted of services is counted of services that are there: one that nobody
    /// declared has no failures, and that says nothing.
    fn is_declared(self, feature: Feature) -> bool {
        let counted = [
            Feature::ServiceFailures,
            Feature::TeamFailures,
            Feature::ServiceIncidents,
            Feature::ServiceChanges,
            Feature::ConcurrentChanges,
        ];
        let mut services = self.change.services.iter();
        !counted.contains(&feature)
            || services.all(|id| self.seen.service(self.records, id).is_some())
    }

    /// Until when all features of some names stay as they are without a new fact.
    pub(super) fn holds_until<'n>(self, names: impl IntoIterator<Item = &'n str>) -> When {
        let asked: BTreeSet<Feature> = names.into_iter().filter_map(Feature::named).collect();
        let (services, at) = (&self.change.services, self.seen.at);
        let over = |feature, seconds| asked.contains(&feature).then(|| Span::from_seconds(seconds));
        let spans = [
            over(Feature::ServiceFailures, FAILURES),
            over(Feature::ServiceIncidents, LATELY),
            over(Feature::ServiceChanges, LATELY),
            over(Feature::ConcurrentChanges, DAY),
        ];
        let own = self.track.turns(services, at, spans);
        let teams = asked.contains(&Feature::TeamFailures).then(|| {
            let over = Span::from_seconds(FAILURES);
            self.track.turn_of_teams(self.records, services, (at, over))
        });
        let timed = asked.contains(&Feature::Hour) || asked.contains(&Feature::Weekday);
        let hour = timed.then(|| match self.plan() {
            Some(plan) => When::At(plan.to),
            None => next_hour(at),
        });
        let reviews = asked.contains(&Feature::Reviewers).then(|| self.reviews_until());
        let rest = [teams, hour, reviews].into_iter().flatten().min();
        own.min(rest.unwrap_or(When::Never))
    }

    /// The value of a feature in whole units; of the age of files in whole days.
    fn whole(self, feature: Feature) -> Option<u64> {
        let Known { records, change, track, seen } = self;
        let (size, history, id) = (&change.size, &change.history, &change.id);
        let [day, lately, failures] = [DAY, LATELY, FAILURES].map(Span::from_seconds);
        let of_services = |found: usize| count(found).filter(|_| !change.services.is_empty());
        let author = || author(records, change);
        match feature {
            Feature::Lines => {
                let (added, deleted) = size.lines_added.zip(size.lines_deleted)?;
                Some(added.saturating_add(deleted))
            }
            Feature::LinesAdded => size.lines_added,
            Feature::LinesDeleted => size.lines_deleted,
            Feature::Files => size.files,
            Feature::Folders => size.folders,
            Feature::SchemaFiles => size.schema_files,
            Feature::ConfigurationFiles => size.configuration_files,
            Feature::Coverage => change.coverage,
            Feature::Services => of_services(BTreeSet::from_iter(&change.services).len()),
            Feature::Subsystems => history.subsystems,
            Feature::Entropy => history.entropy,
            Feature::Developers => history.developers,
            Feature::AgeDays => history.age_seconds?.checked_div(DAY.into()),
            Feature::EarlierChanges => history.earlier_changes,
            Feature::MissingCompanions => history.missing_companions,
            Feature::FileFailures => history.file_failures,
            Feature::AuthorRecord => record(track.live_of(author(), id, seen), history.experience),
            Feature::AuthorFailures => {
                failed(track.failed_of(author(), id, seen), history.author_failures)
            }
            Feature::RecentExperience => history.recent_experience,
            Feature::SubsystemExperience => history.subsystem_experience,
            Feature::Fix => history.fix,
            Feature::Kind => Some(number(change.kind)),
            Feature::Tier => self.tier(),
            Feature::ServiceFailures => {
                of_services(track.failures(&change.services, (failures, seen)))
            }
            Feature::TeamFailures => {
                let of = track.failures_of_teams(records, &change.services, (failures, seen));
                of.and_then(of_services)
            }
            Feature::ServiceIncidents => {
                of_services(track.incidents(&change.services, (lately, seen)))
            }
            Feature::ServiceChanges => of_services(track.came(change, (lately, seen))),
            Feature::ConcurrentChanges => of_services(track.came(change, (day, seen))),
            Feature::Reviewers => count(self.reviewers()),
            Feature::Dependencies => {
                count(change.requires.len() + change.after.len() + change.together.len())
            }
            Feature::Dependents => count(track.named_by(id, seen)),
            Feature::BackOutPlan => Some(has_back_out_plan(change).into()),
            Feature::Reversibility => {
                change.reversibility.map(|it| (it == Reversibility::Reversible).into())
            }
            Feature::Hour => Some(self.begins().hour().into()),
            Feature::Weekday => Some(self.begins().weekday().num_days_from_monday().into()),
        }
    }

    /// The most critical tier of its services; unknown, if that of any of them is.
    fn tier(self) -> Option<u64> {
        let services = self.change.services.iter();
        let tiers = services.map(|id| self.seen.service(self.records, id)?.tier);
        let tiers: Option<Vec<u8>> = tiers.collect();
        tiers?.into_iter().min().map(u64::from)
    }

    /// The plan, until it is over: what is made after it is made now.
    fn plan(self) -> Option<Period> {
        self.change.planned.filter(|planned| self.seen.at < planned.to)
    }

    /// When it is planned to begin; now, if that is not said.
    fn begins(self) -> chrono::DateTime<chrono::Utc> {
        self.plan().map_or(self.seen.at, |planned| planned.from).to_chrono()
    }

    /// The approvals of this revision that are known, in order.
    fn approvals(self) -> Vec<&'a Approval> {
        let Known { records, change, seen, .. } = self;
        let all = &records.portfolio().approvals;
        let numbers = records.approvals(&Subject::Change(change.id.clone()));
        let said = numbers
            .iter()
            .filter_map(|number| all.get(*number))
            .filter(|it| it.revision == change.revision && seen.knows(it.envelope().recorded));
        let mut said: Vec<&Approval> = said.collect();
        // Of a tie the less favourable word counts.
        said.sort_by(|a, b| by_record(*a, *b).then_with(|| a.decision.cmp(&b.decision)));
        said
    }

    /// Different people without a hand in it who approve something of this revision and object to
    /// nothing of it: by their lasting words on each requirement for each stage.
    fn reviewers(self) -> usize {
        let Known { records, change, seen, .. } = self;
        let mut words: BTreeMap<(&PersonId, &RequirementId, &StageId), Vec<&Approval>> =
            BTreeMap::new();
        for approval in self.approvals() {
            let by = records.people.principal(&approval.by);
            words.entry((by, &approval.requirement, &approval.stage)).or_default().push(approval);
        }
        let mut approve: BTreeSet<&PersonId> = BTreeSet::new();
        let mut object: BTreeSet<&PersonId> = BTreeSet::new();
        for ((person, ..), said) in words {
            // What is told again late does not take the place of what came after it.
            let lasting = lasting(said.into_iter());
            if lasting.iter().any(|word| word.decision >= Vote::Deferred) {
                object.insert(person);
            }
            if lasting.iter().all(|it| it.decision == Vote::Approved && is_on(it, seen.at)) {
                approve.insert(person);
            }
        }
        let hands = records.hands(&change.id);
        let counts = |person: &&&PersonId| {
            !hands.contains(*person) && records.people.can_sit(person, seen.at)
        };
        approve.difference(&object).filter(counts).count()
    }

    /// Until when no approval begins or ends, and nobody who gave one is suspended.
    fn reviews_until(self) -> When {
        let (people, at) = (&self.records.people, self.seen.at);
        let turns = self.approvals().into_iter().flat_map(|it| {
            let by = people.principal(&it.by);
            [it.effective_from, it.expires, people.suspended_from(by, at)]
        });
        turns.flatten().filter(|turn| *turn > at).min().map_or(When::Never, When::At)
    }
}

/// Whether an approval counts at an instant.
fn is_on(approval: &Approval, at: Instant) -> bool {
    approval.effective_from.is_none_or(|from| from <= at)
        && approval.expires.is_none_or(|end| at < end)
}

/// So many parts of a whole, in millionths of it; beyond what fits, as much as fits.
fn millionths(number: u64, parts: u64) -> Option<i64> {
    let exact = u128::from(number).checked_mul(MILLION.into())?.checked_div(parts.into())?;
    Some(i64::try_from(exact).unwrap_or(i64::MAX))
}

fn next_hour(at: Instant) -> When {
    let hour = i64::from(60 * 60) * 1_000_000;
    let next = at.micros().checked_div(hour).and_then(|it| it.checked_add(1)?.checked_mul(hour));
    let next = next.and_then(|micros| Instant::from_micros(micros).ok());
    next.map_or(When::Never, When::At)
}

fn has_back_out_plan(change: &Change) -> bool {
    change.plans.back_out.as_ref().is_some_and(|plan| !plan.trim().is_empty())
}

/// The kinds of changes in the order in which they are less and less prepared.
fn number(kind: Kind) -> u64 {
    match kind {
        Kind::Standard => 0,
        Kind::Normal => 1,
        Kind::Emergency => 2,
    }
}

fn count(number: usize) -> Option<u64> {
    u64::try_from(number).ok()
}

/// The changes that an author has behind them. Most of those that went live are in the history of
/// the source, too, and one that counts twice would make the next look safer than it is: so it is
/// the larger of the two figures, not their sum.
fn record(live: usize, experience: Option<u64>) -> Option<u64> {
    count(live).max(experience)
}

/// The failures that an author has behind them. An incident and the fix of what caused it may be
/// the same failure; which, nobody says, so both count.
fn failed(incidents: usize, fixed: Option<u64>) -> Option<u64> {
    count(incidents).map(|incidents| incidents.saturating_add(fixed.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::id::ChangeId;
    use crate::model::Portfolio;
    use crate::risk::scorecard;

    /// The features of change `A` on 1 April, from a portfolio given without its version.
    fn of_a(json: &str) -> Features {
        let portfolio: Portfolio =
            serde_json::from_str(&format!(r#"{{"lynchpin": "portfolio/1", {json}}}"#)).unwrap();
        let at: Instant = "2026-04-01T00:00:00Z".parse().unwrap();
        let records = Records::new(Arc::new(portfolio), at);
        let row = records.change(&ChangeId::new("A").unwrap()).unwrap();
        let (track, change) = (Track::new(&records), row.current(&records).unwrap());
        let seen = Seen::all(at);
        Known { records: &records, track: &track, change, seen }.features()
    }

    /// A change by raj of the shop; `rest` begins with a comma.
    fn change(id: &str, rest: &str) -> String {
        format!(
            r#"{{"id": "{id}", "revision": 1, "at": "2026-01-01T00:00:00Z", "by": "raj",
            "services": ["shop"]{rest}}}"#
        )
    }

    fn deployment(id: &str, environment: &str, outcome: &str, day: &str) -> String {
        format!(
            r#"{{"id": "{id}", "environment": "{environment}", "outcome": "{outcome}",
            "changes": ["B"], "at": "2026-{day}T00:00:00Z", "by": "bot"}}"#
        )
    }

    fn incident(rest: &str, day: &str) -> String {
        format!(r#"{{"id": "I", {rest}, "at": "2026-{day}T00:00:00Z", "by": "ops"}}"#)
    }

    /// Where no services are given the shop is declared.
    fn portfolio(parts: &[(&str, &[String])]) -> String {
        let shop = [r#"{"id": "shop"}"#.to_owned()];
        let declared: [(&str, &[String]); 1] = [("services", &shop)];
        let is_given = parts.iter().any(|(name, _)| *name == "services");
        let all = parts.iter().chain(declared.iter().filter(|_| !is_given));
        let arrays: Vec<String> =
            all.map(|(name, facts)| format!(r#""{name}": [{}]"#, facts.join(","))).collect();
        arrays.join(",")
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let bare = r#"{"id": "A", "revision": 1, "at": "2026-01-01T00:00:00Z", "by": "raj",
            "size": {"lines_added": 3}}"#;
        let found = of_a(&portfolio(&[("changes", &[bare.to_owned()])]));
        assert_eq!(
            (found.lines, found.files, found.services, found.tier),
            (None, None, None, None)
        );
        assert_eq!((found.reversible, found.back_out_plan), (None, Some(0)));
        assert_eq!((found.author_record, found.service_failures), (Some(0), None));
    }

    #[test]
    fn what_is_said_is_taken() {
        let rest = r#", "size": {"lines_added": 3, "lines_deleted": 4, "files": 2, "folders": 1},
            "plans": {"back_out": "undo"}, "reversibility": "reversible", "after": ["B"],
            "requires": [{"change": "C"}, {"any": ["D", "E"]}]"#;
        let shop = r#"{"id": "shop", "tier": 2}"#.to_owned();
        let found = of_a(&portfolio(&[("changes", &[change("A", rest)]), ("services", &[shop])]));
        assert_eq!((found.lines, found.files, found.folders), (Some(7), Some(2), Some(1)));
        assert_eq!((found.services, found.tier, found.dependencies), (Some(1), Some(2), Some(3)));
        assert_eq!((found.reversible, found.back_out_plan), (Some(1), Some(1)));
    }

    #[test]
    fn only_what_reached_the_users_is_a_record() {
        let changes = [change("A", ""), change("B", "")];
        let stages = [r#"{"id": "test"}"#.to_owned(), r#"{"id": "production"}"#.to_owned()];
        for (environment, record) in [("test", 0), ("production", 1)] {
            let live = [deployment("D", environment, "succeeded", "03-01")];
            let parts: [(&str, &[String]); 3] =
                [("changes", &changes), ("deployments", &live), ("stages", &stages)];
            assert_eq!(of_a(&portfolio(&parts)).author_record, Some(record), "{environment}");
        }
    }

    #[test]
    fn the_history_of_the_source_is_a_record_too() {
        let live = [deployment("D", "production", "succeeded", "03-01")];
        let told = r#""event": "linked", "change": "B", "attribution": "confirmed""#;
        let incidents = [incident(told, "03-02")];
        let cases = [
            // Nothing is said: one change went live, and it failed.
            ("", Some(1), Some(1)),
            (r#", "history": {}"#, Some(1), Some(1)),
            // What went live is among those in the history; a failure may be another one.
            (r#", "history": {"experience": 31, "author_failures": 2}"#, Some(31), Some(3)),
            // Less than what is known takes nothing away.
            (r#", "history": {"experience": 0, "author_failures": 0}"#, Some(1), Some(1)),
            (r#", "history": {"looked_back": 90}"#, Some(1), Some(1)),
        ];
        for (rest, record, failures) in cases {
            let changes = [change("A", rest), change("B", "")];
            let parts: [(&str, &[String]); 3] =
                [("changes", &changes), ("deployments", &live), ("incidents", &incidents)];
            let found = of_a(&portfolio(&parts));
            assert_eq!((found.author_record, found.author_failures), (record, failures), "{rest}");
        }
    }

    #[test]
    fn experience_that_is_not_said_never_lowers_the_risk() {
        let score = |rest: &str| {
            let changes = [change("A", rest)];
            scorecard(&of_a(&portfolio(&[("changes", &changes)]))).log_odds.billionths()
        };
        let history = |experience: u64| format!(r#", "history": {{"experience": {experience}}}"#);
        let unsaid = score("");
        let said: Vec<i64> = [0, 1, 7, 54, 90_000].map(|number| score(&history(number))).to_vec();
        assert_eq!(said.first(), Some(&unsaid));
        assert!(said.is_sorted_by(|more, less| more >= less), "{said:?}");
        // 0.6 - 0.15 ln 55 is below 0, so the whole 0.6 is gone.
        assert_eq!(unsaid - score(&history(54)), 600_000_000);
        let failed = score(r#", "history": {"author_failures": 1}"#);
        // 0.3 ln 2 = 0.207944154
        assert_eq!(failed - unsaid, 207_944_154);
    }

    #[test]
    fn who_edits_a_change_lends_it_no_record() {
        let second = r#"{"id": "A", "revision": 2, "at": "2026-01-02T00:00:00Z", "by": "ann"}"#;
        let changes = [change("A", ""), second.to_owned(), change("B", r#", "author": "ann""#)];
        let live = [deployment("D", "production", "succeeded", "03-01")];
        let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &live)]));
        assert_eq!(found.author_record, Some(0));
    }

    #[test]
    fn a_deployment_that_failed_and_was_undone_is_one_failure() {
        let changes = [change("A", ""), change("B", "")];
        let both = [
            deployment("D", "production", "failed", "03-01"),
            deployment("D", "production", "rolled_back", "03-02"),
        ];
        let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &both)]));
        assert_eq!(found.service_failures, Some(1));
        // Ninety days before 1 April is 1 January: what failed then no longer counts.
        for (day, failures) in [("01-01", 0), ("01-02", 1)] {
            let one = [deployment("D", "production", "failed", day)];
            let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &one)]));
            assert_eq!(found.service_failures, Some(failures), "{day}");
        }
    }

    #[test]
    fn a_failure_counts_for_the_service_that_the_deployment_names() {
        let failed = r#"{"id": "D", "environment": "production", "outcome": "failed",
            "changes": ["Z"], "service": "shop", "at": "2026-03-01T00:00:00Z", "by": "bot"}"#;
        let parts: [(&str, &[String]); 2] =
            [("changes", &[change("A", "")]), ("deployments", &[failed.to_owned()])];
        assert_eq!(of_a(&portfolio(&parts)).service_failures, Some(1));
        // A service that nobody declared has none, and that says nothing.
        let strange: &[String] = &[];
        let parts = [parts[0], parts[1], ("services", strange)];
        assert_eq!(of_a(&portfolio(&parts)).service_failures, None);
    }

    #[test]
    fn an_incident_counts_while_its_cause_is_confirmed() {
        let changes = [change("A", ""), change("B", "")];
        let word = |attribution: &str, day: &str| {
            let rest =
                format!(r#""event": "linked", "change": "B", "attribution": "{attribution}""#);
            incident(&rest, day)
        };
        let resolved = || incident(r#""event": "resolved", "change": "B""#, "03-09");
        let cases = [
            (vec![word("suspect", "03-01")], 0),
            (vec![word("confirmed", "03-01")], 1),
            // That it was resolved takes nothing back.
            (vec![word("confirmed", "03-01"), resolved()], 1),
            (vec![word("confirmed", "03-01"), word("exonerated", "03-02")], 0),
            // Of words that tie, the less favourable counts, in any order of the file.
            (vec![word("confirmed", "03-01"), word("exonerated", "03-01")], 1),
            (vec![word("exonerated", "03-01"), word("confirmed", "03-01")], 1),
        ];
        for (index, (incidents, expected)) in cases.into_iter().enumerate() {
            let found = of_a(&portfolio(&[("changes", &changes), ("incidents", &incidents)]));
            let counted = (found.service_failures, found.author_failures);
            assert_eq!(counted, (Some(expected), Some(expected)), "case {index}");
        }
    }
}
