"""Where is it in its workflow, where may it go now, and did it get there as it should?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, final

from . import _show
from ._decision import Reason, read_reasons
from ._fields import Plain, clears_at, holds_until, yes
from ._value import public, value
from ._values import Clears, Subject, Verdict
from ._workflow import NextState, read_next


@value
class Standing:
    """Why a gate or a stage that a transition asks for does not let something through.

    Example:
        >>> standing = next_states.standing[0]
        >>> standing.condition, standing.verdict, standing.root_blockers[0].code
        ('stage:production', Verdict.NEEDS_ACTION, 'plan_missing')
    """

    condition: str
    """The condition by its name, such as `gate:authorize`."""
    stage: str
    """The stage that was decided for."""
    verdict: Verdict
    """The verdict."""
    clears_at: Annotated[datetime | Clears, clears_at]
    """When it becomes a go."""
    holds_until: Annotated[datetime | None, holds_until]
    """The first instant at which that may change without a new fact; none, if there is no such
    instant."""
    root_blockers: Annotated[tuple[Reason, ...], read_reasons]
    """What holds it back."""

    def __str__(self) -> str:
        return f"{self.condition}: {_show.word(self.verdict)}"


@value
class GateStands:
    """Where a gate stands.

    Example:
        >>> from lynchpin import GateStands
        >>> GateStands(gate="authorize", state="passed").state
        'passed'
    """

    gate: str
    """The gate."""
    state: str
    """Its state; `lynchpin.gate_states()` lists them."""


@value
class StageStands:
    """What a decision for a stage says.

    Example:
        >>> stands = next_states.situation.stages[0]
        >>> stands.stage, stands.verdict
        ('production', Verdict.NEEDS_ACTION)
    """

    stage: str
    """The stage."""
    verdict: Verdict
    """The verdict."""


@value
class Situation:
    """Everything that the conditions of a workflow were judged by.

    Example:
        >>> next_states.situation.on_hold, next_states.situation.open_tasks
        (False, 0)
    """

    gates: tuple[GateStands, ...]
    """Where gates stand."""
    owed: tuple[str, ...]
    """The gates that are met only by what is still owed."""
    stages: tuple[StageStands, ...]
    """What decisions for stages say."""
    fields: tuple[str, ...]
    """The fields that are filled in."""
    open_tasks: int
    """How many tasks are open."""
    approvals: int
    """How many people have approved or rejected something of the current revision."""
    on_hold: bool
    """Whether it is on hold."""
    close_code: str | None
    """How it ended, as far as that was said."""
    planned: tuple[Literal["begun", "ended"], ...]
    """The moments of the planned time that have come."""
    deployment: str | None
    """What became of the last deployment."""


@value
class MoveBreach:
    """A move that the workflow does not allow. It happened, so it is shown and never refused.

    Example:
        >>> [breach.kind for breach in next_states.breaches]
        []
    """

    _KEYS: ClassVar[dict[str, str]] = {"source": "from", "target": "to"}

    at: datetime
    """When it was moved, in UTC."""
    by: str
    """Who moved it."""
    kind: Literal["state_unknown", "no_transition", "condition_unmet", "gate_avoided"]
    """How that broke the workflow."""
    source: str
    """Where it was."""
    target: str
    """Where it went."""
    why: str
    """Why that is a breach, in a few words."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class NextStates(Plain):
    """Where something is in its workflow, where it may go now, and why not elsewhere.

    Made by `Snapshot.next_states`.

    Example:
        >>> next_states.state, [(step.to, step.available) for step in next_states.next]
        ('Committed', [('Deploying', False), ('Abandoned', True)])
    """

    _KIND: ClassVar[str] = "next_states"

    subject: Subject
    """The change or the release."""
    at: datetime
    """As of which instant, in UTC."""
    workflow: str
    """The name of the workflow."""
    state: str
    """The state that it is in."""
    code: int | None
    """The number that this state is stored as elsewhere."""
    since: datetime | None
    """Since when it is there, in UTC, if it was ever moved."""
    by: str | None
    """Who moved it there."""
    holds_until: Annotated[datetime | None, holds_until]
    """The first instant at which the answer may change without a new fact; none, if there is no
    such instant."""
    what_if: Annotated[bool, yes]
    """Whether it only answers "what if": by another policy than the one in force, or without some
    facts."""
    next: Annotated[tuple[NextState, ...], read_next]
    """Every transition that starts there, with each condition and whether it holds."""
    standing: tuple[Standing, ...]
    """Why gates and stages that these ask for do not let it through."""
    situation: Situation
    """Everything that the conditions were judged by."""
    breaches: tuple[MoveBreach, ...]
    """The moves that the workflow does not allow."""

    def __repr__(self) -> str:
        return _show.short(f"NextStates of {self.subject}: {self.state} of {self.workflow}")

    def _told(self) -> _show.Report:
        notes = [f"at {_show.instant(self.at)}"]
        if self.since:
            notes.append(f"since {_show.instant(self.since)}, by {self.by}")
        steps: list[Sequence[str]] = [
            (
                step.to,
                step.on,
                "yes" if step.available else "no",
                "; ".join(f"{it.name}: {it.why}" for it in step.conditions if not it.holds),
            )
            for step in self.next
        ]
        head = ("to", "on", "may go", "what is missing")
        what_if = "WHAT IF " if self.what_if else ""
        headline = f"{what_if}{self.subject} is in {self.state} of {self.workflow}"
        tables = [(head, steps), _show.table(self.standing), _show.table(self.breaches)]
        return _show.Report(headline, notes, tables)
