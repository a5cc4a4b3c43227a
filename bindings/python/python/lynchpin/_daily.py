"""What people ask every day: what waits for whom, what a board decides next, what ends soon, what
rests on waivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._decision import Arg, FrozenArg, read_args, thawed
from ._entry import Obligation
from ._fields import Plain, read, reason_code
from ._read import Fields
from ._study import Blocker
from ._value import public, value
from ._values import Actor, Subject, Verdict


@value
class Through:
    """Through what something waits for somebody who is not named.

    Example:
        >>> print(waiting.waits[0].items[0].through)
        group cab
    """

    group: str
    """The group that is named, to which they belong, or whose seat it is does."""
    in_place_of: str | None
    """Whose seat it is, if they may answer in it."""

    def __str__(self) -> str:
        seat = f", in place of {self.in_place_of}" if self.in_place_of else ""
        return f"group {self.group}{seat}"


@value
class WaitingItem:
    """One reason that holds something back until somebody acts.

    Example:
        >>> item = waiting.waits[0].items[0]
        >>> str(item.subject), item.requirement, item.text
        ('change C-1', 'review', 'approved by 0 of 1')
    """

    _KEYS: ClassVar[dict[str, str]] = {"_args": "args"}

    by: datetime | None
    """Until when it is of use to act, in UTC: the earliest of the three that follow."""
    planned: datetime | None
    """When it is planned to be begun, in UTC."""
    meeting: datetime | None
    """The meeting of a board that can act, in UTC: when it begins, or ends, if it has begun."""
    lapses: datetime | None
    """When something first expires, in UTC, that was met for the same subject, or for the
    release."""
    subject: Subject
    """What it is about."""
    title: str | None
    """Its title."""
    stage: str
    """Which stage it cannot enter."""
    gate: str | None
    """The gate that asks."""
    requirement: str | None
    """What it asks."""
    verdict: Verdict
    """The verdict of that reason."""
    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""
    act: tuple[Actor, ...]
    """Everybody who can act."""
    since: datetime | None
    """When the newest was recorded, in UTC, of what it rests on: the current revision, and the
    facts cited."""
    through: Through | None
    """Through what it waits for who was asked about, if it does not name them."""
    holds_up: tuple[Subject, ...]
    """The open releases, and changes in none, that it holds back."""
    _args: Annotated[tuple[tuple[str, FrozenArg], ...], read_args]

    @property
    def args(self) -> Mapping[str, Arg]:
        """The figures behind it, by name."""
        return thawed(self._args)

    @property
    def text(self) -> str:
        """The reason in a few words."""
        return _show.filled(self.code, self.args)

    def __str__(self) -> str:
        asked = f"{self.requirement}: " if self.requirement else ""
        return f"{self.subject} to {self.stage}: {asked}{self.text}"


@value
class WaitsFor:
    """What waits for one person or group.

    Example:
        >>> waits = waiting.waits[0]
        >>> str(waits.actor), len(waits.items)
        ('person ann', 1)
    """

    actor: Actor | None
    """Who can act; nobody, if there is none: it waits for time alone or for others."""
    items: tuple[WaitingItem, ...]
    """What waits, what is to be done soonest first; where it is not known until when, last."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Waiting(Plain):
    """What waits for whom.

    Made by `Snapshot.waiting`.

    Example:
        >>> for waits in waiting.waits:
        ...     for item in waits.items:
        ...         print(item)
        change C-1 to production: review: approved by 0 of 1
    """

    _KIND: ClassVar[str] = "waiting"

    at: datetime
    """As of which instant, in UTC."""
    who: Actor | None
    """Who was asked about; everybody, if there is none."""
    policy: str | None
    """The digest of the policy in force, if one was."""
    decided: int
    """How many open releases, and changes in none, were decided."""
    left_out: int
    """How many were not, as there are more than are looked at in one go."""
    later: int
    """How many reasons are not told, as they are of use beyond the time that was asked for, or it
    is not known until when."""
    waits: tuple[WaitsFor, ...]
    """What waits, by who can act, in order of their ids, people first; what nobody can act on
    stands last."""
    owed: tuple[Obligation, ...]
    """What is owed by those, though it holds nothing back yet, in order of ends."""

    def __repr__(self) -> str:
        return _show.short(f"Waiting for {self.who or 'everybody'}: {self._count()} items")

    def _count(self) -> int:
        return sum(len(waits.items) for waits in self.waits)

    def _told(self) -> _show.Report:
        notes = [f"at {_show.instant(self.at)}", f"{self.decided} decided"]
        if self.left_out:
            notes.append(f"{self.left_out} left out")
        if self.later:
            notes.append(f"{self.later} of use later")
        head = ("for", "by", "what", "verdict")
        rows: list[Sequence[str]] = [
            (
                str(waits.actor or "nobody"),
                _show.instant(item.by) if item.by else "",
                str(item),
                _show.word(item.verdict),
            )
            for waits in self.waits
            for item in waits.items
        ]
        headline = f"WAITING for {self.who or 'everybody'}: {len(rows)}"
        return _show.Report(headline, notes, [(head, rows), _show.table(self.owed)])


