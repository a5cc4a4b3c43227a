"""Risk put to work gives what every other language gives, as values of Python's own."""

import json
import pickle
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import lynchpin
import pytest
from lynchpin import _lynchpin, risk

FIXTURE = Path(__file__).parents[3] / "tests" / "model" / "risk.txt"


def _pairs() -> list[tuple[dict[str, Any], str]]:
    """Questions and answers; see tests/tests/model_faces.rs."""
    lines = FIXTURE.read_text("utf-8").splitlines()
    return [(json.loads(lines[at]), lines[at + 1]) for at in range(0, len(lines), 2)]


def _history(said: dict[str, Any]) -> dict[str, Any]:
    """A history and how it is replayed, as arguments."""
    columns = {}
    for it in said["features"]:
        values: Any = [one if one is None else Decimal(one) / 10**6 for one in it["values"]]
        columns[it["name"]] = lynchpin.Column(values, it["transform"], it["bend"])
    prior = said.get("prior")
    return {
        "columns": columns,
        "made": [datetime.fromisoformat(at) for at in said["made"]],
        "known": [at and datetime.fromisoformat(at) for at in said["known"]],
        "as_of": datetime.fromisoformat(said["as_of"]),
        "maturity": timedelta(days=10),
        "prior": prior and lynchpin.Model.read(json.dumps(prior)),
        **{name: said.get(name) for name in ("failed", "blocks", "half_life")},
        "lines": said.get("lines", False),
    }


def _asked(question: dict[str, Any]) -> object:
    """The same question through the functions of the module."""
    ((kind, said),) = question.items()
    match kind:
        case "joint":
            return risk.joint(said["said"], shock=said.get("shock"))
        case "shock":
            return risk.shock(said["said"], said["failed"], said["releases"])
        case "lane":
            how = {name: said[name] for name in ("promise", "confidence")}
            return risk.lane(said["said"], said["failed"], **how)
        case "shift":
            ripe = {
                "made": [datetime.fromisoformat(at) for at in said["ripe"]["made"]],
                "as_of": datetime.fromisoformat(said["ripe"]["as_of"]),
                "maturity": timedelta(days=60),
            }
            return risk.shift(said["log_odds"], said["failed"], window=said["window"], ripe=ripe)
        case "platt":
            model = said.get("model")
            given = model and lynchpin.Model.read(json.dumps(model))
            return risk.platt(said["log_odds"], said["failed"], model=given)
        case "backtest":
            known = said.get("known")
            options = ("base", "review", "escape", "blocks", "repetitions", "seed", "confidence")
            return risk.backtest(
                [datetime.fromisoformat(at) for at in said["made"]],
                said["said"],
                said["failed"],
                as_of=datetime.fromisoformat(said["as_of"]),
                maturity=timedelta(days=30),
                known=known and [at and datetime.fromisoformat(at) for at in known],
                effort=said.get("effort"),
                **{name: said[name] for name in options if name in said},
            )
        case "replay":
            return risk.replay(**_history(said))
        case "certify":
            how = {name: said[name] for name in ("confidence", "releases") if name in said}
            return risk.certify(**_history(said["replay"]), promise=said["promise"], **how)
        case "published":
            return lynchpin.Model.published()
        case "rules":
            return risk.rules(said["rules"], said["changes"])
        case "questionnaire":
            return risk.questionnaire(said["questionnaire"], said["answers"])
        case "worst":
            return risk.worst(said["levels"], said["rated"])
        case "trees":
            columns = {
                it["name"]: [one if one is None else Decimal(one) / 10**6 for one in it["values"]]
                for it in said["features"]
            }
            how = {name: said[name] for name in ("format", "missing")}
            return risk.trees(said["model"], columns, **how)
        case "ebm":
            return risk.ebm(said["model"])
        case "risk_model":
            return risk.risk_model(said["text"])
        case _:
            parts = [said["reference"], said["recent"]]
            features = [{it["name"]: it["values"] for it in part["features"]} for part in parts]
            one, other = (
                {**part, "features": own} for part, own in zip(parts, features, strict=True)
            )
            return risk.drift(one, other, z=Decimal("2.5"))


