//! More that a snapshot answers: calendars, entries, what is owed, and what another policy changes.

use lynchpin::base::{Result, Subject};
use lynchpin::gate::Policy;
use lynchpin::portfolio::FactName;
use lynchpin::wire::{self, Question};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString};

use crate::convert::{instant_of, parsed, policy_of, stage_of, subject_of};
use crate::error::exception;
use crate::family::Given;
use crate::snapshot::{Snapshot, checked, detail_of};

#[pymethods]
impl Snapshot {
    /// Says of everything at once whether it may go, without the reasons.
    ///
    /// It is about every release that is not cancelled, with each of its changes, and every change
    /// in no release. The verdicts are those of `decide`, which tells why. Other threads of the
    /// program go on meanwhile.
    ///
    /// Args:
    ///     stage: The id of the stage; of each the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     The `Verdicts`.
    ///
    /// Raises:
    ///     NotFoundError: The stage is not known as of that instant.
    ///     QuestionError: The id is malformed or `at` has no time zone.
    ///     LimitError: There is more to look at than is looked at in one go.
    ///
    /// Example:
    ///     >>> found = snapshot.verdicts(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
    ///     >>> [(str(it.subject), str(it.verdict)) for it in found.subjects]
    ///     [('change C-1', 'needs_action')]
    #[pyo3(signature = (*, stage = None, at))]
    fn verdicts<'py>(
        &self,
        py: Python<'py>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Verdicts(wire::Verdicts {
            stage: checked(py, stage.map(parsed).transpose())?,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says whether work may go on somewhere, and when and why that changes.
    ///
    /// It goes by the freezes known by then and the windows that the policy asks for there; what
    /// rules and exceptions let a change pass is asked of a decision. Of a subject and a service at
    /// most one is named; with neither, it is about something of which nothing is known.
    ///
    /// Args:
    ///     subject: The change or the release; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     service: The id of a service.
    ///     stage: The id of the stage.
    ///     environment: The id of an environment; all of the stage, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Calendar`: whether it is open, when it opens and closes, and what is under way.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An id is malformed, `at` has no time zone, or a subject and a service are
    ///         named.
    ///     TypeError: More than one subject was named.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> snapshot.calendar(stage="production", at=at).is_open
    ///     True
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, service = None, stage,
        environment = None, at
    ))]
    fn calendar<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        service: Option<&Bound<'py, PyString>>,
        stage: &Bound<'py, PyString>,
        environment: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let named = subject.is_some() || release.is_some() || change.is_some();
        let subject = named.then(|| named_subject(py, subject, release, change)).transpose()?;
        let question = Question::Calendar(wire::Calendar {
            subject,
            service: checked(py, service.map(parsed).transpose())?,
            stage: checked(py, parsed(stage))?,
            environment: checked(py, environment.map(parsed).transpose())?,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// Enters a stage, if it may: the answer is the entry to append, or why not.
    ///
    /// It is decided again, at the head of all that is known. Nothing has entered before the entry
    /// is taken in; `Engine.claim` does both at once. What was decided before may be shown by
    /// `digest` and `expires`: then nothing of the content may differ by now.
    ///
    /// Args:
    ///     subject: What enters; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone; no fact was recorded after it.
    ///     by: The id of the person who enters.
    ///     via: The connector that relays it.
    ///     digest: The digest of the recorded decision that it rests on.
    ///     expires: The instant at which that decision expires.
    ///     not_after: The first instant at which a deployment may no longer begin on the strength
    ///         of it.
    ///     detail: How much of the reasons of a refusal to answer, as for `decide`.
    ///
    /// Returns:
    ///     A `Claim`, or the `Decision` that refuses it.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An argument is malformed.
    ///     LynchpinError: It cannot be claimed at all, such as behind the head or in a what-if.
    ///     TypeError: Not exactly one subject was named.
    ///     ValueError: `detail` is none of the three.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> refused = snapshot.claim(change="C-1", stage="production", at=at, by="raj")
    ///     >>> isinstance(refused, Claim), refused.root_blockers[0].code
    ///     (False, 'plan_missing')
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, by, via = None,
        digest = None, expires = None, not_after = None, detail = "full"
    ))]
    fn claim<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        by: &Bound<'py, PyString>,
        via: Option<&Bound<'py, PyString>>,
        digest: Option<&Bound<'py, PyString>>,
        expires: Option<&Bound<'py, PyDateTime>>,
        not_after: Option<&Bound<'py, PyDateTime>>,
        detail: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let subject = named_subject(py, subject, release, change)?;
        let fields = (stage, at, by, via, digest, expires, not_after, detail);
        let question = claim_of(py, subject, fields)?;
        self.value(py, question, Given::Question)
    }

    /// Decides, and gives the decision as a fact to keep, which a claim may show.
    ///
    /// Args:
    ///     subject: What to decide on; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; the first not wholly entered yet, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     by: The id of the person who asks.
    ///
    /// Returns:
    ///     A `RecordedDecision`.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of that instant.
    ///     QuestionError: An argument is malformed.
    ///     LynchpinError: It cannot be recorded, such as a what-if, or where no policy is in force.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> snapshot.record(change="C-1", stage="production", at=at, by="raj").verdict
    ///     Verdict.NEEDS_ACTION
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, at, by
    ))]
    fn record<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
        by: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Record(wire::Record {
            subject: named_subject(py, subject, release, change)?,
            stage: checked(py, stage_of(stage))?,
            at: checked(py, instant_of(at)?)?,
            by: checked(py, parsed(by))?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says what was deployed without a claim, if the policy asks for claims.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     The `Breaches`, in order of time.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///
    /// Example:
    ///     >>> len(snapshot.breaches(at=datetime(2026, 11, 2, tzinfo=timezone.utc)))
    ///     0
    #[pyo3(signature = (*, at))]
    fn breaches<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = checked(py, instant_of(at)?)?;
        self.value(py, Question::Breaches(wire::AsOf { at }), Given::Question)
    }

    /// Says what is or was owed since something entered a stage, by whom and until when.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     The `Obligations`, the first to be met first.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///     LimitError: There is more to look at than is looked at in one go.
    ///
    /// Example:
    ///     >>> len(snapshot.obligations(at=datetime(2026, 11, 2, tzinfo=timezone.utc)))
    ///     0
    #[pyo3(signature = (*, at))]
    fn obligations<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = checked(py, instant_of(at)?)?;
        self.value(py, Question::Obligations(wire::AsOf { at }), Given::Question)
    }

    /// Says which policies came into force, and which adoptions had no effect.
    ///
    /// Args:
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     The `Policies`, oldest first.
    ///
    /// Raises:
    ///     QuestionError: `at` has no time zone.
    ///
    /// Example:
    ///     >>> snapshot.policies(at=datetime(2026, 11, 2, tzinfo=timezone.utc)).adopted
    ///     ()
    #[pyo3(signature = (*, at))]
    fn policies<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = checked(py, instant_of(at)?)?;
        self.value(py, Question::Policies(wire::AsOf { at }), Given::Question)
    }

    /// Says what changed in a decision between two instants, and through which facts.
    ///
    /// Args:
    ///     subject: What was decided on; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     stage: The id of the stage; that of the later instant, if left out.
    ///     since: The earlier instant, as a datetime with a time zone.
    ///     until: The later instant.
    ///
    /// Returns:
    ///     A `Changed`: each reason that is not as it was.
    ///
    /// Raises:
    ///     NotFoundError: The subject or the stage is not known as of the later instant.
    ///     QuestionError: An id is malformed, or an instant has no time zone.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> days = [datetime(2026, 11, day, tzinfo=timezone.utc) for day in (1, 2)]
    ///     >>> snapshot.changed(change="C-1", since=days[0], until=days[1]).after
    ///     Verdict.NEEDS_ACTION
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, stage = None, since, until
    ))]
    fn changed<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        stage: Option<&Bound<'py, PyString>>,
        since: &Bound<'py, PyDateTime>,
        until: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::Changed(wire::Changed {
            subject: named_subject(py, subject, release, change)?,
            stage: checked(py, stage_of(stage))?,
            from: checked(py, instant_of(since)?)?,
            to: checked(py, instant_of(until)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// Says where something is in its workflow, where it may go now, and why not elsewhere.
    ///
    /// Args:
    ///     subject: The change or the release; or name it by one of the next two.
    ///     release: The id of a release.
    ///     change: The id of a change.
    ///     workflow: The name of a workflow that comes with the package, or the text (TOML) of one;
    ///         if left out, the one that it was last moved in, or the usual one for its kind.
    ///     close_code: How it ended, if it is to be closed.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `NextStates`: its state, each transition from there with its conditions, and the moves
    ///     that the workflow does not allow.
    ///
    /// Raises:
    ///     NotFoundError: The subject is not known as of that instant.
    ///     QuestionError: An id or the workflow is malformed, or `at` has no time zone.
    ///     LimitError: It was moved too often.
    ///     TypeError: Not exactly one subject was named.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.next_states(change="C-1", workflow="continuous", at=at)
    ///     >>> found.state, [step.to for step in found.next if step.available]
    ///     ('Committed', ['Abandoned'])
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (
        subject = None, /, *, release = None, change = None, workflow = None, close_code = None, at
    ))]
    fn next_states<'py>(
        &self,
        py: Python<'py>,
        subject: Option<&Bound<'py, PyAny>>,
        release: Option<&Bound<'py, PyString>>,
        change: Option<&Bound<'py, PyString>>,
        workflow: Option<&Bound<'py, PyString>>,
        close_code: Option<&Bound<'py, PyString>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::NextStates(wire::NextStates {
            subject: named_subject(py, subject, release, change)?,
            workflow: workflow.map(|text| text.to_string_lossy().into_owned()),
            close_code: checked(py, close_code.map(parsed).transpose())?,
            at: checked(py, instant_of(at)?)?,
        });
        self.value(py, question, Given::Question)
    }

    /// The same without some facts or by another policy: what that decides is a what-if.
    ///
    /// Args:
    ///     ignoring: The facts to leave out, named as reasons cite them.
    ///     policy: The policy (TOML) to ask instead, as text or its UTF-8 bytes.
    ///
    /// Returns:
    ///     A `Snapshot`, all of whose decisions are marked.
    ///
    /// Raises:
    ///     NotFoundError: There is no such fact.
    ///     QuestionError: The name of a fact is malformed.
    ///     PolicyError: The policy is malformed.
    ///     TypeError: The facts are no list of texts, or the policy is neither text nor bytes.
    ///
    /// Example:
    ///     >>> loose = snapshot.assuming(policy='name = "acme"\nopen = ["production"]')
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> decision = loose.decide(change="C-1", at=at)
    ///     >>> decision.verdict, decision.what_if, decision.is_go
    ///     (Verdict.GO, True, False)
    #[pyo3(signature = (*, ignoring = None, policy = None))]
    fn assuming(
        &self,
        py: Python<'_>,
        ignoring: Option<Vec<Bound<'_, PyString>>>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Snapshot> {
        let ignoring = ignoring.unwrap_or_default();
        let names: Result<Vec<FactName>> = ignoring.iter().map(parsed).collect();
        let names = checked(py, names)?;
        let policy = policy.map(policy_of).transpose()?;
        let policy = policy.map(|text| text.parse::<Policy>()).transpose();
        let policy = policy.map_err(|error| exception(py, Given::Policy, &error))?;
        let assumed = self.guarded(py, |snapshot| snapshot.assuming(&names, policy.as_ref()));
        Ok(Snapshot::from(checked(py, assumed)?))
    }

    /// Says what is wrong with a policy, among the people, stages and services that there are.
    ///
    /// Args:
    ///     policy: The policy (TOML) as text or its UTF-8 bytes; the one in force, if left out.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///
    /// Returns:
    ///     A `Lint`: the findings, the worst first.
    ///
    /// Raises:
    ///     PolicyError: The policy is malformed, or none is given and none in force.
    ///     QuestionError: `at` has no time zone.
    ///     TypeError: The policy is neither text nor bytes.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> unused = 'name = "acme"\nrequirement.p = { plan = "test" }'
    ///     >>> snapshot.lint_policy(unused, at=at).findings[-1].code
    ///     'requirement_unused'
    #[pyo3(signature = (policy = None, /, *, at))]
    fn lint_policy<'py>(
        &self,
        py: Python<'py>,
        policy: Option<&Bound<'py, PyAny>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let policy = policy.map(policy_of).transpose()?;
        let at = checked(py, instant_of(at)?)?;
        let question = Question::LintPolicy(wire::LintPolicy { policy, at });
        self.value(py, question, Given::Policy)
    }

    /// Says what differs between two policies, and which way each difference leans.
    ///
    /// Args:
    ///     after: The later policy (TOML) as text or its UTF-8 bytes.
    ///     before: The earlier one; the one in force, if left out.
    ///     at: The instant whose policy in force is meant, as a datetime with a time zone.
    ///
    /// Returns:
    ///     A `Comparison`: settings, keys, requirements and gates that differ, by name.
    ///
    /// Raises:
    ///     PolicyError: A policy is malformed, or none is given and none in force.
    ///     QuestionError: `at` has no time zone.
    ///     TypeError: A policy is neither text nor bytes.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> found = snapshot.compare_policies('name = "acme"', at=at)
    ///     >>> [(it.what, it.name, it.became) for it in found.differences]
    ///     [('requirement', 'back-out', 'removed'), ('gate', 'fast', 'removed')]
    #[pyo3(signature = (after, /, *, before = None, at))]
    fn compare_policies<'py>(
        &self,
        py: Python<'py>,
        after: &Bound<'py, PyAny>,
        before: Option<&Bound<'py, PyAny>>,
        at: &Bound<'py, PyDateTime>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let after = policy_of(after)?;
        let before = before.map(policy_of).transpose()?;
        let at = checked(py, instant_of(at)?)?;
        let question = Question::ComparePolicies(wire::ComparePolicies { before, after, at });
        self.value(py, question, Given::Policy)
    }

    /// Says which decisions another policy would flip, and why.
    ///
    /// Args:
    ///     policy: The other policy (TOML) as text or its UTF-8 bytes.
    ///     at: The instant, as a datetime with a time zone. Facts recorded later do not count.
    ///     since: Over every deployment begun since that instant; over what is open at `at`, if
    ///         left out.
    ///
    /// Returns:
    ///     A `DryRun`: the decisions that are a go by one of the two policies only.
    ///
    /// Raises:
    ///     PolicyError: The policy is malformed.
    ///     QuestionError: An instant has no time zone.
    ///     LimitError: There is more to look at than is looked at in one go.
    ///     TypeError: The policy is neither text nor bytes.
    ///
    /// Example:
    ///     >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
    ///     >>> open_for_all = 'name = "acme"\nopen = ["production"]'
    ///     >>> snapshot.dry_run(open_for_all, at=at).flips[0].before
    ///     Verdict.NEEDS_ACTION
    #[pyo3(signature = (policy, /, *, at, since = None))]
    fn dry_run<'py>(
        &self,
        py: Python<'py>,
        policy: &Bound<'py, PyAny>,
        at: &Bound<'py, PyDateTime>,
        since: Option<&Bound<'py, PyDateTime>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::DryRun(wire::DryRun {
            policy: policy_of(policy)?,
            at: checked(py, instant_of(at)?)?,
            since: checked(py, since.map(instant_of).transpose()?.transpose())?,
        });
        self.value(py, question, Given::Policy)
    }
}

