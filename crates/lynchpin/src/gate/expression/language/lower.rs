//! The syntax tree, checked against the closed list of what there is, and typed.
//!
//! It recurses over a tree whose height was bounded when the text was scanned.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, operators};

use super::kind::{BOOL, INT, Item, Kind, Shape, TEXT};
use super::macros::{Macro, recognise};
use super::parse::Places;
use super::tree::{Global, Loop, Make, Node, Number, Operator, Test};
use super::{Fault, LIST_MAX};
use crate::base::error::ErrorCode;

/// Checks a syntax tree; also says whether it names the change.
pub(super) fn lower(expression: &IdedExpr, places: &Places) -> Result<(Node, bool), Vec<Fault>> {
    let mut lowering = Lowering { places, item: None, of_each_change: false, faults: Vec::new() };
    let root = lowering.wanted(expression, BOOL, "an expression comes to true or false");
    match root {
        Some(root) if lowering.faults.is_empty() => Ok((root, lowering.of_each_change)),
        Some(_) | None => Err(lowering.faults),
    }
}

struct Lowering<'e> {
    places: &'e Places,
    /// The name and type of the item that a macro is at.
    item: Option<(&'e str, Kind)>,
    of_each_change: bool,
    faults: Vec<Fault>,
}

/// A node with its type; nothing, if a fault was told.
type Typed = Option<(Node, Kind)>;