@value
class Period:
    """A period.

    Example:
        >>> agenda.meeting.start.hour, agenda.meeting.end is None
        (10, True)
    """

    _KEYS: ClassVar[dict[str, str]] = {"start": "from", "end": "to"}

    start: datetime
    """The first instant of it, in UTC."""
    end: datetime | None
    """The first instant after it, in UTC; none, if it is not said of a meeting."""

    def __str__(self) -> str:
        return f"{_show.instant(self.start)}{f' to {_show.instant(self.end)}' if self.end else ''}"


@value
class Clash:
    """Two changes that must not be in flight together.

    Example:
        >>> from lynchpin import Clash
        >>> print(Clash("C-1", other="C-2"))
        C-1 with C-2
    """

    _KEYS: ClassVar[dict[str, str]] = {"other": "with"}

    change: str
    """The change that is to be decided on, or is in the release."""
    other: str
    """The other one."""

    def __str__(self) -> str:
        return f"{self.change} with {self.other}"


@value
class AgendaItem:
    """One thing that a board is to decide.

    Example:
        >>> item = agenda.items[0]
        >>> str(item.subject), item.revision, item.deferred
        ('change C-1', 1, 0)
    """

    subject: Subject
    """The change or the release."""
    title: str | None
    """Its title."""
    stage: str
    """The stage that it is to enter."""
    gate: str | None
    """The gate that asks."""
    requirement: str | None
    """What is to be decided; none, if it is no requirement, such as a hold."""
    verdict: Verdict
    """How it stands."""
    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""
    revision: int
    """The revision to decide on."""
    digest: str | None
    """Its digest, to be named by whoever decides; none, if not all of it is known."""
    planned: Period | None
    """When it is planned to be done."""
    risk: Decimal
    """The probability that it causes a failure, to nine places."""
    deferred: int
    """How often it was deferred."""
    last_deferred: datetime | None
    """When it was deferred last, in UTC."""
    conflicts: tuple[Clash, ...]
    """What it must not be in flight together with."""
    holds_up: tuple[Subject, ...]
    """The open releases, and changes in none, that it holds back."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Agenda(Plain):
    """What waits for a board, to be decided at its next meeting.

    Made by `Snapshot.agenda`.

    Example:
        >>> agenda.board, agenda.meeting.start.day, len(agenda.items)
        ('cab', 10, 1)
    """

    _KIND: ClassVar[str] = "agenda"

    board: str
    """The board."""
    at: datetime
    """As of which instant, in UTC."""
    chair: Actor | None
    """Who leads it."""
    secretary: Actor | None
    """Who keeps its minutes."""
    meeting: Period | None
    """The meeting that is going on, or the next one; none, if none is planned."""
    agenda_closes: datetime | None
    """The first instant at which nothing more is taken on, in UTC."""
    decided: int
    """How many open releases, and changes in none, were decided."""
    left_out: int
    """How many were not, as there are more than are looked at in one go."""
    items: tuple[AgendaItem, ...]
    """What is to be decided: what is planned to begin soonest first, what has no planned start
    last."""
    owed: tuple[Obligation, ...]
    """What the board owes though it holds nothing back yet, in order of ends."""

    def __repr__(self) -> str:
        return _show.short(f"Agenda of {self.board}: {len(self.items)} items")

    def _told(self) -> _show.Report:
        meets = f"meets {self.meeting}" if self.meeting else "no meeting is planned"
        notes = [f"at {_show.instant(self.at)}", meets]
        if self.agenda_closes:
            notes.append(f"agenda closes at {_show.instant(self.agenda_closes)}")
        if self.left_out:
            notes.append(f"{self.left_out} left out")
        tables = [_show.table(self.items), _show.table(self.owed)]
        return _show.Report(f"AGENDA of {self.board}: {len(self.items)} items", notes, tables)


@value
class OpenItem:
    """Something that is on its way to a stage.

    Example:
        >>> print(ending.ends[0].holds_up[0])
        change C-1 to production
    """

    subject: Subject
    """The release, or the change that is in none."""
    stage: str
    """The stage."""

    def __str__(self) -> str:
        return f"{self.subject} to {self.stage}"


@value
class End:
    """Something that ends.

    Example:
        >>> end = ending.ends[0]
        >>> end.what, end.id, [owner.id for owner in end.owner]
        ('approval', 'ann', ['ann'])
    """

    at: datetime
    """When, in UTC: the first instant at which it counts no more, or at which it is overdue."""
    what: Literal[
        "obligation",
        "waiver",
        "exception",
        "approval",
        "delegation",
        "preauthorisation",
        "freeze",
    ]
    """What it is."""
    id: str
    """Its id, or that of who gave it or, of a delegation, of who was given it."""
    fact: str | None
    """The fact, as reasons cite it; none of what is owed."""
    subject: Subject | None
    """What it is about, if it is about one change or release."""
    stage: str | None
    """For which stage, if it is for one."""
    requirement: str | None
    """For which requirement, if it is for one."""
    owner: tuple[Actor, ...]
    """Who gave it, asked for it or owes it."""
    holds_up: tuple[OpenItem, ...]
    """What is a go until then, and no longer from then on."""
    lets_go: tuple[OpenItem, ...]
    """What is held back by it until then, and is a go from then on."""


@value
class Turn:
    """Something that becomes a go, or ceases to be one, by itself.

    Example:
        >>> turn = ending.turns[0]
        >>> turn.before, turn.after, turn.because[0].code
        (Verdict.GO, Verdict.NEEDS_ACTION, 'approval_stale')
    """

    at: datetime
    """When, in UTC."""
    subject: Subject
    """The release, or the change that is in none."""
    stage: str
    """The stage."""
    before: Verdict
    """The verdict before."""
    after: Verdict
    """The verdict from then on."""
    because: tuple[Blocker, ...]
    """What holds it back, after or before."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Ending(Plain):
    """What ends soon, and what turns by it.

    Made by `Snapshot.ending`.

    Example:
        >>> [(end.what, str(end.at.date())) for end in ending.ends]
        [('approval', '2026-11-05')]
    """

    _KIND: ClassVar[str] = "ending"

    at: datetime
    """As of which instant, in UTC: nothing that is recorded later is looked at."""
    until: datetime
    """Until when, in UTC."""
    followed: int
    """How many open releases, and changes in none, were followed to the end."""
    left_out: int
    """How many were not, or not to the end, as that would take more decisions than are made in one
    go."""
    ends: tuple[End, ...]
    """What ends, the soonest first."""
    turns: tuple[Turn, ...]
    """Whatever becomes a go or ceases to be one, through what ends or otherwise, the soonest
    first."""

    def __repr__(self) -> str:
        return _show.short(f"Ending: {len(self.ends)} ends, {len(self.turns)} turns")

    def _told(self) -> _show.Report:
        notes = [f"from {_show.instant(self.at)} to {_show.instant(self.until)}"]
        if self.left_out:
            notes.append(f"{self.left_out} left out")
        headline = f"ENDING: {len(self.ends)} ends, {len(self.turns)} turns"
        return _show.Report(headline, notes, [_show.table(self.ends), _show.table(self.turns)])


