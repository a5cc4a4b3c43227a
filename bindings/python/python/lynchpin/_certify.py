"""What models would have said of a history, and which of them a policy may name."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ._certify_values import Certified, Replay
from ._lynchpin import Model
from ._model_values import Column
from ._request import instant, said
from ._risk_asked import Outcomes, ask, decimal, feature, listed, outcomes, seconds


def replay(
    columns: Mapping[str, Any],
    made: Iterable[datetime],
    failed: Outcomes,
    *,
    as_of: datetime,
    maturity: timedelta,
    known: Iterable[datetime | None] | None = None,
    blocks: int | None = None,
    lines: bool = False,
    half_life: int | None = None,
    prior: Model | None = None,
) -> Replay:
    """Tells what models would have said of a history, had they known no more than was known then.

    The first half of the changes trains only. Each block of the rest is scored by a model that is
    fitted to what was ripe and known when it began, shifted by what became so since. What was said
    may be tested by `backtest`, of the changes from `trained` up to `changes`.

    Args:
        columns: The features by name: lists or arrays, or a `Column` that says more of one. None
            and NaN are not known.
        made: When each change was made, in order, with a time zone.
        failed: Whether each failed.
        as_of: When the outcomes were looked up.
        maturity: How long a change must have had to fail by then. Younger ones are left out.
        known: When it came to be known what became of each; as soon as it was ripe, where it is
            None or without it.
        blocks: Into how many blocks of time it is cut; 10 without it, or fewer of few changes.
        lines: Whether models are of lines alone, as a few hundred changes bear; else of lines,
            steps and pairs.
        half_life: After how many later changes one counts half; three tenths of the history
            without it, and all count alike with lines alone.
        prior: What was known before, a model of lines alone, from which each fit begins.

    Returns:
        What was said of each change, and how.

    Raises:
        QuestionError: There are not as many of each, they are not in order of time, or there is
            nothing to learn from.
        LimitError: It would take too long.

    Example:
        >>> from lynchpin import Column, risk
        >>> first = datetime(2026, 1, 1, tzinfo=timezone.utc)
        >>> made = [first + timedelta(days=number) for number in range(90)]
        >>> sizes = [number * 37 % 100 for number in range(90)]
        >>> found = risk.replay(
        ...     {"lines": Column(sizes, "log", "rising")}, made, [size > 60 for size in sizes],
        ...     as_of=first + timedelta(days=100), maturity=timedelta(days=14), lines=True)
        >>> found.changes, found.trained, len(found.said), found.blocks[0].fitted_to
        (87, 43, 44, 30)
    """
    asked = _replay(columns, made, failed, as_of, maturity, known, blocks, half_life, prior)
    return ask("replay", asked | {"lines": lines}, Replay)


def certify(
    columns: Mapping[str, Any],
    made: Iterable[datetime],
    failed: Outcomes,
    *,
    as_of: datetime,
    maturity: timedelta,
    promise: Decimal | float | str,
    confidence: Decimal | float | str = "0.95",
    releases: Iterable[str | None] | None = None,
    known: Iterable[datetime | None] | None = None,
    blocks: int | None = None,
    lines: bool = False,
    half_life: int | None = None,
    prior: Model | None = None,
) -> Certified:
    """Makes a model of a history that a policy may name.

    It is fitted to all changes that have had their time, shifted by what became of the later half,
    and certified for the widest lane that keeps the promise, if there is one.

    Args:
        columns: As for `replay`, named after features that a portfolio has, or after figures of
            your own, such as "measure.alerts".
        made: As for `replay`.
        failed: As for `replay`.
        as_of: As for `replay`.
        maturity: As for `replay`.
        promise: Of what passes by itself no more than this may fail.
        confidence: How sure that must be.
        releases: The release that each change came with, None if with none; without it, how much
            changes of one release have in common is what published histories show.
        known: As for `replay`.
        blocks: As for `replay`.
        lines: As for `replay`.
        half_life: As for `replay`.
        prior: As for `replay`.

    Returns:
        The document to record, its digest, and what it rests on.

    Raises:
        QuestionError: As for `replay`, or a column is named after no feature.
        LimitError: It would take too long.

    Example:
        >>> from lynchpin import Column, risk
        >>> first = datetime(2026, 1, 1, tzinfo=timezone.utc)
        >>> made = [first + timedelta(hours=number) for number in range(900)]
        >>> sizes = [number * 37 % 100 for number in range(900)]
        >>> found = risk.certify(
        ...     {"lines": Column(sizes, "log", "rising")}, made, [size > 90 for size in sizes],
        ...     as_of=first + timedelta(days=50), maturity=timedelta(days=2), promise="0.05",
        ...     lines=True)
        >>> found.lane.failed, found.bound < Decimal("0.05"), found.digest[:7]
        (0, True, 'sha256:')
    """
    asked = _replay(columns, made, failed, as_of, maturity, known, blocks, half_life, prior)
    question = said({
        "replay": asked | {"lines": lines},
        "releases": None if releases is None else listed(releases),
        "promise": decimal(promise),
        "confidence": decimal(confidence),
    })
    return ask("certify", question, Certified)


def _replay(
    columns: Mapping[str, Any],
    made: Iterable[datetime],
    failed: Outcomes,
    as_of: datetime,
    maturity: timedelta,
    known: Iterable[datetime | None] | None,
    blocks: int | None,
    half_life: int | None,
    prior: Model | None,
) -> dict[str, object]:
    return said({
        "features": [_column(name, given) for name, given in columns.items()],
        "made": [instant(at) for at in made],
        "known": None if known is None else [at and instant(at) for at in known],
        "failed": outcomes(failed),
        "as_of": instant(as_of),
        "maturity": seconds(maturity),
        "blocks": blocks,
        "half_life": half_life,
        "prior": None if prior is None else json.loads(prior.json()),
    })


def _column(name: str, given: Any) -> dict[str, object]:
    column = given if isinstance(given, Column) else Column(given)
    values: Any = column.values
    return {
        "name": name,
        "transform": column.transform,
        "bend": column.bend,
        "values": [feature(name, value) for value in listed(values)],
    }
