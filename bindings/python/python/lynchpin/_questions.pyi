"""Types of more that a snapshot answers: the stub of the native half, continued."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Self, TypeAlias, overload

from ._calendar import Calendar
from ._daily import Agenda, Ending, Waiting, WaiverDebt
from ._entry import Breaches, Obligations, Policies, Verdicts
from ._population import Population
from ._progress import NextStates
from ._reach import Reach
from ._study import Changed, Comparison, DryRun, Lint
from ._values import Actor, Subject

_Text: TypeAlias = bytes | bytearray | memoryview | str

class _Questions:
    def verdicts(self, *, stage: str | None = None, at: datetime) -> Verdicts:
        """Says of everything at once whether it may go, without the reasons.

        It is about every release that is not cancelled, with each of its changes, and every change
        in no release. The verdicts are those of `decide`, which tells why. Other threads of the
        program go on meanwhile.

        Args:
            stage: The id of the stage; of each the first not wholly entered yet, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            The `Verdicts`.

        Raises:
            NotFoundError: The stage is not known as of that instant.
            QuestionError: The id is malformed or `at` has no time zone.
            LimitError: There is more to look at than is looked at in one go.

        Example:
            >>> found = snapshot.verdicts(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
            >>> [(str(it.subject), str(it.verdict)) for it in found.subjects]
            [('change C-1', 'needs_action')]
        """

    def reach(
        self, *, change: str, direction: Literal["upstream", "downstream"], at: datetime
    ) -> Reach:
        """Says what a change needs, or what needs it, directly or through others.

        Args:
            change: The id of the change.
            direction: "upstream" for what it needs, all alternatives taken; "downstream" for what
                needs it.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `Reach`: the changes that are reached, in order of ids.

        Raises:
            NotFoundError: The change is not known as of that instant.
            QuestionError: The id is malformed, or `at` has no time zone.
            LimitError: There are too many dependencies.
            ValueError: `direction` is neither.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> snapshot.reach(change="C-1", direction="upstream", at=at).changes
            ()
        """

    @overload
    def calendar(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        service: None = None,
        stage: str,
        environment: str | None = None,
        at: datetime,
    ) -> Calendar:
        """Says whether work may go on somewhere, and when and why that changes.

        It goes by the freezes known by then and the windows that the policy asks for there; what
        rules and exceptions let a change pass is asked of a decision. Of a subject and a service at
        most one is named; with neither, it is about something of which nothing is known.

        Args:
            subject: The change or the release; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            service: The id of a service.
            stage: The id of the stage.
            environment: The id of an environment; all of the stage, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `Calendar`: whether it is open, when it opens and closes, and what is under way.

        Raises:
            NotFoundError: The subject or the stage is not known as of that instant.
            QuestionError: An id is malformed, `at` has no time zone, or a subject and a service are
                named.
            TypeError: More than one subject was named.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> snapshot.calendar(stage="production", at=at).is_open
            True
        """

    @overload
    def calendar(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        service: None = None,
        stage: str,
        environment: str | None = None,
        at: datetime,
    ) -> Calendar: ...
    @overload
    def calendar(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        service: None = None,
        stage: str,
        environment: str | None = None,
        at: datetime,
    ) -> Calendar: ...
    @overload
    def calendar(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: None = None,
        service: str | None = None,
        stage: str,
        environment: str | None = None,
        at: datetime,
    ) -> Calendar: ...
    @overload
    def changed(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        stage: str | None = None,
        since: datetime,
        until: datetime,
    ) -> Changed:
        """Says what changed in a decision between two instants, and through which facts.

        Args:
            subject: What was decided on; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            stage: The id of the stage; that of the later instant, if left out.
            since: The earlier instant, as a datetime with a time zone.
            until: The later instant.

        Returns:
            A `Changed`: each reason that is not as it was.

        Raises:
            NotFoundError: The subject or the stage is not known as of the later instant.
            QuestionError: An id is malformed, or an instant has no time zone.
            TypeError: Not exactly one subject was named.

        Example:
            >>> days = [datetime(2026, 11, day, tzinfo=timezone.utc) for day in (1, 2)]
            >>> snapshot.changed(change="C-1", since=days[0], until=days[1]).after
            Verdict.NEEDS_ACTION
        """

    @overload
    def changed(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        stage: str | None = None,
        since: datetime,
        until: datetime,
    ) -> Changed: ...
    @overload
    def changed(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        stage: str | None = None,
        since: datetime,
        until: datetime,
    ) -> Changed: ...
    def breaches(self, *, at: datetime) -> Breaches:
        """Says what was deployed without a claim, if the policy asks for claims.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            The `Breaches`, in order of time.

        Raises:
            QuestionError: `at` has no time zone.

        Example:
            >>> len(snapshot.breaches(at=datetime(2026, 11, 2, tzinfo=timezone.utc)))
            0
        """

    def obligations(self, *, at: datetime) -> Obligations:
        """Says what is or was owed since something entered a stage, by whom and until when.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            The `Obligations`, the first to be met first.

        Raises:
            QuestionError: `at` has no time zone.
            LimitError: There is more to look at than is looked at in one go.

        Example:
            >>> len(snapshot.obligations(at=datetime(2026, 11, 2, tzinfo=timezone.utc)))
            0
        """

    def policies(self, *, at: datetime) -> Policies:
        """Says which policies came into force, and which adoptions had no effect.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            The `Policies`, oldest first.

        Raises:
            QuestionError: `at` has no time zone.

        Example:
            >>> snapshot.policies(at=datetime(2026, 11, 2, tzinfo=timezone.utc)).adopted
            ()
        """

    def lint_policy(self, policy: _Text | None = None, /, *, at: datetime) -> Lint:
        """Says what is wrong with a policy, among the people, stages and services that there are.

        Args:
            policy: The policy (TOML) as text or its UTF-8 bytes; the one in force, if left out.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `Lint`: the findings, the worst first.

        Raises:
            PolicyError: The policy is malformed, or none is given and none in force.
            QuestionError: `at` has no time zone.
            TypeError: The policy is neither text nor bytes.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> unused = 'name = "acme"\\nrequirement.p = { plan = "test" }'
            >>> snapshot.lint_policy(unused, at=at).findings[-1].code
            'requirement_unused'
        """

    def compare_policies(
        self, after: _Text, /, *, before: _Text | None = None, at: datetime
    ) -> Comparison:
        """Says what differs between two policies, and which way each difference leans.

        Args:
            after: The later policy (TOML) as text or its UTF-8 bytes.
            before: The earlier one; the one in force, if left out.
            at: The instant whose policy in force is meant, as a datetime with a time zone.

        Returns:
            A `Comparison`: settings, keys, requirements and gates that differ, by name.

        Raises:
            PolicyError: A policy is malformed, or none is given and none in force.
            QuestionError: `at` has no time zone.
            TypeError: A policy is neither text nor bytes.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.compare_policies('name = "acme"', at=at)
            >>> [(it.what, it.name, it.became) for it in found.differences]
            [('requirement', 'back-out', 'removed'), ('gate', 'fast', 'removed')]
        """

    def dry_run(self, policy: _Text, /, *, at: datetime, since: datetime | None = None) -> DryRun:
        """Says which decisions another policy would flip, and why.

        Args:
            policy: The other policy (TOML) as text or its UTF-8 bytes.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            since: Over every deployment begun since that instant; over what is open at `at`, if
                left out.

        Returns:
            A `DryRun`: the decisions that are a go by one of the two policies only.

        Raises:
            PolicyError: The policy is malformed.
            QuestionError: An instant has no time zone.
            LimitError: There is more to look at than is looked at in one go.
            TypeError: The policy is neither text nor bytes.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> open_for_all = 'name = "acme"\\nopen = ["production"]'
            >>> snapshot.dry_run(open_for_all, at=at).flips[0].before
            Verdict.NEEDS_ACTION
        """

    def assuming(
        self, *, ignoring: Sequence[str] | None = None, policy: _Text | None = None
    ) -> Self:
        """The same without some facts or by another policy: what that decides is a what-if.

        Args:
            ignoring: The facts to leave out, named as reasons cite them.
            policy: The policy (TOML) to ask instead, as text or its UTF-8 bytes.

        Returns:
            A `Snapshot`, all of whose decisions are marked.

        Raises:
            NotFoundError: There is no such fact.
            QuestionError: The name of a fact is malformed.
            PolicyError: The policy is malformed.
            TypeError: The facts are no list of texts, or the policy is neither text nor bytes.

        Example:
            >>> loose = snapshot.assuming(policy='name = "acme"\\nopen = ["production"]')
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> decision = loose.decide(change="C-1", at=at)
            >>> decision.verdict, decision.what_if, decision.is_go
            (Verdict.GO, True, False)
        """

    def waiting(
        self,
        who: Actor | None = None,
        /,
        *,
        person: str | None = None,
        group: str | None = None,
        at: datetime,
        within: timedelta | None = None,
    ) -> Waiting:
        """Says what waits for a person or a group, or for everybody, among all that is open.

        Args:
            who: Who is asked about; or name them by one of the next two; or everybody.
            person: The id of a person.
            group: The id of a group: a role, a team or a board.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            within: Only what is of use until so long after, a timedelta of whole seconds.

        Returns:
            A `Waiting`: what waits, by who can act, what is to be done soonest first.

        Raises:
            NotFoundError: The person or the group is neither declared nor named by any reason.
            QuestionError: An id is malformed, `at` has no time zone, or `within` is negative.
            LimitError: Something is too large.
            TypeError: More than one was named.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.waiting(person="raj", at=at)
            >>> [item.requirement for item in found.waits[0].items]
            ['back-out']
        """

    def agenda(self, *, board: str, at: datetime) -> Agenda:
        """Says what a board is to decide at its next meeting.

        Args:
            board: The id of the board.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            An `Agenda`: the meeting, and what is planned to begin soonest first.

        Raises:
            NotFoundError: It is not known as a board as of that instant.
            QuestionError: The id is malformed, or `at` has no time zone.
            LimitError: Something is too large.

        Example:
            >>> agenda.items[0].requirement
            'review'
        """

    def ending(self, *, at: datetime, within: timedelta) -> Ending:
        """Says what ends soon, and what turns by it: obligations, waivers, approvals and more.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.
            within: How long after it is looked ahead, a timedelta of whole seconds.

        Returns:
            An `Ending`: what ends, and whatever becomes a go or ceases to be one.

        Raises:
            QuestionError: `at` has no time zone, or `within` is negative.
            LimitError: Something is too large.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> snapshot.ending(at=at, within=timedelta(days=7)).ends
            ()
        """

    def waiver_debt(self, *, at: datetime) -> WaiverDebt:
        """Says what rests on waivers, since when and for how long yet.

        Args:
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `WaiverDebt`: the waivers in use, and what they come to.

        Raises:
            QuestionError: `at` has no time zone.
            LimitError: Something is too large.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> snapshot.waiver_debt(at=at).total.count
            0
        """

    def population(
        self, *, stage: str, since: datetime, until: datetime, at: datetime
    ) -> Population:
        """Lists what was deployed into a stage in a period, and what was behind each deployment.

        Every deployment fact of the period is in a row or in a count, so that a sample can be drawn
        from it.

        Args:
            stage: The stage.
            since: The first instant of the period, as a datetime with a time zone.
            until: The first instant after the period, as a datetime with a time zone.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `Population`: a row for each change that each deployment brought, and the gaps.

        Raises:
            NotFoundError: There is no such stage.
            QuestionError: The id is malformed, an instant has no time zone, or the period does not
                end after it begins.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> since = at - timedelta(days=30)
            >>> snapshot.population(stage="production", since=since, until=at, at=at).deployments
            0
        """

    def stages(self) -> tuple[str, ...]:
        """The ids of the stages, in the order in which a change goes through them.

        Returns:
            The ids.

        Example:
            >>> snapshot.stages()
            ('production',)
        """

    def releases(self, *, at: datetime) -> tuple[str, ...]:
        """The ids of the releases known by an instant and not cancelled, in order.

        Args:
            at: The instant, as a datetime with a time zone.

        Returns:
            The ids.

        Raises:
            QuestionError: `at` has no time zone.

        Example:
            >>> snapshot.releases(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
            ()
        """

    def changes(self, *, at: datetime) -> tuple[str, ...]:
        """The ids of the changes known by an instant and not cancelled, in order.

        Args:
            at: The instant, as a datetime with a time zone.

        Returns:
            The ids.

        Raises:
            QuestionError: `at` has no time zone.

        Example:
            >>> snapshot.changes(at=datetime(2026, 11, 2, tzinfo=timezone.utc))
            ('C-1',)
        """

    @overload
    def next_states(
        self,
        subject: Subject,
        /,
        *,
        release: None = None,
        change: None = None,
        workflow: str | None = None,
        close_code: str | None = None,
        at: datetime,
    ) -> NextStates:
        """Says where something is in its workflow, where it may go now, and why not elsewhere.

        Args:
            subject: The change or the release; or name it by one of the next two.
            release: The id of a release.
            change: The id of a change.
            workflow: The name of a workflow that comes with the package, or the text (TOML) of one;
                if left out, the one that it was last moved in, or the usual one for its kind.
            close_code: How it ended, if it is to be closed.
            at: The instant, as a datetime with a time zone. Facts recorded later do not count.

        Returns:
            A `NextStates`: its state, each transition from there with its conditions, and the moves
            that the workflow does not allow.

        Raises:
            NotFoundError: The subject is not known as of that instant.
            QuestionError: An id or the workflow is malformed, or `at` has no time zone.
            LimitError: It was moved too often.
            TypeError: Not exactly one subject was named.

        Example:
            >>> at = datetime(2026, 11, 2, tzinfo=timezone.utc)
            >>> found = snapshot.next_states(change="C-1", workflow="continuous", at=at)
            >>> found.state, [step.to for step in found.next if step.available]
            ('Committed', ['Abandoned'])
        """

    @overload
    def next_states(
        self,
        subject: None = None,
        /,
        *,
        release: str,
        change: None = None,
        workflow: str | None = None,
        close_code: str | None = None,
        at: datetime,
    ) -> NextStates: ...
    @overload
    def next_states(
        self,
        subject: None = None,
        /,
        *,
        release: None = None,
        change: str,
        workflow: str | None = None,
        close_code: str | None = None,
        at: datetime,
    ) -> NextStates: ...
