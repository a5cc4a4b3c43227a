//! The crate's parser, and where each node of what it read stands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cel::common::ast::SourceInfo;
use cel::parser::{ParseErrors, PrattParser};
use cel::{IdedExpr, ParseError};

use super::{Fault, LEVELS_MAX};
use crate::base::error::ErrorCode;

/// Where each node stands.
pub(super) struct Places(Option<Arc<SourceInfo>>);

impl Places {
    /// The byte at which a node begins.
    pub(super) fn of(&self, expression: &IdedExpr) -> usize {
        let found = self.0.as_ref().and_then(|source| source.offset_for(expression.id));
        found.and_then(|(start, _)| usize::try_from(start).ok()).unwrap_or(0)
    }
}

/// Reads the syntax tree of an expression whose nesting was checked.
pub(super) fn parse(text: &str) -> Result<(IdedExpr, Places), Vec<Fault>> {
    let expression = run(text).map_err(|errors| {
        errors.errors.into_iter().map(|error| fault(text, &error)).collect::<Vec<_>>()
    })?;
    // The parser tells where its nodes stand together with an error only. So it is asked again,
    // with a bracket too many: up to there it numbers the same nodes in the same order.
    let errors = run(&format!("{text}\n)")).err().map(|errors| errors.errors);
    let source = errors.into_iter().flatten().find_map(|error| error.source_info);
    Ok((expression, Places(source)))
}

/// The crate is not ours: should it panic on something that the scan lets through, then that is an
/// expression that could not be read.
fn run(text: &str) -> Result<IdedExpr, ParseErrors> {
    let levels = u16::try_from(LEVELS_MAX).unwrap_or(u16::MAX);
    let parser = PrattParser::new().max_recursion_depth(levels);
    catch_unwind(AssertUnwindSafe(|| parser.parse(text))).unwrap_or_else(|_| {
        let msg = "the parser failed".to_owned();
        let error = ParseError { source: None, pos: (1, 1), msg, expr_id: 0, source_info: None };
        Err(ParseErrors { errors: vec![error] })
    })
}

fn fault(text: &str, error: &ParseError) -> Fault {
    let (line, column) = error.pos;
    let before = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
    let lines: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let at = lines.saturating_add(usize::try_from(column.saturating_sub(1)).unwrap_or(0));
    let message = error.msg.trim_start_matches("Syntax error: ");
    Fault::new(ErrorCode::ExpressionSyntax, at, message)
}
