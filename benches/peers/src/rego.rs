//! Rego on the virtual machine of regorus.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Regorus, Value};

use crate::input::{Input, RISK_BELOW, ROLES_NEEDED};
use crate::{Engine, Failure};

/// Who counts the roles.
#[derive(Clone, Copy)]
pub enum Way {
    /// They are counted for it.
    Aggregated,
    /// It counts them itself.
    Counting,
}

pub struct Rego {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Rego {
    pub fn new(inputs: &[Input], way: Way) -> Result<Self, Failure> {
        let roles = match way {
            Way::Aggregated => format!("input.roles >= {ROLES_NEEDED}"),
            Way::Counting => {
                let roles = "{a.role | some a in input.approvals; a.by != input.author}";
                format!("count({roles}) >= {ROLES_NEEDED}")
            }
        };
        let policy = format!(
            r#"
            package gate
            import rego.v1
            default allow := false
            allow if {{
                input.unit == "passed"
                input.integration == "passed"
                input.scan == "passed"
                {roles}
                input.risk < {RISK_BELOW}
                input.window
            }}"#
        );
        let mut engine = Regorus::new();
        engine.add_policy("gate.rego".to_owned(), policy)?;
        let entry = "data.gate.allow";
        let compiled = engine.compile_with_entrypoint(&entry.into())?;
        let program = Compiler::compile_from_policy(&compiled, &[entry])?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_max_instructions(usize::MAX);
        let inputs: Result<Vec<Value>, Failure> =
            inputs.iter().map(|input| value(input, way)).collect();
        Ok(Rego { machine, inputs: inputs? })
    }
}

fn value(input: &Input, way: Way) -> Result<Value, Failure> {
    let mut fields = serde_json::json!({
        "unit": input.unit, "integration": input.integration, "scan": input.scan,
        "risk": input.risk, "window": input.window,
    });
    match way {
        Way::Aggregated => fields["roles"] = input.roles().into(),
        Way::Counting => {
            let given = input.approvals.iter();
            fields["author"] = input.author.as_str().into();
            fields["approvals"] =
                given.map(|a| serde_json::json!({ "by": a.by, "role": a.role })).collect();
        }
    }
    Ok(Value::from_json_str(&fields.to_string())?)
}

impl Engine for Rego {
    fn judge(&mut self, say: &mut dyn FnMut(bool)) -> Result<(), Failure> {
        for input in &self.inputs {
            self.machine.set_input(input.clone());
            match self.machine.execute()? {
                Value::Bool(go) => say(go),
                other => return Err(format!("regorus answered {other:?}").into()),
            }
        }
        Ok(())
    }
}
