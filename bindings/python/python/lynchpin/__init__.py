"""Release management as a library.

Load what is known of changes, releases, evidence and approvals into an `Engine`, take a `Snapshot`
of it and ask: may it go (`decide`), in which order does it ship (`plan`), how risky is it
(`score`), what does it need (`reach`), when may work go on (`calendar`), what would another policy
change (`dry_run`)? Answers are frozen values. A refusal is an answer, never an
exception; exceptions are the `LynchpinError` family.

A `Ledger` keeps all that in a file, decides on what is recorded and gives receipts that anybody can
check. `assess` reads git repositories and answers all of that about them. Nothing else in the
package touches a file or runs a program, and nothing but a `Ledger` that is told no time reads the
clock: documents and instants are arguments.

`workflow` reads and verifies the life of a change, and says where it leads; it needs no facts.
"""

from typing import Final

from ._assess import Assessment, assess
from ._calendar import Calendar, Cause, Flight, Place, Turning
from ._daily import (
    Agenda,
    AgendaItem,
    Clash,
    Debt,
    DebtOf,
    End,
    Ending,
    OpenItem,
    Period,
    Through,
    Turn,
    Waiting,
    WaitingItem,
    WaitsFor,
    WaiverDebt,
    WaiverInUse,
)
from ._decision import Decision, Reason
from ._entry import (
    Breach,
    Breaches,
    Claim,
    Entered,
    IgnoredAdoption,
    Obligation,
    Obligations,
    Policies,
    PolicyAdoption,
    RecordedDecision,
)
from ._fields import Setting
from ._history import Assessed, Because, Dependency, Failure, Notes, Range
from ._kept import Appended, Decided, Head, InBetween
from ._ledger import Ledger
from ._lynchpin import (
    Engine,
    Snapshot,
    assess_policy,
    error_codes,
    finding_codes,
    gate_events,
    gate_moves,
    gate_states,
    portfolio_schema,
    profile,
    profile_names,
    prove_receipt,
    reason_codes,
    services_example,
    version,
)
from ._plan import Conflict, CriticalPath, Cycle, Dropped, Edge, Late, Missing, Plan
from ._progress import (
    GateStands,
    MoveBreach,
    NextStates,
    Situation,
    StageStands,
    Standing,
)
from ._reach import Reach
from ._score import ChangeScore, Contribution, Driver, ReleaseScore, Risk, Score
from ._study import (
    Blocker,
    Changed,
    ChangedReason,
    Comparison,
    Difference,
    DryRun,
    FactTold,
    Finding,
    Flip,
    Lint,
    Said,
)
from ._values import Actor, Clears, Subject, Verdict
from ._workflow import (
    Condition,
    NextState,
    Workflow,
    WorkflowState,
    WorkflowTransition,
    workflow,
    workflow_names,
    workflow_text,
)
from .errors import (
    AssessError,
    BrokenError,
    DocumentError,
    LedgerError,
    LimitError,
    LynchpinError,
    NotFoundError,
    PanicError,
    PolicyError,
    Problem,
    QuestionError,
)

__version__: Final[str] = version()

__all__ = [
    "Actor",
    "Agenda",
    "AgendaItem",
    "Appended",
    "AssessError",
    "Assessed",
    "Assessment",
    "Because",
    "Blocker",
    "Breach",
    "Breaches",
    "BrokenError",
    "Calendar",
    "Cause",
    "ChangeScore",
    "Changed",
    "ChangedReason",
    "Claim",
    "Clash",
    "Clears",
    "Comparison",
    "Condition",
    "Conflict",
    "Contribution",
    "CriticalPath",
    "Cycle",
    "Debt",
    "DebtOf",
    "Decided",
    "Decision",
    "Dependency",
    "Difference",
    "DocumentError",
    "Driver",
    "Dropped",
    "DryRun",
    "Edge",
    "End",
    "Ending",
    "Engine",
    "Entered",
    "FactTold",
    "Failure",
    "Finding",
    "Flight",
    "Flip",
    "GateStands",
    "Head",
    "IgnoredAdoption",
    "InBetween",
    "Late",
    "Ledger",
    "LedgerError",
    "LimitError",
    "Lint",
    "LynchpinError",
    "Missing",
    "MoveBreach",
    "NextState",
    "NextStates",
    "NotFoundError",
    "Notes",
    "Obligation",
    "Obligations",
    "OpenItem",
    "PanicError",
    "Period",
    "Place",
    "Plan",
    "Policies",
    "PolicyAdoption",
    "PolicyError",
    "Problem",
    "QuestionError",
    "Range",
    "Reach",
    "Reason",
    "RecordedDecision",
    "ReleaseScore",
    "Risk",
    "Said",
    "Score",
    "Setting",
    "Situation",
    "Snapshot",
    "StageStands",
    "Standing",
    "Subject",
    "Through",
    "Turn",
    "Turning",
    "Verdict",
    "Waiting",
    "WaitingItem",
    "WaitsFor",
    "WaiverDebt",
    "WaiverInUse",
    "Workflow",
    "WorkflowState",
    "WorkflowTransition",
    "__version__",
    "assess",
    "assess_policy",
    "error_codes",
    "finding_codes",
    "gate_events",
    "gate_moves",
    "gate_states",
    "portfolio_schema",
    "profile",
    "profile_names",
    "prove_receipt",
    "reason_codes",
    "services_example",
    "workflow",
    "workflow_names",
    "workflow_text",
]
