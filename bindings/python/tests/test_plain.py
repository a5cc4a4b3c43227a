"""Answers that are read as their classes declare them: all of a document, and nothing else."""

import copy
import dataclasses
import inspect
import json
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import lynchpin
import pytest
from lynchpin import (
    Actor,
    Agenda,
    Breaches,
    Calendar,
    Cause,
    Changed,
    Claim,
    Comparison,
    DebtOf,
    Decision,
    DocumentError,
    DryRun,
    Ending,
    Engine,
    Lint,
    LynchpinError,
    NotFoundError,
    Obligations,
    Policies,
    PolicyError,
    QuestionError,
    RecordedDecision,
    Setting,
    Snapshot,
    Subject,
    Verdict,
    Waiting,
    WaitingItem,
    WaiverDebt,
)
from lynchpin._fields import Plain

AT = "2026-11-03T10:00:00Z"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
CHANGE, RELEASE = {"change": "C-1"}, {"release": "R-1"}

FACT = {
    "revision": 2,
    "digest": ONE,
    "stage": "production",
    "policy": TWO,
    "verdict": "go_waived",
    "at": AT,
    "recorded": AT,
    "sequence": 7,
    "by": "mei",
    "via": "ci-bridge",
    "reason": "as planned",
}
ADOPTED = {"at": AT, "policy": ONE}
REASON = {
    "subject": CHANGE,
    "gate": "fast",
    "requirement": "unit",
    "before": {"verdict": "wait", "code": "soaking"},
    "after": {"verdict": "go", "code": "soaked"},
    "through": [{"recorded": AT, "fact": f"evidence/{ONE}", "by": "ci"}],
    "by": "fact",
}
BLOCKER = {
    "verdict": "needs_action",
    "code": "plan_missing",
    "subject": CHANGE,
    "gate": "fast",
    "requirement": "back-out",
    "act": [{"person": "raj"}, {"group": "leads"}],
}

OWED = {
    "until": AT,
    "subject": RELEASE,
    "stage": "production",
    "gate": "board",
    "requirement": "review",
    "since": AT,
    "met": AT,
    "owner": [{"group": "cab"}],
}
ITEM = {
    "by": AT,
    "planned": AT,
    "meeting": AT,
    "lapses": AT,
    "subject": CHANGE,
    "title": "Split the tax table",
    "stage": "production",
    "gate": "fast",
    "requirement": "unit",
    "verdict": "needs_action",
    "code": "approval_missing",
    "args": {"given": 1, "needed": 2, "group": "leads"},
    "act": [{"person": "ann"}],
    "since": AT,
    "through": {"group": "leads", "in_place_of": "bob"},
    "holds_up": [RELEASE],
}
OPEN = {"subject": CHANGE, "stage": "production"}
DEBT = {"count": 1, "uses": 2, "days": 3, "days_left": 4, "oldest": "W-1", "since": AT}

