//! Cedar. It cannot count, so the roles are counted for it.

use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};

use crate::input::{Input, RISK_BELOW, ROLES_NEEDED};
use crate::{Engine, Failure};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    pub fn new(inputs: &[Input]) -> Result<Self, Failure> {
        let policies = format!(
            r#"permit(principal, action == Action::"enter", resource) when {{
                context.unit == "passed" && context.integration == "passed" &&
                context.scan == "passed" && context.roles >= {ROLES_NEEDED} &&
                context.risk < {RISK_BELOW} && context.window
            }};"#
        );
        let requests: Result<Vec<Request>, Failure> = inputs.iter().map(request).collect();
        Ok(Cedar {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&policies)?,
            entities: Entities::empty(),
            requests: requests?,
        })
    }
}

fn request(input: &Input) -> Result<Request, Failure> {
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let context = Context::from_pairs([
        ("unit".to_owned(), text(&input.unit)),
        ("integration".to_owned(), text(&input.integration)),
        ("scan".to_owned(), text(&input.scan)),
        ("roles".to_owned(), RestrictedExpression::new_long(input.roles())),
        ("risk".to_owned(), RestrictedExpression::new_long(input.risk)),
        ("window".to_owned(), RestrictedExpression::new_bool(input.window)),
    ])?;
    let id = EntityUid::from_str;
    let (who, what, on) =
        (id(r#"User::"bot""#)?, id(r#"Action::"enter""#)?, id(r#"Stage::"production""#)?);
    Ok(Request::new(who, what, on, context, None)?)
}

impl Engine for Cedar {
    fn judge(&mut self, say: &mut dyn FnMut(bool)) -> Result<(), Failure> {
        for request in &self.requests {
            let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
            if response.diagnostics().errors().next().is_some() {
                return Err("cedar-policy could not evaluate its policy".into());
            }
            say(response.decision() == Decision::Allow);
        }
        Ok(())
    }
}
