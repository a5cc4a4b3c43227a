"""Release management as a library.

Load what is known of changes, releases, evidence and approvals into an `Engine`, take a `Snapshot`
of it and ask: may it go (`decide`), in which order does it ship (`plan`), how risky is it
(`score`), what does it need (`reach`)? Answers are frozen values. A refusal is an answer, never an
exception; exceptions are the `LynchpinError` family.

`assess` reads git repositories and answers all of that about them. Nothing else in the package
reads a file or runs a program, and nothing reads the clock: documents and instants are arguments.

`workflow` reads and verifies the life of a change, and says where it leads; it needs no facts.
"""

from typing import Final

from ._assess import Assessment, assess
from ._decision import Decision, Reason
from ._history import Assessed, Because, Dependency, Failure, Notes, Range
from ._lynchpin import (
    Engine,
    Snapshot,
    assess_policy,
    error_codes,
    gate_events,
    gate_moves,
    gate_states,
    portfolio_schema,
    profile,
    profile_names,
    reason_codes,
    services_example,
    version,
)
from ._plan import Conflict, CriticalPath, Cycle, Dropped, Edge, Late, Missing, Plan
from ._reach import Reach
from ._score import ChangeScore, Contribution, Driver, ReleaseScore, Risk, Score
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
    "AssessError",
    "Assessed",
    "Assessment",
    "Because",
    "BrokenError",
    "ChangeScore",
    "Clears",
    "Condition",
    "Conflict",
    "Contribution",
    "CriticalPath",
    "Cycle",
    "Decision",
    "Dependency",
    "DocumentError",
    "Driver",
    "Dropped",
    "Edge",
    "Engine",
    "Failure",
    "Late",
    "LimitError",
    "LynchpinError",
    "Missing",
    "NextState",
    "NotFoundError",
    "Notes",
    "PanicError",
    "Plan",
    "PolicyError",
    "Problem",
    "QuestionError",
    "Range",
    "Reach",
    "Reason",
    "ReleaseScore",
    "Risk",
    "Score",
    "Snapshot",
    "Subject",
    "Verdict",
    "Workflow",
    "WorkflowState",
    "WorkflowTransition",
    "__version__",
    "assess",
    "assess_policy",
    "error_codes",
    "gate_events",
    "gate_moves",
    "gate_states",
    "portfolio_schema",
    "profile",
    "profile_names",
    "reason_codes",
    "services_example",
    "workflow",
    "workflow_names",
    "workflow_text",
]
