"""What a snapshot and an engine answer besides decisions, plans and scores."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from lynchpin import (
    Actor,
    Cause,
    Claim,
    Decision,
    Engine,
    LimitError,
    LynchpinError,
    NotFoundError,
    PolicyError,
    QuestionError,
    Snapshot,
    Subject,
    Verdict,
)

POLICY = """
name = "acme"
claims = "required"
requirement.back-out = { plan = "back_out" }
gate.fast = { stage = "production", judges = "change", require = "back-out" }
"""
APPROVED = POLICY.replace('plan = "back_out"', 'approval = { group = "leads" }')
PORTFOLIO = """{"lynchpin": "portfolio/1",
    "people": [{"id": "raj"}, {"id": "mei"}, {"id": "ci", "kind": "machine"}],
    "groups": [{"id": "leads", "members": [{"person": "mei"}]}],
    "stages": [{"id": "production"}],
    "changes": [{"id": "C-1", "revision": 1, "title": "Split the tax table",
        "plans": {"back_out": "Put it back."}, "at": "2026-11-01T09:00:00Z", "by": "raj"}]"""


def _snapshot(extra: str = "", policy: str = POLICY) -> Snapshot:
    engine = Engine()
    engine.load(PORTFOLIO + extra + "}")
    engine.set_policy(policy)
    return engine.snapshot()


DAY = datetime(2026, 11, 2, tzinfo=timezone.utc)


def test_a_go_is_claimed_once() -> None:
    snapshot = _snapshot()
    receipt = snapshot.record(change="C-1", at=DAY, by="mei")
    assert receipt.verdict is Verdict.GO and receipt.subject == Subject("change", "C-1")
    entry = snapshot.claim(
        Subject("change", "C-1"),
        at=DAY,
        by="mei",
        digest=receipt.digest,
        not_after=DAY.replace(day=3),
    )
    assert isinstance(entry, Claim) and entry.attempt == 1 and entry.not_after
    assert entry.changes[0].digest == receipt.digest
    lines = str(entry).splitlines()
    assert lines[0] == "✓ GO: change C-1 enters production"
    assert lines[-1] == "C-1     1         Split the tax table"
    assert entry.to_markdown().startswith("### ✓ GO: change C-1 enters production\n")

    engine = Engine()
    engine.load(PORTFOLIO + "}")
    engine.set_policy(POLICY)
    first = engine.snapshot().claim(change="C-1", at=DAY, by="mei")
    assert isinstance(first, Claim)
    engine.load(first.to_portfolio())
    again = engine.snapshot().claim(change="C-1", at=DAY, by="mei")
    assert isinstance(again, Decision) and not again.is_go
    assert "has entered already, claimed by mei" in str(again)


def test_an_engine_claims_with_nothing_in_between() -> None:
    engine = Engine()
    engine.load(PORTFOLIO + "}")
    engine.set_policy(POLICY)
    entered = engine.claim(change="C-1", at=DAY, by="mei")
    assert isinstance(entered, Claim) and str(entered).startswith("✓ GO: change C-1 enters")
    again = engine.claim(Subject("change", "C-1"), at=DAY, by="mei", detail="unmet")
    assert isinstance(again, Decision) and again.root_blockers
    assert Claim.from_json(entered.to_json()) == entered
    with pytest.raises(QuestionError):
        engine.claim(change="C-1", at=DAY, by="")
    # Of any number that try at once, one enters.
    engine = Engine()
    engine.load(PORTFOLIO + "}")
    engine.set_policy(POLICY)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: engine.claim(change="C-1", at=DAY, by="mei"), range(8)))
    assert sum(isinstance(it, Claim) for it in found) == 1


def test_without_a_fact_it_is_a_what_if() -> None:
    snapshot = _snapshot(
        """, "approvals": [{"change": "C-1", "revision": 1, "requirement": "back-out",
        "stage": "production", "decision": "approved", "at": "2026-11-01T10:00:00Z",
        "by": "mei"}]""",
        APPROVED,
    )
    decision = snapshot.decide(change="C-1", at=DAY)
    assert decision.is_go and not decision.what_if
    (fact,) = {fact for reason in decision.reasons for fact in reason.cites}
    assert fact.startswith("approvals/sha256:")
    without = snapshot.assuming(ignoring=[fact]).decide(change="C-1", at=DAY)
    assert without.what_if and without.verdict is Verdict.NEEDS_ACTION
    strict = snapshot.assuming(policy=POLICY.replace('"back_out"', '"test"'))
    assert strict.decide(change="C-1", at=DAY).verdict is Verdict.NEEDS_ACTION
    loose = snapshot.assuming(policy='name = "open"\nopen = ["production"]')
    found = loose.decide(change="C-1", at=DAY)
    assert found.what_if and found.verdict.is_go and not found.is_go
    with pytest.raises(LynchpinError) as caught:
        loose.claim(change="C-1", at=DAY, by="mei")
    assert caught.value.code == "what_if"
    for wrong in ("approvals", "approvals/sha256:00", "thoughts/sha256:" + "1" * 64):
        with pytest.raises(QuestionError):
            snapshot.assuming(ignoring=[wrong])
    with pytest.raises(NotFoundError):
        snapshot.assuming(ignoring=["approvals/sha256:" + "1" * 64])
    with pytest.raises(PolicyError):
        snapshot.assuming(policy="name = 7")
    ask: Any = snapshot.assuming
    with pytest.raises(TypeError):
        ask(ignoring=[7])


def test_what_was_deployed_without_a_claim_is_a_breach() -> None:
    deployed = """, "deployments": [{"id": "D-1", "environment": "production",
        "outcome": "succeeded", "changes": ["C-1"], "at": "2026-11-01T12:00:00Z", "by": "ci"}]"""
    found = _snapshot(deployed).breaches(at=DAY)
    assert [breach.code for breach in found] == ["unclaimed"] and len(found) == 1 and found
    assert str(found).splitlines()[0] == "1 deployment without a claim"
    none = _snapshot().breaches(at=DAY)
    assert not none and str(none) == "nothing was deployed without a claim"


def test_a_calendar_tells_what_is_on() -> None:
    frozen = """, "freezes": [{"id": "audit", "by": "mei", "at": "2026-11-01T00:00:00Z",
        "when": {"from": "2026-11-02T00:00:00Z", "to": "2026-11-05T00:00:00Z"}}]"""
    found = _snapshot(frozen).calendar(change="C-1", stage="production", at=DAY)
    assert found.state == "closed" and not found.is_open and found.places[0].freezes == ("audit",)
    assert found.opens.when == "at" and found.opens.at == DAY.replace(day=5)
    assert found.opens.because == (Cause("freeze_ends", "audit"),)
    assert str(found).splitlines()[0] == "closed for production at 2026-11-02T00:00:00Z"
    with pytest.raises(QuestionError) as caught:
        ask: Any = _snapshot().calendar
        ask(change="C-1", service="shop", stage="production", at=DAY)
    assert caught.value.code == "subject_ambiguous"


def test_policies_are_examined_compared_and_tried() -> None:
    snapshot = _snapshot()
    loose = b'name = "acme"\nopen = ["production"]'
    assert snapshot.lint_policy(at=DAY).findings == ()
    unused = loose + b'\nrequirement.p = { plan = "test" }'
    findings = snapshot.lint_policy(unused, at=DAY).findings
    assert [finding.code for finding in findings] == ["requirement_unused"]
    compared = snapshot.compare_policies(loose, before='name = "acme"', at=DAY)
    assert [(it.what, it.name) for it in compared.differences] == [("policy", "open")]
    strict = POLICY.replace('"back_out"', '"test"')
    flipped = snapshot.dry_run(strict, at=DAY).flips
    assert [(it.before, it.after) for it in flipped] == [(Verdict.GO, Verdict.NEEDS_ACTION)]
    for wrong in ("name = 7", b"\xff", "policy.toml"):
        for call in (snapshot.lint_policy, snapshot.compare_policies, snapshot.dry_run):
            with pytest.raises(PolicyError):
                call(wrong, at=DAY)
    with pytest.raises(QuestionError):
        snapshot.lint_policy(at=DAY.replace(tzinfo=None))


def test_what_people_ask_every_day() -> None:
    snapshot = _snapshot(""", "boards": [{"board": "leads", "by": "mei",
        "meetings": [{"from": "2026-11-10T10:00:00Z"}], "at": "2026-11-01T00:00:00Z"}]""")
    asked = snapshot.dry_run(APPROVED, at=DAY).flips[0]
    assert asked.because[0].act == (Actor("group", "leads"),)
    everybody = snapshot.waiting(at=DAY)
    assert everybody.who is None and everybody.decided == 1 and everybody.waits == ()
    mei = Actor("person", "mei")
    assert snapshot.waiting(person="mei", at=DAY) == snapshot.waiting(mei, at=DAY)
    assert snapshot.waiting(mei, at=DAY).who == mei
    agenda = snapshot.agenda(board="leads", at=DAY)
    assert agenda.meeting and agenda.meeting.start.day == 10 and agenda.items == ()
    assert snapshot.ending(at=DAY, within=timedelta(days=1)).until == DAY + timedelta(days=1)
    assert snapshot.waiver_debt(at=DAY).total.count == 0
    week = DAY - timedelta(days=7)
    population = snapshot.population(stage="production", since=week, until=DAY, at=DAY)
    assert population.is_clean and population.rows == () and population.facts.told == 0
    with pytest.raises(QuestionError):
        snapshot.population(stage="production", since=DAY, until=DAY, at=DAY)
    with pytest.raises(NotFoundError):
        snapshot.population(stage="nowhere", since=week, until=DAY, at=DAY)
    for answer in (everybody, agenda, population):
        assert str(answer).splitlines() and answer.to_markdown().startswith("### ")
    for wrong in (timedelta(days=-1), timedelta(microseconds=1), timedelta.max):
        with pytest.raises(QuestionError):
            snapshot.ending(at=DAY, within=wrong)
    with pytest.raises(TypeError, match="name at most one"):
        snapshot.waiting(person="mei", group="leads", at=DAY)
    with pytest.raises(NotFoundError):
        snapshot.waiting(person="nobody", at=DAY)
    with pytest.raises(NotFoundError):
        snapshot.agenda(board="nothing", at=DAY)


def test_what_another_policy_lets_go_is_no_go() -> None:
    question = {
        "decide": {
            "subject": {"change": "C-1"},
            "at": "2026-11-02T00:00:00Z",
            "what_if": {"policy": 'name = "open"\nopen = ["production"]'},
        }
    }
    decision = Decision.from_json(_snapshot().ask(json.dumps(question)))
    assert decision.what_if and decision.verdict.is_go and not decision.is_go


def test_what_cannot_be_claimed_at_all_is_an_error() -> None:
    snapshot = _snapshot()
    for wrong in ({"by": ""}, {"by": "mei", "digest": "md5:1"}, {"by": "mei", "via": "\n"}):
        with pytest.raises(QuestionError):
            ask: Any = snapshot.claim
            ask(change="C-1", at=DAY, **wrong)
    with pytest.raises(LynchpinError) as caught:
        snapshot.claim(change="C-1", at=DAY.replace(day=1), by="mei")
    assert caught.value.code == "not_at_head"


def test_a_queue_is_asked_about() -> None:
    snapshot = _snapshot("")
    change = Subject("change", "C-1")
    found = snapshot.queue(stage="production", items=[(change, Decimal("1E-7"))], at=DAY, runs=3)
    assert found.items[0].failure == Decimal("0.0000001") and not found.what_if
    assert str(found).splitlines() and found.to_markdown().startswith("### ")
    again = snapshot.queue(stage="production", items=[(change, Decimal("1E-7"))], at=DAY, runs=3)
    assert found == again
    for wrong in ([change, change], [(change, Decimal(2))]):
        with pytest.raises(QuestionError):
            snapshot.queue(stage="production", items=wrong, at=DAY)
    with pytest.raises(QuestionError):
        snapshot.queue(stage="production", items=[change], at=DAY, slots=0)
    with pytest.raises(NotFoundError):
        snapshot.queue(stage="production", items=[Subject("change", "C-404")], at=DAY)
    with pytest.raises(LimitError):
        snapshot.queue(stage="production", items=[change], at=DAY, runs=1_001)
    with pytest.raises(TypeError):
        snapshot.queue(stage="production", items=["C-1"], at=DAY)  # type: ignore[list-item]
