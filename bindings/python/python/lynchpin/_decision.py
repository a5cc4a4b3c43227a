"""The answer to "may it go?"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Never, TypeAlias

from . import _show
from ._lynchpin import reason_codes
from ._read import Fields, read_answer, refuse
from ._values import Actor, Clears, Subject, Verdict

Arg: TypeAlias = int | str | tuple[str, ...] | tuple[Mapping[str, str], ...]
_Row: TypeAlias = tuple[tuple[str, str], ...]
_FrozenArg: TypeAlias = int | str | tuple[str, ...] | tuple[_Row, ...]

# The engine nests as deep as the policy does, which is less; whatever is read back stays harmless.
_DEPTH_MAX = 100

_TEXTS = {name: text for _, name, text in reason_codes()}


@dataclass(frozen=True, slots=True, repr=False)
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
    """Why, as a stable name such as `approval_stale`."""
    subject: Subject
    """What it is about."""
    gate: str | None
    """The gate that asks, if one does."""
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
    _args: tuple[tuple[str, _FrozenArg], ...]

    @property
    def args(self) -> dict[str, Arg]:
        """The figures behind it, by name."""
        return {name: _thawed(arg) for name, arg in self._args}

    @property
    def text(self) -> str:
        """The reason in a few words."""
        args = dict(self._args)

        def filled(match: re.Match[str]) -> str:
            arg = args.get(match[1])
            return match[0] if arg is None or isinstance(arg, tuple) else str(arg)

        return re.sub(r"\{(\w+)\}", filled, _TEXTS.get(self.code, self.code.replace("_", " ")))

    def __str__(self) -> str:
        return _show.reason(self)

    def __repr__(self) -> str:
        return f"<lynchpin.Reason {self.verdict} {self.code}: {self.subject}>"


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """A verdict with everything it rests on.

    Made by `Snapshot.decide`. A decision has no truth value, because `if decision:` would hide
    that waiting and unknown are not a go: ask for `is_go`. Two are equal if their documents are.
    It can be pickled and copied.

    Example:
        >>> decision.verdict, decision.is_go, decision.stage
        (Verdict.NEEDS_ACTION, False, 'production')
        >>> print(str(decision).splitlines()[0])
        needs_action: change C-1 to production at 2026-11-02T09:00:00Z
    """

    __match_args__ = ("verdict", "subject")

    verdict: Verdict = field(compare=False)
    """The verdict."""
    subject: Subject = field(compare=False)
    """What was decided on."""
    stage: str = field(compare=False)
    """For which stage."""
    at: datetime = field(compare=False)
    """As of which instant, in UTC."""
    policy: str | None = field(compare=False)
    """The digest of the policy that was applied; none, if none was in force."""
    what_if: bool = field(compare=False)
    """Whether another policy than the one in force was applied: an answer to "what if"."""
    clears_at: datetime | Clears = field(compare=False)
    """When it becomes a go."""
    holds_until: datetime | None = field(compare=False)
    """The first instant at which it may change without a new fact; none, if there is no such
    instant."""
    root_blockers: tuple[Reason, ...] = field(compare=False)
    """What holds it back and was not merely passed on along a dependency."""
    reasons: tuple[Reason, ...] = field(compare=False)
    """All reasons, each before its children; the first is the root. Empty, if read from an answer
    that was asked for with less detail."""
    _wire: bytes

    @classmethod
    def from_json(cls, document: bytes | str, /) -> "Decision":
        """Reads a decision back from its document.

        Args:
            document: What `to_json` gave, or an answer of `Snapshot.ask`.

        Returns:
            An equal decision.

        Raises:
            DocumentError: It is no decision's document.

        Example:
            >>> Decision.from_json(decision.to_json()) == decision
            True
        """
        fields, wire = read_answer(document, "decision")
        if "what_if" in fields and fields.text("what_if") != "yes":
            refuse("unknown_word", "expected `yes` or no such field", "$.decision.what_if")
        tree = _read_reasons(fields.inner("reasons")) if "reasons" in fields else ()
        return cls(
            verdict=fields.verdict("verdict"),
            subject=fields.subject("subject"),
            stage=fields.text("stage"),
            at=fields.instant("at"),
            policy=fields.maybe_text("policy"),
            what_if="what_if" in fields,
            clears_at=fields.clears_at("clears_at"),
            holds_until=fields.holds_until("holds_until"),
            root_blockers=tuple(map(_read_reason, fields.each("root_blockers"))),
            reasons=tree,
            _wire=wire,
        )

    @property
    def is_go(self) -> bool:
        """Whether it may go: the verdict is `GO` or `GO_WAIVED`."""
        return self.verdict.is_go

    @property
    def changes(self) -> tuple[Reason, ...]:
        """The reason of each change of a release, in order of ids; of the change itself, if it is
        one."""
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

    def to_json(self) -> bytes:
        """The answer's document, byte for byte what every other language gives.

        Returns:
            One line of JSON without a newline at its end.

        Example:
            >>> decision.to_json()[:37]
            b'{"decision":{"verdict":"needs_action"'
        """
        return self._wire

    def __bool__(self) -> Never:
        raise TypeError("a decision is neither true nor false: ask for .is_go or .verdict")

    def __str__(self) -> str:
        return _show.decision(self)

    def __repr__(self) -> str:
        return f"<lynchpin.Decision {self.verdict}: {self.subject} to {self.stage}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Decision.from_json, (self._wire,)

    def _repr_markdown_(self) -> str:
        return _show.decision_markdown(self)

    def _repr_html_(self) -> str:
        return _show.decision_html(self)


def _read_reason(fields: Fields, children: tuple[Reason, ...] = ()) -> Reason:
    args = fields.inner("args") if "args" in fields else None
    return Reason(
        verdict=fields.verdict("verdict"),
        code=fields.text("code"),
        subject=fields.subject("subject"),
        gate=fields.maybe_text("gate"),
        requirement=fields.maybe_text("requirement"),
        act=fields.actors("act"),
        clears_at=fields.clears_at("clears_at"),
        holds_until=fields.holds_until("holds_until"),
        cites=fields.texts("cites"),
        children=children,
        _args=tuple((name, _read_arg(args, name)) for name in args.names()) if args else (),
    )


def _read_reasons(root: Fields) -> tuple[Reason, ...]:
    """The whole tree, each reason before its children, without recursion."""
    documents: list[Fields] = []
    children_of: list[list[int]] = []
    waiting: list[tuple[Fields, int | None, int]] = [(root, None, 0)]
    while waiting:
        fields, parent, depth = waiting.pop()
        if depth > _DEPTH_MAX:
            refuse("document_too_deep", "the reasons are nested too deeply", "$.decision.reasons")
        index = len(documents)
        documents.append(fields)
        children_of.append([])
        if parent is not None:
            children_of[parent].append(index)
        waiting.extend((child, index, depth + 1) for child in reversed(fields.each("reasons")))
    # Children come behind their parent, so from the end on they are there when it needs them.
    reasons: list[Reason | None] = [None] * len(documents)
    for index in range(len(documents) - 1, -1, -1):
        children = tuple(r for c in children_of[index] if (r := reasons[c]) is not None)
        reasons[index] = _read_reason(documents[index], children)
    return tuple(reason for reason in reasons if reason is not None)


def _read_arg(args: Fields, name: str) -> _FrozenArg:
    match args.value(name):
        case bool():
            refuse("wrong_type", "expected no truth value", "$.decision")
        case int() | str() as plain:
            return plain
        case [dict(), *_]:
            return tuple(tuple((k, row.text(k)) for k in row.names()) for row in args.each(name))
        case _:
            return args.texts(name)


def _thawed(arg: _FrozenArg) -> Arg:
    if not isinstance(arg, tuple):
        return arg
    texts = tuple(item for item in arg if isinstance(item, str))
    return texts or tuple(dict(row) for row in arg if not isinstance(row, str))
