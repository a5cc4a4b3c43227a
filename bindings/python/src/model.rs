//! Risk models that are fitted to the host's own history.

use std::sync::Arc;

use lynchpin::base::{Error, ErrorCode, LogOdds, Probability, Result};
use lynchpin::risk::learn::{self, Bend, Fit, Transform, millionths_of};
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use crate::convert::{bytes_of, parsed};
use crate::edges::{node, with};
use crate::error::exception;
use crate::family::Given;
use crate::numbers::{Integers, Numbers};
use crate::values::{floats_of, outcomes};

/// A risk model that was fitted to a history: terms that add up to the log-odds of a failure.
///
/// It is made of whole numbers, so that the same history gives the same model and the same scores
/// in every language. No engine is needed. It never changes, can be pickled, and all its calls let
/// other threads run. Two are equal if their documents are.
///
/// Columns are a mapping from names to values: lists, or arrays of float64, int64 or bool by numpy,
/// Arrow or whatever has buffers. None, NaN and Arrow's nulls are not known, which never lowers the
/// risk.
///
/// Example:
///     >>> from lynchpin import Column, Model
///     >>> lines = [3, 900, 12, 40, 700, 2, 350, 8]
///     >>> failed = [False, True, False, False, True, False, False, True]
///     >>> model = Model.fit({"lines": Column(lines, transform="log", bend="rising")}, failed)
///     >>> model, model.terms[0].name
///     (Model(1 terms, 0 pairs, 8 changes), 'lines')
///     >>> scores = model.score({"lines": [2, 800, None]})
///     >>> scores.log_odds[0] < scores.log_odds[1] < scores.log_odds[2]
///     True
#[pyclass(frozen, eq, hash, module = "lynchpin")]
#[derive(PartialEq)]
pub(crate) struct Model {
    model: Arc<learn::Model>,
}

impl std::hash::Hash for Model {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.model.baseline, self.model.changes, self.model.terms.len()).hash(state);
    }
}

/// A column as it was given.
struct Column {
    name: String,
    transform: Transform,
    bend: Bend,
    values: Vec<f64>,
}

/// How a model is to be fitted, but for its prior.
struct How {
    strength: u32,
    half_life: Option<u32>,
    rounds: u32,
    pairs: u32,
}

