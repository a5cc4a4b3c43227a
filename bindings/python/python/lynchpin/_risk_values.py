"""What risk put to work tells, as values."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, TypeVar, dataclass_transform

from . import _value
from ._model import Model
from ._read import Fields

T = TypeVar("T")

_BILLION = Decimal(1_000_000_000)
_MILLION = Decimal(1_000_000)


@dataclass_transform(frozen_default=True)
def _told(cls: type[T]) -> type[T]:
    """A frozen value, named by where users find it."""
    made = _value.value(cls)
    made.__module__ = "lynchpin.risk"
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
class Ripeness:
    """How ripe the changes were that a figure rests on.

    Example:
        >>> from lynchpin.risk import Ripeness
        >>> Ripeness(datetime(2026, 6, 1, tzinfo=timezone.utc), "30d").maturity
        '30d'
    """

    as_of: datetime
    """When the outcomes were looked up."""
    maturity: str
    """How long each change had had to fail by then, at least, such as "30d"."""


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
    ripe: Ripeness | None = None
    """How ripe these changes were, if that was said."""


def _model(fields: Fields, name: str) -> Model:
    return Model.read(json.dumps(fields.inner(name).raw()))


def _maybe_model(fields: Fields, name: str) -> Model | None:
    return _model(fields, name) if name in fields else None


@_told
class Platt:
    """By what all log-odds of a model are to be stretched, and by how much shifted then.

    Example:
        >>> from lynchpin import Model, risk
        >>> found = risk.platt([], [], model=Model.published())
        >>> found.slope, found.shift, found.model == Model.published()
        (Decimal('1'), Decimal('0'), True)
    """

    slope: Decimal
    """By what each is to be multiplied; never negative. Where it is 0, the model ranks no better
    than chance: fit another."""
    slope_error: Decimal
    """Its standard error: two of them either way hold it in 95 of 100 cases."""
    shift: Decimal
    """What is to be added then, in log-odds."""
    shift_error: Decimal
    """Its standard error."""
    outcomes: int
    """Of how many outcomes they were learned."""
    failures: int
    """How many of them were failures."""
    model: Annotated[Model | None, _maybe_model] = None
    """The model that says it by itself, if one was given."""
    digest: str | None = None
    """The digest of that model."""
    ripe: Ripeness | None = None
    """How ripe these changes were, if that was said."""


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
    reaction: str
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
    reaction: str
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
    reaction: str
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
    reaction: str
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
    reaction: str
    """The most urgent of what these ask for: "none", "gather_more" (outcomes), "shift_intercept"
    (of all log-odds), "refit", or "freeze_autonomy": nothing passes any more because the model
    says so."""