def _is_rated(kind: str, value: Any, body: Any) -> None:
    """Whether each change is rated as the answer says."""
    match kind:
        case "rules":
            assert any(one.missing for one in value)
            assert [(one.level, one.by, list(one.missing)) for one in value] == [
                (one["level"], one.get("by"), one.get("missing", [])) for one in body
            ]
        case "questionnaire":
            assert [(one.points, one.level) for one in value] == [
                (one["points"], one["level"]) for one in body
            ]
            told = [(it.question, it.answer, it.points) for one in value for it in one.questions]
            assert told == [
                (it["question"], it.get("answer"), it["points"])
                for one in body
                for it in one["questions"]
            ]
        case _:
            assert kind == "worst" and list(value) == body


def _is_replayed(value: risk.Replay, body: Any) -> None:
    assert (value.changes, value.trained) == (body["changes"], body["trained"])
    assert (list(value.said), list(value.log_odds)) == (body["said"], body["log_odds"])
    assert (list(value.vouched), str(value.base)) == (body["vouched"], body["base"])
    assert [list(block.rows) for block in value.blocks] == [it["rows"] for it in body["blocks"]]
    assert str(value.blocks[-1].shift) == body["blocks"][-1]["shift"]


def _is_certified(value: risk.Certified, body: Any) -> None:
    told = (value.model, value.digest, value.changes, str(value.shift), str(value.shift_error))
    names = ("model", "digest", "changes", "shift", "shift_error")
    assert told == tuple(body[name] for name in names)
    assert [(it.feature, it.changes) for it in value.doubted] == [
        (it["feature"], it["changes"]) for it in body["doubted"]
    ]
    assert str(value.tested.said) == body["tested"]["said"]
    assert (value.together is None) == ("together" not in body)
    if value.together is not None:
        assert str(value.together.shock) == body["together"]["shock"]
    assert (value.lane is None) == (value.bound is None) == (value.wanting is not None)
    if value.lane is None:
        assert value.wanting and value.wanting.changes == body["wanting"]["changes"]
    else:
        assert str(value.lane.at_most) == body["lane"]["at_most"]
        assert str(value.bound) == body["bound"]


@pytest.mark.parametrize(("question", "answer"), _pairs())
def test_the_answers_are_those_of_every_language(question: dict[str, Any], answer: str) -> None:
    found = _lynchpin.ask_risk(json.dumps(question).encode())
    assert found.decode() == answer
    ((kind, body),) = json.loads(answer).items()
    value = _asked(question)
    match value:
        case risk.Joint():
            assert str(value.any) == body["any"] and sum(value.shares) == value.any
            assert [str(it) for it in value.falls_by] == body["falls_by"]
            assert list(value.failures) == body["failures"]
        case risk.Lane():
            assert str(value.at_most) == body["widest"]["at_most"]
        case lynchpin.Model():
            assert json.loads(value.json()) == body.get("model", body)
            assert value.digest == body.get("digest", value.digest)
        case None:
            assert kind == "lane" and "widest" not in body
        case risk.Shift():
            assert (str(value.shift), value.outcomes) == (body["shift"], body["outcomes"])
            assert value.ripe is not None and value.ripe.maturity == body["ripe"]["maturity"]
            assert value.ripe.as_of == datetime.fromisoformat(body["ripe"]["as_of"])
        case risk.NamedModel():
            assert json.loads(value.model.json()) == body["model"]
            assert value.digest == body["digest"] and str(value.shift) == body["shift"]
            assert value.lane is not None and value.lane.maturity == body["lane"]["maturity"]
            assert str(value.shock) == body["shock"]
        case risk.Platt():
            figures = (value.slope, value.slope_error, value.shift, value.shift_error)
            names = ("slope", "slope_error", "shift", "shift_error")
            assert [str(it) for it in figures] == [body[name] for name in names]
            assert (value.outcomes, value.failures) == (body["outcomes"], body["failures"])
            assert value.digest == body.get("digest")
            if value.model is not None:
                assert json.loads(value.model.json()) == body["model"]
                assert value.model.digest == value.digest
        case risk.Backtest():
            whole = body["whole"]
            assert str(value.whole.figures.brier.value) == whole["figures"]["brier"]["value"]
            excess = int(value.whole.figures.excess.value * 1_000_000_000)
            assert excess == whole["figures"]["excess"]["value"]
            assert value.whole.gate.saving.value == whole["gate"]["saving"]["value"]
            assert json.loads(value.options) == body["options"]
            assert len(value.blocks) == len(body["blocks"])
            assert (value.whole.figures.auc is None) == ("auc" not in whole["figures"])
        case risk.TreeScores():
            assert (str(value.baseline), value.features) == (
                body["baseline"],
                tuple(body["features"]),
            )
            assert list(value.log_odds) == body["log_odds"]
            assert list(value.probabilities) == body["probabilities"]
            assert [list(of_one) for of_one in value.contributions] == body["contributions"]
            baseline = int(value.baseline * 1_000_000_000)
            sums = [baseline + sum(one) for one in zip(*value.contributions, strict=True)]
            assert sums == body["log_odds"]
        case risk.Replay():
            _is_replayed(value, body)
        case risk.Certified():
            _is_certified(value, body)
        case tuple():
            _is_rated(kind, value, body)
        case risk.Drift():
            assert value.reaction == body["reaction"]
            psi = value.features[0].psi
            assert psi is not None and int(psi * 1_000_000) == body["features"][0]["psi"]
        case _:
            assert kind == "shock" and str(value) == body
    again = pickle.loads(pickle.dumps(value))
    assert again == value and hash(again) == hash(value)


