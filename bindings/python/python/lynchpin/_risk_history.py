"""What risk models may be fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar, final

from . import _show
from ._answer import Answer
from ._read import Fields, refuse
from ._value import public, value

T = TypeVar("T")
_HISTORY = frozenset(("at", "changes", "releases", "made", "failed", "known", "features"))
_COLUMN = frozenset(("name", "values"))


def _list(fields: Fields, name: str, kind: type[T]) -> tuple[T | None, ...]:
    """A list of values, some of which may be null."""
    items = fields.value(name)
    known = isinstance(items, list) and all(it is None or type(it) is kind for it in items)
    if not isinstance(items, list) or not known:
        refuse("wrong_type", f"expected a list of {kind.__name__} or null", fields.path(name))
    return tuple(items)


def _all(fields: Fields, name: str, kind: type[T]) -> tuple[T, ...]:
    """A list of values, none of which is null."""
    items = _list(fields, name, kind)
    found = tuple([it for it in items if it is not None])
    if len(found) != len(items):
        refuse("wrong_type", f"expected a list of {kind.__name__}", fields.path(name))
    return found


def _instant(text: str) -> datetime:
    return Fields({"at": text}).instant("at")


@value
class FeatureColumn:
    """One feature of all changes of a history.

    Example:
        >>> from lynchpin import FeatureColumn
        >>> FeatureColumn("files", (3000000, None)).values
        (3000000, None)
    """

    name: str
    """The name of the feature, or of a figure of the host: `measure.alerts`."""
    values: tuple[int | None, ...]
    """Its value for each change, in millionths; none, where it is not known."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class RiskHistory(Answer):
    """What a risk model may be fitted to: columns, with an entry for each change.

    Made by `Snapshot.risk_history`. A change comes to the last stage with its first deployment
    there. It failed if a deployment of it there failed or was rolled back, or if an incident is
    confirmed to come from it. Its features are what was known when it came.

    Example:
        >>> from datetime import datetime, timezone
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> snapshot.risk_history(at=at).changes
        ()
    """

    _KIND: ClassVar[str] = "risk_history"

    at: datetime
    """As of which instant, in UTC."""
    changes: tuple[str, ...]
    """The changes, in the order of `made`; of those at once, in order of ids."""
    releases: tuple[str | None, ...]
    """The release that each was deployed with, if that is said."""
    made: tuple[datetime, ...]
    """From when on each could fail, in UTC: when it first succeeded at the last stage, or, if it
    failed, when it was first brought there."""
    failed: tuple[bool, ...]
    """Whether each failed, as far as is known."""
    known: tuple[datetime | None, ...]
    """Since when that is known of those that failed, in UTC."""
    features: tuple[FeatureColumn, ...]
    """The features that were asked for, in that order."""

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_HISTORY)
        known = _list(fields, "known", str)
        return {
            "at": fields.instant("at"),
            "changes": _all(fields, "changes", str),
            "releases": _list(fields, "releases", str),
            "made": tuple(map(_instant, _all(fields, "made", str))),
            "failed": _all(fields, "failed", bool),
            "known": tuple([None if it is None else _instant(it) for it in known]),
            "features": tuple(map(_read_column, fields.each("features"))),
        }

    def __repr__(self) -> str:
        return _show.short(f"RiskHistory of {len(self.changes)} changes")

    def _told(self) -> _show.Report:
        rows: list[Sequence[str]] = [
            (it.name, str(sum(value is not None for value in it.values))) for it in self.features
        ]
        headline = f"RISK HISTORY of {len(self.changes)} changes: {sum(self.failed)} failed"
        notes = [f"at {_show.instant(self.at)}"]
        return _show.Report(headline, notes, [(("feature", "known of"), rows)])


def _read_column(fields: Fields) -> FeatureColumn:
    fields.only(_COLUMN)
    return FeatureColumn(fields.text("name"), _list(fields, "values", int))