#[pymethods]
impl Model {
    /// Fits a model to columns and to what became of the changes, the oldest first.
    ///
    /// With neither rounds nor pairs it is of lines alone: a logistic regression, which a few
    /// hundred changes bear.
    ///
    /// Args:
    ///     columns: The features by name: arrays, or a `Column` that says more of one.
    ///     failed: Whether each change failed.
    ///     strength: How firmly weights are held near zero, or near the prior's: as if so many
    ///         changes had said so.
    ///     half_life: After how many later changes one counts half; all count alike without it.
    ///     rounds: How many small trees are added up to steps.
    ///     pairs: How many pairs of features may have steps of their own.
    ///     prior: What was known before: its weights and their errors take the place of zero and
    ///         of `strength`, feature by feature.
    ///
    /// Returns:
    ///     The model.
    ///
    /// Raises:
    ///     QuestionError: Columns are not of one length or cannot be told apart, a value is
    ///         infinite or too large, or all changes failed, or none.
    ///     TypeError: They are no numbers.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True], strength=2)
    ///     >>> model.changes, model.failures
    ///     (4, 2)
    #[staticmethod]
    #[pyo3(signature = (
        columns, failed, *, strength = None, half_life = None, rounds = None, pairs = None,
        prior = None
    ))]
    #[pyo3(text_signature = "(columns, failed, *, strength=1, half_life=None, rounds=0, pairs=0, \
                             prior=None)")]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn fit(
        py: Python<'_>,
        columns: &Bound<'_, PyAny>,
        failed: &Bound<'_, PyAny>,
        strength: Option<&Bound<'_, PyAny>>,
        half_life: Option<&Bound<'_, PyAny>>,
        rounds: Option<&Bound<'_, PyAny>>,
        pairs: Option<&Bound<'_, PyAny>>,
        prior: Option<&Bound<'_, Model>>,
    ) -> PyResult<Self> {
        let number = |name: &str, given: Option<&Bound<'_, PyAny>>, otherwise: u32| {
            given.map_or(Ok(otherwise), |given| node(name, given))
        };
        let how = How {
            strength: number("strength", strength, 1)?,
            half_life: half_life.map(|given| node("half_life", given)).transpose()?,
            rounds: number("rounds", rounds, 0)?,
            pairs: number("pairs", pairs, 0)?,
        };
        fitted(py, columns, failed, prior, |_| how)
    }

    /// Fits lines, steps and pairs, with later changes counting more.
    ///
    /// Use it for a history of some thousands of changes.
    ///
    /// Args:
    ///     columns: The features by name: arrays, or a `Column` that says more of one.
    ///     failed: Whether each change failed.
    ///     prior: What was known before, as for `fit`.
    ///
    /// Returns:
    ///     The model.
    ///
    /// Raises:
    ///     QuestionError: As for `fit`.
    ///     TypeError: They are no numbers.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> lines = [number % 50 for number in range(400)]
    ///     >>> model = Model.additive({"lines": lines}, [number > 40 for number in lines])
    ///     >>> model.terms[0].step_count > 1
    ///     True
    #[staticmethod]
    #[pyo3(signature = (columns, failed, *, prior = None))]
    fn additive(
        py: Python<'_>,
        columns: &Bound<'_, PyAny>,
        failed: &Bound<'_, PyAny>,
        prior: Option<&Bound<'_, Model>>,
    ) -> PyResult<Self> {
        fitted(py, columns, failed, prior, |changes| {
            let Fit { strength, half_life, rounds, pairs, .. } = Fit::additive(changes);
            How { strength, half_life, rounds, pairs }
        })
    }

    /// Reads a model: one that `json` wrote, or one that another tool exports in this form.
    ///
    /// Args:
    ///     text: The document.
    ///
    /// Returns:
    ///     The model.
    ///
    /// Raises:
    ///     DocumentError: It is no model; the error says where.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    ///     >>> Model.read(model.json()) == model
    ///     True
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn read(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = bytes_of(Given::Document, text)?;
        let model =
            py.detach(|| crate::guard::Guard::default().read(|| learn::Model::from_json(&bytes)));
        let model = model.map_err(|error| exception(py, Given::Document, &error))?;
        Ok(Model { model: Arc::new(model) })
    }

    /// What ten published histories have in common, as the prior of a first fit.
    ///
    /// It is of lines. Columns of its names take it up: lines_added, lines_deleted, files, folders,
    /// fix (plain), developers, age_days and author_record, the others with transform "log".
    ///
    /// Returns:
    ///     The model.
    ///
    /// Example:
    ///     >>> from lynchpin import Column, Model
    ///     >>> lines, failed = Column([3, 900, 12, 40], "log"), [False, True, False, False]
    ///     >>> model = Model.fit({"lines_added": lines}, failed, prior=Model.published())
    ///     >>> model.rests_on(Model.published())["lines_added"] > 0.8
    ///     True
    #[staticmethod]
    fn published() -> Self {
        Model { model: Arc::new(learn::Model::published()) }
    }

    /// Which part of what a model of lines says rests on the prior that it was fitted with yet.
    ///
    /// Args:
    ///     prior: The prior.
    ///
    /// Returns:
    ///     A part of one by feature; without those that the prior does not know.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> Model.published().rests_on(Model.published())["files"]
    ///     Decimal('1')
    #[pyo3(signature = (prior, /))]
    fn rests_on<'py>(
        &self,
        py: Python<'py>,
        prior: &Bound<'py, Model>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        for (name, part) in self.model.rests_on(&prior.get().model) {
            found.set_item(name, decimal(py, part)?)?;
        }
        Ok(found)
    }

    /// The model as canonical JSON: the same bytes in every language.
    ///
    /// Returns:
    ///     The document, which `read` takes.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    ///     >>> model.json()[:12]
    ///     b'{"baseline":'
    fn json(&self, py: Python<'_>) -> PyResult<Vec<u8>> {
        with(py, || self.model.to_json())
    }

    /// The digest of the document, which names the model wherever it was used.
    #[getter]
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        with(py, || Ok(self.model.digest()?.to_string()))
    }

    /// The log-odds of a change of which every feature is as usual.
    #[getter]
    fn baseline<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.model.baseline)
    }

    /// The standard error of what the lines say of such a change; zero if it is not known.
    #[getter]
    fn baseline_error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.model.baseline_error)
    }

    /// How many changes it was fitted to.
    #[getter]
    fn changes(&self) -> u64 {
        self.model.changes
    }

    /// How many of them failed.
    #[getter]
    fn failures(&self) -> u64 {
        self.model.failures
    }

    /// What each feature adds, in the order of the columns that it was fitted to.
    #[getter]
    fn terms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let class = values(py)?.getattr("ModelTerm")?;
        let terms = self.model.terms.iter().map(|term| {
            let millionths = |value: i64| decimal(py, format_millionths(value));
            class.call1((
                &term.name,
                term.transform.name(),
                decimal(py, term.weight)?,
                decimal(py, term.error)?,
                millionths(term.centre)?,
                (millionths(term.seen.0)?, millionths(term.seen.1)?),
                term.steps.adds.len(),
            ))
        });
        PyTuple::new(py, terms.collect::<PyResult<Vec<_>>>()?)
    }

    /// The names of the features that add something together, beyond what each adds alone.
    #[getter]
    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.model.pair_names().collect::<Vec<_>>())
    }

    /// Scores changes by the columns of their features.
    ///
    /// Args:
    ///     columns: The features by name: arrays, or instances of `Column`, of which only the
    ///         values are looked at. There may be more than the model knows.
    ///     transformed: Whether the values were transformed already, once for many models.
    ///
    /// Returns:
    ///     What the model says of each change.
    ///
    /// Raises:
    ///     QuestionError: A feature is missing, columns are not of one length, or a value is
    ///         infinite or too large.
    ///     TypeError: They are no numbers.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    ///     >>> scores = model.score({"lines": [1, 40], "unused": [0, 0]})
    ///     >>> scores, [probability > 500_000_000 for probability in scores.probabilities]
    ///     (Scores(2 changes), [False, True])
    #[pyo3(signature = (columns, /, *, transformed = false))]
    fn score(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyAny>,
        transformed: bool,
    ) -> PyResult<Scores> {
        let given = items_of(columns)?;
        let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
        let places = self.model.places(&names);
        let places = places.map_err(|error| exception(py, Given::Question, &error))?;
        let own = places.iter().filter_map(|place| given.get(*place));
        let own = own.map(|(name, object)| Column::values_of(name, object));
        let columns = own.collect::<PyResult<Vec<Vec<f64>>>>()?;
        let found = with(py, || Found::new(&self.model, columns, transformed))?;
        Ok(Scores { found: Arc::new(found) })
    }

    fn __repr__(&self) -> String {
        let learn::Model { terms, pairs, changes, .. } = &*self.model;
        format!("Model({} terms, {} pairs, {changes} changes)", terms.len(), pairs.len())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Vec<u8>,))> {
        Ok((slf.get_type().getattr("read")?, (slf.get().json(slf.py())?,)))
    }
}

