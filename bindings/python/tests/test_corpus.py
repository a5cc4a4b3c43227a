"""The cases that all languages share: each answer the same bytes, each refusal the same status."""

import json
import os
import re
from pathlib import Path

import pytest
from lynchpin import (
    Actions,
    Agenda,
    Breaches,
    Calendar,
    Changed,
    Claim,
    Collisions,
    Comparison,
    Composition,
    Decision,
    DryRun,
    Ending,
    Engine,
    Ledger,
    Lint,
    LynchpinError,
    NextStates,
    Obligations,
    Plan,
    Policies,
    Population,
    Queue,
    Reach,
    RecordedDecision,
    RiskHistory,
    Score,
    Snapshot,
    Verdicts,
    Waiting,
    WaiverDebt,
    Workflow,
    prove_receipt,
)
from lynchpin._answer import Answer

# The class of each kind of answer.
KINDS: dict[str, type[Answer]] = {
    "decision": Decision,
    "plan": Plan,
    "score": Score,
    "reach": Reach,
    "calendar": Calendar,
    "workflow": Workflow,
    "changed": Changed,
    "lint": Lint,
    "comparison": Comparison,
    "dry_run": DryRun,
    "claim": Claim,
    "record": RecordedDecision,
    "breaches": Breaches,
    "obligations": Obligations,
    "verdicts": Verdicts,
    "policies": Policies,
    "waiting": Waiting,
    "agenda": Agenda,
    "ending": Ending,
    "waiver_debt": WaiverDebt,
    "population": Population,
    "queue": Queue,
    "composition": Composition,
    "actions": Actions,
    "collisions": Collisions,
    "risk_history": RiskHistory,
    "next_states": NextStates,
}


# How many numbered ways around a gate there are.
_WAYS = 54


def _ways(names: list[str]) -> set[int]:
    """The numbers of the ways around a gate that these cases try."""
    found = (re.match(r"A(\d\d)", name) for name in names)
    return {int(way[1]) for way in found if way}


def _corpus() -> Path:
    """Where the Rust tests unpack the cases."""
    default = Path(__file__).resolve().parents[3] / "target" / "corpus"
    return Path(os.environ.get("LYNCHPIN_CORPUS", default))


def _opened(case: Path, since: str) -> Ledger:
    """A ledger of the name and the secret that all languages have, on a checkpoint."""
    ledger = Ledger.in_memory("acme.example/releases", secret=b"\x07" * 32, since=since or None)
    policy = case / "policy.toml"
    if policy.exists():
        ledger.set_policy(policy.read_bytes())
    return ledger


def _loaded(case: Path) -> Snapshot | Ledger:
    if (case / "ledger.txt").exists():
        return _opened(case, (case / "ledger.txt").read_text(encoding="utf-8"))
    engine = Engine()
    engine.load((case / "portfolio.json").read_bytes())
    policy = case / "policy.toml"
    if policy.exists():
        engine.set_policy(policy.read_bytes())
    return engine.snapshot()


def _answer(case: Path, asked: Snapshot | Ledger, number: int) -> bytes:
    receipt = case / f"{number:02}.receipt.txt"
    if receipt.exists():
        key = case / f"{number:02}.key.txt"
        return prove_receipt(receipt.read_text(encoding="utf-8"), key.read_text(encoding="utf-8"))
    question = (case / f"{number:02}.question.json").read_bytes()
    return asked.request(question) if isinstance(asked, Ledger) else asked.ask(question)


def _check_question(case: Path, asked: Snapshot | Ledger, number: int) -> None:
    status = int((case / f"{number:02}.status").read_text())
    expected = (case / f"{number:02}.answer.json").read_bytes()
    where = f"{case.name}, question {number}"
    try:
        answer = _answer(case, asked, number)
    except LynchpinError as error:
        assert error.number == status, f"{where}: {error}"
        assert error.number == error.problems[0].number, where
        return
    assert status == 0, f"{where}: was answered, expected status {status}"
    assert answer == expected, f"{where}: another answer"
    if isinstance(asked, Ledger):
        return
    name = next(iter(json.loads(answer)))
    kind = KINDS[name]
    value = kind.from_json(answer)
    assert value.to_json() == expected and str(value), where
    if isinstance(value, Decision):
        assert all(any(b is r for r in value.reasons) for b in value.root_blockers), where


def _check_case(case: Path, questions: int) -> None:
    if questions > 0:
        asked = _loaded(case)
        for number in range(questions):
            _check_question(case, asked, number)
        return
    status = int((case / "00.status").read_text())
    assert status != 0, f"{case.name}: asks nothing and is not refused"
    with pytest.raises(LynchpinError) as caught:
        _loaded(case)
    assert caught.value.number == status, f"{case.name}: {caught.value}"


def test_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = _corpus()
    count = corpus / "python.count"
    count.unlink(missing_ok=True)
    index = corpus / "index.txt"
    assert index.exists(), f"{index} is missing: run `cargo test -p lynchpin-tests --test corpus`"
    names = []
    for line in index.read_text(encoding="utf-8").splitlines():
        name, questions = line.rsplit(" ", 1)
        _check_case(corpus / name, int(questions))
        names.append(name)
    assert names, f"{index} names no case"
    ways = _ways(names)
    assert ways == set(range(1, _WAYS + 1)), f"of the ways around a gate only {ways} are tried"
    count.write_text(f"{len(names)}\n")
    with capsys.disabled():
        print(f"\npython: corpus {len(names)} passed")
        print(f"python: ways around a gate {sorted(ways)}")
