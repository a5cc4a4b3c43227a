"""What a history is found to say, and what was certified on it, as values."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from ._model import Model
from ._read import Fields
from ._risk_values import _model, _range, _told


def _booleans(fields: Fields, name: str) -> tuple[bool, ...]:
    return tuple([item is True for item in fields.items(name)])


@_told
class Doubt:
    """A feature for which models do not vouch for changes.

    Example:
        >>> from lynchpin.risk import Doubt
        >>> Doubt("lines", 3).changes
        3
    """

    feature: str
    """The feature."""
    changes: int
    """Of how many changes it is not known, or beyond all that the model was fitted to."""


@_told
class ReplayedBlock:
    """How the changes of a block were scored.

    Example:
        >>> from lynchpin.risk import ReplayedBlock
        >>> at = datetime(2026, 1, 1, tzinfo=timezone.utc)
        >>> ReplayedBlock((51, 60), at, 48, 7, 2, 9, Decimal("-0.1")).rows
        (51, 60)
    """

    rows: Annotated[tuple[int, int], _range]
    """The numbers of its first and of its last change, counted from one."""
    as_of: datetime
    """When its first change was made: nothing was known of what came to be known later."""
    fitted_to: int
    """To how many changes its model was fitted."""
    failures: int
    """How many of them failed."""
    left_out: int
    """How many earlier changes were left out, because they were not ripe or not known."""
    outcomes: int
    """By how many outcomes its model was shifted in the end."""
    shift: Decimal
    """How far, in log-odds."""


@_told
class Replay:
    """What models would have said of the later changes of a history.

    Example:
        >>> from lynchpin.risk import Replay
        >>> Replay(4, 2, (1, 2), (3, 4), (True, False), (), Decimal("0.5"), ()).vouched
        (True, False)
    """

    changes: int
    """How many of the first changes have had their time; the others are left out."""
    trained: int
    """How many of these only train."""
    said: Annotated[tuple[int, ...], Fields.integers]
    """What was said of each of the others, in parts per billion."""
    log_odds: Annotated[tuple[int, ...], Fields.integers]
    """The same as the models themselves said it, not yet shifted, in billionths of log-odds."""
    vouched: Annotated[tuple[bool, ...], _booleans]
    """Whether the model vouches for it: everything is known of the change, and nothing of it lies
    beyond all that the model was fitted to."""
    doubted: tuple[Doubt, ...]
    """For which features it does not, what is doubted most often first."""
    base: Decimal
    """The share that failed of the changes that the first model was fitted to."""
    blocks: tuple[ReplayedBlock, ...]
    """How the changes of each block were scored."""


@_told
class Tested:
    """What a model was tested on: changes that were scored by models that had not seen them.

    Example:
        >>> from lynchpin.risk import Tested
        >>> Tested(400, 40, Decimal("0.11"), 390).vouched
        390
    """

    changes: int
    """How many there are."""
    failures: int
    """How many of them failed."""
    said: Decimal
    """What was said of them in the mean, as a gate would have scored them."""
    vouched: int
    """For how many of them the model vouches: no others would have passed."""


@_told
class Together:
    """What was learned of how much changes of one release have in common.

    Example:
        >>> from lynchpin.risk import Together
        >>> Together(3, 1, None).shock is None
        True
    """

    releases: int
    """How many releases brought several of the changes that were scored."""
    failures: int
    """How many of these changes failed."""
    shock: Decimal | None
    """How much they have in common; None, if these are too few to learn from."""


@_told
class Certificate:
    """What was seen of a lane when a model was certified for it.

    Example:
        >>> from lynchpin.risk import Certificate
        >>> at = datetime(2026, 1, 1, tzinfo=timezone.utc)
        >>> Certificate(Decimal("0.02"), 300, 1, at, "30d").passed
        300
    """

    at_most: Decimal
    """Changes up to this probability are in it."""
    passed: int
    """How many changes of the history would have passed."""
    failed: int
    """How many of them failed."""
    as_of: datetime
    """As of which instant that was looked up."""
    maturity: str | None = None
    """How long each of these changes had had to fail by then, at least, such as "30d"."""


@_told
class Wanting:
    """What it takes to keep a promise that is not kept.

    Example:
        >>> from lynchpin.risk import Wanting
        >>> Wanting(Decimal("0.034"), 598).changes
        598
    """

    least_promise: Decimal | None
    """The least promise, in whole thousandths, for which these changes have a lane; None, if they
    have none for any."""
    changes: int
    """Of how many changes that the model vouches for none may fail, for the promise to be kept."""


@_told
class Certified:
    """A model that a policy may name, and what it rests on.

    Example:
        >>> from lynchpin.risk import Certified, Tested
        >>> tested = Tested(400, 40, Decimal("0.11"), 390)
        >>> nothing = Decimal(0)
        >>> made = Certified("{}", "sha256:", 800, 80, tested, nothing, nothing, None, (), None,
        ...     None, None)
        >>> made.tested.failures
        40
    """

    model: str
    """The document to record in a portfolio, as `risk_models` takes it."""
    digest: str
    """Its digest, by which a policy names it."""
    changes: int
    """How many changes it was fitted to."""
    failures: int
    """How many of them failed."""
    tested: Tested
    """What it was tested on."""
    shift: Decimal
    """What is added to all log-odds, by what became of the changes that it was tested on."""
    shift_error: Decimal
    """The standard error of that."""
    together: Together | None
    """What was learned of how much changes of one release have in common; None, if no releases
    were named."""
    doubted: tuple[Doubt, ...]
    """For which features the model does not vouch, what is doubted most often first."""
    lane: Certificate | None
    """The lane; None, if none keeps the promise: then somebody must look at every change."""
    bound: Decimal | None
    """The rate of failure that is not exceeded in it, as sure as was asked."""
    wanting: Wanting | None
    """What it takes to keep the promise, if there is no lane."""


@_told
class NamedModel:
    """What is in a model that a policy may name.

    Example:
        >>> import json
        >>> from lynchpin import Model, risk
        >>> model = json.loads(Model.published().json()) | {"terms": [], "pairs": []}
        >>> read = risk.risk_model(json.dumps({"lynchpin": "risk-model/1", "model": model}))
        >>> read.shift, read.lane, read.digest.startswith("sha256:")
        (Decimal('0'), None, True)
    """

    digest: str
    """The digest by which policies name it."""
    model: Annotated[Model, _model]
    """The model as it scores changes: the shift is in its baseline already."""
    shift: Decimal
    """What all log-odds are shifted by."""
    shock: Decimal | None = None
    """How much changes of one release have in common, if it is said."""
    lane: Certificate | None = None
    """The lane that it was certified for, if it was for one."""
