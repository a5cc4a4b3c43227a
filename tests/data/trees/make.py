"""Makes the models in this folder anew, and what their own tools say of them.

    python make.py [FOLDER]

With numpy, lightgbm 4.7.0 and xgboost 3.2.0 it makes all but `xgboost-2*.json`, which it makes with
xgboost 2.1.4 and no lightgbm, and `ebm*.json`, which it makes with interpret-core 0.7.8. Everything
is invented and seeded, so the same versions make the same files, but for the last digits where
processors differ.

Values are whole millionths, as tests hand them over; null is not known. `NAME.said.json` has for
each row the log-odds, and what they begin with. LightGBM's are taken from its probabilities: its
raw scores are those before the parameter `sigmoid`, and sums where a forest is averaged. XGBoost's
are the leaves that it says a row ends in, added up in double precision; beside them are the margins
that it adds up in single precision, and of every third row what each feature adds along the paths
(`approx_contribs`). Those of interpret are its decision function, and of every third row what each
term adds.
"""

import importlib.metadata
import json
import re
import sys
from pathlib import Path

import numpy as np

try:
    import lightgbm
except ImportError:
    lightgbm = None
try:
    import xgboost
except ImportError:
    xgboost = None

try:
    from interpret.glassbox import ExplainableBoostingClassifier
except ImportError:
    ExplainableBoostingClassifier = None

NAMES = ["size", "drift", "share", "kind", "rare"]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
FOLDER = FOLDER if FOLDER.is_dir() else FOLDER.parent


def invented(count=600):
    """Values in millionths with NaN where they are not known, and what became of each row."""
    rng = np.random.default_rng(20)
    size = np.floor(np.exp(rng.normal(3, 2, count))) * 1e6
    drift = np.floor(rng.normal(0, 4000, count)) * 1e3
    share = np.floor(rng.uniform(0, 20, count)) * 2  # so small that thresholds are whole millionths
    kind = np.floor(rng.uniform(0, 70, count)) * 1e6
    rare = np.where(rng.random(count) < 0.6, 0, np.floor(rng.normal(0, 3e6, count)))
    risk = 0.4 * np.log1p(size / 1e6) + 0.3 * drift / 1e6 - share / 20 + (kind / 1e6 % 3 == 1)
    risk += np.where(rare < 0, 1.0, 0.0)
    values = np.stack([size, drift, share, kind, rare], axis=1)
    for column, gaps in [(0, 0.1), (2, 0.3), (4, 0.1)]:
        gone = rng.random(count) < gaps
        values[gone, column] = np.nan
        risk[gone] += 2 * (column - 1)
    return values, (risk + rng.normal(0, 1, count) > 2).astype(int)


def rows(values, thresholds):
    """Rows to ask about: some of the training, gaps anywhere, and all that lies at thresholds."""
    rng = np.random.default_rng(21)
    asked = [list(row) for row in values[:20]]
    asked += [[np.nan if rng.random() < 0.5 else value for value in row] for row in values[20:40]]
    asked += [[np.nan] * 5, [0] * 5, [-1e6] * 5, [9e15] * 5, [-9e15] * 5]
    places = sorted({place for place in thresholds if np.isfinite(place[1])})
    for at in rng.permutation(len(places))[:25]:
        feature, threshold = places[at]
        for near in (-1, 0, 1):
            row = list(values[rng.integers(len(values))])
            row[feature] = float(np.floor(threshold * 1e6) + near)
            asked.append(row)
    return np.array(asked)


def write(name, asked, log_odds, baseline, tool, margins=None, terms=None):
    said = {
        "tool": tool,
        "rows": [[None if np.isnan(value) else int(value) for value in row] for row in asked],
        "log_odds": [float(one) for one in log_odds],
        "baseline": float(baseline),
    }
    if margins is not None:
        said["margins"] = [float(one) for one in margins]
        said["terms"] = [[round(float(one), 7) for one in row] for row in terms[::3]]
    text = json.dumps(said, separators=(",", ":")).replace("],[", "],\n[")
    (FOLDER / f"{name}.said.json").write_text(text + "\n")


def with_lightgbm():
    values, failed = invented()
    usual = {"objective": "binary", "num_leaves": 7, "min_data_in_leaf": 5, "verbosity": -1}
    usual |= {"min_data_per_group": 5, "cat_smooth": 1.0, "num_threads": 1, "seed": 1}
    usual |= {"min_data_in_bin": 1, "learning_rate": 0.3}
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "use_missing": False}
    for name, own, kinds in [
        ("lightgbm", {}, [3]),
        ("lightgbm-zero", {"zero_as_missing": True, "sigmoid": 2.5}, []),
        ("lightgbm-forest", forest, []),
    ]:
        data = lightgbm.Dataset(
            values / 1e6, failed, feature_name=NAMES, categorical_feature=kinds, params=usual | own
        )
        text = lightgbm.train(usual | own, data, 6).model_to_string()
        times = 1 / 6 if own is forest else own.get("sigmoid", 1.0)
        lightgbm_says(name, text, values, times)
        if name == "lightgbm":
            # The same, with values exactly at the thresholds. Trees then have other sizes.
            text = re.sub(r"\ntree_sizes=.*", "", text)
            rounded = re.sub(r"-?\d+\.\d{7,}", lambda it: repr(round(float(it[0]), 6)), text)
            both = zip(text.split("\n"), rounded.split("\n"), strict=True)
            exact = [new if new.startswith("threshold=") else old for old, new in both]
            lightgbm_says("lightgbm-exact", "\n".join(exact), values, 1.0)


