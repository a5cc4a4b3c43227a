"""May work go on there, and when does that change?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, final, get_args, get_type_hints

from . import _show
from ._fields import Plain, reason_codes
from ._read import Fields, refuse
from ._value import public, value
from ._values import Verdict

@value
class Cause:
    """What makes a place open or close.

    Example:
        >>> from lynchpin import Cause
        >>> print(Cause(kind="freeze_ends", id="year-end"))
        freeze ends: year-end
    """

    kind: Literal[
        "freeze_begins",
        "freeze_ends",
        "freeze_is_on",
        "window_opens",
        "window_closes",
        "window_is_on",
    ]
    """What happens; with `freeze_is_on` and `window_is_on` nothing that has a known end."""
    id: str
    """The freeze or the window."""

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}: {self.id}"


_CAUSES = frozenset(get_args(get_type_hints(Cause)["kind"]))


def _causes(fields: Fields, name: str) -> tuple[Cause, ...]:
    return tuple(_cause(one) for one in fields.each(name))


def _cause(fields: Fields) -> Cause:
    kinds: list[Any] = list(fields.names())
    if len(kinds) != 1 or kinds[0] not in _CAUSES:
        refuse("unknown_word", "expected what a freeze or a window does", fields.path())
    return Cause(kinds[0], fields.text(kinds[0]))


@value
class Turning:
    """When a place opens or closes, and what makes it.

    Example:
        >>> calendar.closes.when
        'never'
    """

    when: Literal["at", "no_end_known", "never", "not_before"]
    """How sure that is: `at` that instant; `not_before` it, as further was not looked;
    `no_end_known` of what is on; or `never`, as nothing that is there turns it any more."""
    at: datetime | None
    """The instant, in UTC, with `at` and `not_before`."""
    because: Annotated[tuple[Cause, ...], _causes]
    """What happens then, or what has no known end; nothing, if it was so already."""

    def __str__(self) -> str:
        when = self.when.replace("_", " ")
        shown = f"{when} {_show.instant(self.at)}" if self.at else when
        return f"{shown} ({', '.join(map(str, self.because))})" if self.because else shown


@value
class Place:
    """One place, and what is on there.

    Example:
        >>> calendar.places[0].environment, calendar.places[0].state
        ('production', 'open')
    """

    service: str | None
    """The service, if one is known."""
    environment: str
    """The environment."""
    state: Literal["open", "not_known", "closed"]
    """Whether work may go on there."""
    freezes: tuple[str, ...]
    """The freezes that are on."""
    windows: tuple[str, ...]
    """The windows that are on."""
    undecided: tuple[str, ...]
    """The windows of which is not known whether they hold there: they open nothing."""


@value
class Flight:
    """A deployment that is under way though its place has closed.

    Example:
        >>> [flight.deployment for flight in calendar.in_flight if flight.must == "stop"]
        []
    """

    deployment: str
    """The deployment."""
    change: str
    """The change."""
    stage: str
    """The stage."""
    environment: str
    """The environment."""
    since: datetime
    """Since when it is on its way, in UTC."""
    begun: Verdict | None
    """What was to be said of it when it began; none, if it was not known then."""
    must: Literal["finish", "stop"]
    """What it must do: it may be finished, or it must stop."""
    because: Annotated[tuple[str, ...], reason_codes]
    """What closed the place: the codes of the reasons."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Calendar(Plain):
    """When work may go on at some places, by the freezes and the windows there.

    Made by `Snapshot.calendar`. What rules and exceptions let a change pass is no part of it: ask
    for a decision.

    Example:
        >>> calendar.is_open, calendar.state, calendar.stage
        (True, 'open', 'production')
    """

    _KIND: ClassVar[str] = "calendar"

    stage: str
    """Which stage."""
    at: datetime
    """As of which instant, in UTC."""
    state: Literal["open", "not_known", "closed"]
    """Whether work may go on in all of the places; `not_known`, if telling would take too much."""
    places: tuple[Place, ...]
    """The places."""
    opens: Turning
    """When it may go on in all of them."""
    closes: Turning
    """When it may no longer go on in one of them."""
    in_flight: tuple[Flight, ...]
    """What is under way there though its place has closed, and what it must do."""
    zone_data: str | None
    """The version of the time zone data; none, if nothing there goes by the clock of a zone."""

    @property
    def is_open(self) -> bool:
        """Whether work may go on in all of the places. What is not known is not open."""
        return self.state == "open"

    def __repr__(self) -> str:
        return _show.short(f"Calendar {self.state}: {self.stage}")

    def _told(self) -> _show.Report:
        state = self.state.replace("_", " ").upper()
        notes = [f"at {_show.instant(self.at)}", f"opens {self.opens}", f"closes {self.closes}"]
        tables = [_show.table(self.places), _show.table(self.in_flight)]
        return _show.Report(f"{state}: {self.stage}", notes, tables)
