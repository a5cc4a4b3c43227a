"""Ledgers: what is appended, decided and proved, and the functions that sign and anchor."""

import copy
import json
import pickle
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from lynchpin import (
    Appended,
    Claim,
    Decision,
    DocumentError,
    InBetween,
    Ledger,
    LedgerError,
    LynchpinError,
    NotFoundError,
    PolicyError,
    QuestionError,
    RecordedDecision,
    Subject,
    Verdict,
    prove_receipt,
)

ORIGIN = "acme.example/releases"
SECRET = bytes([7]) * 32
AT = datetime(2026, 11, 3, 10, tzinfo=timezone.utc)
DOCUMENT = """{"lynchpin": "portfolio/1", "people": [{"id": "raj"}, {"id": "mei"}],
    "stages": [{"id": "staging"}, {"id": "production"}],
    "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"""
POLICY = """
name = "acme"
open = ["staging"]
requirement.back-out = { plan = "back_out" }
gate.fast = { stage = "production", judges = "change", require = "back-out" }
"""


def person(name: str, **more: object) -> dict[str, object]:
    return {"kind": "people", "fact": {"id": name}} | more


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory(ORIGIN, secret=SECRET) as ledger:
        ledger.append(DOCUMENT, clock=AT)
        ledger.set_policy(POLICY)
        yield ledger


def test_facts_are_appended_once() -> None:
    ledger = Ledger.in_memory(ORIGIN)
    first = ledger.append(DOCUMENT.encode(), clock=AT, decided_on=0)
    assert isinstance(first, Appended)
    assert (first.places, first.new, first.size, first.recorded) == ((1, 2, 3, 4, 5), 5, 5, AT)
    again = ledger.append(DOCUMENT, drafts=[person("ann", id="msg-1")], clock=AT)
    assert isinstance(again, Appended) and (again.places, again.new) == ((1, 2, 3, 4, 5, 6), 1)
    between = ledger.append(drafts=[person("bob")], decided_on=5, clock=AT)
    assert isinstance(between, InBetween)
    assert (between.first, between.size, between.entries[0]["id"]) == (6, 6, "msg-1")
    assert repr(ledger) == "<lynchpin.Ledger acme.example/releases>"


def test_now_is_the_clock_if_none_is_told() -> None:
    before = datetime.now(timezone.utc)
    done = Ledger.in_memory(ORIGIN).append(drafts=[person("ann")])
    assert isinstance(done, Appended)
    assert before <= done.recorded <= datetime.now(timezone.utc)


def test_a_claim_is_made_once_and_proved(ledger: Ledger) -> None:
    refused = ledger.claim(change="C-1", stage="production", by="mei", clock=AT)
    assert isinstance(refused, Decision) and refused.root_blockers[0].code == "plan_missing"
    claim = ledger.claim(Subject("change", "C-1"), by="mei", id="ship-1", clock=AT)
    assert isinstance(claim, Claim)
    assert (claim.stage, claim.sequence, claim.verdict) == ("staging", 6, Verdict.GO)
    later = AT + timedelta(seconds=9)
    assert ledger.claim(change="C-1", by="mei", id="ship-1", clock=later) == claim
    with pytest.raises(QuestionError) as caught:
        ledger.claim(change="C-1", by="raj", id="ship-1", clock=later)
    assert caught.value.code == "duplicate_id"

    key = ledger.head().key
    assert key is not None
    proved = json.loads(prove_receipt(ledger.receipt(6), key))
    assert proved["entry"]["fact"]["digest"] == claim.digest
    with pytest.raises(LedgerError) as wrong:
        prove_receipt(ledger.receipt(6).replace("index 5", "index 4"), key)
    assert wrong.value.code == "receipt_invalid"


