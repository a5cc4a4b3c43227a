"""Types of what planners of releases ask a snapshot: the stub of the native half, continued."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, overload

from ._compose import Actions, Candidate, Collisions, Composition
from ._values import Subject

class _Composing:
    def compose(
        self,
        *,
        release: str | None = None,
        candidates: Sequence[str | Candidate] | None = None,
        value: int = 1,
        duration: timedelta | None = None,
        risk: Decimal | str | None = None,
        effort_minutes: int | None = None,
        window: timedelta | None = None,
        shipping: Literal["one_by_one", "in_waves", "in_parallel"] = "one_by_one",
        stage: str | None = None,
        at: datetime,
        assume: Literal["go", "all"] = "go",
    ) -> Composition:
        """Chooses, among changes, those that are worth most together and can ship as one release.

        Args:
            release: The id of the release whose members are the candidates.
            candidates: Further candidates, ids or `Candidate`s, which also say more of members.
            value: What a candidate is worth of which nothing else is said.
            duration: How long one takes of which nothing else is said, a timedelta.
            risk: How many failures are to be expected at most, a `Decimal`.
            effort_minutes: How much work there may be, in minutes.
            window: How long there is to ship it, a timedelta.
            shipping: "one_by_one", "in_waves" or "in_parallel": what adds up to the window.
            stage: The stage; the first that the candidates have not all entered, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            assume: "go" for what is a go by itself, "all" for all but what can never be one.

        Returns:
            A `Composition`: what is chosen, what is proven of it, and why the rest is left out.

        Raises:
            NotFoundError: The release, a candidate or the stage is not known as of that instant.
            QuestionError: There is nothing to choose from, a candidate is listed twice, or
                something is malformed.
            LimitError: There are too many candidates.
            ValueError: `shipping` or `assume` is none of those words.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.compose(candidates=["C-1"], stage="production", at=at)
            >>> found.chosen, found.left_out[0].because[0].kind
            ((), 'not_go')
        """

    @overload
    def actions(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        waiting: Literal["avoid", "allow"] = "avoid",
    ) -> Actions:
        """Finds the fewest acts that make a change or a release a go, and who can take them.

        Args:
            subject: What to make a go; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            waiting: "avoid" to wait only where nothing else helps, "allow" to do as little as
                possible, however long it takes.

        Returns:
            An `Actions`: what must be done and waited for, or what makes that of no use.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An id is malformed, or `at` has no time zone.
            LimitError: The release is too large.
            TypeError: Not exactly one subject was named.
            ValueError: `waiting` is neither.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.actions(change="C-1", stage="production", at=at)
            >>> found.count, found.actions[0].code
            (1, 'plan_missing')
        """

    @overload
    def actions(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        waiting: Literal["avoid", "allow"] = "avoid",
    ) -> Actions: ...
    @overload
    def actions(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        waiting: Literal["avoid", "allow"] = "avoid",
    ) -> Actions: ...

    def collisions(
        self, *, at: datetime, since: datetime | None = None, until: datetime | None = None
    ) -> Collisions:
        """Says which open releases get in each other's way, and over what.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            since: Only what is planned after that; whenever it is, if left out.
            until: Only what is planned before that; whenever it is, if left out.

        Returns:
            A `Collisions`: pairs of releases, how they collide, over what and when.

        Raises:
            QuestionError: An instant has no time zone, or the period does not end after it begins.

        Example:
            >>> snapshot.collisions(at=datetime(2026, 11, 2, tzinfo=timezone.utc)).collisions
            ()
        """
