"""What changed, and what another policy would change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._fields import Plain, Setting, reason_code, settings
from ._lynchpin import finding_codes
from ._read import Fields
from ._value import public, value
from ._values import Actor, Subject, Verdict

_FINDINGS = {name: name for name, _, _ in finding_codes()}


def _finding(fields: Fields, name: str) -> str:
    return fields.word(name, _FINDINGS.__getitem__)


@value
class Said:
    """What a reason says.

    Example:
        >>> print(changed.reasons[0].after)
        ! NEEDS ACTION: plan_missing
    """

    verdict: Verdict
    """The verdict."""
    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""

    def __str__(self) -> str:
        return f"{_show.word(self.verdict)}: {self.code}"


@value
class FactTold:
    """A fact by its name, with who brought it and when.

    Example:
        >>> fact = changed.reasons[0].through[0]
        >>> fact.fact[:15], fact.by
        ('changes/sha256:', 'raj')
    """

    recorded: datetime
    """When it was recorded, in UTC."""
    fact: str
    """Its name, as reasons cite it: kind and digest."""
    by: str
    """Whose act it was."""

    def __str__(self) -> str:
        return f"{_show.short_digest(self.fact)} by {self.by} at {_show.instant(self.recorded)}"


@value
class ChangedReason:
    """One reason that is not as it was.

    Example:
        >>> reason = changed.reasons[0]
        >>> str(reason.subject), reason.requirement, reason.by
        ('change C-1', 'back-out', 'fact')
    """

    subject: Subject
    """What it is about."""
    gate: str | None
    """The gate that asks."""
    requirement: str | None
    """What it asks."""
    before: Said | None
    """What it was; none, if there was no such reason."""
    after: Said | None
    """What it is; none, if there is no such reason any more."""
    through: tuple[FactTold, ...]
    """The facts through which it changed; none, if it was time alone."""
    by: Literal["time", "fact", "facts"]
    """Whether it changed by time alone, by each one of the facts named (without it, it would be as
    it was), or only by several facts together."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Changed(Plain):
    """What changed in a decision between two instants, and through which facts.

    Made by `Snapshot.changed`.

    Example:
        >>> changed.before, changed.after, len(changed.reasons) > 0
        (None, Verdict.NEEDS_ACTION, True)
    """

    _KIND: ClassVar[str] = "changed"
    _KEYS: ClassVar[dict[str, str]] = {"since": "from", "until": "to"}

    subject: Subject
    """What was decided on."""
    stage: str
    """For which stage."""
    since: datetime
    """The earlier instant, in UTC."""
    until: datetime
    """The later instant, in UTC."""
    before: Verdict | None
    """The verdict at the earlier instant; none, if the subject was not known yet."""
    after: Verdict
    """The verdict at the later instant."""
    reasons: tuple[ChangedReason, ...]
    """Each reason that is not as it was, in the order of the later decision; those that are gone
    last."""

    def __repr__(self) -> str:
        return _show.short(f"Changed: {self.subject} to {self.stage}: {len(self.reasons)} reasons")

    def _told(self) -> _show.Report:
        before = "not known" if self.before is None else _show.word(self.before)
        headline = f"{self.subject} to {self.stage}: {before} -> {_show.word(self.after)}"
        notes = [f"from {_show.instant(self.since)} to {_show.instant(self.until)}"]
        return _show.Report(headline, notes, [_show.table(self.reasons)])


@value
class Finding:
    """One thing that is wrong with a policy, and where.

    Example:
        >>> finding = lint.findings[0]
        >>> finding.severity, finding.code, finding.stage
        ('warning', 'stage_not_declared', 'lab')
    """

    severity: Literal["error", "warning"]
    """How bad it is."""
    code: Annotated[str, _finding]
    """What is wrong, as a stable name; `lynchpin.finding_codes()` lists them."""
    gate: str | None
    """The gate that it is about, if it is one."""
    requirement: str | None
    """The requirement that it is about, if it is one."""
    stage: str | None
    """The stage that it is about, if it is one."""
    message: str
    """What is wrong, for people."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Lint(Plain):
    """What is wrong with a policy.

    Made by `Snapshot.lint_policy`. A policy without any finding is not thereby a good one.

    Example:
        >>> [finding.code for finding in lint.findings]
        ['stage_not_declared']
    """

    _KIND: ClassVar[str] = "lint"

    policy: str
    """The digest of the policy."""
    findings: tuple[Finding, ...]
    """What is wrong, the worst first."""

    def __repr__(self) -> str:
        return _show.short(f"Lint: {len(self.findings)} findings")

    def _told(self) -> _show.Report:
        headline = f"LINT: {len(self.findings)} findings"
        return _show.Report(headline, [f"policy {self.policy}"], [_show.table(self.findings)])


@value
class Difference:
    """One thing that differs between two policies.

    Example:
        >>> found = comparison.differences[0]
        >>> found.what, found.name, found.became, found.leans
        ('requirement', 'back-out', 'changed', 'looser')
    """

    what: Literal["policy", "key", "requirement", "gate"]
    """What kind of thing it is: a setting of the policy, a key, a requirement or a gate."""
    name: str
    """Its name."""
    became: Literal["added", "removed", "changed"]
    """What became of it."""
    leans: Literal["tighter", "looser", "neutral", "unclear"]
    """Whether the later policy asks for more by it, for less, for the same, or nobody can tell."""
    before: Annotated[tuple[Setting, ...], settings]
    """What it said, as far as it differs."""
    after: Annotated[tuple[Setting, ...], settings]
    """What it says, as far as it differs."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Comparison(Plain):
    """What differs between two policies.

    Made by `Snapshot.compare_policies`.

    Example:
        >>> [(found.name, found.leans) for found in comparison.differences]
        [('back-out', 'looser')]
    """

    _KIND: ClassVar[str] = "comparison"

    before: str
    """The digest of the one before."""
    after: str
    """The digest of the one after."""
    differences: tuple[Difference, ...]
    """What differs, by name."""

    def __repr__(self) -> str:
        return _show.short(f"Comparison: {len(self.differences)} differences")

    def _told(self) -> _show.Report:
        notes = [f"policy {self.before} -> {self.after}"]
        headline = f"COMPARISON: {len(self.differences)} differences"
        return _show.Report(headline, notes, [_show.table(self.differences)])


