//! Answers as text for people.

use lynchpin::base::{Error, ErrorCode, Instant, Result};
use lynchpin::portfolio::Snapshot;
use lynchpin::report::{self, Options, Style, Titles};

use crate::decision::lp_decision;
use crate::error::lp_error;
use crate::guard::call_on;
use crate::kinds::{
    LP_FORMAT_MARKDOWN, LP_FORMAT_MERMAID, LP_FORMAT_SVG, LP_FORMAT_TERMINAL, LP_FORMAT_TEXT,
};
use crate::plan::lp_plan;
use crate::score::lp_score;
use crate::text::lp_buf;

/// How the core writes one kind of answer; a picture is of a plan only.
type Write<'a> = &'a dyn Fn(&Options<'_>) -> String;

/// A decision for people: the verdict, what holds it back and who can act, the tree of reasons.
///
/// `format` is LP_FORMAT_TEXT, LP_FORMAT_TERMINAL or LP_FORMAT_MARKDOWN. Titles of changes stand
/// beside their ids. What other people wrote is made safe to print. Free the buffer with
/// `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_report(
    decision: *const lp_decision,
    format: u32,
    report_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(decision, report_out, error_out, |it| {
            let of = |options: &Options<'_>| report::decision(&it.decision, options);
            let marked = |options: &Options<'_>| report::markdown::decision(&it.decision, options);
            write(&it.snapshot, it.decision.at, format, &of, &marked, None)
        })
    }
}

/// A plan for people: its waves, what is dropped and why.
///
/// `format` is any LP_FORMAT_ number; Mermaid and SVG draw the waves. All else is as for
/// `lp_decision_report`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_report(
    plan: *const lp_plan,
    format: u32,
    report_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(plan, report_out, error_out, |it| {
            let of = |options: &Options<'_>| report::plan(&it.plan, options);
            let marked = |options: &Options<'_>| report::markdown::plan(&it.plan, options);
            let mermaid = |options: &Options<'_>| report::mermaid::plan(&it.plan, options);
            let svg = |options: &Options<'_>| report::svg::plan(&it.plan, options);
            write(&it.snapshot, it.plan.at, format, &of, &marked, Some((&mermaid, &svg)))
        })
    }
}

/// A score for people: the probability and what makes it up.
///
/// `format` is LP_FORMAT_TEXT, LP_FORMAT_TERMINAL or LP_FORMAT_MARKDOWN. All else is as for
/// `lp_decision_report`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_score_report(
    score: *const lp_score,
    format: u32,
    report_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(score, report_out, error_out, |it| {
            let of = |options: &Options<'_>| report::score(&it.score, options);
            let marked = |options: &Options<'_>| report::markdown::score(&it.score, options);
            write(&it.snapshot, it.score.at, format, &of, &marked, None)
        })
    }
}

fn write(
    snapshot: &Snapshot,
    at: Instant,
    format: u32,
    text: Write<'_>,
    markdown: Write<'_>,
    pictures: Option<(Write<'_>, Write<'_>)>,
) -> Result<lp_buf> {
    let (how, style) = match (format, pictures) {
        (LP_FORMAT_TEXT, _) => (text, Style::Plain),
        (LP_FORMAT_TERMINAL, _) => (text, Style::Ansi),
        (LP_FORMAT_MARKDOWN, _) => (markdown, Style::Plain),
        (LP_FORMAT_MERMAID, Some((mermaid, _))) => (mermaid, Style::Plain),
        (LP_FORMAT_SVG, Some((_, svg))) => (svg, Style::Plain),
        (LP_FORMAT_MERMAID | LP_FORMAT_SVG, None) => {
            let message = "only a plan can be drawn: pass LP_FORMAT_TEXT, _TERMINAL or _MARKDOWN";
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        _ => {
            let message = format!("`{format}` is no format: pass an LP_FORMAT_ number");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
    };
    let titles = Titles::of(snapshot.portfolio(), at);
    let options = Options::new().with_style(style).with_titles(&titles);
    Ok(lp_buf::give(how(&options).into_bytes()))
}