impl<'e> Lowering<'e> {
    fn node(&mut self, expression: &'e IdedExpr) -> Typed {
        let at = self.places.of(expression);
        match &expression.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(name) => self.name(at, name),
            Expr::Select(select) => self.select(at, select),
            Expr::List(list) if list.optional_indices.is_empty() => self.list(at, &list.elements),
            Expr::Call(call) => self.call(at, call),
            Expr::Comprehension(found) => self.comprehension(at, found),
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.refuse(at, "there are no maps, messages and optional values")
            }
        }
    }

    fn fault(&mut self, code: ErrorCode, at: usize, message: impl Into<String>) -> Typed {
        self.faults.push(Fault::new(code, at, message));
        None
    }

    fn refuse(&mut self, at: usize, message: impl Into<String>) -> Typed {
        self.fault(ErrorCode::ExpressionRefused, at, message)
    }

    fn literal(&mut self, at: usize, literal: &LiteralValue) -> Typed {
        let (make, kind) = match literal {
            LiteralValue::Boolean(value) => (Make::Bool(*value.inner()), BOOL),
            LiteralValue::Int(value) => (Make::Int(*value.inner()), INT),
            LiteralValue::String(value) => (Make::Text(value.inner().to_owned()), TEXT),
            LiteralValue::Bytes(_)
            | LiteralValue::Double(_)
            | LiteralValue::Null
            | LiteralValue::UInt(_) => {
                return self.refuse(at, "there are only strings, whole numbers, true and false");
            }
        };
        Some((Node { at, make }, kind))
    }

    fn name(&mut self, at: usize, name: &str) -> Typed {
        if let Some((item, kind)) = self.item
            && item == name
        {
            return Some((Node { at, make: Make::Item }, kind));
        }
        let record = |shape| Kind::One(Item::Record(shape));
        let (global, kind) = match name {
            "change" => (Global::Change, record(Shape::Change)),
            "changes" => (Global::Changes, Kind::Many(Item::Record(Shape::Change))),
            "release" => (Global::Release, record(Shape::Release)),
            "services" => (Global::Services, Kind::Many(Item::Record(Shape::Service))),
            "stage" => (Global::Stage, record(Shape::Stage)),
            _ => {
                let message = format!(
                    "there is no `{name}`: an expression sees `change`, `changes`, `release`, \
                     `services` and `stage`"
                );
                return self.fault(ErrorCode::ExpressionNameUnknown, at, message);
            }
        };
        self.of_each_change |= global == Global::Change;
        Some((Node { at, make: Make::Global(global) }, kind))
    }

    fn select(&mut self, at: usize, select: &'e SelectExpr) -> Typed {
        let (of, kind) = self.node(&select.operand)?;
        let Kind::One(Item::Record(shape)) = kind else {
            let message = format!("{kind} has no fields, so no `{}`", select.field);
            return self.fault(ErrorCode::ExpressionType, at, message);
        };
        let Some((field, kind)) = shape.field(&select.field) else {
            let known: Vec<&str> = shape.fields().iter().map(|(name, _)| *name).collect();
            let (shape, known) = (shape.name(), known.join(", "));
            let message = format!("a {shape} has no `{}`; it has {known}", select.field);
            return self.fault(ErrorCode::ExpressionNameUnknown, at, message);
        };
        let of = Box::new(of);
        Some(if select.test {
            (Node { at, make: Make::Has(of, field) }, BOOL)
        } else {
            (Node { at, make: Make::Field(of, field) }, kind)
        })
    }

    fn list(&mut self, at: usize, elements: &'e [IdedExpr]) -> Typed {
        if elements.len() > LIST_MAX {
            return self.refuse(at, format!("a list has at most {LIST_MAX} items"));
        }
        let found: Vec<Typed> = elements.iter().map(|element| self.node(element)).collect();
        let found: Vec<(Node, Kind)> = found.into_iter().collect::<Option<_>>()?;
        let kind = found.first().map_or(Kind::One(Item::Nothing), |(_, kind)| *kind);
        let Kind::One(item) = kind else {
            return self.refuse(at, "there are no lists of lists");
        };
        if let Some((node, other)) = found.iter().find(|(_, other)| *other != kind) {
            let message = format!("a list of {kind} has no {other}");
            return self.fault(ErrorCode::ExpressionType, node.at, message);
        }
        let nodes = found.into_iter().map(|(node, _)| node).collect();
        Some((Node { at, make: Make::List(nodes) }, Kind::Many(item)))
    }

    /// A node that must have a type.
    fn wanted(&mut self, expression: &'e IdedExpr, wanted: Kind, why: &str) -> Option<Node> {
        let (node, kind) = self.node(expression)?;
        if kind != wanted {
            let message = format!("{why}, but this is {kind}");
            self.fault(ErrorCode::ExpressionType, node.at, message);
            return None;
        }
        Some(node)
    }

    fn call(&mut self, at: usize, call: &'e CallExpr) -> Typed {
        let arguments = call.args.as_slice();
        match (call.func_name.as_str(), &call.target, arguments) {
            (operators::LOGICAL_NOT, None, [of]) => {
                let of = self.wanted(of, BOOL, "`!` takes a bool")?;
                Some((Node { at, make: Make::Not(Box::new(of)) }, BOOL))
            }
            (operators::NEGATE, None, [of]) => {
                let of = self.wanted(of, INT, "`-` takes an int")?;
                Some((Node { at, make: Make::Negate(Box::new(of)) }, INT))
            }
            (operators::CONDITIONAL, None, [condition, one, other]) => {
                self.choice(at, condition, one, other)
            }
            ("size", None, [of]) => self.length(at, of),
            ("size", Some(of), []) => self.length(at, of),
            (name @ ("startsWith" | "endsWith" | "contains"), Some(of), [part]) => {
                let test = match name {
                    "startsWith" => Test::Begins,
                    "endsWith" => Test::Ends,
                    _ => Test::Contains,
                };
                self.pair(at, Operator::Test(test), name, of, part)
            }
            (name, None, [left, right]) if operator(name).is_some() => {
                let operator = operator(name)?;
                self.pair(at, operator, name.trim_matches(['_', '@']), left, right)
            }
            (name, _, _) => {
                let taken = arguments.len();
                let message = format!(
                    "there is no function `{name}` of {taken}: there are `size`, `startsWith`, \
                     `endsWith`, `contains`, `has`, `all`, `exists`, `exists_one`, `filter`, `map`"
                );
                self.refuse(at, message)
            }
        }
    }

    fn choice(
        &mut self,
        at: usize,
        condition: &'e IdedExpr,
        one: &'e IdedExpr,
        other: &'e IdedExpr,
    ) -> Typed {
        let condition = self.wanted(condition, BOOL, "`?` asks a bool");
        let (one, other) = (self.node(one), self.node(other));
        let (condition, (one, kind), (other, of_other)) = (condition?, one?, other?);
        let Some(kind) = kind.joined(of_other) else {
            let message = format!("one side of `:` is {kind}, the other {of_other}");
            return self.fault(ErrorCode::ExpressionType, at, message);
        };
        Some((Node { at, make: Make::Choice(Box::new([condition, one, other])) }, kind))
    }

    fn length(&mut self, at: usize, of: &'e IdedExpr) -> Typed {
        let (of, kind) = self.node(of)?;
        if !matches!(kind, TEXT | Kind::Many(_)) {
            let message = format!("`size` takes a string or a list, but this is {kind}");
            return self.fault(ErrorCode::ExpressionType, of.at, message);
        }
        Some((Node { at, make: Make::Length(Box::new(of)) }, INT))
    }

    fn pair(
        &mut self,
        at: usize,
        operator: Operator,
        name: &str,
        left: &'e IdedExpr,
        right: &'e IdedExpr,
    ) -> Typed {
        let (left, right) = (self.node(left), self.node(right));
        let ((left, of_left), (right, of_right)) = (left?, right?);
        let Some(kind) = result(operator, of_left, of_right) else {
            let joins = operator == Operator::Number(Number::Add) && of_left != INT;
            let why = if joins { ": strings and lists are not joined" } else { "" };
            let message = format!("`{name}` does not take {of_left} and {of_right}{why}");
            return self.fault(ErrorCode::ExpressionType, at, message);
        };
        Some((Node { at, make: Make::Pair(operator, Box::new([left, right])) }, kind))
    }

    fn comprehension(&mut self, at: usize, found: &'e ComprehensionExpr) -> Typed {
        let Some(Macro { is, range, item, asked, taken }) = recognise(found) else {
            return self.refuse(at, "there is no such macro here");
        };
        if matches!(range.expr, Expr::Comprehension(_)) {
            return self.refuse(at, "a macro does not run over what another one made");
        }
        let (range, kind) = self.node(range)?;
        let Kind::Many(of) = kind else {
            let message = format!("a macro runs over a list, but this is {kind}");
            return self.fault(ErrorCode::ExpressionType, range.at, message);
        };
        // The scan refused macros inside of another, so there is one item at a time.
        let outer = self.item.replace((item, Kind::One(of)));
        let asked = asked.map(|asked| self.wanted(asked, BOOL, "a macro asks each item a bool"));
        let taken = taken.map(|taken| self.node(taken));
        self.item = outer;
        let asked = asked.map_or(Some(None), |asked| asked.map(Some))?;
        let (taken, kind) = match taken {
            None => (None, BOOL),
            Some(taken) => {
                let (taken, kind) = taken?;
                let Kind::One(item) = kind else {
                    return self.refuse(taken.at, "there are no lists of lists");
                };
                (Some(Box::new(taken)), Kind::Many(item))
            }
        };
        debug_assert_eq!(taken.is_some(), is == Loop::Collect);
        Some((Node { at, make: Make::Loop(is, Box::new(range), asked.map(Box::new), taken) }, kind))
    }
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::LOGICAL_AND => Operator::And,
        operators::LOGICAL_OR => Operator::Or,
        operators::EQUALS => Operator::Test(Test::Equal),
        operators::NOT_EQUALS => Operator::Test(Test::Differs),
        operators::LESS => Operator::Test(Test::Less),
        operators::LESS_EQUALS => Operator::Test(Test::AtMost),
        operators::GREATER => Operator::Test(Test::Greater),
        operators::GREATER_EQUALS => Operator::Test(Test::AtLeast),
        operators::IN => Operator::Test(Test::In),
        operators::ADD => Operator::Number(Number::Add),
        operators::SUBSTRACT => Operator::Number(Number::Subtract),
        operators::MULTIPLY => Operator::Number(Number::Multiply),
        operators::DIVIDE => Operator::Number(Number::Divide),
        operators::MODULO => Operator::Number(Number::Remainder),
        operators::INDEX => Operator::Index,
        _ => return None,
    })
}

/// The type that an operator makes of two, if it takes them.
fn result(operator: Operator, left: Kind, right: Kind) -> Option<Kind> {
    let (taken, kind) = match operator {
        Operator::And | Operator::Or => (left == BOOL && right == BOOL, BOOL),
        Operator::Number(_) => (left == INT && right == INT, INT),
        Operator::Index => match left {
            Kind::Many(item) => (right == INT, Kind::One(item)),
            Kind::One(_) => (false, left),
        },
        Operator::Test(test) => (takes(test, left, right), BOOL),
    };
    taken.then_some(kind)
}

/// Whether a test is one of these two.
fn takes(test: Test, left: Kind, right: Kind) -> bool {
    match test {
        Test::Equal | Test::Differs => left.joined(right).is_some_and(Kind::is_comparable),
        Test::Less | Test::AtMost | Test::Greater | Test::AtLeast => {
            left == right && matches!(left, INT | TEXT)
        }
        Test::In => match (left, right) {
            (Kind::One(item), Kind::Many(of)) => {
                (item == of || of == Item::Nothing) && left.is_comparable()
            }
            (Kind::One(_) | Kind::Many(_), _) => false,
        },
        Test::Begins | Test::Ends | Test::Contains => left == TEXT && right == TEXT,
    }
}
