"""Values: frozen, made by the engine alone where they are answers, pickled by name."""

import copy
import dataclasses
import decimal
import pickle
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import lynchpin
import pytest
from lynchpin import (
    Actor,
    Clears,
    CriticalPath,
    Decision,
    Dropped,
    Plan,
    Reach,
    Score,
    Snapshot,
    Subject,
    Verdict,
)

Answers = list[Decision | Plan | Score | Reach]


@pytest.fixture
def answers(decision: Decision, plan: Plan, score: Score, reach: Reach) -> Answers:
    return [decision, plan, score, reach]


def _within(value: object) -> Iterator[object]:
    """A value and all that it is made of."""
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from _within(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _within(getattr(value, field.name))


def test_values_are_frozen_equal_hashable_and_travel(
    answers: Answers, decision: Decision, score: Score
) -> None:
    inner = [found for answer in answers for found in _within(answer)]
    inner += [found for part in (*decision.reasons, *score.changes) for found in _within(part)]
    classes = {type(value) for value in inner if type(value).__module__ == "lynchpin"}
    assert {"Reason", "Edge", "Missing", "Risk", "Driver"} <= {c.__name__ for c in classes}
    for value in inner:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            pickled = pickle.dumps(value, protocol)
            assert pickle.loads(pickled) == value and b"lynchpin._" not in pickled
        assert copy.copy(value) == copy.deepcopy(value) == value
        assert hash(copy.copy(value)) == hash(value)
    for value in (*answers, decision.reasons[0], Subject("change", "C-1")):
        for name in ("subject", "id", "anything"):
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                setattr(value, name, 1)
    assert len({decision, copy.copy(decision), pickle.loads(pickle.dumps(decision))}) == 1


def test_a_pickle_names_its_fields() -> None:
    state = Subject("change", "C-1").__reduce_ex__(4)[2]
    assert state == {"kind": "change", "id": "C-1"}


def test_what_is_public_is_found_where_it_says() -> None:
    for name in lynchpin.__all__:
        value = getattr(lynchpin, name)
        if isinstance(value, type) and not issubclass(value, Exception):
            assert (value.__module__, value.__qualname__) == ("lynchpin", name)


def test_the_engine_alone_makes_answers(answers: Answers) -> None:
    for answer in answers:
        kind = type(answer)
        forgeries: list[Callable[[], object]] = [
            partial(kind),
            partial(kind, verdict=Verdict.GO),  # type: ignore[arg-type]
            partial(dataclasses.replace, answer),
            partial(dataclasses.replace, answer, verdict=Verdict.GO),
        ]
        for forge in forgeries:
            with pytest.raises(TypeError, match="is made by a Snapshot"):
                forge()
        assert kind.__final__  # type: ignore[union-attr]
    assert len(set(answers)) == 4 and answers[0] != answers[0].to_json()


def test_subjects_and_actors_are_closed() -> None:
    assert eval(repr(Subject("change", "C-1"))) == Subject("change", "C-1")
    assert eval(repr(Actor("group", "cab"))) == Actor("group", "cab")
    assert eval(repr(Clears.NOW)) is Clears.NOW and str(Clears.ON_ACTION) == "on_action"
    with pytest.raises(ValueError, match="kind"):
        Subject("person", "ann")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kind"):
        Actor("change", "C-1")  # type: ignore[arg-type]
    for kind in (Subject, Actor):
        with pytest.raises(TypeError, match="id: pass text, not int"):
            kind("change" if kind is Subject else "group", 7)  # type: ignore[arg-type]


def test_subjects_and_actors_have_the_order_of_the_engine() -> None:
    subjects = [Subject("change", "A"), Subject("change", "B"), Subject("release", "A")]
    assert sorted(reversed(subjects)) == subjects and max(subjects) == subjects[2]
    actors = [Actor("person", "z"), Actor("group", "a")]
    assert sorted(reversed(actors)) == actors and actors[0] <= actors[0] < actors[1]
    with pytest.raises(TypeError):
        subjects[0] < actors[0]  # type: ignore[operator]


def test_figures_are_read_only(decision: Decision) -> None:
    args = decision.root_blockers[0].args
    assert args["given"] == 1
    with pytest.raises(TypeError):
        args["given"] = 2  # type: ignore[index]


def test_reprs_are_short(decision: Decision, plan: Plan, score: Score, reach: Reach) -> None:
    assert repr(decision) == "<lynchpin.Decision unknown: release R-11 to production>"
    assert repr(plan) == "<lynchpin.Plan of release R-11 to production: 2 shipped, 1 dropped>"
    assert repr(score) == f"<lynchpin.Score {score.probability}: release R-11>"
    assert repr(reach) == "<lynchpin.Reach upstream of C-7: 1 changes>"
    assert repr(decision.reasons[0]) == "<lynchpin.Reason unknown release: release R-11>"
    assert len(repr(score.changes[0].risk)) < 80
    many = tuple(f"C-{number}" for number in range(10_000))
    assert len(repr(CriticalPath(many, 7))) < 100
    assert len(repr(Dropped(many, (), many))) < 160
    assert len(repr(Dropped(("x" * 10_000,), (), ()))) < 300


def test_no_repr_moves_a_cursor(answers: Answers) -> None:
    hostile = "C-7" + "\x1b[2J\u202e\n" * 100
    for answer in answers:
        document = answer.to_json().decode()
        read = type(answer).from_json(document.replace("R-11", "C-7").replace("C-7", r"\u001b\n"))
        assert "\x1b" not in repr(read) and len(repr(read).splitlines()) == 1
    for text in (str(Subject("change", hostile)), str(Actor("group", hostile))):
        assert not {"\x1b", "\u202e", "\n"} & set(text)


def test_a_strict_decimal_context_changes_nothing(score: Score) -> None:
    read = Score.from_json(score.to_json())
    expected = (str(score), str(read), [c.risk.raised_by for c in score.changes])
    traps = [decimal.Inexact, decimal.Rounded, decimal.Subnormal]
    with decimal.localcontext(decimal.Context(prec=2, traps=traps)):
        read = Score.from_json(score.to_json())
        assert (str(score), str(read), [c.risk.raised_by for c in read.changes]) == expected


def test_a_snapshot_is_its_own_copy(snapshot: Snapshot, at: datetime) -> None:
    assert copy.copy(snapshot) is snapshot and copy.deepcopy(snapshot) is snapshot
    assert snapshot.stages() == ("staging", "production")
