//! Where one requirement stands, in one byte.

use crate::base::Subject;
use crate::reason::tree::Node;
use crate::reason::{ReasonCode, Verdict};

macro_rules! states {
    ($($(#[$doc:meta])* $variant:ident = $byte:literal, $verdict:ident;)*) => {
        /// Where one requirement stands: a verdict together with its reason, which has the same
        /// name and says what it means.
        ///
        /// The byte holds the rank of the verdict in its upper half, so that a million of them are
        /// turned into verdicts with a shift and no table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum LeafState { $($(#[$doc])* $variant = $byte,)* }

        impl LeafState {
            /// Every state.
            pub const ALL: &'static [LeafState] = &[$(LeafState::$variant,)*];

            /// The reason.
            #[must_use]
            #[inline]
            pub const fn code(self) -> ReasonCode {
                match self { $(LeafState::$variant => ReasonCode::$variant,)* }
            }

            /// The state with that reason, if a requirement can be in one.
            #[must_use]
            pub const fn of(code: ReasonCode) -> Option<LeafState> {
                match code { $(ReasonCode::$variant => Some(LeafState::$variant),)* _ => None }
            }
        }

        #[cfg(test)]
        const VERDICTS: &[Verdict] = &[$(Verdict::$verdict,)*];
    };
}

states! {
    /// The requirement does not apply.
    NotAsked = 0x00, NotApplicable;
    /// The check passed.
    EvidencePassed = 0x10, Go;
    /// The check passed after runs that failed.
    PassedOnRerun = 0x11, Go;
    /// Enough entitled people approved.
    Approved = 0x12, Go;
    /// It has soaked for long enough.
    Soaked = 0x13, Go;
    /// The risk is below the threshold.
    RiskAccepted = 0x14, Go;
    /// The plan is there.
    PlanGiven = 0x15, Go;
    /// It can be undone.
    Reversible = 0x16, Go;
    /// The check failed, and fails on what runs as well.
    EvidenceTolerated = 0x17, Go;
    /// The check is running.
    EvidenceRunning = 0x30, Wait;
    /// It is approved from a later instant on.
    ApprovalLater = 0x31, Wait;
    /// It has not yet soaked for long enough.
    Soaking = 0x32, Wait;
    /// There is no result of the check.
    EvidenceMissing = 0x50, NeedsAction;
    /// The result is too old.
    EvidenceExpired = 0x51, NeedsAction;
    /// Too few people approved.
    ApprovalMissing = 0x52, NeedsAction;
    /// It was approved, but that no longer counts.
    ApprovalStale = 0x53, NeedsAction;
    /// Somebody asks for changes first.
    ChangesRequested = 0x54, NeedsAction;
    /// The decision was put off.
    ApprovalDeferred = 0x55, NeedsAction;
    /// It is not in the stage before.
    NotSoaking = 0x56, NeedsAction;
    /// The plan is missing.
    PlanMissing = 0x57, NeedsAction;
    /// It is not said whether it can be undone.
    ReversibilityUnknown = 0x58, NeedsAction;
    /// Somebody approved before the evidence was there that they must have seen.
    ApprovalBeforeEvidence = 0x59, NeedsAction;
    /// Somebody approved without the digest of what they saw.
    ApprovalWithoutDigest = 0x5a, NeedsAction;
    /// It was passed on to another group.
    ApprovalEscalated = 0x5b, NeedsAction;
    /// It was passed on to another person.
    ApprovalDelegated = 0x5c, NeedsAction;
    /// The check could not run.
    EvidenceErrored = 0x60, Unknown;
    /// The check could not tell.
    EvidenceInconclusive = 0x61, Unknown;
    /// The check failed.
    EvidenceFailed = 0x70, NoGo;
    /// The check passed only after more failures than the policy bears.
    TooManyReruns = 0x71, NoGo;
    /// Somebody rejected it.
    ApprovalRejected = 0x72, NoGo;
    /// Fewer people may approve than must.
    QuorumUnreachable = 0x73, NoGo;
    /// There is no stage before in which it could soak.
    NoStageBefore = 0x74, NoGo;
    /// The risk is not below the threshold.
    RiskTooHigh = 0x75, NoGo;
    /// It cannot be undone.
    Irreversible = 0x76, NoGo;
}

impl LeafState {
    /// The rank of the verdict.
    pub(in crate::gate) const fn rank(self) -> u8 {
        self as u8 >> 4
    }

    /// The verdict.
    ///
    /// ```
    /// use lynchpin::gate::column::LeafState;
    /// use lynchpin::reason::Verdict;
    ///
    /// assert_eq!(LeafState::EvidenceRunning.verdict(), Verdict::Wait);
    /// assert_eq!(LeafState::EvidenceMissing.verdict(), Verdict::NeedsAction);
    /// ```
    #[must_use]
    #[inline]
    pub const fn verdict(self) -> Verdict {
        Verdict::of_rank(self.rank())
    }

    /// A node that says so of a subject.
    pub(super) fn node(self, subject: &Subject) -> Node {
        Node::new(self.verdict(), self.code(), subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_holds_the_verdict() {
        for (state, verdict) in LeafState::ALL.iter().zip(VERDICTS) {
            assert_eq!(state.verdict(), *verdict, "{state:?}");
            assert_eq!(LeafState::of(state.code()), Some(*state));
        }
        assert!(LeafState::ALL.is_sorted());
        assert_eq!(LeafState::of(ReasonCode::Gate), None);
    }
}
