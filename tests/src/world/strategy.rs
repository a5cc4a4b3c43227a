//! Generators of worlds and policies, with few distinct values so that facts meet.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{
    APPROVED, Approval, Board, Change, Content, DELEGATED, Delegation, Deployment, ESCALATED,
    Evidence, Gate, Incident, Made, Minutes, On, Policy, Quorum, REJECTED, Regrouped, Release,
    Revision, Subject, Tick, Tree, WITHDRAWN, Waiver, World, after, frozen, hour, life,
};

/// The last instant at which anything is made.
pub const LAST: Tick = hour(6);

/// The hours before an instant; at times a microsecond before one of them or after it.
fn tick(last: Tick) -> impl Strategy<Value = Tick> {
    let hours = (0..=(last - 1) / 3).prop_map(hour);
    (hours, prop_oneof![8 => Just(1u8), 1 => Just(0), 1 => Just(2)])
        .prop_map(move |(hour, beside)| (hour + beside - 1).min(last))
}

/// How much later a fact is recorded.
fn delay() -> impl Strategy<Value = Tick> {
    prop_oneof![12 => Just(0u8), 1 => Just(1), 1 => Just(3), 1 => Just(6)]
}

fn made(last: Tick) -> impl Strategy<Value = Made> {
    (tick(last), delay()).prop_map(|(at, delay)| Made { at, recorded: at + delay })
}

fn ends() -> impl Strategy<Value = Option<Tick>> {
    weighted(0.12, tick(after(LAST, 1)))
}

fn subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        5 => prop_oneof![6 => Just(0u8), 3 => Just(1), 1 => 2u8..4].prop_map(Subject::Change),
        2 => prop_oneof![4 => Just(0u8), 1 => Just(1)].prop_map(Subject::Release),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    let artifacts = prop_oneof![1 => Just(0u8), 5 => Just(1), 1 => Just(2), 1 => Just(3)];
    (
        artifacts,
        0u8..2,
        weighted(0.7, Just(())),
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.9),
    )
        .prop_map(|(artifacts, title, back_out, emergency, depends)| Content {
            artifacts,
            title,
            back_out: back_out.is_some(),
            emergency,
            depends,
        })
}

/// A later revision keeps most of what the one before said.
fn edit() -> impl Strategy<Value = (Option<u8>, Option<u8>, bool, bool, bool)> {
    (
        weighted(0.25, 0u8..4),
        weighted(0.6, 0u8..2),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
    )
}

fn person() -> impl Strategy<Value = u8> {
    prop_oneof![12 => 0u8..3, 2 => 3u8..6, 3 => Just(6)]
}

