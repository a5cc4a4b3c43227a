"""A ledger: facts that are kept, decided on and proved."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from os import PathLike
from types import TracebackType
from typing import Literal, Never, Self, TypeAlias, overload

from ._decision import Decision
from ._entry import Claim, RecordedDecision
from ._kept import Appended, Decided, Head, InBetween
from ._lynchpin import LedgerHandle, Snapshot
from ._read import Fields
from ._request import document, dumps, instant, said, subject_of
from ._value import public
from ._values import Subject

_Text: TypeAlias = bytes | bytearray | memoryview | str
_Signer: TypeAlias = Callable[[bytes], bytes]
_Anchor: TypeAlias = Callable[[str], object]


@public
class Ledger:
    """Facts in the order in which they were accepted, and decisions on exactly what stands there.

    Made by `Ledger.create`, `Ledger.open` or `Ledger.in_memory`. Many processes may have one file
    open; any number of threads may use one ledger, and take turns. The interpreter lock is released
    meanwhile. What was acknowledged was written through to the disk. A fork leaves the ledger to
    the parent: the child opens it again.

    Whoever does not know what became of a call makes it again: what is there already has no second
    effect. Every `clock` is now, unless one is given.

    Example:
        >>> from lynchpin import Ledger
        >>> with Ledger.in_memory("acme.example/releases", secret=bytes(32)) as example:
        ...     example.append('{"lynchpin": "portfolio/1", "people": [{"id": "raj"}]}').places
        (1,)
    """

    __slots__ = ("_open", "_origin")
    _open: LedgerHandle | None
    _origin: str

    def __new__(cls, *_args: Never, **_fields: Never) -> Self:
        raise TypeError("a Ledger is made by Ledger.create, Ledger.open or Ledger.in_memory")

    @classmethod
    def _of(cls, handle: LedgerHandle) -> Self:
        ledger = object.__new__(cls)
        ledger._open = handle
        ledger._origin = ledger.head().origin
        return ledger

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        origin: str,
        /,
        *,
        secret: bytes | None = None,
        key: str | None = None,
        signer: _Signer | None = None,
        anchor: _Anchor | None = None,
        since: str | None = None,
    ) -> Self:
        """Begins a ledger of that name in a file, or opens the one that is there.

        Checkpoints are signed by the secret, or by the signer wherever its key is. With neither
        there are no receipts, and nobody can tell a ledger that was rewritten from the one that
        was.

        Args:
            path: The file; not on a network file system.
            origin: The name that stands in every checkpoint, such as `acme.example/releases`.
            secret: 32 random bytes that nobody else knows, such as `secrets.token_bytes(32)`.
            key: The public key, `name+id+key`, of the signer, or of whoever else signs.
            signer: Gives the ed25519 signature of some bytes: 64 bytes. It must not call this
                ledger.
            anchor: Passes each signed checkpoint on, to where nobody who can change the ledger can
                change it. It must not call this ledger.
            since: The last checkpoint that you kept: the ledger must go on from there.

        Returns:
            The ledger.

        Raises:
            LedgerError: What is there is another ledger or none, it was changed, or cannot be kept
                safely.
            QuestionError: A key is malformed, or they contradict each other.
            ValueError: The secret has not 32 bytes.

        Example:
            >>> import os, secrets, tempfile
            >>> folder = tempfile.TemporaryDirectory()
            >>> path = os.path.join(folder.name, "releases.ledger")
            >>> secret = secrets.token_bytes(32)
            >>> with Ledger.create(path, "acme.example/releases", secret=secret) as created:
            ...     created.head().size
            0
            >>> folder.cleanup()
        """
        return cls._of(
            LedgerHandle(
                path, origin, secret=secret, key=key, signer=signer, anchor=anchor, since=since
            )
        )

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        /,
        *,
        key: str | None = None,
        secret: bytes | None = None,
        signer: _Signer | None = None,
        anchor: _Anchor | None = None,
        since: str | None = None,
    ) -> Self:
        """Opens a ledger that is there; its newest checkpoint is checked and all that came since.

        Args:
            path: The file.
            key: The public key that checkpoints are checked by; not needed beside a secret.
            secret: As for `create`.
            signer: As for `create`.
            anchor: As for `create`.
            since: As for `create`.

        Returns:
            The ledger.

        Raises:
            LedgerError: There is none, or it was changed.
            QuestionError: A key is malformed, or they contradict each other.
            ValueError: The secret has not 32 bytes.

        Example:
            >>> from lynchpin import LedgerError
            >>> try:
            ...     Ledger.open("no/such/file")
            ... except LedgerError as error:
            ...     error.code
            'io'
        """
        return cls._of(
            LedgerHandle(
                path, None, secret=secret, key=key, signer=signer, anchor=anchor, since=since
            )
        )

    @classmethod
    def in_memory(
        cls,
        origin: str,
        /,
        *,
        secret: bytes | None = None,
        key: str | None = None,
        signer: _Signer | None = None,
        anchor: _Anchor | None = None,
        since: str | None = None,
    ) -> Self:
        """Begins a ledger in memory, for tests and for trying out: it is gone when it is closed.

        Args:
            origin: The name that stands in every checkpoint.
            secret: As for `create`.
            key: As for `create`.
            signer: As for `create`.
            anchor: As for `create`.
            since: As for `create`.

        Returns:
            The ledger.

        Raises:
            LedgerError: The name cannot stand in a checkpoint.
            QuestionError: A key is malformed, or they contradict each other.
            ValueError: The secret has not 32 bytes.

        Example:
            >>> Ledger.in_memory("acme.example/releases")
            <lynchpin.Ledger acme.example/releases>
        """
        return cls._of(
            LedgerHandle(
                None, origin, secret=secret, key=key, signer=signer, anchor=anchor, since=since
            )
        )

    @overload
    def request(self, request: _Text, /) -> bytes: ...
    @overload
    def request(self, request: Mapping[str, object], /) -> dict[str, object]: ...
    def request(self, request: _Text | Mapping[str, object], /) -> bytes | dict[str, object]:
        """Does anything that a ledger does, as a document: the same bytes in every language.

        Use it to pass requests on from elsewhere; the other methods do the same and give values.

        Args:
            request: An object whose only key says what is wanted, such as `append`, `claim` or
                `head`: as text, as its UTF-8 bytes, or as a mapping.

        Returns:
            The reply: one line without a newline at its end, or a dict if a mapping was given.

        Raises:
            QuestionError: The request is malformed.
            NotFoundError: What it is about is not there.
            LedgerError: It cannot be kept or signed, or the ledger was changed.

        Example:
            >>> ledger.request({"log": {"count": 1}})["log"][0]["fact"]
            {'id': 'raj'}
        """
        if isinstance(request, Mapping):
            return self._ask(dict(request))
        return self._handle().request(request)

    def append(
        self,
        facts: _Text | None = None,
        /,
        *,
        drafts: Iterable[Mapping[str, object]] = (),
        decided_on: int | None = None,
        clock: datetime | None = None,
    ) -> Appended | InBetween:
        """Appends facts, all or none of them.

        Args:
            facts: A portfolio document: the text or its UTF-8 bytes.
            drafts: Facts one by one: mappings with the `kind`, which is the name of its array in a
                portfolio document, the `fact`, and perhaps an `id` of yours, such as that of the
                message that brought it, under which it has one effect. With `within`, such as
                `5m`, one that happened longer ago is refused unless it is there already.
            decided_on: The size of the ledger that you looked at; if it has another by now, nothing
                is appended. Wherever it ends, if left out, as for what merely happened.
            clock: What your clock says, as a datetime with a time zone; now, if left out.

        Returns:
            Where the facts stand, or what came in between.

        Raises:
            DocumentError: A fact is malformed, contradicts what is there, or is of later than now.
            LedgerError: It cannot be kept.
            TypeError: `facts` is neither text nor bytes.

        Example:
            >>> person = {"kind": "people", "fact": {"id": "mei"}, "id": "msg-1"}
            >>> ledger.append(drafts=[person]).new, ledger.append(drafts=[person]).new
            (1, 0)
        """
        written = [dict(draft) for draft in drafts]
        fields = {"drafts": written, "decided_on": decided_on, "clock": instant(clock)}
        request = dumps({"append": said(fields)})
        reply = Fields(json.loads(self._handle().append(request, facts)))
        if "conflict" in reply:
            found = reply.inner("conflict")
            entries = tuple(entry.raw() for entry in found.each("entries"))
            return InBetween(found.integer("from"), found.integer("size"), entries)
        done = reply.inner("appended")
        return Appended(
            places=done.integers("places"),
            new=done.integer("new"),
            size=done.integer("size"),
            recorded=done.instant("recorded"),
            checkpoint=done.maybe_text("checkpoint"),
            unsigned=done.maybe_text("unsigned"),
        )

    def decide(
        self,
        subject: Subject | None = None,
        /,
        *,
        release: str | None = None,
        change: str | None = None,
        stage: str | None = None,
        by: str,
        clock: datetime | None = None,
        detail: Literal["full", "unmet", "verdict"] = "full",
    ) -> Decided:
        """Decides on all that is recorded, and records the decision.

        `snapshot().decide` does the same without recording it.

        Args:
            subject: What to decide on; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            by: The id of the person who asks.
            clock: As for `append`.
            detail: How much of the reasons to answer, as for `Snapshot.decide`.

        Returns:
            The decision, and the fact with its place.

        Raises:
            NotFoundError: The subject or the stage is not known.
            QuestionError: An argument is malformed.
            LynchpinError: It cannot be recorded, such as where no policy is in force, or your clock
                is more than five minutes behind the ledger.
            TypeError: Not exactly one subject was named.

        Example:
            >>> ledger.decide(change="C-1", by="raj").record.subject
            Subject('change', 'C-1')
        """
        fields = {"subject": subject_of(subject, release, change), "stage": stage, "by": by}
        reply = self._asked("decide", fields | {"clock": instant(clock), "detail": detail})
        decided = Fields(reply["decided"])
        return Decided(
            Decision.from_json(document("decision", decided.value("decision"))),
            RecordedDecision.from_json(document("record", decided.value("record"))),
        )

    def claim(
        self,
        subject: Subject | None = None,
        /,
        *,
        release: str | None = None,
        change: str | None = None,
        stage: str | None = None,
        by: str,
        id: str | None = None,
        via: str | None = None,
        digest: str | None = None,
        expires: datetime | None = None,
        not_after: datetime | None = None,
        clock: datetime | None = None,
        detail: Literal["full", "unmet", "verdict"] = "full",
    ) -> Claim | Decision:
        """Enters a stage, if it may, while nobody else can append.

        It is decided again, on all that is recorded. `receipt` of its `sequence` is what whoever
        deploys can check.

        Args:
            subject: What enters; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            by: The id of the person who enters.
            id: An id of yours under which the claim is made once, however often it is asked for.
            via: The connector that relays it.
            digest: The digest of the recorded decision that it rests on.
            expires: The instant at which that decision expires.
            not_after: The first instant at which a deployment may no longer begin on the strength
                of it.
            clock: As for `append`.
            detail: How much of the reasons of a refusal to answer, as for `Snapshot.decide`.

        Returns:
            The `Claim` that was appended, or the `Decision` that refuses it.

        Raises:
            NotFoundError: The subject or the stage is not known.
            QuestionError: An argument is malformed, or the `id` is that of something else.
            LynchpinError: It cannot be claimed at all, such as in a what-if.
            TypeError: Not exactly one subject was named.

        Example:
            >>> refused = ledger.claim(change="C-1", by="raj", id="ship-1")
            >>> refused.verdict
            Verdict.NEEDS_ACTION
        """
        fields: dict[str, object] = {
            "subject": subject_of(subject, release, change),
            "stage": stage,
            "by": by,
            "id": id,
            "via": via,
            "digest": digest,
            "expires": None if expires is None else instant(expires),
            "not_after": None if not_after is None else instant(not_after),
            "clock": instant(clock),
            "detail": detail,
        }
        reply = self._asked("claim", fields)
        if "refused" in reply:
            return Decision.from_json(document("decision", reply["refused"]))
        return Claim.from_json(document("claim", Fields(reply["claimed"]).value("claim")))

    def snapshot(self, *, at: int | None = None) -> Snapshot:
        """All that is recorded, also by others, to be asked. What it decides is not recorded.

        Args:
            at: The size of the ledger to look at, under the policy adopted by then; what is there
                now, if left out.

        Returns:
            A snapshot, which does not change.

        Raises:
            NotFoundError: The ledger never had so many entries.
            LedgerError: It was changed.

        Example:
            >>> ledger.snapshot(at=1)
            <lynchpin.Snapshot of 1 facts>
        """
        return self._handle().snapshot(at)

    def set_policy(self, text: _Text, /) -> None:
        """Sets the policy (TOML) that answers where the ledger adopts none. It is not kept.

        Args:
            text: The text or its UTF-8 bytes.

        Raises:
            PolicyError: The policy is malformed; the former one stays.
            TypeError: It is neither text nor bytes.

        Example:
            >>> Ledger.in_memory("acme.example/releases").set_policy('name = "acme"')
        """
        self._handle().set_policy(text)

    def head(self) -> Head:
        """What the ledger is: its name, its size, its root and its newest checkpoint.

        Returns:
            The `Head`.

        Raises:
            LedgerError: The ledger was changed.

        Example:
            >>> ledger.head().size == len(ledger.log())
            True
        """
        found = Fields(self._asked("head", {})["head"])
        return Head(
            origin=found.text("origin"),
            size=found.integer("size"),
            root=found.text("root"),
            recorded=found.instant("recorded"),
            key=found.maybe_text("key"),
            checkpoint=found.maybe_text("checkpoint"),
        )

    def log(self, first: int = 1, /, *, count: int = 1000) -> list[Mapping[str, object]]:
        """The entries from a place on, as they are kept; those that were erased are left out.

        Args:
            first: The first place, from 1.
            count: How many, at most a thousand.

        Returns:
            The entries.

        Raises:
            LedgerError: An entry is not what was appended.

        Example:
            >>> [entry["kind"] for entry in ledger.log(count=2)]
            ['people', 'stages']
        """
        reply = Fields(self._asked("log", {"from": first, "count": count}))
        return [entry.raw() for entry in reply.each("log")]

    def receipt(self, sequence: int, /) -> str:
        """The receipt of an entry: that it stands in this ledger, for `prove_receipt`.

        Args:
            sequence: The place of the entry, from 1.

        Returns:
            The text, to be kept and passed on.

        Raises:
            NotFoundError: There is no such entry, or it was erased.
            LedgerError: The ledger was opened without a key to sign with.

        Example:
            >>> ledger.receipt(1).splitlines()[0]
            'c2sp.org/tlog-proof@v1'
        """
        return Fields(self._asked("receipt", {"sequence": sequence})).text("receipt")

    def consistency(self, old: int, new: int | None = None, /) -> tuple[str, ...]:
        """Proves that the ledger at one size is the beginning of that at another (RFC 6962).

        Args:
            old: The smaller size.
            new: The larger one; what it is now, if left out.

        Returns:
            The hashes of the proof; none, if there is nothing to prove.

        Raises:
            LedgerError: The ledger was changed.

        Example:
            >>> len(ledger.consistency(1))
            2
        """
        return Fields(self._asked("consistency", {"old": old, "new": new})).texts("consistency")

    def checkpoint(self) -> str:
        """Signs what the ledger is now, and passes it on to the anchor.

        Returns:
            The checkpoint. Keep it where nobody who can change the ledger can change it, and hand
            it over as `since` when it is opened.

        Raises:
            LedgerError: There is no key to sign with, or it could not be signed or passed on.

        Example:
            >>> ledger.checkpoint().splitlines()[0]
            'acme.example/releases'
        """
        return Fields(self._asked("checkpoint", {})).text("checkpoint")

    def keep_snapshot(self) -> int:
        """Keeps what is known, signed, so that the ledger opens faster.

        Returns:
            How many entries it is of.

        Raises:
            LedgerError: There is no key to sign with.

        Example:
            >>> ledger.keep_snapshot() == ledger.head().size
            True
        """
        return Fields(self._asked("snapshot", {})).integer("snapshot")

    def close(self) -> None:
        """Closes the ledger; calls that are under way end first. A second time it does nothing.

        Returns:
            Nothing.

        Example:
            >>> done = Ledger.in_memory("acme.example/releases")
            >>> done.close()
        """
        self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<lynchpin.Ledger {self._origin}{', closed' if self._open is None else ''}>"

    def _handle(self) -> LedgerHandle:
        if self._open is None:
            raise ValueError("the ledger is closed: open it again")
        return self._open

    def _ask(self, request: Mapping[str, object]) -> dict[str, object]:
        found: dict[str, object] = json.loads(self._handle().request(dumps(request)))
        return found

    def _asked(self, name: str, fields: Mapping[str, object]) -> dict[str, object]:
        return self._ask({name: said(fields)})
