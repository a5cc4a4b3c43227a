"""Reads answers whose classes say all there is to say: each field is read as the type that it is
declared to have, and a field that no class declares is refused."""

import dataclasses
import json
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from . import _show
from ._answer import Answer
from ._read import Fields
from ._value import value
from ._values import Actor, Clears, Subject, Verdict

T = TypeVar("T")
_Take: TypeAlias = Callable[[Fields, str], object]
_Table: TypeAlias = tuple[tuple[tuple[str, str, _Take], ...], frozenset[str]]

_CODES = {code: code for code in _show.TEXTS}

_TYPES: dict[object, _Take] = {
    str: Fields.text,
    int: Fields.integer,
    bool: Fields.boolean,
    Decimal: Fields.decimal,
    datetime: Fields.instant,
    Subject: Fields.subject,
    Actor: Fields.actor,
    Verdict: Fields.verdict,
}
_LISTS: dict[object, _Take] = {
    str: Fields.texts,
    Subject: Fields.subjects,
    Actor: Fields.actors,
    Verdict: Fields.verdicts,
}
_TABLES: dict[type[Any], _Table] = {}


@value
class Setting:
    """One setting of a policy.

    Example:
        >>> comparison.differences[0].after[0]
        Setting(name='waiver.for_at_most', value='"7d"')
    """

    name: str
    """Its name: the path to it, within what it is a setting of."""
    value: str
    """Its value, as JSON."""

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


# How a field is read if its type alone does not say it: stands beside the type, in `Annotated`.


def reason_code(fields: Fields, name: str) -> str:
    """A reason code."""
    return fields.word(name, _CODES.__getitem__)


def reason_codes(fields: Fields, name: str) -> tuple[str, ...]:
    """A list of reason codes."""
    return fields.words(name, _CODES.__getitem__)


def clears_at(fields: Fields, name: str) -> datetime | Clears:
    """When something becomes a go."""
    return fields.clears_at(name)


def holds_until(fields: Fields, name: str) -> datetime | None:
    """Until when something stands without a new fact; none, if for ever."""
    return fields.holds_until(name)


def yes(fields: Fields, name: str) -> bool:
    """A mark that is there or is not."""
    return name in fields and fields.word(name, {"yes": True}.__getitem__)


def settings(fields: Fields, name: str) -> tuple[Setting, ...]:
    """An object of settings of a policy; none, if it is not there."""
    if name not in fields:
        return ()
    raw = fields.inner(name).raw()
    return tuple(Setting(key, json.dumps(raw[key], ensure_ascii=False)) for key in raw)


class Plain(Answer):
    """An answer that is read as its fields are declared, all at once."""

    __slots__ = ()

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        return _values(cls, fields)


class Listing(Plain, Generic[T]):
    """An answer whose document is a list: the items of its only field, which is named as it is."""

    __slots__ = ()

    @classmethod
    def _body(cls, document: Fields) -> Fields:
        return document

    def _items(self) -> tuple[T, ...]:
        items: tuple[T, ...] = getattr(self, self._KIND)
        return items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items())

    def __len__(self) -> int:
        return len(self._items())


def read(cls: type[T], fields: Fields) -> T:
    """A part of an answer."""
    return cls(**_values(cls, fields))


def _values(cls: type[Any], fields: Fields) -> dict[str, object]:
    if cls not in _TABLES:
        _TABLES[cls] = _table(cls)
    rows, known = _TABLES[cls]
    fields.only(known)
    return {name: take(fields, key) for name, key, take in rows}


def _table(cls: type[Any]) -> _Table:
    """Of each field of a class its name, that in documents, and how it is read."""
    types_of = get_type_hints(cls, include_extras=True)
    keys: dict[str, str] = getattr(cls, "_KEYS", {})
    names = [field.name for field in dataclasses.fields(cls)]
    told = [name for name in names if name in keys or not name.startswith("_")]
    rows = tuple((name, keys.get(name, name), _take(types_of[name])) for name in told)
    return rows, frozenset(key for _, key, _ in rows)


def _take(declared: Any) -> _Take:
    """How a field of that type is read."""
    if declared in _TYPES:
        return _TYPES[declared]
    origin, inner = get_origin(declared), get_args(declared)
    if origin is Annotated:
        custom: _Take = inner[1]
        return custom
    if origin is Literal:
        known = {word: word for word in inner}.__getitem__
        return lambda fields, name: fields.word(name, known)
    if origin in (Union, types.UnionType):
        take = _take(next(one for one in inner if one is not types.NoneType))
        return lambda fields, name: take(fields, name) if name in fields else None
    if origin is tuple:
        item = inner[0]
        if get_origin(item) is Literal:
            listed = {word: word for word in get_args(item)}.__getitem__
            return lambda fields, name: fields.words(name, listed)
        return _LISTS.get(item) or (
            lambda fields, name: tuple([read(item, one) for one in fields.each(name)])
        )
    return lambda fields, name: read(declared, fields.inner(name))
