"""Fitted models: the same bytes as in every language, what may be given, what is refused."""

import array
import pickle
import threading
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from lynchpin import Column, DocumentError, Integers, Model, QuestionError

FOLDER = Path(__file__).parents[3] / "tests" / "model"
NAMES = ("lines", "hours", "earlier", "services")
HOW: dict[
    str,
    tuple[Literal["plain", "log"], Literal["free", "straight", "rising", "falling"]],
] = {
    "lines": ("log", "rising"),
    "hours": ("plain", "free"),
    "earlier": ("log", "straight"),
    "services": ("plain", "free"),
}
LINES: list[float | None] = [3, 900, 12, 40, 700, 2, 350, 8]
FAILED = [False, True, False, False, True, False, False, True]
ROOT: Any = "root"
UP: Any = "up"


def _history(first: int = 0) -> tuple[dict[str, Column], list[bool]]:
    """The invented history that every language fits a model to; see tests/tests/model_faces.rs."""
    rows = [line.split() for line in (FOLDER / "history.txt").read_text("utf-8").splitlines()]
    rows = rows[first:]
    values = {name: [float(row[at]) for row in rows] for at, name in enumerate(NAMES)}
    columns = {name: Column(values[name], *HOW[name]) for name in NAMES}
    return columns, [row[4] == "1" for row in rows]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(*_history(), strength=2, half_life=200, rounds=60, pairs=2)


def test_the_bytes_are_those_of_every_language(model: Model) -> None:
    written = (FOLDER / "model.json").read_bytes()
    assert model.json() == written
    following = Model.fit(*_history(120), prior=Model.fit(*_history()))
    assert following.json() == (FOLDER / "next.json").read_bytes()
    read = Model.read(written)
    assert read == model and hash(read) == hash(model) and read != following
    assert read.digest == model.digest != following.digest
    assert pickle.loads(pickle.dumps(model)) == model
    assert (model.changes, model.failures) == (240, 43)
    assert repr(model) == "Model(4 terms, 2 pairs, 240 changes)"


def test_the_scores_are_those_of_every_language(model: Model) -> None:
    columns, _ = _history()
    scores = model.score(dict(reversed(columns.items())))
    lines = (FOLDER / "scores.txt").read_text("utf-8").splitlines()
    rows = [[int(word) for word in line.split()] for line in lines]
    parts = (scores.log_odds, scores.probabilities, *scores.contributions)
    assert [list(row) for row in zip(*parts, strict=True)] == rows
    assert len(scores) == 240 and scores.names[:4] == tuple((name,) for name in NAMES)
    assert scores.names[4:] == model.pairs and len(model.pairs) == 2


def test_it_says_what_it_is_made_of(model: Model) -> None:
    terms = model.terms
    assert [term.name for term in terms] == list(NAMES)
    assert [term.transform for term in terms] == ["log", "plain", "log", "plain"]
    assert terms[0].weight > 0 and terms[0].step_count > 1 and terms[2].step_count == 0
    assert all(term.seen[0] < term.centre < term.seen[1] for term in terms)
    assert model.baseline < 0 < model.baseline_error


def test_an_explanation_adds_up(model: Model) -> None:
    columns, _ = _history()
    scores = model.score(columns)
    with localcontext() as context:
        context.prec = 3  # what the engine says is not rounded to it
        told = [scores.explain(row) for row in (0, -1, 7)]
    for row, explanation in zip((0, -1, 7), told, strict=True):
        parts = (part.log_odds for part in explanation.contributions)
        assert sum(parts, explanation.baseline) == explanation.log_odds
        assert explanation.log_odds.scaleb(9) == scores.log_odds[row]
        assert explanation.probability.scaleb(9) == scores.probabilities[row]
        assert [part.names for part in explanation.contributions] == list(scores.names)
        assert isinstance(explanation.probability, Decimal)
    for row in (240, -241):
        with pytest.raises(IndexError, match="there is no change"):
            scores.explain(row)


FORMS: dict[str, Callable[[list[float | None]], Any]] = {
    "list": list,
    "tuple": tuple,
    "array": lambda values: array.array("d", map(_float, values)),
    "numpy": lambda values: np.array(list(map(_float, values))),
    "backwards": lambda values: np.array(list(map(_float, values[::-1])))[::-1],
    "arrow": lambda values: pa.array(values, pa.float64()),
    "arrow of whole numbers": lambda values: pa.array(values, pa.int64()),
    "arrow from the middle": lambda values: pa.array([None, *values, None], pa.int64())[1:-1],
    "arrow in pieces": lambda values: pa.chunked_array([values[:3], [], values[3:]], pa.float64()),
    "column": Column,
}


def _float(value: float | None) -> float:
    return float("nan") if value is None else value


@pytest.mark.parametrize("form", FORMS)
def test_values_may_be_given_in_any_form(form: str) -> None:
    values: list[float | None] = [*LINES[:-1], None]
    wanted = Model.fit({"lines": values}, FAILED)
    model = Model.fit({"lines": FORMS[form](values)}, FAILED)
    assert model == wanted
    scores = model.score({"lines": FORMS[form](values)})
    assert scores.log_odds == wanted.score({"lines": values}).log_odds
    assert scores.log_odds[-1] == max(scores.log_odds)  # what is not known is the riskiest
    assert len(model.score({"lines": FORMS[form]([])})) == 0


