"""Risk put to work: releases, lanes, calibration, back-tests and drift, models certified for
policies, ratings by rules and people, and models that other tools trained; without an engine.

What was said of changes goes in as columns: probabilities as numbers between 0 and 1, or as whole
parts per billion, as `Scores.probabilities` of a fitted `Model` are. Lists, arrays of numpy and
whatever else has `tolist` will do. The figures that come out are exact and the same in every
language, and all calls let other threads run.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ._certify import certify, replay
from ._certify_values import (
    Certificate,
    Certified,
    Doubt,
    NamedModel,
    Replay,
    ReplayedBlock,
    Tested,
    Together,
    Wanting,
)
from ._fields import read
from ._imported import ebm, risk_model, trees
from ._model import Model
from ._rating_values import Answered, Matched, Rated, TreeScores
from ._request import instant, said
from ._risk_asked import (
    Numbers,
    Outcomes,
    ask,
    decimal,
    listed,
    outcomes,
    parts,
    scaled,
    seconds,
    whole_answer,
)
from ._risk_values import (
    Backtest,
    BacktestFigures,
    BacktestGate,
    BacktestPart,
    BaseRate,
    CalibrationShift,
    Drift,
    FeatureShift,
    Figure,
    Gated,
    Joint,
    Lane,
    Platt,
    RankingShift,
    Ripeness,
    Shift,
)

__all__ = [
    "Answered",
    "Backtest",
    "BacktestFigures",
    "BacktestGate",
    "BacktestPart",
    "BaseRate",
    "CalibrationShift",
    "Certificate",
    "Certified",
    "Doubt",
    "Drift",
    "FeatureShift",
    "Figure",
    "Gated",
    "Joint",
    "Lane",
    "Matched",
    "NamedModel",
    "Platt",
    "RankingShift",
    "Rated",
    "Replay",
    "ReplayedBlock",
    "Ripeness",
    "Shift",
    "Tested",
    "Together",
    "TreeScores",
    "Wanting",
    "backtest",
    "certify",
    "drift",
    "ebm",
    "joint",
    "lane",
    "platt",
    "questionnaire",
    "replay",
    "risk_model",
    "rules",
    "shift",
    "shock",
    "trees",
    "worst",
]


def joint(probabilities: Numbers, *, shock: Decimal | float | str | None = None) -> Joint:
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
    asked = said({"said": parts("probabilities", probabilities), "shock": decimal(shock)})
    return ask("joint", asked, Joint)


def shock(
    probabilities: Numbers,
    failed: Outcomes,
    releases: Iterable[int],
    *,
    ripe: Mapping[str, Any] | None = None,
) -> Decimal:
    """Learns how much changes of one release have in common.

    Args:
        probabilities: What was said of each change, release by release, by a model that had not
            seen it.
        failed: Whether each failed.
        releases: How many changes each release had.
        ripe: When each change was made, when the outcomes were looked up, and how long each change
            must have had to fail by then: a mapping of `made`, `as_of` and `maturity`, a timedelta
            or a word such as "30d". With it, changes that had too little time to fail are refused.

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
    asked = said({
        "said": parts("probabilities", probabilities),
        "failed": outcomes(failed),
        "releases": listed(releases),
        "ripe": _ripe(ripe),
    })
    return whole_answer("shock", asked).decimal("shock")


def lane(
    probabilities: Numbers,
    failed: Outcomes,
    *,
    promise: Decimal | float | str,
    confidence: Decimal | float | str,
    ripe: Mapping[str, Any] | None = None,
) -> Lane | None:
    """Finds the widest lane: which changes may pass without anybody looking.

    Args:
        probabilities: What was said of each change, by a model that had not seen it.
        failed: Whether each failed.
        promise: The rate of failure that must not be exceeded among those that pass.
        confidence: How sure that must be.
        ripe: When each change was made, when the outcomes were looked up, and how long each change
            must have had to fail by then: a mapping of `made`, `as_of` and `maturity`, a timedelta
            or a word such as "30d". With it, changes that had too little time to fail are refused.

    Returns:
        The lane; None, if none keeps the promise: then somebody must look at every change.

    Raises:
        QuestionError: There are not as many of each, or something is no probability.

    Example:
        >>> from lynchpin import risk
        >>> risk.lane([0.01] * 20, [False] * 20, promise="0.02", confidence="0.9") is None
        True
    """
    asked = said({
        "said": parts("probabilities", probabilities),
        "failed": outcomes(failed),
        "promise": decimal(promise),
        "confidence": decimal(confidence),
        "ripe": _ripe(ripe),
    })
    found = whole_answer("lane", asked).inner("lane")
    return read(Lane, found.inner("widest")) if "widest" in found else None


