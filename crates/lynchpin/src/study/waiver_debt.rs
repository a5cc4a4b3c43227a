//! "What rests on waivers, since when and for how long yet?"

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::open::decide_all;
use crate::base::error::Result;
use crate::base::id::{ChangeId, GroupId, PersonId, RequirementId, ServiceId, StageId, WaiverId};
use crate::base::{Instant, Subject};
use crate::history::order::is_known;
use crate::model::Waiver;
use crate::portfolio::{AsOf, Snapshot};
use crate::reason::ReasonCode;

const DAY: i64 = 86_400_000_000;

/// What rests on waivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WaiverDebt {
    /// As of when.
    pub at: Instant,
    /// How many open items were decided: see
    /// [`Snapshot::open_items`](crate::portfolio::Snapshot::open_items).
    pub decided: usize,
    /// How many were not, since there were more than are looked at in one go.
    pub left_out: usize,
    /// All of it.
    pub total: Debt,
    /// The same by requirement, in order of ids.
    pub by_requirement: Vec<OfRequirement>,
    /// The same by the group that may grant such waivers, in order of ids.
    pub by_group: Vec<OfGroup>,
    /// The same by service, in order of ids; a waiver for several services is counted for each, one
    /// for what has none for none.
    pub by_service: Vec<OfService>,
    /// The waivers in use, the oldest first.
    pub waivers: Vec<WaiverInUse>,
    /// How much is owed and overdue: see
    /// [`Snapshot::obligations`](crate::portfolio::Snapshot::obligations).
    pub overdue: usize,
    /// How many deployments no claim stands for: see
    /// [`Snapshot::breaches`](crate::portfolio::Snapshot::breaches).
    pub breaches: usize,
    /// How many adoptions of policies had no effect: see
    /// [`Snapshot::ignored_adoptions`](crate::portfolio::Snapshot::ignored_adoptions).
    pub ignored_adoptions: usize,
}

/// What some waivers come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Debt {
    /// How many waivers.
    pub count: usize,
    /// How often they were used, in all.
    pub uses: usize,
    /// For how many whole days each has stood so far, added up.
    pub days: i64,
    /// For how many whole days each will stand yet, added up.
    pub days_left: i64,
    /// The oldest of them, of several the first by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<WaiverId>,
    /// Since when that one stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
}

/// What the waivers of one requirement come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OfRequirement {
    /// The requirement.
    pub requirement: RequirementId,
    /// What they come to.
    #[serde(flatten)]
    pub debt: Debt,
}

/// What the waivers that one group may grant come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OfGroup {
    /// The group.
    pub group: GroupId,
    /// What they come to.
    #[serde(flatten)]
    pub debt: Debt,
}

/// What the waivers for one service come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OfService {
    /// The service.
    pub service: ServiceId,
    /// What they come to.
    #[serde(flatten)]
    pub debt: Debt,
}

/// A waiver that stands and is made use of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WaiverInUse {
    /// Since when it stands: when it was given.
    pub since: Instant,
    /// The waiver.
    pub waiver: WaiverId,
    /// What it is for.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// What it waives.
    pub requirement: RequirementId,
    /// The group that may grant it by the policy in force, if it may be waived at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The services of what it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceId>,
    /// Who asked for it.
    pub requester: PersonId,
    /// Who granted it.
    pub by: PersonId,
    /// When it expires.
    pub expires: Instant,
    /// How many whole days it has stood.
    pub days: i64,
    /// How many whole days it will stand yet.
    pub days_left: i64,
    /// How many claims used it.
    pub uses: usize,
    /// How many more may; any number, if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses_left: Option<usize>,
    /// The open releases, and changes in none, whose present answer rests on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on_it: Vec<Subject>,
    /// The changes that have entered the stage that it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<ChangeId>,
}