@pytest.mark.parametrize(
    "failed",
    [
        [0, 1, 0, 0, 1, 0, 0, 1],
        np.array(FAILED),
        np.array(FAILED, dtype=np.int64),
        np.array(FAILED, dtype=np.uint8),
        pa.array(FAILED),
        pa.array([True, *FAILED, None])[1:-1],
        pa.chunked_array([FAILED[:5], FAILED[5:]]),
        bytes(FAILED),
    ],
)
def test_outcomes_may_be_given_in_any_form(failed: Any) -> None:
    assert Model.fit({"lines": LINES}, failed) == Model.fit({"lines": LINES}, FAILED)


def test_answers_are_shared_without_a_copy() -> None:
    scores = Model.fit({"lines": LINES}, FAILED).score({"lines": LINES})
    first, second = np.asarray(scores.log_odds), np.asarray(scores.log_odds)
    assert first.dtype == np.int64 and not first.flags.writeable
    assert first.ctypes.data == second.ctypes.data
    assert pa.array(scores.log_odds).to_pylist() == first.tolist() == scores.log_odds.tolist()
    assert np.asarray(scores.probabilities).dtype == np.uint32
    assert np.asarray(scores.contributions[0]).sum() == sum(scores.contributions[0])
    kept = memoryview(scores.contributions[0])
    assert kept.format == "q" and kept.readonly and kept.shape == (8,) and kept.itemsize == 8
    values = kept.tolist()
    del scores
    assert kept.tolist() == values
    with pytest.raises(TypeError):
        kept[0] = 1


def test_integers_are_a_sequence() -> None:
    scores = Model.fit({"lines": LINES}, FAILED).score({"lines": LINES})
    integers = scores.log_odds
    assert isinstance(integers, Integers) and len(integers) == 8 == len(list(integers))
    assert integers[0] == integers[-8] and integers == scores.log_odds
    assert hash(integers) == hash(scores.log_odds)
    assert repr(integers).startswith("Integers([")
    with pytest.raises(IndexError, match="there is no number 8"):
        integers[8]
    with pytest.raises(TypeError):
        Integers()


def _refused(*given: Any, **how: Any) -> Callable[[], object]:
    return lambda: Model.fit(*given, **how)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (_refused({"lines": LINES}, [False] * 8), "0 of 8 failed"),
        (_refused({"lines": LINES[1:]}, FAILED), "7 values for 8 outcomes"),
        (_refused({"lines": [*LINES[1:], float("inf")]}, FAILED), r"`lines\[7\]` is inf"),
        (_refused({"lines": [10**400, *LINES[1:]]}, FAILED), r"`lines\[0\]` is inf"),
        (_refused({"lines": [1e300, *LINES[1:]]}, FAILED), r"`lines\[0\]` is 1"),
        (_refused({"lines": np.array([2**62] * 8)}, FAILED), r"`lines\[0\]` is 46"),
        (_refused({"lines": Column(LINES, ROOT)}, FAILED), "`root` is no transform"),
        (_refused({"lines": Column(LINES, bend=UP)}, FAILED), "`up` is no bend"),
        (_refused({"lines": LINES}, [2, *FAILED[1:]]), r"`failed\[0\]` is 2"),
        (_refused({"lines": LINES}, [None, *FAILED[1:]]), r"`failed\[0\]` is NaN"),
        (_refused({"lines": LINES}, FAILED, rounds=2**31), "rounds"),
        (_refused({"lines": LINES}, FAILED, strength=-1), "strength"),
        (lambda: Model.fit({"lines": LINES}, FAILED).score({"files": LINES}), "named `lines`"),
        (
            lambda: Model.fit({"a": LINES, "b": LINES[::-1]}, FAILED).score({"a": [1], "b": []}),
            "columns of 1 and of 0 values",
        ),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], told: str) -> None:
    with pytest.raises(QuestionError, match=told):
        call()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("many", "not str"),
        (7, "not int"),
        (["x"] * 8, r"lines\[0\]"),
        (np.zeros((2, 4)), "one dimension"),
        (np.zeros(8, dtype=np.float32), "cast it"),
        (pa.array([1] * 8, pa.int32()), "cast it"),
        (pa.array(["a"] * 8).dictionary_encode(), "cast it"),
    ],
)
def test_what_is_no_number_is_refused(values: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        Model.fit({"lines": values}, FAILED)


def test_what_is_no_mapping_and_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="mapping"):
        Model.fit([LINES], FAILED)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Model.fit({"lines": LINES}, FAILED, prior=b"{}")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Model()
    for text in ("{", "{}", b"[]"):
        with pytest.raises(DocumentError):
            Model.read(text)


def test_values_that_were_transformed_are_weighed_as_they_are() -> None:
    model = Model.fit({"lines": Column(LINES, transform="log")}, FAILED)
    logarithms = np.log1p(np.array(LINES, dtype=np.float64))
    raw = np.asarray(model.score({"lines": LINES}).log_odds)
    done = np.asarray(model.score({"lines": logarithms}, transformed=True).log_odds)
    assert np.abs(raw - done).max() < 10_000 and (raw != 0).all()


def test_many_threads_score_at_once(model: Model) -> None:
    columns, _ = _history()
    wanted = model.score(columns).log_odds
    wrong: list[object] = []

    def ask() -> None:
        wrong.extend(1 for _ in range(20) if model.score(columns).log_odds != wanted)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
