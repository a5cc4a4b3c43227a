//! Bounds on the text, checked before a parser sees it.
//!
//! The parser recurses, and so does whatever walks or drops the tree that it makes. So the height
//! of that tree is bounded from the tokens alone, from above as well as from below.

use cel::parser::pratt_parser::{Lexer, Token, TokenKind};

use super::{BYTES_MAX, Fault, LEVELS_MAX};
use crate::base::error::ErrorCode;

/// The macros that run over a list.
const LOOPS: [&str; 5] = ["all", "exists", "exists_one", "map", "filter"];

/// Checks the length, the words and the nesting of an expression.
pub(super) fn check(text: &str) -> Result<(), Vec<Fault>> {
    if text.len() > BYTES_MAX {
        let message = format!("the expression is longer than {BYTES_MAX} bytes");
        return Err(vec![Fault::new(ErrorCode::ExpressionTooLong, BYTES_MAX, message)]);
    }
    let mut lexer = Lexer::new(text);
    let mut levels = Levels { frames: vec![Frame::default()], before: [TokenKind::TokEnd; 2] };
    let mut word = "";
    // Every token has at least a byte, so this ends.
    for _ in 0..=text.len() {
        let token = lexer.lex();
        if token.kind == TokenKind::TokEnd {
            return levels.end(text.len()).map_err(|fault| vec![fault]);
        }
        if matches!(token.kind, TokenKind::TokWhitespace | TokenKind::TokComment) {
            continue;
        }
        if token.kind == TokenKind::TokError {
            let error = lexer.get_error().map(|error| error.message.clone());
            let message = error.unwrap_or_else(|| "unexpected character".to_owned());
            return Err(vec![Fault::new(ErrorCode::ExpressionSyntax, token.start, message)]);
        }
        refused(token).and_then(|()| levels.take(token, word)).map_err(|fault| vec![fault])?;
        word = text.get(token.start..token.end).unwrap_or_default();
    }
    Ok(())
}

/// The words that no expression has here.
const REFUSED: [(TokenKind, &str); 6] = [
    (TokenKind::TokFloat, "there are no doubles: use whole numbers"),
    (TokenKind::TokUint, "there are no unsigned numbers: leave out the `u`"),
    (TokenKind::TokBytes, "there are no bytes: use a string"),
    (TokenKind::TokLeftBrace, "there are no maps and messages"),
    (TokenKind::TokRightBrace, "there are no maps and messages"),
    (TokenKind::TokNull, "there is no null: ask `has(...)` whether a field is there"),
];

/// The operators that stack up, each a level above its operands.
const STACKING: [TokenKind; 14] = [
    TokenKind::TokDot,
    TokenKind::TokMinus,
    TokenKind::TokPlus,
    TokenKind::TokAsterisk,
    TokenKind::TokSlash,
    TokenKind::TokPercent,
    TokenKind::TokExclamation,
    TokenKind::TokEqualEqual,
    TokenKind::TokExclamationEqual,
    TokenKind::TokLess,
    TokenKind::TokLessEqual,
    TokenKind::TokGreater,
    TokenKind::TokGreaterEqual,
    TokenKind::TokIn,
];

fn refused(token: Token) -> Result<(), Fault> {
    match REFUSED.iter().find(|(kind, _)| *kind == token.kind) {
        Some((_, why)) => Err(Fault::new(ErrorCode::ExpressionRefused, token.start, *why)),
        None => Ok(()),
    }
}

/// What stands between two brackets, as far as it was read.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// How it was opened; nothing, for the whole.
    open: Option<TokenKind>,
    /// Whether it is what a macro does to each item.
    is_loop: bool,
    /// The levels above it.
    above: usize,
    /// The height of the highest argument before this one.
    done: usize,
    /// The height of the highest term of this argument before this one.
    term: usize,
    /// The height of the highest operand in brackets of this term.
    operand: usize,
    /// The operators of this term that stack up: arithmetic, comparisons, signs, selections.
    chain: usize,
    /// The `&&` and `||` of this argument; the parser balances them.
    joins: usize,
    /// The `?` of this argument.
    choices: usize,
}

impl Frame {
    /// What may stand above the operand that comes next: chains of `&&` and of `||`, one inside
    /// the other, are each balanced.
    fn around(&self) -> usize {
        let balanced = usize::BITS.saturating_sub(self.joins.leading_zeros());
        let balanced = usize::try_from(balanced).unwrap_or(usize::MAX).saturating_mul(2);
        balanced.saturating_add(self.choices)
    }

