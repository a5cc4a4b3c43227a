"""The answer to "may it go?"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Never, TypeAlias, final

from . import _show
from ._answer import Answer
from ._read import Fields, refuse
from ._value import public, value
from ._values import Actor, Clears, Subject, Verdict

Arg: TypeAlias = int | str | tuple[str, ...] | tuple[Mapping[str, str], ...]
_Row: TypeAlias = tuple[tuple[str, str], ...]
FrozenArg: TypeAlias = int | str | tuple[str, ...] | tuple[_Row, ...]

# The engine nests as deep as the policy does, which is less; whatever is read back stays harmless.
_DEPTH_MAX = 100

_CODES = {code: code for code in _show.TEXTS}
_DECISION = frozenset(
    {
        "verdict",
        "subject",
        "stage",
        "at",
        "policy",
        "risk_model",
        "zone_data",
        "what_if",
        "clears_at",
        "holds_until",
        "root_blockers",
        "reasons",
    }
)
_REASON = frozenset(
    {
        "verdict",
        "code",
        "subject",
        "gate",
        "state",
        "requirement",
        "args",
        "act",
        "clears_at",
        "holds_until",
        "cites",
        "reasons",
    }
)


@final
@value
class Reason:
    """One reason of a decision: what holds, for whom, why, who can change it, and how long.

    Made by the engine; `Decision.reasons` and `Decision.root_blockers` hold them.

    Example:
        >>> reason = decision.root_blockers[0]
        >>> reason.code, str(reason.subject), reason.requirement
        ('plan_missing', 'change C-1', 'back-out')
        >>> reason.text
        'the plan is missing'
    """

    __match_args__ = ("verdict", "code")

    verdict: Verdict
    """The verdict of this reason alone."""
    code: str
    """Why, as a stable name such as `approval_stale`; `lynchpin.reason_codes()` lists them."""
    subject: Subject
    """What it is about."""
    gate: str | None
    """The gate that asks, if one does."""
    state: str | None
    """Where a gate stands, such as `stale`, of the reason that is a gate; `lynchpin.gate_states()`
    lists them."""
    requirement: str | None
    """The requirement that is answered, if it is one."""
    act: tuple[Actor, ...]
    """Who can change it."""
    clears_at: datetime | Clears
    """When it becomes a go."""
    holds_until: datetime | None
    """The first instant at which it may change without a new fact; none, if there is no such
    instant."""
    cites: tuple[str, ...]
    """The facts it rests on: kind and digest of each."""
    children: "tuple[Reason, ...]"
    """The reasons below this one."""
    _args: tuple[tuple[str, FrozenArg], ...]

    @property
    def args(self) -> Mapping[str, Arg]:
        """The figures behind it, by name."""
        return thawed(self._args)

    @property
    def is_go(self) -> bool:
        """Whether it holds nothing back: the verdict is `GO` or `GO_WAIVED`."""
        return self.verdict.is_go

    @property
    def text(self) -> str:
        """The reason in a few words; `str` says it in full."""
        return _show.filled(self.code, self.args)

    def __bool__(self) -> Never:
        raise TypeError("a reason is neither true nor false: ask for .is_go or .verdict")

    def __str__(self) -> str:
        return _show.reason(self)

    def __repr__(self) -> str:
        return _show.short(f"Reason {self.verdict} {self.code}: {self.subject}")


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Decision(Answer):
    """A verdict with everything it rests on.

    Made by `Snapshot.decide`. A decision has no truth value, because `if decision:` would hide
    that waiting and unknown are not a go: ask for `is_go`. Two are equal if their documents are.
    It can be pickled; the engine alone makes one, so nothing that is no go can be made to read as
    one. While it lives, so does the snapshot that gave it.

    Example:
        >>> decision.verdict, decision.is_go, decision.stage
        (Verdict.NEEDS_ACTION, False, 'production')
        >>> print(str(decision).splitlines()[0])
        ! NEEDS ACTION: change C-1 to production
    """

    __match_args__ = ("verdict", "subject")

    _KIND: ClassVar[str] = "decision"

    verdict: Verdict
    """The verdict."""
    subject: Subject
    """What was decided on."""
    stage: str
    """For which stage."""
    at: datetime
    """As of which instant, in UTC."""
    policy: str | None
    """The digest of the policy that was applied; none, if none was in force."""
    risk_model: str | None
    """The name and version of the risk model; none, if the policy asks for no risk."""
    zone_data: str | None
    """The version of the time zone data; none, if no freeze or window goes by the clock of a
    zone."""
    what_if: bool
    """Whether it only answers "what if": it was decided by another policy than the one in force, or
    without some facts."""
    clears_at: datetime | Clears
    """When it becomes a go."""
    holds_until: datetime | None
    """The first instant at which it may change without a new fact; none, if there is no such
    instant."""
    # What holds it back, and all reasons; none, until they are asked for.
    _reasons: tuple[tuple[Reason, ...], tuple[Reason, ...]] | None

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_DECISION)
        if "what_if" in fields and fields.text("what_if") != "yes":
            refuse("unknown_word", "expected `yes` or no such field", fields.path("what_if"))
        return {
            "verdict": fields.verdict("verdict"),
            "subject": fields.subject("subject"),
            "stage": fields.text("stage"),
            "at": fields.instant("at"),
            "policy": fields.maybe_text("policy"),
            "risk_model": fields.maybe_text("risk_model"),
            "zone_data": fields.maybe_text("zone_data"),
            "what_if": "what_if" in fields,
            "clears_at": fields.clears_at("clears_at"),
            "holds_until": fields.holds_until("holds_until"),
            "_reasons": _read_both(fields) if whole else None,
        }

    def _both(self) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        if self._reasons is None:
            both = _read_both(self._own())
            object.__setattr__(self, "_reasons", both)
            return both
        return self._reasons

    @property
    def root_blockers(self) -> tuple[Reason, ...]:
        """What holds it back and was not merely passed on along a dependency: these very reasons
        stand in `reasons` too. Empty, if only the verdict was asked for."""
        return self._both()[0]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons, each before its children; the first is the root. With detail "unmet" those
        that are simply met are left out; empty, if only the verdict was asked for."""
        return self._both()[1]

    @property
    def is_go(self) -> bool:
        """Whether it may go: the verdict is `GO` or `GO_WAIVED`, by the policy in force. What would
        be so by another policy, or without some facts, never is."""
        return self.verdict.is_go and not self.what_if

    @property
    def changes(self) -> tuple[Reason, ...]:
        """The reason of each change of a release, in order of ids; of the change itself, if it is
        one. With detail "unmet" only of those that are not simply met."""
        return tuple(r for r in self.reasons if r.code in ("change", "change_unknown"))

    def walk(self) -> Iterator[tuple[int, Reason]]:
        """All reasons, each before its children, with its depth in the tree.

        Returns:
            An iterator of (depth, reason); the root has depth 0.

        Example:
            >>> [depth for depth, reason in decision.walk()][:2]
            [0, 1]
        """
        open_reasons = [(0, reason) for reason in self.reasons[:1]]
        while open_reasons:
            depth, reason = open_reasons.pop()
            yield depth, reason
            open_reasons.extend((depth + 1, child) for child in reversed(reason.children))

    def __bool__(self) -> Never:
        raise TypeError("a decision is neither true nor false: ask for .is_go or .verdict")

    def __repr__(self) -> str:
        return _show.short(f"Decision {self.verdict}: {self.subject} to {self.stage}")

    def _told(self) -> _show.Report:
        return _show.decision(self)


