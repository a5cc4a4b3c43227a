"""How the small classes of the package are made."""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Self, TypeVar, dataclass_transform

T = TypeVar("T")

_SHORT = reprlib.Repr()
_SHORT.maxtuple, _SHORT.maxstring, _SHORT.maxother = 4, 200, 200


def public(cls: type[T]) -> type[T]:
    """Names a class by where users find it, which is the path that is pickled."""
    cls.__module__ = "lynchpin"
    return cls


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Makes a class a frozen value with a short `repr`. It is pickled by the names of its fields,
    so that a later version with more of them reads it too."""

    def state(self: Any) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def restored(self: Any, found: dict[str, object]) -> None:
        type(self).__init__(self, **found)

    def short(self: Any) -> str:
        shown = (f"{name}={_SHORT.repr(inner)}" for name, inner in state(self).items())
        return f"{type(self).__name__}({', '.join(shown)})"

    names: dict[str, Callable[..., object]] = {"__getstate__": state, "__setstate__": restored}
    if "__repr__" not in vars(cls):
        names["__repr__"] = short
    for name, function in names.items():
        setattr(cls, name, function)
    return public(dataclass(frozen=True, slots=True)(cls))


class Ranked:
    """What has an order among its own kind."""

    __slots__ = ()

    def _rank(self) -> tuple[int, str]:
        raise NotImplementedError

    def __lt__(self, other: Self) -> bool:
        return self._rank() < other._rank() if type(other) is type(self) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self._rank() <= other._rank() if type(other) is type(self) else NotImplemented

    def __gt__(self, other: Self) -> bool:
        return self._rank() > other._rank() if type(other) is type(self) else NotImplemented

    def __ge__(self, other: Self) -> bool:
        return self._rank() >= other._rank() if type(other) is type(self) else NotImplemented