fn delegation() -> impl Strategy<Value = Delegation> {
    let to = prop_oneof![4 => Just(6u8), 4 => 0u8..3, 1 => 3u8..6];
    let group = prop_oneof![4 => Just(0u8), 2 => Just(1), 1 => Just(2)];
    let times = (weighted(0.2, tick(LAST)), weighted(0.3, 1u8..=3));
    let made = prop_oneof![2 => made(hour(2)), 1 => made(LAST)];
    (0u8..3, to, prop::bool::weighted(0.2), group, times, made).prop_map(
        |(by, to, ended, group, (from, lasts), made)| {
            let until = lasts.map(|lasts| after(from.unwrap_or(made.at), lasts));
            Delegation { by, to, ended, group, from, until, made }
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let author = prop_oneof![16 => Just(0u8), 2 => Just(1), 1 => Just(2), 1 => Just(4)];
    let edits =
        prop_oneof![2 => Just(vec![]), 1 => vec((edit(), author.clone(), made(LAST)), 1..=2)];
    let first = tick(hour(1)).prop_map(|at| Made { at, recorded: at });
    let clause = prop_oneof![
        8 => (0u8..3).prop_map(|on| vec![on]),
        4 => vec(0u8..4, 2..=2),
        1 => Just(vec![9]),
    ];
    let requires = prop_oneof![5 => Just(vec![]), 2 => vec(clause, 1..=2)];
    let together = prop_oneof![10 => Just(vec![]), 1 => vec(0u8..4, 1..=1)];
    let after = prop_oneof![8 => Just(vec![]), 2 => vec(0u8..4, 1..=1)];
    let conflicts = prop_oneof![18 => Just(vec![]), 2 => vec((0u8..4, any::<bool>()), 1..=1)];
    let supersedes = prop_oneof![12 => Just(vec![]), 3 => vec(0u8..4, 1..=1)];
    let apart = (conflicts, supersedes);
    ((content(), author, first), edits, requires, together, after, apart).prop_map(
        |((content, by, made), edits, requires, together, after, (conflicts, supersedes))| {
            let mut revisions = vec![Revision { content: content.clone(), by, made }];
            let mut now = content;
            for ((artifacts, title, back_out, emergency, depends), by, made) in edits {
                now.artifacts = artifacts.unwrap_or(now.artifacts);
                now.title = title.unwrap_or(now.title);
                now.back_out ^= back_out;
                now.emergency ^= emergency;
                now.depends ^= depends;
                revisions.push(Revision { content: now.clone(), by, made });
            }
            Change { revisions, requires, together, after, conflicts, supersedes }
        },
    )
}

fn release() -> impl Strategy<Value = Release> {
    let members =
        prop_oneof![6 => Just(1u8), 8 => Just(3u8), 2 => Just(7), 2 => 1u8..16, 1 => Just(0)];
    let revision = (members, prop_oneof![4 => Just(0u8), 1 => 1u8..3], made(hour(2)));
    let priority = prop_oneof![2 => Just(vec![]), 1 => vec(0u8..4, 1..=2)];
    (vec(revision, 1..=2), priority)
        .prop_map(|(revisions, priority)| Release { revisions, priority })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let on = prop_oneof![
        5 => Just(On::Artifact(0)),
        2 => Just(On::Artifact(1)),
        2 => (0u8..3, 1u8..3).prop_map(|(change, revision)| On::Revision(change, revision)),
    ];
    let outcome = prop_oneof![12 => Just(0u8), 2 => Just(6), 1 => Just(3), 2 => 1u8..6];
    let by = prop_oneof![4 => Just(3u8), 1 => Just(1), 1 => Just(4)];
    (0u8..2, on, prop::bool::weighted(0.3), 1u8..4, outcome, ends(), by, made(LAST)).prop_map(
        |(check, on, configured, run, outcome, expires, by, made)| Evidence {
            check,
            on,
            configured,
            run,
            outcome,
            expires,
            by,
            made,
        },
    )
}

fn approval() -> impl Strategy<Value = Approval> {
    let decision = prop_oneof![
        16 => Just(APPROVED), 2 => Just(ESCALATED), 2 => Just(DELEGATED), 2 => WITHDRAWN..=REJECTED,
    ];
    let to = prop_oneof![3 => Just(6u8), 2 => 0u8..3, 1 => 3u8..6];
    let decision = (decision, to);
    let revision = prop_oneof![4 => Just(1u8), 2 => Just(2), 1 => Just(3)];
    let stage = prop_oneof![5 => Just(1u8), 1 => Just(0)];
    (subject(), revision, 2u8..4, stage, decision, ends(), ends(), person(), made(LAST)).prop_map(
        |(subject, revision, requirement, stage, (decision, to), from, expires, by, made)| {
            // What is passed on is so at once.
            let passed_on = matches!(decision, ESCALATED | DELEGATED);
            let timed = |tick: Option<Tick>| tick.filter(|_| !passed_on);
            let (from, expires) = (timed(from), timed(expires));
            Approval {
                subject,
                revision,
                requirement,
                stage,
                decision,
                to,
                from,
                expires,
                by,
                made,
            }
        },
    )
}

fn board() -> impl Strategy<Value = Board> {
    let secretary = prop_oneof![4 => Just(6u8), 1 => 0u8..7];
    let meetings = prop_oneof![4 => Just(0b111u8), 1 => 0u8..8];
    let made = prop_oneof![3 => Just(Made { at: hour(0), recorded: hour(0) }), 1 => made(hour(4))];
    (secretary, meetings, made).prop_map(|(secretary, meetings, made)| Board {
        secretary,
        meetings,
        made,
    })
}

fn minutes() -> impl Strategy<Value = Minutes> {
    let meeting =
        prop_oneof![12 => prop::sample::select(vec![hour(1), hour(2), hour(4)]), 1 => tick(LAST)];
    let present = prop_oneof![3 => Just(0b0100_0111u8), 1 => 0u8..128];
    let voters = prop_oneof![2 => 0u8..8, 1 => 0u8..128];
    let revision = prop_oneof![4 => Just(1u8), 2 => Just(2)];
    let decision = prop_oneof![6 => Just(APPROVED), 2 => WITHDRAWN..=REJECTED];
    let by = prop_oneof![6 => Just(6u8), 1 => 0u8..7];
    let times = (meeting, prop_oneof![3 => Just(0u8), 2 => 1u8..=9], delay());
    (times, present, voters, subject(), revision, 2u8..4, decision, by).prop_map(
        |(
            (meeting, later, delay),
            present,
            voters,
            subject,
            revision,
            requirement,
            decision,
            by,
        )| {
            let at = meeting + later;
            let made = Made { at, recorded: at + delay };
            Minutes { meeting, present, voters, subject, revision, requirement, decision, by, made }
        },
    )
}

fn waiver() -> impl Strategy<Value = Waiver> {
    let stage = prop_oneof![12 => Just(1u8), 1 => Just(0)];
    let revision = prop_oneof![8 => Just(1u8), 1 => Just(2)];
    let by = prop_oneof![12 => Just(2u8), 2 => Just(1), 1 => Just(4), 1 => Just(3), 1 => Just(0)];
    let hours = prop_oneof![8 => Just(3u8), 4 => 1u8..=2, 1 => Just(4)];
    let who = (by, prop_oneof![8 => Just(0u8), 1 => Just(2), 1 => Just(1)]);
    (subject(), revision, 0u8..6, stage, who, hours, made(LAST), weighted(0.15, tick(LAST)))
        .prop_map(
            |(subject, revision, requirement, stage, (by, requester), hours, made, revoked)| {
                Waiver {
                    subject,
                    revision,
                    requirement,
                    stage,
                    requester,
                    hours,
                    by,
                    made,
                    revoked,
                }
            },
        )
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let outcome = prop_oneof![6 => Just(1u8), 1 => Just(0), 1 => Just(2), 2 => Just(3)];
    let stage = prop_oneof![4 => Just(0u8), 1 => Just(1)];
    (stage, outcome, prop_oneof![3 => 0u8..2, 1 => 0u8..4], 0u8..2, made(LAST)).prop_map(
        |(stage, outcome, change, number, made)| Deployment {
            stage,
            outcome,
            change,
            number,
            made,
        },
    )
}

fn incident() -> impl Strategy<Value = Incident> {
    let resolved = weighted(0.6, 0..=hour(3));
    (0u8..3, prop::bool::weighted(0.7), tick(LAST), resolved).prop_map(
        |(change, confirmed, opened, after)| Incident {
            change,
            confirmed,
            opened,
            resolved: after.map(|after| opened + after),
        },
    )
}

/// A world.
pub fn world() -> impl Strategy<Value = World> {
    let suspended = weighted(0.1, tick(after(LAST, 1)));
    let seats = prop_oneof![4 => Just(0b0111u8), 1 => 0u8..16];
    // Who may waive: `pb`, `pc` and, to be refused, the machine.
    let ops = prop_oneof![4 => Just(0b1110u8), 1 => 0u8..16];
    let regrouped = (tick(LAST), prop_oneof![1 => Just(0b0111u8), 1 => 0u8..16], 0u8..16);
    let regrouped = regrouped.prop_map(|(at, board, ops)| Regrouped { at, board, ops });
    let again = (weighted(0.4, tick(LAST)), weighted(0.1, regrouped));
    let people = (suspended, seats, (ends(), ends()), ops, again);
    let subjects = (vec(change(), 2..=4), vec(release(), 0..=2));
    let delegations = prop_oneof![1 => Just(vec![]), 2 => vec(delegation(), 1..=3)];
    let said = (vec(evidence(), 0..=8), vec(approval(), 0..=8), vec(waiver(), 0..=7), delegations);
    let minutes = prop_oneof![2 => Just(vec![]), 3 => vec(minutes(), 1..=3)];
    let met = (vec(board(), 0..=2), minutes);
    let holds = vec((subject(), prop::bool::weighted(0.6), 0u8..2, made(LAST)), 0..=3);
    let holds = prop_oneof![6 => Just(vec![]), 1 => holds];
    let cancelled = vec((subject(), made(LAST)), 1..=2);
    let cancelled = prop_oneof![6 => Just(vec![]), 1 => cancelled];
    let incidents = prop_oneof![4 => Just(vec![]), 1 => vec(incident(), 1..=2)];
    let happened = (holds, cancelled, vec(deployment(), 0..=5), incidents);
    (people, subjects, said, met, happened).prop_map(|(people, subjects, said, met, happened)| {
        let (suspended, board, mut membership, ops, (reinstated, regrouped)) = people;
        // A membership ends after it begins.
        if let (Some(from), Some(to)) = membership
            && to <= from
        {
            membership.1 = None;
        }
        World {
            suspended,
            reinstated,
            regrouped,
            board,
            membership,
            ops,
            changes: subjects.0,
            releases: subjects.1,
            evidence: said.0,
            approvals: said.1,
            waivers: said.2,
            boards: met.0,
            minutes: met.1,
            delegations: said.3,
            holds: happened.0,
            cancellations: happened.1,
            deployments: happened.2,
            incidents: happened.3,
            frozen: frozen::Facts::default(),
            life: life::Facts::default(),
        }
    })
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = || (0u8..6).prop_map(Tree::Leaf);
    let inner = prop_oneof![
        4 => leaf(),
        1 => vec(leaf(), 1..=2).prop_map(Tree::All),
        1 => vec(leaf(), 1..=3).prop_map(Tree::Any),
    ];
    let children = prop_oneof![vec(inner.clone(), 1..=1), vec(inner, 2..=3)];
    (children, 0u8..6, 1u8..=3).prop_map(|(children, join, count)| {
        let most = u8::try_from(children.len()).unwrap_or(1);
        match join {
            0..=2 => Tree::All(children),
            3..=4 => Tree::Any(children),
            _ => Tree::AtLeast(count.min(most), children),
        }
    })
}

fn gate() -> impl Strategy<Value = Gate> {
    let stage = prop_oneof![5 => Just(1u8), 1 => Just(0)];
    (stage, prop::bool::weighted(0.25), prop::bool::weighted(0.15), tree())
        .prop_map(|(stage, release, emergency, tree)| Gate { stage, release, emergency, tree })
}

/// A policy.
pub fn policy() -> impl Strategy<Value = Policy> {
    let quorum = prop_oneof![
        6 => Just(Quorum::Count(1)),
        4 => Just(Quorum::Count(2)),
        // As many as there are on the board, and one more.
        1 => (3u8..=4).prop_map(Quorum::Count),
        2 => Just(Quorum::All),
        // Right below, at and above every share of two or three.
        3 => prop::sample::select(&[1u8, 33, 34, 49, 50, 51, 66, 67, 99, 100][..])
            .prop_map(Quorum::Percent),
        2 => Just(Quorum::First),
    ];
    let hours = || weighted(0.4, 1u8..=3);
    let bits = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let seats = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.6),
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.15),
    );
    let rest = (
        hours(),
        hours(),
        weighted(0.4, 0u8..2),
        0u8..64,
        prop_oneof![2 => vec(gate(), 1..=1), 1 => vec(gate(), 2..=3)],
    );
    (bits, quorum, seats, rest).prop_map(|(bits, quorum, seats, rest)| Policy {
        open: bits.0,
        atomic: bits.1,
        quorum,
        veto: bits.2,
        in_person: seats.0,
        escalates: seats.1,
        also_now: seats.2,
        after_unit: seats.3,
        not_by_lint: seats.4,
        approval_hours: rest.0,
        configured: bits.3,
        evidence_hours: rest.1,
        failed_runs: rest.2,
        sec_for_emergencies: bits.4,
        waivable: rest.3,
        gates: rest.4,
        frozen: frozen::Rules::default(),
        life: life::Rules::default(),
    })
}

