"""Threads: one snapshot serves many, and none holds the interpreter while the engine works."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from lynchpin import Engine, Snapshot, Subject

AT = datetime(2026, 11, 3, 10, tzinfo=timezone.utc)
COUNT = 1_500


@pytest.fixture(scope="module")
def large_document() -> bytes:
    """A release of changes in a long chain, so that each call takes some milliseconds."""
    common = {"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}
    names = [f"C-{number}" for number in range(COUNT)]
    needs = [[], *([{"change": name}] for name in names)]
    changes = [{"id": n, "requires": r} | common for n, r in zip(names, needs, strict=False)]
    document = {
        "lynchpin": "portfolio/1",
        "people": [{"id": "raj"}],
        "stages": [{"id": "production"}],
        "changes": changes,
        "releases": [{"id": "R", "changes": names} | common],
    }
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def large(large_document: bytes) -> Snapshot:
    engine = Engine()
    engine.load(large_document)
    return engine.snapshot()


@pytest.fixture
def no_forced_switch() -> Iterator[None]:
    """Lets no thread take the interpreter from another that does not give it away."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    yield
    sys.setswitchinterval(before)


def _others_run_during(call: Callable[[], object]) -> bool:
    """Whether another thread ran between the begin and the end of a call that never forces it."""
    ticks = 0
    stop = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            time.sleep(0)

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        while ticks == 0:
            time.sleep(0)
        for _ in range(20):
            before = ticks
            call()
            if ticks > before:
                return True
        return False
    finally:
        stop.set()
        ticker.join()


def test_the_probe_can_fail(no_forced_switch: None) -> None:
    assert not _others_run_during(lambda: sum(range(100_000)))


@pytest.mark.parametrize("name", ["load", "ask", "decide", "plan", "score", "reach"])
def test_the_interpreter_is_free_while_the_engine_works(
    name: str, large: Snapshot, large_document: bytes, no_forced_switch: None
) -> None:
    question = '{"plan": {"subject": {"release": "R"}, "at": "2026-11-03T10:00:00Z"}}'
    calls: dict[str, Callable[[], object]] = {
        "load": lambda: Engine().load(large_document),
        "ask": lambda: large.ask(question),
        "decide": lambda: large.decide(release="R", at=AT),
        "plan": lambda: large.plan(release="R", at=AT),
        "score": lambda: large.score(release="R", at=AT),
        "reach": lambda: large.reach(change=f"C-{COUNT - 1}", direction="upstream", at=AT),
    }
    assert _others_run_during(calls[name])


def test_two_threads_ask_one_snapshot(large: Snapshot) -> None:
    subjects = [Subject("release", "R"), Subject("change", "C-7")]
    expected = [large.decide(subject, at=AT).to_json() for subject in subjects]
    barrier = threading.Barrier(2)

    def ask() -> list[bytes]:
        barrier.wait(timeout=60)
        return [large.decide(subject, at=AT).to_json() for subject in subjects * 3]

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(ask) for _ in range(2)]
        assert [answer.result() for answer in answers] == [expected * 3] * 2


def test_who_looks_at_an_engine_does_not_wait_for_it(large_document: bytes) -> None:
    engine = Engine()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            engine.load(large_document)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        shown = {repr(engine) for _ in range(20_000)}
    finally:
        stop.set()
        loader.join()
    facts = f"<lynchpin.Engine of {COUNT + 3} facts>"
    assert shown <= {"<lynchpin.Engine at work>", "<lynchpin.Engine of 0 facts>", facts}
    assert repr(engine) == facts


def test_threads_take_turns_on_an_engine(document: bytes, policy: str) -> None:
    engine = Engine()
    common = '"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"'

    def load(number: int) -> str:
        engine.load(f'{{"lynchpin": "portfolio/1", "changes": [{{"id": "T-{number}", {common}}}]}}')
        engine.set_policy(policy)
        return repr(engine.snapshot())

    engine.load(document)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(load, range(40)))
    assert len(engine.snapshot().changes(at=AT)) == 43
