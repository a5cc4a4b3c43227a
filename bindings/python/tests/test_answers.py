"""What answers hold, how they show themselves, and that nothing of their document is lost."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal

import pytest
from lynchpin import (
    Actor,
    ChangeScore,
    Clears,
    Conflict,
    Cycle,
    Decision,
    DocumentError,
    Dropped,
    Edge,
    Engine,
    Late,
    Missing,
    NotFoundError,
    Plan,
    QuestionError,
    Reach,
    Reason,
    ReleaseScore,
    Risk,
    RiskHistory,
    Score,
    Snapshot,
    Subject,
    Verdict,
)
from lynchpin._lynchpin import verdicts

DETAILS: tuple[Literal["full", "unmet", "verdict"], ...] = ("full", "unmet", "verdict")


def test_verdicts_are_those_of_the_engine() -> None:
    assert [(verdict.value, str(verdict)) for verdict in Verdict] == [v[:2] for v in verdicts()]
    assert sorted(Verdict) == list(Verdict)
    assert max(Verdict) is Verdict.NO_GO and Verdict.GO <= Verdict.GO < Verdict.WAIT
    assert Verdict.WAIT > Verdict.GO and Verdict.WAIT >= Verdict.WAIT
    assert [verdict for verdict in Verdict if verdict.is_go] == [Verdict.GO, Verdict.GO_WAIVED]
    assert eval(repr(Verdict.NO_GO)) is Verdict.NO_GO and f"{Verdict.NO_GO}" == "no_go"
    with pytest.raises(TypeError):
        Verdict.GO < 3  # type: ignore[operator]


def test_what_says_go_or_no_go_is_neither_true_nor_false(decision: Decision) -> None:
    for value in (decision, decision.verdict, decision.reasons[0]):
        with pytest.raises(TypeError, match=r"\.is_go"):
            bool(value)


def test_a_decision_says_what_and_why(decision: Decision, at: datetime) -> None:
    assert decision.verdict is Verdict.UNKNOWN and not decision.is_go
    assert decision.subject == Subject("release", "R-11") and decision.stage == "production"
    assert decision.at == at and decision.at.tzinfo is timezone.utc
    assert decision.policy is not None and decision.policy.startswith("sha256:")
    assert decision.clears_at is Clears.ON_ACTION and decision.holds_until is None
    assert not decision.what_if
    board = decision.root_blockers[0]
    assert (board.code, board.gate, board.requirement) == ("approval_missing", "board", "board")
    assert board.act == (Actor("group", "cab"),)
    assert board.args["given"] == 1 and board.text == "approved by 1 of 2"
    assert [r.subject.id for r in decision.changes] == ["C-4", "C-7", "C-8"]


def test_the_tree_is_flat_and_nested_alike(decision: Decision) -> None:
    walked = list(decision.walk())
    assert tuple(reason for _, reason in walked) == decision.reasons
    assert walked[0][0] == 0 and decision.reasons[0].verdict is decision.verdict
    for depth, reason in walked:
        below = [r for d, r in walked if d == depth + 1 and any(r is c for c in reason.children)]
        assert tuple(below) == reason.children
    cited = [cite for reason in decision.reasons for cite in reason.cites]
    assert cited and all(cite.startswith("approvals/sha256:") for cite in cited)


def test_root_blockers_are_reasons_of_the_tree(snapshot: Snapshot, at: datetime) -> None:
    for detail in DETAILS[:2]:
        asked = snapshot.decide(release="R-11", stage="production", at=at, detail=detail)
        for decision in (asked, Decision.from_json(asked.to_json())):
            found = [any(b is r for r in decision.reasons) for b in decision.root_blockers]
            assert len(found) == 4 and all(found)
            assert any(blocker.cites for blocker in decision.root_blockers)


def test_less_detail_reads_as_less(snapshot: Snapshot, at: datetime) -> None:
    full, unmet, verdict = (
        snapshot.decide(release="R-11", stage="production", at=at, detail=detail)
        for detail in DETAILS
    )
    assert full == snapshot.decide(release="R-11", stage="production", at=at)
    assert unmet.root_blockers == full.root_blockers and len(unmet.reasons) < len(full.reasons)
    assert not any(reason.is_go for reason in unmet.reasons)
    assert [r.subject.id for r in unmet.changes] == ["C-7", "C-8"]
    assert verdict.root_blockers == verdict.reasons == () and list(verdict.walk()) == []
    assert full.verdict is unmet.verdict is verdict.verdict is Verdict.UNKNOWN
    assert len({full, unmet, verdict}) == 3
    assert str(verdict) == "? UNKNOWN: release R-11 to production"
    asked = '{"decide": {"subject": {"change": "C-4"}, "at": "2026-11-03T10:00:00Z"}}'
    go = snapshot.decide(change="C-4", at=at, detail="unmet")
    assert Decision.from_json(snapshot.ask(asked)) == go and go.is_go and go.reasons == ()
    with pytest.raises(ValueError, match="detail: pass"):
        snapshot.decide(release="R-11", at=at, detail="some")  # type: ignore[call-overload]


def test_a_decision_matches(decision: Decision) -> None:
    match decision:
        case Decision(Verdict.UNKNOWN, Subject("release", name)):
            assert name == "R-11"
        case _:
            pytest.fail("it does not match")


def test_a_wait_says_until_when() -> None:
    engine = Engine()
    engine.load("""{"lynchpin": "portfolio/1", "people": [{"id": "raj"}, {"id": "ann"}],
        "groups": [{"id": "cab", "members": [{"person": "ann"}]}],
        "stages": [{"id": "production"}],
        "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
        "approvals": [{"change": "C-1", "revision": 1, "requirement": "board",
            "stage": "production", "decision": "approved",
            "effective_from": "2026-11-05T00:00:00.000001Z", "at": "2026-11-02T09:00:00Z",
            "by": "ann"}]}""")
    engine.set_policy("""
        name = "acme"
        requirement.board = { approval = { group = "cab", people = 1 } }
        gate.board = { stage = "production", judges = "change", require = "board" }
    """)
    start = datetime(2026, 11, 5, tzinfo=timezone.utc) + timedelta(microseconds=1)
    waits = engine.snapshot().decide(change="C-1", at=start - timedelta(microseconds=1))
    assert waits.verdict is Verdict.WAIT
    assert waits.clears_at == waits.holds_until == start
    assert "WAIT until 2026-11-05T00:00:00.000001Z" in str(waits)
    assert engine.snapshot().decide(change="C-1", at=start).verdict is Verdict.GO


def test_a_plan_says_what_ships_and_what_does_not(plan: Plan) -> None:
    assert plan.waves == ((("C-4",),), (("C-7",),)) and plan.shipped == ("C-4", "C-7")
    assert plan.dropped == (Dropped(("C-8",), ("missing",), ("C-8",)),)
    assert plan.missing == (Missing("C-8", ("C-1", "C-2")),)
    assert plan.critical_path.changes == ("C-4", "C-7") and plan.critical_path.minutes == 2
    assert plan.edges == (Edge("C-7", "order", "C-4"),)


def test_a_plan_says_what_is_planned_too_late() -> None:
    engine = Engine()
    day = "2026-11-{:02}T00:00:00Z".format
    planned = {"from": day(3), "to": day(4)}
    changes: list[dict[str, object]] = [
        {"id": "A", "requires": [{"change": "B"}], "planned": planned},
        {"id": "B", "planned": {"from": day(5), "to": day(6)}},
    ]
    made = {"revision": 1, "at": day(1), "by": "raj"}
    engine.load(
        json.dumps(
            {
                "lynchpin": "portfolio/1",
                "people": [{"id": "raj"}],
                "stages": [{"id": "production"}],
                "changes": [change | made for change in changes],
            }
        )
    )
    at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    plan = engine.snapshot().plan(change="A", at=at)
    assert plan.late == (Late("A", at.replace(day=3), "B", at.replace(day=6)),)
    assert "planned too late" in str(plan) and "2026-11-06T00:00:00Z" in str(plan)
    assert Plan.from_json(plan.to_json()).late == plan.late


def test_a_tangled_plan_shows_cycles_and_conflicts() -> None:
    engine = Engine()
    changes: list[dict[str, object]] = [
        {"id": "A", "requires": [{"change": "B"}]},
        {"id": "B", "after": ["A"]},
        {"id": "C", "conflicts": [{"change": "D", "scope": "exclusive"}]},
        {"id": "D"},
        {"id": "E"},
    ]
    common: dict[str, object] = {"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}
    names = [*"ABCDE", "F"]
    engine.load(
        json.dumps(
            {
                "lynchpin": "portfolio/1",
                "people": [{"id": "raj"}],
                "stages": [{"id": "production"}],
                "changes": [change | common for change in changes],
                "releases": [{"id": "R", "changes": names} | common],
                "cancellations": [{"change": "E", "at": common["at"], "by": "raj", "reason": "no"}],
            }
        )
    )
    plan = engine.snapshot().plan(release="R", at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    assert len(plan.cycles) == 1 and isinstance(plan.cycles[0], Cycle)
    assert set(plan.cycles[0].changes) == {"A", "B"} and plan.cycles[0].forbidden
    assert {(e.source, e.target) for e in plan.cycles[0].witness} == {("A", "B"), ("B", "A")}
    assert plan.conflicts == (Conflict(("C", "D"), "exclusive", None),)
    assert plan.cancelled == ("E",) and plan.unknown == ("F",)
    for shown in (str(plan), str(Plan.from_json(plan.to_json())), plan._repr_html_()):
        for said in ("A requires B", "neither goes", "E", "F"):
            assert said in shown


def test_contributions_add_up_exactly(score: Score) -> None:
    assert isinstance(score.release, ReleaseScore)
    assert score.release.at_least <= score.probability <= score.release.at_most
    assert [change.change for change in score.changes] == ["C-4", "C-7", "C-8"]
    assert {driver.change for driver in score.release.drivers} == {"C-4", "C-7", "C-8"}
    for change in score.changes:
        assert isinstance(change, ChangeScore) and isinstance(change.risk, Risk)
        parts = [contribution.log_odds for contribution in change.risk.contributions]
        assert change.risk.baseline + sum(parts) == change.risk.log_odds
        raised = [contribution.log_odds for contribution in change.risk.raised_by]
        assert raised == sorted(raised, reverse=True) and all(r > 0 for r in raised)
        assert isinstance(change.risk.probability, Decimal)


def test_a_change_reaches_what_it_needs_and_what_needs_it(
    snapshot: Snapshot, reach: Reach, at: datetime
) -> None:
    assert (reach.change, reach.direction, reach.changes) == ("C-7", "upstream", ("C-4",))
    back = snapshot.reach(change="C-4", direction="downstream", at=at)
    assert back.changes == ("C-7",) and back != reach
    assert str(back) == "C-4 is needed by 1 changes\n\nchange\nC-7"
    with pytest.raises(ValueError, match="direction: pass"):
        snapshot.reach(change="C-4", direction="up", at=at)  # type: ignore[arg-type]


RENAMED = {"from": "source", "to": "target"}


def _every_field(document: object, value: object, path: str) -> int:
    """Counts the fields of a document, each of which must have its attribute."""
    if isinstance(document, list):
        assert isinstance(value, tuple) and len(value) == len(document), path
        pairs = zip(document, value, strict=True)
        return sum(_every_field(d, v, f"{path}[]") for d, v in pairs)
    if not isinstance(document, dict) or isinstance(value, (Subject, Actor, Mapping)):
        return 0
    count = 0
    for name, inner in document.items():
        if isinstance(value, Reason) and name == "reasons":
            found: object = value.children
        elif isinstance(value, Decision) and name == "reasons":
            inner, found = [inner], value.reasons[:1]
        else:
            attribute = RENAMED.get(str(name), str(name))
            assert hasattr(value, attribute), f"{path}.{name} has no attribute"
            found = getattr(value, attribute)
        count += 1 + _every_field(inner, found, f"{path}.{name}")
    return count


def test_every_field_of_a_document_has_its_attribute(
    document: bytes, policy: str, plan: Plan, score: Score, reach: Reach, at: datetime
) -> None:
    engine = Engine()
    engine.load(document)
    low_risk = 'requirement.low-risk = { risk = { below = "0.5" } }\n'
    engine.set_policy(
        policy.replace("gate.plans", f"{low_risk}gate.plans", 1).replace(
            'require = "back-out"', 'require = { all = ["back-out", "low-risk"] }'
        )
    )
    decision = engine.snapshot().decide(release="R-11", stage="production", at=at)
    assert decision.risk_model == "scorecard/1"
    kinds: list[tuple[str, Decision | Plan | Score]] = [
        ("decision", decision),
        ("plan", plan),
        ("score", score),
    ]
    for kind, value in kinds:
        assert _every_field(json.loads(value.to_json())[kind], value, kind) > 10
    assert _every_field(json.loads(reach.to_json())["reach"], reach, "reach") == 3


def _fitted() -> tuple[Engine, str]:
    """An engine with a release, scored by a model of the files that its changes touch."""
    model = {
        "lynchpin": "risk-model/1",
        "shock": "0.3",
        "model": {
            "baseline": "-2",
            "baseline_error": "0",
            "changes": 900,
            "failures": 90,
            "format": "additive/1",
            "terms": [
                {
                    "centre": 0,
                    "error": "0.1",
                    "name": "files",
                    "seen": [0, 9000000],
                    "transform": "plain",
                    "weight": "0.5",
                }
            ],
        },
    }
    text = json.dumps(model, sort_keys=True, separators=(",", ":"))
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    told = {"at": "2026-11-01T09:00:00Z", "by": "raj"}
    change = {"revision": 1, "services": ["shop"], **told}
    facts = {
        "lynchpin": "portfolio/1",
        "risk_models": [{"text": text, **told}],
        "changes": [{"id": i, "size": {"files": n}, **change} for i, n in (("A", 1), ("B", 3))],
        "releases": [{"id": "R", "revision": 1, "changes": ["A", "B"], **told}],
        "deployments": [
            {"id": "D", "environment": "live", "changes": ["A"], "outcome": "succeeded", **told}
        ],
        "incidents": [
            {"id": "I", "event": event, "services": ["shop"], "at": at, "by": "raj"}
            for event, at in (
                ("opened", "2026-11-01T09:10:00Z"),
                ("resolved", "2026-11-01T09:40:00Z"),
            )
        ],
    }
    engine = Engine()
    engine.load(json.dumps(facts))
    engine.set_policy(f'name = "acme"\nrisk.model = "{digest}"')
    return engine, digest


def test_a_fitted_model_says_how_failures_are_spread() -> None:
    engine, digest = _fitted()
    at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    score = engine.snapshot().score(release="R", at=at, parts=[["B"], ["A"]], split=("B", 3))
    assert score.model == digest and score.release is not None
    joint = score.release.joint
    assert joint is not None and joint.shock == Decimal("0.3") and joint.failures == (0, 2)
    assert joint.expected == sum(it.risk.probability for it in score.changes)
    assert joint.tier_one == score.probability
    assert sum(it.share or 0 for it in score.release.drivers) == score.probability
    assert score.apart is not None and score.apart.parts[0].reached == 1
    assert score.apart.parts[0].any == score.changes[1].risk.probability
    assert score.impact[0].mean_seconds == 1800 and score.impact[0].budget_seconds is None
    # One incident of half an hour, and none or both fail in nine of ten.
    assert score.impact[0].seconds == (0, 3600)
    assert score.apart.parts[1].impact[0].seconds == (0, 1800)
    # A third of three files is one, as A has.
    split, risk = score.split, score.changes[0].risk.probability
    assert split is not None and (split.change, split.into, split.piece) == ("B", 3, risk)
    assert split.expected_before == joint.expected and split.expected == 4 * risk
    assert split.any < split.any_apart
    for shown in (str(score), score._repr_html_(), str(Score.from_json(score.to_json()))):
        assert "nine of ten" in shown and "in parts" in shown and "shop" in shown
        assert "B split into 3" in shown
    with pytest.raises(QuestionError, match="is in a part already"):
        engine.snapshot().score(release="R", at=at, parts=[["A"], ["A"]])
    with pytest.raises(QuestionError, match="is split into 2 to 100"):
        engine.snapshot().score(release="R", at=at, split=("A", 1))
    with pytest.raises(NotFoundError, match="is not in it"):
        engine.snapshot().score(change="A", at=at, split=("B", 2))
    engine.set_policy('name = "acme"\nrisk.model = "sha256:' + "1" * 64 + '"')
    with pytest.raises(NotFoundError, match="no risk model"):
        engine.snapshot().score(release="R", at=at)


def test_a_history_is_told_in_columns() -> None:
    engine, _ = _fitted()
    at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    history = engine.snapshot().risk_history(features=["files", "lines"], at=at)
    assert history.changes == ("A",) and history.failed == (False,) and history.known == (None,)
    assert history.made == (datetime(2026, 11, 1, 9, tzinfo=timezone.utc),)
    assert [it.values for it in history.features] == [(1000000,), (None,)]
    assert RiskHistory.from_json(history.to_json()) == history
    assert "RISK HISTORY of 1 changes" in str(history)
    document = json.loads(history.to_json())
    for name, wrong in (("made", [None]), ("failed", [0]), ("known", 7), ("changes", [None])):
        bent = {**document["risk_history"], name: wrong}
        with pytest.raises(DocumentError, match="expected a list"):
            RiskHistory.from_json(json.dumps({"risk_history": bent}))
    with pytest.raises(QuestionError, match="luck"):
        engine.snapshot().risk_history(features=["luck"], at=at)
