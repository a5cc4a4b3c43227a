//! An explainable boosting machine that another tool trained, as a model.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::base::digest::Digest;
use crate::base::error::Result;
use crate::base::limits::Limits;
use crate::risk::learn::Model;

/// Which model is an explainable boosting machine that `interpret` trained?
///
/// ```
/// use lynchpin::wire::risk::{Answer, Ebm, Question};
///
/// let machine = r#"{"version": "1.0", "ebm": {
///     "outputs": [{"task": "classification", "classes": [0, 1], "link": "logit"}],
///     "intercept": [-2.0], "features": [], "terms": []
/// }}"#;
/// let Answer::Ebm(read) = Question::Ebm(Ebm { model: machine.into() }).ask()? else {
///     panic!("another answer")
/// };
/// assert_eq!(read.model.baseline.to_string(), "-2");
/// assert_eq!(read.digest, read.model.digest()?);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ebm {
    /// What its `to_json` wrote, as text of at most 16 MiB.
    pub model: String,
}

/// A model that another tool trained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReadModel {
    /// The model, which scores as the tool does.
    pub model: Model,
    /// Its digest.
    pub digest: Digest,
}

impl Ebm {
    pub(super) fn ask(&self) -> Result<Answer> {
        let read = Model::from_ebm(self.model.as_bytes(), Limits::untrusted());
        let model = read.map_err(|error| error.under("$.ebm.model"))?;
        Ok(Answer::Ebm(Box::new(ReadModel { digest: model.digest()?, model })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask;
    use crate::base::error::ErrorCode;

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let error = ask(br#"{"ebm": {"model": "{\"version\": \"1.0\"}"}}"#).unwrap_err();
        assert_eq!(error.code(), ErrorCode::MissingField);
        assert_eq!(error.problems()[0].path, "$.ebm.model");
    }
}
