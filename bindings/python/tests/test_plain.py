"""Answers that are read as their classes declare them: all of a document, and nothing else."""

import copy
import dataclasses
import inspect
import json
import pickle
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import lynchpin
import pytest
from lynchpin import (
    Actor,
    Agenda,
    Breaches,
    Calendar,
    Cause,
    Clears,
    Changed,
    Claim,
    Comparison,
    DebtOf,
    DocumentError,
    DryRun,
    Ending,
    Lint,
    NextState,
    NextStates,
    Obligations,
    Policies,
    Population,
    Queue,
    Reason,
    RecordedDecision,
    Setting,
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
PLANNING = json.loads(Path(__file__).with_name("planning_answers.json").read_bytes())
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
STEP = {
    "to": "Deploying",
    "code": 3,
    "on": "deploy",
    "mode": "manual",
    "order": 1,
    "available": True,
    "taken": True,
    "effect": "restart",
    "conditions": [{"name": "gate:board", "holds": True, "why": "is passed"}],
}
BLOCKS = {
    "verdict": "wait",
    "code": "soaking",
    "subject": CHANGE,
    "gate": "board",
    "requirement": "soaked",
    "act": [{"group": "cab"}],
    "clears_at": AT,
    "holds_until": AT,
    "cites": [f"deployments/{ONE}"],
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
            "before_model": 0,
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
    **{getattr(lynchpin, kind.title()): PLANNING[kind] for kind in PLANNING},
    Population: json.loads(Path(__file__).with_name("population_answer.json").read_bytes()),
    Queue: json.loads(Path(__file__).with_name("queue_answer.json").read_bytes()),
    NextStates: {
        "next_states": {
            "subject": CHANGE,
            "at": AT,
            "workflow": "acme",
            "state": "Committed",
            "code": -5,
            "since": AT,
            "by": "raj",
            "holds_until": AT,
            "what_if": "yes",
            "next": [STEP],
            "standing": [
                {
                    "condition": "gate:board",
                    "stage": "production",
                    "verdict": "wait",
                    "clears_at": AT,
                    "holds_until": AT,
                    "root_blockers": [BLOCKS],
                }
            ],
            "situation": {
                "gates": [{"gate": "board", "state": "passed"}],
                "owed": ["review"],
                "stages": [{"stage": "production", "verdict": "wait"}],
                "fields": ["plans.back_out"],
                "open_tasks": 1,
                "approvals": 2,
                "on_hold": True,
                "close_code": "successful",
                "planned": ["begun"],
                "deployment": "started",
            },
            "breaches": [
                {
                    "at": AT,
                    "by": "raj",
                    "kind": "gate_avoided",
                    "from": "New",
                    "to": "Implement",
                    "why": "went around the board",
                }
            ],
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
        case Clears():
            return str(value)
        case Reason():
            return _without(_again_plain(value), ("children", "_args"))
        case NextState():
            found = _again_plain(value)
            return _without(found, ("restarts",)) | {"effect": "restart"}
        case Decimal() as number:
            return str(number)
        case int() | str():
            return value
    return _again_plain(value)


def _without(found: dict[str, object], names: tuple[str, ...]) -> dict[str, object]:
    return {name: inner for name, inner in found.items() if name not in names}


def _again_plain(value: Any) -> dict[str, object]:
    keys: dict[str, str] = getattr(value, "_KEYS", {})
    told = {keys.get(name, name): getattr(value, name) for name in _names(value)}
    found = {name: _again(inner) for name, inner in told.items() if inner is not None}
    found |= {name: "yes" for name in ("what_if", "more") if getattr(value, name, None) is True}
    for name in ("requirement", "group", "service"):
        debts: tuple[DebtOf, ...] = told.get(f"by_{name}", ())
        if debts:
            again = [_again(it.debt) for it in debts]
            assert all(isinstance(it, dict) for it in again)
            found[f"by_{name}"] = [
                {name: it.id} | json.loads(json.dumps(debt))
                for it, debt in zip(debts, again, strict=True)
            ]
    told_args = isinstance(value, WaitingItem) or "args" in keys.values()
    return found | ({"args": dict(value.args)} if told_args else {})


@KINDS
def test_every_field_is_kept(kind: type[Plain]) -> None:
    document = copy.deepcopy(DOCUMENTS[kind])
    (inner,) = document.values()
    again = _again(kind.from_json(json.dumps(document)))
    assert again == (document if isinstance(inner, list) else inner)


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
                same = wrong is True and isinstance(found[name], bool)
                if not same and not (open_field and wrong == {"more": 1}):
                    _refused(kind, document)


def _is_open(kind: type[Plain], found: dict[str, Any]) -> bool:
    """Whether anything may stand there: what a policy says, and the figures of a reason."""
    if kind is Comparison:
        return not {"comparison", "what", "differences"} & found.keys()
    return "needed" in found and kind in (lynchpin.Actions, Waiting)


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
    optional |= {"by_requirement", "by_group", "by_service", "code", "since", "by", "what_if"}
    optional |= {"rows", "gaps", "next", "standing", *(["breaches"] if kind is NextStates else [])}
    optional |= {"takes", "chosen", "waves", "left_out", "actions", "never", "collisions", "more"}
    optional |= {"head", "slots", "runs", "cycles", "out_of_order", "subjects"}
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
    with pytest.raises(AttributeError):
        setattr(value, next(iter(_names(kind))), None)


def test_every_kind_is_tried() -> None:
    public = [getattr(lynchpin, name) for name in lynchpin.__all__]
    kinds = {it for it in public if inspect.isclass(it) and issubclass(it, Plain)}
    assert kinds == set(DOCUMENTS)