fn fitted(
    py: Python<'_>,
    columns: &Bound<'_, PyAny>,
    failed: &Bound<'_, PyAny>,
    prior: Option<&Bound<'_, Model>>,
    how: impl FnOnce(usize) -> How,
) -> PyResult<Model> {
    let columns = items_of(columns)?;
    let columns = columns.iter().map(|(name, object)| Column::of(name, object));
    let columns = columns.collect::<PyResult<Vec<Column>>>()?;
    let failed = floats_of("failed", failed)?;
    let How { strength, half_life, rounds, pairs } = how(failed.len());
    let prior = prior.map(|prior| Arc::clone(&prior.get().model));
    let model = with(py, || {
        let failed = outcomes(&failed)?;
        let made = columns.iter().map(|it| millionths_of(&it.name, it.values.iter().copied()));
        let made = made.collect::<Result<Vec<Vec<i64>>>>()?;
        let columns = columns.iter().zip(&made);
        let columns: Vec<learn::Column<'_>> = columns
            .map(|(Column { name, transform, bend, .. }, values)| learn::Column {
                name,
                transform: *transform,
                bend: *bend,
                values,
            })
            .collect();
        let fit = Fit { strength, half_life, rounds, pairs, prior: prior.as_deref() };
        learn::Model::fit(&columns, &failed, &fit)
    })?;
    Ok(Model { model: Arc::new(model) })
}