def test_every_question_is_asked() -> None:
    assert len(_pairs()) == 22


# Up to a millionth and a half to the left, else to the right.
MODEL = """tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=0
objective=binary sigmoid:1
feature_names=f

Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=0.0000015
decision_type=8
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_count=1 1
is_linear=0

end of trees
"""
RULES = {"levels": ["low", "high"], "rules": [], "otherwise": "low"}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def _certified(columns: dict[str, Any], failed: list[bool], **how: Any) -> risk.Certified:
    """Two changes, of a day each."""
    made = [START, START + timedelta(days=1)]
    asked: dict[str, Any] = {"as_of": made[1], "maturity": timedelta(0), "promise": "0.1"}
    return risk.certify(columns, made, failed, **asked | how)


def _young(days: int) -> dict[str, Any]:
    """So many changes of which the last had a second too little to fail."""
    made = [START + timedelta(days=number) for number in range(days)]
    maturity = timedelta(days=3, seconds=1)
    return {"made": made, "as_of": made[-1] + timedelta(days=3), "maturity": maturity}


def test_columns_are_lists_or_arrays() -> None:
    made = [START + timedelta(days=number) for number in range(90)]
    sizes = [float(number * 37 % 100) for number in range(90)]
    failed = [size > 60 for size in sizes]

    def asked(sizes: Any, failed: Any, **how: Any) -> risk.Replay:
        asked: dict[str, Any] = {"as_of": made[-1], "maturity": timedelta(days=7), "lines": True}
        return risk.replay({"lines": sizes}, made, failed, **asked | how)

    found = asked(sizes, failed)
    assert asked(lynchpin.Column(sizes), failed) == found
    assert asked(lynchpin.Column(sizes, "log"), failed) != found
    numpy = pytest.importorskip("numpy")
    assert asked(numpy.array(sizes), numpy.array(failed)) == found
    prior = lynchpin.Model.fit({"lines": sizes[:40]}, failed[:40])
    assert asked(sizes, failed, prior=prior) != found
    # What comes out is what a back-test takes.
    rows = slice(found.trained, found.changes)
    tested = risk.backtest(
        made[rows],
        found.said,
        failed[rows],
        as_of=made[-1],
        maturity=timedelta(days=7),
        base=found.base,
        review=1,
        escape=9,
    )
    assert tested.whole.changes == found.changes - found.trained


def test_features_are_what_the_core_takes_them_for() -> None:
    half = Decimal("0.0000015")
    given: list[float | Decimal | None] = [0, 0.0000014, 0.0000015, half, True, None, float("nan")]
    assert risk.trees(MODEL, {"f": given}, format="lightgbm").log_odds == tuple(
        left_or_right * 1_000_000_000 for left_or_right in (-1, -1, 1, 1, 1, 1, 1)
    )
    numpy = pytest.importorskip("numpy")
    column = numpy.array([0.0, numpy.nan])
    asked = risk.trees(MODEL.encode(), {"f": column, "g": column}, format="lightgbm")
    assert asked.log_odds == (-1_000_000_000, 1_000_000_000)


