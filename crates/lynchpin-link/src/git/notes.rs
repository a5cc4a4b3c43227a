//! What the reading saw, skipped and could not resolve.

use serde::Serialize;

macro_rules! notes {
    ($($(#[$doc:meta])* $name:ident: $text:literal,)*) => {
        /// Counts of all that was seen, and of all that could not be used, so that nothing is left
        /// out in silence.
        ///
        /// ```
        /// use lynchpin_link::git::Notes;
        ///
        /// let notes = Notes { reviews: 2, own_trailers: 1, ..Notes::default() };
        /// let said: Vec<String> = notes.lines().collect();
        /// assert_eq!(said, ["2 reviews", "1 trailers about one's own change, not counted"]);
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Notes {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Notes {
            /// The counts that are not zero, each as a line for people, in a fixed order.
            pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
                [$((self.$name, $text),)*]
                    .into_iter()
                    .filter(|(count, _)| *count > 0)
                    .map(|(count, text)| format!("{count} {text}"))
            }
        }
    };
}

notes! {
    /// Commits in the range.
    commits: "commits in the range",
    /// Changes: commits and merges on the first-parent line.
    changes: "changes (commits and merges on the first-parent line)",
    /// Changes that are merges.
    merges: "of them merges",
    /// Commits that merges brought in.
    merged_commits: "commits brought in by merges",
    /// Commits in the range that no change on the first-parent line brings in.
    unclaimed_commits: "commits that belong to no change on the first-parent line",
    /// Commits of `from` that are not in `to`: the two have diverged.
    diverged_commits: "commits of the start that are not in the end of the range",
    /// People and machines.
    people: "people and machines",
    /// Accounts that are machines by their name.
    machines: "of them machines by their name",
    /// Accounts counted as one person because they look alike or bear one full name.
    look_alikes: "accounts counted as one person with others: they look alike or share a full name",
    /// Accounts without an e-mail address.
    without_email: "accounts without an e-mail address",
    /// Reviews that count.
    reviews: "reviews",
    /// Test reports that count.
    tests: "test reports",
    /// Sign-offs, which say where a change comes from and are no review.
    sign_offs: "sign-offs, which are no review",
    /// Trailers of somebody about a change of their own.
    own_trailers: "trailers about one's own change, not counted",
    /// Trailers of machines where a person is asked for.
    machine_trailers: "reviews by machines, not counted",
    /// Merges of which some commits are reviewed and others are not.
    partly_reviewed: "merges of which only a part is reviewed, not counted",
    /// Merges of which some commits are tested and others are not.
    partly_tested: "merges of which only a part is tested, not counted",
    /// Trailers that name nobody.
    trailers_without_person: "trailers that name nobody",
    /// Trailers beyond the limit of one commit.
    trailers_dropped: "trailers beyond the limit, not read",
    /// Requirements: Depends-On, Fixes and reverts that point into the range.
    requires: "dependencies stated by a trailer or a revert",
    /// Orders from shared files.
    after: "orders from shared files",
    /// Orders from shared files beyond the limit of one change.
    after_dropped: "orders from shared files beyond the limit, the farthest",
    /// Depends-On, Fixes and reverts that point to what is released already.
    requires_released: "dependencies on what is released already",
    /// Depends-On that name nothing in this repository.
    requires_unresolved: "dependencies that name nothing in this repository",
    /// Fixes and reverts that name nothing in this repository.
    mentions_unresolved: "fixes and reverts that name nothing in this repository",
    /// Depends-On, Fixes and reverts that point to the change itself.
    requires_itself: "fixes, reverts and dependencies within one change",
    /// Fixes and reverts that point to a change which history has later.
    mentions_later: "fixes and reverts that point to a later change",
    /// Changes whose size is not known.
    size_unknown: "changes of unknown size",
    /// Files that are not text, whose lines are not counted.
    binary_files: "binary files touched, whose lines are not counted",
    /// Paths longer than the limit, cut.
    paths_cut: "paths beyond the limit, cut",
    /// Texts longer than the limit, cut.
    texts_cut: "texts beyond the limit, cut",
    /// Texts that are not UTF-8, shown with replacement characters.
    texts_not_utf8: "texts that are not UTF-8",
    /// Paths that are not UTF-8, told apart by their bytes.
    paths_not_utf8: "paths that are not UTF-8",
    /// Dates before 1970 or after 9999, or none at all, moved to the nearest end.
    dates_clamped: "dates outside of 1970 to 9999, moved to the nearest end",
    /// Commits dated before one that they build on.
    dates_backwards: "commits dated before one that they build on",
    /// Commits at which a shallow clone ends.
    shallow_ends: "commits at which this shallow clone ends",
}
