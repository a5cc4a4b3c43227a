"""Small values that questions and answers are made of."""

import enum
from typing import Literal, Never

from ._lynchpin import printable
from ._value import Ranked, public, value


@public
@enum.unique
class Verdict(Ranked, enum.Enum):
    """The answer to "may it go?", from nothing asked to refused.

    The order is total, best first; the value is the stable number in C. Only `GO` and `GO_WAIVED`
    are a go. A verdict has no truth value: ask for `is_go`.

    Example:
        >>> from lynchpin import Verdict
        >>> Verdict.GO < Verdict.WAIT
        True
        >>> Verdict(50), str(Verdict.NEEDS_ACTION), Verdict.GO_WAIVED.is_go
        (Verdict.NEEDS_ACTION, 'needs_action', True)
    """

    NOT_APPLICABLE = 10
    """Nothing was asked here; not a go."""
    GO = 20
    """Every requirement is met."""
    GO_WAIVED = 21
    """Met through a waiver, which is shown."""
    WAIT = 30
    """Will clear by itself."""
    BLOCKED = 40
    """Another change, release or service must move first."""
    NEEDS_ACTION = 50
    """Somebody has to do something: approve, test, plan, release from hold."""
    UNKNOWN = 60
    """Cannot be determined, which never passes."""
    NO_GO = 70
    """Refused."""

    @property
    def is_go(self) -> bool:
        """Whether it may go."""
        return self in (Verdict.GO, Verdict.GO_WAIVED)

    def _rank(self) -> tuple[int, str]:
        return self.value, ""

    def __bool__(self) -> Never:
        raise TypeError("a verdict is neither true nor false: ask for .is_go")

    def __str__(self) -> str:
        return self.name.lower()

    def __repr__(self) -> str:
        return f"Verdict.{self.name}"


@public
@enum.unique
class Clears(enum.Enum):
    """When something becomes a go, where that is not an instant.

    Example:
        >>> from lynchpin import Clears
        >>> Clears("on_action")
        Clears.ON_ACTION
    """

    NOW = "now"
    """It is a go already."""
    UNKNOWN = "unknown"
    """By itself, at a time that nobody knows yet."""
    ON_ACTION = "on_action"
    """Only when somebody acts."""

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"Clears.{self.name}"


@value
class Subject(Ranked):
    """What answers are about: a change or a release. Changes come first, then the order is by id.

    Args:
        kind: "change" or "release".
        id: Its id.

    Raises:
        ValueError: `kind` is neither.
        TypeError: `id` is no text.

    Example:
        >>> from lynchpin import Subject
        >>> Subject("release", "R-11")
        Subject('release', 'R-11')
    """

    kind: Literal["change", "release"]
    """Which of the two it is."""
    id: str
    """Its id."""

    def __post_init__(self) -> None:
        _check(self.kind, ("change", "release"), self.id)

    def _rank(self) -> tuple[int, str]:
        return ("change", "release").index(self.kind), self.id

    def __str__(self) -> str:
        return f"{self.kind} {printable(self.id)}"

    def __repr__(self) -> str:
        return f"Subject({self.kind!r}, {self.id!r})"


@value
class Actor(Ranked):
    """Who can change a verdict: a person or a group. People come first, then the order is by id.

    Args:
        kind: "person" or "group".
        id: The id.

    Raises:
        ValueError: `kind` is neither.
        TypeError: `id` is no text.

    Example:
        >>> from lynchpin import Actor
        >>> Actor("group", "cab")
        Actor('group', 'cab')
    """

    kind: Literal["person", "group"]
    """Which of the two it is."""
    id: str
    """The id."""

    def __post_init__(self) -> None:
        _check(self.kind, ("person", "group"), self.id)

    def _rank(self) -> tuple[int, str]:
        return ("person", "group").index(self.kind), self.id

    def __str__(self) -> str:
        return f"{self.kind} {printable(self.id)}"

    def __repr__(self) -> str:
        return f"Actor({self.kind!r}, {self.id!r})"


def _check(kind: str, kinds: tuple[str, str], name: object) -> None:
    if kind not in kinds:
        raise ValueError(f'kind: {kind!r:.40} is neither "{kinds[0]}" nor "{kinds[1]}"')
    if not isinstance(name, str):
        raise TypeError(f"id: pass text, not {type(name).__name__}")
