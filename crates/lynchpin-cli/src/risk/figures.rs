//! A back-test as text: how each change was scored, figures with intervals, gates and blocks.

use lynchpin::base::Probability;
use lynchpin::report::{Style, counted, percent, printable, strong};
use lynchpin::risk::backtest::{Figure, Gate, Gated, Part};

use super::backtest::Tested;
use super::text::{name, short, table};

/// Everything, what matters most first.
pub fn told(tested: &Tested, style: Style) -> String {
    let whole = &tested.found.whole;
    let options = &tested.found.options;
    let mut out = head(tested, style);
    out.push_str(&format!("\n{}\n", strong(style, "what the scores were worth")));
    out.push_str(&table(&["figure", "value", "in nine of ten"], &worth(tested), style));
    out.push_str(&format!("\n{}\n", strong(style, "what a gate would have cost")));
    out.push_str(&format!(
        "where a review of what holds costs {} and a failure that was let through costs {}\n",
        options.costs.review, options.costs.escape
    ));
    let heads = ["reviewed", "changes", "caught", "false alarms", "escaped", "cost"];
    out.push_str(&table(&heads, &gates(&whole.gate, whole), style));
    if tested.found.blocks.len() > 1 {
        out.push_str(&format!("\n{}\n", strong(style, "block by block")));
        let rows: Vec<Vec<String>> =
            (1_usize..).zip(&tested.found.blocks).map(|(at, part)| block(at, part)).collect();
        let heads =
            ["block", "made from", "changes", "failed", "said", "too much", "area", "saved"];
        out.push_str(&table(&heads, &rows, style));
    }
    if !tested.blocks.is_empty() {
        out.push_str(&format!("\n{}\n", strong(style, "what each block was scored by")));
        out.push_str(&models(tested, style));
    }
    out
}

fn head(tested: &Tested, style: Style) -> String {
    let (whole, options) = (&tested.found.whole, &tested.found.options);
    let count = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
    let head = format!(
        "BACK-TEST of {}: {}, of which {} failed ({})",
        printable(&tested.file),
        counted(count(whole.changes), "change", "changes"),
        whole.failures,
        percent(whole.figures.observed.value),
    );
    let mut out = strong(style, &head) + "\n";
    out.push_str(&format!(
        "made from {} to {}; as of {}, each has had at least {} to fail\n",
        whole.from, whole.to, options.as_of, options.maturity
    ));
    out.push_str(&scoring(tested));
    if tested.younger > 0 {
        out.push_str(&format!(
            "left out: {} younger than that\n",
            counted(tested.younger, "change", "changes")
        ));
    }
    if whole.late > 0 {
        out.push_str(&format!(
            "{} came to be known later than that after the change: if these are many, take a \
             longer maturity\n",
            counted(count(whole.late), "failure", "failures")
        ));
    }
    out
}

/// What each change was scored by, so that nobody has to guess what was known.
fn scoring(tested: &Tested) -> String {
    if let Some(column) = &tested.said {
        return format!(
            "scored by the column `{}`, as it stands in the file; whether that was said before the \
             outcome was known\nis not to be seen there\n",
            name(column)
        );
    }
    let kind = if tested.is_lines { "lines" } else { "lines, steps and pairs" };
    format!(
        "scored block by block, by a model of {kind} of the rows before the block that were ripe \
         and known\nwhen its first change was made, shifted by the outcomes that became so since; \
         rows 1 to {} only train\n",
        tested.trained
    )
}

fn models(tested: &Tested, style: Style) -> String {
    let rows: Vec<Vec<String>> = (1_usize..)
        .zip(&tested.blocks)
        .map(|(number, block)| {
            vec![
                number.to_string(),
                format!("{} to {}", block.rows.0, block.rows.1),
                block.as_of.to_string(),
                block.fitted_to.to_string(),
                block.failures.to_string(),
                block.left_out.to_string(),
                format!("{} by {}", short(block.shift), block.outcomes),
            ]
        })
        .collect();
    let heads = [
        "block",
        "rows",
        "model as of",
        "fitted to",
        "failed",
        "not yet known",
        "shift at its end",
    ];
    table(&heads, &rows, style)
}

