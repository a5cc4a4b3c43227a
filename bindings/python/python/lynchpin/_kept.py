"""What a ledger replies."""

from collections.abc import Mapping
from datetime import datetime

from ._decision import Decision
from ._entry import RecordedDecision
from ._value import value


@value
class Appended:
    """Facts that are in the ledger.

    Example:
        >>> ledger.append(drafts=[{"kind": "services", "fact": {"id": "shop"}}]).new
        1
    """

    places: tuple[int, ...]
    """The place of each fact, in the order given; of one that was there already, its place."""
    new: int
    """How many of them are new."""
    size: int
    """How many entries the ledger has with them."""
    recorded: datetime
    """When they were recorded, in UTC."""
    checkpoint: str | None
    """The signed checkpoint that covers them, if one was due."""
    unsigned: str | None
    """Why a checkpoint that was due could not be signed or passed on, if so."""


@value
class InBetween:
    """What others appended after the size that an append was decided on: nothing was appended.

    Example:
        >>> found = ledger.append(drafts=[{"kind": "services", "fact": {"id": "till"}}],
        ...     decided_on=1)
        >>> isinstance(found, InBetween), found.entries[0]["kind"]
        (True, 'stages')
    """

    first: int
    """The place of the first entry that came in between."""
    size: int
    """How many entries the ledger has now: what to decide on next."""
    entries: tuple[Mapping[str, object], ...]
    """The entries as they are kept, at most a thousand."""


@value
class Decided:
    """A decision on all that is recorded, and the fact that records it.

    Example:
        >>> decided = ledger.decide(change="C-1", by="raj", detail="verdict")
        >>> decided.decision.verdict is decided.record.verdict
        True
    """

    decision: Decision
    """The decision."""
    record: RecordedDecision
    """The fact, with its `sequence` in the ledger."""


@value
class Head:
    """What a ledger is.

    Example:
        >>> ledger.head().origin
        'acme.example/releases'
    """

    origin: str
    """Its name."""
    size: int
    """How many entries it has."""
    root: str
    """The root of their tree: another one for anything else in it."""
    recorded: datetime
    """When the newest was recorded, in UTC; the beginning of 1970, if there is none."""
    key: str | None
    """The public key that its checkpoints are signed with, if it is known."""
    checkpoint: str | None
    """The newest signed checkpoint, if there is one."""
