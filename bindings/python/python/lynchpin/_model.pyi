"""Types of fitted models, and a copy of what the native half says there, which a test holds to it.
"""

from collections.abc import ItemsView, Iterator, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias, final

from typing_extensions import Buffer

from ._edges import Numbers, _Array, _ArrowArray, _ArrowStream
from ._model_values import Column, Explanation, ModelTerm

__all__ = ["Integers", "Model", "Scores", "ask_risk"]

_Values: TypeAlias = _ArrowArray | _ArrowStream | _Array | Buffer | Sequence[float | None]

class _Columns(Protocol):
    """A mapping from names to values, or a table that has them as one."""

    def items(self) -> ItemsView[str, Column | _Values]: ...

@final
class Integers:
    """Whole numbers of an answer, with a sign, as they lie in the memory of the engine.

    They are what `Numbers` are, of 64 bits with a sign: `numpy.asarray(integers)`,
    `memoryview(integers)` and `pyarrow.array(integers)` take them at once and without a copy.

    Example:
        >>> from lynchpin import Model
        >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
        >>> scores = model.score({"lines": [1, 40]})
        >>> len(scores.log_odds), scores.log_odds[0] < 0 < scores.log_odds[-1]
        (2, True)
    """

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int: ...
    def __iter__(self) -> Iterator[int]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...
    def tolist(self) -> list[int]:
        """All of them as a list of Python's.

        Returns:
            A new list of int.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
            >>> [number > 0 for number in model.score({"lines": [1, 40]}).log_odds.tolist()]
            [False, True]
        """

