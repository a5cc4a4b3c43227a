"""Models that were trained or certified elsewhere."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from ._certify_values import NamedModel
from ._model import Model
from ._rating_values import TreeScores
from ._risk_asked import ask, feature, listed, whole_answer


def trees(
    model: str | bytes,
    features: Mapping[str, Iterable[int | float | Decimal | None]],
    *,
    format: Literal["lightgbm", "xgboost"],
    missing: Literal["riskier", "as_trained"] = "riskier",
) -> TreeScores:
    """Scores changes by a model of trees that another tool trained, and says why.

    It is read anew with each call, so score many changes at once. Neither tool is needed.

    Args:
        model: What the tool saved, at most 16 MiB together with the features: LightGBM 4's
            `model_to_string()`, or the JSON of XGBoost 2 or 3.
        features: A column for each feature of the model, by its name: numbers as the model was
            trained on, taken to their sixth place; None or NaN is not known. Others are not looked
            at.
        format: Which tool saved it.
        missing: Which way a value goes that is not known: "riskier" takes the leaf that is worth
            most, tree by tree; "as_trained" the way that was learned, to compare with the tool.

    Returns:
        The log-odds and the probability of each change, and what each feature adds.

    Raises:
        QuestionError: The model cannot be read or would be scored differently than by its tool, or
            a column is missing or too short.

    Example:
        >>> from lynchpin import risk
        >>> lines = ["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1",
        ...     "max_feature_idx=0", "objective=binary sigmoid:1", "feature_names=lines", "",
        ...     "Tree=0", "num_leaves=2", "num_cat=0", "split_feature=0", "threshold=99.5",
        ...     "decision_type=10", "left_child=-1", "right_child=-2", "leaf_value=-3 -1",
        ...     "leaf_count=75 25", "is_linear=0", "", "end of trees", ""]
        >>> scores = risk.trees("\\n".join(lines), {"lines": [7, None]}, format="lightgbm")
        >>> scores.baseline, scores.log_odds
        (Decimal('-2.5'), (-3000000000, -1000000000))
    """
    columns = {
        name: [feature(name, value) for value in listed(values)]
        for name, values in features.items()
    }
    asked = {
        "format": format,
        "model": _text(model),
        "features": [{"name": name, "values": values} for name, values in columns.items()],
        "missing": missing,
    }
    return ask("trees", asked, TreeScores)


def ebm(machine: str | bytes) -> Model:
    """Reads an explainable boosting machine that interpret 0.7 trained, as a model.

    It scores as the machine does, but for what is not known: that counts as the riskiest there is,
    as everywhere. Features of words and terms of three features are refused, and so are other
    classes than 0 and 1 or false and true, of which the second means a failure.

    Args:
        machine: What `to_json` of an `ExplainableBoostingClassifier` wrote, at most 16 MiB: write
            it with `detail="interpretable"` and `indent=None`.

    Returns:
        The model, whose terms of one feature are steps, and those of two are pairs.

    Raises:
        QuestionError: It is no such machine, or one that would be scored otherwise.

    Example:
        >>> import json
        >>> from lynchpin import risk
        >>> machine = {"version": "1.0", "ebm": {
        ...     "outputs": [{"classes": [False, True], "link": "logit"}], "intercept": [-2.0],
        ...     "features": [{"name": "lines", "type": "continuous", "cuts": [[99.5]],
        ...                   "num_unique_vals": 90, "min": 1.0, "max": 700.0}],
        ...     "terms": [{"term_features": ["lines"], "scores": [0.75, -0.5, 1.25, 0.0]}]}}
        >>> model = risk.ebm(json.dumps(machine))
        >>> model.score({"lines": [99, 100]}).log_odds.tolist()
        [-2500000000, -750000000]
    """
    found = whole_answer("ebm", {"model": _text(machine)}).inner("ebm")
    return Model.read(json.dumps(found.inner("model").raw()))


def risk_model(text: str | bytes) -> NamedModel:
    """Reads a model that a policy may name, such as `certify` makes, and takes it apart.

    Args:
        text: The document (`risk-model/1`), as it is recorded in a portfolio.

    Returns:
        Its digest, the model as it scores changes, and the lane that it was certified for.

    Raises:
        QuestionError: It is no such model.

    Example:
        >>> import json
        >>> from lynchpin import Model, risk
        >>> model = json.loads(Model.published().json()) | {"terms": [], "pairs": []}
        >>> text = json.dumps({"lynchpin": "risk-model/1", "shift": "0.5", "model": model})
        >>> risk.risk_model(text).shift
        Decimal('0.5')
    """
    return ask("risk_model", {"text": _text(text)}, NamedModel)


def _text(model: str | bytes) -> str:
    return model if isinstance(model, str) else bytes(model).decode("utf-8", "surrogateescape")
