"""What does a change need, and what needs it?"""

from dataclasses import dataclass
from typing import ClassVar, Literal, final

from . import _show
from ._answer import Answer
from ._read import Fields
from ._value import public

_DIRECTIONS: dict[str, Literal["upstream", "downstream"]] = {
    "upstream": "upstream",
    "downstream": "downstream",
}
_REACH = frozenset(("change", "direction", "changes"))


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Reach(Answer):
    """What a change needs, or what needs it, directly or through others.

    Made by `Snapshot.reach`. Two are equal if their documents are. It can be pickled; the engine
    alone makes one.

    Example:
        >>> reach.change, reach.direction, reach.changes
        ('C-1', 'upstream', ())
    """

    _KIND: ClassVar[str] = "reach"

    change: str
    """The change that was asked about."""
    direction: Literal["upstream", "downstream"]
    """Which way: to what it needs, or to what needs it."""
    changes: tuple[str, ...]
    """What is reached, in order of ids, without the change itself."""

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_REACH)
        return {
            "change": fields.text("change"),
            "direction": fields.word("direction", _DIRECTIONS.__getitem__),
            "changes": fields.texts("changes"),
        }

    def __repr__(self) -> str:
        return _show.short(f"Reach {self.direction} of {self.change}: {len(self.changes)} changes")

    def _told(self) -> _show.Report:
        return _show.reach(self)