def lightgbm_says(name, text, values, times):
    (FOLDER / f"{name}.txt").write_text(text)
    booster = lightgbm.Booster(model_str=text)
    frame = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    thresholds = []
    while frame:
        node = frame.pop()
        if "threshold" in node:
            # Categories are listed with bars between them.
            places = str(node["threshold"]).split("||")
            thresholds += [(node["split_feature"], float(place)) for place in places]
            frame += [node["left_child"], node["right_child"]]
    asked = rows(values, thresholds)
    baseline = booster.predict(asked / 1e6, pred_contrib=True)[0][-1] * times
    sure = booster.predict(asked / 1e6)
    log_odds = np.log(sure / (1 - sure))
    write(name, asked, log_odds, baseline, f"lightgbm {lightgbm.__version__}")


def with_xgboost():
    values, failed = invented()
    usual = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 1, "eta": 0.4}
    major = xgboost.__version__.split(".")[0]
    exact = {"tree_method": "exact", "gamma": 4, "base_score": 0.93, "max_depth": 4}
    for name, own, names in [
        (f"xgboost-{major}", {}, NAMES),
        (f"xgboost-{major}-exact", exact, None),
        (f"xgboost-{major}-raw", {"objective": "binary:logitraw", "max_depth": 1}, None),
    ]:
        data = xgboost.DMatrix(values / 1e6, failed, feature_names=names)
        booster = xgboost.train(usual | own, data, 6)
        file = FOLDER / f"{name}.json"
        booster.save_model(file)
        model = json.loads(file.read_text())
        thresholds = [
            (feature, threshold)
            for tree in model["learner"]["gradient_booster"]["model"]["trees"]
            for feature, threshold, left in zip(
                tree["split_indices"], tree["split_conditions"], tree["left_children"], strict=True)
            if left >= 0
        ]
        asked = rows(values, thresholds)
        matrix = xgboost.DMatrix(asked / 1e6, feature_names=names)
        margins = booster.predict(matrix, output_margin=True)
        terms = booster.predict(matrix, pred_contribs=True, approx_contribs=True)
        tool = f"xgboost {xgboost.__version__}"
        exact_sums = added_up(model, booster.predict(matrix, pred_leaf=True).astype(int))
        write(name, asked, exact_sums, terms[0][-1], tool, margins, terms[:, :-1])


def added_up(model, leaves):
    """The leaves in double precision; each number of the model is one of single precision."""
    learner = model["learner"]
    base = np.float32(learner["learner_model_param"]["base_score"].strip("[]"))
    is_raw = learner["objective"]["name"] == "binary:logitraw"
    total = float(base) if is_raw else -np.log(float(np.float32(1) / base - np.float32(1)))
    for number, tree in enumerate(learner["gradient_booster"]["model"]["trees"]):
        values = np.array(tree["split_conditions"], np.float32).astype(float)
        total = total + values[leaves[:, number]]
    return total


def with_interpret():
    values, failed = invented()
    usual = {"max_bins": 12, "max_interaction_bins": 5, "outer_bags": 2, "max_rounds": 300}
    usual |= {"n_jobs": 1, "random_state": 1, "feature_names": NAMES}
    # The same without a gap, so that nothing is learned of what is missing.
    known = np.where(np.isnan(values), 0, values)
    for name, given, own in [
        ("ebm", values, {"interactions": 3}),
        ("ebm-known", known, {"interactions": [(2, 0)], "exclude": [(3,), (4,)]}),
    ]:
        machine = ExplainableBoostingClassifier(**usual | own).fit(given / 1e6, failed)
        model = machine.to_jsonable("interpretable")
        (FOLDER / f"{name}.json").write_text(json.dumps(model, separators=(",", ":")) + "\n")
        cuts = [
            (feature, cut)
            for feature, levels in enumerate(machine.bins_)
            for level in levels
            for cut in level
        ]
        asked = rows(values, cuts)
        terms = machine.eval_terms(asked / 1e6)
        tool = f"interpret {importlib.metadata.version('interpret-core')}"
        log_odds = machine.decision_function(asked / 1e6)
        write(name, asked, log_odds, machine.intercept_[0], tool, log_odds, terms)


if ExplainableBoostingClassifier:
    with_interpret()
if lightgbm:
    with_lightgbm()
if xgboost:
    with_xgboost()
