"""In which order does it ship?"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, final

from . import _show
from ._answer import Answer
from ._lynchpin import printable
from ._read import Fields
from ._value import public, value
from ._values import Subject

# A notebook draws no more changes than a screen can show.
_DRAWN_MAX = 200

_SCOPES: dict[str, Literal["all", "ready"]] = {"all": "all", "ready": "ready"}
_WHYS: dict[str, Literal["not_go", "missing", "cycle"]] = {
    "not_go": "not_go",
    "missing": "missing",
    "cycle": "cycle",
}
_KINDS: dict[str, Literal["requires", "after", "together", "order"]] = {
    "requires": "requires",
    "after": "after",
    "together": "together",
    "order": "order",
}
_APART: dict[str, Literal["in_flight", "exclusive"]] = {
    "in_flight": "in_flight",
    "exclusive": "exclusive",
}
_PLAN = frozenset(
    {
        "subject",
        "stage",
        "at",
        "scope",
        "policy",
        "waves",
        "dropped",
        "missing",
        "cycles",
        "conflicts",
        "late",
        "critical_path",
        "edges",
        "cancelled",
        "unknown",
    }
)
_PATH = frozenset(("changes", "minutes"))
_DROPPED = frozenset(("changes", "why", "roots", "more_roots"))
_MISSING = frozenset(("change", "needs"))
_EDGE = frozenset(("from", "kind", "to"))
_CYCLE = frozenset(("changes", "witness", "exact", "forbidden"))
_CONFLICT = frozenset(("changes", "scope", "goes"))
_LATE = frozenset(("change", "starts", "needs", "done"))


@value
class Dropped:
    """Changes that would ship as one and do not ship.

    Example:
        >>> from lynchpin import Dropped
        >>> Dropped(changes=("C-1",), why=("missing",), roots=("C-1",)).why
        ('missing',)
    """

    changes: tuple[str, ...]
    """The changes."""
    why: tuple[Literal["not_go", "missing", "cycle"], ...]
    """Why, of their own; empty if they only wait for others."""
    roots: tuple[str, ...]
    """The changes that hold them back in the end, themselves included if they do."""
    more_roots: bool = False
    """Whether there are more than are named."""


@value
class Missing:
    """Something that a change needs and that is neither live in the stage nor in the item.

    Example:
        >>> from lynchpin import Missing
        >>> Missing(change="C-7", needs=("C-1", "C-2")).needs
        ('C-1', 'C-2')
    """

    change: str
    """The change that needs it."""
    needs: tuple[str, ...]
    """What would do: any one of these."""


@value
class Edge:
    """One change waits for another.

    Example:
        >>> from lynchpin import Edge
        >>> print(Edge(source="C-7", kind="requires", target="C-4"))
        C-7 requires C-4
    """

    source: str
    """The change that waits."""
    kind: Literal["requires", "after", "together", "order"]
    """Why; `order` between groups."""
    target: str
    """The change it waits for."""

    def __str__(self) -> str:
        kind = "after" if self.kind == "order" else self.kind
        return printable(f"{self.source} {kind} {self.target}")


@value
class Cycle:
    """Changes that wait for each other in a circle, with the shortest circle as proof.

    Example:
        >>> from lynchpin import Cycle, Edge
        >>> witness = (Edge("A", "requires", "B"), Edge("B", "after", "A"))
        >>> print(Cycle(changes=("A", "B"), witness=witness, exact=True, forbidden=True))
        A requires B, B after A
    """

    changes: tuple[str, ...]
    """All changes of it."""
    witness: tuple[Edge, ...]
    """The shortest circle through them."""
    exact: bool
    """Whether no shorter circle exists; for very large cycles the search is cut short."""
    forbidden: bool
    """Whether they are refused; otherwise they ship as one group."""

    def __str__(self) -> str:
        return ", ".join(map(str, self.witness))


@value
class Conflict:
    """Two changes that must be kept apart.

    Example:
        >>> from lynchpin import Conflict
        >>> Conflict(changes=("C-1", "C-2"), scope="in_flight", goes=None).goes is None
        True
    """

    changes: tuple[str, ...]
    """The two, by id."""
    scope: Literal["in_flight", "exclusive"]
    """Until when they must be kept apart: while one is in flight, or also once it is live."""
    goes: str | None
    """The one that goes: by the release's stated priority, or since it is on its way or there;
    neither, if nothing says."""


@value
class Late:
    """Something that is needed and is planned to be done only after what needs it begins.

    Example:
        >>> from datetime import datetime, timezone
        >>> from lynchpin import Late
        >>> starts = datetime(2026, 11, 3, 9, tzinfo=timezone.utc)
        >>> late = Late("C-7", starts=starts, needs="C-4", done=starts.replace(day=5))
        >>> late.needs, late.done > late.starts
        ('C-4', True)
    """

    change: str
    """The change that needs it."""
    starts: datetime
    """When that is planned to begin: by its own plan, else by that of the release, in UTC."""
    needs: str
    """What it needs; of alternatives, the one that is planned to be done first."""
    done: datetime
    """When that is planned to be done, in UTC."""


@value
class CriticalPath:
    """The chain of changes that takes longest.

    Example:
        >>> plan.critical_path
        CriticalPath(changes=('C-1',), minutes=1)
    """

    changes: tuple[str, ...]
    """The changes, first to ship first."""
    minutes: int
    """The sum of their efforts; a change without one counts as one minute."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Plan(Answer):
    """The order in which a release or a change ships.

    Made by `Snapshot.plan`. A wave holds what can ship at the same time; a group within it ships
    as one, its changes in that order. Two plans are equal if their documents are. It can be
    pickled; the engine alone makes one. While it lives, so does the snapshot that gave it.

    Example:
        >>> for number, wave in enumerate(plan.waves, start=1):
        ...     print(number, wave)
        1 (('C-1',),)
    """

    _KIND: ClassVar[str] = "plan"
    subject: Subject
    """What is planned."""
    stage: str
    """For which stage."""
    at: datetime
    """As of which instant, in UTC."""
    scope: Literal["all", "ready"]
    """Which changes were held to be able to go."""
    policy: str | None
    """The digest of the policy that was applied; none, if none was in force."""
    waves: tuple[tuple[tuple[str, ...], ...], ...]
    """What ships: waves of groups of changes."""
    dropped: tuple[Dropped, ...]
    """What does not ship, and why."""
    missing: tuple[Missing, ...]
    """What is needed and neither live in the stage nor in the item."""
    cycles: tuple[Cycle, ...]
    """Changes that wait for each other in a circle."""
    conflicts: tuple[Conflict, ...]
    """Changes that must be kept apart: both in the item, or one in it and the other on its way to
    the stage or there already."""
    late: tuple[Late, ...]
    """What is needed and planned to be done only after what needs it begins."""
    critical_path: CriticalPath
    """The chain of changes that takes longest."""
    edges: tuple[Edge, ...]
    """The dependencies between groups that no chain of others implies; empty for very large
    plans."""
    cancelled: tuple[str, ...]
    """The changes in it that were cancelled."""
    unknown: tuple[str, ...]
    """The changes in it that are not known."""

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_PLAN)
        path = fields.inner("critical_path")
        path.only(_PATH)
        return {
            "subject": fields.subject("subject"),
            "stage": fields.text("stage"),
            "at": fields.instant("at"),
            "scope": fields.word("scope", _SCOPES.__getitem__),
            "policy": fields.maybe_text("policy"),
            "waves": fields.waves("waves"),
            "dropped": tuple(map(_read_dropped, fields.each("dropped"))),
            "missing": tuple(map(_read_missing, fields.each("missing"))),
            "cycles": tuple(map(_read_cycle, fields.each("cycles"))),
            "conflicts": tuple(map(_read_conflict, fields.each("conflicts"))),
            "late": tuple(map(_read_late, fields.each("late"))),
            "critical_path": CriticalPath(path.texts("changes"), path.integer("minutes")),
            "edges": tuple(map(_read_edge, fields.each("edges"))),
            "cancelled": fields.texts("cancelled"),
            "unknown": fields.texts("unknown"),
        }

    @property
    def shipped(self) -> tuple[str, ...]:
        """The changes that ship, in order."""
        return tuple(change for wave in self.waves for group in wave for change in group)

    def to_mermaid(self) -> str:
        """The plan as a Mermaid flowchart, which code forges draw by themselves.

        Returns:
            The flowchart: a box for each group, an arrow to whatever waits for it.

        Raises:
            ValueError: The plan was read back from its document: ask a snapshot again.

        Example:
            >>> print(plan.to_mermaid().splitlines()[0])
            flowchart LR
        """
        return self._drawn("mermaid")

    def to_svg(self) -> str:
        """The plan as a picture that needs nothing else: no script, no font, no link.

        Returns:
            The text of an SVG file.

        Raises:
            ValueError: The plan was read back from its document: ask a snapshot again.

        Example:
            >>> plan.to_svg()[:5]
            '<svg '
        """
        return self._drawn("svg")

    def _drawn(self, form: str) -> str:
        drawn = self._report(form)
        if drawn is None:
            raise ValueError("the engine that drew this plan is not at hand: ask a snapshot again")
        return drawn

    def __repr__(self) -> str:
        dropped = sum(len(group.changes) for group in self.dropped)
        counts = f"{len(self.shipped)} shipped, {dropped} dropped"
        return _show.short(f"Plan of {self.subject} to {self.stage}: {counts}")

    def _repr_svg_(self) -> str | None:
        return self._report("svg") if len(self.shipped) <= _DRAWN_MAX else None

    def _told(self) -> _show.Report:
        return _show.plan(self)