/// What a mapping holds, or a table that can be asked for its columns as one can.
fn items_of<'py>(columns: &Bound<'py, PyAny>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    if !columns.hasattr("items")? {
        let class = columns.get_type().name()?;
        let message = format!("columns: pass a mapping from names to values, not {class}");
        return Err(PyTypeError::new_err(message));
    }
    let items = columns.call_method0("items")?;
    items.try_iter()?.map(|item| item?.extract()).collect()
}

/// What the package says of columns and models in Python.
fn values(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    Ok(py.import("lynchpin._model_values")?.into_any())
}

impl Column {
    fn of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (mut transform, mut bend) = (Transform::Plain, Bend::Free);
        if is_column(object)? {
            let word = |name: &str| Ok::<_, PyErr>(object.getattr(name)?.cast_into::<PyString>()?);
            let told = |error: &Error| exception(object.py(), Given::Question, error);
            transform = parsed(&word("transform")?).map_err(|error| told(&error))?;
            bend = parsed(&word("bend")?).map_err(|error| told(&error))?;
        }
        let values = Column::values_of(name, object)?;
        Ok(Column { name: name.to_owned(), transform, bend, values })
    }

    fn values_of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
        match is_column(object)? {
            true => floats_of(name, &object.getattr("values")?),
            false => floats_of(name, object),
        }
    }
}

fn is_column(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    object.is_instance(CLASS.import(object.py(), "lynchpin._model_values", "Column")?)
}

/// A number of the engine as a decimal of Python's, by its text: exactly.
fn decimal<'py>(py: Python<'py>, number: impl ToString) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")?.call1((number.to_string(),))
}

/// Millionths as a decimal.
fn format_millionths(value: i64) -> String {
    format!("{value}e-6")
}

/// What a model says of many changes, in one piece of memory for each kind of answer.
struct Found {
    model: Arc<learn::Model>,
    log_odds: Vec<i64>,
    probabilities: Vec<u32>,
    /// All changes for the first term, then all for the second, and so on.
    contributions: Vec<i64>,
}

impl Found {
    fn new(model: &Arc<learn::Model>, columns: Vec<Vec<f64>>, transformed: bool) -> Result<Self> {
        let terms = model.terms.iter().zip(columns);
        let made = terms.map(|(term, values)| millionths_of(&term.name, values));
        let made = made.collect::<Result<Vec<Vec<i64>>>>()?;
        let columns: Vec<&[i64]> = made.iter().map(Vec::as_slice).collect();
        let scorer = model.scorer(transformed);
        let count = columns.first().map_or(0, |column| column.len());
        let all = count.checked_mul(scorer.width()).ok_or_else(|| {
            Error::new(ErrorCode::LimitExceeded, "more contributions than memory holds")
        })?;
        let mut found = Found {
            model: Arc::clone(model),
            log_odds: vec![0; count],
            probabilities: vec![0; count],
            contributions: vec![0; all],
        };
        let into = learn::Scores {
            log_odds: Some(&mut found.log_odds),
            probabilities: Some(&mut found.probabilities),
            contributions: Some(&mut found.contributions),
        };
        scorer.score(&columns, into)?;
        Ok(found)
    }

    /// What one term or pair adds for each change.
    fn column(&self, number: usize) -> &[i64] {
        let count = self.log_odds.len();
        let start = number.saturating_mul(count);
        self.contributions.get(start..start.saturating_add(count)).unwrap_or(&[])
    }

