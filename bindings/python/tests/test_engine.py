"""Taking facts in."""

import copy
import pickle
from datetime import datetime

import lynchpin
import pytest
from lynchpin import DocumentError, Engine, PolicyError, Snapshot, Subject
from lynchpin._lynchpin import version


def test_what_is_exported_is_sorted_and_there() -> None:
    assert lynchpin.__all__ == sorted(lynchpin.__all__)
    assert all(hasattr(lynchpin, name) for name in lynchpin.__all__)
    assert lynchpin.__version__ == version()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
def test_a_document_is_text_or_bytes(kind: type, document: bytes, policy: str) -> None:
    engine = Engine()
    engine.load(kind(document))
    engine.set_policy(kind(policy.encode()))
    assert repr(engine) == repr(engine.snapshot()).replace("Snapshot", "Engine")
    assert repr(engine) == "<lynchpin.Engine of 15 facts>"


def test_a_strided_view_is_read_as_it_looks() -> None:
    text = b'{"lynchpin": "portfolio/1"}'
    Engine().load(memoryview(text[::-1])[::-1])


@pytest.mark.parametrize("wrong", [None, 7, [1], {}, 1.5])
def test_anything_else_is_a_type_error(wrong: object, snapshot: Snapshot) -> None:
    for call in (Engine().load, Engine().set_policy, snapshot.ask):
        with pytest.raises(TypeError, match="pass bytes or str, not"):
            call(wrong)  # type: ignore[arg-type]


def test_advice_is_given_for_what_is_no_document(snapshot: Snapshot) -> None:
    with pytest.raises(TypeError, match="by json.dumps"):
        Engine().load({"lynchpin": "portfolio/1"})  # type: ignore[arg-type]
    with pytest.raises(DocumentError, match="pass its content"):
        Engine().load("target/acme/portfolio.json")
    with pytest.raises(PolicyError, match="pass its content"):
        Engine().set_policy(b"lynchpin.toml")


def test_what_interrupts_a_question_is_passed_on(snapshot: Snapshot, at: datetime) -> None:
    class Interrupting:
        @property
        def kind(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(TypeError, match="an? Interrupting is no Subject"):
        snapshot.decide(Interrupting(), at=at)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        snapshot.decide(release=7, at=at)  # type: ignore[call-overload]


def test_half_a_surrogate_pair_is_a_malformed_document() -> None:
    with pytest.raises(DocumentError) as caught:
        Engine().load("\ud800")
    assert caught.value.code == "document_not_utf8"


def test_the_policy_must_be_utf8() -> None:
    with pytest.raises(PolicyError) as caught:
        Engine().set_policy(b"\xff")
    assert caught.value.code == "document_not_utf8"


def test_a_refused_document_leaves_nothing_behind(document: bytes) -> None:
    engine = Engine()
    with pytest.raises(DocumentError):
        engine.load(document.replace(b'"raj"}', b'"raj", "name": 7}'))
    assert repr(engine) == "<lynchpin.Engine of 0 facts>"
    engine.load(document)
    before = engine.snapshot()
    with pytest.raises(DocumentError):
        engine.load('{"lynchpin": "portfolio/1", "people": [{"id": "ann", "name": "other"}]}')
    assert repr(engine.snapshot()) == repr(before)


def test_a_snapshot_does_not_change(document: bytes, at: datetime) -> None:
    engine = Engine()
    before = engine.snapshot()
    engine.load(document)
    assert before.releases(at=at) == ()
    assert engine.snapshot().releases(at=at) == ("R-11",)
    assert engine.snapshot().changes(at=at) == ("C-4", "C-7", "C-8")


def test_a_refused_policy_leaves_the_former_one(document: bytes, policy: str, at: datetime) -> None:
    engine = Engine()
    engine.load(document)
    engine.set_policy(policy)
    before = engine.snapshot().decide(release="R-11", at=at)
    with pytest.raises(PolicyError):
        engine.set_policy("name = 7")
    assert engine.snapshot().decide(release="R-11", at=at) == before


def test_limits_are_one_of_two() -> None:
    Engine(limits="bulk").load('{"lynchpin": "portfolio/1"}')
    with pytest.raises(ValueError, match="limits: pass"):
        Engine(limits="none")  # type: ignore[arg-type]


def test_handles_are_closed_to_everything_but_their_calls(snapshot: Snapshot) -> None:
    for handle in (Engine(), snapshot):
        with pytest.raises(AttributeError):
            setattr(handle, "anything", 1)
        with pytest.raises(TypeError):
            pickle.dumps(handle)
    with pytest.raises(TypeError):
        copy.deepcopy(Engine())
    for closed in (Engine, Snapshot):
        with pytest.raises(TypeError):
            type("Derived", (closed,), {})
    with pytest.raises(TypeError):
        Snapshot()  # type: ignore[call-arg]


def test_a_subject_is_named_exactly_once(snapshot: Snapshot, at: datetime) -> None:
    by_name = snapshot.decide(release="R-11", stage="production", at=at)
    by_value = snapshot.decide(Subject("release", "R-11"), stage="production", at=at)
    assert by_name == by_value
    for call in (snapshot.decide, snapshot.plan, snapshot.score):
        with pytest.raises(TypeError, match="exactly one subject"):
            call(at=at)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="exactly one subject"):
            call(release="R-11", change="C-4", at=at)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="is no Subject"):
            call("R-11", at=at)  # type: ignore[call-overload]


def test_a_plan_has_one_of_two_scopes(snapshot: Snapshot, at: datetime) -> None:
    assert snapshot.plan(release="R-11", at=at).scope == "all"
    assert snapshot.plan(release="R-11", at=at, scope="ready").scope == "ready"
    with pytest.raises(ValueError, match="scope: pass"):
        snapshot.plan(release="R-11", at=at, scope="some")  # type: ignore[call-overload]
