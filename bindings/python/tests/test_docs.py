"""Everything public says what it does, and its examples run."""

import ast
import dataclasses
import doctest
import inspect
import re
import runpy
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import lynchpin
import pytest
from lynchpin import Assessment, Engine, risk

ROOT = Path(__file__).parent.parent
PLANNED = """{"lynchpin": "portfolio/1",
    "people": [{"id": "raj"}],
    "stages": [{"id": "production"}],
    "changes": [{"id": "C-1", "revision": 1, "plans": {"back_out": "Put the old one back."},
        "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"""
OWED = """{"lynchpin": "portfolio/1",
    "people": [{"id": "raj"}, {"id": "ann"}, {"id": "mei"}],
    "groups": [{"id": "cab", "members": [{"person": "ann"}]},
        {"id": "leads", "members": [{"person": "mei"}]}],
    "boards": [{"board": "cab", "meetings": [{"from": "2026-11-10T10:00:00Z"}],
        "at": "2026-11-01T00:00:00Z", "by": "mei"}],
    "stages": [{"id": "production"}],
    "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"""
SECTIONS = ("Args:", "Returns:", "Raises:", "Example:")


def _globals() -> dict[str, object]:
    """What the example of `Engine` leaves behind, and one answer of each kind to it."""
    runner = doctest.DocTestRunner()
    found = doctest.DocTestParser().get_doctest(inspect.getdoc(Engine) or "", {}, "Engine", None, 0)
    assert found.examples and runner.run(found, clear_globs=False).failed == 0
    names: dict[str, object] = dict(found.globs)
    names |= {name: getattr(lynchpin, name) for name in lynchpin.__all__}
    snapshot = names["snapshot"]
    assert isinstance(snapshot, lynchpin.Snapshot)
    at = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)
    names |= {"datetime": datetime, "timedelta": timedelta, "timezone": timezone}
    names["Decimal"] = Decimal
    names["plan"] = snapshot.plan(change="C-1", at=at)
    names["score"] = snapshot.score(change="C-1", at=at)
    names["reach"] = snapshot.reach(change="C-1", direction="upstream", at=at)
    return names | _entries(snapshot, at) | _daily(at) | _planned(at) | {"ledger": _ledger()}


def _ledger() -> lynchpin.Ledger:
    """A ledger of the example of `Engine`."""
    ledger = lynchpin.Ledger.in_memory("acme.example/releases", secret=bytes(32))
    ledger.append("""{"lynchpin": "portfolio/1",
        "people": [{"id": "raj"}],
        "stages": [{"id": "production"}],
        "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}""")
    ledger.set_policy("""
    name = "acme"
    requirement.back-out = { plan = "back_out" }
    gate.fast = { stage = "production", judges = "change", require = "back-out" }
    """)
    return ledger


def _daily(at: datetime) -> dict[str, object]:
    """Answers about a change that a board is to approve, has approved, and that was let in."""
    week = timedelta(days=7)
    common = """"change": "C-1", "revision": 1, "requirement": "review", "stage": "production",
        "at": "2026-11-01T09:00:00Z", "expires": "2026-11-05T00:00:00Z", """
    approved = f'{{{common} "decision": "approved", "by": "ann"}}'
    waived = f'{{{common} "id": "W-1", "requester": "raj", "by": "mei"}}'
    snapshots = []
    for more in ("", f', "approvals": [{approved}]', f', "waivers": [{waived}]'):
        engine = Engine()
        engine.load(OWED[:-1] + more + "}")
        engine.set_policy("""
        name = "acme"
        [requirement.review]
        approval = { group = "cab" }
        waiver = { group = "leads", for_at_most = "14d" }
        [gate.slow]
        stage = "production"
        judges = "change"
        require = "review"
        """)
        snapshots.append(engine.snapshot())
    return {
        "waiting": snapshots[0].waiting(person="ann", at=at),
        "agenda": snapshots[0].agenda(board="cab", at=at),
        "ending": snapshots[1].ending(at=at, within=week),
        "waiver_debt": snapshots[2].waiver_debt(at=at),
        "population": _deployed(at),
        "queue": _queued(at),
    }


