//! What stands for expressions in a build that reads none: every one is refused.

use super::{Failure, Seen};
use crate::base::error::{ErrorCode, Problem};

/// There is none of these.
pub(super) enum Program {}

impl Program {
    pub(super) fn read(_: &str) -> Result<Program, Vec<Problem>> {
        let message = "this build reads no expressions: use one with the feature `cel`, as the \
                       command and the Python package are";
        Err(vec![Problem::new(ErrorCode::ExpressionUnsupported, message)])
    }

    pub(super) fn is_of_each_change(&self) -> bool {
        match *self {}
    }

    pub(super) fn ask(&self, _: &Seen<'_>) -> Result<bool, Failure> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use crate::base::ErrorCode;
    use crate::gate::Policy;

    #[test]
    fn a_policy_with_an_expression_is_refused() {
        let error = "name = \"a\"\nrequirement.yes = { expression = \"true\" }"
            .parse::<Policy>()
            .unwrap_err();
        assert_eq!(error.code(), ErrorCode::ExpressionUnsupported);
        assert_eq!(error.problems().len(), 1);
        assert_eq!(error.problems()[0].line, 2);
    }
}
