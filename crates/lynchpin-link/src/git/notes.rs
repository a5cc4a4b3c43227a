//! What the reading saw, skipped and could not resolve.

use serde::Serialize;

macro_rules! notes {
    ($($(#[$doc:meta])* $name:ident: $one:literal, $many:literal;)*) => {
        /// Counts of all that was seen, and of all that could not be used, so that nothing is left
        /// out in silence.
        ///
        /// ```
        /// use lynchpin_link::git::Notes;
        ///
        /// let notes = Notes { reviews: 2, own_trailers: 1, ..Notes::default() };
        /// let said: Vec<String> = notes.lines().collect();
        /// assert_eq!(said, ["2 reviews", "1 trailer about one's own change, not counted"]);
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Notes {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Notes {
            /// Adds what was counted elsewhere at the same time.
            pub(crate) fn add(&mut self, other: &Notes) {
                $(self.$name = self.$name.saturating_add(other.$name);)*
            }

            /// The name of each count, and what is said of one and of many, in the order of
            /// [`Notes::lines`]: for whoever holds the counts as a document.
            ///
            /// ```
            /// use lynchpin_link::git::Notes;
            ///
            /// assert!(Notes::TEXTS.contains(&("reviews", "review", "reviews")));
            /// ```
            pub const TEXTS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($name), $one, $many),)*];

            /// The counts that are not zero, each as a line for people, in a fixed order.
            pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
                [$((self.$name, $one, $many),)*]
                    .into_iter()
                    .filter(|(count, _, _)| *count > 0)
                    .map(|(count, one, many)| {
                        format!("{count} {}", if count == 1 { one } else { many })
                    })
            }
        }
    };
}

