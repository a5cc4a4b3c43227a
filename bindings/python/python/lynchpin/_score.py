"""How risky is it?"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, final

from . import _show
from ._answer import Answer
from ._fields import read
from ._read import Fields, refuse
from ._value import public, value
from ._values import Subject

_SCORE = frozenset(
    (
        "subject",
        "at",
        "model",
        "probability",
        "unknown",
        "release",
        "changes",
        "impact",
        "apart",
        "split",
    )
)
_CHANGE = frozenset(("change", "risk"))
_RISK = frozenset(("probability", "log_odds", "baseline", "contributions"))
_CONTRIBUTION = frozenset(("factor", "value", "log_odds"))
_RELEASE = frozenset(("at_least", "at_most", "drivers", "joint"))
_DRIVER = frozenset(("change", "falls_by", "share"))


def _two_or_none(fields: Fields, name: str) -> tuple[int, int] | None:
    return _two(fields, name) if name in fields else None


def _two(fields: Fields, name: str) -> tuple[int, int]:
    numbers = fields.integers(name)
    if len(numbers) != 2:
        refuse("wrong_type", "expected two integers", fields.path(name))
    return (numbers[0], numbers[1])


@value
class Contribution:
    """What one factor adds to the risk of a change.

    Example:
        >>> score.changes[0].risk.contributions[0].factor
        'lines'
    """

    factor: str
    """The factor, such as `lines`; of two that a fitted model weighs together, such as
    `lines with files`."""
    value: int | None
    """Its value in whole units; none, if it is not known, or of two together."""
    log_odds: Decimal
    """What it adds, in log-odds."""


@value
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
        # Compared as they are: to negate one would round it to the caller's precision.
        above = (c for c in self.contributions if c.log_odds > 0)
        return tuple(sorted(above, key=lambda contribution: contribution.log_odds, reverse=True))

    def __repr__(self) -> str:
        return _show.short(f"Risk {self.probability}: {len(self.contributions)} contributions")


@value
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


@value
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
    share: Decimal | None = None
    """The part of that probability that it answers for, if a fitted model says so: those of all
    changes add up to it."""


@value
class JointScore:
    """How failures of a release are spread, as a fitted model says.

    Example:
        >>> from decimal import Decimal
        >>> from lynchpin import JointScore
        >>> JointScore(Decimal("0.12"), Decimal("0.5"), (0, 2), Decimal("0.3")).failures
        (0, 2)
    """

    shock: Decimal
    """How much its changes have in common, as a correlation."""
    expected: Decimal
    """How many changes fail on average."""
    failures: Annotated[tuple[int, int], _two]
    """In nine of ten such releases, at least and at most so many fail."""
    tier_one: Decimal
    """The chance that any fails of those that change a service of tier 1, or one whose tier is not
    known, or name none."""


@value
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
    joint: JointScore | None = None
    """How many fail, and where, if a fitted model says so."""


@value
class ServiceImpact:
    """What a failure would cost one service, in seconds of error budget.

    Example:
        >>> score.impact  # no incident was ever resolved
        ()
    """

    service: str
    """The service."""
    incidents: int
    """How many of its incidents were resolved."""
    mean_seconds: int
    """How long an incident lasts, rounded up: of the service, or of any if it had none."""
    expected_seconds: int
    """How many seconds of failure are to be expected, rounded up."""
    budget_seconds: int | None
    """How many seconds its tightest objective allows in its window; none, if it has none."""
    seconds: Annotated[tuple[int, int] | None, _two_or_none] = None
    """In nine of ten such releases, at least and at most so many seconds, if a fitted model says
    so: by how many changes fail together, and by how far incidents lasted shorter and longer."""


@value
class Part:
    """A part of a release that ships by itself.

    Example:
        >>> score.apart is None  # no parts were named
        True
    """

    any: Decimal
    """The chance that any change in it fails."""
    expected: Decimal
    """How many of them fail on average."""
    reached: Decimal
    """The chance that nothing failed before it."""
    impact: tuple[ServiceImpact, ...] = ()
    """What its failures would cost each service; none, if no incident was ever resolved."""


@value
class Apart:
    """What a release comes to if it ships in parts, each by itself.

    Example:
        >>> score.apart is None  # no parts were named
        True
    """

    any: Decimal
    """The chance that any change fails of all that ship."""
    expected: Decimal
    """How many of them fail on average."""
    parts: tuple[Part, ...]
    """Each part, in the order in which they ship."""


@value
class Split:
    """What the whole comes to if one change of it is split into equal pieces.

    A piece is the change with its lines, files and folders divided, rounded up; all else is as of
    the change. Most pieces are less risky, and yet mostly raise the chance that anything fails.

    Example:
        >>> score.split is None  # no change was to be split
        True
    """

    change: str
    """The change."""
    into: int
    """Into how many pieces."""
    piece: Decimal
    """The chance that a piece fails: that of each is the same."""
    any: Decimal
    """The chance that anything fails if the pieces ship in place of the change."""
    any_apart: Decimal
    """The same if each piece ships by itself, and the rest together."""
    expected_before: Decimal
    """How many changes fail on average as it is."""
    expected: Decimal
    """How many fail on average once it is split, each piece being one."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Score(Answer):
    """How likely a change or a release is to cause a failure, and what makes it so.

    Made by `Snapshot.score`. Numbers are decimals, so that sums are exact. Two are equal if their
    documents are. It can be pickled; the engine alone makes one. While it lives, so does the
    snapshot that gave it.

    Example:
        >>> score.subject, score.model, len(score.changes)
        (Subject('change', 'C-1'), 'scorecard/1', 1)
    """

    _KIND: ClassVar[str] = "score"
    subject: Subject
    """What was scored."""
    at: datetime
    """As of which instant, in UTC."""
    model: str
    """What scored it: the digest of a risk model, or the name and version of the scorecard."""
    probability: Decimal
    """The probability that it causes a failure, to nine places; 1, if a change in it is not
    known."""
    unknown: tuple[Subject, ...]
    """The changes in a release of which nothing is told, and the releases below it. It counts as if
    one failed; figures of its changes are of the others."""
    release: ReleaseScore | None
    """For a release: what its changes come to together."""
    impact: tuple[ServiceImpact, ...]
    """What a failure would cost each service; none, if no incident was ever resolved."""
    apart: Apart | None
    """What it comes to in the parts that were named."""
    split: Split | None
    """What it comes to if the change that was named is split."""
    # Each change; none, until they are asked for.
    _changes: tuple[ChangeScore, ...] | None

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_SCORE)
        return {
            "subject": fields.subject("subject"),
            "at": fields.instant("at"),
            "model": fields.text("model"),
            "probability": fields.decimal("probability"),
            "unknown": fields.subjects("unknown"),
            "release": _read_release(fields.inner("release")) if "release" in fields else None,
            "impact": tuple(read(ServiceImpact, it) for it in fields.each("impact"))
            if "impact" in fields
            else (),
            "apart": read(Apart, fields.inner("apart")) if "apart" in fields else None,
            "split": read(Split, fields.inner("split")) if "split" in fields else None,
            "_changes": _read_changes(fields) if whole else None,
        }

    @property
    def changes(self) -> tuple[ChangeScore, ...]:
        """Each change: the one asked about, or those of the release in order of ids."""
        if self._changes is None:
            changes = _read_changes(self._own())
            object.__setattr__(self, "_changes", changes)
            return changes
        return self._changes

    def __repr__(self) -> str:
        return _show.short(f"Score {self.probability}: {self.subject}")

    def _told(self) -> _show.Report:
        return _show.score(self)


