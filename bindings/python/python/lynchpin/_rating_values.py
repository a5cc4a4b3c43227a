"""What ratings and models of other tools tell, as values."""

from decimal import Decimal
from typing import Annotated

from ._read import Fields
from ._risk_values import _told


def _lists(fields: Fields, name: str) -> tuple[tuple[int, ...], ...]:
    lists = fields.items(name)
    return tuple([Fields({"list": one}).integers("list") for one in lists])


@_told
class Matched:
    """What rules of a house say of a change.

    Example:
        >>> from lynchpin.risk import Matched
        >>> Matched("high", "many files", ()).by
        'many files'
    """

    level: str
    """The level: the worst that it can be, where not all is known."""
    by: str | None
    """The rule that says so; None, if no rule matched."""
    missing: tuple[str, ...]
    """What is not known and would have had to be, to tell which rule comes first."""


@_told
class Answered:
    """What one question of a questionnaire adds.

    Example:
        >>> from lynchpin.risk import Answered
        >>> Answered("tested", None, 12).points
        12
    """

    question: str
    """The question."""
    answer: str | None
    """The answer; None, if nobody gave one, which counts as the one with the most points."""
    points: int
    """Its points, as often as they count."""


@_told
class Rated:
    """What the answers to a questionnaire come to.

    Example:
        >>> from lynchpin.risk import Answered, Rated
        >>> Rated(12, "high", (Answered("tested", "no", 12),)).questions[0].answer
        'no'
    """

    points: int
    """All points: the sum of those of the questions."""
    level: str
    """What they mean."""
    questions: tuple[Answered, ...]
    """Each question, in order."""


@_told
class TreeScores:
    """What a model of trees says of changes, and why.

    Example:
        >>> from lynchpin.risk import TreeScores
        >>> one = TreeScores(("lines",), Decimal("-2.5"), (-1_000_000_000,), (268_941_421,),
        ...     ((1_500_000_000,),))
        >>> one.baseline + Decimal(one.contributions[0][0]) / 1_000_000_000
        Decimal('-1.0')
    """

    features: tuple[str, ...]
    """The features of the model, in its order."""
    baseline: Decimal
    """The log-odds before anything is known of a change: what the training had on average."""
    log_odds: Annotated[tuple[int, ...], Fields.integers]
    """The log-odds of each change, in billionths."""
    probabilities: Annotated[tuple[int, ...], Fields.integers]
    """The probability of each change, in parts per billion."""
    contributions: Annotated[tuple[tuple[int, ...], ...], _lists]
    """What each feature adds for each change, in billionths: of each feature all changes. With the
    baseline they add up to the log-odds exactly."""
