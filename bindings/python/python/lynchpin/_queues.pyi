"""Types of what a snapshot says of a queue: the stub of the native half, continued."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ._queue import Queue
from ._values import Subject

class _Queues:
    def queue(
        self,
        *,
        stage: str,
        items: Sequence[Subject | tuple[Subject, Decimal]],
        at: datetime,
        slots: int | None = None,
        runs: int = 0,
    ) -> Queue:
        """Says which of a queue may go in parallel, which must wait, and what if one fails.

        Items are assumed to fail independently of each other.

        Args:
            stage: The stage that all are to enter.
            items: What is in the queue, first to go first: each a `Subject`, or a pair of it
                and the chance that it fails. Where there is no chance, the scorecard says it.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            slots: How many may be on their way at once; any number, if it is not said.
            runs: How many runs may be tried beforehand.

        Returns:
            A `Queue`: what may start now, what each item waits for and why, and the runs most
            likely to be needed.

        Raises:
            NotFoundError: An item or the stage is not known as of that instant.
            QuestionError: An id or a chance is malformed, `at` has no time zone, an item is listed
                twice, or `slots` is 0.
            LimitError: There are too many items, runs or interactions.
            TypeError: An item is no `Subject`.

        Example:
            >>> from lynchpin import Subject
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.queue(stage="production", items=[Subject("change", "C-1")], at=at)
            >>> found.items[0].state, found.items[0].held_by[0].code
            ('held', 'plan_missing')
        """
