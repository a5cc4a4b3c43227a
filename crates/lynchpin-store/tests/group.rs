//! Group commit under a scheduler that chooses where threads are interrupted.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "not all of it is used here")]
mod chance;
mod sync {
    pub(crate) use std::sync::PoisonError;

    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
}
#[path = "../src/group.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod group;

use std::sync::Arc;

use group::{Commit, Group};
use shuttle::thread;

/// A log that takes only what was decided on its size, as the real one does.
#[derive(Debug, Default)]
struct Sizes {
    log: Vec<u32>,
    commits: usize,
}

/// Who writes, and the size that they decided on, if they did.
type Item = (u32, Option<usize>);

impl Commit for Sizes {
    type Item = Item;
    type Done = Option<usize>;
    type Fault = &'static str;

    fn commit(&mut self, items: Vec<Item>) -> Result<Vec<Option<usize>>, &'static str> {
        self.commits += 1;
        thread::yield_now();
        let take = |(who, on): Item| {
            if on.is_some_and(|on| on != self.log.len()) {
                return None;
            }
            self.log.push(who);
            Some(self.log.len())
        };
        Ok(items.into_iter().map(take).collect())
    }

    fn panicked() -> &'static str {
        "panicked"
    }
}

fn schedules(usual: u64) -> usize {
    usize::try_from(chance::cases(usual)).expect("so many are never run")
}

#[test]
fn every_write_is_acknowledged_once_at_its_place() {
    let round = || {
        let group = Arc::new(Group::new(Sizes::default()));
        let writers: Vec<_> = (0..4_u32)
            .map(|who| {
                let group = Arc::clone(&group);
                thread::spawn(move || {
                    [0, 1].map(|n| (who * 10 + n, group.write((who * 10 + n, None))))
                })
            })
            .collect();
        let told: Vec<_> =
            writers.into_iter().flat_map(|it| it.join().expect("no thread panics")).collect();
        let Ok(group) = Arc::try_unwrap(group) else { panic!("all threads are done") };
        let kept = group.into_inner();
        assert_eq!(kept.log.len(), 8);
        assert!(kept.commits <= 8);
        for (who, place) in told {
            let place = place.expect("it was written").expect("nothing was decided on");
            assert_eq!(kept.log.get(place - 1), Some(&who));
        }
    };
    shuttle::check_random(round, schedules(2_000));
}

#[test]
fn of_an_approval_and_an_edit_only_one_counts() {
    let round = || {
        let group = Arc::new(Group::new(Sizes::default()));
        let writers: Vec<_> = (0..3_u32)
            .map(|who| {
                let group = Arc::clone(&group);
                thread::spawn(move || group.write((who, Some(0))).expect("it is answered"))
            })
            .collect();
        let taken =
            writers.into_iter().filter_map(|it| it.join().expect("no thread panics")).count();
        assert_eq!(taken, 1);
    };
    shuttle::check_random(round, schedules(2_000));
}