    fn depth(&self) -> usize {
        self.above.saturating_add(self.around()).saturating_add(self.chain).saturating_add(1)
    }

    fn height(&self) -> usize {
        let term = self.term.max(self.operand.saturating_add(self.chain).saturating_add(1));
        self.done.max(term.saturating_add(self.around()))
    }

    fn end_term(&mut self) {
        self.term = self.term.max(self.operand.saturating_add(self.chain).saturating_add(1));
        (self.operand, self.chain) = (0, 0);
    }

    fn end_argument(&mut self) {
        self.done = self.height();
        (self.term, self.operand, self.chain, self.joins, self.choices) = (0, 0, 0, 0, 0);
    }
}

/// The brackets that are open.
struct Levels {
    frames: Vec<Frame>,
    before: [TokenKind; 2],
}

impl Levels {
    fn take(&mut self, token: Token, word: &str) -> Result<(), Fault> {
        let is_loop = self.before == [TokenKind::TokDot, TokenKind::TokIdent]
            && token.kind == TokenKind::TokLeftParen
            && LOOPS.contains(&word);
        if matches!(token.kind, TokenKind::TokLeftParen | TokenKind::TokLeftBracket) {
            self.open(token, is_loop)?;
        } else if token.kind == TokenKind::TokRightParen {
            self.close(token, TokenKind::TokLeftParen)?;
        } else if token.kind == TokenKind::TokRightBracket {
            self.close(token, TokenKind::TokLeftBracket)?;
        } else {
            self.within(token.kind);
        }
        let [_, last] = self.before;
        self.before = [last, token.kind];
        let frame = self.frames.last().copied().unwrap_or_default();
        if frame.depth().max(frame.height()) > LEVELS_MAX {
            let message = format!("the expression is nested deeper than {LEVELS_MAX} levels");
            return Err(Fault::new(ErrorCode::ExpressionTooDeep, token.start, message));
        }
        Ok(())
    }

    fn within(&mut self, kind: TokenKind) {
        let Some(frame) = self.frames.last_mut() else { return };
        if kind == TokenKind::TokComma {
            frame.end_argument();
        } else if matches!(kind, TokenKind::TokLogicalAnd | TokenKind::TokLogicalOr) {
            frame.end_term();
            frame.joins = frame.joins.saturating_add(1);
        } else if kind == TokenKind::TokQuestion {
            frame.end_term();
            frame.choices = frame.choices.saturating_add(1);
        } else if kind == TokenKind::TokColon {
            frame.end_term();
        } else if STACKING.contains(&kind) {
            frame.chain = frame.chain.saturating_add(1);
        }
    }

    fn open(&mut self, token: Token, is_loop: bool) -> Result<(), Fault> {
        if is_loop && self.frames.iter().any(|frame| frame.is_loop) {
            let message = "a macro inside another is not allowed: it multiplies the work";
            return Err(Fault::new(ErrorCode::ExpressionRefused, token.start, message));
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        // An index stacks up behind what it is of; a list costs one level too much by this.
        if token.kind == TokenKind::TokLeftBracket {
            frame.chain = frame.chain.saturating_add(1);
        }
        let above = frame.depth();
        self.frames.push(Frame { open: Some(token.kind), is_loop, above, ..Frame::default() });
        Ok(())
    }

    fn close(&mut self, token: Token, open: TokenKind) -> Result<(), Fault> {
        match self.frames.pop() {
            Some(inner) if inner.open == Some(open) => {
                let Some(outer) = self.frames.last_mut() else { return Ok(()) };
                outer.operand = outer.operand.max(inner.height().saturating_add(1));
                Ok(())
            }
            Some(_) | None => {
                let message = format!("`{}` closes nothing", token.kind.as_str());
                Err(Fault::new(ErrorCode::ExpressionSyntax, token.start, message))
            }
        }
    }

    fn end(&self, at: usize) -> Result<(), Fault> {
        match self.frames.last().and_then(|frame| frame.open) {
            None => Ok(()),
            Some(open) => {
                let message = format!("a `{}` is never closed", open.as_str());
                Err(Fault::new(ErrorCode::ExpressionSyntax, at, message))
            }
        }
    }
}