/// What a claim is asked with, besides its subject, in the order of the arguments.
type Claimed<'a, 'py> = (
    Option<&'a Bound<'py, PyString>>,
    &'a Bound<'py, PyDateTime>,
    &'a Bound<'py, PyString>,
    Option<&'a Bound<'py, PyString>>,
    Option<&'a Bound<'py, PyString>>,
    Option<&'a Bound<'py, PyDateTime>>,
    Option<&'a Bound<'py, PyDateTime>>,
    &'a str,
);

pub(crate) fn claim_of<'py>(
    py: Python<'py>,
    subject: Subject,
    (stage, at, by, via, digest, expires, not_after, detail): Claimed<'_, 'py>,
) -> PyResult<Question> {
    let instant = |at: Option<&Bound<'py, PyDateTime>>| {
        checked(py, at.map(instant_of).transpose()?.transpose())
    };
    Ok(Question::Claim(wire::Claim {
        subject,
        stage: checked(py, stage_of(stage))?,
        at: checked(py, instant_of(at)?)?,
        by: checked(py, parsed(by))?,
        via: checked(py, via.map(parsed).transpose())?,
        digest: checked(py, digest.map(parsed).transpose())?,
        expires: instant(expires)?,
        not_after: instant(not_after)?,
        detail: detail_of(detail)?,
    }))
}

pub(crate) fn named_subject(
    py: Python<'_>,
    subject: Option<&Bound<'_, PyAny>>,
    release: Option<&Bound<'_, PyString>>,
    change: Option<&Bound<'_, PyString>>,
) -> PyResult<Subject> {
    checked(py, subject_of(subject, release, change)?)
}
