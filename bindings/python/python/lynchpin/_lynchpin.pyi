"""Types of the native half, and a copy of what is said there, which a test holds to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Never, Self, TypeAlias, final, overload

from ._claims import _Claims, _EngineClaims, _LedgerCalls
from ._composing import _Composing
from ._decision import Decision
from ._edges import Components, Edges, Numbers, OrderedEdges, Schedule
from ._model import Integers, Model, Scores, ask_risk
from ._plan import Plan
from ._questions import _Questions
from ._queues import _Queues
from ._scoring import _Scoring
from ._values import Subject

__all__ = [
    "Asked",
    "Components",
    "Edges",
    "Engine",
    "Integers",
    "LedgerHandle",
    "Model",
    "Numbers",
    "OrderedEdges",
    "Schedule",
    "Scores",
    "Snapshot",
    "ask_risk",
    "assess_policy",
    "error_codes",
    "finding_codes",
    "gate_events",
    "gate_moves",
    "gate_states",
    "note_texts",
    "portfolio_schema",
    "printable",
    "profile",
    "profile_names",
    "prove_receipt",
    "read_history",
    "reason_codes",
    "services_example",
    "verdicts",
    "version",
    "workflow_answer",
    "workflow_report",
    "workflows",
]

_Text: TypeAlias = bytes | bytearray | memoryview | str
_Scope: TypeAlias = Literal["all", "ready"]
_Detail: TypeAlias = Literal["full", "unmet", "verdict"]

def assess_policy() -> str:
    """The policy (TOML) that an assessment is judged by unless another one is given.

    It asks for the one thing that a history can show without any configuration: that somebody
    other than the author looked at each change. Copy it and change what does not fit.

    Returns:
        The text of the policy.

    Example:
        >>> from lynchpin import Engine, assess_policy
        >>> Engine().set_policy(assess_policy())
    """

def error_codes() -> list[tuple[int, str]]:
    """The number and the name of each error code, by number.

    Returns:
        A list of (number, name). The number is also the status in C.

    Example:
        >>> from lynchpin import error_codes
        >>> error_codes()[0]
        (1001, 'document_too_large')
    """

def finding_codes() -> list[tuple[str, str, str]]:
    """The name, the severity and the text of each code of a finding in a policy, in order.

    Returns:
        A list of (name, severity, text); the severity is "error" or "warning".

    Example:
        >>> from lynchpin import finding_codes
        >>> finding_codes()[0]
        ('gate_never_passes', 'error', 'the gate can never pass')
    """

def gate_events() -> list[tuple[int, str, str]]:
    """The number, the name and the meaning of each event of a gate, in order.

    Returns:
        A list of (number, name, meaning). The number is also that of C.

    Example:
        >>> from lynchpin import gate_events
        >>> [name for _, name, _ in gate_events()][:3]
        ['asked', 'fact_added', 'revision_made']
    """

def gate_moves() -> dict[tuple[str, str], str]:
    """The life of a gate as one table: what each event does in each state.

    "follows" means that the gate is judged again and goes where the verdict says, "stays" that
    nothing changes, "seals" that it was entered, "breaches" that it was entered although it was not
    open, and "opens" that a new instance of it begins, which is judged.

    Returns:
        A dictionary from (state, event), by their names, to what happens.

    Example:
        >>> from lynchpin import gate_moves
        >>> gate_moves()["sealed", "fact_added"], gate_moves()["stale", "entered"]
        ('stays', 'breaches')
    """

def gate_states() -> list[tuple[int, str, str]]:
    """The number, the name and the meaning of each state of a gate, in order.

    Returns:
        A list of (number, name, meaning). The number is also that of C.

    Example:
        >>> from lynchpin import gate_states
        >>> gate_states()[0]
        (10, 'idle', 'asks nothing of this subject')
    """

def note_texts() -> list[tuple[str, str, str]]:
    """The name of each count of an assessment, and what is said of one and of many."""

def portfolio_schema() -> str:
    """The JSON Schema of the portfolio document, for editors and validators.

    Returns:
        The text of the schema.

    Example:
        >>> import json
        >>> from lynchpin import portfolio_schema
        >>> "changes" in json.loads(portfolio_schema())["properties"]
        True
    """

def printable(text: str, /) -> str:
    """A text on one line, with whatever would act instead of being seen by its number."""

def profile(name: str, /) -> str:
    """The text (TOML) of a policy that comes with the package, to be read, or copied and changed.

    Args:
        name: "itil", "continuous", or "both" in one.

    Returns:
        The text, with its comments; `Engine.set_policy` takes it as it is.

    Raises:
        QuestionError: None has that name.

    Example:
        >>> from lynchpin import profile
        >>> profile("itil")[:18]
        '# The careful way:'
    """

def profile_names() -> list[str]:
    """The names of the policies that come with the package, in order.

    Returns:
        A list of names.

    Example:
        >>> from lynchpin import profile_names
        >>> profile_names()
        ['both', 'continuous', 'itil']
    """

def prove_receipt(receipt: str, key: str, /) -> bytes:
    """Checks a receipt without the ledger: that its entry stands in one that the key signs for.

    Whoever deploys asks this before, with the receipt of the claim and the key that the owner of
    the ledger published. Whether the entry is the one that was meant is for the caller to see.

    Args:
        receipt: The text that `Ledger.receipt` gave.
        key: The public key, `name+id+key`.

    Returns:
        A document with the `entry`, and `origin`, `size` and `root` of the `checkpoint`.

    Raises:
        LedgerError: It proves nothing, or the key has not signed it.
        QuestionError: The key is malformed.

    Example:
        >>> import json
        >>> from lynchpin import prove_receipt
        >>> proved = json.loads(prove_receipt(ledger.receipt(1), ledger.head().key))
        >>> proved["entry"]["kind"], proved["checkpoint"]["origin"]
        ('people', 'acme.example/releases')
    """

def read_history(
    repositories: list[str],
    /,
    *,
    since: str | None,
    until: str | None,
    paths: list[str],
    services: str | None,
    results: str | None,
    keys: str | None,
    history: int | None,
    cache: str | None,
    by_line: bool,
    progress: Callable[[int, str, int | None], object] | None,
) -> tuple[bytes, bytes, bytes]:
    """Reads the histories of repositories; `assess` of the package makes a value of it."""

def reason_codes() -> list[tuple[int, str, str]]:
    """The number, the name and the text of each reason code, by number.

    Returns:
        A list of (number, name, text). `{name}` in a text stands for the argument of that name.

    Example:
        >>> from lynchpin import reason_codes
        >>> reason_codes()[0]
        (100, 'release', 'release')
    """

def services_example() -> str:
    """An example of a file that says which paths belong to which service, with every field.

    Write one like it and name it as `services` of `assess`, if neither the CODEOWNERS file of a
    repository nor its folders say it well.

    Returns:
        The text of the file (TOML).

    Example:
        >>> import tomllib
        >>> from lynchpin import services_example
        >>> bool(tomllib.loads(services_example()))
        True
    """

def verdicts() -> list[tuple[int, str, str, str]]:
    """The number and the name of each verdict, best first, and its mark and word in reports."""

def version() -> str:
    """The version of the engine."""

def workflow_answer(question: bytes, /) -> bytes:
    """Answers the question about a workflow; `workflow` of the package makes a value of it."""

def workflow_report(document: bytes, form: str, /) -> str | None:
    """An answer's workflow as "text", "markdown", "mermaid" or "svg"; nothing, if it is unsound."""

