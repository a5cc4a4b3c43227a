"""What all answers have in common: they are the document that the engine gave."""

from typing import ClassVar, Never, Self

from . import _show
from ._lynchpin import Asked
from ._read import Fields, read_answer, read_own
from .errors import LynchpinError


class Answer:
    """A frozen answer, which is as good as its document: compared, hashed and pickled by it."""

    __slots__ = ("_asked", "_wire")

    # The name of such answers in documents, and what makes them.
    _KIND: ClassVar[str]
    _MADE_BY: ClassVar[str] = "a Snapshot"
    _wire: bytes
    # Tells the answer as the engine's report. It belongs to no value: whoever reads an answer back
    # from its document has an equal one without it.
    _asked: Asked | None

    def __new__(cls, *_args: Never, **_fields: Never) -> Self:
        raise TypeError(f"{cls.__name__} is made by {cls._MADE_BY} or by {cls.__name__}.from_json")

    @classmethod
    def from_json(cls, document: bytes | bytearray | memoryview | str, /) -> Self:
        """Reads an answer back from its document.

        Args:
            document: What `to_json` gave, or an answer of `Snapshot.ask`.

        Returns:
            An equal answer.

        Raises:
            DocumentError: It is no such answer's document, or not one that the engine gives.
            TypeError: It is neither text nor bytes.

        Example:
            >>> Decision.from_json(decision.to_json()) == decision
            True
        """
        whole, wire = read_answer(document, cls._KIND)
        return cls._made(wire, whole, None, whole=True)

    @classmethod
    def _answered(cls, wire: bytes, head: bytes, asked: Asked) -> Self:
        """The answer that the engine gave just now."""
        return cls._made(wire, read_own(head, cls._KIND), asked, whole=False)

    @classmethod
    def _body(cls, document: Fields) -> Fields:
        """What the fields are read from."""
        return document.inner(cls._KIND)

    def _own(self) -> Fields:
        """What the fields were read from, for those that are read later."""
        return self._body(read_own(self._wire, self._KIND))

    @classmethod
    def _made(cls, wire: bytes, document: Fields, asked: Asked | None, *, whole: bool) -> Self:
        answer = object.__new__(cls)
        found = cls._read(cls._body(document), whole=whole) | {"_wire": wire, "_asked": asked}
        for name, value in found.items():
            object.__setattr__(answer, name, value)
        return answer

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        """The value of each attribute; `whole`, if nothing may be left for later."""
        raise NotImplementedError

    def _told(self) -> _show.Report:
        """What there is to tell of it, where the engine is not at hand."""
        raise NotImplementedError

    def to_json(self) -> bytes:
        """The answer's document, byte for byte what every other language gives.

        Returns:
            One line of JSON without a newline at its end.

        Example:
            >>> decision.to_json()[:37]
            b'{"decision":{"verdict":"needs_action"'
        """
        return self._wire

    def to_markdown(self) -> str:
        """The answer as a report in Markdown, for pull requests and tickets.

        Whatever people wrote is escaped. An answer that was read back from its document has a
        plainer report, because titles are not in it.

        Returns:
            The report.

        Example:
            >>> print(plan.to_markdown().splitlines()[0])
            ### PLAN: change C-1 to production: 1 of 1 can ship, in 1 wave
        """
        return self._report("markdown") or _show.markdown(self._told())

    def _report(self, form: str) -> str | None:
        """The engine's own report, if it is at hand."""
        try:
            return self._asked and self._asked.report(form)
        except LynchpinError:
            # Such as after a fork; the value itself can be shown all the same.
            return None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answer):
            return NotImplemented
        return type(self) is type(other) and self._wire == other._wire

    def __hash__(self) -> int:
        return hash((type(self), self._wire))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return type(self).from_json, (self._wire,)

    def __str__(self) -> str:
        report = self._report("text")
        return report.rstrip("\n") if report else _show.text(self._told())

    def _repr_markdown_(self) -> str:
        return _show.cut(self.to_markdown())

    def _repr_html_(self) -> str:
        return _show.html(self._told(), str(self))
