//! Which macro a comprehension was written as: the parser hands over only what it expanded to.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};

use super::tree::Loop;

/// A macro with its parts.
pub(super) struct Macro<'e> {
    pub(super) is: Loop,
    /// What it runs over.
    pub(super) range: &'e IdedExpr,
    /// The name of the item.
    pub(super) item: &'e str,
    /// What is asked of each item.
    pub(super) asked: Option<&'e IdedExpr>,
    /// What is taken of each item.
    pub(super) taken: Option<&'e IdedExpr>,
}

/// Finds the macro; nothing else expands to a comprehension.
pub(super) fn recognise(found: &ComprehensionExpr) -> Option<Macro<'_>> {
    let of = |is, asked, taken| Macro {
        is,
        range: &found.iter_range,
        item: &found.iter_var,
        asked,
        taken,
    };
    if found.iter_var2.is_some() {
        return None;
    }
    let (name, arguments) = call(&found.loop_step)?;
    match (&found.accu_init.expr, name, arguments) {
        (Expr::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_AND, [_, asked]) => {
            Some(of(Loop::All, Some(asked), None))
        }
        (Expr::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_OR, [_, asked]) => {
            Some(of(Loop::Exists, Some(asked), None))
        }
        (Expr::Literal(LiteralValue::Int(_)), operators::CONDITIONAL, [asked, _, _]) => {
            Some(of(Loop::ExistsOne, Some(asked), None))
        }
        (Expr::List(_), operators::CONDITIONAL, [asked, step, _]) => {
            Some(of(Loop::Collect, Some(asked), Some(appended(call(step)?)?)))
        }
        (Expr::List(_), operators::ADD, _) => {
            Some(of(Loop::Collect, None, Some(appended(call(&found.loop_step)?)?)))
        }
        _ => None,
    }
}

fn call(expression: &IdedExpr) -> Option<(&str, &[IdedExpr])> {
    let Expr::Call(CallExpr { func_name, target: None, args }) = &expression.expr else {
        return None;
    };
    Some((func_name, args))
}

/// The one thing that a step appends.
fn appended<'e>((name, arguments): (&str, &'e [IdedExpr])) -> Option<&'e IdedExpr> {
    let [_, list] = arguments else { return None };
    let Expr::List(list) = &list.expr else { return None };
    list.elements.first().filter(|_| name == operators::ADD)
}
