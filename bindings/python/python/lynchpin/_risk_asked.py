"""Questions about risk as documents: columns of whatever holds numbers, and what is answered."""

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias, TypeVar

from . import _lynchpin
from ._fields import read
from ._read import Fields
from ._request import dumps
from .errors import Problem, QuestionError

T = TypeVar("T")
Numbers: TypeAlias = Iterable[int | float | Decimal]
Outcomes: TypeAlias = Iterable[bool | int]


def ask(kind: str, asked: object, answer: type[T]) -> T:
    return read(answer, whole_answer(kind, asked).inner(kind))


def whole_answer(kind: str, asked: object) -> Fields:
    return Fields(json.loads(_lynchpin.ask_risk(dumps({kind: asked}))))


def listed(values: Iterable[Any]) -> list[Any]:
    """What arrays hold as Python's own numbers, without an import of theirs."""
    found: list[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
    return found


def outcomes(failed: Outcomes) -> list[bool]:
    found = listed(failed)
    if any(it not in (0, 1) for it in found):
        raise TypeError("failed: pass true or false for each change")
    return [bool(it) for it in found]


def parts(name: str, values: Numbers) -> list[int]:
    """Parts per billion as they are, and probabilities turned into them."""
    return [it if type(it) is int else scaled(name, it, 1_000_000_000) for it in listed(values)]


def scaled(name: str, number: Decimal | float | str, unit: int) -> int:
    try:
        return round(Decimal(str(number)) * unit)
    except (ArithmeticError, ValueError):
        raise _no_number(name, number) from None


def feature(name: str, value: int | float | Decimal | None) -> int | None:
    """The nearest millionth, halves away from zero as in the core; None for what is not known."""
    if value is None or value != value:
        return None
    try:
        exact = Decimal(value * 1e6 if isinstance(value, float) else Decimal(value) * 1_000_000)
        return int(exact.to_integral_value(ROUND_HALF_UP))
    except (ArithmeticError, ValueError):
        raise _no_number(name, value) from None


def _no_number(name: str, number: object) -> QuestionError:
    code = next(code for code, known in _lynchpin.error_codes() if known == "bad_argument")
    message = f"{name}: {number} is no number that can be taken"
    return QuestionError((Problem("bad_argument", code, message),))


def decimal(number: Decimal | float | str | None) -> str | None:
    return None if number is None else f"{Decimal(str(number)):f}"


def seconds(span: timedelta) -> str:
    return f"{span // timedelta(seconds=1)}s"
