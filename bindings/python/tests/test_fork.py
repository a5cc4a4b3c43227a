"""A forked child is told that it cannot use what its parent made, and never waits for it."""

import os
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from lynchpin import Assessment, BrokenError, Decision, Engine, Ledger, LedgerError, Snapshot

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def _in_child(call: Callable[[], object]) -> int:
    """Whether all went as it should in a child: 0; 1 if not, and 14 if it had to be stopped."""
    with warnings.catch_warnings():
        # Later Pythons warn that forking is what this test shows it to be.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        import signal

        signal.alarm(20)
        try:
            call()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _refused(call: Callable[[], object]) -> None:
    with pytest.raises(BrokenError, match="before the process was forked"):
        call()


def test_a_child_does_not_use_what_its_parent_made(
    snapshot: Snapshot, decision: Decision, document: bytes, at: datetime
) -> None:
    engine = Engine()

    def child() -> None:
        _refused(lambda: engine.load(document))
        _refused(lambda: snapshot.decide(release="R-11", at=at))
        assert "UNKNOWN" in str(decision) and decision.to_markdown() and repr(engine)
        own = Engine()
        own.load(document)
        assert own.snapshot().decide(release="R-11", at=at).stage == "staging"

    assert _in_child(child) == 0
    engine.load(document)


def test_a_child_may_ask_an_assessment(found: Assessment) -> None:
    expected = found.decide()

    def child() -> None:
        assert found.decide() == expected

    assert _in_child(child) == 0


def test_a_child_forked_during_a_load_does_not_wait(document: bytes) -> None:
    engine = Engine()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            engine.load(document)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for _ in range(5):
            assert _in_child(lambda: _refused(lambda: engine.load(document))) == 0
            assert _in_child(lambda: repr(engine)) == 0
    finally:
        stop.set()
        loader.join()


def test_a_child_opens_the_ledger_again(tmp_path: Path) -> None:
    path = tmp_path / "releases.ledger"
    ledger = Ledger.create(path, "acme.example/releases", secret=bytes(32))
    person = {"kind": "people", "fact": {"id": "ann"}}
    ledger.append(drafts=[person])

    def child() -> None:
        for call in (ledger.head, ledger.snapshot, lambda: ledger.append(drafts=[person])):
            with pytest.raises(LedgerError) as caught:
                call()
            assert caught.value.code == "store_forked"
        ledger.close()
        with Ledger.open(path, secret=bytes(32)) as own:
            own.append(drafts=[{"kind": "people", "fact": {"id": "bob"}}])

    assert _in_child(child) == 0
    assert ledger.head().size == 2
    assert ledger.receipt(2)


def test_a_child_forked_during_an_append_does_not_wait(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "releases.ledger", "acme.example/releases")
    stop = threading.Event()

    def append() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            ledger.append(drafts=[{"kind": "services", "fact": {"id": f"s{number}"}}])

    def child() -> None:
        with pytest.raises(LedgerError, match="store_forked"):
            ledger.head()

    appender = threading.Thread(target=append)
    appender.start()
    try:
        for _ in range(5):
            assert _in_child(child) == 0
    finally:
        stop.set()
        appender.join()
    assert len(ledger.log()) == ledger.head().size
