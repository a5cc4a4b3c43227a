"""The portfolio of the examples and a repository, as every test may ask them."""

import itertools
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from lynchpin import Assessment, Decision, Engine, Plan, Reach, Score, Snapshot, assess

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


@pytest.fixture(scope="session")
def git() -> Callable[..., str]:
    """Runs git in a folder, as one person, each time a minute later."""
    clock = itertools.count(1_700_000_000, 60)
    person = {"NAME": "Ann", "EMAIL": "ann@example.org"}
    who = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in person.items()}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def run(folder: Path, *arguments: str) -> str:
        time = f"{next(clock)} +0100"
        when = {"GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time}
        command = ("git", "-c", "protocol.file.allow=always", *arguments)
        env = os.environ | who | alone | when
        done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
        return done.stdout.decode().strip()

    return run


@pytest.fixture(scope="session")
def commit(git: Callable[..., str]) -> Callable[..., str]:
    """Commits the content of one file to a repository, made if it is not there yet."""

    def run(folder: Path, message: str, name: str, text: str) -> str:
        if not (folder / ".git").exists():
            folder.mkdir(parents=True, exist_ok=True)
            git(folder, "init", "-q", "-b", "main", ".")
        (folder / name).write_text(text, encoding="utf-8")
        git(folder, "add", "--all")
        git(folder, "commit", "-q", "--allow-empty", "-m", message)
        return git(folder, "rev-parse", "HEAD")

    return run


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
    git: Callable[..., str],
    commit: Callable[..., str],
) -> Path:
    """A repository with a release and two changes since, of which one needs the other."""
    folder = tmp_path_factory.mktemp("history") / "shop"
    commit(folder, "Add the tax table", "tax.py", "low = 7\nhigh = 19\nround = None\n")
    git(folder, "tag", "v1.0")
    commit(folder, "Raise the high tax", "tax.py", "low = 7\nhigh = 20\nround = None\n")
    commit(folder, "Raise it again", "tax.py", "low = 7\nhigh = 21\nround = None\n")
    return folder


@pytest.fixture
def found(shop: Path) -> Assessment:
    return assess(shop)
