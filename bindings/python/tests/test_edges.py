"""Edges in bulk: the answers, what may be given, what is shared and what is refused."""

import array
import gc
import io
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

import lynchpin
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from lynchpin import Edges, LimitError, Numbers, OrderedEdges, QuestionError

# 1 waits for 0, 2 for 1 and, twice, for 0; 3 for itself; 4 and 5 for each other, and 6 for 5.
LATER, EARLIER = [6, 1, 2, 2, 2, 3, 4, 5], [5, 0, 1, 0, 0, 3, 5, 4]


def test_the_answers_are_those_of_every_language() -> None:
    edges = Edges(8, LATER, EARLIER)
    assert (edges.nodes, edges.count, edges.repeated) == (8, 6, 1)
    assert edges.looped.tolist() == [3] and edges.earlier(2).tolist() == [0, 1]
    assert edges.earlier(8).tolist() == []
    schedule = edges.schedule([1, 10, 100, 0, 0, 0, 0, 7])
    assert schedule.wave_count == 3 and schedule.wave(1).tolist() == [0, 7]
    assert schedule.wave(0).tolist() == schedule.wave(4).tolist() == []
    assert schedule.wave_of.tolist() == [1, 2, 3, 0, 0, 0, 0, 1]
    assert schedule.order.tolist() == [0, 7, 1, 2]
    assert schedule.critical_path.tolist() == [0, 1, 2] and schedule.critical_weight == 111
    assert edges.schedule().critical_weight == 3
    components = edges.components()
    assert components.count == 7 and components.of.tolist() == [0, 1, 2, 3, 4, 4, 5, 6]
    assert components.cycles.tolist() == [3, 4] and components.members(4).tolist() == [4, 5]
    assert components.members(7).tolist() == []
    assert edges.downstream([0, 5]).tolist() == [1, 2, 4, 6]
    assert edges.upstream((2, 6)).tolist() == [0, 1, 4, 5]
    assert edges.downstream_counts([0, 5, 7]).tolist() == [2, 2, 0]
    later, earlier = edges.reduction()
    assert (later.tolist(), earlier.tolist()) == ([1, 2], [0, 1])
    assert repr(edges) == "Edges(8 nodes, 6 edges)"
    assert repr(schedule) == "Schedule(4 nodes in 3 waves)"
    assert repr(components) == "Components(7 components)"


def test_many_are_as_their_definition_says() -> None:
    chance = random.Random(7)
    nodes = 2000
    pairs = [(a, chance.randrange(a)) for a in range(1, nodes) for _ in range(3)]
    first, second = (np.array(column, dtype=np.uint32) for column in zip(*pairs))
    edges = Edges(nodes, first, second)
    needs: list[set[int]] = [set() for _ in range(nodes)]
    below: list[set[int]] = [set() for _ in range(nodes)]
    for later, earlier in pairs:
        needs[later].add(earlier)
    waves: list[int] = []
    for node in range(nodes):
        waves.append(1 + max((waves[need] for need in needs[node]), default=0))
        for need in needs[node]:
            below[node] |= below[need] | {need}
    assert edges.count == sum(map(len, needs))
    assert edges.schedule().wave_of.tolist() == waves
    assert edges.schedule().critical_weight == max(waves)
    assert edges.upstream([nodes - 1]).tolist() == sorted(below[-1])
    counts = [sum(node in other for other in below) for node in range(0, nodes, 100)]
    assert edges.downstream_counts(range(0, nodes, 100)).tolist() == counts
    assert edges.components().count == nodes


def _offset(numbers: list[int]) -> pa.Array:
    """A part of a longer array, which has nulls elsewhere."""
    return pa.array([None, 9, *numbers, None], pa.uint32())[2:-1]


class Lone:
    """Knows the protocol of Arrow for arrays and nothing else."""

    def __init__(self, numbers: list[int]) -> None:
        self._array = pa.array(numbers, pa.uint32())

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        made: tuple[object, object] = self._array.__arrow_c_array__(requested_schema)
        return made