def test_a_decision_is_recorded(ledger: Ledger) -> None:
    decided = ledger.decide(change="C-1", stage="production", by="mei", clock=AT)
    assert decided.decision.verdict is Verdict.NEEDS_ACTION and decided.decision.reasons
    assert isinstance(decided.record, RecordedDecision) and decided.record.sequence == 6
    assert decided.decision.to_json() == ledger.snapshot().decide(
        change="C-1", stage="production", at=AT
    ).to_json()
    with pytest.raises(LynchpinError) as caught:
        ledger.decide(change="C-1", by="mei", clock=AT - timedelta(hours=1))
    assert caught.value.code == "not_at_head"


def test_earlier_sizes_are_looked_at(ledger: Ledger) -> None:
    assert ledger.snapshot().changes(at=AT) == ("C-1",)
    assert ledger.snapshot(at=4).changes(at=AT) == ()
    with pytest.raises(NotFoundError):
        ledger.snapshot(at=6)
    assert len(ledger.consistency(3)) == len(ledger.consistency(3, 5)) > 0
    assert [entry["sequence"] for entry in ledger.log(4)] == [4, 5]
    assert ledger.keep_snapshot() == 5


def test_what_is_malformed_says_where(ledger: Ledger) -> None:
    for facts, path in (
        ('{"lynchpin": "portfolio/1", "people": [{"id": 7}]}', "$.people[0].id"),
        ('{"lynchpin": "portfolio/1"}, "decided_on": 0', "$"),
        ("", "$"),
    ):
        with pytest.raises(DocumentError) as caught:
            ledger.append(facts)
        assert caught.value.problems[0].path == path
    with pytest.raises(DocumentError) as twice:
        ledger.append(drafts=[person("ann", id="a"), person("bob", id="a")], clock=AT)
    assert (twice.value.code, twice.value.problems[0].path) == ("duplicate_id", "$.drafts[1]")
    with pytest.raises(DocumentError, match="pass its content"):
        ledger.append("portfolio.json")
    with pytest.raises(TypeError, match="by json.dumps"):
        ledger.append({"lynchpin": "portfolio/1"})  # type: ignore[arg-type]
    with pytest.raises(QuestionError) as naive:
        ledger.append(clock=datetime(2026, 11, 3))
    assert naive.value.code == "instant_malformed"
    with pytest.raises(PolicyError):
        ledger.set_policy("name = 7")
    with pytest.raises(QuestionError):
        ledger.request("{}")
    with pytest.raises(QuestionError):
        ledger.request({"head": {"id": "\ud800"}})
    with pytest.raises(TypeError, match="exactly one subject"):
        ledger.claim(by="mei")
    with pytest.raises(TypeError, match="exactly one subject"):
        ledger.claim("C-1", by="mei")  # type: ignore[arg-type]
    assert ledger.head().size == 5


def test_a_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "releases.ledger"
    with Ledger.create(path, ORIGIN, secret=SECRET) as ledger:
        ledger.append(DOCUMENT, clock=AT)
        kept, key = ledger.checkpoint(), ledger.head().key
    with pytest.raises(ValueError, match="closed"):
        ledger.head()
    ledger.close()
    assert repr(ledger) == "<lynchpin.Ledger acme.example/releases, closed>"
    with Ledger.open(str(path), key=key, since=kept) as reader, Ledger.open(path) as other:
        other.append(drafts=[person("ann")], clock=AT)
        assert reader.snapshot().stages() == ("staging", "production")
        assert reader.head().size == 6 and reader.head().checkpoint == kept
        with pytest.raises(LedgerError) as caught:
            reader.checkpoint()
        assert caught.value.code == "not_signed"
    refusals: list[tuple[Callable[[], Ledger], str]] = [
        (lambda: Ledger.open(tmp_path / "none"), "io"),
        (lambda: Ledger.create(path, "acme.example/others"), "store_foreign"),
        (lambda: Ledger.in_memory(ORIGIN, secret=SECRET, since=kept), "ledger_rolled_back"),
        (lambda: Ledger.in_memory("two words"), "checkpoint_invalid"),
    ]
    for wrong, code in refusals:
        with pytest.raises(LedgerError) as refused:
            wrong()
        assert refused.value.code == code
    with pytest.raises(ValueError, match="32 random bytes"):
        Ledger.in_memory(ORIGIN, secret=b"short")
    with pytest.raises(QuestionError):
        Ledger.in_memory(ORIGIN, key="no key")


