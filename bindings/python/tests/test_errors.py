"""Exceptions: one family, each with its code, its places and the builtin that users expect."""

import pickle
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import lynchpin
import pytest
from lynchpin import (
    AssessError,
    BrokenError,
    DocumentError,
    Engine,
    LedgerError,
    LimitError,
    LynchpinError,
    NotFoundError,
    PanicError,
    PolicyError,
    Problem,
    QuestionError,
    Snapshot,
    Subject,
    errors,
)
from lynchpin._lynchpin import error_codes


def test_the_family_is_whole() -> None:
    family = [getattr(lynchpin, name) for name in lynchpin.__all__ if name.endswith("Error")]
    assert len(family) == 10
    assert all(issubclass(member, LynchpinError) for member in family)
    assert set(errors.__all__) == {member.__name__ for member in family} | {"Problem"}
    for member in (DocumentError, PolicyError, QuestionError, NotFoundError):
        assert issubclass(member, ValueError)
    assert issubclass(NotFoundError, LookupError)
    for broken in (BrokenError, PanicError):
        assert issubclass(broken, RuntimeError)
    # A cause to give up may not pass for a malformed input.
    for stopped in (AssessError, BrokenError, LedgerError, PanicError, LimitError):
        assert not issubclass(stopped, (ValueError, LookupError))


def test_the_native_half_raises_only_what_is_there() -> None:
    source = Path(__file__).parent.parent / "src" / "error.rs"
    named = re.findall(r"import_exception!\(lynchpin\.errors, (\w+)\)", source.read_text("utf-8"))
    assert set(named) == set(errors.__all__) - {"Problem"}


MALFORMED: list[tuple[str, str, str]] = [
    ("", "syntax", "$"),
    ("[]", "wrong_type", "$"),
    ("{}", "missing_field", "$"),
    ('{"lynchpin": "portfolio/9"}', "wrong_version", "$.lynchpin"),
    ('{"lynchpin": "portfolio/1", "peple": []}', "unknown_field", "$"),
    ('{"lynchpin": "portfolio/1", "people": [], "people": []}', "duplicate_key", "$"),
    ('{"lynchpin": "portfolio/1", "people": [{"id": 7}]}', "wrong_type", "$.people[0].id"),
    ("[" * 100_000, "document_too_deep", ""),
]


@pytest.mark.parametrize(("text", "code", "path"), MALFORMED)
def test_a_malformed_document_says_what_and_where(text: str, code: str, path: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Engine().load(text)
    error = caught.value
    assert (error.code, error.problems[0].path) == (code, path)
    assert error.number == dict((name, number) for number, name in error_codes())[code]
    assert error.code in str(error)


def test_all_problems_are_told() -> None:
    with pytest.raises(DocumentError) as caught:
        Engine().load('{"lynchpin": "portfolio/1",\n "people": [{"id": 7}, {"id": ""}]}')
    first, second = caught.value.problems
    assert (first.code, first.path, first.line) == ("wrong_type", "$.people[0].id", 2)
    assert second.code == "id_not_canonical" and second.path == "$.people[1].id"
    assert str(caught.value).splitlines() == [str(first), str(second)]
    assert repr(caught.value) == "<lynchpin.DocumentError wrong_type: 2 problems>"


def test_a_malformed_policy_is_a_policy_error() -> None:
    for text in ("name = ", "name = 7", "nonsense = 1", '"', 'name = "a"\ngate.g = {}'):
        with pytest.raises(PolicyError) as caught:
            Engine().set_policy(text)
        assert caught.value.problems


def test_questions_are_refused_or_not_found(snapshot: Snapshot, at: datetime) -> None:
    refused: list[tuple[type[QuestionError], Callable[[], object]]] = [
        (NotFoundError, lambda: snapshot.decide(release="R-12", at=at)),
        (NotFoundError, lambda: snapshot.plan(change="C-99", at=at)),
        (NotFoundError, lambda: snapshot.score(change="C-99", at=at)),
        (NotFoundError, lambda: snapshot.decide(release="R-11", stage="moon", at=at)),
        (NotFoundError, lambda: snapshot.decide(release="R-11", at=at.replace(year=2020))),
        (QuestionError, lambda: snapshot.decide(release="", at=at)),
        (QuestionError, lambda: snapshot.decide(release="R-11", stage="a b", at=at)),
        (QuestionError, lambda: snapshot.decide(release="x" * 10_000, at=at)),
        (QuestionError, lambda: snapshot.decide(release="\ud800", at=at)),
        (QuestionError, lambda: snapshot.plan(change="C-4\udfff", at=at)),
        (QuestionError, lambda: snapshot.decide(release="R-11", stage="\ud800", at=at)),
        (QuestionError, lambda: snapshot.score(Subject("change", "\ud800"), at=at)),
        (QuestionError, lambda: snapshot.reach(change="\ud800", direction="upstream", at=at)),
        (NotFoundError, lambda: snapshot.reach(change="C-99", direction="upstream", at=at)),
        (QuestionError, lambda: snapshot.ask("{}")),
        (QuestionError, lambda: snapshot.ask('{"decide": {}}')),
        (QuestionError, lambda: snapshot.ask(b"\xff")),
    ]
    for family, call in refused:
        with pytest.raises(QuestionError) as caught:
            call()
        assert type(caught.value) is family, caught.value


def test_errors_travel() -> None:
    with pytest.raises(DocumentError) as caught:
        Engine().load("[]")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert type(copied) is DocumentError and copied.problems == caught.value.problems
    problem = caught.value.problems[0]
    assert eval(repr(problem)) == problem
    assert hash(problem) == hash(pickle.loads(pickle.dumps(problem)))


def test_an_error_names_at_least_one_problem() -> None:
    with pytest.raises(ValueError, match="at least one"):
        LynchpinError(())
    for wrong in ("text", ("text",), None):
        with pytest.raises(TypeError, match="pass a tuple of Problem"):
            LynchpinError(wrong)  # type: ignore[arg-type]
    error = LimitError((Problem("limit_exceeded", 1601, "too much"),))
    assert (error.code, error.number) == ("limit_exceeded", 1601)
    assert str(error) == "limit_exceeded: too much"
