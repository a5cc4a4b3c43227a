//! What models may score a change by: each feature with one definition.
//!
//! The portfolio works them out ([`Snapshot::score`](crate::portfolio::Snapshot::score)), the same
//! way for a change that is to be decided and for one of the history that a model is fitted to:
//! of that, only what was known when it came to the last stage. What is not known stays so, and
//! counts as the worst; it never lowers a risk.

macro_rules! features {
    ($($variant:ident $name:literal, $unit:literal, $source:literal, $formula:literal;)*) => {
        /// A feature of a change that the portfolio works out.
        ///
        /// ```
        /// use lynchpin::risk::Feature;
        ///
        /// let files = Feature::named("files").unwrap();
        /// assert_eq!((files.unit(), files.source()), ("files", "size of the change"));
        /// assert_eq!(Feature::named("phase_of_the_moon"), None);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Feature {
            $(#[doc = concat!($formula, ".")] $variant,)*
        }

        impl Feature {
            /// All of them, in order.
            pub const ALL: &[Feature] = &[$(Feature::$variant,)*];

            /// The name, as the terms of models bear it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Feature::$variant => $name,)* }
            }

            /// What it is counted in.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self { $(Feature::$variant => $unit,)* }
            }

            /// Which facts it is taken from.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Feature::$variant => $source,)* }
            }

            /// How it is worked out, in words.
            #[must_use]
            pub const fn formula(self) -> &'static str {
                match self { $(Feature::$variant => $formula,)* }
            }
        }
    };
}

features! {
    Lines "lines", "lines", "size of the change", "Lines added and deleted";
    LinesAdded "lines_added", "lines", "size of the change", "Lines added";
    LinesDeleted "lines_deleted", "lines", "size of the change", "Lines deleted";
    Files "files", "files", "size of the change", "Files touched";
    Folders "folders", "folders", "size of the change", "Folders touched";
    SchemaFiles "schema_files", "files", "size of the change",
        "Files touched that define or migrate a database schema or an interface contract";
    ConfigurationFiles "configuration_files", "files", "size of the change",
        "Files touched that configure rather than program, and are none of a schema";
    Coverage "coverage", "percent, 0 to 100", "coverage of the change",
        "Share of the executable lines that it adds or changes that tests ran";
    Services "services", "services", "services of the change",
        "Different services changed; not known, if none is named";
    Subsystems "subsystems", "top folders", "history of its source", "Top folders touched";
    Entropy "entropy", "millionths of a bit", "history of its source",
        "Shannon entropy of each file's share of the changed lines";
    Developers "developers", "people", "history of its source",
        "Different authors who changed one of its files before";
    AgeDays "age_days", "days", "history of its source",
        "Time since the last change of each file, the mean";
    EarlierChanges "earlier_changes", "changes", "history of its source",
        "Different earlier changes of its files";
    MissingCompanions "missing_companions", "files", "history of its source",
        "Files that nearly always changed with one of its files and are not among them";
    FileFailures "file_failures", "changes", "history of its source",
        "Earlier changes of its files that were known to have failed";
    AuthorRecord "author_record", "changes", "deployments; history of its source",
        "The author's other changes that came to the last stage and were taken out of none of its \
         environments, or those that the history of the source has, if they are more";
    AuthorFailures "author_failures", "changes", "incidents; history of its source",
        "The author's other changes confirmed to have caused an incident, and those that the \
         history of the source says had failed";
    RecentExperience "recent_experience", "thousandths of a change", "history of its source",
        "The author's earlier changes, each divided by its age in whole years plus one";
    SubsystemExperience "subsystem_experience", "changes", "history of its source",
        "The author's earlier changes in one of its top folders";
    Fix "fix", "1 or 0", "history of its source", "Whether it mends a failure";
    Kind "kind", "0, 1 or 2", "kind of the change", "Standard, normal or emergency";
    Tier "tier", "1 to 255", "services of the change",
        "The most critical tier of its services; not known, if that of any is not";
    ServiceFailures "service_failures", "failures", "deployments and incidents",
        "Failed and rolled-back deployments and confirmed incidents of its services in the 90 days \
         before";
    TeamFailures "team_failures", "failures", "deployments and incidents; owners of services",
        "The same of all services that have an owner in common with it; not known, if the owner of \
         any of its services is not";
    ServiceIncidents "service_incidents", "incidents", "incidents",
        "Incidents opened on its services in the 30 days before, whatever their cause";
    ServiceChanges "service_changes", "changes", "deployments",
        "Other changes of its services that came to the last stage in the 30 days before";
    ConcurrentChanges "concurrent_changes", "changes", "deployments",
        "Other changes of its services that came to the last stage in the 24 hours before";
    Reviewers "reviewers", "people", "approvals",
        "Different people without a hand in it who approve something of this revision and object \
         to nothing of it";
    Dependencies "dependencies", "clauses", "dependencies of the change",
        "Clauses of what it requires, comes after or ships together with";
    Dependents "dependents", "changes", "dependencies of other changes",
        "Other changes that name it in what they require or ship together with";
    BackOutPlan "back_out_plan", "1 or 0", "plans of the change", "Whether there is one";
    Reversibility "reversibility", "1 or 0", "the change", "Whether it can be undone";
    Hour "hour", "hours, 0 to 23", "planned time of the change",
        "The hour in UTC at which it is planned to begin; that of the question, if no plan is said \
         or it is over";
    Weekday "weekday", "days, 0 to 6", "planned time of the change",
        "The day of the week of that hour, from Monday on";
}

/// What the name of a figure begins with that the host gives itself, such as `measure.alerts`:
/// [`Change::measures`](crate::model::Change::measures).
pub const MEASURE: &str = "measure.";

/// Whether a portfolio can be scored by something of that name: a [feature](Feature), or a figure
/// of the host.
///
/// ```
/// use lynchpin::risk::is_scored;
///
/// assert!(is_scored("lines") && is_scored("measure.alerts"));
/// assert!(!is_scored("alerts") && !is_scored("measure."));
/// ```
#[must_use]
pub fn is_scored(name: &str) -> bool {
    let is_own = || name.strip_prefix(MEASURE).is_some_and(|rest| !rest.is_empty());
    Feature::named(name).is_some() || is_own()
}

impl Feature {
    /// The feature of a name; nothing, if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Feature> {
        Feature::ALL.iter().copied().find(|feature| feature.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Factor;
    use super::*;

    #[test]
    fn each_has_one_name_and_the_factors_of_the_scorecard_are_among_them() {
        let mut names: Vec<&str> = Feature::ALL.iter().map(|it| it.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Feature::ALL.len());
        for factor in Factor::ALL {
            assert!(Feature::named(factor.name()).is_some(), "{}", factor.name());
        }
        for feature in Feature::ALL {
            assert!(!feature.name().starts_with(MEASURE), "{}", feature.name());
            assert!(feature.formula().starts_with(char::is_uppercase), "{}", feature.name());
        }
    }
}
