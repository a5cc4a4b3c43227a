"""Types of what claims and records entries: the stub of the native half, continued."""

from collections.abc import Callable
from datetime import datetime
from os import PathLike
from typing import Literal, Self, TypeAlias, overload

from ._decision import Decision
from ._entry import Claim, RecordedDecision
from ._lynchpin import Snapshot
from ._values import Subject

_Text: TypeAlias = bytes | bytearray | memoryview | str
_Detail: TypeAlias = Literal["full", "unmet", "verdict"]

class _EngineClaims:
    @overload
    def claim(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision:
        """Enters a stage, if it may, and takes the entry in: nothing can come in between.

        It is decided on all that the engine holds; what was decided before may be shown by `digest`
        and `expires`. The host keeps the entry in its ledger, too.

        Args:
            subject: What enters; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone; no fact was recorded after it.
            by: The id of the person who enters.
            via: The connector that relays it.
            digest: The digest of the recorded decision that it rests on.
            expires: The instant at which that decision expires.
            not_after: The first instant at which a deployment may no longer begin on the strength
                of it.
            detail: How much of the reasons of a refusal to answer, as for `Snapshot.decide`.

        Returns:
            The `Claim` that was taken in, or the `Decision` that refuses it.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An argument is malformed.
            LynchpinError: It cannot be claimed at all, such as behind the head or in a what-if.
            TypeError: Not exactly one subject was named.
            ValueError: `detail` is none of the three.

        Example:
            >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
            >>> engine.claim(change="C-1", at=at, by="raj").verdict
            Verdict.NEEDS_ACTION
        """

    @overload
    def claim(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision: ...
    @overload
    def claim(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision: ...

class _Claims:
    @overload
    def claim(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision:
        """Enters a stage, if it may: the answer is the entry to append, or why not.

        It is decided again, at the head of all that is known. Nothing has entered before the entry
        is taken in; `Engine.claim` does both at once. What was decided before may be shown by
        `digest` and `expires`: then nothing of the content may differ by now.

        Args:
            subject: What enters; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone; no fact was recorded after it.
            by: The id of the person who enters.
            via: The connector that relays it.
            digest: The digest of the recorded decision that it rests on.
            expires: The instant at which that decision expires.
            not_after: The first instant at which a deployment may no longer begin on the strength
                of it.
            detail: How much of the reasons of a refusal to answer, as for `decide`.

        Returns:
            A `Claim`, or the `Decision` that refuses it.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An argument is malformed.
            LynchpinError: It cannot be claimed at all, such as behind the head or in a what-if.
            TypeError: Not exactly one subject was named.
            ValueError: `detail` is none of the three.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> refused = snapshot.claim(change="C-1", stage="production", at=at, by="raj")
            >>> isinstance(refused, Claim), refused.root_blockers[0].code
            (False, 'plan_missing')
        """

    @overload
    def claim(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision: ...
    @overload
    def claim(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        by: str,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        detail: _Detail = "full",
    ) -> Claim | Decision: ...
    @overload
    def record(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
    ) -> RecordedDecision:
        """Decides, and gives the decision as a fact to keep, which a claim may show.

        Args:
            subject: What to decide on; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            by: The id of the person who asks.

        Returns:
            A `RecordedDecision`.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An argument is malformed.
            LynchpinError: It cannot be recorded, such as a what-if, or where no policy is in force.
            TypeError: Not exactly one subject was named.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> snapshot.record(change="C-1", stage="production", at=at, by="raj").verdict
            Verdict.NEEDS_ACTION
        """

    @overload
    def record(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        by: str,
    ) -> RecordedDecision: ...
    @overload
    def record(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        by: str,
    ) -> RecordedDecision: ...

class _LedgerCalls:
    def __new__(
        cls,
        path: str | PathLike[str] | None,
        origin: str | None,
        /,
        *,
        secret: bytes | None,
        key: str | None,
        signer: Callable[[bytes], bytes] | None,
        anchor: Callable[[str], object] | None,
        since: str | None,
    ) -> Self: ...
    def append(self, request: bytes, facts: _Text | None, /) -> bytes:
        """Answers a request to append, whose facts are another document."""

    def request(self, request: _Text, /) -> bytes:
        """Answers a request."""

    def set_policy(self, text: _Text, /) -> None:
        """Sets the policy that answers where the ledger adopts none."""

    def snapshot(self, at: int | None, /) -> Snapshot:
        """What is known, or was at a size."""