@value
class Blocker:
    """What held a decision back, or holds it back now.

    Example:
        >>> dry_run.flips[0].because[0].code
        'plan_missing'
    """

    verdict: Verdict
    """The verdict of this reason alone."""
    code: Annotated[str, reason_code]
    """Why, as a stable name; `lynchpin.reason_codes()` lists them."""
    subject: Subject
    """What it is about."""
    gate: str | None
    """The gate that asks."""
    requirement: str | None
    """What it asks."""
    act: tuple[Actor, ...]
    """Who can change it."""

    def __str__(self) -> str:
        asked = f" ({self.requirement})" if self.requirement else ""
        return f"{self.subject}: {self.code}{asked}"


@value
class Flip:
    """A decision that another policy turns from a go into none, or the other way round.

    Example:
        >>> flip = dry_run.flips[0]
        >>> str(flip.subject), flip.before, flip.after
        ('change C-1', Verdict.NEEDS_ACTION, Verdict.GO)
    """

    subject: Subject
    """What was decided on."""
    stage: str
    """For which stage."""
    at: datetime
    """As of which instant, in UTC."""
    before: Verdict
    """The verdict by the policy in force."""
    after: Verdict
    """The verdict by the other one."""
    because: tuple[Blocker, ...]
    """What holds it back by the policy by which it is no go."""


@value
class AskedOften:
    """Somebody who is asked to clear what holds something back, and how often.

    Example:
        >>> AskedOften(Actor("group", "cab"), 3).times
        3
    """

    who: Actor
    """The person or the group."""
    times: int
    """Of how many decisions."""


@value
class HeldBack:
    """What a policy would have held back of what was deployed.

    Example:
        >>> HeldBack(3, 1, 2, 0, 0, 0, ()).caught
        1
    """

    held_back: int
    """How many it holds back."""
    caught: int
    """How many of them failed."""
    false_alarms: int
    """How many of them held."""
    escaped: int
    """How many failed that it lets through."""
    waits: int
    """How many of those held back become a go by themselves, at a time that is known."""
    waited_minutes: int
    """How many minutes these have to wait, together."""
    asked: tuple[AskedOften, ...]
    """Who can clear what holds them back, and how many of them: the most asked first."""


@value
class Replay:
    """What came of what was deployed, had each of two policies decided.

    Example:
        >>> Replay(1, HeldBack(0, 0, 0, 1, 0, 0, ()), HeldBack(3, 1, 2, 0, 0, 0, ())).failed
        1
    """

    failed: int
    """How many of what was compared failed, as far as it is known."""
    before: HeldBack
    """By the policy in force then."""
    after: HeldBack
    """By the policy that was tried."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class DryRun(Plain):
    """Which decisions another policy would flip.

    Made by `Snapshot.dry_run`.

    Example:
        >>> dry_run.compared, len(dry_run.flips)
        (1, 1)
    """

    _KIND: ClassVar[str] = "dry_run"

    policy: str | None
    """The digest of the policy in force; none, if there is none."""
    tried: str
    """The digest of the other one."""
    compared: int
    """How many decisions were compared."""
    left_out: int
    """How many were left out, as there are more than are compared at once."""
    before_model: int
    """How many of what was deployed came before the risk model of the policy that was tried was
    told: it may have learned from them, so what it makes of those proves little."""
    go_by_both: int
    """How many are a go by both."""
    go_by_neither: int
    """How many are a go by neither."""
    flips: tuple[Flip, ...]
    """Those that are a go by one of the two only."""
    replay: Replay | None
    """Over deployments, what came of them: what each policy would have been worth."""

    def __repr__(self) -> str:
        return _show.short(f"DryRun: {len(self.flips)} of {self.compared} decisions flip")

    def _told(self) -> _show.Report:
        notes = [
            f"policy in force {self.policy or 'none'}, tried {self.tried}",
            f"a go by both {self.go_by_both}, by neither {self.go_by_neither}",
            *([f"{self.left_out} left out"] if self.left_out else []),
            *([f"{self.before_model} before its risk model was told"] if self.before_model else []),
        ]
        headline = f"DRY RUN: {len(self.flips)} of {self.compared} decisions flip"
        return _show.Report(headline, notes, [_show.table(self.flips)])