def workflows() -> list[tuple[str, str]]:
    """The name and the text of each workflow that comes with the package, in order of names."""

@final
class Asked:
    """A snapshot and the question that was put to it.

    An answer keeps this instead of the engine's own answer, which is larger than its document and
    seldom wanted: the same question has the same answer whenever it is asked again.
    """

    def __new__(cls, _: Never, /) -> Self: ...
    def report(self, form: str, /) -> str | None:
        """The answer as a report, if the engine has one of that form: "text" or "markdown", and of
        plans also "mermaid" and "svg".
        """

@final
class Engine(_EngineClaims):
    """Takes facts and a policy in; what answers questions is a snapshot of it.

    Use one for each portfolio. Any number of threads may call it; they take turns, and none of them
    holds the interpreter while it works.

    Args:
        limits: "untrusted" (documents of at most 16 MiB) or, for files you trust, "bulk" (4 GiB).

    Raises:
        ValueError: `limits` is neither.

    Example:
        >>> from datetime import datetime, timezone
        >>> from lynchpin import Engine
        >>> engine = Engine()
        >>> engine.load('''{"lynchpin": "portfolio/1",
        ...     "people": [{"id": "raj"}],
        ...     "stages": [{"id": "production"}],
        ...     "changes": [{"id": "C-1", "revision": 1,
        ...         "at": "2026-11-01T09:00:00Z", "by": "raj"}]}''')
        >>> engine.set_policy('''
        ... name = "acme"
        ... requirement.back-out = { plan = "back_out" }
        ... gate.fast = { stage = "production", judges = "change", require = "back-out" }
        ... ''')
        >>> snapshot = engine.snapshot()
        >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
        >>> decision = snapshot.decide(change="C-1", at=at)
        >>> decision.verdict
        Verdict.NEEDS_ACTION
    """

    def __new__(cls, *, limits: Literal["untrusted", "bulk"] = "untrusted") -> Self: ...
    def load(self, document: _Text, /) -> None:
        """Takes in a portfolio document (JSON, `portfolio/1`): all of it or, on failure, nothing.

        May be called again with further documents; a fact that is there already has no second
        effect. Snapshots taken before do not change.

        Args:
            document: The text or its UTF-8 bytes, such as `Path("portfolio.json").read_bytes()`.

        Raises:
            DocumentError: The document is malformed; `problems` names everything found, with its
                place.
            TypeError: It is neither text nor bytes.

        Example:
            >>> from lynchpin import DocumentError, Engine
            >>> try:
            ...     Engine().load('{"lynchpin": "portfolio/1", "people": [{"id": 7}]}')
            ... except DocumentError as error:
            ...     print(error.code, error.problems[0].path)
            wrong_type $.people[0].id
        """

    def set_policy(self, text: _Text, /) -> None:
        """Sets the policy (TOML) that is in force where the portfolio itself adopts none.

        Where it does adopt one, answers by another policy are marked as a what-if.

        Args:
            text: The text or its UTF-8 bytes.

        Raises:
            PolicyError: The policy is malformed; the former one stays.
            TypeError: It is neither text nor bytes.

        Example:
            >>> from lynchpin import Engine, PolicyError
            >>> try:
            ...     Engine().set_policy("name = 7")
            ... except PolicyError as error:
            ...     print(error.code)
            wrong_type
        """

    def snapshot(self) -> Snapshot:
        """All that was taken in so far, frozen and ready to be asked. Cheap.

        Returns:
            A snapshot that later loads do not change.

        Raises:
            BrokenError: An earlier call on this engine panicked, or the process was forked since.

        Example:
            >>> from lynchpin import Engine
            >>> Engine().snapshot()
            <lynchpin.Snapshot of 0 facts>
        """