FORMS: dict[str, Callable[[list[int]], Any]] = {
    "list": list,
    "tuple": tuple,
    "array": lambda numbers: array.array("I", numbers),
    "memoryview": lambda numbers: memoryview(array.array("I", numbers)),
    "bytes": lambda numbers: memoryview(array.array("I", numbers).tobytes()).cast("I"),
    "numpy": lambda numbers: np.array(numbers, dtype=np.uint32),
    "every second": lambda numbers: np.array(numbers, dtype=np.uint32).repeat(2)[::2],
    "backwards": lambda numbers: np.array(numbers[::-1], dtype=np.uint32)[::-1],
    "arrow": lambda numbers: pa.array(numbers, pa.uint32()),
    "arrow alone": Lone,
    "arrow from the middle": _offset,
    "arrow in pieces": lambda numbers: pa.chunked_array(
        [numbers[:3], [], numbers[3:]], pa.uint32()
    ),
    "arrow in one piece": lambda numbers: pa.chunked_array([numbers], pa.uint32()),
    "arrow in no piece": lambda numbers: pa.chunked_array(
        [numbers] if numbers else [], pa.uint32()
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_numbers_may_be_given_in_any_form(form: str) -> None:
    made = FORMS[form]
    edges = Edges(8, made(LATER), made(EARLIER))
    assert edges.schedule().wave_of.tolist() == [1, 2, 3, 0, 0, 0, 0, 1]
    assert edges.downstream(made([0, 5])).tolist() == [1, 2, 4, 6]
    assert edges.downstream(made([])).tolist() == []
    assert Edges(2, made([]), made([])).count == 0


def test_weights_may_be_given_in_any_form() -> None:
    edges = Edges(3, [1, 2], [0, 1])
    numbers = [2**40, 1, 1]
    for weights in (
        np.array(numbers, dtype=np.uint64),
        array.array("Q", numbers),
        pa.array(numbers, pa.uint64()),
        numbers,
    ):
        assert edges.schedule(weights).critical_weight == 2**40 + 2
    assert Edges(0, [], []).schedule([]).critical_weight == 0


def test_answers_are_shared_and_not_copied() -> None:
    schedule = Edges(3, [1, 2], [0, 1]).schedule()
    first, second = np.asarray(schedule.wave_of), np.asarray(schedule.wave_of)
    assert first.dtype == np.uint32 and np.shares_memory(first, second)
    arrow = pa.array(schedule.wave_of)
    assert arrow.type == pa.uint32() and arrow.null_count == 0
    arrow.validate(full=True)
    assert np.shares_memory(arrow.to_numpy(), first)
    # What was answered outlives what it was asked of.
    del schedule, second
    gc.collect()
    assert first.tolist() == arrow.to_pylist() == [1, 2, 3]
    # An answer is as good a question, and still not copied.
    assert Edges(4, first, arrow).looped.tolist() == [1, 2, 3]
    nodes = Edges(3, [1, 2], [0, 1]).downstream([0])
    assert Edges(3, nodes, nodes).looped == nodes


def test_numbers_are_read_as_a_list_is() -> None:
    numbers = Edges(3, [1, 2], [0, 1]).schedule().order
    assert len(numbers) == 3 and list(numbers) == [0, 1, 2] and 2 in numbers and 3 not in numbers
    assert numbers[0] == numbers[-3] == 0 and numbers[2] == numbers[-1] == 2
    for index in (3, -4, sys.maxsize, -sys.maxsize - 1):
        with pytest.raises(IndexError):
            numbers[index]
    same = Edges(3, [1, 2], [0, 1]).schedule().order
    assert numbers == same and hash(numbers) == hash(same) and numbers != [0, 1, 2]
    assert numbers != Edges(2, [1], [0]).schedule().order
    assert repr(numbers) == "Numbers([0, 1, 2])"
    assert repr(Edges(9, [], []).schedule().order).endswith("6, 7, ...])")
    view = memoryview(numbers)
    assert (view.format, view.itemsize, view.shape, view.readonly) == ("I", 4, (3,), True)
    assert view.nbytes == 12 and view.contiguous and bytes(view) == np.asarray(numbers).tobytes()
    assert memoryview(Edges(0, [], []).schedule().order).tolist() == []
    with pytest.raises(TypeError):
        view[0] = 1
    with pytest.raises((BufferError, TypeError)):
        io.BytesIO(bytes(12)).readinto(numbers)
    with pytest.raises(BufferError):
        numbers.__buffer__(1)
    assert numbers.__buffer__(0).tolist() == [0, 1, 2]
    with pytest.raises(TypeError):
        Numbers()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([-1], "number_out_of_range"),
        ([2**32], "number_out_of_range"),
        ([2**200], "number_out_of_range"),
        ([8], "number_out_of_range"),
        (np.array([8], dtype=np.uint32), "number_out_of_range"),
        (pa.array([8], pa.uint32()), "number_out_of_range"),
        ([0, 1], "bad_argument"),
        ([], "bad_argument"),
    ],
)
def test_numbers_that_are_refused(given: Any, code: str) -> None:
    for arguments in ((given, [0]), ([0], given)):
        with pytest.raises(QuestionError) as refused:
            Edges(8, *arguments)
        assert refused.value.code == code and len(str(refused.value)) > 30