def test_probabilities_are_numbers_or_parts() -> None:
    parts = risk.joint([100_000_000, 200_000_000], shock=0)
    assert risk.joint([0.1, Decimal("0.2")], shock=0.0) == parts
    assert risk.joint((0.1, 0.2), shock="0") == parts
    numpy = pytest.importorskip("numpy")
    assert risk.joint(numpy.array([0.1, 0.2]), shock=0) == parts
    model = lynchpin.Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    scores = model.score({"lines": [1, 40]})
    assert risk.joint(scores.probabilities).expected > Decimal("0.9")
    assert risk.shift(scores.log_odds, numpy.array([False, True])).outcomes == 2


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (lambda: risk.joint([1_000_000_001]), "bad_argument"),
        (lambda: risk.joint([1.5]), "bad_argument"),
        (lambda: risk.joint([-0.5]), "number_out_of_range"),
        (lambda: risk.joint([float("nan")]), "bad_argument"),
        (lambda: risk.joint([float("inf")]), "bad_argument"),
        (lambda: risk.joint([0] * 10_001), "limit_exceeded"),
        (lambda: risk.shift([0], []), "bad_argument"),
        (lambda: risk.platt([0], []), "bad_argument"),
        (lambda: risk.platt([2**70], [True]), "wrong_type"),
        (lambda: risk.rules(RULES | {"otherwise": "other"}, []), "bad_argument"),
        (lambda: risk.rules(RULES, [{"f": 2**70}]), "wrong_type"),
        (lambda: risk.rules(RULES | {"more": 1}, []), "unknown_field"),
        (lambda: risk.questionnaire(RULES, []), "unknown_field"),
        (lambda: risk.worst(["low", "low"], []), "bad_argument"),
        (lambda: risk.worst(["low", "high"], ["low"]), "wrong_type"),
        (lambda: risk.trees(MODEL, {}, format="lightgbm"), "bad_argument"),
        (lambda: risk.trees(MODEL, {"f": [float("inf")]}, format="lightgbm"), "bad_argument"),
        (lambda: risk.trees("{}", {"f": []}, format="xgboost"), "missing_field"),
        (lambda: risk.trees(b"\xff", {"f": []}, format="lightgbm"), "document_not_utf8"),
        (lambda: risk.ebm("{}"), "missing_field"),
        (lambda: risk.risk_model("{}"), "bad_argument"),
        (lambda: risk.shift([0], [False], ripe=_young(1)), "bad_argument"),
        (lambda: risk.platt([0], [False], ripe=_young(1)), "bad_argument"),
        (lambda: risk.shock([0], [False], [1], ripe=_young(2)), "bad_argument"),
        (
            lambda: risk.lane([0], [False], promise="0.1", confidence="0.9", ripe=_young(1)),
            "bad_argument",
        ),
        (
            lambda: risk.drift(
                {"said": [], "failed": []}, {"said": [0], "failed": [False], "ripe": _young(1)}
            ),
            "bad_argument",
        ),
        (lambda: risk.ebm(b"\xff"), "document_not_utf8"),
        (lambda: risk.lane([0.1], [], promise="0.1", confidence="0.9"), "bad_argument"),
        (lambda: _certified({"luck": [1, 2]}, [False, True]), "unknown_word"),
        (lambda: _certified({"lines": [1, 2]}, [False, True], promise=0), "number_out_of_range"),
        (lambda: _certified({"lines": [1, 2]}, [False, True], releases=[None]), "bad_argument"),
        (lambda: _certified({"lines": [1, 2]}, [False]), "bad_argument"),
        (lambda: _certified({"lines": [1, 2]}, [False, False]), "bad_argument"),
        (lambda: _certified({"lines": [1, "no"]}, [False, True]), "bad_argument"),
        (lambda: _certified({}, [False, True]), "empty"),
        (
            lambda: risk.backtest(
                [datetime(2026, 1, 1)],
                [0.1],
                [False],
                as_of=datetime(2026, 2, 1, tzinfo=timezone.utc),
                maturity=timedelta(0),
                base="0.1",
                review=1,
                escape=5,
            ),
            "instant_malformed",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(bad: Any, code: str) -> None:
    with pytest.raises(lynchpin.LynchpinError) as raised:
        bad()
    assert raised.value.problems[0].code == code


def test_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match="true or false"):
        risk.shift([0], [2])
    with pytest.raises(TypeError, match="true or false"):
        risk.replay({"f": [1]}, [], [2], as_of=START, maturity=timedelta(0))
    with pytest.raises(TypeError, match="mapping"):
        risk.drift({"said": []}, {"said": [], "failed": []})
    with pytest.raises(TypeError, match="mapping"):
        risk.drift({"said": [], "failed": [], "other": 1}, {"said": [], "failed": []})
