//! Replays: each model of what was ripe and known, by definition, and whatever became known later
//! changes nothing that was said.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::{Instant, Probability, Span};
use lynchpin::risk::backtest::mature_until;
use lynchpin::risk::certify::{Promise, certify};
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Transform};
use lynchpin::risk::replay::{History, Options, Replay};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

fn hours(hours: usize) -> Instant {
    let seconds = u32::try_from(hours * 3_600).expect("a few years");
    Instant::EPOCH.after(Span::from_seconds(seconds))
}

/// A history to be replayed: two features, times in hours, and how.
#[derive(Clone, Debug)]
struct Past {
    values: [Vec<i64>; 2],
    made: Vec<Instant>,
    known: Vec<Option<Instant>>,
    failed: Vec<bool>,
    maturity: Span,
    blocks: u32,
}

/// Whole numbers, a tenth of which are not known.
fn value() -> impl Strategy<Value = i64> {
    prop_oneof![9 => (0..50_i64).prop_map(|whole| whole * 1_000_000), 1 => Just(MISSING)]
}

/// Changes up to a day apart, of which it is known after up to four days what became of them, or as
/// soon as they are ripe.
fn past() -> impl Strategy<Value = Past> {
    let row = (value(), value(), 0..24_usize, prop::option::of(0..96_usize), any::<bool>());
    (prop::collection::vec(row, 24..60), 0..72_u32, 1..5_u32).prop_map(
        |(rows, hours_ripe, blocks)| {
            let mut hour = 0;
            let mut made = |gap: usize| {
                hour += gap;
                hour
            };
            let times: Vec<usize> = rows.iter().map(|row| made(row.2)).collect();
            let known = |(row, made): (&(_, _, _, Option<usize>, _), &usize)| {
                row.3.map(|later| hours(made + later))
            };
            Past {
                values: [
                    rows.iter().map(|row| row.0).collect(),
                    rows.iter().map(|row| row.1).collect(),
                ],
                made: times.iter().copied().map(hours).collect(),
                known: rows.iter().zip(&times).map(known).collect(),
                failed: rows.iter().map(|row| row.4).collect(),
                maturity: Span::from_seconds(hours_ripe * 3_600),
                blocks,
            }
        },
    )
}

impl Past {
    fn columns(&self) -> [Column<'_>; 2] {
        let column = |name, transform, values| Column { name, transform, bend: Bend::Free, values };
        [
            column("lines", Transform::Log, &self.values[0]),
            column("measure.age", Transform::Plain, &self.values[1]),
        ]
    }

    /// When the outcome of a row was ripe and known.
    fn ripe(&self, row: usize) -> Instant {
        self.made[row].after(self.maturity).max(self.known[row].unwrap_or(Instant::EPOCH))
    }

    /// As of when all is known.
    fn end(&self) -> Instant {
        (0..self.made.len()).map(|row| self.ripe(row)).max().expect("some changes")
    }

    /// Replays it with lines alone; nothing, if of what a model is fitted to all failed or held.
    fn replayed<T>(&self, as_of: Instant, take: impl FnOnce(Replay<'_>) -> T) -> Option<T> {
        let columns = self.columns();
        let Past { made, known, failed, .. } = self;
        let history = History { features: &columns, made, known, failed };
        let options = Options::new(as_of, self.maturity).with_lines().with_blocks(self.blocks);
        Replay::new(&history, &options).ok().map(take)
    }
}

proptest! {
    #![proptest_config(config(100))]

    /// Nothing is said of a change by whoever knew an outcome that was known only later.
    #[test]
    fn what_came_to_be_known_later_changes_nothing(
        past in past(),
        which in any::<prop::sample::Index>(),
    ) {
        let row = which.index(past.made.len());
        let said = |replay: Replay<'_>| (replay.trained, replay.said, replay.vouched);
        let mut other = past.clone();
        other.failed[row] = !other.failed[row];
        let (one, two) = (past.replayed(past.end(), said), other.replayed(past.end(), said));
        let Some(((trained, said, vouched), (_, others, likewise))) = one.zip(two) else {
            return Ok(());
        };
        prop_assert_eq!(vouched.len(), said.len());
        for (at, scored) in (trained..past.made.len()).enumerate() {
            if past.made[scored] < past.ripe(row) || scored <= row {
                prop_assert_eq!(said[at], others[at], "change {} by {}", scored, row);
                // Of others it is vouched by what was seen, never by what became of it.
                prop_assert_eq!(vouched[at], likewise[at]);
            }
        }
    }

    /// Each change is scored by a model of what was ripe and known when its block began.
    #[test]
    fn each_block_has_a_model_of_what_was_known(past in past()) {
        let found = past.replayed(past.end(), |it| (it.trained, it.log_odds, it.blocks));
        let Some((trained, log_odds, blocks)) = found else { return Ok(()) };
        prop_assert_eq!(blocks.len(), usize::try_from(past.blocks).expect("few"));
        for block in blocks {
            let (first, last) = (block.rows.0 - 1, block.rows.1);
            prop_assert_eq!(block.as_of, past.made[first]);
            let known: Vec<usize> =
                (0..first).filter(|row| past.ripe(*row) <= past.made[first]).collect();
            let of = |all: &[i64]| known.iter().map(|row| all[*row]).collect::<Vec<i64>>();
            let values = [of(&past.values[0]), of(&past.values[1])];
            let columns = past.columns();
            let columns: Vec<Column<'_>> =
                columns.iter().zip(&values).map(|(it, values)| Column { values, ..*it }).collect();
            let failed: Vec<bool> = known.iter().map(|row| past.failed[*row]).collect();
            prop_assert_eq!((block.fitted_to, block.left_out), (known.len(), first - known.len()));
            let model = Model::fit(&columns, &failed, &Fit::LINES).expect("it was fitted before");
            for row in first..last {
                let scored = model.score(&[past.values[0][row], past.values[1][row]]);
                let scored = scored.expect("two features");
                prop_assert_eq!(log_odds[row - trained], scored.log_odds);
            }
        }
    }

    /// What is too young is not looked at, whatever is said of it.
    #[test]
    fn a_certificate_rests_on_nothing_young(past in past(), cut in 16..24_usize) {
        // Everything is known as soon as it is ripe, so that nothing is known too late.
        let past = Past { known: vec![None; past.made.len()], ..past };
        let as_of = past.ripe(cut);
        let count = mature_until(&past.made, as_of, past.maturity);
        let certified = |count: usize| {
            let columns = past.columns();
            let columns = columns.map(|it| Column { values: &it.values[..count], ..it });
            let history = History {
                features: &columns,
                made: &past.made[..count],
                known: &past.known[..count],
                failed: &past.failed[..count],
            };
            let options =
                Options::new(as_of, past.maturity).with_lines().with_blocks(past.blocks);
            // So few can promise little.
            let most = Probability::from_parts_per_billion(800_000_000);
            certify(&history, &options, &Promise::new(most))
        };
        prop_assert_eq!(certified(past.made.len()), certified(count));
    }
}
