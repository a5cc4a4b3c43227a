//! Histories in which failures are rare: failing changes dropped at random until few are left.

use std::io::Result;

use lynchpin::risk::learn::Fit;
use lynchpin_benches::Wanted::{AtLeast, Nothing};
use lynchpin_benches::figure;
use lynchpin_tests::git::random::Random;
use lynchpin_tests::histories::History;

use crate::later::{Foretold, float, foretold, lanes};
use crate::mean;

/// Shares of failures, in ten thousandths, each in so many thinned histories.
const RATES: [(usize, &str); 2] = [(200, "2 %"), (20, "0.2 %")];
const SEEDS: u64 = 100;
/// So many standard errors either way hold 95 of 100 normal numbers.
const NINETY_FIVE: f64 = 1.959_963_985;

pub(crate) fn measure(histories: &[History]) -> Result<()> {
    for (rate, name) in RATES {
        let (mut covered, mut broken, mut granted) = (0.0, 0.0, 0.0);
        let (mut shares, mut refused) = (Vec::new(), Vec::new());
        for (seed, whole) in (0..SEEDS).zip(histories.iter().cycle()) {
            let history = thinned(whole, rate, seed);
            let cut = history.cut();
            let past = foretold(&history, cut * 7 / 10, cut, true, |_| Fit::LINES);
            let test = foretold(&history, cut, history.failed.len(), true, |_| Fit::LINES)?;
            covered += f64::from(is_covered(&test));
            // Where the first half holds no failure at all, nothing is known, and nothing passes.
            let Ok(past) = past else {
                refused.push(1.0);
                continue;
            };
            let passed = lanes(&history, &past, &test)?;
            shares.push(passed.share);
            refused.push(passed.refused);
            granted += f64::from(passed.share > 0.0);
            broken += f64::from(passed.share > 0.0 && passed.rate > passed.base / 2.0);
        }
        let covered_name = format!("histories of {name} failures whose interval covers none off");
        figure(&covered_name, covered, None, AtLeast(90.0));
        figure(&format!("lanes refused at {name}, share"), mean(&refused), None, Nothing);
        figure(&format!("let through at {name}, mean"), mean(&shares), None, Nothing);
        // Of so few failures as pass, hardly more is told than chance.
        let name = format!("histories of {name} whose lanes let through more than half the rate");
        figure(&name, broken, Some(granted), Nothing);
    }
    Ok(())
}

/// The history with so many of ten thousand changes failing, by the chance of a seed.
fn thinned(history: &History, rate: usize, seed: u64) -> History {
    let count = |failed: bool| history.failed.iter().filter(|it| **it == failed).count();
    let (failures, clean) = (count(true), count(false));
    // So many failures beside those that held.
    let wanted = clean * rate / (10_000 - rate);
    let mut chance = Random::new(seed);
    let mut left = failures;
    let mut due = wanted;
    let keep: Vec<bool> = history
        .failed
        .iter()
        .map(|failed| {
            if !failed {
                return true;
            }
            // Each of those left is taken as likely as the others.
            let is_kept = chance.below(left) < due;
            left -= 1;
            due -= usize::from(is_kept);
            is_kept
        })
        .collect();
    fn kept<T: Copy>(all: &[T], keep: &[bool]) -> Vec<T> {
        all.iter().zip(keep).filter(|(_, keep)| **keep).map(|(each, _)| *each).collect()
    }
    History {
        name: history.name.clone(),
        times: kept(&history.times, &keep),
        values: history.values.iter().map(|values| kept(values, &keep)).collect(),
        failed: kept(&history.failed, &keep),
    }
}

/// Whether the interval of what was said, less what came of it, holds none: how many fail differs
/// by chance, and what is said differs by as much as the shift may have been off all along. Drawing
/// the history anew tells neither where next to nothing fails.
fn is_covered(test: &Foretold) -> bool {
    let said: Vec<f64> = test.said.iter().map(|it| float(*it)).collect();
    let bends: Vec<f64> = said.iter().map(|it| it * (1.0 - it)).collect();
    let level: f64 = bends.iter().zip(&test.error).map(|(bend, error)| bend * error).sum();
    let spread = (bends.iter().sum::<f64>() + level * level).sqrt();
    let failures = test.failed.iter().filter(|failed| **failed).count() as f64;
    (said.iter().sum::<f64>() - failures).abs() <= NINETY_FIVE * spread
}