def _queued(at: datetime) -> lynchpin.Queue:
    """A queue of two changes of one service."""
    changes = ", ".join(
        f'''{{"id": "C-{number}", "revision": 1, "services": ["shop"],
        "at": "2026-11-01T09:00:00Z", "by": "raj"}}'''
        for number in (1, 2)
    )
    engine = Engine()
    engine.load(f'''{{"lynchpin": "portfolio/1", "people": [{{"id": "raj"}}],
        "services": [{{"id": "shop"}}], "stages": [{{"id": "production"}}],
        "changes": [{changes}]}}''')
    engine.set_policy('name = "acme"\nopen = ["production"]')
    first, second = lynchpin.Subject("change", "C-1"), lynchpin.Subject("change", "C-2")
    items: list[lynchpin.Subject | tuple[lynchpin.Subject, Decimal]]
    items = [(first, Decimal("0.1")), second]
    return engine.snapshot().queue(stage="production", items=items, at=at, runs=2)


def _planned(at: datetime) -> dict[str, object]:
    """Answers about two releases that change one service at once, one change of which may go."""
    common = '"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"'
    plans = '"plans": {"back_out": "helm rollback 41"}, "effort_minutes": 30'
    hours = '"planned": {"from": "2026-11-09T20:00:00Z", "to": "2026-11-09T22:00:00Z"}'
    engine = Engine()
    engine.load(f"""{{"lynchpin": "portfolio/1", "people": [{{"id": "raj"}}],
        "stages": [{{"id": "production"}}],
        "changes": [
            {{"id": "C-1", {common}, "services": ["shop"], {plans}}},
            {{"id": "C-2", {common}, "services": ["shop"], "effort_minutes": 30}}],
        "releases": [
            {{"id": "R-1", {common}, "changes": ["C-1"], {hours}}},
            {{"id": "R-2", {common}, "changes": ["C-2"], {hours}}}]}}""")
    engine.set_policy("""
    name = "acme"
    requirement.back-out = { plan = "back_out" }
    gate.fast = { stage = "production", judges = "change", require = "back-out" }
    """)
    snapshot = engine.snapshot()
    hour = timedelta(hours=1)
    composition = snapshot.compose(
        candidates=["C-1", "C-2"], duration=hour, risk="2.5", window=4 * hour, at=at
    )
    return {
        "composition": composition,
        "actions": snapshot.actions(change="C-2", at=at),
        "collisions": snapshot.collisions(at=at),
    }


def _deployed(at: datetime) -> lynchpin.Population:
    """What an auditor is told of one deployment that nothing is known of."""
    engine = Engine()
    engine.load(
        OWED[:-1]
        + """, "deployments": [{"id": "D-1", "environment": "production", "outcome": "started",
            "changes": ["C-1"], "at": "2026-11-01T12:00:00Z", "by": "raj"}]}"""
    )
    since = at - timedelta(days=7)
    return engine.snapshot().population(stage="production", since=since, until=at, at=at)


def _entries(snapshot: lynchpin.Snapshot, at: datetime) -> dict[str, object]:
    """Answers about entries and policies to the same example, and to one that may go."""
    before = at.replace(day=1, hour=0)
    loose = """
    name = "acme"
    requirement.back-out = { plan = "back_out", waiver = { group = "leads", for_at_most = "7d" } }
    gate.fast = { stage = "production", judges = "change", require = "back-out" }
    """
    asks_nothing = 'name = "acme"\nopen = ["production"]'
    unknown = 'name = "acme"\nopen = ["production", "lab"]'
    engine = Engine()
    engine.load(PLANNED)
    engine.set_policy("""
    name = "acme"
    requirement.back-out = { plan = "back_out" }
    gate.fast = { stage = "production", judges = "change", require = "back-out" }
    """)
    planned = engine.snapshot()
    return {
        "calendar": snapshot.calendar(stage="production", at=at),
        "claim": planned.claim(change="C-1", at=at, by="raj"),
        "receipt": planned.record(change="C-1", at=at, by="raj"),
        "breaches": snapshot.breaches(at=at),
        "obligations": snapshot.obligations(at=at),
        "verdicts": snapshot.verdicts(at=at),
        "policies": snapshot.policies(at=at),
        "changed": snapshot.changed(change="C-1", since=before, until=at),
        "lint": snapshot.lint_policy(unknown, at=at),
        "comparison": snapshot.compare_policies(loose, at=at),
        "dry_run": snapshot.dry_run(asks_nothing, at=at),
        "next_states": snapshot.next_states(change="C-1", workflow="continuous", at=at),
    }


