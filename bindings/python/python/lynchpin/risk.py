"""Risk put to work: releases, lanes, shifts, back-tests and drift, without an engine.

What was said of changes goes in as columns: probabilities as numbers between 0 and 1, or as whole
parts per billion, as `Scores.probabilities` of a fitted `Model` are. Lists, arrays of numpy and
whatever else has `tolist` will do. The figures that come out are exact and the same in every
language, and all calls let other threads run.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar, dataclass_transform

from . import _lynchpin, _value
from ._fields import read
from ._read import Fields
from ._request import dumps, instant, said
from .errors import Problem, QuestionError

__all__ = [
    "Backtest",
    "BacktestFigures",
    "BacktestGate",
    "BacktestPart",
    "BaseRate",
    "CalibrationShift",
    "Drift",
    "FeatureShift",
    "Figure",
    "Gated",
    "Joint",
    "Lane",
    "RankingShift",
    "Shift",
    "backtest",
    "drift",
    "joint",
    "lane",
    "shift",
    "shock",
]

T = TypeVar("T")
_Numbers: TypeAlias = Iterable[int | float | Decimal]
_Outcomes: TypeAlias = Iterable[bool | int]

_BILLION = Decimal(1_000_000_000)
_MILLION = Decimal(1_000_000)


@dataclass_transform(frozen_default=True)
def _told(cls: type[T]) -> type[T]:
    """A frozen value of this module."""
    made = _value.value(cls)
    made.__module__ = __name__
    return made


def _billionths(fields: Fields, name: str) -> Decimal:
    return fields.integer(name) / _BILLION


def _millionths(fields: Fields, name: str) -> Decimal:
    return fields.integer(name) / _MILLION


def _maybe_millionths(fields: Fields, name: str) -> Decimal | None:
    return _millionths(fields, name) if name in fields else None


def _decimals(fields: Fields, name: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in fields.texts(name))


def _range(fields: Fields, name: str) -> tuple[int, int]:
    low, high = fields.integers(name)
    return low, high


def _span(fields: Fields, name: str) -> timedelta:
    text = fields.text(name)
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    return timedelta(**{units[text[-1]]: int(text[:-1])})


@_told
class Joint:
    """What changes come to that ship together.

    Example:
        >>> from lynchpin import risk
        >>> two = risk.joint([0.1, 0.2], shock=0)
        >>> two.any, two.expected, sum(two.shares) == two.any
        (Decimal('0.28'), Decimal('0.3'), True)
    """

    any: Decimal
    """The chance that any of them fails."""
    expected: Decimal
    """How many are expected to fail."""
    failures: Annotated[tuple[int, int], _range]
    """How many fail at least and at most in nine of ten such releases."""
    shares: Annotated[tuple[Decimal, ...], _decimals]
    """The part of the chance that each answers for, in the order given; they add up to it."""
    falls_by: Annotated[tuple[Decimal, ...], _decimals]
    """By how much the chance would fall without each."""


@_told
class Lane:
    """A threshold below which changes may pass, and what is known of those that did.

    Example:
        >>> from lynchpin import risk
        >>> said, failed = [0.5, *[0.01] * 9] * 100, [True, *[False] * 19] * 50
        >>> found = risk.lane(said, failed, promise="0.02", confidence="0.9")
        >>> found.passed, found.failed, found.at_most
        (900, 0, Decimal('0.01'))
    """

    at_most: Decimal
    """Changes up to this probability pass."""
    passed: int
    """How many changes of the history would have passed."""
    failed: int
    """How many of them failed."""
    bound: Decimal
    """The rate of failure that is not exceeded among them, as sure as was asked."""
    share: Decimal
    """The share of the history that would have passed."""


@_told
class Shift:
    """By how much all log-odds of a model are to be shifted.

    Example:
        >>> from lynchpin import risk
        >>> found = risk.shift([0] * 1_000, [number % 10 == 0 for number in range(1_000)])
        >>> Decimal("-2.4") < found.shift < Decimal("-2.0"), found.outcomes
        (True, 1000)
    """

    shift: Decimal
    """What is to be added to each, in log-odds."""
    error: Decimal
    """Its standard error: two of them either way hold it in 95 of 100 cases."""
    outcomes: int
    """Of how many outcomes it was learned."""


@_told
class Figure:
    """A figure, and how sure it is.

    Example:
        >>> from lynchpin.risk import Figure
        >>> Figure(Decimal("0.75"), (Decimal("0.7"), Decimal("0.8"))).interval[0]
        Decimal('0.7')
    """

    value: Decimal
    """The figure."""
    interval: tuple[Decimal, Decimal] | None
    """From where to where it lies, as sure as was asked; None, if it cannot be told."""


def _figure(
    take: Callable[[Fields, str], Decimal],
) -> Callable[[Fields, str], Figure | None]:
    def taken(fields: Fields, name: str) -> Figure | None:
        if name not in fields:
            return None
        figure = fields.inner(name)
        ends = figure.inner("interval") if "interval" in figure else None
        interval = (take(ends, "low"), take(ends, "high")) if ends is not None else None
        return Figure(take(figure, "value"), interval)

    return taken


def _whole(fields: Fields, name: str) -> Decimal:
    return Decimal(fields.integer(name))


_share = _figure(Fields.decimal)
_signed = _figure(_billionths)
_cost = _figure(_whole)


@_told
class BacktestFigures:
    """How good probabilities were.

    What cannot be told is None, such as how well failures were ranked where nothing failed.

    Example:
        >>> from lynchpin.risk import BacktestFigures
        >>> "auc" in BacktestFigures.__dataclass_fields__
        True
    """

    observed: Annotated[Figure, _share]
    """The share that failed: the base rate."""
    said: Annotated[Figure, _share]
    """The mean of the probabilities."""
    excess: Annotated[Figure, _signed]
    """By how much more was said than failed; below zero, more failed."""
    auc: Annotated[Figure | None, _share]
    """How often what failed was said to be the riskier one."""
    average_precision: Annotated[Figure | None, _share]
    """The same where few fail: the area under precision and recall."""
    brier: Annotated[Figure, _share]
    """The mean square of what the probabilities were off by."""
    skill: Annotated[Figure | None, _signed]
    """How much of that is better than saying the base rate of every change."""
    error: Annotated[Figure, _share]
    """How far the probabilities are from what came true, in the mean over ten bins (ECE)."""
    recall_5: Annotated[Figure | None, _share]
    """The share of the failures among the riskiest 5 % of the changes."""
    recall_10: Annotated[Figure | None, _share]
    """The same of 10 %."""
    recall_20: Annotated[Figure | None, _share]
    """The same of 20 %."""
    recall_50: Annotated[Figure | None, _share]
    """The same of 50 %."""
    recall_by_effort: Annotated[Figure | None, _share]
    """The share that is found by looking at the riskiest first until a fifth of the effort is
    spent."""


@_told
class Gated:
    """What came of reviewing every change from some probability on.

    Example:
        >>> from lynchpin.risk import Gated
        >>> Gated(None, 0, Decimal(0), 0, 0, 3, 27).escaped
        3
    """

    threshold: Decimal | None
    """The least probability that is reviewed; None, if nothing is."""
    gated: int
    """How many changes are reviewed."""
    share: Decimal
    """The share of all changes that they are."""
    caught: int
    """How many of them failed."""
    false_alarms: int
    """How many of them held."""
    escaped: int
    """How many failed that are not among them."""
    cost: int
    """What that costs."""


@_told
class BacktestGate:
    """What a gate by risk would have cost, had it been there.

    Example:
        >>> from lynchpin.risk import BacktestGate
        >>> "derived" in BacktestGate.__dataclass_fields__
        True
    """

    derived: Gated
    """At the threshold that follows from the costs, which is right if the probabilities are."""
    best: Gated
    """At the threshold that costs least, which is known only afterwards."""
    all: int
    """What it costs to review everything."""
    none: int
    """What it costs to review nothing."""
    saving: Annotated[Figure, _cost]
    """What the derived threshold saves, against the cheaper of everything and nothing."""


@_told
class BacktestPart:
    """A stretch of a history.

    Example:
        >>> from lynchpin.risk import BacktestPart
        >>> "late" in BacktestPart.__dataclass_fields__
        True
    """

    _KEYS: ClassVar[dict[str, str]] = {"start": "from", "end": "to"}

    start: datetime
    """When its first change was made, in UTC."""
    end: datetime
    """When its last change was made, in UTC."""
    matured: Annotated[timedelta, _span]
    """How long that one had to fail."""
    changes: int
    """How many changes there are."""
    failures: int
    """How many of them failed."""
    late: int
    """How many of the failures came to be known only after the maturity that was asked for."""
    run: int
    """How many consecutive changes were drawn as one."""
    figures: BacktestFigures
    """How good the probabilities were."""
    gate: BacktestGate
    """What a gate would have cost."""


def _text(fields: Fields, name: str) -> str:
    return json.dumps(fields.inner(name).raw(), separators=(",", ":"))


@_told
class Backtest:
    """What a risk model would have been worth.

    Example:
        >>> from lynchpin.risk import Backtest
        >>> "whole" in Backtest.__dataclass_fields__
        True
    """

    options: Annotated[str, _text]
    """What was asked, as JSON."""
    whole: BacktestPart
    """The whole history."""
    blocks: tuple[BacktestPart, ...]
    """The same for each block of time, the first one first."""


@_told
class BaseRate:
    """How often changes fail, now and before.

    Example:
        >>> from lynchpin.risk import BaseRate
        >>> BaseRate(None, None, None, "gather_more").reaction
        'gather_more'
    """

    reference: Decimal | None
    """The share that failed of the reference."""
    recent: Decimal | None
    """The share that failed lately."""
    z: Annotated[Decimal | None, _maybe_millionths]
    """The deviate: above zero, more fail. None, if a part has too few changes."""
    reaction: Literal[
        "none",
        "gather_more",
        "shift_intercept",
        "refit",
        "freeze_autonomy",
    ]
    """What that asks for."""


@_told
class FeatureShift:
    """How a feature differs from what it was.

    Example:
        >>> from lynchpin.risk import FeatureShift
        >>> FeatureShift("lines", Decimal("0.4"), Decimal("0.25"), "refit").name
        'lines'
    """

    name: str
    """The feature."""
    psi: Annotated[Decimal | None, _maybe_millionths]
    """The population stability index; None, if a part has too few changes."""
    limit: Annotated[Decimal, _millionths]
    """Beyond which it has drifted."""
    reaction: Literal[
        "none",
        "gather_more",
        "shift_intercept",
        "refit",
        "freeze_autonomy",
    ]
    """What that asks for."""


@_told
class CalibrationShift:
    """Whether what is said comes true.

    Example:
        >>> from lynchpin.risk import CalibrationShift
        >>> CalibrationShift(None, None, Decimal(0), None, "none").shift
        Decimal('0')
    """

    reference: Annotated[Decimal | None, _maybe_millionths]
    """The deviate of the reference (Spiegelhalter's z)."""
    z: Annotated[Decimal | None, _maybe_millionths]
    """The deviate of late."""
    shift: Decimal
    """The shift, in log-odds, after which as many are expected to fail as did."""
    shifted_z: Annotated[Decimal | None, _maybe_millionths]
    """The deviate after that shift."""
    reaction: Literal[
        "none",
        "gather_more",
        "shift_intercept",
        "refit",
        "freeze_autonomy",
    ]
    """What that asks for."""


@_told
class RankingShift:
    """How well what fails is told from what holds.

    Example:
        >>> from lynchpin.risk import RankingShift
        >>> RankingShift(None, None, None, "gather_more").z is None
        True
    """

    reference: Decimal | None
    """The area under the curve of the reference; None, if all failed, or none."""
    recent: Decimal | None
    """The area of late."""
    z: Annotated[Decimal | None, _maybe_millionths]
    """The deviate: below zero, it ranks worse. None, if too few failed or held."""
    reaction: Literal[
        "none",
        "gather_more",
        "shift_intercept",
        "refit",
        "freeze_autonomy",
    ]
    """What that asks for."""


@_told
class Drift:
    """How recent changes differ from a reference, and what to do.

    Example:
        >>> from lynchpin import risk
        >>> failed = [number % 20 == 0 or number % 10 in (1, 9) for number in range(200)]
        >>> before = {"said": [0.1, 0.4] * 100, "failed": failed}
        >>> risk.drift(before, before).reaction
        'none'
    """

    base_rate: BaseRate
    """How often changes fail."""
    features: tuple[FeatureShift, ...]
    """What they are like: one for each feature, in the order given."""
    calibration: CalibrationShift
    """Whether what is said comes true."""
    ranking: RankingShift
    """How well what fails is told from what holds."""
    reaction: Literal[
        "none",
        "gather_more",
        "shift_intercept",
        "refit",
        "freeze_autonomy",
    ]
    """The most urgent of what these ask for: nothing, more outcomes, a shift of all log-odds,
    another fit, or that nothing passes any more because the model says so."""


def joint(probabilities: _Numbers, *, shock: Decimal | float | str | None = None) -> Joint:
    """Tells what changes come to that ship together.

    Ask for the whole release with and without a change, whole and split: what a part alone comes
    to says nothing of it.

    Args:
        probabilities: The probability of each, at most 10,000.
        shock: How much of what makes them fail is common to them, from 0 to 0.95; what ten
            published histories show, 0.12, without it.

    Returns:
        The chance that any fails, and what each change adds to it.

    Raises:
        QuestionError: Something is no probability.

    Example:
        >>> from lynchpin import risk
        >>> ten = risk.joint([0.1] * 10)
        >>> ten.any < risk.joint([0.1] * 10, shock=0).any, ten.expected
        (True, Decimal('1'))
    """
    asked = said({"said": _parts("probabilities", probabilities), "shock": _decimal(shock)})
    return _ask("joint", asked, Joint)


def shock(probabilities: _Numbers, failed: _Outcomes, releases: Iterable[int]) -> Decimal:
    """Learns how much changes of one release have in common.

    Args:
        probabilities: What was said of each change, release by release, by a model that had not
            seen it.
        failed: Whether each failed.
        releases: How many changes each release had.

    Returns:
        The correlation of what stands behind them, for `joint`.

    Raises:
        QuestionError: There are not as many of each.

    Example:
        >>> from lynchpin import risk
        >>> failed = [number // 5 % 10 == 3 for number in range(100)]
        >>> risk.shock([0.1] * 100, failed, [5] * 20) > Decimal("0.12")
        True
    """
    asked = {
        "said": _parts("probabilities", probabilities),
        "failed": _outcomes(failed),
        "releases": _list(releases),
    }
    return _whole_answer("shock", asked).decimal("shock")


def lane(
    probabilities: _Numbers,
    failed: _Outcomes,
    *,
    promise: Decimal | float | str,
    confidence: Decimal | float | str,
) -> Lane | None:
    """Finds the widest lane: which changes may pass without anybody looking.

    Args:
        probabilities: What was said of each change, by a model that had not seen it.
        failed: Whether each failed.
        promise: The rate of failure that must not be exceeded among those that pass.
        confidence: How sure that must be.

    Returns:
        The lane; None, if none keeps the promise: then somebody must look at every change.

    Raises:
        QuestionError: There are not as many of each, or something is no probability.

    Example:
        >>> from lynchpin import risk
        >>> risk.lane([0.01] * 20, [False] * 20, promise="0.02", confidence="0.9") is None
        True
    """
    asked = {
        "said": _parts("probabilities", probabilities),
        "failed": _outcomes(failed),
        "promise": _decimal(promise),
        "confidence": _decimal(confidence),
    }
    found = _whole_answer("lane", asked).inner("lane")
    return read(Lane, found.inner("widest")) if "widest" in found else None


def shift(log_odds: Iterable[int], failed: _Outcomes, *, window: int = 600) -> Shift:
    """Follows how often changes fail: by how much all log-odds are to be shifted.

    Args:
        log_odds: What was said of each change, in billionths as `Scores.log_odds` are, in the order
            in which outcomes came to be known.
        failed: Whether each failed.
        window: Of how many of the last ones it is, where a fifth of all fails.

    Returns:
        The shift and its standard error.

    Raises:
        QuestionError: There are not as many of each.

    Example:
        >>> from lynchpin import risk
        >>> risk.shift([], []).shift
        Decimal('0')
    """
    asked = {"log_odds": _list(log_odds), "failed": _outcomes(failed), "window": window}
    return _ask("shift", asked, Shift)


def backtest(
    made: Iterable[datetime],
    probabilities: _Numbers,
    failed: _Outcomes,
    *,
    as_of: datetime,
    maturity: timedelta,
    base: Decimal | float | str,
    review: int,
    escape: int,
    known: Iterable[datetime | None] | None = None,
    effort: Iterable[int] | None = None,
    blocks: int | None = None,
    repetitions: int | None = None,
    seed: int = 0,
    confidence: Decimal | float | str | None = None,
) -> Backtest:
    """Tells what a risk model would have been worth, had it been in use.

    Args:
        made: When each change was made, in order, with a time zone.
        probabilities: What was said of each then, by a model that knew no more than was known.
        failed: Whether each failed.
        as_of: When the outcomes were looked up.
        maturity: How long each change must have had to fail by then. Younger ones are refused.
        base: What would be said of every change without a model, such as the share that failed of
            those that it was fitted to.
        review: What a review costs of a change that would have held.
        escape: What a failure costs that was let through.
        known: When it came to be known what became of each; None, where that is not known.
        effort: What it takes to look at each, such as lines.
        blocks: Into how many blocks of time it is cut; 10 without it.
        repetitions: How often it is drawn anew for the intervals; 200 without it.
        seed: What the draws begin from.
        confidence: How sure an interval is to hold its figure; 0.9 without it.

    Returns:
        The figures, for the whole history and for each block of time.

    Raises:
        QuestionError: There are not as many of each, a change is too young, or an instant has no
            time zone.

    Example:
        >>> from lynchpin import risk
        >>> first = datetime(2026, 1, 1, tzinfo=timezone.utc)
        >>> made = [first + timedelta(days=number) for number in range(200)]
        >>> found = risk.backtest(
        ...     made, [0.1, 0.2] * 100, [number % 10 == 1 for number in range(200)],
        ...     as_of=first + timedelta(days=300), maturity=timedelta(days=30),
        ...     base="0.1", review=1, escape=6, blocks=4)
        >>> found.whole.failures, found.whole.gate.derived.caught, len(found.blocks)
        (20, 20, 4)
    """
    asked = said({
        "made": [instant(at) for at in made],
        "known": None if known is None else [at and instant(at) for at in known],
        "said": _parts("probabilities", probabilities),
        "failed": _outcomes(failed),
        "effort": None if effort is None else _list(effort),
        "as_of": instant(as_of),
        "maturity": _seconds(maturity),
        "base": _decimal(base),
        "review": review,
        "escape": escape,
        "blocks": blocks,
        "repetitions": repetitions,
        "seed": seed,
        "confidence": _decimal(confidence),
    })
    return _ask("backtest", asked, Backtest)


def drift(
    reference: Mapping[str, Any],
    recent: Mapping[str, Any],
    *,
    z: Decimal | float | str = 3,
    psi: Decimal | float | str = Decimal("0.25"),
) -> Drift:
    """Tells what a model drifted from: each kind asks for something else to be done.

    Args:
        reference: What the model was found to be good by: a mapping of `said` and `failed`, and of
            `features` by name, if they are to be compared: whole numbers in any unit, None where
            not known.
        recent: What came since, likewise.
        z: The deviate beyond which shares, calibration and ranking have drifted.
        psi: The stability index beyond which a feature has.

    Returns:
        The four kinds, and the most urgent of what they ask for.

    Raises:
        QuestionError: There are not as many of each, or the parts have not the same features.

    Example:
        >>> from lynchpin import risk
        >>> failed = [number % 20 == 0 or number % 10 in (1, 9) for number in range(200)]
        >>> before = {"said": [0.1, 0.4] * 100, "failed": failed}
        >>> found = risk.drift(before, before | {"failed": [False] * 200})
        >>> found.base_rate.reaction, found.ranking.reaction
        ('shift_intercept', 'gather_more')
    """
    asked = {
        "reference": _part(reference),
        "recent": _part(recent),
        "z": _scaled("z", z, 1_000_000),
        "psi": _scaled("psi", psi, 1_000_000),
    }
    return _ask("drift", asked, Drift)


def _ask(kind: str, asked: object, answer: type[T]) -> T:
    return read(answer, _whole_answer(kind, asked).inner(kind))


def _whole_answer(kind: str, asked: object) -> Fields:
    return Fields(json.loads(_lynchpin.ask_risk(dumps({kind: asked}))))


def _part(given: Mapping[str, Any]) -> dict[str, object]:
    unknown = set(given) - {"said", "failed", "features"}
    if unknown or "said" not in given or "failed" not in given:
        raise TypeError("a part is a mapping of `said`, `failed` and, if you like, `features`")
    features: Mapping[str, Iterable[int | None]] = given.get("features", {})
    return {
        "said": _parts("said", given["said"]),
        "failed": _outcomes(given["failed"]),
        "features": [
            {"name": name, "values": _list(values)} for name, values in features.items()
        ],
    }


def _list(values: Iterable[Any]) -> list[Any]:
    """What arrays hold as Python's own numbers, without an import of theirs."""
    found: list[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
    return found


def _outcomes(failed: _Outcomes) -> list[bool]:
    found = _list(failed)
    if any(it not in (0, 1) for it in found):
        raise TypeError("failed: pass true or false for each change")
    return [bool(it) for it in found]


def _parts(name: str, values: _Numbers) -> list[int]:
    """Parts per billion as they are, and probabilities turned into them."""
    return [it if type(it) is int else _scaled(name, it, 1_000_000_000) for it in _list(values)]


def _scaled(name: str, number: Decimal | float | str, unit: int) -> int:
    try:
        return round(Decimal(str(number)) * unit)
    except (ArithmeticError, ValueError):
        code = next(code for code, known in _lynchpin.error_codes() if known == "bad_argument")
        message = f"{name}: {number} is no number that can be taken"
        raise QuestionError((Problem("bad_argument", code, message),)) from None


def _decimal(number: Decimal | float | str | None) -> str | None:
    return None if number is None else f"{Decimal(str(number)):f}"


def _seconds(span: timedelta) -> str:
    return f"{span // timedelta(seconds=1)}s"