@pytest.mark.parametrize(
    "given",
    [
        None,
        7,
        "12",
        b"1234",
        bytearray(4),
        [1.0],
        ["1"],
        [None],
        {1},
        {1: 2},
        iter([1]),
        np.array([1.0]),
        np.array([1], dtype=np.int32),
        np.array([1], dtype=np.int64),
        np.array([1], dtype=np.uint16),
        np.array([1], dtype=np.uint64),
        np.array([1], dtype=">u4"),
        np.array([[1]], dtype=np.uint32),
        np.array(1, dtype=np.uint32),
        np.array([True]),
        np.array([(1, 2)], dtype=[("a", "u4"), ("b", "u4")]),
        array.array("i", [1]),
        pa.array([1], pa.int32()),
        pa.array([1], pa.uint64()),
        pa.array([None, 1], pa.uint32()),
        pa.array([1], pa.uint32()).dictionary_encode(),
        pa.array([[1]], pa.list_(pa.uint32())),
        pa.array(["1"]),
        pa.nulls(1),
        pa.chunked_array([[1], [None]], pa.uint32()),
        pa.chunked_array([[1]], pa.float32()),
        pa.record_batch({"a": pa.array([1], pa.uint32())}),
        pa.table({"a": pa.array([1], pa.uint32())}),
    ],
    ids=lambda given: repr(given)[:30],
)
def test_what_is_no_numbers_is_refused(given: Any) -> None:
    edges = Edges(8, [1], [0])
    calls: list[Callable[[], object]] = [
        lambda: Edges(8, given, [0]),
        lambda: Edges(8, [0], given),
        lambda: edges.downstream(given),
        lambda: edges.upstream(given),
        lambda: edges.downstream_counts(given),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_questions_that_are_refused() -> None:
    edges = Edges(3, [1, 2], [0, 1])
    for weights, code in (
        ([1, 2], "bad_argument"),
        ([], "bad_argument"),
        ([2**64 - 1, 1, 1], "number_out_of_range"),
        ([2**64, 0, 0], "number_out_of_range"),
        ([-1, 0, 0], "number_out_of_range"),
    ):
        with pytest.raises(QuestionError) as refused:
            edges.schedule(weights)
        assert refused.value.code == code
    for given in (np.array([1.0] * 3), np.array([1] * 3, dtype=np.uint32), "abc"):
        with pytest.raises(TypeError):
            edges.schedule(given)  # type: ignore[arg-type]
    for call in (edges.downstream, edges.upstream, edges.downstream_counts):
        with pytest.raises(QuestionError):
            call([3])
    for number in (-1, 2**32):
        with pytest.raises(QuestionError):
            edges.earlier(number)
        with pytest.raises(QuestionError):
            edges.schedule().wave(number)
        with pytest.raises(QuestionError):
            edges.components().members(number)
        with pytest.raises(QuestionError):
            Edges(number, [], [])
    with pytest.raises(TypeError):
        Edges("3", [], [])  # type: ignore[arg-type]
    with pytest.raises(LimitError):
        Edges(2**32 - 1, [], [])
    with pytest.raises(LimitError):
        Edges(20_001, [], []).reduction()


class Bent:
    """Says that it is an array of Arrow's."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        if isinstance(self._made, Exception):
            raise self._made
        return self._made


class Flowing:
    """Says that it is a stream of Arrow's."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._made


def test_what_bends_the_protocol_of_arrow_is_refused() -> None:
    schema, taken = pa.array([1], pa.uint32()).__arrow_c_array__()
    Edges(2, Bent((schema, taken)), [0])
    bent: list[tuple[Any, type[Exception]]] = [
        ((schema, taken), ValueError),  # which were used already
        ((taken, schema), ValueError),
        (None, TypeError),
        ((1, 2), TypeError),
        ((1, 2, 3), ValueError),
        (KeyError("mine"), KeyError),
    ]
    for made, refusal in bent:
        with pytest.raises(refusal):
            Edges(2, Bent(made), [0])
    fresh = pa.array([1], pa.uint32()).__arrow_c_array__()
    with pytest.raises(ValueError):
        Edges(2, Bent(fresh[::-1]), [0])
    for stream in (7, fresh[0]):
        with pytest.raises((TypeError, ValueError)):
            Edges(2, Flowing(stream), [0])


def test_a_stream_of_tables_is_refused() -> None:
    table = pa.table({"a": pa.array([1], pa.uint32())})
    with pytest.raises(TypeError, match="format"):
        Edges(2, table.to_reader(), [0])


def test_what_changes_meanwhile_does_no_harm() -> None:
    later, earlier = np.arange(1, 100_001, dtype=np.uint32), np.arange(100_000, dtype=np.uint32)
    stop = threading.Event()

    def scribble() -> None:
        while not stop.is_set():
            later[:] = 7
            later[:] = np.arange(1, 100_001, dtype=np.uint32)

    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        for _ in range(20):
            edges = Edges(100_001, later, earlier)
            assert edges.nodes == 100_001
    finally:
        stop.set()
        thread.join()


def test_edges_come_and_go_in_order() -> None:
    edges = OrderedEdges(Edges(3, [1, 2], [0, 1]))
    outcome, circle = edges.insert(0, 2)
    assert (outcome, circle.tolist()) == ("refused", [0, 1, 2])
    outcome, circle = edges.insert(2, 1)
    assert (outcome, circle.tolist()) == ("known", [])
    assert edges.remove(1, 0) and not edges.remove(1, 0) and edges.push_node() == 3
    assert edges.insert(0, 2)[0] == edges.insert(1, 3)[0] == "new"
    order = [3, 1, 2, 0]
    places = [edges.place_of(node) or 0 for node in order]
    assert edges.order.tolist() == order and places == sorted(places) and 0 not in places
    assert edges.place_of(4) is None
    assert edges.earlier(1).tolist() == [3] and edges.later(1).tolist() == [2]
    assert edges.later(9).tolist() == []
    assert (edges.nodes, edges.count, repr(edges)) == (4, 3, "OrderedEdges(4 nodes, 3 edges)")
    assert edges.to_edges().schedule().wave_of.tolist() == [4, 2, 3, 1]
    for call in (edges.insert, edges.remove):
        for given in ((4, 0), (0, 4), (-1, 0), (0, 2**32)):
            with pytest.raises(QuestionError) as refused:
                call(*given)
            assert refused.value.code == "number_out_of_range"
    with pytest.raises(QuestionError, match="circle") as refused:
        OrderedEdges(Edges(2, [0, 1], [1, 0]))
    assert refused.value.code == "bad_argument"
    with pytest.raises(TypeError):
        OrderedEdges(3)  # type: ignore[arg-type]


def test_edges_are_added_from_several_threads() -> None:
    edges = OrderedEdges(Edges(1_000, [], []))

    def chain(first: int) -> None:
        for node in range(first, 999, 4):
            edges.insert(node, node + 1)

    threads = [threading.Thread(target=chain, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert edges.order.tolist() == list(range(999, -1, -1))


def test_all_of_it_is_public() -> None:
    names = {"Components", "Edges", "Numbers", "OrderedEdges", "Schedule"}
    assert names <= set(lynchpin.__all__)
    assert all(getattr(lynchpin, name).__module__ == "lynchpin" for name in names)