    /// The names of the features of each term, and then of each pair.
    fn names(&self) -> Vec<Vec<&str>> {
        let terms = self.model.terms.iter().map(|term| vec![term.name.as_str()]);
        terms.chain(self.model.pair_names().map(|(one, other)| vec![one, other])).collect()
    }
}

/// What a model says of many changes, as numbers that others read without a copy.
///
/// Made by `Model.score`. It never changes.
///
/// Example:
///     >>> from lynchpin import Model
///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
///     >>> scores = model.score({"lines": [1, 40, 3]})
///     >>> len(scores), scores.names, memoryview(scores.log_odds).format
///     (3, (('lines',),), 'q')
#[pyclass(frozen, module = "lynchpin")]
pub(crate) struct Scores {
    found: Arc<Found>,
}

#[pymethods]
impl Scores {
    /// The log-odds of each change, in billionths.
    #[getter]
    fn log_odds(&self) -> Integers {
        Integers::of(&self.found, |it| &it.log_odds)
    }

    /// The probability of each change, in parts per billion.
    #[getter]
    fn probabilities(&self) -> Numbers {
        Numbers::of(&self.found, |it| &it.probabilities)
    }

    /// What each term and then each pair adds for each change, in billionths.
    ///
    /// With the baseline they add up to the log-odds exactly.
    #[getter]
    fn contributions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let width = self.found.model.terms.len().saturating_add(self.found.model.pairs.len());
        PyTuple::new(py, (0..width).map(|at| Integers::of(&self.found, |it| it.column(at))))
    }

    /// What contributions are of: the name of each feature, and then both of each pair.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let names = self.found.names().into_iter().map(|names| PyTuple::new(py, names));
        PyTuple::new(py, names.collect::<PyResult<Vec<_>>>()?)
    }

    /// Explains the score of one change.
    ///
    /// Args:
    ///     row: The number of the change, from 0; from the end, if it is below 0.
    ///
    /// Returns:
    ///     Its score, and the decimals that add up to it.
    ///
    /// Raises:
    ///     IndexError: There is no such change.
    ///
    /// Example:
    ///     >>> from lynchpin import Model
    ///     >>> model = Model.fit({"lines": [1, 2, 30, 40]}, [False, False, True, True])
    ///     >>> told = model.score({"lines": [1, 40]}).explain(1)
    ///     >>> told.baseline + sum(part.log_odds for part in told.contributions) == told.log_odds
    ///     True
    #[pyo3(signature = (row, /))]
    fn explain<'py>(&self, py: Python<'py>, row: isize) -> PyResult<Bound<'py, PyAny>> {
        let count = self.found.log_odds.len();
        let place = usize::try_from(row).ok().or_else(|| count.checked_sub(row.unsigned_abs()));
        let place = place.filter(|place| *place < count);
        let place = place.ok_or_else(|| {
            PyIndexError::new_err(format!("there is no change {row}: there are {count}"))
        })?;
        let at = |numbers: &[i64]| numbers.get(place).copied().unwrap_or_default();
        let billionths = |number: i64| decimal(py, LogOdds::from_billionths(number));
        let class = values(py)?.getattr("ModelContribution")?;
        let own = self.found.names().into_iter().enumerate().map(|(number, names)| {
            let log_odds = billionths(at(self.found.column(number)))?;
            class.call1((PyTuple::new(py, names)?, log_odds))
        });
        let own = PyTuple::new(py, own.collect::<PyResult<Vec<_>>>()?)?;
        let probability = self.found.probabilities.get(place).copied().unwrap_or_default();
        let probability = decimal(py, Probability::from_parts_per_billion(probability))?;
        let log_odds = billionths(at(&self.found.log_odds))?;
        let baseline = decimal(py, self.found.model.baseline)?;
        values(py)?.getattr("Explanation")?.call1((probability, log_odds, baseline, own))
    }

    fn __len__(&self) -> usize {
        self.found.log_odds.len()
    }

    fn __repr__(&self) -> String {
        format!("Scores({} changes)", self.found.log_odds.len())
    }
}
