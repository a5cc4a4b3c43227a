"""Types of the native half; what stands here is documented there."""

from datetime import datetime
from typing import Literal, Self, TypeAlias, final, overload

from ._decision import Decision
from ._plan import Plan
from ._score import Score
from ._values import Subject

__all__ = ["Engine", "Snapshot", "error_codes", "reason_codes", "verdicts", "version"]

_Text: TypeAlias = bytes | bytearray | memoryview | str
_Scope: TypeAlias = Literal["all", "ready"]

def error_codes() -> list[tuple[int, str]]: ...
def reason_codes() -> list[tuple[int, str, str]]: ...
def verdicts() -> list[tuple[int, str]]: ...
def version() -> str: ...
@final
class Engine:
    def __new__(cls, *, limits: Literal["untrusted", "bulk"] = "untrusted") -> Self: ...
    def load(self, document: _Text, /) -> None: ...
    def set_policy(self, text: _Text, /) -> None: ...
    def snapshot(self) -> Snapshot: ...

@final
class Snapshot:
    def ask(self, question: _Text, /) -> bytes: ...
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
    ) -> Decision: ...
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
    ) -> Plan: ...
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
    @overload
    def score(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        at: datetime,
    ) -> Score: ...
    @overload
    def score(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        at: datetime,
    ) -> Score: ...
    @overload
    def score(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        at: datetime,
    ) -> Score: ...
    def releases(self, *, at: datetime) -> tuple[str, ...]: ...
    def changes(self, *, at: datetime) -> tuple[str, ...]: ...
