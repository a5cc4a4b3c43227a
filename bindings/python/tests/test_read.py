"""Answers read back: only what the engine gives is taken, and nothing of it is passed over."""

import json
import sys
from collections.abc import Callable

import pytest
from lynchpin import Decision, DocumentError, Engine, Plan, Reach, Score, Snapshot, Verdict

Kind = type[Decision] | type[Plan] | type[Score] | type[Reach]


@pytest.fixture
def documents(decision: Decision, plan: Plan, score: Score, reach: Reach) -> dict[Kind, bytes]:
    answers: list[Decision | Plan | Score | Reach] = [decision, plan, score, reach]
    return {type(answer): answer.to_json() for answer in answers}


def test_what_is_no_answer_is_not_read_back(documents: dict[Kind, bytes]) -> None:
    for kind, own in documents.items():
        name = kind.__name__.lower().encode()
        malformed: list[bytes | str] = [
            *(document for other, document in documents.items() if other is not kind),
            b"",
            b"[]",
            b"\xff",
            "\ud800",
            b"[" * 1_000_000,
            b'{"a":' * 1_000_000,
            b'{"%s": 1}' % name,
            b'{"%s": {}}' % name,
            own + b"x",
            own.decode().encode("utf-16"),
            own.replace(b"C-7", b"\\ud800"),
            own.replace(b"}", b', "more": NaN}', 1),
            own[:-2] + b', "more": 1}}',
            own.replace(b'{"', b'{"%s": {}, "' % name, 1),
        ]
        for document in malformed:
            with pytest.raises(DocumentError):
                kind.from_json(document)


def test_instants_and_subjects_are_strict(decision: Decision) -> None:
    own = decision.to_json()
    for old, new, code in (
        (b"10:00:00Z", b"10:00:00", "instant_malformed"),
        (b"10:00:00Z", b"10:00:00+01:00", "instant_malformed"),
        (b'{"release":"R-11"}', b'{"team":"R-11"}', "wrong_type"),
        (b'{"release":"R-11"}', b'{"release":"R-11","change":"C-4"}', "wrong_type"),
        (b'"code":"release"', b'"code":"of a later version"', "unknown_word"),
    ):
        with pytest.raises(DocumentError) as caught:
            Decision.from_json(own.replace(old, new, 1))
        assert caught.value.code == code


def test_a_document_is_text_or_bytes(documents: dict[Kind, bytes]) -> None:
    for kind, own in documents.items():
        same: list[bytes | bytearray | memoryview | str]
        same = [own, own.decode(), bytearray(own), memoryview(own)]
        assert len({kind.from_json(document) for document in same}) == 1
        others: list[object] = [10**10, None, [1], {}]
        for wrong in others:
            with pytest.raises(TypeError, match="pass bytes or str, not"):
                kind.from_json(wrong)  # type: ignore[arg-type]


def test_a_key_or_a_field_too_many_is_refused_wherever_it_is(documents: dict[Kind, bytes]) -> None:
    """Puts one more field in each object, and each first field a second time."""
    for kind, own in documents.items():
        text = own.decode()
        starts = [at for at, character in enumerate(text) if character == "{"]
        # The figures of a reason are open: there, one more is a figure and not an unknown field.
        inside = [at for at in starts if not text[:at].endswith('"args":') and text[at + 1] != "}"]
        assert len(inside) > (0 if kind is Reach else 5)
        for at in starts:
            first = json.JSONDecoder().raw_decode(text[at + 1 :])[0]
            more = [(f'"{first}": 1, ', {"duplicate_key"})]
            if at in inside and '"changed":[' not in text[max(0, at - 200) : at]:
                more.append(('"more": 1, ', {"unknown_field", "wrong_type", "wrong_version"}))
            for extra, codes in more:
                with pytest.raises(DocumentError) as caught:
                    kind.from_json(text[: at + 1] + extra + text[at + 1 :])
                assert caught.value.code in codes, (kind, text[at : at + 60], caught.value)


def _changed(decision: Decision, change: Callable[[dict[str, object]], object]) -> bytes:
    document = json.loads(decision.to_json())
    change(document["decision"])
    return json.dumps(document).encode()


def test_a_decision_that_contradicts_itself_is_refused(decision: Decision) -> None:
    assert Decision.from_json(_changed(decision, lambda document: None)).reasons
    for change, path in (
        (lambda d: d.update(verdict="go"), "$.decision.verdict"),
        (lambda d: d["reasons"].update(verdict="go"), "$.decision.verdict"),
        (
            lambda d: d.update(verdict="go", reasons=d["reasons"] | {"verdict": "go"}),
            "$.decision.verdict",
        ),
        (lambda d: d["root_blockers"][0].update(act=[]), "$.decision.root_blockers[0]"),
        (lambda d: d["root_blockers"].reverse(), "$.decision.root_blockers[1]"),
    ):
        with pytest.raises(DocumentError) as caught:
            Decision.from_json(_changed(decision, change))
        assert caught.value.problems[0].path == path


def test_what_an_error_quotes_moves_no_cursor(decision: Decision) -> None:
    hostile = "\x1b[2J\u202e\n\u2028"
    for change in (
        lambda d: d.update({hostile: 1}),
        lambda d: d.update(verdict=hostile),
        lambda d: d.update(at=hostile),
        lambda d: d["reasons"].update(args={hostile: True}),
    ):
        with pytest.raises(DocumentError) as caught:
            Decision.from_json(_changed(decision, change))
        assert str(caught.value).isprintable()


def _deep(depth: int, call: Callable[[], object]) -> object:
    return call() if depth <= 0 else _deep(depth - 1, call)


def test_a_caller_near_the_recursion_limit_is_told_so(
    snapshot: Snapshot, decision: Decision
) -> None:
    """At every depth a valid decision is either read or there is no room to do so."""
    at, wire = decision.at, decision.to_json()
    calls = (
        lambda: Decision.from_json(wire).verdict,
        lambda: snapshot.decide(release="R-11", stage="production", at=at).reasons[0].verdict,
    )
    for call in calls:
        outcomes = set()
        for depth in range(sys.getrecursionlimit() - 120, sys.getrecursionlimit()):
            try:
                outcomes.add(_deep(depth, call))
            except RecursionError:
                outcomes.add("no room")
        assert outcomes == {Verdict.UNKNOWN, "no room"}


def test_reasons_are_bounded_in_depth(decision: Decision) -> None:
    document = json.loads(decision.to_json())
    leaf = document["decision"]["root_blockers"][0]
    for levels, refused in ((90, False), (110, True)):
        tree = leaf
        for _ in range(levels):
            tree = {**leaf, "reasons": [tree]}
        document["decision"].update(reasons=tree, verdict=leaf["verdict"], root_blockers=[])
        if not refused:
            assert len(Decision.from_json(json.dumps(document)).reasons) == levels + 1
            continue
        with pytest.raises(DocumentError) as caught:
            Decision.from_json(json.dumps(document))
        assert caught.value.code == "document_too_deep"


def test_the_engine_reads_what_it_wrote(documents: dict[Kind, bytes]) -> None:
    for kind, own in documents.items():
        assert kind.from_json(own).to_json() == own
    assert Engine().snapshot().stages() == ()
