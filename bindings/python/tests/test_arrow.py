"""Arrow's structs made by hand, well and badly: what is bent is refused, all is released once."""

import ctypes
from collections.abc import Callable
from typing import Any

import pytest
from lynchpin import Edges

Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class Schema(ctypes.Structure):
    _fields_ = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_void_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class Array(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class Stream(ctypes.Structure):
    _fields_ = [
        ("get_schema", ctypes.c_void_p),
        ("get_next", ctypes.c_void_p),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


def _address(function: Any) -> int:
    found = ctypes.cast(function, ctypes.c_void_p).value
    assert found is not None
    return found


def _capsule(struct: ctypes.Structure, name: bytes) -> object:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    made: object = new(ctypes.addressof(struct), name, None)
    return made


class Made:
    """Two structs that say what they are told to, and count how often they are released."""

    def __init__(self, numbers: list[int], **bent: Any) -> None:
        self.released: list[str] = []
        shift = bent.pop("shift", 0)
        self._memory = ctypes.create_string_buffer(4 * len(numbers) + 8)
        start = ctypes.addressof(self._memory) + shift
        for place, number in enumerate(numbers):
            ctypes.memmove(start + 4 * place, number.to_bytes(4, "little"), 4)
        self._bits = ctypes.create_string_buffer(bent.pop("bits", b"\xff"))
        bitmap = ctypes.addressof(self._bits) if bent.pop("bitmap", False) else None
        values = None if bent.pop("no_values", False) else start
        self._buffers = (ctypes.c_void_p * 2)(bitmap, values)
        self._calls = (Release(self._end_schema), Release(self._end_array))
        self.schema = Schema(format=bent.pop("format", b"I"), release=_address(self._calls[0]))
        told: dict[str, Any] = {
            "length": len(numbers),
            "n_buffers": 2,
            "buffers": ctypes.addressof(self._buffers),
            "release": _address(self._calls[1]),
        }
        self.array = Array(**{**told, **bent})

    def _end_schema(self, at: int) -> None:
        self.released.append("schema")
        Schema.from_address(at).release = None

    def _end_array(self, at: int) -> None:
        self.released.append("array")
        Array.from_address(at).release = None

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return _capsule(self.schema, b"arrow_schema"), _capsule(self.array, b"arrow_array")


@pytest.mark.parametrize(
    "bent",
    [
        {},
        {"shift": 1},  # which Arrow recommends against
        {"null_count": -1},
        {"null_count": -1, "bitmap": True},
        {"null_count": 1, "bitmap": True},  # which the bits deny
        {"null_count": 0, "bitmap": True, "bits": b"\0"},  # none are null, whatever the bits say
    ],
    ids=str,
)
def test_what_is_well_made_is_read_and_released_once(bent: dict[str, Any]) -> None:
    made = Made([1, 2], **bent)
    edges = Edges(3, made, [0, 1])
    assert edges.schedule().wave_of.tolist() == [1, 2, 3]
    assert sorted(made.released) == ["array", "schema"]


def test_a_part_of_an_array_is_read() -> None:
    made = Made([9, 1, 2, 9], offset=1, length=2)
    assert Edges(3, made, [0, 1]).count == 2
    assert Edges(3, Made([9, 1], offset=1, length=1, bitmap=True, null_count=1), [0]).count == 1


@pytest.mark.parametrize(
    ("bent", "refusal"),
    [
        ({"format": b"i"}, TypeError),
        ({"format": b"L"}, TypeError),
        ({"format": b"\xff\xfe"}, TypeError),
        ({"format": None}, ValueError),
        ({"length": -1}, ValueError),
        ({"length": 2**62}, ValueError),
        ({"length": 2**63 - 1, "offset": 2**63 - 1}, ValueError),
        ({"offset": -1}, ValueError),
        ({"n_buffers": 1}, ValueError),
        ({"n_buffers": 3}, ValueError),
        ({"n_children": 1}, ValueError),
        ({"buffers": None}, ValueError),
        ({"no_values": True}, ValueError),
        ({"null_count": 1}, ValueError),
        ({"null_count": 1, "bitmap": True, "bits": b"\2"}, TypeError),
        ({"null_count": -1, "bitmap": True, "bits": b"\1"}, TypeError),
    ],
    ids=str,
)
def test_what_is_badly_made_is_refused_and_released_once(
    bent: dict[str, Any], refusal: type[Exception]
) -> None:
    made = Made([1, 2], **bent)
    with pytest.raises(refusal, match="later"):
        Edges(3, made, [0, 1])
    assert sorted(made.released) == ["array", "schema"]


class Flow:
    """A stream of what is made, which then ends or fails."""

    def __init__(self, pieces: list[Made], fails_at: int, why: bytes | None) -> None:
        self.released = 0
        self._pieces, self._at, self._fails_at = pieces, 0, fails_at
        self._why = why
        self._kept = Made([])
        types: list[Callable[..., Any]] = [
            GetSchema(self._schema),
            GetSchema(self._next),
            ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(self._error),
            Release(self._end),
        ]
        self._calls = types
        self._text = ctypes.create_string_buffer(why or b"")
        self.stream = Stream(*map(_address, types))

    def _schema(self, stream: int, out: int) -> int:
        if self._fails_at == 0:
            return 5
        ctypes.memmove(out, ctypes.addressof(self._kept.schema), ctypes.sizeof(Schema))
        return 0

    def _next(self, stream: int, out: int) -> int:
        self._at += 1
        if self._at == self._fails_at:
            return 5
        if self._at <= len(self._pieces):
            piece = self._pieces[self._at - 1]
            ctypes.memmove(out, ctypes.addressof(piece.array), ctypes.sizeof(Array))
        return 0

    def _error(self, stream: int) -> int | None:
        return ctypes.addressof(self._text) if self._why is not None else None

    def _end(self, at: int) -> None:
        self.released += 1
        Stream.from_address(at).release = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _capsule(self.stream, b"arrow_array_stream")


def test_a_stream_ends_or_fails_and_all_of_it_is_released() -> None:
    pieces = [Made([1]), Made([2])]
    flow = Flow(pieces, -1, None)
    assert Edges(3, flow, [0, 1]).count == 2
    assert flow.released == 1 and [it.released for it in pieces] == [["array"], ["array"]]
    failures = ((0, b"no disk", "no disk"), (2, b"no net", "no net"), (3, None, "5"))
    for fails_at, why, told in failures:
        pieces = [Made([1]), Made([2])]
        flow = Flow(pieces, fails_at, why)
        with pytest.raises(ValueError, match=f"later: the stream of Arrow failed.*{told}"):
            Edges(3, flow, [0, 1])
        assert flow.released == 1
        read = max(fails_at - 1, 0)
        assert [it.released for it in pieces] == [["array"]] * read + [[]] * (2 - read)
    bare = Flow([], -1, None)
    bare.stream.get_next = None
    with pytest.raises(ValueError, match="malformed"):
        Edges(3, bare, [0])
    assert bare.released == 1
