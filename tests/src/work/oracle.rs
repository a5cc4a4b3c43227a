//! What each requirement should say, by definition and without the engine.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::reason::Verdict;

use super::{Asked, CAME, EVENTS, Hour, MEMBER, Made, OVER, ROLLED_BACK, Run, WINDOW, Word, World};

/// What each of the requirements says of the change at an hour, in their order.
#[must_use]
pub fn verdicts(world: &World, asked: &Asked, at: Hour) -> [Verdict; 5] {
    let now = Now { world, asked, at };
    [now.tickets(), now.tasks(), now.budget(), now.preauthorised(), now.baseline()]
}

struct Now<'w> {
    world: &'w World,
    asked: &'w Asked,
    at: Hour,
}

fn met(holds: bool) -> Verdict {
    if holds { Verdict::Go } else { Verdict::NeedsAction }
}

/// Whether one thing was recorded after another and said no earlier.
fn is_newer(one: Made, than: Made) -> bool {
    one.recorded > than.recorded && one.at >= than.at
}

impl Now<'_> {
    fn knows(&self, made: Made) -> bool {
        made.recorded <= self.at
    }

    fn counts(&self, by: u8) -> bool {
        !self.asked.bot || by == 3
    }

    /// The states that were told last of something.
    fn states(&self, words: &[Word], about: u8) -> BTreeSet<u8> {
        let told = words.iter().filter(|word| word.about == about && self.counts(word.by));
        let told: Vec<&Word> = told.filter(|word| self.knows(word.made)).collect();
        let newest = told.iter().filter(|word| told.iter().all(|it| !is_newer(it.made, word.made)));
        newest.map(|word| word.state).collect()
    }

    fn tickets(&self) -> Verdict {
        let named: Vec<u8> = (0..2).filter(|bit| self.world.named & (1 << bit) != 0).collect();
        let does = |state: &u8| *state == 0 || (*state == 1 && self.asked.closed);
        let ready = |ticket: &u8| {
            let states = self.states(&self.world.tickets, *ticket);
            !states.is_empty() && states.iter().all(does)
        };
        met(named.len() >= usize::from(self.asked.at_least.max(1)) && named.iter().all(ready))
    }

    fn tasks(&self) -> Verdict {
        let states = (0..2).filter_map(|task| self.states(&self.world.tasks, task).pop_last());
        let states: Vec<u8> = states.collect();
        let done = states.iter().filter(|state| **state == 0).count();
        met(!states.contains(&2) && done >= usize::from(self.asked.at_least))
    }

    fn budget(&self) -> Verdict {
        // By time measured: when it was told last, and how bad it was.
        let mut counted: BTreeMap<(Hour, Hour), (Hour, u64)> = BTreeMap::new();
        for sample in &self.world.samples {
            let within = sample.to <= self.at && self.at < sample.to + WINDOW;
            if sample.recorded <= self.at && self.counts(sample.by) && within {
                let told = (sample.recorded, sample.bad);
                let known = counted.entry((sample.from, sample.to)).or_insert(told);
                *known = told.max(*known);
            }
        }
        let Some(newest) = counted.keys().map(|(_, to)| *to).max() else { return Verdict::Unknown };
        if newest + self.asked.max_age <= self.at {
            return Verdict::Unknown;
        }
        let twice = |(from, to): &(Hour, Hour)| {
            counted.keys().any(|other| other != &(*from, *to) && *from < other.1 && other.0 < *to)
        };
        if counted.keys().any(twice) {
            return Verdict::Unknown;
        }
        let bad: u64 = counted.values().map(|(_, bad)| bad).sum();
        let bears = u64::try_from(counted.len()).unwrap_or(0) * EVENTS / 10;
        let left = bears.saturating_sub(bad);
        let enough = if self.asked.half { 2 * left >= bears } else { left > 0 };
        if bad == 0 || enough { Verdict::Go } else { Verdict::NoGo }
    }

    fn preauthorised(&self) -> Verdict {
        if !self.world.modelled {
            return Verdict::NeedsAction;
        }
        let said = self.world.models.iter().filter(|(_, made)| self.knows(*made));
        let said: Vec<(Made, u8)> = said.map(|(digest, made)| (*made, *digest)).collect();
        let stands = |made: Made| said.iter().all(|(other, _)| !is_newer(*other, made));
        let now: BTreeSet<u8> =
            said.iter().filter(|(made, _)| stands(*made)).map(|(_, it)| *it).collect();
        let only = now.first().filter(|_| now.len() == 1);
        let belonged = |at: Hour| MEMBER.0 <= at && at < MEMBER.1;
        let stands = self.world.leave.iter().any(|leave| {
            let member = match leave.by {
                1 => true,
                2 => belonged(leave.made.at) && belonged(leave.made.recorded),
                _ => false,
            };
            self.knows(leave.made)
                && member
                && Some(&leave.digest) == only
                && !leave.elsewhere
                && self.at < leave.made.at + leave.hours
                && leave.revoked.is_none_or(|revoked| self.at < revoked)
        });
        met(stands && self.asked.record.is_none_or(|rule| self.earned(rule)))
    }

    fn earned(&self, (at_least, settles): (u8, Hour)) -> bool {
        let (mut changes, mut failures, mut settled) = (0u32, 0u32, 0u32);
        for change in 0..4 {
            let followed = change > 0 || self.world.modelled;
            let brought = self.world.deployed.iter().filter(|(of, _, made)| {
                followed && *of == change && self.knows(*made) && self.at < made.at + OVER
            });
            let brought: Vec<(u8, Hour)> = brought.map(|(_, how, made)| (*how, made.at)).collect();
            let came = brought.iter().filter(|(how, _)| *how == CAME).map(|(_, at)| *at).min();
            let settles = came.is_some_and(|first| first + settles <= self.at);
            let failed = !brought.is_empty() && self.is_confirmed(change);
            changes += u32::from(failed || settles);
            failures += u32::from(failed);
            settled += u32::from(settles);
        }
        // At a rate of 0.8, so few failures would come about less than half of the time.
        let ways =
            |n: u32, k: u32| (1..=k).fold(1u64, |c, i| c * u64::from(n + 1 - i) / u64::from(i));
        let chance: u64 =
            (0..=failures).map(|k| ways(changes, k) * 8u64.pow(k) * 2u64.pow(changes - k)).sum();
        settled >= u32::from(at_least) && 2 * chance < 10u64.pow(changes)
    }

    /// Whether the last word on a change is that it is confirmed; of words that tie, the surest.
    fn is_confirmed(&self, change: u8) -> bool {
        let said =
            self.world.blamed.iter().filter(|(of, _, made)| *of == change && self.knows(*made));
        let said: Vec<_> =
            said.map(|(_, how, made)| ((made.recorded, order(*how)), made.at, *how)).collect();
        said.iter().any(|(place, at, how)| {
            *how == 1 && !said.iter().any(|(other, since, _)| other > place && since >= at)
        })
    }

    /// What the check comes to where a failure is borne that is there already.
    fn baseline(&self) -> Verdict {
        let mut lines: BTreeMap<(bool, u8), Vec<&Run>> = BTreeMap::new();
        for run in self.runs(0) {
            lines.entry((run.configured, run.by)).or_default().push(run);
        }
        let verdict = |(line, runs): (&(bool, u8), &Vec<&Run>)| {
            let finished = runs.iter().filter(|run| run.outcome != 3);
            let going = runs.iter().filter(|run| run.outcome == 3).map(|run| run.run).max();
            match finished.map(|run| (run.run, run.outcome)).max() {
                None => Verdict::Wait,
                Some((_, 0)) => Verdict::Go,
                Some((_, 6)) if self.fails_already(*line) => Verdict::Go,
                Some((_, 6)) => Verdict::NoGo,
                Some((_, 4 | 5)) => Verdict::Unknown,
                Some((skipped, _)) if going > Some(skipped) => Verdict::Wait,
                Some(_) => Verdict::NeedsAction,
            }
        };
        lines.iter().map(verdict).max().unwrap_or(Verdict::NeedsAction)
    }

    fn runs(&self, artifact: u8) -> impl Iterator<Item = &Run> {
        let all = self.world.runs.iter().filter(move |run| run.artifact == artifact);
        all.filter(|run| self.knows(run.made) && self.counts(run.by))
    }

    /// Whether everything that came last and runs still fails in a line.
    fn fails_already(&self, line: (bool, u8)) -> bool {
        let live =
            (0u8..3).filter_map(|change| Some((self.runs_since(change)?, World::brings(change))));
        let live: Vec<((Hour, Hour), u8)> = live.collect();
        let last = live.iter().map(|(since, _)| *since).max();
        let newest: Vec<u8> =
            live.into_iter().filter(|(it, _)| Some(*it) == last).map(|(_, a)| a).collect();
        let fails = |artifact: &u8| {
            let of_line = || self.runs(*artifact).filter(|run| (run.configured, run.by) == line);
            let newest = of_line().map(|run| run.run).max();
            let mut last = of_line().filter(|run| Some(run.run) == newest);
            let stands = |run: &Run| run.outcome == 6 && run.expires.is_none_or(|at| self.at < at);
            newest.is_some() && last.all(stands)
        };
        !newest.is_empty() && newest.iter().all(fails)
    }

    /// When what is live of a change was brought, and when that was recorded.
    fn runs_since(&self, change: u8) -> Option<(Hour, Hour)> {
        let told = self.world.deployed.iter().filter(|(of, how, made)| {
            *of == change && [CAME, ROLLED_BACK].contains(how) && self.knows(*made)
        });
        let mut events: Vec<(Hour, bool, Hour)> =
            told.map(|(_, how, made)| (made.recorded, *how == ROLLED_BACK, made.at)).collect();
        events.sort_unstable();
        let (mut live, mut ended): (Option<(Hour, Hour)>, Option<Hour>) = (None, None);
        for (recorded, rolled_back, at) in events {
            if rolled_back {
                live = None;
                ended = ended.max(Some(at));
            } else if ended.is_none_or(|ended| ended <= at) {
                live = Some((at, recorded));
            }
        }
        live
    }
}

/// Of words that tie, the surest is taken last: exonerated, suspected, confirmed.
fn order(how: u8) -> u8 {
    (how + 1) % 3
}
