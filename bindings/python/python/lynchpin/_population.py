"""What auditors ask: everything that was deployed in a period, and what was behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._fields import Plain, reason_codes
from ._value import public, value
from ._values import Subject, Verdict


@value
class FactCount:
    """What became of each deployment fact of a period: the other counts add up to `told`.

    Example:
        >>> population.facts.told, population.facts.listed
        (1, 1)
    """

    told: int
    """How many there are."""
    listed: int
    """How many stand in a row."""
    left_out: int
    """How many stand only in rows that are left out."""
    begun_before: int
    """How many tell how something went on that began before the period, such as a roll back."""
    other_stages: int
    """How many are of environments of other stages, as those were declared then."""
    elsewhere: int
    """How many are of environments that no stage had then."""


@value
class GapCount:
    """How many rows have a gap.

    Example:
        >>> [gap.gap for gap in population.gaps if gap.rows]
        ['no_end', 'no_requester', 'unclaimed', 'no_approval', 'no_evidence']
    """

    gap: Literal[
        "no_change",
        "change_unknown",
        "start_unknown",
        "no_end",
        "no_requester",
        "unclaimed",
        "no_approval",
        "no_evidence",
    ]
    """The gap."""
    rows: int
    """How many rows have it."""

    def __str__(self) -> str:
        return f"{self.gap}: {self.rows}"


@value
class Approver:
    """Somebody whose newest word on a requirement was yes, in force, and about what was deployed.

    Example:
        >>> from lynchpin import Approver, Subject
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> print(Approver("review", "ann", Subject("change", "C-1"), 1, "production", at, None))
        ann for review
    """

    requirement: str
    """The requirement."""
    person: str
    """Who, an alias told as its person."""
    subject: Subject
    """The change or the release that was approved."""
    revision: int
    """The revision of it."""
    stage: str
    """The stage it was approved for."""
    at: datetime
    """When, in UTC; at the meeting, if minutes say so."""
    board: str | None
    """The board whose minutes say so."""

    def __str__(self) -> str:
        return f"{self.person} for {self.requirement}"


@value
class Leave:
    """Leave that was given beforehand for changes of a model, and stood then.

    Example:
        >>> from lynchpin import Leave
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> print(Leave("A-1", "certs", at, "mei", at))
        A-1 by mei
    """

    id: str
    """The pre-authorisation."""
    model: str
    """The change model."""
    at: datetime
    """When it was given, in UTC."""
    by: str
    """Who gave it."""
    expires: datetime
    """When it expires, in UTC."""

    def __str__(self) -> str:
        return f"{self.id} by {self.by}"


@value
class CheckRun:
    """The newest result of a check on an artifact, or on the revision itself.

    Example:
        >>> from lynchpin import CheckRun
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> print(CheckRun("unit", None, None, None, "ci", 7, "passed", at))
        unit passed
    """

    check: str
    """The check."""
    artifact: str | None
    """The digest of the artifact; none, if it is about the revision."""
    configuration: str | None
    """The configuration in which it ran."""
    environment: str | None
    """The environment in which it ran."""
    by: str
    """Who produced it."""
    run: int
    """The number of the run."""
    outcome: Literal["passed", "info", "skipped", "running", "inconclusive", "errored", "failed"]
    """How it came out."""
    at: datetime
    """When, in UTC."""

    def __str__(self) -> str:
        return f"{self.check} {self.outcome}"


@value
class SignedStatement:
    """A signed statement about an artifact; whether it is rightly signed is not asked.

    Example:
        >>> from lynchpin import SignedStatement
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> print(SignedStatement("sha256:" + 64 * "1", "https://slsa.dev/provenance/v1", at, "ci"))
        https://slsa.dev/provenance/v1 by ci
    """

    artifact: str
    """The digest of the artifact."""
    predicate_type: str
    """What kind of predicate it makes."""
    at: datetime
    """When it was filed, in UTC."""
    by: str
    """Who filed it, who need not be who signed it."""

    def __str__(self) -> str:
        return f"{self.predicate_type} by {self.by}"


@value
class ClaimUsed:
    """A claim that was there before a deployment.

    Example:
        >>> from lynchpin import ClaimUsed, Subject, Verdict
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> subject = Subject("change", "C-1")
        >>> print(ClaimUsed(subject, 1, Verdict.GO, "sha256:" + 64 * "1", at, "mei", 0))
        change C-1 by mei, attempt 1
    """

    subject: Subject
    """The change or the release that was claimed."""
    attempt: int
    """Which entry of it into the stage it is."""
    verdict: Verdict
    """A go, or a waived one."""
    policy: str
    """The digest of the policy that let it in."""
    at: datetime
    """When, in UTC."""
    by: str
    """By whom."""
    sequence: int
    """Its position in the ledger; 0, if it came from none."""

    def __str__(self) -> str:
        return f"{self.subject} by {self.by}, attempt {self.attempt}"


@value
class DecisionUsed:
    """A decision that had been recorded.

    Example:
        >>> from lynchpin import DecisionUsed, Subject, Verdict
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> subject = Subject("change", "C-1")
        >>> print(DecisionUsed(subject, 1, Verdict.GO, "sha256:" + 64 * "1", at, "mei"))
        change C-1: ✓ GO
    """

    subject: Subject
    """The change or the release that was decided on."""
    revision: int
    """The revision of it."""
    verdict: Verdict
    """What it came to."""
    policy: str
    """The digest of the policy that was applied."""
    at: datetime
    """When, in UTC."""
    by: str
    """Who asked."""

    def __str__(self) -> str:
        return f"{self.subject}: {_show.word(self.verdict)}"


@value
class Exemption:
    """An exception by which something passed.

    Example:
        >>> from lynchpin import Exemption
        >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
        >>> print(Exemption("waiver", "W-1", "review", None, "raj", "mei", at, at))
        waiver W-1 by mei
    """

    what: Literal["waiver", "freeze", "emergency", "unauthorised"]
    """What kind it is: a waiver that the claim used, an exception from a freeze, or what the change
    is declared to be, before or since."""
    id: str | None
    """Its id; a declaration has none."""
    requirement: str | None
    """What a waiver waives."""
    freeze: str | None
    """The freeze that an exception is from."""
    requester: str | None
    """Who asked for it."""
    by: str
    """Who granted or declared it."""
    at: datetime
    """When, in UTC."""
    expires: datetime | None
    """When it expires, in UTC."""

    def __str__(self) -> str:
        return f"{self.what}{f' {self.id}' if self.id else ''} by {self.by}"


@value
class DeployedChange:
    """One change that one deployment brought to one environment, and what was behind it.

    That is what had been said and recorded when it was claimed or, if no claim stands for it, when
    it began.

    Example:
        >>> row = population.rows[0]
        >>> row.deployment, row.change, row.outcome, row.gaps[0]
        ('D-1', 'C-1', 'started', 'no_end')
    """

    began: datetime
    """When the first that is told of it happened, in UTC."""
    deployment: str
    """The deployment."""
    change: str | None
    """The change; none, if the deployment names none."""
    environment: str
    """The environment."""
    service: str | None
    """The service, if it was deployed to one only."""
    release: str | None
    """The release that it was part of."""
    ended: datetime | None
    """When the last that is told of it happened, in UTC, if that is more than that it began."""
    outcome: Literal["started", "succeeded", "failed", "rolled_back"]
    """The last that is told of it."""
    by: str
    """Whose act the beginning was."""
    revision: int | None
    """The newest revision of the change that was recorded when it began."""
    kind: Literal["standard", "normal", "emergency"] | None
    """The kind of the change by that revision."""
    requester: str | None
    """Who asked for the change by that revision."""
    author: str | None
    """Who wrote it by that revision; who made its first revision, if it does not say."""
    approvers: tuple[Approver, ...]
    """Who approved it. Whether a policy counted it is not asked."""
    leave: tuple[Leave, ...]
    """The leave that was given beforehand for changes of its model."""
    evidence: tuple[CheckRun, ...]
    """The newest results of checks on it."""
    statements: tuple[SignedStatement, ...]
    """The signed statements about its artifacts."""
    claim: ClaimUsed | None
    """The newest claim that was there before it; whether it stands is told by the gaps."""
    decision: DecisionUsed | None
    """The newest decision that had been recorded on what was claimed or, if no claim stands, on the
    change or its release."""
    exceptions: tuple[Exemption, ...]
    """What let it pass otherwise than in the usual way."""
    breaches: Annotated[tuple[str, ...], reason_codes]
    """Why it is a breach, if it is one: see `Snapshot.breaches`."""
    gaps: tuple[str, ...]
    """What is not known of it: names of gaps, as they are counted."""
    cites: tuple[str, ...]
    """The names of all facts that the row tells of."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Population(Plain):
    """Everything that was deployed into a stage in a period: what an auditor draws a sample from.

    Made by `Snapshot.population`.

    Example:
        >>> population.deployments, len(population.rows), population.is_clean
        (1, 1, False)
    """

    _KIND: ClassVar[str] = "population"
    _KEYS: ClassVar[dict[str, str]] = {"start": "from", "end": "to"}

    at: datetime
    """As of which instant, in UTC."""
    start: datetime
    """The first instant of the period, in UTC."""
    end: datetime
    """The first instant after the period, in UTC."""
    stage: str
    """The stage."""
    deployments: int
    """How many deployments, by their ids, began in it, those of rows left out included."""
    left_out: int
    """How many rows are left out, as there are more than are listed in one go: the last ones."""
    facts: FactCount
    """What became of each deployment fact of the period."""
    gaps: tuple[GapCount, ...]
    """How many rows have each gap; every kind is counted, also where there is none."""
    breaches: int
    """How many rows are breaches."""
    rows: tuple[DeployedChange, ...]
    """The rows, in order of when each began, of the deployment, the change and the environment."""

    @property
    def is_clean(self) -> bool:
        """Whether all of it is listed, and no row has a gap or is a breach."""
        return not (self.left_out or self.breaches or any(gap.rows for gap in self.gaps))

    def __repr__(self) -> str:
        return _show.short(f"Population of {self.stage}: {len(self.rows)} rows")

    def _told(self) -> _show.Report:
        facts = self.facts
        notes = [
            f"at {_show.instant(self.at)}, "
            f"from {_show.instant(self.start)} to {_show.instant(self.end)}",
            f"{facts.told} deployment facts of the period: {facts.listed} listed, "
            f"{facts.begun_before} of what began before, {facts.other_stages} of other stages, "
            f"{facts.elsewhere} of no stage",
            *([f"{self.left_out} rows left out"] if self.left_out else []),
        ]
        gaps: list[Sequence[str]] = [(gap.gap, str(gap.rows)) for gap in self.gaps if gap.rows]
        if self.breaches:
            gaps.append(("breach", str(self.breaches)))
        rows: list[Sequence[str]] = [
            (
                _show.instant(row.began),
                row.deployment,
                row.change or "",
                row.outcome,
                row.requester or "",
                ", ".join(str(one) for one in row.approvers),
                ", ".join(str(one) for one in row.evidence),
                str(row.claim or ""),
                ", ".join(str(one) for one in row.exceptions),
                ", ".join([*row.gaps, *row.breaches]),
            )
            for row in self.rows
        ]
        asked = ("began", "deployment", "change", "outcome", "requester")
        head = (*asked, "approved by", "checks", "claim", "exceptions", "gaps")
        headline = f"POPULATION of {self.stage}: {self.deployments} deployments"
        return _show.Report(headline, notes, [(("gap", "rows"), gaps), (head, rows)])
