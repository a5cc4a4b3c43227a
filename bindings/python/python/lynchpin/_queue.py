"""A queue of releases: what may go in parallel, what must wait, and what follows if one fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._fields import Plain, clears_at, reason_code, yes
from ._value import public, value
from ._values import Clears, Subject, Verdict


@value
class ChangePair:
    """A change of the item that waits, and one of the item that it waits for.

    Example:
        >>> from lynchpin import ChangePair
        >>> print(ChangePair("C-4", "C-3"))
        C-4 and C-3
    """

    change: str
    """That of the item that waits."""
    other: str
    """The other one."""

    _KEYS: ClassVar[dict[str, str]] = {"other": "with"}

    def __str__(self) -> str:
        return f"{self.change} and {self.other}"


@value
class Interaction:
    """Why two items of a queue may not go at the same time: one of its fields says it.

    Example:
        >>> print(queue.items[1].waits_for[0].because[0])
        service shop
    """

    requires: ChangePair | None
    """The one that waits requires a change of the other."""
    required_by: ChangePair | None
    """The other one requires a change of the one that waits, which is there already and is brought
    again."""
    conflict: ChangePair | None
    """Two of their changes conflict."""
    together: ChangePair | None
    """Two of their changes ship as one atomic group."""
    change: str | None
    """The same change is in both."""
    service: str | None
    """Both change that service."""

    def __str__(self) -> str:
        if pair := self.requires:
            return f"{pair.change} requires {pair.other}"
        if pair := self.required_by:
            return f"{pair.change} is required by {pair.other}"
        if pair := self.conflict:
            return f"{pair.change} conflicts with {pair.other}"
        if pair := self.together:
            return f"{pair.change} ships with {pair.other}"
        return f"both hold {self.change}" if self.change else f"service {self.service}"


@value
class QueueWait:
    """An item that another one waits for.

    Example:
        >>> wait = queue.items[1].waits_for[0]
        >>> str(wait.subject), len(wait.because)
        ('change C-1', 1)
    """

    subject: Subject
    """The item."""
    because: tuple[Interaction, ...]
    """Why."""

    def __str__(self) -> str:
        return f"{self.subject.id} ({', '.join(str(why) for why in self.because)})"


@value
class QueueHold:
    """A root blocker of an item, but for what the queue itself brings.

    Example:
        >>> from lynchpin import QueueHold, Subject
        >>> print(QueueHold(Subject("change", "C-1"), "plan_missing", "back-out"))
        back-out: plan_missing of change C-1
    """

    subject: Subject
    """What it is about."""
    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""
    requirement: str | None
    """The requirement that is not met, if it is one."""

    def __str__(self) -> str:
        asked = f"{self.requirement}: " if self.requirement else ""
        return f"{asked}{self.code} of {self.subject}"


@value
class IfItFails:
    """What follows if one item fails and all others succeed that may.

    Example:
        >>> [str(subject) for subject in queue.items[0].if_it_fails.tried_again]
        ['change C-2']
    """

    dropped: tuple[Subject, ...]
    """What requires it, or what requires it through others: that leaves the queue with it."""
    tried_again: tuple[Subject, ...]
    """What waits for it, itself or through others, and is tried again without it."""
    untouched: tuple[Subject, ...]
    """What goes on as if nothing had happened."""


@value
class QueueItem:
    """One item of a queue.

    Example:
        >>> [(str(item.subject), item.state, item.round) for item in queue.items]
        [('change C-1', 'head', 1), ('change C-2', 'waits', 2)]
    """

    position: int
    """Where it stands, from 1."""
    subject: Subject
    """The change or the release."""
    state: Literal["head", "waits", "held", "lacks", "in_cycle"]
    """How it stands: it may start now; it waits for others or for a slot; it cannot go by itself;
    it
    requires what does not go; or it requires itself, through others."""
    verdict: Verdict
    """What is decided on it by itself."""
    clears_at: Annotated[datetime | Clears, clears_at]
    """When that clears, in UTC, or why no time is known."""
    held_by: tuple[QueueHold, ...]
    """What holds it back, but for what the queue itself brings."""
    failure: Decimal
    """The chance that it fails."""
    failure_from: Literal["given", "scorecard"]
    """Who says so: the question or the scorecard."""
    round: int | None
    """The first round in which it may go if everything succeeds, from 1; none, if it does not
    go."""
    waits_for: tuple[QueueWait, ...]
    """What it waits for itself, in the order of the queue; of what does not go, what keeps it from
    going."""
    if_it_fails: IfItFails | None
    """What follows if it fails; not said of what does not go."""

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}: {self.state}"


@value
class OutOfOrder:
    """An item that stands ahead of what it requires.

    Example:
        >>> queue.out_of_order
        ()
    """

    subject: Subject
    """The item."""
    behind: Subject
    """The item that is to stand ahead of it."""
    because: tuple[Interaction, ...]
    """Why."""

    def __str__(self) -> str:
        return f"{self.subject} stands ahead of {self.behind}"


@value
class QueueCycle:
    """Items that require each other in a circle, so that none of them goes.

    Example:
        >>> queue.cycles
        ()
    """

    items: tuple[QueueWait, ...]
    """Each item after the one that requires it, and why that does; the last one requires the
    first."""

    def __str__(self) -> str:
        names = [str(wait.subject) for wait in self.items]
        return " requires ".join([*names, *names[:1]])


@value
class QueueRun:
    """One item tried on top of one outcome of all that it waits for, itself or through others.

    Example:
        >>> print(queue.runs[1])
        change C-2 on top of C-1: 0.9
    """

    subject: Subject
    """The item that is tried."""
    below: tuple[Subject, ...]
    """What is assumed to succeed, and so is below it."""
    without: tuple[Subject, ...]
    """What is assumed to fail, or to be dropped because what it requires fails."""
    chance: Decimal
    """The chance that its result is the one that is needed; to nine decimals, downwards."""

    _KEYS: ClassVar[dict[str, str]] = {"below": "with"}

    def __str__(self) -> str:
        below = ", ".join(subject.id for subject in self.below) or "nothing"
        return f"{self.subject} on top of {below}: {self.chance}"


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Queue(Plain):
    """How the items of a queue may go, and what follows if one fails.

    Also which runs are worth being tried beforehand.

    Made by `Snapshot.queue`.

    Example:
        >>> [str(subject) for subject in queue.head], str(queue.expected)
        (['change C-1'], '1.9')
    """

    _KIND: ClassVar[str] = "queue"

    stage: str
    """The stage."""
    at: datetime
    """As of which instant, in UTC."""
    policy: str | None
    """The digest of the policy that was applied; none, if none was in force."""
    risk_model: str
    """The name and version of the model that chances to fail are taken from."""
    what_if: Annotated[bool, yes]
    """Whether another policy than the one in force was applied."""
    slots: int | None
    """How many may be on their way at once, if that is bounded."""
    head: tuple[Subject, ...]
    """What may start now, all of it in parallel."""
    items: tuple[QueueItem, ...]
    """Every item, in the order of the queue."""
    out_of_order: tuple[OutOfOrder, ...]
    """What stands ahead of what it requires."""
    cycles: tuple[QueueCycle, ...]
    """What requires itself through others."""
    runs: tuple[QueueRun, ...]
    """The runs most likely to be needed, the likeliest first."""
    expected: Decimal
    """How many of these runs are needed, on average; to nine decimals, downwards."""
    search: Literal["whole", "cut_short"]
    """Whether the search for them came to its end, or was cut short since it took too long; those
    told are the likeliest all the same."""

    def __repr__(self) -> str:
        return _show.short(f"Queue for {self.stage}: {len(self.items)} items")

    def _told(self) -> _show.Report:
        notes = [f"at {_show.instant(self.at)}, {len(self.head)} may start now"]
        notes += [f"wrong order: {order}" for order in self.out_of_order]
        notes += [f"cycle: {cycle}" for cycle in self.cycles]
        rows: list[Sequence[str]] = [
            (
                str(item.position),
                str(item.subject),
                item.state,
                str(item.round or ""),
                str(item.failure),
                ", ".join(str(one) for one in [*item.held_by, *item.waits_for]),
            )
            for item in self.items
        ]
        runs: list[Sequence[str]] = [(str(run.chance), str(run)) for run in self.runs]
        head = ("", "item", "state", "round", "risk", "waits for")
        headline = f"QUEUE for {self.stage}: {len(self.items)} items"
        return _show.Report(headline, notes, [(head, rows), (("needed", "run"), runs)])