fn worth(tested: &Tested) -> Vec<Vec<String>> {
    let (whole, costs) = (&tested.found.whole, tested.found.options.costs);
    let it = &whole.figures;
    let saved = match costs.review {
        1 => "saved by the gate (saving), in reviews",
        _ => "saved by the gate (saving)",
    };
    let figures = [
        ("failed (observed)", Some(share(it.observed))),
        ("said to fail (said)", Some(share(it.said))),
        ("said too much (excess)", Some(signed(it.excess))),
        ("area under the curve (auc)", it.auc.map(share)),
        ("average precision (average_precision)", it.average_precision.map(share)),
        ("Brier score (brier)", Some(share(it.brier))),
        ("Brier skill (skill)", it.skill.map(signed)),
        ("calibration error (error)", Some(share(it.error))),
        ("failures among the riskiest 5 % (recall_5)", it.recall_5.map(share)),
        ("10 % (recall_10)", it.recall_10.map(share)),
        ("20 % (recall_20)", it.recall_20.map(share)),
        ("50 % (recall_50)", it.recall_50.map(share)),
        ("20 % of the effort (recall_by_effort)", it.recall_by_effort.map(share)),
        (saved, Some(whole_number(whole.gate.saving))),
    ];
    // Without efforts nobody asks for it.
    let figures = figures
        .into_iter()
        .filter(|(name, told)| told.is_some() || !name.ends_with("(recall_by_effort)"));
    let row = |(name, told): (&str, Option<[String; 2]>)| {
        let [value, ends] = told.unwrap_or_else(|| ["cannot be told".to_owned(), String::new()]);
        vec![name.to_owned(), value, ends]
    };
    let mut rows: Vec<Vec<String>> = figures.map(row).collect();
    let base = percent(tested.found.options.base);
    for row in &mut rows {
        if let Some(cell) = row.first_mut().filter(|cell| cell.starts_with("Brier skill")) {
            cell.push_str(&format!(", against saying {base}"));
        }
    }
    rows
}

/// A figure and its ends in words.
fn told_as<T: Copy>(figure: Figure<T>, say: impl Fn(T) -> String) -> [String; 2] {
    let ends = figure.interval.map(|it| format!("{} to {}", say(it.low), say(it.high)));
    [say(figure.value), ends.unwrap_or_else(|| "cannot be told".to_owned())]
}

fn share(figure: Figure<Probability>) -> [String; 2] {
    told_as(figure, percent)
}

fn signed(figure: Figure<i64>) -> [String; 2] {
    told_as(figure, signed_percent)
}

fn whole_number(figure: Figure<i64>) -> [String; 2] {
    told_as(figure, |value| value.to_string())
}

/// Billionths as per cent with one decimal.
fn signed_percent(billionths: i64) -> String {
    let tenths = billionths.saturating_add(500_000).div_euclid(1_000_000);
    let sign = if tenths < 0 { "-" } else { "" };
    let size = tenths.unsigned_abs();
    format!("{sign}{}.{} %", size / 10, size % 10)
}

/// Gates from the costs, the best one known only afterwards, and none at all.
fn gates(gate: &Gate, whole: &Part) -> Vec<Vec<String>> {
    let row = |what: &str, it: &Gated| {
        let from =
            it.threshold.map_or("nothing".to_owned(), |from| format!("from {} on", percent(from)));
        vec![
            format!("{from} ({what})"),
            format!("{} ({})", it.gated, percent(it.share)),
            it.caught.to_string(),
            it.false_alarms.to_string(),
            it.escaped.to_string(),
            it.cost.to_string(),
        ]
    };
    let held = whole.changes.saturating_sub(whole.failures);
    let plain = |cells: [&str; 2], rest: [u64; 4]| -> Vec<String> {
        let rest = rest.into_iter().map(|cell| cell.to_string());
        cells.into_iter().map(str::to_owned).chain(rest).collect()
    };
    let all = format!("{} (100.0 %)", whole.changes);
    vec![
        row("by the costs (derived)", &gate.derived),
        row("best, known only afterwards (best)", &gate.best),
        plain(["everything (all)", &all], [whole.failures, held, 0, gate.all]),
        plain(["nothing (none)", "0 (0.0 %)"], [0, 0, whole.failures, gate.none]),
    ]
}

fn block(number: usize, part: &Part) -> Vec<String> {
    let figures = &part.figures;
    let area = figures.auc.map(|it| percent(it.value));
    vec![
        number.to_string(),
        part.from.to_string(),
        part.changes.to_string(),
        part.failures.to_string(),
        percent(figures.said.value),
        signed_percent(figures.excess.value),
        area.unwrap_or_else(|| "not told".to_owned()),
        part.gate.saving.value.to_string(),
    ]
}