def _read_both(fields: Fields) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What holds a decision back, and all its reasons."""
    blockers = fields.each("root_blockers")
    verdict = fields.verdict("verdict")
    if blockers and verdict.is_go:
        refuse("unknown_word", "expected no go, as there are root blockers", fields.path("verdict"))
    if "reasons" not in fields:
        return tuple(map(_read_reason, blockers)), ()
    documents, reasons = _read_tree(fields.inner("reasons"))
    if reasons[0].verdict is not verdict:
        message = f"expected `{reasons[0].verdict}`, as the root reason says"
        refuse("unknown_word", message, fields.path("verdict"))
    # They stand in the tree in the same order.
    nodes = zip(documents, reasons, strict=True)
    found: list[Reason] = []
    for blocker in blockers:
        same = (reason for document, reason in nodes if _is_same(document.raw(), blocker.raw()))
        reason = next(same, None)
        if reason is None:
            refuse("wrong_type", "expected one of the reasons in the tree", blocker.path())
        found.append(reason)
    return tuple(found), reasons


def _is_same(node: dict[str, object], blocker: dict[str, object]) -> bool:
    """Whether a blocker is that node of the tree, told without its children."""
    if "reasons" not in node:
        return node == blocker
    if node.get("code") != blocker.get("code"):
        return False
    return {name: value for name, value in node.items() if name != "reasons"} == blocker


def read_reasons(fields: Fields, name: str) -> tuple[Reason, ...]:
    """A list of reasons, each told without those below it."""
    return tuple(map(_read_reason, fields.each(name)))


def _read_reason(fields: Fields, children: tuple[Reason, ...] = ()) -> Reason:
    fields.only(_REASON)
    return Reason(
        verdict=fields.verdict("verdict"),
        code=fields.word("code", _CODES.__getitem__),
        subject=fields.subject("subject"),
        gate=fields.maybe_text("gate"),
        state=fields.maybe_text("state"),
        requirement=fields.maybe_text("requirement"),
        act=fields.actors("act"),
        clears_at=fields.clears_at("clears_at"),
        holds_until=fields.holds_until("holds_until"),
        cites=fields.texts("cites"),
        children=children,
        _args=read_args(fields, "args"),
    )


def _read_tree(root: Fields) -> tuple[list[Fields], tuple[Reason, ...]]:
    """The whole tree, each reason before its children, without recursion."""
    documents: list[Fields] = []
    children_of: list[list[int]] = []
    waiting: list[tuple[Fields, int, int]] = [(root, -1, 0)]
    while waiting:
        fields, parent, depth = waiting.pop()
        if depth > _DEPTH_MAX:
            refuse("document_too_deep", "the reasons are nested too deeply", root.path())
        index = len(documents)
        documents.append(fields)
        children_of.append([])
        if parent >= 0:
            children_of[parent].append(index)
        waiting.extend([(child, index, depth + 1) for child in reversed(fields.each("reasons"))])
    # Children come behind their parent, so from the end on they are there when it needs them.
    reasons: dict[int, Reason] = {}
    for index in range(len(documents) - 1, -1, -1):
        children = tuple([reasons[child] for child in children_of[index]])
        reasons[index] = _read_reason(documents[index], children)
    return documents, tuple([reasons[index] for index in range(len(documents))])


def read_args(fields: Fields, name: str) -> tuple[tuple[str, FrozenArg], ...]:
    """The figures behind a reason, by name; none, if they are not there."""
    args = fields.inner(name) if name in fields else None
    return tuple([(each, _read_arg(args, each)) for each in args.names()]) if args else ()


def thawed(args: tuple[tuple[str, FrozenArg], ...]) -> Mapping[str, Arg]:
    """The same as they are asked for."""
    return MappingProxyType({name: _thawed(arg) for name, arg in args})


def _read_arg(args: Fields, name: str) -> FrozenArg:
    match args.value(name):
        case bool():
            refuse("wrong_type", "expected no truth value", args.path(name))
        case int() | str() as plain:
            return plain
        case [dict(), *_]:
            rows = args.each(name)
            return tuple([tuple([(key, row.text(key)) for key in row.names()]) for row in rows])
        case _:
            return args.texts(name)


def _thawed(arg: FrozenArg) -> Arg:
    if not isinstance(arg, tuple):
        return arg
    texts = tuple(item for item in arg if isinstance(item, str))
    rows = [MappingProxyType(dict(row)) for row in arg if not isinstance(row, str)]
    return texts or tuple(rows)
