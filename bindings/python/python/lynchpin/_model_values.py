"""What goes into fitted models, and what they tell, as values."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, final

from ._value import public, value

if TYPE_CHECKING:
    from ._model import _Values


@final
@public
@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One feature of many changes, and how it may run.

    A list or an array alone stands for a column that is plain and free.

    Example:
        >>> from lynchpin import Column
        >>> Column([3, 900, None], transform="log", bend="rising")
        Column(values=[3, 900, None], transform='log', bend='rising')
    """

    values: "_Values"
    """Its value for each change; None, NaN and Arrow's nulls are not known."""
    transform: Literal["plain", "log"] = "plain"
    """What is done to its values first: nothing, or the logarithm of one more, for counts."""
    bend: Literal["free", "straight", "rising", "falling"] = "free"
    """How what it adds may run from its smallest value to its largest: in any way; as a line only,
    for what grows for as long as a history does; never downwards; or never upwards."""


@value
class ModelTerm:
    """What one feature adds to the log-odds of a failure.

    Example:
        >>> from lynchpin import Model
        >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
        >>> term = model.terms[0]
        >>> term.name, term.weight > 0, term.centre
        ('lines', True, Decimal('18.250000'))
    """

    name: str
    """The feature."""
    transform: Literal["plain", "log"]
    """What is done to its values first."""
    weight: Decimal
    """What one unit of the transformed value adds."""
    error: Decimal
    """The standard error of the weight: two of them either way hold it in 95 of 100 histories."""
    centre: Decimal
    """The transformed value that adds nothing: the mean of the history."""
    seen: tuple[Decimal, Decimal]
    """The smallest transformed value that was seen, and the largest. What lies outside counts as
    the nearer of them."""
    step_count: int
    """How many steps are added beside the line."""


@value
class ModelContribution:
    """What one feature, or two together, add to the log-odds of a change.

    Example:
        >>> from lynchpin import Model
        >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
        >>> part = model.score({"lines": [40]}).explain(0).contributions[0]
        >>> part.names, part.log_odds > 0
        (('lines',), True)
    """

    names: tuple[str, ...]
    """The feature, or both of a pair."""
    log_odds: Decimal
    """What it adds, in log-odds."""


@value
class Explanation:
    """The score of one change by a fitted model, and what it is made of.

    Example:
        >>> from lynchpin import Model
        >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
        >>> told = model.score({"lines": [40]}).explain(0)
        >>> told.baseline == model.baseline, told.probability > 0
        (True, True)
    """

    probability: Decimal
    """The probability that the change causes a failure, to nine places."""
    log_odds: Decimal
    """The same as log-odds: the baseline and all contributions, exactly."""
    baseline: Decimal
    """The log-odds of a change of which every feature is as usual."""
    contributions: tuple[ModelContribution, ...]
    """What each feature and each pair adds."""
