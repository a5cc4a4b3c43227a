//! CEL as the crate `cel` evaluates it.

use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use crate::input::{Input, RISK_BELOW, ROLES, ROLES_NEEDED};
use crate::{Engine, Failure};

/// Who counts the roles.
#[derive(Clone, Copy)]
pub enum Way {
    /// They are counted for it.
    Aggregated,
    /// It counts them itself, role by role: the language has no sets.
    Counting,
}

pub struct Cel {
    program: Program,
    contexts: Vec<Context<'static, 'static>>,
}

impl Cel {
    pub fn new(inputs: &[Input], way: Way) -> Result<Self, Failure> {
        let env = Arc::new(Env::stdlib());
        let each = |role: &str| {
            format!("(approvals.exists(a, a.role == '{role}' && a.by != author) ? 1 : 0)")
        };
        let roles = match way {
            Way::Aggregated => "roles".to_owned(),
            Way::Counting => ROLES.map(each).join(" + "),
        };
        let program = env.compile(&format!(
            "unit == 'passed' && integration == 'passed' && scan == 'passed' && \
             {roles} >= {ROLES_NEEDED} && risk < {RISK_BELOW} && window"
        ))?;
        let contexts: Result<Vec<_>, Failure> =
            inputs.iter().map(|input| context(&env, input, way)).collect();
        Ok(Cel { program, contexts: contexts? })
    }
}

fn context(env: &Arc<Env>, input: &Input, way: Way) -> Result<Context<'static, 'static>, Failure> {
    let mut context = Context::with_env(Arc::clone(env));
    for (name, value) in
        [("unit", &input.unit), ("integration", &input.integration), ("scan", &input.scan)]
    {
        context.add_variable_from_value(name, value.clone());
    }
    context.add_variable_from_value("risk", input.risk);
    context.add_variable_from_value("window", input.window);
    match way {
        Way::Aggregated => context.add_variable_from_value("roles", input.roles()),
        Way::Counting => {
            context.add_variable_from_value("author", input.author.clone());
            let given: Vec<serde_json::Value> = input
                .approvals
                .iter()
                .map(|a| serde_json::json!({ "by": a.by, "role": a.role }))
                .collect();
            context.add_variable("approvals", given).map_err(|why| why.to_string())?;
        }
    }
    Ok(context)
}

impl Engine for Cel {
    fn judge(&mut self, say: &mut dyn FnMut(bool)) -> Result<(), Failure> {
        for context in &self.contexts {
            match self.program.execute(context)? {
                Value::Bool(go) => say(go),
                other => return Err(format!("cel answered {other:?}").into()),
            }
        }
        Ok(())
    }
}