def _documented() -> Iterator[tuple[str, object]]:
    """Each public class and function, and their public methods, inherited ones included."""
    for name in [*lynchpin.__all__, *(f"risk.{name}" for name in risk.__all__)]:
        module, _, own = name.rpartition(".")
        value = getattr(risk if module else lynchpin, own)
        if inspect.isroutine(value):
            yield name, value
        if not inspect.isclass(value):
            continue
        yield name, value
        for owner in value.__mro__:
            if not owner.__module__.startswith("lynchpin"):
                continue
            for inner, member in vars(owner).items():
                if isinstance(member, (classmethod, staticmethod)):
                    member = member.__func__
                if not inner.startswith("_") and inspect.isroutine(member):
                    yield f"{name}.{inner}", member


def _sources() -> dict[str, str]:
    """The text of each class that is written in Python."""
    found = {}
    for path in Path(lynchpin.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                found[node.name] = ast.get_source_segment(text, node) or ""
    return found


PUBLIC = dict(_documented())


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_documented_and_its_example_runs(name: str, found: Assessment) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    first, *rest = text.splitlines()
    assert first.endswith(".") and (not rest or rest[0] == ""), f"{name}: begin with one sentence"
    places = [text.find(f"\n{section}\n") for section in SECTIONS]
    given = [place for place in places if place >= 0]
    assert given == sorted(given), f"{name}: order {', '.join(SECTIONS)}"
    names = _globals() | {"found": found}
    example = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    assert example.examples and places[3] >= 0, f"{name}: give an example"
    lines: list[str] = []
    outcome = doctest.DocTestRunner().run(example, out=lines.append)
    assert outcome.failed == 0, "".join(lines)


@pytest.mark.parametrize(
    "name", [name for name, it in PUBLIC.items() if "." in name and not inspect.isclass(it)]
)
def test_arguments_and_results_are_explained(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    member = PUBLIC[name]
    assert callable(member)
    signature = inspect.signature(member)
    for parameter in signature.parameters:
        if parameter not in ("self", "cls", "$self"):
            assert re.search(rf"^    {parameter}: ", text, re.MULTILINE), f"{name}: {parameter}"
    owner, _, method = name.partition(".")
    if method not in ("load", "set_policy"):
        assert "\nReturns:\n" in text, f"{owner}.{method}: say what it returns"


def test_fields_and_properties_are_explained() -> None:
    checked = 0
    sources = _sources()
    for name in [*lynchpin.__all__, *risk.__all__]:
        value = getattr(lynchpin, name, None) or getattr(risk, name)
        if not inspect.isclass(value) or name not in sources:
            continue
        source = sources[name]
        if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                if not field.name.startswith("_"):
                    # Its type may be a list of words, one a line.
                    kind = r"(.*|Literal\[\n(        .*\n)+    \])"
                    told = rf'^    {field.name}: {kind}\n    """[A-Z]'
                    said = re.search(told, source, re.MULTILINE)
                    assert said, f"{name}.{field.name}"
                    checked += 1
        for inner, member in vars(value).items():
            if isinstance(member, property):
                assert inspect.getdoc(member), f"{name}.{inner}"
                checked += 1
    assert checked > 60


def test_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)


def test_the_example_decides(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "examples" / "decide.py"), run_name="__main__")
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "release R-11: unknown"
    assert "- release R-11: approved by 1 of 2 (ask cab)" in lines
    assert "- change C-7: the plan is missing (ask raj)" in lines
    assert "wave 1: C-4" in lines and "C-8 needs C-1 or C-2" in lines


def test_the_example_assesses(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    example = ROOT / "examples" / "assess.py"
    monkeypatch.setattr("sys.argv", [str(example), str(shop)])
    runpy.run_path(str(example), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "shop: 2 changes since v1.0"
    assert lines[1].endswith(": changes its line 2 in tax.py")
    assert "wave 2" in lines[3] and "2 commits in the range" in lines


def test_the_licences_are_those_of_the_workspace() -> None:
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        assert (ROOT / name).read_bytes() == (ROOT.parent.parent / name).read_bytes()
