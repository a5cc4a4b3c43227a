"""Reads answer documents: every value is checked for its type, so that a class never holds another
one. Nothing that a document says is passed over."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn, TypeVar

from ._lynchpin import error_codes, printable
from ._values import Actor, Clears, Subject, Verdict
from .errors import DocumentError, Problem

_NUMBERS = {name: number for number, name in error_codes()}
_VERDICTS = {str(verdict): verdict for verdict in Verdict}
_CLEARS = {str(clears): clears for clears in Clears}

_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")

# The reasons of one change stand together and name the same few things again and again.
_subject = lru_cache(maxsize=1_000)(Subject)
_actor = lru_cache(maxsize=1_000)(Actor)

# Two brackets for each level of reasons, and more of those than any answer has. Python's reader
# takes more still, unless its caller has come far already.
_BRACKETS_MAX = 250

T = TypeVar("T")


def refuse(code: str, message: str, path: str) -> NoReturn:
    """Raises that a document is malformed. Whatever it quotes of it is made safe to print."""
    problem = Problem(code, _NUMBERS[code], printable(message), printable(path[:200]))
    raise DocumentError((problem,))


class Fields:
    """The fields of an object, each taken as the type that it must have."""

    __slots__ = ("_name", "_parent", "_values")

    def __init__(self, value: object, parent: "Fields | None" = None, name: str = "$") -> None:
        self._parent = parent
        self._name = name
        if not isinstance(value, dict):
            refuse("wrong_type", "expected an object", self.path())
        self._values: dict[str, object] = value

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def path(self, name: str = "") -> str:
        """Where this is, or the field of that name; made up only when something is refused."""
        names = [name] if name else []
        fields: Fields | None = self
        while fields is not None:
            names.append(fields._name)
            fields = fields._parent
        return ".".join(reversed(names))

    def only(self, known: frozenset[str]) -> None:
        """Refuses fields that nobody reads."""
        if not self._values.keys() <= known:
            name = next(name for name in self._values if name not in known)
            refuse("unknown_field", f"unknown field `{name[:40]}`", self.path())

    def names(self) -> Iterable[str]:
        """The names of all fields, in order."""
        return self._values.keys()

    def without(self, name: str) -> "Fields":
        """All fields but one, at the same place."""
        rest = {key: value for key, value in self._values.items() if key != name}
        return Fields(rest, self._parent, self._name)

    def raw(self) -> dict[str, object]:
        """All fields as they are."""
        return self._values

    def inner(self, name: str) -> "Fields":
        """An object."""
        return Fields(self.value(name), self, name)

    def text(self, name: str) -> str:
        """A string."""
        value = self._values.get(name)
        return value if isinstance(value, str) else self._wrong(name, "a string")

    def maybe_text(self, name: str) -> str | None:
        """A string, if it is there."""
        return self.text(name) if name in self._values else None

    def integer(self, name: str) -> int:
        """An integer."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._wrong(name, "an integer")

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else self._wrong(name, "true or false")

    def decimal(self, name: str) -> Decimal:
        """A decimal string, exactly."""
        text = self.text(name)
        if not _DECIMAL.fullmatch(text):
            refuse("decimal_malformed", f"`{text[:40]}` is no decimal", self.path(name))
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
        if text[:1].isdigit():
            return self._instant(name, text)
        return self._word(name, text, _CLEARS.__getitem__)

    def word(self, name: str, known: Callable[[str], T]) -> T:
        """A word, as what it stands for."""
        return self._word(name, self.text(name), known)

    def words(self, name: str, known: Callable[[str], T]) -> tuple[T, ...]:
        """A list of words, as what they stand for."""
        return tuple(self._word(name, text, known) for text in self.texts(name))

    def verdict(self, name: str) -> Verdict:
        """A verdict."""
        return self.word(name, _VERDICTS.__getitem__)

    def verdicts(self, name: str) -> tuple[Verdict, ...]:
        """A list of verdicts."""
        return self.words(name, _VERDICTS.__getitem__)

    def items(self, name: str) -> "list[object]":
        """A list; an empty one, if it is not there."""
        value = self._values.get(name, [])
        return value if isinstance(value, list) else self._wrong(name, "a list")

    def each(self, name: str) -> "tuple[Fields, ...]":
        """A list of objects; an empty one, if it is not there."""
        if name not in self._values:
            return ()
        items = self.items(name)
        return tuple([Fields(item, self, f"{name}[{i}]") for i, item in enumerate(items)])

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of integers; an empty one, if it is not there."""
        return tuple([item for item in self.items(name) if isinstance(item, int)])

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; an empty one, if it is not there."""
        if name not in self._values:
            return ()
        return self._texts(name, self._values[name])

    def waves(self, name: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """A list of lists of lists of strings."""
        return tuple(
            tuple(self._texts(name, group) for group in self._list(name, wave))
            for wave in self.items(name)
        )

    def subject(self, name: str) -> Subject:
        """A change or a release."""
        return self._subject(name, self.value(name))

    def subjects(self, name: str) -> tuple[Subject, ...]:
        """A list of changes and releases; an empty one, if it is not there."""
        return tuple([self._subject(name, item) for item in self.items(name)])

    def _subject(self, name: str, item: object) -> Subject:
        match item:
            case {"change": str(change), **others} if not others:
                return _subject("change", change)
            case {"release": str(release), **others} if not others:
                return _subject("release", release)
            case _:
                self._wrong(name, "a change or a release")

    def actor(self, name: str) -> Actor:
        """A person or a group."""
        return self._actor(name, self.value(name))

    def actors(self, name: str) -> tuple[Actor, ...]:
        """A list of people and groups; an empty one, if it is not there."""
        if name not in self._values:
            return ()
        return tuple([self._actor(name, item) for item in self.items(name)])

    def _actor(self, name: str, item: object) -> Actor:
        match item:
            case {"person": str(person), **others} if not others:
                return _actor("person", person)
            case {"group": str(group), **others} if not others:
                return _actor("group", group)
            case _:
                self._wrong(name, "a person or a group")

    def value(self, name: str) -> object:
        """Whatever there is."""
        if name not in self._values:
            self._wrong(name, "")
        return self._values[name]

    def _word(self, name: str, text: str, known: Callable[[str], T]) -> T:
        try:
            return known(text)
        except (KeyError, ValueError):
            refuse("unknown_word", f"unknown word `{text[:40]}`", self.path(name))

    def _list(self, name: str, value: object) -> list[object]:
        return value if isinstance(value, list) else self._wrong(name, "a list")

    def _texts(self, name: str, value: object) -> tuple[str, ...]:
        items = self._list(name, value)
        texts = tuple([item for item in items if isinstance(item, str)])
        return texts if len(texts) == len(items) else self._wrong(name, "a list of strings")

    def _instant(self, name: str, text: str) -> datetime:
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            value = None
        if value is None or value.utcoffset() != timedelta(0):
            refuse("instant_malformed", f"`{text[:40]}` is no instant", self.path(name))
        return value

    def _wrong(self, name: str, expected: str) -> NoReturn:
        if name not in self._values:
            refuse("missing_field", f"missing field `{name}`", self.path())
        refuse("wrong_type", f"expected {expected}", self.path(name))


def read_answer(document: object, kind: str) -> tuple[Fields, bytes]:
    """A document of anybody, whose only field is an answer of that kind, and its bytes."""
    try:
        wire = _bytes_of(document)
        text = wire.decode()
        value = _parse(text)
        if "\\u" in text:
            # Half a surrogate pair can be written as an escape only, and is no text.
            json.dumps(value, ensure_ascii=False).encode()
    except DocumentError:
        raise
    except UnicodeError:
        refuse("document_not_utf8", "the answer is not UTF-8", "$")
    except ValueError as error:
        refuse("syntax", f"the answer is no JSON: {error}", "$")
    return _only(value, kind), wire


def read_own(wire: bytes, kind: str) -> Fields:
    """The document of an answer of that kind, which the engine gave just now."""
    return _only(json.loads(wire), kind)


def _only(value: object, kind: str) -> Fields:
    fields = Fields(value)
    if list(fields.names()) != [kind]:
        refuse("wrong_version", f"expected an answer whose only field is `{kind}`", "$")
    return fields


def _bytes_of(document: object) -> bytes:
    match document:
        case str():
            return document.encode()
        case bytes() | bytearray() | memoryview():
            return bytes(document)
        case _:
            raise TypeError(f"pass bytes or str, not {type(document).__name__}")


def _parse(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except RecursionError:
        # Either the document is nested without end, or the caller is: that is for it to know.
        if not _is_deep(text):
            raise
        refuse("document_too_deep", "the answer is nested too deeply", "$")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        refuse("duplicate_key", f"the key `{double[:40]}` is there twice", "$")
    return found


def _no_number(word: str) -> NoReturn:
    refuse("syntax", f"the answer is no JSON: `{word}` is no number", "$")


def _is_deep(text: str) -> bool:
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]+|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > _BRACKETS_MAX:
            return True
    return False