@final
class LedgerHandle(_LedgerCalls):
    """An open ledger; `Ledger` of the package makes values of what it replies."""

@final
class Snapshot(_Claims, _Composing, _Questions, _Queues, _Scoring):
    """What an engine held at one moment.

    Taken by `Engine.snapshot()`. It never changes; any number of threads may ask it at once, and
    none of its calls holds the interpreter while the engine works. It is good in the process that
    made it only: a forked child loads the facts itself.

    Example:
        >>> from lynchpin import Engine, Snapshot
        >>> isinstance(Engine().snapshot(), Snapshot)
        True
    """

    def __new__(cls, _: Never, /) -> Self: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object, /) -> Self: ...
    def ask(self, question: _Text, /) -> bytes:
        """Answers any question: JSON in, JSON out, the same bytes in every language.

        Use it to pass questions on from elsewhere; the other methods ask the same and give values.

        Args:
            question: The text or its UTF-8 bytes: an object whose only key says what is asked, such
                as `decide`, `plan` or `calendar`.

        Returns:
            The answer, one line without a newline at its end.

        Raises:
            QuestionError: The question is malformed.
            NotFoundError: What it is about is not known as of that instant.
            TypeError: It is neither text nor bytes.

        Example:
            >>> snapshot.ask('''{"decide": {"subject": {"change": "C-1"}, "stage": "production",
            ...     "at": "2026-11-02T09:00:00Z", "detail": "verdict"}}''')[:37]
            b'{"decision":{"verdict":"needs_action"'
        """

    @overload
    def decide(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        detail: _Detail = "full",
    ) -> Decision:
        """Decides whether a change or a release may go to a stage, and if not, who can change that.

        A refusal is an answer, never an exception.

        Args:
            subject: What to decide on; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

            detail: "full" for the whole tree of reasons, "unmet" for what is not simply met, or
                "verdict" for no reasons at all, which is fastest.

        Returns:
            A `Decision` with as much of its reasons as was asked for.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An id is malformed, or `at` has no time zone.
            LimitError: The release is too large.
            TypeError: Not exactly one subject was named.
            ValueError: `detail` is none of the three.

        Example:
            >>> at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
            >>> snapshot.decide(change="C-1", stage="production", at=at).is_go
            False
        """

    @overload
    def decide(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        detail: _Detail = "full",
    ) -> Decision: ...
    @overload
    def decide(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        detail: _Detail = "full",
    ) -> Decision: ...
    @overload
    def plan(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        scope: _Scope = "all",
    ) -> Plan:
        """Says in which order a release or a change ships to a stage, and what of it does not.

        Args:
            subject: What to plan; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            scope: "all" for the order of everything, "ready" for what could ship at that instant.

        Returns:
            A `Plan`: waves of groups of changes, with what is dropped, missing or in conflict.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An id is malformed, or `at` has no time zone.
            LimitError: The release is too large.
            TypeError: Not exactly one subject was named.
            ValueError: `scope` is neither.

        Example:
            >>> snapshot.plan(change="C-1", at=datetime(2026, 11, 2, tzinfo=timezone.utc)).waves
            ((('C-1',),),)
        """

    @overload
    def plan(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        at: datetime,
        scope: _Scope = "all",
    ) -> Plan: ...
    @overload
    def plan(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        at: datetime,
        scope: _Scope = "all",
    ) -> Plan: ...