def test_an_anchor_gets_each_checkpoint() -> None:
    kept: list[str] = []
    ledger = Ledger.in_memory(ORIGIN, secret=SECRET, anchor=kept.append)
    ledger.append(DOCUMENT, clock=AT)
    assert kept == []
    signed = ledger.checkpoint()
    assert kept == [signed] and signed.startswith(f"{ORIGIN}\n5\n")


def test_what_an_anchor_raises_is_the_cause() -> None:
    def away(_checkpoint: str) -> None:
        raise ConnectionError("the witness is away")

    ledger = Ledger.in_memory(ORIGIN, secret=SECRET, anchor=away)
    ledger.append(DOCUMENT, clock=AT)
    ledger.set_policy(POLICY)
    with pytest.raises(LedgerError) as caught:
        ledger.checkpoint()
    assert caught.value.code == "not_anchored"
    assert isinstance(caught.value.__cause__, ConnectionError)
    # The claim stands, and its receipt can be had: the checkpoint was signed and kept.
    claim = ledger.claim(change="C-1", stage="staging", by="mei", clock=AT)
    assert isinstance(claim, Claim) and ledger.receipt(claim.sequence or 0)


def test_what_interrupts_a_signer_is_passed_on() -> None:
    key = Ledger.in_memory(ORIGIN, secret=SECRET).head().key

    def interrupted(_text: bytes) -> bytes:
        raise KeyboardInterrupt

    ledger = Ledger.in_memory(ORIGIN, key=key, signer=interrupted)
    with pytest.raises(KeyboardInterrupt):
        ledger.checkpoint()
    assert ledger.head().size == 0


def test_a_signer_signs_and_does_not_call_back() -> None:
    elsewhere = Ledger.in_memory(ORIGIN, secret=SECRET)
    key = elsewhere.head().key
    asked: list[bytes] = []

    def sign(text: bytes) -> bytes:
        import base64

        asked.append(text)
        return base64.b64decode(elsewhere.checkpoint().split()[-1])[4:]

    ledger = Ledger.in_memory(ORIGIN, key=key, signer=sign)
    assert ledger.checkpoint() == elsewhere.checkpoint()
    assert asked[0].startswith(b"acme.example/releases\n0\n")

    def calls_back(text: bytes) -> bytes:
        ledger.head()
        return text

    ledger = Ledger.in_memory(ORIGIN, key=key, signer=calls_back)
    with pytest.raises(LedgerError) as caught:
        ledger.checkpoint()
    assert caught.value.code == "not_signed"
    assert isinstance(caught.value.__cause__, LynchpinError)
    assert caught.value.__cause__.code == "reentrant"
    ledger = Ledger.in_memory(ORIGIN, key=key, signer=lambda _: b"short")
    with pytest.raises(LedgerError, match="64 bytes"):
        ledger.checkpoint()
    with pytest.raises(QuestionError):
        Ledger.in_memory(ORIGIN, signer=sign)


def test_threads_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "shared.ledger"
    first = Ledger.create(path, ORIGIN, secret=SECRET)
    second = Ledger.open(path)

    def work(ledger: Ledger, number: int) -> None:
        for i in range(10):
            draft = {"kind": "services", "fact": {"id": f"s{number}x{i}"}, "id": f"{number}/{i}"}
            for _ in range(2):
                assert isinstance(ledger.append(drafts=[draft], clock=AT), Appended)
            ledger.snapshot()

    threads = [
        threading.Thread(target=work, args=(ledger, number))
        for number, ledger in enumerate((first, second, first, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.head().root == second.head().root and first.head().size == 40


def test_a_ledger_is_closed_to_everything_but_its_calls(ledger: Ledger) -> None:
    with pytest.raises(TypeError, match="made by"):
        Ledger()
    with pytest.raises(AttributeError):
        setattr(ledger, "anything", 1)
    for travel in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            travel(ledger)
    head = ledger.head()
    assert pickle.loads(pickle.dumps(head)) == head
