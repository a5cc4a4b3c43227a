"""What answers hold, how they show themselves, and that nothing of their document is lost."""

import copy
import dataclasses
import json
import pickle
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from lynchpin import (
    Actor,
    ChangeScore,
    Clears,
    Conflict,
    Cycle,
    Decision,
    Dropped,
    Edge,
    Engine,
    Missing,
    Plan,
    Reason,
    ReleaseScore,
    Risk,
    Score,
    Snapshot,
    Subject,
    Verdict,
)
from lynchpin._lynchpin import verdicts


def test_verdicts_are_those_of_the_engine() -> None:
    assert [(verdict.value, str(verdict)) for verdict in Verdict] == verdicts()
    assert sorted(Verdict) == list(Verdict)
    assert max(Verdict) is Verdict.NO_GO and Verdict.GO <= Verdict.GO < Verdict.WAIT
    assert Verdict.WAIT > Verdict.GO and Verdict.WAIT >= Verdict.WAIT
    assert [verdict for verdict in Verdict if verdict.is_go] == [Verdict.GO, Verdict.GO_WAIVED]
    assert eval(repr(Verdict.NO_GO)) is Verdict.NO_GO and f"{Verdict.NO_GO}" == "no_go"
    with pytest.raises(TypeError):
        Verdict.GO < 3


def test_a_decision_or_a_verdict_is_neither_true_nor_false(decision: Decision) -> None:
    for value in (decision, decision.verdict):
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


def test_less_detail_reads_as_less(snapshot: Snapshot) -> None:
    asked = '{"decide": {"subject": {"release": "R-11"}, "at": "2026-11-03T10:00:00Z"%s}}'
    unmet = Decision.from_json(snapshot.ask(asked % ', "stage": "production"'))
    assert unmet.root_blockers and unmet.reasons == () and list(unmet.walk()) == []
    verdict = Decision.from_json(snapshot.ask(asked % ', "detail": "verdict"'))
    assert verdict.root_blockers == () and verdict.stage == "staging"
    assert verdict.verdict is Verdict.UNKNOWN
    assert unmet != verdict


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
    assert "clears at 2026-11-05T00:00:00.000001Z" in str(waits)
    assert engine.snapshot().decide(change="C-1", at=start).verdict is Verdict.GO


def test_a_plan_says_what_ships_and_what_does_not(plan: Plan) -> None:
    assert plan.waves == ((("C-4",),), (("C-7",),)) and plan.shipped == ("C-4", "C-7")
    assert plan.dropped == (Dropped(("C-8",), ("missing",), ("C-8",)),)
    assert plan.missing == (Missing("C-8", ("C-1", "C-2")),)
    assert plan.critical_path.changes == ("C-4", "C-7") and plan.critical_path.minutes == 2
    assert plan.edges == (Edge("C-7", "order", "C-4"),)


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
    shown = str(plan)
    for line in ("cycle ", "conflict C and D: neither goes", "cancelled E", "unknown F"):
        assert line in shown
    assert "A requires B" in plan._repr_html_() and "A requires B" in plan._repr_markdown_()


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


def test_values_are_frozen_equal_hashable_and_travel(
    decision: Decision, plan: Plan, score: Score
) -> None:
    for value in (decision, plan, score, decision.reasons[0], Subject("change", "C-1")):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(value, protocol)) == value
        assert copy.copy(value) == copy.deepcopy(value) == value
        assert hash(copy.copy(value)) == hash(value)
        for name in ("subject", "id", "anything"):
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                setattr(value, name, 1)
    assert Decision.from_json(decision.to_json().decode()) == decision
    assert len({decision, copy.copy(decision)}) == 1


def test_subjects_and_actors_are_closed() -> None:
    assert eval(repr(Subject("change", "C-1"))) == Subject("change", "C-1")
    assert eval(repr(Actor("group", "cab"))) == Actor("group", "cab")
    assert eval(repr(Clears.NOW)) is Clears.NOW and str(Clears.ON_ACTION) == "on_action"
    with pytest.raises(ValueError, match="kind"):
        Subject("person", "ann")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kind"):
        Actor("change", "C-1")  # type: ignore[arg-type]


RENAMED = {"from": "source", "to": "target"}


def _every_field(document: object, value: object, path: str) -> int:
    """Counts the fields of a document, each of which must have its attribute."""
    if isinstance(document, list):
        assert isinstance(value, tuple) and len(value) == len(document), path
        pairs = zip(document, value, strict=True)
        return sum(_every_field(d, v, f"{path}[]") for d, v in pairs)
    if not isinstance(document, dict) or isinstance(value, (Subject, Actor, dict)):
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
    decision: Decision, plan: Plan, score: Score
) -> None:
    kinds: list[tuple[str, Decision | Plan | Score]] = [
        ("decision", decision),
        ("plan", plan),
        ("score", score),
    ]
    for kind, value in kinds:
        assert _every_field(json.loads(value.to_json())[kind], value, kind) > 10


def test_reprs_are_short(decision: Decision, plan: Plan, score: Score) -> None:
    assert repr(decision) == "<lynchpin.Decision unknown: release R-11 to production>"
    assert repr(plan) == "<lynchpin.Plan of release R-11 to production: 2 shipped, 1 dropped>"
    assert repr(score) == f"<lynchpin.Score {score.probability}: release R-11>"
    assert repr(decision.reasons[0]) == "<lynchpin.Reason unknown release: release R-11>"
    assert len(repr(score.changes[0].risk)) < 80


def test_a_decision_reads_as_a_report(decision: Decision) -> None:
    lines = str(decision).splitlines()
    assert lines[0] == "unknown: release R-11 to production at 2026-11-03T10:00:00Z"
    assert "  needs_action: release R-11: board: approved by 1 of 2 (ask group cab)" in lines
    assert "      needs_action: gate plans" in lines
    assert "    go: change C-4" in lines


def test_no_text_moves_a_cursor(decision: Decision, plan: Plan, score: Score) -> None:
    hostile = "\x1b[2J\u202e\n\u2028"
    for value in (decision, plan, score):
        document = value.to_json().decode().replace("C-7", json.dumps(hostile)[1:-1])
        read = type(value).from_json(document)
        assert len(str(read).splitlines()) == len(str(value).splitlines())
        for shown in (str(read), read._repr_html_(), read._repr_markdown_()):
            assert not {"\x1b", "\u202e", "\u2028"} & set(shown)
            assert "\ufffd" in shown


def test_notebooks_show_text_as_text() -> None:
    engine = Engine()
    stage = '"><script>alert(1)</script>|**x**'
    common = {"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}
    text = json.dumps(
        {
            "lynchpin": "portfolio/1",
            "people": [{"id": "raj"}],
            "stages": [{"id": "production"}],
            "changes": [{"id": "C-1", "requires": [{"change": "C-2"}]} | common],
        }
    )
    engine.load(text)
    at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    snapshot = engine.snapshot()
    answers: list[tuple[type[Decision] | type[Plan] | type[Score], bytes]] = [
        (Decision, snapshot.decide(change="C-1", at=at).to_json()),
        (Plan, snapshot.plan(change="C-1", at=at).to_json()),
        (Score, snapshot.score(change="C-1", at=at).to_json()),
    ]
    for kind, document in answers:
        # An answer read back may hold any text, whatever ids the engine allows.
        hostile = document.decode().replace('"C-1"', json.dumps(stage))
        value = kind.from_json(hostile)
        html, markdown = value._repr_html_(), value._repr_markdown_()
        assert "<script" not in html and "&lt;script&gt;" in html
        assert "<script" not in markdown and "**x**" not in markdown
        assert "\\|" in markdown

