//! Workflows as text for people.

use lynchpin::base::{Error, ErrorCode};
use lynchpin::gate::workflow::find;
use lynchpin::report::{Style, workflow};

use crate::error::lp_error;
use crate::guard::call;
use crate::kinds::{
    LP_FORMAT_MARKDOWN, LP_FORMAT_MERMAID, LP_FORMAT_SVG, LP_FORMAT_TERMINAL, LP_FORMAT_TEXT,
};
use crate::text::{lp_buf, lp_str};

/// A workflow for people: its states, what leads from one to the next and on what conditions.
///
/// `workflow` is the name of one that is shipped, such as `servicenow-normal`, or the text (TOML)
/// of one. It is verified first: if it is unsound, the call fails, and the error holds every
/// problem with the way that shows it. `format` is any LP_FORMAT_ number; Mermaid and SVG draw the
/// states. What other people wrote is made safe to print. Free the buffer with `lp_buf_free`. Where
/// something in a state can go is asked by `lp_ask`, with the question `workflow`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_workflow_report(
    workflow: lp_str,
    format: u32,
    report_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(report_out, error_out, || {
            let machine = find(workflow.text(ErrorCode::DocumentNotUtf8, "workflow")?)?;
            let said = machine.workflow();
            let report = match format {
                LP_FORMAT_TEXT => workflow::text(said, Style::Plain),
                LP_FORMAT_TERMINAL => workflow::text(said, Style::Ansi),
                LP_FORMAT_MARKDOWN => workflow::markdown(said),
                LP_FORMAT_MERMAID => workflow::mermaid(said),
                LP_FORMAT_SVG => workflow::svg(said),
                _ => {
                    let message = format!("`{format}` is no format: pass an LP_FORMAT_ number");
                    return Err(Error::new(ErrorCode::BadArgument, message));
                }
            };
            Ok(lp_buf::give(report.into_bytes()))
        })
    }
}
