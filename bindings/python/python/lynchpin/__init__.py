"""Release management as a library.

Load what is known of changes, releases, evidence and approvals into an `Engine`, take a `Snapshot`
of it and ask: may it go (`decide`), in which order does it ship (`plan`), how risky is it
(`score`), what does it need (`reach`)? Answers are frozen values. A refusal is an answer, never an
exception; exceptions are the `LynchpinError` family.

The package reads no clock, no file and no environment: documents and instants are arguments.
"""

from typing import Final

from ._decision import Decision, Reason
from ._lynchpin import Engine, Snapshot, error_codes, portfolio_schema, reason_codes, version
from ._plan import Conflict, CriticalPath, Cycle, Dropped, Edge, Late, Missing, Plan
from ._reach import Reach
from ._score import ChangeScore, Contribution, Driver, ReleaseScore, Risk, Score
from ._values import Actor, Clears, Subject, Verdict
from .errors import (
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
    "BrokenError",
    "ChangeScore",
    "Clears",
    "Conflict",
    "Contribution",
    "CriticalPath",
    "Cycle",
    "Decision",
    "DocumentError",
    "Driver",
    "Dropped",
    "Edge",
    "Engine",
    "Late",
    "LimitError",
    "LynchpinError",
    "Missing",
    "NotFoundError",
    "PanicError",
    "Plan",
    "PolicyError",
    "Problem",
    "QuestionError",
    "Reach",
    "Reason",
    "ReleaseScore",
    "Risk",
    "Score",
    "Snapshot",
    "Subject",
    "Verdict",
    "__version__",
    "error_codes",
    "portfolio_schema",
    "reason_codes",
]