@final
class Model:
    """A risk model that was fitted to a history: terms that add up to the log-odds of a failure.

    It is made of whole numbers, so that the same history gives the same model and the same scores
    in every language. No engine is needed. It never changes, can be pickled, and all its calls let
    other threads run. Two are equal if their documents are.

    Columns are a mapping from names to values: lists, or arrays of float64, int64 or bool by numpy,
    Arrow or whatever has buffers. None, NaN and Arrow's nulls are not known, which never lowers the
    risk.

    Example:
        >>> from lynchpin import Column, Model
        >>> lines = [3, 900, 12, 40, 700, 2, 350, 8]
        >>> failed = [False, True, False, False, True, False, False, True]
        >>> model = Model.fit({"lines": Column(lines, transform="log", bend="rising")}, failed)
        >>> model, model.terms[0].name
        (Model(1 terms, 0 pairs, 8 changes), 'lines')
        >>> scores = model.score({"lines": [2, 800, None]})
        >>> scores.log_odds[0] < scores.log_odds[1] < scores.log_odds[2]
        True
    """

    @staticmethod
    def fit(
        columns: _Columns,
        failed: _Values,
        *,
        strength: int = 1,
        half_life: int | None = None,
        rounds: int = 0,
        pairs: int = 0,
        prior: Model | None = None,
    ) -> Model:
        """Fits a model to columns and to what became of the changes, the oldest first.

        With neither rounds nor pairs it is of lines alone: a logistic regression, which a few
        hundred changes bear.

        Args:
            columns: The features by name: arrays, or a `Column` that says more of one.
            failed: Whether each change failed.
            strength: How firmly weights are held near zero, or near the prior's: as if so many
                changes had said so.
            half_life: After how many later changes one counts half; all count alike without it.
            rounds: How many small trees are added up to steps.
            pairs: How many pairs of features may have steps of their own.
            prior: What was known before: its weights and their errors take the place of zero and
                of `strength`, feature by feature.

        Returns:
            The model.

        Raises:
            QuestionError: Columns are not of one length or cannot be told apart, a value is
                infinite or too large, or all changes failed, or none.
            TypeError: They are no numbers.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True], strength=2)
            >>> model.changes, model.failures
            (4, 2)
        """
    @staticmethod
    def additive(columns: _Columns, failed: _Values, *, prior: Model | None = None) -> Model:
        """Fits lines, steps and pairs, with later changes counting more.

        Use it for a history of some thousands of changes.

        Args:
            columns: The features by name: arrays, or a `Column` that says more of one.
            failed: Whether each change failed.
            prior: What was known before, as for `fit`.

        Returns:
            The model.

        Raises:
            QuestionError: As for `fit`.
            TypeError: They are no numbers.

        Example:
            >>> from lynchpin import Model
            >>> lines = [number % 50 for number in range(400)]
            >>> model = Model.additive({"lines": lines}, [number > 40 for number in lines])
            >>> model.terms[0].step_count > 1
            True
        """
    @staticmethod
    def read(text: bytes | bytearray | memoryview | str, /) -> Model:
        """Reads a model: one that `json` wrote, or one that another tool exports in this form.

        Args:
            text: The document.

        Returns:
            The model.

        Raises:
            DocumentError: It is no model; the error says where.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
            >>> Model.read(model.json()) == model
            True
        """
    @staticmethod
    def published() -> Model:
        """What ten published histories have in common, as the prior of a first fit.

        It is of lines. Columns of its names take it up: lines_added, lines_deleted, files, folders,
        fix (plain), developers, age_days and author_record, the others with transform "log".

        Returns:
            The model.

        Example:
            >>> from lynchpin import Column, Model
            >>> lines, failed = Column([3, 900, 12, 40], "log"), [False, True, False, False]
            >>> model = Model.fit({"lines_added": lines}, failed, prior=Model.published())
            >>> model.rests_on(Model.published())["lines_added"] > 0.8
            True
        """

    def rests_on(self, prior: Model, /) -> dict[str, Decimal]:
        """Which part of what a model of lines says rests on the prior that it was fitted with yet.

        Args:
            prior: The prior.

        Returns:
            A part of one by feature; without those that the prior does not know.

        Example:
            >>> from lynchpin import Model
            >>> Model.published().rests_on(Model.published())["files"]
            Decimal('1')
        """

    def json(self) -> bytes:
        """The model as canonical JSON: the same bytes in every language.

        Returns:
            The document, which `read` takes.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
            >>> model.json()[:12]
            b'{"baseline":'
        """
    @property
    def digest(self) -> str:
        """The digest of the document, which names the model wherever it was used."""
    @property
    def baseline(self) -> Decimal:
        """The log-odds of a change of which every feature is as usual."""
    @property
    def baseline_error(self) -> Decimal:
        """The standard error of what the lines say of such a change; zero if it is not known."""
    @property
    def changes(self) -> int:
        """How many changes it was fitted to."""
    @property
    def failures(self) -> int:
        """How many of them failed."""
    @property
    def terms(self) -> tuple[ModelTerm, ...]:
        """What each feature adds, in the order of the columns that it was fitted to."""
    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names of the features that add something together, beyond what each adds alone."""
    def score(self, columns: _Columns, /, *, transformed: bool = False) -> Scores:
        """Scores changes by the columns of their features.

        Args:
            columns: The features by name: arrays, or instances of `Column`, of which only the
                values are looked at. There may be more than the model knows.
            transformed: Whether the values were transformed already, once for many models.

        Returns:
            What the model says of each change.

        Raises:
            QuestionError: A feature is missing, columns are not of one length, or a value is
                infinite or too large.
            TypeError: They are no numbers.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
            >>> scores = model.score({"lines": [1, 40], "unused": [0, 0]})
            >>> scores, [probability > 500_000_000 for probability in scores.probabilities]
            (Scores(2 changes), [False, True])
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[object, tuple[bytes]]: ...

@final
class Scores:
    """What a model says of many changes, as numbers that others read without a copy.

    Made by `Model.score`. It never changes.

    Example:
        >>> from lynchpin import Model
        >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
        >>> scores = model.score({"lines": [1, 40, 3]})
        >>> len(scores), scores.names, memoryview(scores.log_odds).format
        (3, (('lines',),), 'q')
    """

    @property
    def log_odds(self) -> Integers:
        """The log-odds of each change, in billionths."""
    @property
    def probabilities(self) -> Numbers:
        """The probability of each change, in parts per billion."""
    @property
    def contributions(self) -> tuple[Integers, ...]:
        """What each term and then each pair adds for each change, in billionths.

        With the baseline they add up to the log-odds exactly.
        """
    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """What contributions are of: the name of each feature, and then both of each pair."""
    def explain(self, row: int, /) -> Explanation:
        """Explains the score of one change.

        Args:
            row: The number of the change, from 0; from the end, if it is below 0.

        Returns:
            Its score, and the decimals that add up to it.

        Raises:
            IndexError: There is no such change.

        Example:
            >>> from lynchpin import Model
            >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
            >>> told = model.score({"lines": [1, 40]}).explain(1)
            >>> told.baseline + sum(part.log_odds for part in told.contributions) == told.log_odds
            True
        """
    def __len__(self) -> int: ...

def ask_risk(question: bytes, /) -> bytes:
    """Answers a question about risk that needs no portfolio, as documents."""