def shift(
    log_odds: Iterable[int],
    failed: Outcomes,
    *,
    window: int = 600,
    ripe: Mapping[str, Any] | None = None,
) -> Shift:
    """Follows how often changes fail: by how much all log-odds are to be shifted.

    Args:
        log_odds: What was said of each change, in billionths as `Scores.log_odds` are, in the order
            in which outcomes came to be known.
        failed: Whether each failed.
        window: Of how many of the last ones it is, where a fifth of all fails.
        ripe: When each change was made, when the outcomes were looked up, and how long each change
            must have had to fail by then: a mapping of `made`, `as_of` and `maturity`, a timedelta
            or a word such as "30d". With it, changes that had too little time to fail are refused.

    Returns:
        The shift and its standard error.

    Raises:
        QuestionError: There are not as many of each.

    Example:
        >>> from lynchpin import risk
        >>> risk.shift([], []).shift
        Decimal('0')
    """
    asked = said({
        "log_odds": listed(log_odds),
        "failed": outcomes(failed),
        "window": window,
        "ripe": _ripe(ripe),
    })
    return ask("shift", asked, Shift)


def platt(
    log_odds: Iterable[int],
    failed: Outcomes,
    *,
    model: Model | None = None,
    ripe: Mapping[str, Any] | None = None,
) -> Platt:
    """Tells by what all log-odds are to be stretched, and by how much shifted then, to come true.

    Take `shift` where only the share of failures has changed, and this where a model says too much
    or too little of what it is sure of, and some hundreds of outcomes are known.

    Args:
        log_odds: What was said of each change, in billionths as `Scores.log_odds` are, by a model
            that had not seen it.
        failed: Whether each failed.
        model: The model that is to say so from now on; only slope and shift are told without it.
        ripe: When each change was made, when the outcomes were looked up, and how long each change
            must have had to fail by then: a mapping of `made`, `as_of` and `maturity`, a timedelta
            or a word such as "30d". With it, changes that had too little time to fail are refused.

    Returns:
        Slope and shift with their standard errors, and the model that goes by them.

    Raises:
        QuestionError: There are not as many of each.

    Example:
        >>> from lynchpin import risk
        >>> said = [-2_000_000_000, 2_000_000_000] * 500
        >>> failed = [number % 4 == 0 or number % 8 == 1 for number in range(1_000)]
        >>> found = risk.platt(said, failed)
        >>> found.slope, found.slope_error > 0, found.failures
        (Decimal('0'), True, 375)
    """
    document = None if model is None else json.loads(model.json())
    asked = said({
        "log_odds": listed(log_odds),
        "failed": outcomes(failed),
        "model": document,
        "ripe": _ripe(ripe),
    })
    return ask("platt", asked, Platt)


def backtest(
    made: Iterable[datetime],
    probabilities: Numbers,
    failed: Outcomes,
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
        "said": parts("probabilities", probabilities),
        "failed": outcomes(failed),
        "effort": None if effort is None else listed(effort),
        "as_of": instant(as_of),
        "maturity": seconds(maturity),
        "base": decimal(base),
        "review": review,
        "escape": escape,
        "blocks": blocks,
        "repetitions": repetitions,
        "seed": seed,
        "confidence": decimal(confidence),
    })
    return ask("backtest", asked, Backtest)


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
            not known; and of `ripe`, as `shift` takes it.
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
        "z": scaled("z", z, 1_000_000),
        "psi": scaled("psi", psi, 1_000_000),
    }
    return ask("drift", asked, Drift)


