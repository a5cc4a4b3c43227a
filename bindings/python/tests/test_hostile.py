"""Hostile input: what comes out is an answer or one of the package's exceptions."""

import json
from datetime import datetime, timezone
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lynchpin import Decision, Engine, LynchpinError, PanicError, Plan, Reach, Score, Subject

EXAMPLES = Path(__file__).parent.parent / "examples"
PORTFOLIO = (EXAMPLES / "portfolio.json").read_bytes()
POLICY = (EXAMPLES / "policy.toml").read_bytes()
AT = datetime(2026, 11, 3, 10, tzinfo=timezone.utc)
QUESTION = b"""{"decide": {"subject": {"release": "R-11"}, "stage": "production",
    "at": "2026-11-03T10:00:00Z", "detail": "full"}}"""

ENGINE = Engine()
ENGINE.load(PORTFOLIO)
ENGINE.set_policy(POLICY)
SNAPSHOT = ENGINE.snapshot()

hostile = settings(derandomize=True, deadline=None, database=None, max_examples=300)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def mutated(text: bytes) -> st.SearchStrategy[bytes]:
    """A text with a few stretches overwritten, cut out or doubled."""

    def mutate(cuts: list[tuple[int, int, bytes]]) -> bytes:
        found = text
        for start, length, put in cuts:
            found = found[:start] + put + found[start + length :]
        return found

    cut = st.tuples(
        st.integers(0, len(text)),
        st.integers(0, 20),
        st.binary(max_size=4) | st.sampled_from([b"[", b"{", b'"', b"null", b"1e999", b"\\u0000"]),
    )
    return st.lists(cut, min_size=1, max_size=3).map(mutate)


def replaced(text: bytes) -> st.SearchStrategy[bytes]:
    """A document of right syntax with one value anywhere in it replaced by another."""

    def paths(value: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        inner: list[tuple[str | int, object]] = []
        if isinstance(value, dict):
            inner = list(value.items())
        elif isinstance(value, list):
            inner = list(enumerate(value))
        return [path, *(found for key, part in inner for found in paths(part, (*path, key)))]

    def replace(found: tuple[tuple[str | int, ...], object]) -> bytes:
        path, value = found
        document = json.loads(text)
        if not path:
            return json.dumps(value).encode()
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return json.dumps(document).encode()

    everywhere = st.sampled_from(paths(json.loads(text), ()))
    return st.tuples(everywhere, JSON).map(replace)


def load(document: bytes) -> None:
    engine = Engine()
    try:
        engine.load(document)
        engine.set_policy(POLICY)
        for change in engine.snapshot().changes(at=AT):
            engine.snapshot().decide(change=change, at=AT)
        for release in engine.snapshot().releases(at=AT):
            engine.snapshot().plan(release=release, at=AT)
            engine.snapshot().score(release=release, at=AT)
    except LynchpinError as error:
        assert not isinstance(error, PanicError), error
        assert error.problems and error.number > 1000


def set_policy(text: bytes) -> None:
    engine = Engine()
    engine.load(PORTFOLIO)
    try:
        engine.set_policy(text)
        engine.snapshot().decide(release="R-11", stage="production", at=AT)
    except LynchpinError as error:
        assert not isinstance(error, PanicError), error


def ask(question: bytes) -> None:
    try:
        answer = SNAPSHOT.ask(question)
    except LynchpinError as error:
        assert not isinstance(error, PanicError), error
    else:
        assert set(json.loads(answer)) <= {"decision", "plan", "score", "reach"}


@hostile
@example(b"\xef\xbb\xbf{}")
@example(b'{"lynchpin": "portfolio/1", "changes": NaN}')
@example(b'{"a":' * 100_000)
@given(st.binary() | JSON.map(json.dumps).map(str.encode) | mutated(PORTFOLIO))
def test_any_document(document: bytes) -> None:
    load(document)


@hostile
@given(replaced(PORTFOLIO))
def test_a_document_with_any_value_anywhere(document: bytes) -> None:
    load(document)


@hostile
@example(b"a = " + b"[" * 100_000)
@example(b"a" + b".a" * 100_000 + b" = 1")
@given(st.binary() | mutated(POLICY))
def test_any_policy(text: bytes) -> None:
    set_policy(text)


@hostile
@example(b"[" * 100_000)
@given(st.binary() | mutated(QUESTION) | replaced(QUESTION))
def test_any_question(question: bytes) -> None:
    ask(question)


@hostile
@example("\ud800")
@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_id(name: str) -> None:
    for call in (
        lambda: SNAPSHOT.decide(change=name, at=AT),
        lambda: SNAPSHOT.decide(Subject("release", name), at=AT),
        lambda: SNAPSHOT.decide(change="C-4", stage=name, at=AT),
        lambda: SNAPSHOT.plan(change=name, at=AT),
        lambda: SNAPSHOT.score(change=name, at=AT),
        lambda: SNAPSHOT.reach(change=name, direction="downstream", at=AT),
    ):
        try:
            call()
        except LynchpinError as error:
            assert not isinstance(error, PanicError), error
            assert str(error).encode()


ANSWERS = (
    SNAPSHOT.decide(release="R-11", stage="production", at=AT),
    SNAPSHOT.plan(release="R-11", stage="production", at=AT),
    SNAPSHOT.score(release="R-11", at=AT),
    SNAPSHOT.reach(change="C-7", direction="upstream", at=AT),
)


@hostile
@given(st.one_of([replaced(answer.to_json()) | mutated(answer.to_json()) for answer in ANSWERS]))
def test_any_answer_read_back(document: bytes) -> None:
    for kind in (Decision, Plan, Score, Reach):
        try:
            value = kind.from_json(document)
        except LynchpinError:
            continue
        assert str(value) and repr(value) and value._repr_html_() and value._repr_markdown_()
        assert hash(value) == hash(kind.from_json(value.to_json()))
