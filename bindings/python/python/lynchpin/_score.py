"""How risky is it?"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import _show
from ._read import Fields, read_answer
from ._values import Subject


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one factor adds to the risk of a change.

    Example:
        >>> score.changes[0].risk.contributions[0].factor
        'lines'
    """

    factor: str
    """The factor, such as `lines`."""
    value: int | None
    """Its value; none, if it is not known."""
    log_odds: Decimal
    """What it adds, in log-odds."""


@dataclass(frozen=True, slots=True, repr=False)
class Risk:
    """The risk of one change: a probability, and what it is made of.

    Example:
        >>> risk = score.changes[0].risk
        >>> risk.baseline + sum(c.log_odds for c in risk.contributions) == risk.log_odds
        True
    """

    probability: Decimal
    """The probability that the change causes a failure, to nine places."""
    log_odds: Decimal
    """The same as log-odds: the baseline and all contributions, exactly."""
    baseline: Decimal
    """The log-odds before any contribution."""
    contributions: tuple[Contribution, ...]
    """What each factor adds."""

    @property
    def raised_by(self) -> tuple[Contribution, ...]:
        """What would lower it: the contributions above zero, the largest first."""
        above = (c for c in self.contributions if c.log_odds > 0)
        return tuple(sorted(above, key=lambda contribution: -contribution.log_odds))

    def __repr__(self) -> str:
        return f"<lynchpin.Risk {self.probability}: {len(self.contributions)} contributions>"


@dataclass(frozen=True, slots=True)
class ChangeScore:
    """A change and its risk.

    Example:
        >>> score.changes[0].change
        'C-1'
    """

    change: str
    """The change."""
    risk: Risk
    """Its probability and what that is made of."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A change that drives the risk of its release.

    Example:
        >>> from decimal import Decimal
        >>> from lynchpin import Driver
        >>> print(Driver(change="C-7", falls_by=Decimal("0.012")).falls_by)
        0.012
    """

    change: str
    """The change."""
    falls_by: Decimal
    """By how much the probability of the release would fall without it."""


@dataclass(frozen=True, slots=True)
class ReleaseScore:
    """What the changes of a release come to together.

    Example:
        >>> score.release is None  # a single change was scored
        True
    """

    at_least: Decimal
    """The least that the chance of any failure can be: that of the riskiest change."""
    at_most: Decimal
    """The most that it can be: as if the changes failed independently."""
    drivers: tuple[Driver, ...]
    """The changes that drive it, the largest first."""


@dataclass(frozen=True, slots=True, repr=False)
class Score:
    """How likely a change or a release is to cause a failure, and what makes it so.

    Made by `Snapshot.score`. Numbers are decimals, so that sums are exact. Two are equal if their
    documents are. It can be pickled and copied.

    Example:
        >>> score.subject, score.model, len(score.changes)
        (Subject('change', 'C-1'), 'scorecard/1', 1)
    """

    subject: Subject = field(compare=False)
    """What was scored."""
    at: datetime = field(compare=False)
    """As of which instant, in UTC."""
    model: str = field(compare=False)
    """The name and version of the model."""
    probability: Decimal = field(compare=False)
    """The probability that it causes a failure, to nine places."""
    release: ReleaseScore | None = field(compare=False)
    """For a release: what its changes come to together."""
    changes: tuple[ChangeScore, ...] = field(compare=False)
    """Each change: the one asked about, or those of the release in order of ids."""
    _wire: bytes

    @classmethod
    def from_json(cls, document: bytes | str, /) -> "Score":
        """Reads a score back from its document.

        Args:
            document: What `to_json` gave, or an answer of `Snapshot.ask`.

        Returns:
            An equal score.

        Raises:
            DocumentError: It is no score's document.

        Example:
            >>> Score.from_json(score.to_json()) == score
            True
        """
        fields, wire = read_answer(document, "score")
        return cls(
            subject=fields.subject("subject"),
            at=fields.instant("at"),
            model=fields.text("model"),
            probability=fields.decimal("probability"),
            release=_read_release(fields.inner("release")) if "release" in fields else None,
            changes=tuple(map(_read_change, fields.each("changes"))),
            _wire=wire,
        )

    def to_json(self) -> bytes:
        """The answer's document, byte for byte what every other language gives.

        Returns:
            One line of JSON without a newline at its end.

        Example:
            >>> score.to_json()[:38]
            b'{"score":{"subject":{"change":"C-1"},"'
        """
        return self._wire

    def __str__(self) -> str:
        return _show.score(self)

    def __repr__(self) -> str:
        return f"<lynchpin.Score {self.probability}: {self.subject}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Score.from_json, (self._wire,)

    def _repr_markdown_(self) -> str:
        return _show.score_markdown(self)

    def _repr_html_(self) -> str:
        return _show.score_html(self)


def _read_change(fields: Fields) -> ChangeScore:
    risk = fields.inner("risk")
    contributions = tuple(map(_read_contribution, risk.each("contributions")))
    numbers = (risk.decimal("probability"), risk.decimal("log_odds"), risk.decimal("baseline"))
    return ChangeScore(fields.text("change"), Risk(*numbers, contributions))


def _read_contribution(fields: Fields) -> Contribution:
    value = fields.integer("value") if "value" in fields else None
    return Contribution(fields.text("factor"), value, fields.decimal("log_odds"))


def _read_release(fields: Fields) -> ReleaseScore:
    drivers = tuple(
        Driver(driver.text("change"), driver.decimal("falls_by"))
        for driver in fields.each("drivers")
    )
    return ReleaseScore(fields.decimal("at_least"), fields.decimal("at_most"), drivers)
