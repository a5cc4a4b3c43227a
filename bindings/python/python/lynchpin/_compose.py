"""What planners of releases ask: the best release that can ship, the least that must be done, and
which releases get in each other's way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._decision import Arg, FrozenArg, read_args, thawed
from ._fields import Plain, clears_at, reason_code, yes
from ._read import Fields
from ._value import public, value
from ._values import Actor, Clears, Subject, Verdict


@value
class Candidate:
    """A change that may be chosen, and what is said of it for `Snapshot.compose`.

    Example:
        >>> from lynchpin import Candidate
        >>> Candidate("C-1", value=5).value
        5
    """

    change: str
    """The change."""
    value: int | None = None
    """What it is worth; a negative value is a cost."""
    risk: Decimal | None = None
    """How likely it is to cause a failure; what the scorecard says, if there is none."""
    effort_minutes: int | None = None
    """The work left, in minutes; what the change says itself, if there is none."""
    duration: timedelta | None = None
    """How long it takes to ship."""


@value
class ChosenChange:
    """A change that is chosen.

    Example:
        >>> composition.chosen[0].change
        'C-1'
    """

    change: str
    """The change."""
    value: int
    """What it is worth."""
    risk: Decimal
    """How likely it is to cause a failure."""
    effort_minutes: int | None
    """The work left, in minutes, if that is known."""
    duration: str | None
    """How long it takes to ship, such as "30m", if that is known."""


@value
class HeldBy:
    """Something that holds a change back by itself.

    Example:
        >>> composition.left_out[0].because[0].reasons[0].code
        'plan_missing'
    """

    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""
    requirement: str | None
    """What is asked, if it is a requirement."""
    act: tuple[Actor, ...]
    """Who can change that."""

    def __str__(self) -> str:
        return f"{self.requirement}: {self.code}" if self.requirement else self.code


@value
class LeftOutBecause:
    """Why a candidate is left out.

    Example:
        >>> composition.left_out[0].because[0].kind
        'not_go'
    """

    kind: Literal[
        "unknown",
        "cancelled",
        "live",
        "not_go",
        "effort_unknown",
        "duration_unknown",
        "missing",
        "cycle",
        "needs",
        "conflicts",
        "over_risk",
        "over_effort",
        "over_window",
        "not_worth",
        "not_found",
    ]
    """The kind of reason."""
    changes: tuple[str, ...]
    """The changes that it is about, if it is about others."""
    verdict: Verdict | None
    """The verdict by itself, if it is not a go."""
    reasons: tuple[HeldBy, ...]
    """What holds it back by itself, if it is not a go."""

    def __str__(self) -> str:
        about = ", ".join([*self.changes, *map(str, self.reasons)])
        return f"{self.kind}: {about}" if about else self.kind


@value
class LeftOut:
    """A candidate that is not chosen.

    Example:
        >>> composition.left_out[0].change
        'C-2'
    """

    _KEYS: ClassVar[dict[str, str]] = {"along": "with"}

    change: str
    """The change."""
    along: tuple[str, ...]
    """What it would bring along: what ships with it or what it needs and is not chosen either."""
    worth: int
    """What all of them would be worth."""
    because: tuple[LeftOutBecause, ...]
    """Why it is left out; each is enough."""


@value
class ShippingWindow:
    """How long there is, and how what is chosen ships.

    Example:
        >>> composition.budgets.window.length
        '4h'
    """

    length: str
    """How long there is, such as "4h"."""
    shipping: Literal["one_by_one", "in_waves", "in_parallel"]
    """How it ships."""


@value
class Budgets:
    """What there was only so much of; what is `None` was not limited.

    Example:
        >>> composition.budgets.risk
        Decimal('2.5')
    """

    risk: Decimal | None
    """How many failures were to be expected at most."""
    effort_minutes: int | None
    """How much work there might be, in minutes."""
    window: ShippingWindow | None
    """How long there was to ship it."""


def _waves(fields: Fields, name: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return fields.waves(name)


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Composition(Plain):
    """The best release that was found among some changes.

    Made by `Snapshot.compose`.

    Example:
        >>> composition.value, composition.optimal
        (1, True)
    """

    _KIND: ClassVar[str] = "composition"

    stage: str
    """For which stage."""
    at: datetime
    """As of when, in UTC."""
    policy: str | None
    """The policy that was applied, if one was."""
    assume: Literal["go", "all"]
    """Which candidates were held to be able to go."""
    value: int
    """What is chosen is worth this."""
    bound: int
    """What no choice can exceed."""
    gap: int
    """The bound less the value: nothing, if the choice is proven to be the best."""
    optimal: bool
    """Whether it is."""
    chosen: tuple[ChosenChange, ...]
    """What is chosen, in order of ids."""
    waves: Annotated[tuple[tuple[tuple[str, ...], ...], ...], _waves]
    """The order in which it would ship: waves of groups of changes."""
    risk: Decimal
    """How many failures are to be expected of it: the sum of its risks."""
    effort_minutes: int
    """How much work is left of it, in minutes, as far as that is known."""
    takes: str | None
    """How long it takes, such as "4h", if a window was asked for."""
    budgets: Budgets
    """What there was only so much of."""
    left_out: tuple[LeftOut, ...]
    """What is left out, in order of ids, and why."""

    def __repr__(self) -> str:
        return _show.short(f"Composition for {self.stage}: {len(self.chosen)} changes")

    def _told(self) -> _show.Report:
        proven = "nothing is worth more" if self.optimal else f"none exceeds {self.bound}"
        chosen: list[Sequence[str]] = [
            (it.change, str(it.value), str(it.risk)) for it in self.chosen
        ]
        left: list[Sequence[str]] = [
            (it.change, str(it.worth), "; ".join(map(str, it.because))) for it in self.left_out
        ]
        notes = [
            f"at {_show.instant(self.at)}",
            f"worth {self.value}; {proven}",
            f"{self.risk} failures to be expected; {self.effort_minutes} minutes of work",
        ]
        tables: list[_show.Table] = [
            (("change", "value", "risk"), chosen),
            (("left out", "worth", "why"), left),
        ]
        headline = f"BEST RELEASE to {self.stage}: {len(self.chosen)} changes"
        return _show.Report(headline, notes, tables)


def _until(clears: datetime | Clears) -> str:
    return _show.instant(clears) if isinstance(clears, datetime) else str(clears)


@value
class AskedBy:
    """What asks for something.

    Example:
        >>> str(actions.actions[0].meets[0])
        'fast: back-out'
    """

    gate: str
    """The gate."""
    requirement: str
    """The requirement."""

    def __str__(self) -> str:
        return f"{self.gate}: {self.requirement}"


@value
class Action:
    """Something that must be done.

    Example:
        >>> action = actions.actions[0]
        >>> action.text, action.people
        ('the plan is missing', 1)
    """

    _KEYS: ClassVar[dict[str, str]] = {"_args": "args"}

    subject: Subject
    """What it is about."""
    meets: tuple[AskedBy, ...]
    """What asks for it: every gate and requirement that it meets."""
    verdict: Verdict
    """The verdict of the reason that it does away with."""
    code: Annotated[str, reason_code]
    """Why it must be done, as a stable name; `lynchpin.reason_codes()` lists them."""
    people: int
    """How many people must take it: of an approval, as many as are missing."""
    act: tuple[Actor, ...]
    """Who can."""
    _args: Annotated[tuple[tuple[str, FrozenArg], ...], read_args]

    @property
    def args(self) -> Mapping[str, Arg]:
        """The figures behind it, by name."""
        return thawed(self._args)

    @property
    def text(self) -> str:
        """The reason in a few words."""
        return _show.filled(self.code, self.args)


@value
class ActionWait:
    """Something that must be waited for.

    Example:
        >>> actions.waits
        ()
    """

    _KEYS: ClassVar[dict[str, str]] = {"_args": "args"}

    subject: Subject
    """What it is about."""
    meets: tuple[AskedBy, ...]
    """What asks for it."""
    code: Annotated[str, reason_code]
    """Why it is waited for, as a stable name."""
    clears_at: Annotated[datetime | Clears, clears_at]
    """When it clears, in UTC, as far as that is known."""
    _args: Annotated[tuple[tuple[str, FrozenArg], ...], read_args]

    @property
    def args(self) -> Mapping[str, Arg]:
        """The figures behind it, by name."""
        return thawed(self._args)


@value
class ActionNever:
    """A reason that nothing does away with.

    Example:
        >>> actions.never
        ()
    """

    _KEYS: ClassVar[dict[str, str]] = {"_args": "args"}

    subject: Subject
    """What it is about."""
    gate: str | None
    """The gate that asks."""
    requirement: str | None
    """What it asks."""
    verdict: Verdict
    """The verdict of it."""
    code: Annotated[str, reason_code]
    """Why, as a stable name."""
    _args: Annotated[tuple[tuple[str, FrozenArg], ...], read_args]

    @property
    def args(self) -> Mapping[str, Arg]:
        """The figures behind it, by name."""
        return thawed(self._args)


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Actions(Plain):
    """The least that must be done for something to go.

    Made by `Snapshot.actions`.

    Example:
        >>> actions.possible, actions.count
        (True, 1)
    """

    _KIND: ClassVar[str] = "actions"

    subject: Subject
    """What was asked about."""
    stage: str
    """For which stage."""
    at: datetime
    """As of when, in UTC."""
    policy: str | None
    """The policy that was applied, if one was."""
    what_if: Annotated[bool, yes]
    """Whether another policy than the one in force was applied."""
    verdict: Verdict
    """The verdict now."""
    possible: bool
    """Whether there is a way: it is a go now, or once all of this is done and waited for."""
    count: int
    """How many acts are listed, each as often as people must take it."""
    at_least: int
    """The least that it could be."""
    optimal: bool
    """Whether nothing smaller does."""
    actions: tuple[Action, ...]
    """What must be done."""
    waits: tuple[ActionWait, ...]
    """What must be waited for."""
    clears_at: Annotated[datetime | Clears, clears_at]
    """When all that must be waited for has cleared, as far as that is known."""
    never: tuple[ActionNever, ...]
    """If there is no way: the reasons that make it so."""

    def __repr__(self) -> str:
        return _show.short(f"Actions for {self.subject}: {self.count}")

    def _told(self) -> _show.Report:
        rows: list[Sequence[str]] = [
            (
                str(it.subject),
                ", ".join(dict.fromkeys(asked.requirement for asked in it.meets)),
                it.text,
                str(it.people),
                ", ".join(map(str, it.act)),
            )
            for it in self.actions
        ]
        waits: list[Sequence[str]] = [
            (str(it.subject), it.code, _until(it.clears_at)) for it in self.waits
        ]
        never: list[Sequence[str]] = [(str(it.subject), it.code) for it in self.never]
        tables: list[_show.Table] = [
            (("subject", "for", "what", "people", "who acts"), rows),
            (("waits", "why", "until"), waits),
            (("never", "why"), never),
        ]
        notes = [f"at {_show.instant(self.at)}", f"it is {self.verdict}"]
        headline = f"TO DO for {self.subject} to {self.stage}: {self.count}"
        return _show.Report(headline, notes, tables)


@value
class Collision:
    """Two releases that collide.

    Example:
        >>> collision = collisions.collisions[0]
        >>> collision.kind, collision.releases, collision.service
        ('service', ('R-1', 'R-2'), 'shop')
    """

    _KEYS: ClassVar[dict[str, str]] = {"start": "from", "end": "to"}

    kind: Literal["service", "conflict", "same_change", "required_later"]
    """How."""
    releases: tuple[str, ...]
    """The two, the smaller id first; of "required_later" the one that needs something first."""
    stage: str
    """A stage that both have yet to enter."""
    service: str | None
    """The service, of "service"."""
    environments: tuple[str, ...]
    """The environments of the stage that the service has, of "service"."""
    changes: tuple[str, ...]
    """The changes over which they collide."""
    start: datetime | None
    """The first instant at which both are planned, in UTC; of "required_later", at which what needs
    something begins."""
    end: datetime | None
    """The first instant at which no longer both are, in UTC; of "required_later", by which what is
    needed is done."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Collisions(Plain):
    """Which open releases collide, and over what.

    Made by `Snapshot.collisions`.

    Example:
        >>> collisions.releases, len(collisions.collisions)
        (2, 1)
    """

    _KIND: ClassVar[str] = "collisions"

    at: datetime
    """As of when, in UTC."""
    releases: int
    """How many open releases have a change yet to enter a stage."""
    unplanned: int
    """How many of them have one for which no time is planned."""
    collisions: tuple[Collision, ...]
    """The collisions: by what collides, then by the releases."""
    more: Annotated[bool, yes]
    """Whether there are more, which are not told."""

    def __repr__(self) -> str:
        return _show.short(f"Collisions of {self.releases} releases: {len(self.collisions)}")

    def _told(self) -> _show.Report:
        rows: list[Sequence[str]] = [
            (
                ", ".join(it.releases),
                it.stage,
                it.kind,
                ", ".join([*([it.service] if it.service else []), *it.changes]),
                _show.instant(it.start) if it.start else "",
                _show.instant(it.end) if it.end else "",
            )
            for it in self.collisions
        ]
        head = ("releases", "stage", "how", "over", "from", "to")
        notes = [f"at {_show.instant(self.at)}", f"{self.unplanned} without a planned time"]
        headline = f"COLLISIONS of {self.releases} releases: {len(self.collisions)}"
        return _show.Report(headline, notes, [(head, rows)])
