"""How answers show themselves: by the engine's own reports, or without it in fewer words."""

import json
import pickle
from datetime import datetime, timezone

import pytest
from lynchpin import Decision, Engine, Plan, Reach, Score, Snapshot

Answers = list[Decision | Plan | Score | Reach]
AT = datetime(2026, 11, 2, tzinfo=timezone.utc)


@pytest.fixture
def answers(decision: Decision, plan: Plan, score: Score, reach: Reach) -> Answers:
    return [decision, plan, score, reach]


@pytest.fixture(scope="module")
def large() -> Snapshot:
    """A release of more changes than anybody reads."""
    common = {"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}
    names = [f"C-{number}" for number in range(1_000)]
    engine = Engine()
    engine.load(
        json.dumps(
            {
                "lynchpin": "portfolio/1",
                "people": [{"id": "raj"}],
                "stages": [{"id": "production"}],
                "changes": [{"id": name} | common for name in names],
                "releases": [{"id": "R", "changes": names} | common],
            }
        )
    )
    return engine.snapshot()


def test_a_decision_reads_as_the_engine_tells_it(decision: Decision) -> None:
    lines = str(decision).splitlines()
    assert lines[0] == "? UNKNOWN: release R-11 to production"
    assert "└─ ? UNKNOWN  change C-8  Drop the old tax table" in lines
    assert decision.to_markdown().startswith("### ? UNKNOWN: release R-11 to production\n")
    assert lines == str(decision).splitlines()


def test_a_plan_can_be_drawn(plan: Plan) -> None:
    assert str(plan).splitlines()[0].startswith("PLAN: release R-11 to production: 2 of 3 can ship")
    assert plan.to_mermaid().count("subgraph") == 2
    assert plan.to_svg() == plan._repr_svg_() and "Split the tax table" in plan.to_svg()


def test_a_score_reads_with_its_bounds_and_drivers(score: Score) -> None:
    for shown in (str(score), str(Score.from_json(score.to_json()))):
        assert "94.1 %" in shown and "between" in shown and "2026-11-03T10:00:00Z" in shown


def test_an_answer_read_back_is_told_too(answers: Answers) -> None:
    for answer in answers:
        read = pickle.loads(pickle.dumps(answer))
        assert read == answer and str(read).splitlines()
        assert read.to_markdown().startswith("### ") and "<table>" in read._repr_html_()
        if isinstance(read, Plan):
            assert read._repr_svg_() is None
            for draw in (read.to_svg, read.to_mermaid):
                with pytest.raises(ValueError, match="ask a snapshot again"):
                    draw()


def test_a_decision_read_back_says_the_same_of_each_reason(decision: Decision) -> None:
    shown = str(Decision.from_json(decision.to_json()))
    for said in (
        "! NEEDS ACTION  board: approved by 1 of 2 (group cab) (ask cab)",
        "back-out: the plan is missing",
        "requires C-1, which is not known (ask raj)",
        "✓ GO  change C-4",
    ):
        assert said in shown, shown
    assert str(decision.root_blockers[0]) == (
        "! NEEDS ACTION  board of R-11: approved by 1 of 2 (group cab) (ask cab)"
    )


def test_figures_are_told() -> None:
    reason = json.dumps(
        {
            "verdict": "wait",
            "code": "soaking",
            "subject": {"change": "C-1"},
            "requirement": "soaked",
            "args": {
                "until": "2026-11-20T18:00:00Z",
                "changed": [{"change": "C-7", "section": "x"}],
            },
            "clears_at": "2026-11-20T18:00:00Z",
            "holds_until": "never",
        }
    )
    document = f"""{{"decision": {{"verdict": "wait", "subject": {{"change": "C-1"}},
        "stage": "production", "at": "2026-11-02T00:00:00Z", "clears_at": "2026-11-20T18:00:00Z",
        "holds_until": "never", "root_blockers": [{reason}], "reasons": {reason}}}}}"""
    said = "soaked: is soaking (until 2026-11-20T18:00:00Z; since then: C-7 x)"
    assert said in str(Decision.from_json(document))


def test_notebooks_show_a_bounded_part(large: Snapshot) -> None:
    answers: Answers = [
        large.decide(release="R", at=AT),
        large.plan(release="R", at=AT),
        large.score(release="R", at=AT),
        large.reach(change="C-1", direction="upstream", at=AT),
    ]
    for answer in answers:
        for shown in (answer, type(answer).from_json(answer.to_json())):
            assert len(shown._repr_html_()) < 100_000 and len(repr(shown)) < 200
            assert len(shown._repr_markdown_().splitlines()) < 210
    assert "and 950 more" in answers[0]._repr_html_()
    plan = answers[1]
    assert isinstance(plan, Plan) and plan._repr_svg_() is None and "</svg>" in plan.to_svg()


def test_no_text_moves_a_cursor(answers: Answers) -> None:
    hostile = "\x1b[2J\u202e\n\u2028"
    for value in answers:
        document = value.to_json().decode()
        read = type(value).from_json(document.replace("C-7", json.dumps(hostile)[1:-1]))
        plain = type(value).from_json(document)
        assert len(str(read).splitlines()) == len(str(plain).splitlines())
        for shown in (str(read), read._repr_html_(), read._repr_markdown_()):
            assert not {"\x1b", "\u202e", "\u2028"} & set(shown)
            assert "u{1b}" in shown or r"u\{1b\}" in shown


def test_notebooks_show_text_as_text() -> None:
    engine = Engine()
    stage = '"><script>alert(1)</script>|**x**'
    common = {"revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}
    engine.load(
        json.dumps(
            {
                "lynchpin": "portfolio/1",
                "people": [{"id": "raj"}],
                "stages": [{"id": "production"}],
                "changes": [{"id": "C-1", "requires": [{"change": "C-2"}]} | common],
            }
        )
    )
    snapshot = engine.snapshot()
    answers: Answers = [
        snapshot.decide(change="C-1", at=AT),
        snapshot.plan(change="C-1", at=AT),
        snapshot.score(change="C-1", at=AT),
        snapshot.reach(change="C-1", direction="upstream", at=AT),
    ]
    for answer in answers:
        # An answer read back may hold any text, whatever ids the engine allows.
        hostile = answer.to_json().decode().replace('"C-1"', json.dumps(stage))
        value = type(answer).from_json(hostile)
        html, markdown = value._repr_html_(), value._repr_markdown_()
        assert "<script" not in html and "&lt;script&gt;" in html
        assert "<script" not in markdown and "**x**" not in markdown
        assert "\\|" in markdown
