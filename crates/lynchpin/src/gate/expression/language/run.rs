//! What an expression comes to.
//!
//! Nothing that it makes is larger than what it is handed, and every node, item and text costs
//! steps of which there are a fixed number. It recurses over a tree of bounded height.

use std::cell::Cell;

use super::super::Seen;
use super::record::{Record, Value, cost, global};
use super::tree::{Loop, Make, Node, Number, Operator, Test};
use super::{LIST_MAX, STEPS_MAX};

/// At which byte it failed, and why.
type Failed = (usize, String);

/// Whether the expression holds.
pub(super) fn ask(root: &Node, seen: &Seen<'_>) -> Result<bool, Failed> {
    Run { seen, steps: Cell::new(STEPS_MAX) }.bool(root, None)
}

struct Run<'r, 'a> {
    seen: &'r Seen<'a>,
    steps: Cell<u64>,
}

/// The item that a macro is at.
type ItemOf<'i, 'a> = Option<&'i Value<'a>>;

impl<'a> Run<'_, 'a> {
    fn spend(&self, at: usize, steps: usize) -> Result<(), Failed> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.steps.get().checked_sub(steps) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => {
                // What is left must not be enough for the next try.
                self.steps.set(0);
                Err((at, format!("it takes more than {STEPS_MAX} steps")))
            }
        }
    }

    fn node(&self, node: &Node, item: ItemOf<'_, 'a>) -> Result<Value<'a>, Failed> {
        self.spend(node.at, 1)?;
        match &node.make {
            Make::Bool(value) => Ok(Value::Bool(*value)),
            Make::Int(value) => Ok(Value::Int(*value)),
            Make::Text(text) => {
                self.spend(node.at, text.len() / 16)?;
                Ok(Value::Text(text.clone().into()))
            }
            Make::Item => item.cloned().ok_or_else(|| wrong(node)),
            Make::List(nodes) => {
                let values = nodes.iter().map(|node| self.node(node, item));
                Ok(Value::List(values.collect::<Result<_, _>>()?))
            }
            Make::Global(name) => {
                self.spend(node.at, cost(self.seen, *name))?;
                let value = global(self.seen, *name).map_err(|why| (node.at, why))?;
                self.counted(node, value)
            }
            Make::Field(of, field) => self.field(node, of, field, item),
            Make::Has(of, field) => Ok(Value::Bool(self.record(of, item)?.has(self.seen, field))),
            Make::Not(of) => Ok(Value::Bool(!self.bool(of, item)?)),
            Make::Negate(of) => {
                let value = self.int(of, item)?.checked_neg();
                value.map(Value::Int).ok_or_else(|| overflows(node))
            }
            Make::Length(of) => self.length(node, of, item),
            Make::Pair(operator, pair) => self.pair(node, *operator, pair, item),
            Make::Choice(choice) => {
                let [condition, one, other] = &**choice;
                self.node(if self.bool(condition, item)? { one } else { other }, item)
            }
            Make::Loop(is, range, asked, taken) => {
                let range = self.list(range, item)?;
                match (is, asked, taken) {
                    (Loop::Collect, asked, Some(taken)) => {
                        self.collect(&range, asked.as_deref(), taken)
                    }
                    (Loop::ExistsOne, Some(asked), _) => self.exactly_one(&range, asked),
                    (is, Some(asked), _) => self.any(&range, asked, *is == Loop::Exists),
                    (_, None, _) => Err(wrong(node)),
                }
            }
        }
    }

    /// A value that was made of the records: its length costs, and is bounded.
    fn counted(&self, node: &Node, value: Value<'a>) -> Result<Value<'a>, Failed> {
        if let Value::List(list) = &value {
            self.spend(node.at, list.len())?;
            if list.len() > LIST_MAX {
                let message = format!("it has {} items, more than {LIST_MAX}", list.len());
                return Err((node.at, message));
            }
        }
        Ok(value)
    }

    fn field(
        &self,
        node: &Node,
        of: &Node,
        field: &str,
        item: ItemOf<'_, 'a>,
    ) -> Result<Value<'a>, Failed> {
        let record = self.record(of, item)?;
        match record.field(self.seen, field) {
            Some(value) => self.counted(node, value),
            None if record == Record::Release(None) => {
                Err((node.at, "no release is judged here".to_owned()))
            }
            None => {
                let shape = record.shape().name();
                Err((node.at, format!("`{field}` of the {shape} is not said")))
            }
        }
    }

    fn length(&self, node: &Node, of: &Node, item: ItemOf<'_, 'a>) -> Result<Value<'a>, Failed> {
        let length = match self.node(of, item)? {
            Value::List(list) => list.len(),
            Value::Text(text) => {
                self.spend(node.at, text.len() / 16)?;
                text.chars().count()
            }
            Value::Bool(_) | Value::Int(_) | Value::Record(_) => return Err(wrong(of)),
        };
        i64::try_from(length).map(Value::Int).map_err(|_| overflows(node))
    }

    fn pair(
        &self,
        node: &Node,
        operator: Operator,
        [left, right]: &[Node; 2],
        item: ItemOf<'_, 'a>,
    ) -> Result<Value<'a>, Failed> {
        match operator {
            Operator::And => self.either(left, right, false, item),
            Operator::Or => self.either(left, right, true, item),
            Operator::Number(number) => {
                let (left, right) = (self.int(left, item)?, self.int(right, item)?);
                arithmetic(node, number, left, right).map(Value::Int)
            }
            Operator::Index => {
                let (list, index) = (self.list(left, item)?, self.int(right, item)?);
                let length = list.len();
                let found = usize::try_from(index).ok().and_then(|at| list.into_iter().nth(at));
                found.ok_or_else(|| (node.at, format!("there is no item {index} of {length}")))
            }
            Operator::Test(test) => {
                let (left, right) = (self.node(left, item)?, self.node(right, item)?);
                self.spend(node.at, weight(&left).saturating_add(weight(&right)))?;
                compare(test, &left, &right).map(Value::Bool).ok_or_else(|| wrong(node))
            }
        }
    }

    /// `||`, where `settled` is true, else `&&`: whichever side is `settled` settles it, even
    /// where the other one fails.
    fn either(
        &self,
        left: &Node,
        right: &Node,
        settled: bool,
        item: ItemOf<'_, 'a>,
    ) -> Result<Value<'a>, Failed> {
        let left = self.bool(left, item);
        if left == Ok(settled) {
            return Ok(Value::Bool(settled));
        }
        match (left, self.bool(right, item)) {
            (_, Ok(right)) if right == settled => Ok(Value::Bool(settled)),
            (Err(failed), _) | (_, Err(failed)) => Err(failed),
            (Ok(_), Ok(_)) => Ok(Value::Bool(!settled)),
        }
    }

    /// `exists`, where `settled` is true, else `all`: the same over all items.
    fn any(&self, range: &[Value<'a>], asked: &Node, settled: bool) -> Result<Value<'a>, Failed> {
        let mut failed = None;
        for value in range {
            match self.bool(asked, Some(value)) {
                Ok(answer) if answer == settled => return Ok(Value::Bool(settled)),
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Value::Bool(!settled)), Err)
    }

    fn exactly_one(&self, range: &[Value<'a>], asked: &Node) -> Result<Value<'a>, Failed> {
        let mut found = 0_usize;
        for value in range {
            if self.bool(asked, Some(value))? {
                found = found.saturating_add(1);
            }
        }
        Ok(Value::Bool(found == 1))
    }

    fn collect(
        &self,
        range: &[Value<'a>],
        asked: Option<&Node>,
        taken: &Node,
    ) -> Result<Value<'a>, Failed> {
        let mut made = Vec::new();
        for value in range {
            let wanted = asked.map_or(Ok(true), |asked| self.bool(asked, Some(value)))?;
            if wanted {
                made.push(self.node(taken, Some(value))?);
            }
        }
        Ok(Value::List(made))
    }

    fn bool(&self, node: &Node, item: ItemOf<'_, 'a>) -> Result<bool, Failed> {
        match self.node(node, item)? {
            Value::Bool(value) => Ok(value),
            Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => Err(wrong(node)),
        }
    }

    fn int(&self, node: &Node, item: ItemOf<'_, 'a>) -> Result<i64, Failed> {
        match self.node(node, item)? {
            Value::Int(value) => Ok(value),
            Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => Err(wrong(node)),
        }
    }

    fn list(&self, node: &Node, item: ItemOf<'_, 'a>) -> Result<Vec<Value<'a>>, Failed> {
        match self.node(node, item)? {
            Value::List(list) => Ok(list),
            Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Record(_) => Err(wrong(node)),
        }
    }

    fn record(&self, node: &Node, item: ItemOf<'_, 'a>) -> Result<Record<'a>, Failed> {
        match self.node(node, item)? {
            Value::Record(record) => Ok(record),
            Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => Err(wrong(node)),
        }
    }
}

/// Not reached, since every node was typed; if it were, it must not pass.
fn wrong(node: &Node) -> Failed {
    (node.at, "it has another type than was known".to_owned())
}

fn overflows(node: &Node) -> Failed {
    (node.at, "the number is too large".to_owned())
}

fn arithmetic(node: &Node, number: Number, left: i64, right: i64) -> Result<i64, Failed> {
    let divides = matches!(number, Number::Divide | Number::Remainder);
    if divides && right == 0 {
        return Err((node.at, "it divides by zero".to_owned()));
    }
    let made = match number {
        Number::Add => left.checked_add(right),
        Number::Subtract => left.checked_sub(right),
        Number::Multiply => left.checked_mul(right),
        Number::Divide => left.checked_div(right),
        Number::Remainder => left.checked_rem(right),
    };
    made.ok_or_else(|| overflows(node))
}

/// How many steps it takes to compare a value.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len() / 16,
        Value::List(list) => list.len().saturating_add(list.iter().map(small).sum()),
        Value::Bool(_) | Value::Int(_) | Value::Record(_) => 0,
    }
}

fn small(value: &Value<'_>) -> usize {
    if let Value::Text(text) = value { text.len() / 16 } else { 0 }
}

fn compare(test: Test, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    let order = match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match (test, left, right) {
        (Test::Equal, _, _) => Some(left == right),
        (Test::Differs, _, _) => Some(left != right),
        (Test::Less, _, _) => order.map(std::cmp::Ordering::is_lt),
        (Test::AtMost, _, _) => order.map(std::cmp::Ordering::is_le),
        (Test::Greater, _, _) => order.map(std::cmp::Ordering::is_gt),
        (Test::AtLeast, _, _) => order.map(std::cmp::Ordering::is_ge),
        (Test::In, _, Value::List(list)) => Some(list.contains(left)),
        (Test::Begins, Value::Text(text), Value::Text(part)) => Some(text.starts_with(&**part)),
        (Test::Ends, Value::Text(text), Value::Text(part)) => Some(text.ends_with(&**part)),
        (Test::Contains, Value::Text(text), Value::Text(part)) => Some(text.contains(&**part)),
        _ => None,
    }
}
