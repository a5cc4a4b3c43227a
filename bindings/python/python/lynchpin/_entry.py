"""Entries into stages: what may go, claims, recorded decisions, breaches, obligations, policies."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, final

from . import _show
from ._answer import Answer
from ._fields import Listing, Plain, reason_code, yes
from ._value import public, value
from ._values import Actor, Subject, Verdict


def _subject(change: str | None, release: str | None) -> Subject:
    return Subject("change", change) if change is not None else Subject("release", release or "")


def _portfolio(answer: Answer, kind: str, name: str) -> bytes:
    fact = json.loads(answer.to_json())[name]
    document = {"lynchpin": "portfolio/1", kind: [fact]}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@value
class Entered:
    """A change that entered a stage, as it was then.

    Example:
        >>> claim.changes[0].change, claim.changes[0].revision
        ('C-1', 1)
    """

    change: str
    """The change."""
    revision: int
    """The revision that was current."""
    digest: str
    """The digest of that revision."""

    def __str__(self) -> str:
        return f"{self.change} revision {self.revision}"


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Claim(Plain):
    """An entry into a stage: a go that was used, as the fact to be appended.

    Made by `Snapshot.claim`. Nothing has entered before it is taken in, by its host's ledger and by
    `Engine.load`, with nothing taken in between that the snapshot did not know.

    Example:
        >>> claim.subject, claim.stage, claim.attempt
        (Subject('change', 'C-1'), 'production', 1)
    """

    _KIND: ClassVar[str] = "claim"

    change: str | None
    """The change that enters, if it is one."""
    release: str | None
    """The release that enters, if it is one."""
    revision: int
    """The revision that enters."""
    digest: str
    """The digest of all that enters, as that of a decision."""
    changes: tuple[Entered, ...]
    """The changes that enter, each with its revision."""
    stage: str
    """The stage that is entered."""
    attempt: int
    """Which entry of that subject into that stage it is, from 1."""
    policy: str
    """The digest of the policy that lets it in."""
    verdict: Verdict
    """A go, or a waived one."""
    waivers: tuple[str, ...]
    """The waivers that it uses."""
    not_after: datetime | None
    """The first instant at which a deployment may no longer begin on the strength of it, in UTC."""
    at: datetime
    """When it enters, in UTC."""
    recorded: datetime | None
    """When the host accepted it, in UTC; `at`, if it is not said."""
    sequence: int | None
    """The position in the ledger, if it is said."""
    by: str
    """Who enters."""
    via: str | None
    """The connector that relays it."""
    reason: str | None
    """Why, in the actor's words."""

    @property
    def subject(self) -> Subject:
        """What enters."""
        return _subject(self.change, self.release)

    def to_portfolio(self) -> bytes:
        """The entry as a portfolio document, for `Engine.load`.

        Returns:
            The document, which holds this fact and no other.

        Example:
            >>> engine = Engine()
            >>> engine.load(claim.to_portfolio())
            >>> engine.snapshot()
            <lynchpin.Snapshot of 1 facts>
        """
        return _portfolio(self, "claims", self._KIND)

    def __repr__(self) -> str:
        return _show.short(f"Claim of {self.stage}: {self.subject}, attempt {self.attempt}")

    def _told(self) -> _show.Report:
        notes = [f"at {_show.instant(self.at)}", f"attempt {self.attempt}", f"policy {self.policy}"]
        if self.waivers:
            notes.append(f"uses {', '.join(self.waivers)}")
        if self.not_after:
            notes.append(f"lapses at {_show.instant(self.not_after)}")
        headline = f"CLAIM: {self.subject} enters {self.stage}, by {self.by}"
        return _show.Report(headline, notes, [_show.table(self.changes)])


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class RecordedDecision(Plain):
    """A decision as a fact: the receipt that a claim may show. By itself it lets nothing through.

    Made by `Snapshot.record`. A claim that shows its `digest` and `expires` is refused once
    anything of the content differs, and from that instant on.

    Example:
        >>> receipt.subject, receipt.verdict, receipt.by
        (Subject('change', 'C-1'), Verdict.GO, 'raj')
    """

    _KIND: ClassVar[str] = "record"

    change: str | None
    """The change that was decided on, if it is one."""
    release: str | None
    """The release that was decided on, if it is one."""
    revision: int
    """The revision that was decided on."""
    digest: str
    """The digest of all that was decided on."""
    stage: str
    """For which stage."""
    policy: str
    """The digest of the policy that was applied."""
    verdict: Verdict
    """What it came to."""
    expires: datetime | None
    """The first instant at which it no longer stands, in UTC; it stands until a new fact, if it is
    not said."""
    at: datetime
    """As of which instant, in UTC."""
    recorded: datetime | None
    """When the host accepted it, in UTC; `at`, if it is not said."""
    sequence: int | None
    """The position in the ledger, if it is said."""
    by: str
    """Who asked."""
    via: str | None
    """The connector that relayed it."""
    reason: str | None
    """Why, in the actor's words."""

    @property
    def subject(self) -> Subject:
        """What was decided on."""
        return _subject(self.change, self.release)

    def to_portfolio(self) -> bytes:
        """The decision as a portfolio document, for `Engine.load`.

        Returns:
            The document, which holds this fact and no other.

        Example:
            >>> engine = Engine()
            >>> engine.load(receipt.to_portfolio())
            >>> engine.snapshot()
            <lynchpin.Snapshot of 1 facts>
        """
        return _portfolio(self, "decisions", self._KIND)

    def __repr__(self) -> str:
        return _show.short(f"RecordedDecision {self.verdict}: {self.subject} to {self.stage}")

    def _told(self) -> _show.Report:
        stands = f"until {_show.instant(self.expires)}" if self.expires else "until a new fact"
        notes = [f"at {_show.instant(self.at)}, for {self.by}", f"policy {self.policy}"]
        headline = f"RECORDED: {_show.word(self.verdict)}: {self.subject} to {self.stage}"
        return _show.Report(headline, [*notes, f"stands {stands}"])