/// Lets several people answer for each other early on, where several have to agree.
fn crowd(world: &mut World, policy: &mut Policy) {
    policy.in_person = false;
    if policy.quorum == Quorum::Count(1) {
        policy.quorum = Quorum::Count(2);
    }
    world.board |= 0b0110;
    for delegation in &mut world.delegations {
        delegation.made.recorded = delegation.made.at;
        delegation.from = None;
        delegation.until = delegation.until.filter(|until| *until > delegation.made.at);
        delegation.by = 1 + delegation.by % 2;
        if delegation.group == 2 {
            delegation.group = 0;
        }
    }
    for approval in &mut world.approvals {
        (approval.stage, approval.revision) = (1, 1);
        if approval.by == 0 {
            approval.by = 6;
        }
    }
    for change in &mut world.changes {
        change.revisions.truncate(1);
    }
    for board in &mut world.boards {
        board.made = Made { at: 0, recorded: 0 };
    }
}

/// A world and a policy for it. Some are about one requirement of one subject, so that every
/// question about it comes up often.
pub fn case() -> impl Strategy<Value = (World, Policy)> {
    let requirement = prop_oneof![3 => 0u8..6, 2 => Just(2)];
    let focus = weighted(0.55, (requirement, prop::bool::weighted(0.2), any::<bool>()));
    (world(), policy(), focus).prop_map(|(mut world, mut policy, focus)| {
        let Some((requirement, release, crowded)) = focus else { return (world, policy) };
        if requirement == 2 && crowded {
            crowd(&mut world, &mut policy);
        }
        let subject = if release { Subject::Release(0) } else { Subject::Change(0) };
        policy.gates.truncate(1);
        for gate in &mut policy.gates {
            *gate = Gate { stage: 1, release, emergency: false, tree: Tree::Leaf(requirement) };
        }
        for waiver in &mut world.waivers {
            (waiver.subject, waiver.requirement) = (subject, requirement);
        }
        for approval in world.approvals.iter_mut().filter(|_| matches!(requirement, 2 | 3)) {
            (approval.subject, approval.requirement) = (subject, requirement);
        }
        for minutes in world.minutes.iter_mut().filter(|_| matches!(requirement, 2 | 3)) {
            (minutes.subject, minutes.requirement) = (subject, requirement);
        }
        (world, policy)
    })
}
