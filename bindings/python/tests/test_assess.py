"""Histories of repositories: read as the command reads them, stopped by whoever waits."""

import copy
import json
import os
import pickle
import signal
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from lynchpin import (
    AssessError,
    Assessment,
    Because,
    Dependency,
    DocumentError,
    Engine,
    NotFoundError,
    Notes,
    PolicyError,
    Range,
    Verdict,
    assess,
    assess_policy,
    services_example,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def command() -> Path:
    """The command, built from the same checkout."""
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    build = ("cargo", "build", "--quiet", "--locked", "--workspace", "--bin", "lynchpin")
    subprocess.run(build, cwd=ROOT, check=True)
    return target / "debug" / "lynchpin"


def _said(command: Path, *arguments: Path | str) -> list[bytes]:
    asked = (command, "assess", *arguments, "--json")
    return subprocess.run(asked, check=True, capture_output=True).stdout.splitlines()


@pytest.fixture
def fleet(
    shop: Path, tmp_path: Path, git: Callable[..., str], commit: Callable[..., str]
) -> tuple[Path, Path]:
    """Two repositories, of which one needs a change of the other in many ways."""
    till = tmp_path / "till"
    text = "".join(f"line {number}\n" for number in range(20))
    commit(till, "Begin the till", "till.py", text)
    git(till, "tag", "v1.0")
    head = git(shop, "rev-parse", "HEAD")
    commit(till, f"Count\n\nDepends-On: {head}", "till.py", text.replace("line 4", "line four"))
    twice = text.replace("line 4", "line 44").replace("line 9", "line nine")
    commit(till, "Count twice", "till.py", twice)
    git(till, "revert", "--no-edit", "HEAD")
    return shop, till


def test_an_assessment_says_what_would_ship(shop: Path, git: Callable[..., str]) -> None:
    found = assess(shop)
    head, start = git(shop, "rev-parse", "HEAD"), git(shop, "rev-parse", "v1.0")
    (repository,) = found.repositories
    assert repository.range == Range(start, "v1.0", "last_tag", None, head, "HEAD")
    assert (repository.name, repository.changes, repository.by_line) == ("shop", 2, True)
    assert not repository.shallow and not repository.partial
    assert found.release == "next" and found.changes == 2
    committed = int(git(shop, "log", "-1", "--format=%ct"))
    assert found.at == datetime.fromtimestamp(committed, timezone.utc)
    assert found.at.tzinfo is timezone.utc
    (needed,) = found.dependencies
    assert needed.kind == "requires"
    assert needed.because == (Because("lines", path="tax.py", first=2, last=2, lines=1),)
    assert found.plan().shipped == (needed.on, needed.change)
    assert found.notes["commits"] == 2 and "2 commits in the range" in found.notes.lines()
    assert not hasattr(found, "__dict__") and found.dependencies is found.dependencies


def test_every_option_counts(shop: Path, tmp_path: Path) -> None:
    whole = assess(shop, since="v1.0", until="HEAD", by_line=True, paths=())
    assert whole.dependencies == assess(shop).dependencies
    assert whole.repositories[0].range.start == "given"
    less = assess(shop, until="HEAD~1")
    assert less.changes == 1 and less.dependencies == ()
    assert assess(shop, history=0).dependencies == whole.dependencies
    cache = tmp_path / "cache"
    first, second = assess(shop, cache=cache), assess(shop, cache=cache)
    assert first == second and first.document == second.document == assess(shop).document
    assert cache.is_dir() and any(cache.iterdir())
    files = assess(shop, by_line=False)
    assert not files.repositories[0].by_line
    assert [d.because[0].kind for d in files.dependencies] == ["same_file"]
    for paths in ("tax.py", ["tax.py"], ("other", "tax.py")):
        assert assess(shop, paths=paths).changes == 2
    assert assess(shop, paths=["other"]).release is None


def test_services_come_from_folders_or_a_file(shop: Path, tmp_path: Path) -> None:
    (repository,) = assess(shop).repositories
    assert repository.services_from == "folders" and repository.services_skipped == ()
    file = tmp_path / "services.toml"
    file.write_text(services_example(), encoding="utf-8")
    (repository,) = assess(shop, services=file).repositories
    assert repository.services_from != "folders"
    file.write_text("nonsense = 1", encoding="utf-8")
    with pytest.raises(AssessError) as caught:
        assess(shop, services=os.fsencode(file))
    assert caught.value.code == "services"


def test_results_and_keys_are_read_from_files(
    shop: Path, tmp_path: Path, git: Callable[..., str]
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    result = {"check": "tested", "outcome": "passed", "at": "2026-11-20T10:00:00Z", "by": "ci"}
    result["commit"] = git(shop, "rev-parse", "HEAD")
    (results / "unit.json").write_text(json.dumps(result), encoding="utf-8")
    found = assess(shop, results=results)
    assert found.at == datetime(2026, 11, 20, 10, tzinfo=timezone.utc)
    assert b'"tested"' in found.document and b'"tested"' not in assess(shop).document
    keys = tmp_path / "allowed_signers"
    keys.touch()
    for name in ("a.json", "b.json"):
        (results / name).write_text("no JSON", encoding="utf-8")
    for given in (results, os.fsencode(results)):
        with pytest.raises(AssessError) as caught:
            assess(shop, results=given)
        error = caught.value
        assert error.code == "results"
        paths = [problem.path for problem in error.problems]
        assert "a.json" in paths[0] and "b.json" in paths[1] and len(paths) == 2
    keys.write_text("nonsense", encoding="utf-8")
    with pytest.raises(AssessError) as caught:
        assess(shop, keys=keys)
    assert caught.value.code == "keys"


def test_a_repository_may_be_named_in_every_way(shop: Path, tmp_path: Path) -> None:
    named: list[str | bytes | Path] = [str(shop), os.fsencode(shop), shop]
    documents = {assess(name).document for name in named}
    documents |= {assess([name]).document for name in named}
    assert len(documents) == 1
    odd = os.fsencode(tmp_path) + b"/sh\xffop"
    os.symlink(shop, odd)
    assert assess(odd).document in documents
    assert assess(os.fsdecode(odd)).document in documents


def test_several_repositories_make_one_release(fleet: tuple[Path, Path]) -> None:
    found = assess(fleet)
    assert [repository.name for repository in found.repositories] == ["shop", "till"]
    assert found.changes == sum(repository.changes for repository in found.repositories) == 5
    kinds = {because.kind for needed in found.dependencies for because in needed.because}
    assert {"lines", "trailer", "reverts"} <= kinds
    across = [d for d in found.dependencies if any(b.kind == "trailer" for b in d.because)]
    (failure,) = found.failures
    assert failure.kind == "reverts" and failure.known_at == found.at
    assert across and all("Depends-On: " in str(needed) for needed in across)
    assert found.decide().verdict is Verdict.NEEDS_ACTION


def test_the_command_says_the_same(
    command: Path, shop: Path, fleet: tuple[Path, Path], tmp_path: Path
) -> None:
    for folders in ((shop,), fleet):
        found = assess(folders)
        first, plan, decision, score = _said(command, *folders)
        assert found.to_json() == first
        assert found.plan().to_json() == plan
        assert found.decide().to_json() == decision
        assert found.score().to_json() == score
        told = json.loads(first)["assessment"]["dependencies"]
        assert [_plainly(needed) for needed in found.dependencies] == told
        told = json.loads(first)["assessment"]["failures"]
        said = [(failure.culprit, failure.by, failure.kind) for failure in found.failures]
        assert said == [(failure["culprit"], failure["by"], failure["kind"]) for failure in told]
    file = tmp_path / "portfolio.json"
    _said(command, shop, "--portfolio", str(file))
    assert file.read_bytes() == assess(shop).document


def _plainly(needed: Dependency) -> dict[str, object]:
    """A dependency as the command writes it."""
    reasons = []
    for because in needed.because:
        names = [name for name in because.__dataclass_fields__ if name != "kind"]
        fields = {name: getattr(because, name) for name in names}
        reasons.append({because.kind: {k: v for k, v in fields.items() if v is not None}})
    return {
        "change": needed.change,
        "on": needed.on,
        "kind": needed.kind,
        "because": reasons,
    }


def test_it_is_judged_by_the_built_in_policy_or_another(found: Assessment) -> None:
    decision = found.decide()
    assert decision.verdict is Verdict.NEEDS_ACTION and decision.at == found.at
    engine = found.engine(assess_policy())
    asked = engine.snapshot().decide(release="next", stage="production", at=found.at)
    assert asked == decision == found.decide(stage="production", policy=assess_policy())
    tested = 'name = "t"\nrequirement.tested = { evidence = { check = "tested" } }\n'
    tested += 'gate.g = { stage = "production", judges = "change", require = "tested" }\n'
    other = found.decide(policy=tested)
    assert other.policy != decision.policy
    assert {reason.requirement for reason in other.root_blockers} == {"tested"}
    assert found.plan(policy=tested, scope="ready").shipped == ()
    assert found.decide(detail="verdict").reasons == ()
    with pytest.raises(PolicyError):
        found.engine("name = ")
    with pytest.raises(NotFoundError):
        found.plan(stage="moon")


def test_nothing_that_would_ship_is_not_found(shop: Path) -> None:
    found = assess(shop, since="HEAD")
    assert found.release is None and found.changes == 0 and found.dependencies == ()
    for ask in (found.decide, found.plan, found.score, found.to_mermaid, found.to_svg):
        with pytest.raises(NotFoundError, match="nothing would ship"):
            ask()
    assert found.engine().snapshot().releases(at=found.at) == ()
    assert "0 changes of shop" in str(found) and found._repr_svg_() is None


def test_what_cannot_be_read_has_a_code(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    empty = tmp_path / "empty"
    subprocess.run(("git", "init", "-q", empty), check=True)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("no_such_path", lambda: assess(tmp_path / "none")),
        ("not_a_folder", lambda: assess(tmp_path / "file")),
        ("not_a_folder", lambda: assess("a\0b")),
        ("no_commits", lambda: assess(empty)),
        ("revision_unknown", lambda: assess(shop, since="v9")),
        ("revision_unknown", lambda: assess(shop, since="\ud800")),
        ("revision_refused", lambda: assess(shop, until="--all")),
        ("overlap", lambda: assess([shop, shop])),
    ]
    for code, call in refused:
        with pytest.raises(AssessError) as caught:
            call()
        error = caught.value
        assert (error.code, error.number) == (code, 1999) and error.code in str(error)
        assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_arguments_of_other_types_are_refused(shop: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        assess([])
    for history in (-1, 2**32):
        with pytest.raises(ValueError, match="number of commits"):
            assess(shop, history=history)
    with pytest.raises(ValueError, match="surrogates"):
        assess(shop, paths=["\udcff"])
    calls: list[Callable[[], object]] = [
        lambda: assess(7),  # type: ignore[arg-type]
        lambda: assess([7]),  # type: ignore[list-item]
        lambda: assess(shop, since=7),  # type: ignore[arg-type]
        lambda: assess(shop, paths=[7]),  # type: ignore[list-item]
        lambda: assess(shop, progress="loud"),  # type: ignore[arg-type]
        lambda: assess(shop, services=7),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_whoever_waits_is_told_and_may_stop_it(fleet: tuple[Path, Path]) -> None:
    told: list[tuple[int, str, int | None]] = []
    assess(fleet, progress=lambda *step: told.append(step))
    assert [step[:2] for step in told] == [
        *((number, step) for number in (0, 1) for step in ("range", "commits", "files")),
        (1, "order"),
    ]
    assert [step[2] for step in told] == [None, None, 2, None, None, 3, 5]

    class Enough(BaseException):
        pass

    for last in range(len(told)):
        asked: list[object] = []

        def stop(*step: object, last: int = last, asked: list[object] = asked) -> None:
            asked.append(step)
            if len(asked) > last:
                raise Enough(*step)

        with pytest.raises(Enough) as caught:
            assess(fleet, progress=stop)
        assert caught.value.args == told[last] and len(asked) == last + 1


def test_an_interrupt_ends_the_reading(shop: Path) -> None:
    told: list[str] = []

    def interrupt(_number: int, step: str, _commits: int | None) -> None:
        told.append(step)
        signal.raise_signal(signal.SIGINT)

    # What runs in the background starts with interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            assess(shop, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == ["range"]


def test_an_assessment_is_a_value(shop: Path) -> None:
    found = assess(shop)
    found.decide()
    travelled = pickle.loads(pickle.dumps(found))
    assert travelled == found == assess(shop) and hash(travelled) == hash(found)
    assert travelled.document == found.document and travelled.decide() == found.decide()
    assert copy.copy(found) is copy.deepcopy(found) is found
    assert found != assess(shop, by_line=False)
    for part in (*found.repositories, *found.dependencies, found.notes):
        assert pickle.loads(pickle.dumps(part)) == part and hash(copy.copy(part)) == hash(part)
    assert b"lynchpin._" not in pickle.dumps(found)
    with pytest.raises(AttributeError):
        found.at = found.at  # type: ignore[misc]
    with pytest.raises(TypeError, match="is made by assess"):
        Assessment()
    with pytest.raises(ValueError, match="no name of a count"):
        Notes({"nonsense": 1})


def test_a_document_read_back_has_no_portfolio(found: Assessment) -> None:
    read = Assessment.from_json(found.to_json())
    assert read == found and read.dependencies == found.dependencies and read.notes == found.notes
    assert pickle.loads(pickle.dumps(read)) == found
    for ask in (lambda: read.document, read.engine, read.decide, read.plan, read.score):
        with pytest.raises(ValueError, match="assess again"):
            ask()
    assert str(read) == str(found) and read._repr_svg_() is None


def test_a_document_of_another_shape_is_refused(found: Assessment) -> None:
    told = json.loads(found.to_json())["assessment"]
    reason = {"lines": {"path": "a", "first": 1, "last": 1, "lines": 1}}
    needed = {"change": "a", "on": "b", "kind": "after", "because": [reason]}
    Assessment.from_json(json.dumps({"assessment": told | {"dependencies": [needed]}}))
    for wrong in (
        {"dependencies": [needed | {"kind": "nearly"}]},
        {"dependencies": [needed | {"because": [{"luck": {}}]}]},
        {"dependencies": [needed | {"because": [reason | {"file": {"path": "a"}}]}]},
        {"dependencies": [needed | {"because": [{"file": {"path": "a", "line": 1}}]}]},
        {"dependencies": [needed | {"because": [{"file": {}}]}]},
        {"notes": {"nonsense": 1}},
        {"notes": {"commits": "many"}},
        {"repositories": [told["repositories"][0] | {"range": {}}]},
        {"failures": [{"culprit": "a", "by": "b", "kind": "luck", "known_at": told["at"]}]},
        {"release": 7},
        {"more": 1},
    ):
        with pytest.raises(DocumentError):
            Assessment.from_json(json.dumps({"assessment": told | wrong}))
    for name in told:
        less = {other: told[other] for other in told if other != name}
        with pytest.raises(DocumentError):
            Assessment.from_json(json.dumps({"assessment": less}))


def test_it_can_be_shown(found: Assessment) -> None:
    assert str(found).splitlines()[0] == "ASSESSMENT: 2 changes of shop would ship"
    assert "changes its line 2 in tax.py" in str(found)
    assert "shop: after v1.0 up to HEAD" in str(found)
    assert repr(found) == "<lynchpin.Assessment of shop: 2 changes>"
    assert found.to_markdown().startswith("### ASSESSMENT: 2 changes of shop would ship\n")
    assert found.to_mermaid().startswith("flowchart") and found._repr_svg_() == found.to_svg()
    assert "<table>" in found._repr_html_() and "its line 2" in found._repr_markdown_()
    assert repr(found.notes).startswith("Notes({'commits': 2")


def test_the_document_is_a_portfolio(found: Assessment) -> None:
    engine = Engine()
    engine.load(found.document)
    assert len(engine.snapshot().changes(at=found.at)) == found.changes
