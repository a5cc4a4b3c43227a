//! What may befall all changes of a release at once, and what each does then.

use super::normal::{below, threshold};
use crate::base::Probability;

/// How far scenes reach either way, and how far they are apart: sums over evenly spaced normal
/// numbers are as good as integrals.
const REACH: i32 = 16;
const STEP: f64 = 0.5;

/// What stands behind a change: how likely it fails, and below which normal number that is.
pub(super) struct Behind {
    probability: f64,
    threshold: f64,
}

impl Behind {
    pub(super) fn new(probability: Probability) -> Behind {
        let probability = f64::from(probability.parts_per_billion()) / super::BILLION;
        Behind { probability, threshold: threshold(probability) }
    }
}

/// One strength of the common shock: how likely it is, and how likely each change fails then.
struct Scene {
    weight: f64,
    fails: Vec<f64>,
}

/// All scenes of some changes.
pub(super) struct Scenes {
    each: Vec<Scene>,
    changes: usize,
}

/// Abscissas and weights of Gauss and Legendre between none and one; exact for sixteen changes, and
/// near for more.
const PARTS: [(f64, f64); 8] = [
    (0.019_855_071_751_231_884, 0.050_614_268_145_188_13),
    (0.101_666_761_293_186_63, 0.111_190_517_226_687_24),
    (0.237_233_795_041_835_5, 0.156_853_322_938_943_64),
    (0.408_282_678_752_175_1, 0.181_341_891_689_181),
    (0.591_717_321_247_825, 0.181_341_891_689_181),
    (0.762_766_204_958_164_5, 0.156_853_322_938_943_64),
    (0.898_333_238_706_813_4, 0.111_190_517_226_687_24),
    (0.980_144_928_248_768_1, 0.050_614_268_145_188_13),
];

/// What is too unlikely to be counted on.
const NOTHING: f64 = 1e-18;
/// How often fewer fail than the least of an interval, and more than the most.
pub(super) const TAIL: f64 = 0.05;

/// How likely so many changes fail: of one number, or of some around a mean.
pub(super) struct Number {
    pub(super) weight: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Scenes {
    pub(super) fn new(changes: &[Behind], correlation: f64) -> Scenes {
        let (common, own) = (correlation.sqrt(), (1.0 - correlation).sqrt());
        let each = strengths(correlation).map(|(strength, weight)| {
            let fails = changes.iter().map(|change| {
                // What is certain stays so, whatever befalls it.
                let is_certain = change.probability <= 0.0 || change.probability >= 1.0;
                if is_certain || correlation <= 0.0 {
                    return change.probability;
                }
                below((change.threshold + common * strength) / own)
            });
            Scene { weight, fails: fails.collect() }
        });
        Scenes { each: each.collect(), changes: changes.len() }
    }

    /// The same of some of the changes only, by their numbers.
    pub(super) fn only(&self, some: &[usize]) -> Scenes {
        let each = self.each.iter().map(|scene| {
            let fails = some.iter().filter_map(|at| scene.fails.get(*at)).copied();
            Scene { weight: scene.weight, fails: fails.collect() }
        });
        Scenes { each: each.collect(), changes: some.len() }
    }

    /// How likely none fails.
    pub(super) fn none(&self) -> f64 {
        self.each.iter().map(|scene| scene.weight * scene.none()).sum()
    }

    /// How likely this is what becomes of the changes.
    pub(super) fn all(&self, failed: &[bool]) -> f64 {
        self.each.iter().map(|scene| scene.weight * scene.all(failed)).sum()
    }

    /// How likely none fails, without each change.
    pub(super) fn none_without_each(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.changes];
        for scene in &self.each {
            // What those after each change come to, the last first; and then what those before do.
            let mut after = vec![1.0; self.changes];
            let mut none = 1.0;
            for (after, fails) in after.iter_mut().zip(&scene.fails).rev() {
                *after = none;
                none *= 1.0 - fails;
            }
            let mut before = 1.0;
            for ((sum, after), fails) in sums.iter_mut().zip(after).zip(&scene.fails) {
                *sum += scene.weight * before * after;
                before *= 1.0 - fails;
            }
        }
        sums
    }