@value
class Breach:
    """A deployment that no claim stands for.

    Example:
        >>> from lynchpin import Breach
        >>> Breach.__match_args__[:3]
        ('at', 'change', 'stage')
    """

    at: datetime
    """When it was deployed, in UTC."""
    change: str
    """The change that was deployed."""
    stage: str
    """The stage that it entered."""
    environment: str
    """The environment."""
    deployment: str
    """The deployment."""
    by: str
    """Whose act it was."""
    code: Annotated[str, reason_code]
    """Why it is unauthorised: `unclaimed`, `claimed_otherwise` or `claim_ended`."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Breaches(Listing[Breach]):
    """The deployments that no claim stands for. It has a length and can be gone through.

    Made by `Snapshot.breaches`.

    Example:
        >>> len(breaches), [breach.deployment for breach in breaches]
        (0, [])
    """

    _KIND: ClassVar[str] = "breaches"

    breaches: tuple[Breach, ...]
    """Each of them, in order of time."""

    def __repr__(self) -> str:
        return _show.short(f"Breaches: {len(self)}")

    def _told(self) -> _show.Report:
        return _show.Report(f"BREACHES: {len(self)}", [], [_show.table(self.breaches)])


@value
class Obligation:
    """Something that a change or a release owes since it entered a stage.

    Example:
        >>> from lynchpin import Obligation
        >>> Obligation.__match_args__[:3]
        ('until', 'subject', 'stage')
    """

    until: datetime
    """By when it is to be met, in UTC."""
    subject: Subject
    """What owes it."""
    stage: str
    """The stage that it entered."""
    gate: str
    """The gate that asks."""
    requirement: str
    """The requirement that is owed."""
    since: datetime
    """Since when, in UTC: the entry or, where it came later, the declaration."""
    met: datetime | None
    """When it was met, in UTC; none, if it is still owed."""
    owner: tuple[Actor, ...]
    """Who can meet it."""

    def is_overdue(self, at: datetime) -> bool:
        """Whether it was to be met by then and is not.

        Args:
            at: The instant, as a datetime with a time zone.

        Returns:
            Whether it is overdue.

        Example:
            >>> from lynchpin import Obligation
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> owed = Obligation(until=at, subject=Subject("change", "C-1"), stage="production",
            ...     gate="board", requirement="review", since=at, met=None, owner=())
            >>> owed.is_overdue(at)
            True
        """
        return self.met is None and self.until <= at


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Obligations(Listing[Obligation]):
    """What is or was owed since something entered a stage. It has a length and can be gone through.

    Made by `Snapshot.obligations`.

    Example:
        >>> [owed.requirement for owed in obligations if owed.met is None]
        []
    """

    _KIND: ClassVar[str] = "obligations"

    obligations: tuple[Obligation, ...]
    """Each of them, the first to be met first."""

    def __repr__(self) -> str:
        return _show.short(f"Obligations: {len(self)}")

    def _told(self) -> _show.Report:
        owed = sum(obligation.met is None for obligation in self)
        headline = f"OBLIGATIONS: {len(self)}, of which {owed} are owed"
        return _show.Report(headline, [], [_show.table(self.obligations)])


@value
class PolicyAdoption:
    """A policy that came into force.

    Example:
        >>> policies.adopted
        ()
    """

    at: datetime
    """When its adoption was recorded, in UTC."""
    policy: str
    """The digest of the policy."""


@value
class IgnoredAdoption:
    """An adoption that put nothing in force.

    Example:
        >>> policies.ignored
        ()
    """

    policy: str
    """The digest of the policy that was to be adopted."""
    at: datetime
    """When the adoption was recorded, in UTC."""
    by: str
    """Who adopted it."""
    code: Annotated[str, reason_code]
    """Why it has no effect: `adoption_not_approved` or `adoption_rejected`."""
    group: str
    """Whose approval the policy in force asks for."""
    given: int
    """How many of them had approved."""
    needed: int
    """How many must."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Policies(Plain):
    """Which policies came into force, and which adoptions had no effect.

    Made by `Snapshot.policies`.

    Example:
        >>> policies.answers is not None, len(policies.adopted)
        (True, 0)
    """

    _KIND: ClassVar[str] = "policies"

    answers: str | None
    """The digest of the policy that answers; none, if there is none."""
    adopted: tuple[PolicyAdoption, ...]
    """Those that came into force, oldest first."""
    ignored: tuple[IgnoredAdoption, ...]
    """The adoptions that put nothing in force, oldest first."""

    def __repr__(self) -> str:
        return _show.short(f"Policies: {len(self.adopted)} adopted, {len(self.ignored)} ignored")

    def _told(self) -> _show.Report:
        note = f"policy {self.answers} answers" if self.answers else "no policy answers"
        tables = [_show.table(self.adopted), _show.table(self.ignored)]
        counts = f"{len(self.adopted)} adopted, {len(self.ignored)} ignored"
        return _show.Report(f"POLICIES: {counts}", [note], tables)


