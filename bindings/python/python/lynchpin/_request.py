"""Requests to a ledger as documents."""

import json
from collections.abc import Mapping
from datetime import datetime, timezone

from ._lynchpin import error_codes
from ._values import Subject
from .errors import Problem, QuestionError


def dumps(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half a surrogate pair becomes what no document may hold.
    return text.encode("utf-8", "surrogatepass")


def said(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: found for name, found in fields.items() if found is not None}


def document(name: str, found: object) -> bytes:
    return dumps({name: found})


def instant(at: datetime | None) -> str:
    at = datetime.now(timezone.utc) if at is None else at
    if at.utcoffset() is None:
        number = next(number for number, name in error_codes() if name == "instant_malformed")
        message = "the datetime has no time zone: pass one that has, or leave it out"
        raise QuestionError((Problem("instant_malformed", number, message),))
    return f"{at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S.%f}Z"


def subject_of(subject: Subject | None, release: str | None, change: str | None) -> dict[str, str]:
    named = {"release": release, "change": change}
    found = {kind: id for kind, id in named.items() if id is not None}
    if isinstance(subject, Subject) and not found:
        return {subject.kind: subject.id}
    if subject is not None or len(found) != 1:
        raise TypeError('name exactly one subject: release="...", change="..." or a Subject')
    return found