# One document of each kind, with every field that it may have.
DOCUMENTS: dict[type[Plain], dict[str, Any]] = {
    Calendar: {
        "calendar": {
            "stage": "production",
            "at": AT,
            "state": "closed",
            "places": [
                {
                    "service": "shop",
                    "environment": "eu",
                    "state": "not_known",
                    "freezes": ["year-end"],
                    "windows": ["night"],
                    "undecided": ["late"],
                }
            ],
            "opens": {"when": "not_before", "at": AT, "because": [{"freeze_ends": "year-end"}]},
            "closes": {"when": "at", "at": AT, "because": [{"window_closes": "night"}]},
            "in_flight": [
                {
                    "deployment": "D-1",
                    "change": "C-1",
                    "stage": "production",
                    "environment": "eu",
                    "since": AT,
                    "begun": "no_go",
                    "must": "stop",
                    "because": ["frozen"],
                }
            ],
            "zone_data": "2026b",
        }
    },
    Changed: {
        "changed": {
            "subject": CHANGE,
            "stage": "production",
            "from": AT,
            "to": AT,
            "before": "wait",
            "after": "go",
            "reasons": [REASON],
        }
    },
    Lint: {
        "lint": {
            "policy": ONE,
            "findings": [
                {
                    "severity": "error",
                    "code": "gate_never_passes",
                    "gate": "fast",
                    "requirement": "unit",
                    "stage": "production",
                    "message": "the gate can never pass",
                }
            ],
        }
    },
    Comparison: {
        "comparison": {
            "before": ONE,
            "after": TWO,
            "differences": [
                {
                    "what": "gate",
                    "name": "fast",
                    "became": "changed",
                    "leans": "tighter",
                    "before": {"require": {"leaf": "unit"}},
                    "after": {"require": {"all": [{"leaf": "unit"}]}, "owner": "mei"},
                }
            ],
        }
    },
    DryRun: {
        "dry_run": {
            "policy": ONE,
            "tried": TWO,
            "compared": 3,
            "left_out": 1,
            "go_by_both": 1,
            "go_by_neither": 1,
            "flips": [
                {
                    "subject": RELEASE,
                    "stage": "production",
                    "at": AT,
                    "before": "go",
                    "after": "needs_action",
                    "because": [BLOCKER],
                }
            ],
        }
    },
    Claim: {
        "claim": {
            "change": "C-1",
            "changes": [{"change": "C-1", "revision": 2, "digest": ONE}],
            "attempt": 1,
            "waivers": ["W-1"],
            "not_after": AT,
        }
        | FACT
    },
    RecordedDecision: {"record": {"release": "R-1", "expires": AT} | FACT},
    Breaches: {
        "breaches": [
            {
                "at": AT,
                "change": "C-1",
                "stage": "production",
                "environment": "eu",
                "deployment": "D-1",
                "by": "ci",
                "code": "unclaimed",
            }
        ]
    },
    Obligations: {"obligations": [OWED]},
    Waiting: {
        "waiting": {
            "at": AT,
            "who": {"person": "ann"},
            "policy": ONE,
            "decided": 3,
            "left_out": 1,
            "later": 2,
            "waits": [{"actor": {"person": "ann"}, "items": [ITEM]}],
            "owed": [OWED],
        }
    },
    Agenda: {
        "agenda": {
            "board": "cab",
            "at": AT,
            "chair": {"person": "mei"},
            "secretary": {"person": "ann"},
            "meeting": {"from": AT, "to": AT},
            "agenda_closes": AT,
            "decided": 3,
            "left_out": 1,
            "items": [
                {
                    "subject": CHANGE,
                    "title": "Split the tax table",
                    "stage": "production",
                    "gate": "slow",
                    "requirement": "board",
                    "verdict": "needs_action",
                    "code": "approval_missing",
                    "revision": 2,
                    "digest": ONE,
                    "planned": {"from": AT, "to": AT},
                    "risk": "0.012000000",
                    "deferred": 1,
                    "last_deferred": AT,
                    "conflicts": [{"change": "C-1", "with": "C-2"}],
                    "holds_up": [RELEASE],
                }
            ],
            "owed": [OWED],
        }
    },
    Ending: {
        "ending": {
            "at": AT,
            "until": AT,
            "followed": 2,
            "left_out": 1,
            "ends": [
                {
                    "at": AT,
                    "what": "waiver",
                    "id": "W-1",
                    "fact": f"waivers/{ONE}",
                    "subject": CHANGE,
                    "stage": "production",
                    "requirement": "unit",
                    "owner": [{"person": "mei"}],
                    "holds_up": [OPEN],
                    "lets_go": [OPEN],
                }
            ],
            "turns": [
                {"at": AT, "before": "go_waived", "after": "wait", "because": [BLOCKER]} | OPEN
            ],
        }
    },
    WaiverDebt: {
        "waiver_debt": {
            "at": AT,
            "decided": 2,
            "left_out": 1,
            "total": DEBT,
            "by_requirement": [{"requirement": "unit"} | DEBT],
            "by_group": [{"group": "leads"} | DEBT],
            "by_service": [{"service": "shop"} | DEBT],
            "waivers": [
                {
                    "since": AT,
                    "waiver": "W-1",
                    "subject": CHANGE,
                    "stage": "production",
                    "requirement": "unit",
                    "group": "leads",
                    "services": ["shop"],
                    "requester": "raj",
                    "by": "mei",
                    "expires": AT,
                    "days": 3,
                    "days_left": 4,
                    "uses": 1,
                    "uses_left": 2,
                    "rests_on_it": [RELEASE],
                    "entered": ["C-1"],
                }
            ],
            "overdue": 1,
            "breaches": 2,
            "ignored_adoptions": 3,
        }
    },
    Policies: {
        "policies": {
            "answers": ONE,
            "adopted": [ADOPTED],
            "ignored": [
                {
                    "by": "mei",
                    "code": "adoption_not_approved",
                    "group": "owners",
                    "given": 1,
                    "needed": 2,
                }
                | ADOPTED
            ],
        }
    },
}
KINDS = pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)


def _names(value: Any) -> list[str]:
    return [it.name for it in dataclasses.fields(value) if not it.name.startswith("_")]


def _again(value: object) -> object:
    """What a document says of a value, made of the value alone."""
    match value:
        case Verdict():
            return str(value)
        case Subject() | Actor() | Cause():
            return {value.kind: value.id}
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case (Setting(), *_):
            assert isinstance(value, tuple)
            return {setting.name: json.loads(setting.value) for setting in value}
        case tuple():
            return [_again(item) for item in value]
        case Decimal() as number:
            return str(number)
        case int() | str():
            return value
    assert dataclasses.is_dataclass(value)
    keys: dict[str, str] = getattr(value, "_KEYS", {})
    told = {keys.get(name, name): getattr(value, name) for name in _names(value)}
    found = {name: _again(inner) for name, inner in told.items() if inner is not None}
    for name in ("requirement", "group", "service"):
        debts: tuple[DebtOf, ...] = told.get(f"by_{name}", ())
        if debts:
            again = [_again(it.debt) for it in debts]
            assert all(isinstance(it, dict) for it in again)
            found[f"by_{name}"] = [
                {name: it.id} | json.loads(json.dumps(debt))
                for it, debt in zip(debts, again, strict=True)
            ]
    return found | ({"args": dict(value.args)} if isinstance(value, WaitingItem) else {})