    /// What each change adds to the chance that any fails, on average over all orders: the mean, as
    /// the others come in with any chance, of what it adds then (Owen 1972).
    pub(super) fn parts(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.changes];
        for scene in &self.each {
            for (share, weight) in PARTS {
                let others: f64 = scene.fails.iter().map(|fails| 1.0 - share * fails).product();
                for (sum, fails) in sums.iter_mut().zip(&scene.fails) {
                    *sum += scene.weight * weight * fails * others / (1.0 - share * fails);
                }
            }
        }
        sums
    }

    /// How many fail at least and at most, in all but the rarest cases on either side.
    pub(super) fn interval(&self) -> (u32, u32) {
        let counts = self.counts();
        let at = |share: f64| {
            let mut sum = 0.0;
            let reached = counts.iter().position(|count| {
                sum += count;
                sum >= share
            });
            u32::try_from(reached.unwrap_or(counts.len().saturating_sub(1))).unwrap_or(u32::MAX)
        };
        (at(TAIL), at(1.0 - TAIL))
    }

    /// How many fail: each number by itself of at most so many changes; of more, those of each
    /// scene together, which takes time with the changes and not with the square of them.
    pub(super) fn numbers(&self, most: usize) -> Vec<Number> {
        if self.changes <= most {
            let counts = (0_u32..).zip(self.counts());
            let number =
                |(number, weight)| Number { weight, mean: f64::from(number), variance: 0.0 };
            return counts.map(number).collect();
        }
        self.each.iter().flat_map(Scene::numbers).collect()
    }

    /// How likely each number of failures is, from none on.
    fn counts(&self) -> Vec<f64> {
        let mut counts: Vec<f64> = Vec::new();
        for scene in &self.each {
            let own = scene.counts();
            counts.resize(counts.len().max(own.len()), 0.0);
            counts.iter_mut().zip(own).for_each(|(sum, own)| *sum += scene.weight * own);
        }
        counts
    }
}

/// Evenly spaced strengths, each as likely as a normal number is to be near it; one, where nothing
/// is common.
fn strengths(correlation: f64) -> impl Iterator<Item = (f64, f64)> {
    let reach = if correlation > 0.0 { REACH } else { 0 };
    let weight = |at: i32| {
        let strength = f64::from(at) * STEP;
        libm::exp(-strength * strength / 2.0)
    };
    let sum: f64 = (-reach..=reach).map(weight).sum();
    (-reach..=reach).map(move |at| (f64::from(at) * STEP, weight(at) / sum))
}

impl Scene {
    fn none(&self) -> f64 {
        self.fails.iter().map(|fails| 1.0 - fails).product()
    }

    /// None, and all others together.
    fn numbers(&self) -> [Number; 2] {
        let none = self.none();
        let any = (1.0 - none).max(NOTHING);
        let mean: f64 = self.fails.iter().sum();
        let variance: f64 = self.fails.iter().map(|fails| fails * (1.0 - fails)).sum();
        // Of what is at least one, given that it is: mean and variance of all, with the zeros taken
        // out.
        let own = (mean / any).max(1.0);
        let spread = ((variance + mean * mean) / any - own * own).max(0.0);
        [
            Number { weight: self.weight * none, mean: 0.0, variance: 0.0 },
            Number { weight: self.weight * (1.0 - none), mean: own, variance: spread },
        ]
    }

    fn all(&self, failed: &[bool]) -> f64 {
        let outcomes = self.fails.iter().zip(failed);
        outcomes.map(|(fails, failed)| if *failed { *fails } else { 1.0 - fails }).product()
    }

    /// How likely each number of failures is, from none on.
    fn counts(&self) -> Vec<f64> {
        let mut counts = vec![1.0];
        for fails in &self.fails {
            counts.push(0.0);
            let mut last = 0.0;
            for count in &mut counts {
                let now = *count;
                *count = now * (1.0 - fails) + last * fails;
                last = now;
            }
            while counts.len() > 1 && counts.last().is_some_and(|it| *it < NOTHING) {
                counts.pop();
            }
        }
        counts
    }
}
