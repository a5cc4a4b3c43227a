"""The exceptions of the package: one family, whose members also are what a Python user expects.

An exception means that a document, a policy or a question was malformed, or that something stopped
the work. A refusal is a `Decision`, never an exception.

    LynchpinError
        DocumentError (also a ValueError)
        PolicyError (also a ValueError)
        QuestionError (also a ValueError)
            NotFoundError (also a LookupError)
        LimitError
        LedgerError
        AssessError
        BrokenError (also a RuntimeError)
        PanicError (also a RuntimeError)
"""

from ._value import value

__all__ = [
    "AssessError",
    "BrokenError",
    "DocumentError",
    "LedgerError",
    "LimitError",
    "LynchpinError",
    "NotFoundError",
    "PanicError",
    "PolicyError",
    "Problem",
    "QuestionError",
]


@value
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    Example:
        >>> from lynchpin import Problem
        >>> print(Problem("wrong_type", 1005, "invalid type", "$.people[0].id", 1, 9))
        wrong_type: invalid type at $.people[0].id (line 1, column 9)
    """

    code: str
    """The stable name of the kind of problem, such as `duplicate_key`."""
    number: int
    """The stable number of the kind of problem; the status in C."""
    message: str
    """What is wrong, and what to do next."""
    path: str = ""
    """Where in the document, as a JSON path such as `$.changes[3].requires`, or in which file that
    was named; empty if it has no place."""
    line: int = 0
    """The line in the document, from 1; 0 if unknown."""
    column: int = 0
    """The column in that line, from 1; 0 if unknown."""

    def __str__(self) -> str:
        path = f" at {self.path}" if self.path else ""
        place = f" (line {self.line}, column {self.column})" if self.line else ""
        return f"{self.code}: {self.message}{path}{place}"


class LynchpinError(Exception):
    """The base of all exceptions of the package.

    Args:
        problems: Everything that is wrong, the first leading.

    Raises:
        ValueError: There is none.
        TypeError: It is no tuple of `Problem`.

    Example:
        >>> from lynchpin import Engine, LynchpinError
        >>> try:
        ...     Engine().load("[]")
        ... except LynchpinError as error:
        ...     error.code
        'wrong_type'
    """

    def __init__(self, problems: tuple[Problem, ...], /) -> None:
        super().__init__(problems)
        if not isinstance(problems, tuple) or not all(isinstance(p, Problem) for p in problems):
            raise TypeError("problems: pass a tuple of Problem")
        if not problems:
            raise ValueError("problems: an error names at least one")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in the order of the document, at most a hundred."""
        found: tuple[Problem, ...] = self.args[0]
        return found

    @property
    def code(self) -> str:
        """The stable name of the first problem's kind."""
        return self.problems[0].code

    @property
    def number(self) -> int:
        """The stable number of the first problem's kind; the status in C."""
        return self.problems[0].number

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def __repr__(self) -> str:
        count = len(self.problems)
        return f"<lynchpin.{type(self).__name__} {self.code}: {count} problem{'s'[: count > 1]}>"


class DocumentError(LynchpinError, ValueError):
    """A portfolio, or an answer to be read back, is malformed; nothing of it was taken in.

    Example:
        >>> from lynchpin import DocumentError, Engine
        >>> try:
        ...     Engine().load('{"lynchpin": "portfolio/1", "peple": []}')
        ... except DocumentError as error:
        ...     error.code
        'unknown_field'
    """


class PolicyError(LynchpinError, ValueError):
    """A policy is malformed; the former one stays.

    Example:
        >>> from lynchpin import Engine, PolicyError
        >>> try:
        ...     Engine().set_policy("name = ")
        ... except PolicyError as error:
        ...     error.code
        'syntax'
    """


class QuestionError(LynchpinError, ValueError):
    """A question is malformed.

    Example:
        >>> from datetime import datetime
        >>> from lynchpin import Engine, QuestionError
        >>> try:
        ...     Engine().snapshot().decide(change="C-1", at=datetime(2026, 11, 2))
        ... except QuestionError as error:
        ...     error.code
        'instant_malformed'
    """


class NotFoundError(QuestionError, LookupError):
    """The change, the release, the stage or whatever else is asked about is not known by then.

    Example:
        >>> from datetime import datetime, timezone
        >>> from lynchpin import Engine, NotFoundError
        >>> try:
        ...     Engine().snapshot().score(change="C-1", at=datetime.now(timezone.utc))
        ... except NotFoundError as error:
        ...     error.code
        'subject_unknown'
    """


class LimitError(LynchpinError):
    """A limit stopped the work.

    Example:
        >>> from lynchpin import LimitError, LynchpinError
        >>> issubclass(LimitError, LynchpinError)
        True
    """


class LedgerError(LynchpinError):
    """A ledger cannot be opened, kept, signed or proved; the `code` says why.

    Such as `store_forked` in a child, `store_busy` if others write for too long,
    `ledger_rolled_back` and `ledger_tampered` if it is not what it was, `receipt_invalid` of
    `prove_receipt`. What a signer or an anchor raised is its cause.

    Example:
        >>> from lynchpin import LedgerError, prove_receipt
        >>> try:
        ...     prove_receipt("nothing", ledger.head().key)
        ... except LedgerError as error:
        ...     error.code
        'receipt_invalid'
    """


class AssessError(LynchpinError):
    """A history could not be read; the message says what to do next.

    The codes of its kinds, such as `not_a_repository`, are names only: the number is always that
    of `other`, because in C no history is read.

    Example:
        >>> from lynchpin import AssessError, assess
        >>> try:
        ...     assess("/no/such/folder")
        ... except AssessError as error:
        ...     error.code
        'no_such_path'
    """


class BrokenError(LynchpinError, RuntimeError):
    """An earlier call on the same object panicked, or it was made before a fork: make a new one.

    Example:
        >>> from lynchpin import BrokenError, LynchpinError
        >>> issubclass(BrokenError, LynchpinError)
        True
    """


class PanicError(LynchpinError, RuntimeError):
    """The library panicked, which is a defect in it.

    An engine that was being changed is broken from now on; a snapshot is not.

    Example:
        >>> from lynchpin import LynchpinError, PanicError
        >>> issubclass(PanicError, LynchpinError)
        True
    """
