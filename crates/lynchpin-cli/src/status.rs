//! The exit status, which is all that a script needs to read.

use lynchpin::reason::Verdict;

/// What the command ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A go, or an answer to a question that has no other outcome.
    Go,
    /// An answer, and not a go.
    NotGo,
    /// Something could not be read, understood or written.
    Malformed,
    /// Not a go, but it only has to wait.
    Waits,
    /// An answer by a policy that is not in force: worth nothing to a gate, whatever it says.
    WhatIf,
}

impl Status {
    /// The status of one decision.
    pub fn of(verdict: Verdict, what_if: bool) -> Status {
        match verdict {
            _ if what_if => Status::WhatIf,
            Verdict::Go | Verdict::GoWaived => Status::Go,
            Verdict::Wait => Status::Waits,
            Verdict::NotApplicable
            | Verdict::Blocked
            | Verdict::NeedsAction
            | Verdict::Unknown
            | Verdict::NoGo => Status::NotGo,
        }
    }

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Status::Go => 0,
            Status::NotGo => 1,
            Status::Malformed => 2,
            Status::Waits => 3,
            Status::WhatIf => 4,
        }
    }

    /// The status of two answers together: what could not be answered outweighs everything, then
    /// what is no decision at all, then what somebody must act on, then what waits.
    pub fn and(self, other: Status) -> Status {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            Status::Go => 0,
            Status::Waits => 1,
            Status::NotGo => 2,
            Status::WhatIf => 3,
            Status::Malformed => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_go_is_zero() {
        for verdict in Verdict::ALL {
            assert_eq!(Status::of(verdict, false).code() == 0, verdict.is_go(), "{verdict}");
            assert_eq!(Status::of(verdict, true).code(), 4, "{verdict}");
        }
    }

    #[test]
    fn the_worst_item_decides() {
        use Status::{Go, Malformed, NotGo, Waits, WhatIf};
        for pair in [Go, Waits, NotGo, WhatIf, Malformed].windows(2) {
            assert_eq!(pair[0].and(pair[1]), pair[1]);
            assert_eq!(pair[1].and(pair[0]), pair[1]);
        }
    }
}
