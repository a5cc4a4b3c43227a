"""A document with every field of an audit population."""

from typing import Any

AT = "2026-11-03T10:00:00Z"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
CHANGE, RELEASE = {"change": "C-1"}, {"release": "R-1"}

ROW: dict[str, Any] = {
    "began": AT,
    "deployment": "D-1",
    "change": "C-1",
    "environment": "production",
    "service": "shop",
    "release": "R-1",
    "ended": AT,
    "outcome": "succeeded",
    "by": "ci",
    "revision": 2,
    "kind": "normal",
    "requester": "raj",
    "author": "ida",
    "approvers": [
        {
            "requirement": "review",
            "person": "ann",
            "subject": RELEASE,
            "revision": 1,
            "stage": "production",
            "at": AT,
            "board": "cab",
        }
    ],
    "leave": [{"id": "A-1", "model": "certs", "at": AT, "by": "mei", "expires": AT}],
    "evidence": [
        {
            "check": "unit",
            "artifact": ONE,
            "configuration": "big",
            "environment": "lab",
            "by": "ci",
            "run": 7,
            "outcome": "passed",
            "at": AT,
        }
    ],
    "statements": [{"artifact": ONE, "predicate_type": "built", "at": AT, "by": "ci"}],
    "claim": {
        "subject": RELEASE,
        "attempt": 1,
        "verdict": "go_waived",
        "policy": TWO,
        "at": AT,
        "by": "mei",
        "sequence": 9,
    },
    "decision": {
        "subject": RELEASE,
        "revision": 1,
        "verdict": "go",
        "policy": TWO,
        "at": AT,
        "by": "mei",
    },
    "exceptions": [
        {
            "what": "waiver",
            "id": "W-1",
            "requirement": "soak",
            "freeze": "F-1",
            "requester": "raj",
            "by": "bob",
            "at": AT,
            "expires": AT,
        }
    ],
    "breaches": ["claim_ended"],
    "gaps": ["no_end"],
    "cites": [f"deployments/{ONE}"],
}
POPULATION: dict[str, Any] = {
    "population": {
        "at": AT,
        "from": AT,
        "to": AT,
        "stage": "production",
        "deployments": 3,
        "left_out": 1,
        "facts": {
            "told": 21,
            "listed": 1,
            "left_out": 2,
            "begun_before": 3,
            "other_stages": 4,
            "elsewhere": 11,
        },
        "gaps": [{"gap": "no_end", "rows": 1}],
        "breaches": 1,
        "rows": [ROW],
    }
}
