"""Types of how risky something is: the stub of the native half, continued."""

from collections.abc import Sequence
from datetime import datetime
from typing import overload

from ._risk_history import RiskHistory
from ._score import Score
from ._values import Subject

class _Scoring:
    @overload
    def score(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        at: datetime,
        parts: Sequence[Sequence[str]] | None = None,
        split: tuple[str, int] | None = None,
    ) -> Score:
        """Says how likely a change or a release is to cause a failure, and what makes it so.

        Args:
            subject: What to score; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            parts: The parts in which a release ships, one after the other, each a list of ids, to
                say what that comes to; what is in none of them does not ship.
            split: A change and into how many equal pieces it is split, 2 to 100, to say what that
                comes to.

        Returns:
            A `Score`, whose contributions add up to it exactly: by the risk model that the policy
            in force names, or else by the scorecard.

        Raises:
            NotFoundError: The subject, a change of a part or to split, or the risk model is not
                known as of that instant.
            QuestionError: An id is malformed, a part is empty, nothing is split into so many pieces
                or `at` has no time zone.
            LimitError: The release has too many changes.
            TypeError: Not exactly one subject was named.

        Example:
            >>> score = snapshot.score(change="C-1", at=datetime(2026, 11, 2, tzinfo=timezone.utc))
            >>> 0 < score.probability < 1
            True
        """

    @overload
    def score(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        at: datetime,
        parts: Sequence[Sequence[str]] | None = None,
        split: tuple[str, int] | None = None,
    ) -> Score: ...
    @overload
    def score(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        at: datetime,
        parts: Sequence[Sequence[str]] | None = None,
        split: tuple[str, int] | None = None,
    ) -> Score: ...
    def risk_history(
        self, *, features: Sequence[str] | None = None, at: datetime
    ) -> RiskHistory:
        """Says what a risk model may be fitted to: the changes that came to the last stage.

        Each is told as it was known when it came there, and what became of it as far as is known.

        Args:
            features: The names of the features; all that there are, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `RiskHistory`: columns with an entry for each change, in the order in which they came.

        Raises:
            QuestionError: There is no feature of a name, or `at` has no time zone.
            LimitError: There are too many changes.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> history = snapshot.risk_history(features=["lines", "files"], at=at)
            >>> history.changes, [it.name for it in history.features]
            ((), ['lines', 'files'])
        """