@KINDS
def test_every_field_is_kept(kind: type[Plain]) -> None:
    document = copy.deepcopy(DOCUMENTS[kind])
    (inner,) = document.values()
    again = _again(kind.from_json(json.dumps(document)))
    if isinstance(inner, list):
        assert again == document
    else:
        assert again == inner


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _objects(item)


def _refused(kind: type[Plain], document: object) -> str:
    with pytest.raises(DocumentError) as caught:
        kind.from_json(json.dumps(document))
    assert str(caught.value).isprintable()
    return caught.value.code


@KINDS
def test_what_is_too_much_or_of_another_type_is_refused(kind: type[Plain]) -> None:
    count = len(list(_objects(DOCUMENTS[kind])))
    for number in range(count):
        document = copy.deepcopy(DOCUMENTS[kind])
        found = list(_objects(document))[number]
        if _is_open(kind, found):
            continue
        found["more"] = 1
        codes = {"unknown_field", "wrong_version", "wrong_type", "unknown_word"}
        assert _refused(kind, document) in codes
        for name in found.keys() - {"more"}:
            for wrong in (None, 1.5, True, [7], {"more": 1}):
                document = copy.deepcopy(DOCUMENTS[kind])
                list(_objects(document))[number][name] = wrong
                open_field = name == "args" or (kind is Comparison and name in ("before", "after"))
                if not (open_field and wrong == {"more": 1}):
                    _refused(kind, document)


def _is_open(kind: type[Plain], found: dict[str, Any]) -> bool:
    """Whether anything may stand there: what a policy says, and the figures of a reason."""
    if kind is Comparison:
        return not {"comparison", "what", "differences"} & found.keys()
    return "needed" in found and kind is Waiting


@KINDS
def test_unknown_words_are_refused_and_other_texts_move_no_cursor(kind: type[Plain]) -> None:
    hostile = "\x1b[2J\u202e\n<script>|*x*"
    refused = taken = 0
    for number in range(len(list(_objects(DOCUMENTS[kind])))):
        for name, was in list(_objects(DOCUMENTS[kind]))[number].items():
            if not isinstance(was, str):
                continue
            document = copy.deepcopy(DOCUMENTS[kind])
            list(_objects(document))[number][name] = hostile
            try:
                value = kind.from_json(json.dumps(document))
            except DocumentError as error:
                known = ("unknown_word", "instant_malformed", "decimal_malformed")
                assert error.code in known, name
                refused += 1
                continue
            taken += 1
            for shown in (str(value), repr(value), value.to_markdown(), value._repr_html_()):
                assert not {"\x1b", "\u202e"} & set(shown), name
            assert "<script" not in value.to_markdown() + value._repr_html_()
    assert refused > 1 and taken > 1


@KINDS
def test_what_is_needed_is_missed(kind: type[Plain]) -> None:
    """Of the first object nothing that has no other meaning may be missing."""
    optional = {"before", "zone_data", "in_flight", "places", "reasons", "findings", "flips"}
    optional |= {"differences", "policy", "waivers", "not_after", "recorded", "sequence", "via"}
    optional |= {"reason", "change", "release", "changes", "expires", "answers", "adopted"}
    optional |= {"ignored", "met", "owner", "who", "waits", "owed", "chair", "secretary"}
    optional |= {"meeting", "agenda_closes", "items", "ends", "turns", "waivers"}
    optional |= {"by_requirement", "by_group", "by_service"}
    _, inner = next(iter(DOCUMENTS[kind].items()))
    first = inner[0] if isinstance(inner, list) else inner
    for name in first.keys() - optional:
        document = copy.deepcopy(DOCUMENTS[kind])
        objects = list(_objects(document))
        del objects[1][name]
        assert _refused(kind, document) in ("missing_field", "wrong_type"), name


@KINDS
def test_an_answer_is_a_frozen_value(kind: type[Plain]) -> None:
    document = json.dumps(DOCUMENTS[kind])
    value = kind.from_json(document)
    assert pickle.loads(pickle.dumps(value)) == value and copy.deepcopy(value) is value
    assert hash(value) == hash(kind.from_json(document)) and value.to_json() == document.encode()
    assert repr(value).startswith(f"<lynchpin.{kind.__name__}")
    assert str(value).splitlines() and value.to_markdown().startswith("### ")
    with pytest.raises(TypeError, match="is made by a Snapshot"):
        kind()
    name = next(iter(_names(kind)))
    with pytest.raises(AttributeError):
        setattr(value, name, None)


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
    for wrong in ("approvals", "approvals/sha256:00", "thoughts/" + ONE):
        with pytest.raises(QuestionError):
            snapshot.assuming(ignoring=[wrong])
    with pytest.raises(NotFoundError):
        snapshot.assuming(ignoring=[f"approvals/{ONE}"])
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
    for answer in (everybody, agenda):
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


def test_every_kind_is_tried() -> None:
    public = [getattr(lynchpin, name) for name in lynchpin.__all__]
    kinds = {it for it in public if inspect.isclass(it) and issubclass(it, Plain)}
    assert kinds == set(DOCUMENTS)