/// Decides everything that is open once, and tells which waivers are in use: those on which a
/// waived go rests now, and those of what has entered the stage that they are for. What has expired
/// or was revoked is no debt any more.
///
/// # Errors
///
/// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if an item is too large.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::waiver_debt::waiver_debt;
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "ann"}],
///      "groups": [{"id": "leads", "members": [{"person": "ann"}]}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
///      "waivers": [{"id": "W-1", "change": "C-1", "revision": 1, "requirement": "back-out",
///        "stage": "production", "requester": "raj", "expires": "2026-11-10T00:00:00Z",
///        "at": "2026-11-02T00:00:00Z", "by": "ann"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     [requirement.back-out]
///     plan = "back_out"
///     waiver = { group = "leads", for_at_most = "14d" }
///     [gate.fast]
///     stage = "production"
///     judges = "change"
///     require = "back-out"
///     "#,
/// )?;
/// let debt = waiver_debt(&engine.snapshot(), "2026-11-05T12:00:00Z".parse()?)?;
/// assert_eq!((debt.total.count, debt.total.days, debt.total.days_left), (1, 3, 4));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn waiver_debt(snapshot: &Snapshot, at: Instant) -> Result<WaiverDebt> {
    let as_of = snapshot.as_of(at);
    let mut rests: BTreeMap<usize, BTreeSet<Subject>> = BTreeMap::new();
    let items = as_of.open();
    let (decided, left_out) = decide_all(&as_of, &items, |item, decision| {
        let waived = |code| code == ReasonCode::Waived;
        let nodes = decision.reasons().nodes().iter().filter(|node| waived(node.code));
        let cites: BTreeSet<usize> = nodes
            .flat_map(|node| &node.cites)
            .filter(|(kind, _)| *kind == "waivers")
            .map(|(_, number)| *number)
            .collect();
        for number in cites {
            rests.entry(number).or_default().insert(item.subject.clone());
        }
    })?;
    let portfolio = as_of.records.portfolio();
    let known = portfolio.waivers.iter().enumerate().filter(|(_, it)| is_known(*it, at));
    let standing = known.filter(|(_, it)| at < it.expires && !as_of.records.is_revoked(&it.id));
    let used = standing.filter_map(|(number, waiver)| {
        in_use(&as_of, waiver, rests.remove(&number).unwrap_or_default())
    });
    let mut waivers: Vec<WaiverInUse> = used.collect();
    waivers.sort_by(|a, b| (a.since, &a.waiver).cmp(&(b.since, &b.waiver)));
    let obligations = as_of.obligations()?;
    let overdue = obligations.iter().filter(|it| it.is_overdue(at)).count();
    let requirements = sums(&waivers, |it| vec![it.requirement.clone()]).into_iter();
    let groups = sums(&waivers, |it| it.group.iter().cloned().collect()).into_iter();
    let services = sums(&waivers, |it| it.services.clone()).into_iter();
    Ok(WaiverDebt {
        at,
        decided,
        left_out,
        total: sums(&waivers, |_| vec![()]).remove(&()).unwrap_or_default(),
        by_requirement: requirements
            .map(|(requirement, debt)| OfRequirement { requirement, debt })
            .collect(),
        by_group: groups.map(|(group, debt)| OfGroup { group, debt }).collect(),
        by_service: services.map(|(service, debt)| OfService { service, debt }).collect(),
        waivers,
        overdue,
        breaches: as_of.breaches().len(),
        ignored_adoptions: snapshot.ignored_adoptions(at).len(),
    })
}

/// What the waivers come to under each of the heads that each stands under.
fn sums<K: Ord>(
    waivers: &[WaiverInUse],
    heads: impl Fn(&WaiverInUse) -> Vec<K>,
) -> BTreeMap<K, Debt> {
    let mut found: BTreeMap<K, Debt> = BTreeMap::new();
    for waiver in waivers {
        for head in heads(waiver) {
            let debt = found.entry(head).or_default();
            debt.count = debt.count.saturating_add(1);
            debt.uses = debt.uses.saturating_add(waiver.uses);
            debt.days = debt.days.saturating_add(waiver.days);
            debt.days_left = debt.days_left.saturating_add(waiver.days_left);
            // They stand in order of age.
            debt.oldest.get_or_insert_with(|| waiver.waiver.clone());
            debt.since.get_or_insert(waiver.since);
        }
    }
    found
}

/// A waiver, if something rests on it or what it is for has entered the stage.
fn in_use(
    as_of: &AsOf<'_>,
    waiver: &Waiver,
    rests_on_it: BTreeSet<Subject>,
) -> Option<WaiverInUse> {
    let records = &*as_of.records;
    let subject = Subject::one(waiver.change.as_ref(), waiver.release.as_ref()).ok()?;
    let changes = match &subject {
        Subject::Change(id) => records.change(id)?.current(records).into_iter().collect(),
        Subject::Release(id) => records.changes_within(id),
    };
    let entered = changes.iter().filter(|it| records.has_entered(&it.id, &waiver.stage));
    let entered: Vec<ChangeId> = entered.map(|change| change.id.clone()).collect();
    if rests_on_it.is_empty() && entered.is_empty() {
        return None;
    }
    let services: BTreeSet<&ServiceId> = changes.iter().flat_map(|it| &it.services).collect();
    let requirement = as_of.policy()?.requirements.get(&waiver.requirement);
    let rule = requirement.and_then(|requirement| requirement.waiver.as_ref());
    let uses = records.uses(&waiver.id);
    let most = waiver.uses.or(rule.and_then(|rule| rule.uses_at_most));
    let most = most.and_then(|most| usize::try_from(most).ok());
    Some(WaiverInUse {
        since: waiver.at,
        waiver: waiver.id.clone(),
        subject,
        stage: waiver.stage.clone(),
        requirement: waiver.requirement.clone(),
        group: rule.map(|rule| rule.group.clone()),
        services: services.into_iter().cloned().collect(),
        requester: waiver.requester.clone(),
        by: waiver.by.clone(),
        expires: waiver.expires,
        days: days(waiver.at, as_of.at),
        days_left: days(as_of.at, waiver.expires),
        uses,
        uses_left: most.map(|most| most.saturating_sub(uses)),
        rests_on_it: rests_on_it.into_iter().collect(),
        entered,
    })
}

/// The whole days from one instant to a later one; none, if it is not later.
fn days(from: Instant, to: Instant) -> i64 {
    to.since(from).micros() / DAY
}
