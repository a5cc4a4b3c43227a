//! All mutants of a file woven into it, each behind a switch: the floor is built once, and every
//! mutant is then tried by running the tests with its number.
//!
//! What is changed, and to what, comes from `cargo mutants --list`; here it is only found again by
//! where it begins.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all the syntax there is, only a few kinds are changed"
)]

use proc_macro2::{LineColumn, Span};
use std::collections::{BTreeMap, BTreeSet};
use syn::parse_quote;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, BinOp, Block, Expr, ImplItemFn, ItemFn, ReturnType, Signature, Stmt, Type, UnOp};

/// A place in a file: line from 1, column from 0.
pub(crate) type Place = (usize, usize);

/// One change, by its number.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) number: u32,
    /// Where it begins.
    pub(crate) start: Place,
    /// What kind of place it changes, as cargo-mutants calls it.
    pub(crate) genre: String,
    /// What is there instead, empty where something is left out.
    pub(crate) replacement: String,
}

/// What the woven crate is given besides: whether a mutant is the one to be tried, and, where a
/// file for it is named, which of them a run comes by.
pub(crate) const SWITCH: &str = r#"
#[doc(hidden)]
pub fn mutated(number: u32) -> bool {
    use std::collections::BTreeSet;
    use std::sync::{LazyLock, Mutex};
    static TRIED: LazyLock<u32> = LazyLock::new(|| {
        std::env::var("LYNCHPIN_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    });
    static REACHED: LazyLock<Option<Mutex<(BTreeSet<u32>, std::fs::File)>>> = LazyLock::new(|| {
        let path = std::env::var_os("LYNCHPIN_REACHED")?;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
        Some(Mutex::new((BTreeSet::new(), file)))
    });
    if let Some(reached) = &*REACHED {
        let mut reached = reached.lock().unwrap_or_else(|broken| broken.into_inner());
        if reached.0.insert(number) {
            use std::io::Write;
            let _ = reached.1.write_all(format!("{number}\n").as_bytes());
        }
    }
    *TRIED == number
}
"#;

/// A file with its mutants in it, and which of them could be put there.
pub(crate) fn weave(source: &str, changes: &[Change]) -> Result<(String, BTreeSet<u32>), String> {
    let mut file = syn::parse_file(source).map_err(|why| why.to_string())?;
    let mut weaver = Weaver::default();
    for change in changes {
        let key = (change.genre.clone(), change.start);
        weaver.changes.entry(key).or_default().push(change.clone());
    }
    weaver.visit_file_mut(&mut file);
    Ok((prettyplease::unparse(&file), weaver.woven))
}

/// The mutants whose code a place of a woven file belongs to: those of the smallest piece of it;
/// where it is in none, those of the arms of the match around it, or those that give back something
/// else from the function around it.
pub(crate) fn at(woven: &str, place: Place) -> Result<Vec<u32>, String> {
    let file = syn::parse_file(woven).map_err(|why| why.to_string())?;
    let mut finder = Finder { place, ..Finder::default() };
    finder.visit_file(&file);
    let found = [finder.pieces, finder.arms, finder.values];
    Ok(found.into_iter().flat_map(BTreeMap::into_values).next().unwrap_or_default())
}

/// The mutants that stand on a line of a woven file.
pub(crate) fn on_line(woven: &str, (line, _): Place) -> Vec<u32> {
    let line = woven.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let calls = line.split("crate::mutated(").skip(1);
    calls.filter_map(|call| call.split("u32").next()?.parse().ok()).collect()
}

#[derive(Default)]
struct Weaver {
    changes: BTreeMap<(String, Place), Vec<Change>>,
    woven: BTreeSet<u32>,
}

impl Weaver {
    /// The changes of a genre that begin there.
    fn take(&mut self, genre: &str, place: Place) -> Vec<Change> {
        let found = self.changes.remove(&(genre.to_owned(), place)).unwrap_or_default();
        self.woven.extend(found.iter().map(|change| change.number));
        found
    }

    fn function(&mut self, signature: &mut Signature, block: &mut Block) {
        let start = block.stmts.first().map(|first| begin(first.span()));
        visit_mut::visit_block_mut(self, block);
        let values = start.map(|start| self.take("FnValue", start)).unwrap_or_default();
        let boxed = boxed(&signature.output).filter(|_| !values.is_empty());
        let whole = |value: Expr| match &boxed {
            Some(boxed) => parse_quote! { ::std::boxed::Box::new(#value) as #boxed },
            None => value,
        };
        if let Some(Stmt::Expr(value, None)) = block.stmts.last_mut() {
            *value = whole(value.clone());
        }
        for Change { number, replacement, .. } in values {
            match syn::parse_str::<Expr>(&replacement).map(whole) {
                Ok(value) => {
                    let early: Stmt =
                        parse_quote! { if crate::mutated(#number) { return #value; } };
                    block.stmts.insert(0, early);
                }
                Err(_) => drop(self.woven.remove(&number)),
            }
        }
        // A switch is read while the program runs.
        signature.constness = None;
    }

    fn arm(&mut self, arm: &mut Arm) {
        let start = begin(arm.pat.span());
        let asked = arm.guard.as_ref().map(|(_, guard)| begin(guard.span()));
        let has_let = arm.guard.as_ref().is_some_and(|(_, guard)| has_let(guard));
        visit_mut::visit_arm_mut(self, arm);
        let changed = asked.filter(|_| !has_let).map(|at| self.take("MatchArmGuard", at));
        if let Some((_, guard)) = &mut arm.guard {
            for Change { number, replacement, .. } in changed.into_iter().flatten() {
                **guard = if replacement == "true" {
                    parse_quote! { (crate::mutated(#number) || #guard) }
                } else {
                    parse_quote! { (!crate::mutated(#number) && #guard) }
                };
            }
        }
        for Change { number, .. } in self.take("MatchArm", start) {
            match &mut arm.guard {
                Some((_, guard)) => {
                    **guard = parse_quote! { (!crate::mutated(#number) && (#guard)) };
                }
                None => {
                    let guard: Expr = parse_quote! { (!crate::mutated(#number)) };
                    arm.guard = Some((Default::default(), Box::new(guard)));
                }
            }
        }
    }

    fn binary(&mut self, expr: &mut syn::ExprBinary) -> Option<Expr> {
        if has_let(&expr.left) || has_let(&expr.right) {
            return None;
        }
        let changes = self.take("BinaryOperator", begin(expr.op.span()));
        let (left, op, right) = (&expr.left, &expr.op, &expr.right);
        let first = changes.first()?.number;
        Some(match op {
            BinOp::And(_) => parse_quote! {
                ({ let left = #left; if left != crate::mutated(#first) { #right } else { left } })
            },
            BinOp::Or(_) => parse_quote! {
                ({ let left = #left; if left == crate::mutated(#first) { #right } else { left } })
            },
            BinOp::Eq(_) | BinOp::Ne(_) => parse_quote! {
                ((#left #op #right) != crate::mutated(#first))
            },
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                let value = self.choice(&changes, &parse_quote!(left), op, &parse_quote!(right));
                parse_quote! { (match (&(#left), &(#right)) { (left, right) => #value }) }
            }
            _ if assigns(op) => {
                let value = self.choice(&changes, left, op, right);
                parse_quote! { (#value) }
            }
            _ => {
                let value = self.choice(&changes, &parse_quote!(left), op, &parse_quote!(right));
                parse_quote! { (match ((#left), (#right)) { (left, right) => #value }) }
            }
        })
    }

    /// One operator or, where a mutant is tried, another.
    fn choice(&mut self, changes: &[Change], left: &Expr, op: &BinOp, right: &Expr) -> Expr {
        let plain: Expr = parse_quote! { { #left #op #right } };
        changes.iter().fold(
            plain,
            |plain, Change { number, replacement, .. }| match syn::parse_str::<BinOp>(replacement) {
                Ok(other) => parse_quote! {
                    { if crate::mutated(#number) { #left #other #right } else { #plain } }
                },
                Err(_) => {
                    self.woven.remove(number);
                    plain
                }
            },
        )
    }

    fn unary(&mut self, expr: &syn::ExprUnary) -> Option<Expr> {
        let changes = self.take("UnaryOperator", begin(expr.op.span()));
        let (operand, number) = (&expr.expr, changes.first()?.number);
        Some(match expr.op {
            UnOp::Not(_) => parse_quote! { ((!#operand) != crate::mutated(#number)) },
            _ => parse_quote! {
                (match #operand { plain => if crate::mutated(#number) { plain } else { -plain } })
            },
        })
    }

    fn fields(&mut self, expr: &mut syn::ExprStruct) {
        let starts: Vec<Place> = expr.fields.iter().map(|field| begin(field.span())).collect();
        visit_mut::visit_expr_struct_mut(self, expr);
        let Some(rest) = &expr.rest else { return };
        for (field, start) in expr.fields.iter_mut().zip(starts) {
            for Change { number, .. } in self.take("StructField", start) {
                let (name, value) = (&field.member, &field.expr);
                field.expr = parse_quote! {
                    (if crate::mutated(#number) { (#rest).#name } else { #value })
                };
                field.colon_token = Some(Default::default());
            }
        }
    }
}

impl VisitMut for Weaver {
    fn visit_item_fn_mut(&mut self, item: &mut ItemFn) {
        self.function(&mut item.sig, &mut item.block);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut ImplItemFn) {
        self.function(&mut item.sig, &mut item.block);
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        if let Some(block) = &mut item.default {
            self.function(&mut item.sig, block);
        }
    }

    // What the compiler works out cannot be switched.
    fn visit_item_const_mut(&mut self, _: &mut syn::ItemConst) {}
    fn visit_item_static_mut(&mut self, _: &mut syn::ItemStatic) {}
    fn visit_impl_item_const_mut(&mut self, _: &mut syn::ImplItemConst) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        self.arm(arm);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Struct(made) = expr {
            return self.fields(made);
        }
        visit_mut::visit_expr_mut(self, expr);
        let woven = match expr {
            Expr::Binary(binary) => self.binary(binary),
            Expr::Unary(unary) => self.unary(unary),
            _ => None,
        };
        if let Some(woven) = woven {
            *expr = woven;
        }
    }
}

/// Finds the mutants around a place.
#[derive(Default)]
struct Finder {
    place: Place,
    /// The pieces of code around what is looked at that may be one mutant.
    around: Vec<(Place, Place)>,
    /// The functions and the matches around it.
    functions: Vec<(Place, Place)>,
    matches: Vec<(Place, Place)>,
    /// The mutants by the size of their piece, in lines and columns.
    pieces: BTreeMap<(usize, usize), Vec<u32>>,
    /// Those that leave out an arm, by the size of their match.
    arms: BTreeMap<(usize, usize), Vec<u32>>,
    /// Those that give back something else, by the size of their function.
    values: BTreeMap<(usize, usize), Vec<u32>>,
}

impl Finder {
    fn inside(&mut self, span: Span, go_on: impl FnOnce(&mut Self)) {
        self.around.push((begin(span), place(span.end())));
        go_on(self);
        self.around.pop();
    }

    fn function(&mut self, span: Span, go_on: impl FnOnce(&mut Self)) {
        self.functions.push((begin(span), place(span.end())));
        go_on(self);
        self.functions.pop();
    }

    /// The size of the innermost of some pieces, if the place is in it.
    fn size(&self, pieces: &[(Place, Place)]) -> Option<(usize, usize)> {
        let (start, end) = pieces.last().copied()?;
        let inside = start <= self.place && self.place <= end;
        inside.then(|| (end.0.abs_diff(start.0), end.1.abs_diff(start.1)))
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(item.span(), |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(item.span(), |finder| visit::visit_impl_item_fn(finder, item));
    }

    fn visit_expr_match(&mut self, expr: &'a syn::ExprMatch) {
        self.matches.push((begin(expr.span()), place(expr.span().end())));
        visit::visit_expr_match(self, expr);
        self.matches.pop();
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        let guard = arm.guard.as_ref().map(|(_, guard)| &**guard);
        if let (Some(number), Some(size)) = (guard.and_then(left_out), self.size(&self.matches)) {
            self.arms.entry(size).or_default().push(number);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_if(&mut self, expr: &'a syn::ExprIf) {
        let early = matches!(expr.then_branch.stmts.first(), Some(Stmt::Expr(Expr::Return(_), _)));
        if let (Expr::Call(call), true) = (&*expr.cond, early) {
            let size = self.size(&self.functions);
            if let (Some(number), Some(size)) = (number(call), size) {
                self.values.entry(size).or_default().push(number);
            }
        }
        self.inside(expr.span(), |finder| visit::visit_expr_if(finder, expr));
    }

    fn visit_expr_paren(&mut self, expr: &'a syn::ExprParen) {
        self.inside(expr.span(), |finder| visit::visit_expr_paren(finder, expr));
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        visit::visit_expr_call(self, call);
        if let (Some(number), Some(size)) = (number(call), self.size(&self.around)) {
            self.pieces.entry(size).or_default().push(number);
        }
    }
}

/// The number of the mutant that leaves out the arm with this guard.
fn left_out(guard: &Expr) -> Option<u32> {
    match guard {
        Expr::Paren(inner) => left_out(&inner.expr),
        Expr::Binary(both) => left_out(&both.left),
        Expr::Unary(not) => match &*not.expr {
            Expr::Call(call) => number(call),
            _ => None,
        },
        _ => None,
    }
}

/// What gives back an unnamed type gives back one: with mutants in it, one that is boxed.
fn boxed(output: &ReturnType) -> Option<Type> {
    let ReturnType::Type(_, unnamed) = output else { return None };
    let Type::ImplTrait(syn::TypeImplTrait { bounds, .. }) = &**unnamed else { return None };
    let lives = bounds.iter().any(|bound| matches!(bound, syn::TypeParamBound::Lifetime(_)));
    Some(match lives {
        true => parse_quote! { ::std::boxed::Box<dyn #bounds> },
        false => parse_quote! { ::std::boxed::Box<dyn #bounds + '_> },
    })
}

/// The number that a switch asks for.
fn number(call: &syn::ExprCall) -> Option<u32> {
    let Expr::Path(path) = &*call.func else { return None };
    let named = path.path.segments.last().is_some_and(|last| last.ident == "mutated");
    match call.args.first().filter(|_| named)? {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => number.base10_parse().ok(),
        _ => None,
    }
}

fn begin(span: Span) -> Place {
    place(span.start())
}

fn place(at: LineColumn) -> Place {
    (at.line, at.column)
}

/// Whether a condition binds something, so that it cannot be put anywhere else.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            has_let(&both.left) || has_let(&both.right)
        }
        _ => false,
    }
}

fn assigns(op: &BinOp) -> bool {
    use quote::ToTokens as _;
    let text = op.to_token_stream().to_string();
    text.len() > 1 && text.ends_with('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: u32, start: Place, genre: &str, replacement: &str) -> Change {
        let (genre, replacement) = (genre.to_owned(), replacement.to_owned());
        Change { number, start, genre, replacement }
    }

    #[test]
    fn each_mutant_is_behind_its_switch_and_found_again() {
        let source = "fn f(a: u8, b: bool) -> bool {\n    match a {\n        1 if b => !b,\n\
            \x20       _ => a < 3 && b,\n    }\n}\n";
        let changes = [
            change(1, (2, 4), "FnValue", "true"),
            change(2, (3, 13), "MatchArmGuard", "true"),
            change(3, (3, 8), "MatchArm", ""),
            change(4, (3, 18), "UnaryOperator", ""),
            change(5, (4, 15), "BinaryOperator", "=="),
            change(6, (4, 19), "BinaryOperator", "||"),
        ];
        let (woven, numbers) = weave(source, &changes).unwrap();
        assert_eq!(numbers, (1..=6).collect(), "{woven}");
        for number in 1..=6 {
            let call = format!("crate::mutated({number}u32)");
            let line = woven.lines().position(|line| line.contains(&call)).unwrap();
            let column = woven.lines().nth(line).unwrap().find(&call).unwrap();
            assert!(at(&woven, (line + 1, column)).unwrap().contains(&number), "{number}: {woven}");
        }
    }

    #[test]
    fn what_binds_or_is_worked_out_by_the_compiler_stays() {
        let source = "const A: bool = 1 < 2;\nfn f(a: Option<u8>) -> u8 {\n\
            \x20   if let Some(a) = a && a > 1 { a } else { 0 }\n}\n";
        let changes = [
            change(1, (1, 18), "BinaryOperator", ">"),
            change(2, (3, 23), "BinaryOperator", "||"),
            change(3, (3, 28), "BinaryOperator", "<"),
        ];
        assert_eq!(weave(source, &changes).unwrap().1, BTreeSet::from([3]));
    }
}