@value
class Debt:
    """What waivers in use come to.

    Example:
        >>> waiver_debt.total.count, waiver_debt.total.days
        (1, 1)
    """

    count: int
    """How many waivers."""
    uses: int
    """How often they were used, in all."""
    days: int
    """For how many whole days each has stood so far, added up."""
    days_left: int
    """For how many whole days each will stand yet, added up."""
    oldest: str | None
    """The oldest of them."""
    since: datetime | None
    """Since when that one stands, in UTC."""

    def __str__(self) -> str:
        return f"{self.count} waivers, {self.days} days so far, {self.days_left} days yet"


@value
class DebtOf:
    """What the waivers of one requirement, group or service come to.

    Example:
        >>> found = waiver_debt.by_requirement[0]
        >>> found.id, found.debt.count
        ('review', 1)
    """

    id: str
    """The requirement, the group or the service."""
    debt: Debt
    """What they come to."""


def _debts(fields: Fields, name: str) -> tuple[DebtOf, ...]:
    key = name.removeprefix("by_")
    return tuple(DebtOf(one.text(key), read(Debt, one.without(key))) for one in fields.each(name))


@value
class WaiverInUse:
    """A waiver on which something rests.

    Example:
        >>> used = waiver_debt.waivers[0]
        >>> used.waiver, used.requirement, used.days
        ('W-1', 'review', 1)
    """

    since: datetime
    """Since when it stands, in UTC: when it was given."""
    waiver: str
    """The waiver."""
    subject: Subject
    """What it is for."""
    stage: str
    """For which stage."""
    requirement: str
    """What it waives."""
    group: str | None
    """The group that may grant it by the policy in force, if it may be waived at all."""
    services: tuple[str, ...]
    """The services of what it is for."""
    requester: str
    """Who asked for it."""
    by: str
    """Who granted it."""
    expires: datetime
    """When it expires, in UTC."""
    days: int
    """How many whole days it has stood."""
    days_left: int
    """How many whole days it will stand yet."""
    uses: int
    """How many claims used it."""
    uses_left: int | None
    """How many more may; any number, if it is not said."""
    rests_on_it: tuple[Subject, ...]
    """The open releases, and changes in none, whose present answer rests on it."""
    entered: tuple[str, ...]
    """The changes that have entered the stage that it is for."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class WaiverDebt(Plain):
    """What rests on waivers, since when and for how long yet.

    Made by `Snapshot.waiver_debt`.

    Example:
        >>> [waiver.waiver for waiver in waiver_debt.waivers]
        ['W-1']
    """

    _KIND: ClassVar[str] = "waiver_debt"

    at: datetime
    """As of which instant, in UTC."""
    decided: int
    """How many open releases, and changes in none, were decided."""
    left_out: int
    """How many were not, as there are more than are looked at in one go."""
    total: Debt
    """All of it."""
    by_requirement: Annotated[tuple[DebtOf, ...], _debts]
    """The same by requirement, in order of ids."""
    by_group: Annotated[tuple[DebtOf, ...], _debts]
    """The same by the group that may grant such waivers, in order of ids."""
    by_service: Annotated[tuple[DebtOf, ...], _debts]
    """The same by service, in order of ids; a waiver for several services is counted for each."""
    waivers: tuple[WaiverInUse, ...]
    """The waivers in use, the oldest first."""
    overdue: int
    """How much is owed and overdue: see `Snapshot.obligations`."""
    breaches: int
    """How many deployments no claim stands for: see `Snapshot.breaches`."""
    ignored_adoptions: int
    """How many adoptions of policies had no effect: see `Snapshot.policies`."""

    def __repr__(self) -> str:
        return _show.short(f"WaiverDebt: {self.total.count} waivers")

    def _told(self) -> _show.Report:
        notes = [
            f"at {_show.instant(self.at)}",
            f"{self.overdue} overdue, {self.breaches} breaches, "
            f"{self.ignored_adoptions} adoptions ignored",
            *([f"{self.left_out} left out"] if self.left_out else []),
        ]
        by = [*self.by_requirement, *self.by_group, *self.by_service]
        tables = [_show.table(self.waivers), _show.table(by)]
        return _show.Report(f"WAIVER DEBT: {self.total}", notes, tables)
