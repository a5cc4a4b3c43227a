"""Reads answer documents: every value is checked for its type, so that a class never holds another
one."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NoReturn, TypeVar

from ._lynchpin import error_codes
from ._values import Actor, Clears, Subject, Verdict
from .errors import DocumentError, Problem

_NUMBERS = {name: number for number, name in error_codes()}
_VERDICTS = {str(verdict): verdict for verdict in Verdict}

T = TypeVar("T")


def refuse(code: str, message: str, path: str) -> NoReturn:
    """Raises that a document is malformed."""
    raise DocumentError((Problem(code, _NUMBERS[code], message, path),))


class Fields:
    """The fields of an object, each taken as the type that it must have."""

    __slots__ = ("_path", "_values")

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            refuse("wrong_type", "expected an object", path)
        self._values: dict[str, object] = value
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> Iterable[str]:
        """The names of all fields, in order."""
        return self._values.keys()

    def inner(self, name: str) -> "Fields":
        """An object."""
        return Fields(self._get(name), f"{self._path}.{name}")

    def text(self, name: str) -> str:
        """A string."""
        value = self._get(name)
        return value if isinstance(value, str) else self._wrong(name, "a string")

    def maybe_text(self, name: str) -> str | None:
        """A string, if it is there."""
        return self.text(name) if name in self else None

    def integer(self, name: str) -> int:
        """An integer."""
        value = self._get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._wrong(name, "an integer")

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        return value if isinstance(value, bool) else self._wrong(name, "true or false")

    def decimal(self, name: str) -> Decimal:
        """A decimal string, exactly."""
        text = self.text(name)
        if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", text):
            refuse("decimal_malformed", f"`{text[:40]}` is no decimal", f"{self._path}.{name}")
        return Decimal(text)

    def instant(self, name: str) -> datetime:
        """An instant."""
        return self._instant(name, self.text(name))

    def holds_until(self, name: str) -> datetime | None:
        """An instant or "never"."""
        text = self.text(name)
        return None if text == "never" else self._instant(name, text)

    def clears_at(self, name: str) -> datetime | Clears:
        """An instant, or why there is none."""
        text = self.text(name)
        return self._instant(name, text) if text[:1].isdigit() else self.word(name, Clears)

    def word(self, name: str, known: Callable[[str], T]) -> T:
        """A word, as what it stands for."""
        return self._word(name, self.text(name), known)

    def words(self, name: str, known: Callable[[str], T]) -> tuple[T, ...]:
        """A list of words, as what they stand for."""
        return tuple(self._word(name, text, known) for text in self.texts(name))

    def verdict(self, name: str) -> Verdict:
        """A verdict."""
        return self.word(name, _VERDICTS.__getitem__)

    def items(self, name: str) -> tuple[object, ...]:
        """A list; an empty one, if it is not there."""
        value = self._values.get(name, [])
        return tuple(value) if isinstance(value, list) else self._wrong(name, "a list")

    def each(self, name: str) -> "tuple[Fields, ...]":
        """A list of objects."""
        path = f"{self._path}.{name}"
        items = self.items(name)
        return tuple(Fields(item, f"{path}[{index}]") for index, item in enumerate(items))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        return self._texts(name, self.items(name))

    def waves(self, name: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """A list of lists of lists of strings."""
        return tuple(
            tuple(self._texts(name, group) for group in self._list(name, wave))
            for wave in self.items(name)
        )

    def subject(self, name: str) -> Subject:
        """A change or a release."""
        fields = self.inner(name)
        match list(fields.names()):
            case ["change"]:
                return Subject("change", fields.text("change"))
            case ["release"]:
                return Subject("release", fields.text("release"))
            case _:
                self._wrong(name, "a change or a release")

    def actors(self, name: str) -> tuple[Actor, ...]:
        """A list of people and groups."""
        return tuple(self._actor(name, fields) for fields in self.each(name))

    def _actor(self, name: str, fields: "Fields") -> Actor:
        match list(fields.names()):
            case ["person"]:
                return Actor("person", fields.text("person"))
            case ["group"]:
                return Actor("group", fields.text("group"))
            case _:
                self._wrong(name, "a list of people and groups")

    def value(self, name: str) -> object:
        """Whatever there is."""
        return self._get(name)

    def _word(self, name: str, text: str, known: Callable[[str], T]) -> T:
        try:
            return known(text)
        except (KeyError, ValueError):
            refuse("unknown_word", f"unknown word `{text[:40]}`", f"{self._path}.{name}")

    def _list(self, name: str, value: object) -> list[object] | tuple[object, ...]:
        return value if isinstance(value, (list, tuple)) else self._wrong(name, "a list")

    def _texts(self, name: str, value: object) -> tuple[str, ...]:
        items = self._list(name, value)
        texts = tuple(item for item in items if isinstance(item, str))
        return texts if len(texts) == len(items) else self._wrong(name, "a list of strings")

    def _get(self, name: str) -> object:
        if name not in self._values:
            refuse("missing_field", f"missing field `{name}`", self._path)
        return self._values[name]

    def _instant(self, name: str, text: str) -> datetime:
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            value = None
        if value is None or value.utcoffset() != timedelta(0):
            refuse("instant_malformed", f"`{text[:40]}` is no instant", f"{self._path}.{name}")
        return value

    def _wrong(self, name: str, expected: str) -> NoReturn:
        refuse("wrong_type", f"expected {expected}", f"{self._path}.{name}")


def read_answer(document: bytes | str, kind: str) -> tuple[Fields, bytes]:
    """The answer of that kind which a document holds, and its bytes to be given out again."""
    try:
        wire = document.encode() if isinstance(document, str) else bytes(document)
        value: object = json.loads(wire.decode())
    except UnicodeError:
        refuse("document_not_utf8", "the answer is not UTF-8", "$")
    except (ValueError, RecursionError) as error:
        refuse("syntax", f"the answer is no JSON: {error}", "$")
    fields = Fields(value, "$")
    if list(fields.names()) != [kind]:
        refuse("wrong_version", f"expected an answer whose only field is `{kind}`", "$")
    return fields.inner(kind), wire