def _read_changes(fields: Fields) -> tuple[ChangeScore, ...]:
    return tuple(map(_read_change, fields.each("changes")))


def _read_change(fields: Fields) -> ChangeScore:
    fields.only(_CHANGE)
    risk = fields.inner("risk")
    risk.only(_RISK)
    contributions = tuple(map(_read_contribution, risk.each("contributions")))
    numbers = (risk.decimal("probability"), risk.decimal("log_odds"), risk.decimal("baseline"))
    return ChangeScore(fields.text("change"), Risk(*numbers, contributions))


def _read_contribution(fields: Fields) -> Contribution:
    fields.only(_CONTRIBUTION)
    value = fields.integer("value") if "value" in fields else None
    return Contribution(fields.text("factor"), value, fields.decimal("log_odds"))


def _read_release(fields: Fields) -> ReleaseScore:
    fields.only(_RELEASE)
    drivers = tuple(map(_read_driver, fields.each("drivers")))
    joint = read(JointScore, fields.inner("joint")) if "joint" in fields else None
    return ReleaseScore(fields.decimal("at_least"), fields.decimal("at_most"), drivers, joint)


def _read_driver(fields: Fields) -> Driver:
    fields.only(_DRIVER)
    share = fields.decimal("share") if "share" in fields else None
    return Driver(fields.text("change"), fields.decimal("falls_by"), share)