@value
class SubjectVerdicts:
    """The verdict on one subject and, of a release, on each of its changes.

    Example:
        >>> verdicts.subjects[0].subject, str(verdicts.subjects[0].verdict)
        (Subject('change', 'C-1'), 'needs_action')
    """

    subject: Subject
    """The release, or a change that is in none."""
    stage: str
    """The stage that it was asked for."""
    verdict: Verdict
    """The verdict."""
    changes: tuple[str, ...]
    """The changes of a release that are known and not cancelled, in order of ids."""
    verdicts: tuple[Verdict, ...]
    """The verdict on each of them, as a part of the release."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Verdicts(Plain):
    """What may go of everything.

    Made by `Snapshot.verdicts`; `Snapshot.decide` tells why.

    Example:
        >>> [str(it.subject) for it in verdicts.subjects if it.verdict.is_go]
        []
    """

    _KIND: ClassVar[str] = "verdicts"

    at: datetime
    """As of when, in UTC."""
    policy: str | None
    """The policy that was applied, if one was."""
    what_if: Annotated[bool, yes]
    """Whether another policy than the one in force was applied: then nothing here is a go, whatever
    it says."""
    subjects: tuple[SubjectVerdicts, ...]
    """Each release that is not cancelled and then each change in none, in order of ids."""

    def __repr__(self) -> str:
        return _show.short(f"Verdicts on {len(self.subjects)}")

    def _told(self) -> _show.Report:
        go = sum(it.verdict.is_go for it in self.subjects)
        what_if = "WHAT IF " if self.what_if else ""
        headline = f"{what_if}VERDICTS on {len(self.subjects)}, of which {go} are a go"
        rows: list[Sequence[str]] = [
            (str(it.subject), it.stage, str(it.verdict)) for it in self.subjects
        ]
        return _show.Report(headline, [], [(("subject", "stage", "verdict"), rows)])
