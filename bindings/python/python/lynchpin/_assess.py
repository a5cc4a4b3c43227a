"""What would a repository ship next?"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Self, TypeAlias, final

from . import _show
from ._answer import Answer
from ._decision import Decision
from ._history import (
    Assessed,
    Dependency,
    Failure,
    Notes,
    read_dependencies,
    read_failures,
    read_notes,
    read_repositories,
    text_or_none,
)
from ._lynchpin import Engine, Snapshot, assess_policy, read_history
from ._plan import Plan
from ._read import Fields, read_own
from ._score import Score
from ._value import public
from .errors import NotFoundError, Problem

_Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]
_Text: TypeAlias = bytes | bytearray | memoryview | str

_ASSESSMENT = frozenset(
    ("repositories", "at", "release", "changes", "dependencies", "failures", "notes")
)


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Assessment(Answer):
    """What repositories would ship next: their changes as facts, and why each needs others.

    Made by `assess`. It can be planned, decided and scored at once, by the built-in policy or by
    another one. Two are equal if their documents are; that is the first line which the command
    `lynchpin assess --json` prints. It can be pickled, with its portfolio.

    Example:
        >>> found.release, found.changes, found.decide().verdict
        ('next', 2, Verdict.NEEDS_ACTION)
    """

    _KIND: ClassVar[str] = "assessment"
    _MADE_BY: ClassVar[str] = "assess"

    at: datetime
    """When the newest commit, note or result was made, in UTC: the instant to ask about, so that no
    answer depends on the day on which it is asked."""
    release: str | None
    """The release that holds all changes; none if nothing lies in the range."""
    changes: int
    """How many changes there are."""
    repositories: tuple[Assessed, ...]
    """The repositories, in the order in which they were given."""
    notes: Notes
    """What was seen, skipped and not resolved."""
    # What each change needs; none, until it is asked for.
    _dependencies: tuple[Dependency, ...] | None
    # Which commits failed; none, until it is asked for.
    _failures: tuple[Failure, ...] | None
    # The portfolio; none, if it was read back from its document, which is without it.
    _document: bytes | None
    # What is asked under the built-in policy, and the process that it is good in.
    _held: tuple[int, Snapshot] | None

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_ASSESSMENT)
        return {
            "at": fields.instant("at"),
            "release": text_or_none(fields, "release"),
            "changes": fields.integer("changes"),
            "repositories": read_repositories(fields),
            "notes": read_notes(fields.inner("notes")),
            "_dependencies": read_dependencies(fields) if whole else None,
            "_failures": read_failures(fields) if whole else None,
            "_document": None,
            "_held": None,
        }

    @classmethod
    def _found(cls, wire: bytes, head: bytes, document: bytes) -> Self:
        """The assessment that was made just now."""
        found = cls._made(wire, read_own(head, cls._KIND), None, whole=False)
        object.__setattr__(found, "_document", document)
        return found

    @classmethod
    def _restored(cls, wire: bytes, document: bytes) -> Self:
        """The assessment that was pickled with its portfolio."""
        found = cls.from_json(wire)
        object.__setattr__(found, "_document", document)
        return found

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What each change needs, and why, in order of ids; read once it is asked for."""
        if self._dependencies is None:
            dependencies = read_dependencies(self._own())
            object.__setattr__(self, "_dependencies", dependencies)
            return dependencies
        return self._dependencies

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Which commits are known to have failed, by what the commits of the range mend or take
        back, in order; read once it is asked for."""
        if self._failures is None:
            failures = read_failures(self._own())
            object.__setattr__(self, "_failures", failures)
            return failures
        return self._failures

    @property
    def document(self) -> bytes:
        """The portfolio as a document: what an `Engine` loads and the command's other calls read.

        Raises:
            ValueError: The assessment was read back from its document: assess again.
        """
        if self._document is None:
            raise ValueError("the portfolio is not in the document read back: assess again")
        return self._document

    def engine(self, policy: _Text | None = None) -> Engine:
        """An engine that holds the portfolio, under the built-in policy or the one given.

        Args:
            policy: The policy (TOML), or none for the one of `assess_policy()`.

        Returns:
            A new engine, to which other facts may be added.

        Raises:
            PolicyError: The policy is malformed.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> found.engine().snapshot().releases(at=found.at)
            ('next',)
        """
        engine = Engine(limits="bulk")
        engine.load(self.document)
        engine.set_policy(assess_policy() if policy is None else policy)
        return engine

    def decide(
        self,
        *,
        policy: _Text | None = None,
        stage: str | None = None,
        detail: Literal["full", "unmet", "verdict"] = "full",
    ) -> Decision:
        """Decides whether the release may go, and if not, who can change that.

        Args:
            policy: The policy (TOML), or none for the one of `assess_policy()`.
            stage: The id of the stage; the only one, if left out.
            detail: As for `Snapshot.decide`.

        Returns:
            The decision as of `at`.

        Raises:
            NotFoundError: Nothing would ship, or the stage is not known.
            PolicyError: The policy is malformed.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> found.decide().root_blockers[0].code
            'approval_missing'
        """
        snapshot, release = self._asks(policy)
        return snapshot.decide(release=release, stage=stage, at=self.at, detail=detail)

    def plan(
        self,
        *,
        policy: _Text | None = None,
        stage: str | None = None,
        scope: Literal["all", "ready"] = "all",
    ) -> Plan:
        """Says in which order the release ships, and what of it does not.

        Args:
            policy: The policy (TOML), or none for the one of `assess_policy()`.
            stage: The id of the stage; the only one, if left out.
            scope: As for `Snapshot.plan`.

        Returns:
            The plan as of `at`.

        Raises:
            NotFoundError: Nothing would ship, or the stage is not known.
            PolicyError: The policy is malformed.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> len(found.plan().waves)
            2
        """
        snapshot, release = self._asks(policy)
        return snapshot.plan(release=release, stage=stage, at=self.at, scope=scope)

    def score(self) -> Score:
        """Says how likely the release is to cause a failure, and what makes it so.

        Returns:
            The score as of `at`.

        Raises:
            NotFoundError: Nothing would ship.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> len(found.score().changes)
            2
        """
        snapshot, release = self._asks(None)
        return snapshot.score(release=release, at=self.at)

    def to_mermaid(self) -> str:
        """The order in which the release ships, as a Mermaid flowchart.

        Returns:
            The flowchart of `plan()`.

        Raises:
            NotFoundError: Nothing would ship.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> print(found.to_mermaid().splitlines()[0])
            flowchart LR
        """
        return self.plan().to_mermaid()

    def to_svg(self) -> str:
        """The order in which the release ships, as a picture.

        Returns:
            The text of the SVG file of `plan()`.

        Raises:
            NotFoundError: Nothing would ship.
            ValueError: The assessment was read back from its document: assess again.

        Example:
            >>> found.to_svg()[:5]
            '<svg '
        """
        return self.plan().to_svg()

    def _asks(self, policy: _Text | None) -> tuple[Snapshot, str]:
        """What to ask, and about which release."""
        if self.release is None:
            message = "nothing would ship: no change lies in the range that was read"
            raise NotFoundError((Problem("subject_unknown", 1501, message),))
        if policy is not None:
            return self.engine(policy).snapshot(), self.release
        if self._held is None or self._held[0] != os.getpid():
            held = (os.getpid(), self.engine().snapshot())
            object.__setattr__(self, "_held", held)
            return held[1], self.release
        return self._held[1], self.release

    def __reduce__(self) -> tuple[object, ...]:
        if self._document is None:
            return type(self).from_json, (self._wire,)
        return type(self)._restored, (self._wire, self._document)

    def __repr__(self) -> str:
        names = ", ".join(repository.name for repository in self.repositories)
        return _show.short(f"Assessment of {names}: {self.changes} changes")

    def _repr_svg_(self) -> str | None:
        shown = self.release is not None and self._document is not None
        return self.plan()._repr_svg_() if shown else None

    def _told(self) -> _show.Report:
        return _show.assessment(self)


def assess(
    repositories: _Path | Iterable[_Path],
    /,
    *,
    since: str | None = None,
    until: str | None = None,
    paths: str | Iterable[str] = (),
    services: _Path | None = None,
    results: _Path | None = None,
    keys: _Path | None = None,
    history: int | None = None,
    cache: _Path | None = None,
    by_line: bool = True,
    progress: Callable[[int, str, int | None], object] | None = None,
) -> Assessment:
    """Reads the histories of git repositories as facts: what would ship, and what needs what.

    Nothing needs to be configured. It runs the `git` program (2.32 or later), which only reads;
    nothing in a repository can run a program or reach the network, and the same histories give the
    same answer. The interpreter lock is released while git runs. The environment is read meanwhile:
    change `os.environ` before or after.

    Args:
        repositories: The folder of a repository or of several, which make one release.
        since: What is released already: any revision, or a date such as `2026-11-20`; the last
            released version, if left out.
        until: What would ship: any revision, or a date; `HEAD`, if left out.
        paths: Only the changes that touch one of these files or folders, and what those require;
            named as git names them, from the top of the repository.
        services: A file that says which paths belong to which service, as `services_example()`
            shows; without it the CODEOWNERS file that was committed says it, else the folders.
        results: Results of checks, a folder or a file: JUnit reports (`*.xml`), and `*.json` with
            one result, a list or one per line, such as `{"check": "unit", "commit": "0123abc",
            "outcome": "passed", "at": "2026-11-20T10:00:00Z", "by": "ci"}`. One that names no
            commit is of the end of the range.
        keys: Keys that signatures are verified by: a file in the form of SSH's `allowed_signers`,
            or a folder of `*.pub` keys named after addresses.
        history: How many commits before the range are looked back on, to tell who knows what a
            change touches and how often that failed; a number that suits most, if left out.
        cache: A folder to keep what was found there in, so that the next reading from the same
            start is quicker. It is made if it is not there; the answer is the same without.
        by_line: Whether to find out whose lines each change touches, which takes longer; without
            it a change comes after the last one that touched one of its files.
        progress: Called at each step with the number of the repository from zero, the name of the
            step (`range`, `commits`, `files` or `order`) and how many commits there are, once that
            is known. What it raises ends the reading.

    Returns:
        An `Assessment`.

    Raises:
        AssessError: There is no repository, git or commit, a revision is unknown, a repository is
            damaged, the range is too large, or a file of services, results or keys is wrong.
        TypeError: A path or an option is of another type.
        ValueError: No repository is named, a name in `paths` is no UTF-8, or `history` is no count.

    Example:
        >>> from lynchpin import AssessError, assess
        >>> try:
        ...     assess("/", since="v1.0")
        ... except AssessError as error:
        ...     error.code
        'not_a_repository'
    """
    if isinstance(repositories, str | bytes | os.PathLike):
        repositories = (repositories,)
    folders = [os.fsdecode(folder) for folder in repositories]
    if not folders:
        raise ValueError("repositories: name at least one")
    if progress is not None and not callable(progress):
        raise TypeError(f"progress: pass a function, not {type(progress).__name__}")
    if history is not None and not 0 <= history < 2**32:
        raise ValueError("history: pass a number of commits")
    documents = read_history(
        folders,
        since=since,
        until=until,
        paths=[paths] if isinstance(paths, str) else list(paths),
        services=None if services is None else os.fsdecode(services),
        results=None if results is None else os.fsdecode(results),
        keys=None if keys is None else os.fsdecode(keys),
        history=history,
        cache=None if cache is None else os.fsdecode(cache),
        by_line=by_line,
        progress=progress,
    )
    return Assessment._found(*documents)