def rules(
    document: Mapping[str, Any], changes: Iterable[Mapping[str, int | None]]
) -> tuple[Matched, ...]:
    """Rates changes by the rules of a house: the first that matches says the level.

    A rating is no probability. What is not known never lowers it: of all levels that could come
    out, the worst counts. Where several rate one change, `worst` tells which counts.

    Args:
        document: The rules, as JSON has them: `levels`, the lowest first; `rules`, each with a
            `name`, a list `when` of conditions and a `level`; and the level `otherwise`. A
            condition has a `feature` and a `test`: `at_least`, `at_most` or `is`, with a whole
            number.
        changes: The features of each change by name, as whole numbers in the unit of the rules,
            such as millionths; what is None or left out is not known.

    Returns:
        The level of each change, and which rule says so.

    Raises:
        QuestionError: The rules say nothing, or a value is no whole number.

    Example:
        >>> from lynchpin import risk
        >>> house = {"levels": ["low", "high"], "otherwise": "low", "rules": [
        ...     {"name": "many files", "level": "high",
        ...      "when": [{"feature": "files", "test": {"at_least": 20_000_000}}]}]}
        >>> known, unknown = risk.rules(house, [{"files": 3_000_000}, {}])
        >>> known.level, unknown.level, unknown.missing
        ('low', 'high', ('files',))
    """
    asked = {"rules": dict(document), "changes": [dict(change) for change in changes]}
    return tuple([read(Matched, one) for one in whole_answer("rules", asked).each("rules")])


def questionnaire(
    document: Mapping[str, Any], answers: Iterable[Mapping[str, str | None]]
) -> tuple[Rated, ...]:
    """Rates changes by what people answered about them: points add up, and levels go by points.

    Args:
        document: The questionnaire, as JSON has it: `levels`, the lowest first; `from` how many
            points on each level but the first holds; and `questions`, each with an `id`, a
            `weight`, and the points of each of its `answers`.
        answers: What was answered about each change, by question; what is None or left out counts
            as the answer with the most points.

    Returns:
        The points and the level of each change, and what each question adds.

    Raises:
        QuestionError: It is no questionnaire, a question is not asked, or an answer is none of its
            own.

    Example:
        >>> from lynchpin import risk
        >>> asked = {"levels": ["low", "high"], "from": [5], "questions": [
        ...     {"id": "drilled", "weight": 2, "answers": {"yes": 0, "no": 3}}]}
        >>> [rated.level for rated in risk.questionnaire(asked, [{"drilled": "yes"}, {}])]
        ['low', 'high']
    """
    asked = {"questionnaire": dict(document), "answers": [dict(one) for one in answers]}
    found = whole_answer("questionnaire", asked)
    return tuple([read(Rated, one) for one in found.each("questionnaire")])


def worst(levels: Iterable[str], rated: Iterable[Iterable[str]]) -> tuple[str | None, ...]:
    """Tells which of several ratings of a change counts: the worst.

    Args:
        levels: The levels, the lowest first.
        rated: How each change was rated, by rules, questionnaires or people; what is none of the
            levels counts as the highest.

    Returns:
        The worst level of each change; None, if nobody rated it.

    Raises:
        QuestionError: There are less than two levels, or one stands twice.

    Example:
        >>> from lynchpin import risk
        >>> risk.worst(["low", "moderate", "high"], [["low", "moderate"], []])
        ('moderate', None)
    """
    # A text is passed on and refused: taken apart, it would be letters that nobody rates by.
    of_each = [one if isinstance(one, str) else list(one) for one in rated]
    found = whole_answer("worst", {"levels": list(levels), "rated": of_each})
    return tuple([None if one is None else str(one) for one in found.items("worst")])


def _part(given: Mapping[str, Any]) -> dict[str, object]:
    unknown = set(given) - {"said", "failed", "features", "ripe"}
    if unknown or "said" not in given or "failed" not in given:
        told = "a part is a mapping of `said`, `failed` and, if you like, `features` and `ripe`"
        raise TypeError(told)
    features: Mapping[str, Iterable[int | None]] = given.get("features", {})
    return said({
        "said": parts("said", given["said"]),
        "failed": outcomes(given["failed"]),
        "features": [
            {"name": name, "values": listed(values)} for name, values in features.items()
        ],
        "ripe": _ripe(given.get("ripe")),
    })


def _ripe(given: Mapping[str, Any] | None) -> dict[str, object] | None:
    if given is None:
        return None
    if set(given) != {"made", "as_of", "maturity"}:
        raise TypeError("`ripe` is a mapping of `made`, `as_of` and `maturity`")
    made, as_of, maturity = list(given["made"]), given["as_of"], given["maturity"]
    if None in (as_of, *made):
        raise TypeError("say when: None is no instant")
    return {
        "made": [instant(at) for at in made],
        "as_of": instant(as_of),
        "maturity": maturity if isinstance(maturity, str) else seconds(maturity),
    }