def _read_dropped(fields: Fields) -> Dropped:
    fields.only(_DROPPED)
    whys = fields.words("why", _WHYS.__getitem__)
    more = "more_roots" in fields and fields.boolean("more_roots")
    return Dropped(fields.texts("changes"), whys, fields.texts("roots"), more)


def _read_missing(fields: Fields) -> Missing:
    fields.only(_MISSING)
    return Missing(fields.text("change"), fields.texts("needs"))


def _read_edge(fields: Fields) -> Edge:
    fields.only(_EDGE)
    kind = fields.word("kind", _KINDS.__getitem__)
    return Edge(fields.text("from"), kind, fields.text("to"))


def _read_cycle(fields: Fields) -> Cycle:
    fields.only(_CYCLE)
    witness = tuple(map(_read_edge, fields.each("witness")))
    changes = fields.texts("changes")
    return Cycle(changes, witness, fields.boolean("exact"), fields.boolean("forbidden"))


def _read_conflict(fields: Fields) -> Conflict:
    fields.only(_CONFLICT)
    scope = fields.word("scope", _APART.__getitem__)
    return Conflict(fields.texts("changes"), scope, fields.maybe_text("goes"))


def _read_late(fields: Fields) -> Late:
    fields.only(_LATE)
    starts, done = fields.instant("starts"), fields.instant("done")
    return Late(fields.text("change"), starts, fields.text("needs"), done)
