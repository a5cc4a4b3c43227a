"""The portfolio of the examples, as every test may ask it."""

from datetime import datetime, timezone
from pathlib import Path

import pytest
from lynchpin import Decision, Engine, Plan, Reach, Score, Snapshot

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def at() -> datetime:
    return datetime(2026, 11, 3, 10, tzinfo=timezone.utc)


@pytest.fixture
def document() -> bytes:
    return (EXAMPLES / "portfolio.json").read_bytes()


@pytest.fixture
def policy() -> str:
    return (EXAMPLES / "policy.toml").read_text(encoding="utf-8")


@pytest.fixture
def snapshot(document: bytes, policy: str) -> Snapshot:
    engine = Engine()
    engine.load(document)
    engine.set_policy(policy)
    return engine.snapshot()


@pytest.fixture
def decision(snapshot: Snapshot, at: datetime) -> Decision:
    return snapshot.decide(release="R-11", stage="production", at=at)


@pytest.fixture
def plan(snapshot: Snapshot, at: datetime) -> Plan:
    return snapshot.plan(release="R-11", stage="production", at=at)


@pytest.fixture
def score(snapshot: Snapshot, at: datetime) -> Score:
    return snapshot.score(release="R-11", at=at)


@pytest.fixture
def reach(snapshot: Snapshot, at: datetime) -> Reach:
    return snapshot.reach(change="C-7", direction="upstream", at=at)
