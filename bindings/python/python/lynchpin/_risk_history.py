"""What risk models may be fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, TypeVar, final

from . import _show
from ._fields import Plain
from ._read import Fields, refuse
from ._value import public, value

T = TypeVar("T")


def _list(fields: Fields, name: str, kind: type[T]) -> tuple[T | None, ...]:
    """A list of values, some of which may be null."""
    items = fields.items(name)
    found = tuple([item for item in items if item is None or type(item) is kind])
    if len(found) != len(items):
        refuse("wrong_type", f"expected a list of {kind.__name__} or null", fields.path(name))
    return found


def _texts(fields: Fields, name: str) -> tuple[str | None, ...]:
    return _list(fields, name, str)


def _integers(fields: Fields, name: str) -> tuple[int | None, ...]:
    return _list(fields, name, int)


def _booleans(fields: Fields, name: str) -> tuple[bool, ...]:
    return tuple([item is True for item in _list(fields, name, bool)])


def _instants(fields: Fields, name: str) -> tuple[datetime | None, ...]:
    texts = _list(fields, name, str)
    return tuple([None if it is None else Fields({"at": it}).instant("at") for it in texts])


def _times(fields: Fields, name: str) -> tuple[datetime, ...]:
    return tuple([it for it in _instants(fields, name) if it is not None])


@value
class FeatureColumn:
    """One feature of all changes of a history.

    Example:
        >>> from lynchpin import FeatureColumn
        >>> FeatureColumn("files", (3000000, None)).values
        (3000000, None)
    """

    name: str
    """The name of the feature, or of a figure of the host: `measure.coverage`."""
    values: Annotated[tuple[int | None, ...], _integers]
    """Its value for each change, in millionths; none, where it is not known."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class RiskHistory(Plain):
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
    """The changes, in the order in which they came to the last stage."""
    releases: Annotated[tuple[str | None, ...], _texts]
    """The release that each was deployed with, if that is said."""
    made: Annotated[tuple[datetime, ...], _times]
    """When each came to the last stage, in UTC."""
    failed: Annotated[tuple[bool, ...], _booleans]
    """Whether each failed, as far as is known."""
    known: Annotated[tuple[datetime | None, ...], _instants]
    """Since when that is known of those that failed, in UTC."""
    features: tuple[FeatureColumn, ...]
    """The features that were asked for, in that order."""

    def __repr__(self) -> str:
        return _show.short(f"RiskHistory of {len(self.changes)} changes")

    def _told(self) -> _show.Report:
        rows: list[Sequence[str]] = [
            (it.name, str(sum(value is not None for value in it.values))) for it in self.features
        ]
        headline = f"RISK HISTORY of {len(self.changes)} changes: {sum(self.failed)} failed"
        notes = [f"at {_show.instant(self.at)}"]
        return _show.Report(headline, notes, [(("feature", "known of"), rows)])