notes! {
    /// Commits in the range.
    commits: "commit in the range", "commits in the range";
    /// Changes: commits and merges on the first-parent line.
    changes: "change (a commit or merge on the first-parent line)",
        "changes (commits and merges on the first-parent line)";
    /// Changes that are merges.
    merges: "of them a merge", "of them merges";
    /// Changes of several commits on the first-parent line.
    series: "of them a series of commits on the first-parent line",
        "of them series of commits on the first-parent line";
    /// Commits that are copies of others.
    picks: "commit that is a copy of another one", "commits that are copies of others";
    /// Copies of commits that are in the range themselves.
    picks_within: "of them a copy of one that ships as well",
        "of them copies of some that ship as well";
    /// Commits that merges brought in.
    merged_commits: "commit brought in by merges", "commits brought in by merges";
    /// Merges whose content follows from none of their parents; they need a review of their own.
    own_content: "merge that changes something of its own and needs a review of its own",
        "merges that change something of their own and need a review of their own";
    /// Commits in the range that no change on the first-parent line brings in.
    unclaimed_commits: "commit that belongs to no change on the first-parent line",
        "commits that belong to no change on the first-parent line";
    /// Changes left out since they touch other paths than those asked for.
    other_paths: "change that touches other paths only, left out",
        "changes that touch other paths only, left out";
    /// Changes of other paths that those asked for require.
    required_of_other_paths: "change of other paths that is required and so taken in",
        "changes of other paths that are required and so taken in";
    /// Commits of the start that are not in the end of the range: the two have diverged.
    diverged_commits: "commit of the start that is not in the end of the range",
        "commits of the start that are not in the end of the range";
    /// Tags, if none of them lies before the end of the range.
    tags_elsewhere: "tag that is not before the end of the range",
        "tags that are not before the end of the range";
    /// Tags that are broken, lead to something that is missing, or are of no commit.
    tags_broken: "tag that is broken or of no commit, passed over",
        "tags that are broken or of no commit, passed over";
    /// Tags of pre-releases that are nearer than the version at which the range begins.
    prereleases_passed_over: "tag of a pre-release passed over for the last release",
        "tags of pre-releases passed over for the last release";
    /// Tags of no version that are nearer than the version at which the range begins.
    other_tags_passed_over: "tag of no version passed over for the last release",
        "tags of no version passed over for the last release";
    /// People and machines.
    people: "person or machine", "people and machines";
    /// Release branches beyond the limit, whose beginning was not looked for.
    branches_dropped: "release branch beyond the limit, not looked at",
        "release branches beyond the limit, not looked at";
    /// Accounts that are machines by their name or address.
    machines: "of them a machine by its name or address",
        "of them machines by their name or address";
    /// Accounts counted as one person because they look alike or bear one full name.
    look_alikes: "account counted as one person with another: they look alike or share a full name",
        "accounts counted as one person with others: they look alike or share a full name";
    /// Accounts without an e-mail address.
    without_email: "account without an e-mail address", "accounts without an e-mail address";
    /// Reviews that count.
    reviews: "review", "reviews";
    /// Votes against a change, by what git notes say.
    rejections: "vote against a change", "votes against changes";
    /// Results about a commit that is only a part of a change.
    results_of_parts: "result about a part of a change, not counted",
        "results about parts of changes, not counted";
    /// Results about a commit that is not in the range.
    results_elsewhere: "result about a commit outside of the range",
        "results about commits outside of the range";
    /// Results that passed more than 14 hours before the commit was made: those of something else.
    results_too_old: "result of a check from before the commit was made, not counted",
        "results of checks from before the commits were made, not counted";
    /// Test reports that count.
    tests: "test report", "test reports";
    /// Sign-offs, which say where a change comes from and are no review.
    sign_offs: "sign-off, which is no review", "sign-offs, which are no review";
    /// Trailers of somebody about a change of their own, or who may be the same by a single name.
    own_trailers: "trailer about one's own change, not counted",
        "trailers about one's own change, not counted";
    /// Trailers of machines where a person is asked for.
    machine_trailers: "review by a machine, not counted", "reviews by machines, not counted";
    /// Merges of which some commits are reviewed and others are not.
    partly_reviewed: "merge of which only a part is reviewed, not counted",
        "merges of which only a part is reviewed, not counted";
    /// Merges of which some commits are tested and others are not.
    partly_tested: "merge of which only a part is tested, not counted",
        "merges of which only a part is tested, not counted";
    /// Trailers that name nobody.
    trailers_without_person: "trailer that names nobody", "trailers that name nobody";
    /// Reviews and test reports without a well-formed address.
    trailers_without_address: "review or test report without a well-formed address, not counted",
        "reviews and test reports without a well-formed address, not counted";
    /// Trailers beyond the limit of one commit.
    trailers_dropped: "trailer beyond the limit, not read", "trailers beyond the limit, not read";
    /// Changes with trailers beyond the limits, which may name more of those who wrote them.
    incomplete: "change with trailers beyond the limits, of which no review counts",
        "changes with trailers beyond the limits, of which no review counts";
    /// Requirements: lines of another change that are touched, Depends-On, Fixes and reverts.
    requires: "dependency of one change on another", "dependencies of one change on another";
    /// Dependencies beyond the limit of one change, which count as unknown.
    requires_dropped: "dependency beyond the limit, counted as unknown",
        "dependencies beyond the limit, counted as unknown";
    /// Reverts of changes that ship as well.
    reverted: "revert of a change that ships as well", "reverts of changes that ship as well";
    /// Orders seen from lines that stand beside each other, or from shared files.
    after: "order from neighbouring lines", "orders from neighbouring lines";
    /// Such orders that contradict what is required.
    after_contradicted: "order from neighbouring lines that contradicts what is required, dropped",
        "orders from neighbouring lines that contradict what is required, dropped";
    /// Such orders beyond the limit of one change.
    after_dropped: "order from neighbouring lines beyond the limit, the farthest",
        "orders from neighbouring lines beyond the limit, the farthest";
    /// Depends-On, Fixes and reverts that point to what is released already.
    requires_released: "dependency on what is released already",
        "dependencies on what is released already";
    /// Depends-On that name nothing in this repository.
    requires_unresolved: "dependency that names nothing in this repository",
        "dependencies that name nothing in this repository";
    /// Fixes and reverts that name nothing in this repository.
    mentions_unresolved: "fix or revert that names nothing in this repository",
        "fixes and reverts that name nothing in this repository";
    /// Depends-On, Fixes and reverts that point to the change itself.
    requires_itself: "fix, revert or dependency within one change",
        "fixes, reverts and dependencies within one change";
    /// Fixes and reverts that point to a change which history has later.
    mentions_later: "fix or revert that points to a later change",
        "fixes and reverts that point to a later change";
    /// Changes whose size is not known.
    size_unknown: "change of unknown size", "changes of unknown size";
    /// Files that are not text, or large, whose lines are not counted.
    binary_files: "binary or large file touched, whose lines are not counted",
        "binary or large files touched, whose lines are not counted";
    /// Files whose lines could not be followed, so that dependencies may be missing.
    lines_lost: "file whose lines could not be followed",
        "files whose lines could not be followed";
    /// Paths longer than the limit, cut.
    paths_cut: "path beyond the limit, cut", "paths beyond the limit, cut";
    /// Texts longer than the limit, cut.
    texts_cut: "text beyond the limit, cut", "texts beyond the limit, cut";
    /// Texts that are not UTF-8, shown with replacement characters.
    texts_not_utf8: "text that is not UTF-8", "texts that are not UTF-8";
    /// Paths that are not UTF-8, told apart by their bytes.
    paths_not_utf8: "path that is not UTF-8", "paths that are not UTF-8";
    /// Dates before 1970 or after 9999, or none at all, moved to the nearest end.
    dates_clamped: "date outside of 1970 to 9999, moved to the nearest end",
        "dates outside of 1970 to 9999, moved to the nearest end";
    /// Commits dated before one that they build on.
    dates_backwards: "commit dated before one that it builds on",
        "commits dated before one that they build on";
    /// Lines of CODEOWNERS that cannot be used, or not all of them.
    codeowners_skipped: "line of CODEOWNERS that cannot be used",
        "lines of CODEOWNERS that cannot be used";
    /// Files CODEOWNERS that are too large or not at hand; services are then folders.
    codeowners_unused: "CODEOWNERS file that is too large or not at hand, not used",
        "CODEOWNERS files that are too large or not at hand, not used";
    /// Owners named who have no part in the history.
    owners_unseen: "owner named who has no part in this history",
        "owners named who have no part in this history";
    /// Repositories with more folders than are taken as services, of which the upper ones are.
    folders_joined: "repository with too many folders to make a service of each",
        "repositories with too many folders to make a service of each";
    /// Commits at which a shallow clone ends.
    shallow_ends: "commit at which this shallow clone ends",
        "commits at which this shallow clone ends";
    /// git notes on commits of the range.
    git_notes: "git note on a commit of the range", "git notes on commits of the range";
    /// git notes that are too long or missing.
    git_notes_unread: "git note that is too long or missing, not read",
        "git notes that are too long or missing, not read";
    /// git notes of which not everybody who wrote them is known.
    notes_by_unknown: "git note of which not every writer is known",
        "git notes of which not every writer is known";
    /// References of git notes that are broken or lead to something that is missing.
    note_refs_unreadable: "reference of git notes that cannot be read, passed over",
        "references of git notes that cannot be read, passed over";
    /// References of git notes beyond the limit.
    note_refs_dropped: "reference of git notes beyond the limit, not read",
        "references of git notes beyond the limit, not read";
    /// Changes of files that pin others which were not read in whole: the file is no text or too
    /// large, or a line of it too long. What is pinned there is not known.
    pins_unread: "change of a lock file not read in whole",
        "changes of lock files not read in whole";
    /// Paths for which no rule of services was looked for, since rules and paths are too many.
    paths_given_up: "path whose service was not looked for",
        "paths whose services were not looked for";
    /// Votes in git notes that are neither a full review, nor a test, nor against a change.
    votes_unused: "vote in a git note that is no full review, not counted",
        "votes in git notes that are no full reviews, not counted";
    /// Reviews and tests that stand between other text of a git note.
    trailers_in_prose: "review or test within the text of a git note, not counted",
        "reviews and tests within the text of git notes, not counted";
    /// Signatures of commits and tags that hold, by a key at hand.
    signatures_valid: "signature that holds", "signatures that hold";
    /// Signatures that do not hold.
    signatures_invalid: "signature that does not hold", "signatures that do not hold";
    /// Signatures by keys that are not at hand.
    signatures_unknown_key: "signature by a key that is not at hand",
        "signatures by keys that are not at hand";
    /// Signatures of a kind that cannot be verified here.
    signatures_unsupported: "signature of a kind that cannot be verified here",
        "signatures of kinds that cannot be verified here";
    /// Keys of a kind that cannot be used here.
    keys_unsupported: "key of a kind that cannot be used here, passed over",
        "keys of kinds that cannot be used here, passed over";
    /// Files beside the keys that are none.
    key_files_other: "file in the folder of keys that is no list of keys, passed over",
        "files in the folder of keys that are no lists of keys, passed over";
    /// Results of checks that were read.
    results: "result of a check", "results of checks";
    /// XML files among the results that hold something else.
    result_files_other: "XML file in the folder of results that holds no test results, passed over",
        "XML files in the folder of results that hold no test results, passed over";
    /// Commits and merges before the range whose files and authors are looked back on.
    past_commits: "commit before the range looked back on",
        "commits before the range looked back on";
    /// Readings of the history before the range that ended early because there was too much.
    past_cut: "look back before the range that ended early: there is too much",
        "looks back before the range that ended early: there is too much";
    /// Readings of the history before the range that ended early because objects are missing.
    past_unreadable: "look back before the range that ended early: it cannot be read",
        "looks back before the range that ended early: it cannot be read";
    /// Fixes and reverts before the range of what is looked back on as well.
    past_mended: "fix or revert before the range", "fixes and reverts before the range";
    /// Fixes and reverts before the range of what is not looked back on.
    past_mended_elsewhere: "fix or revert before the range of what is not looked back on",
        "fixes and reverts before the range of what is not looked back on";
    /// Files of the cache that are damaged or none of ours; what they held was read anew.
    cache_unusable: "file of the cache that is not usable, read anew",
        "files of the cache that are not usable, read anew";
    /// Files of the cache that could not be written.
    cache_unwritten: "file of the cache that could not be written",
        "files of the cache that could not be written";
}
