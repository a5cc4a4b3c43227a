"""What was read of a history: the repositories, what needs what, and what was counted."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, final

from ._lynchpin import note_texts, printable
from ._read import Fields, refuse
from ._value import public, value

_ASSESSED = frozenset(
    (
        "name",
        "range",
        "changes",
        "shallow",
        "partial",
        "by_line",
        "services_from",
        "services_skipped",
    )
)
_RANGE = frozenset(("since", "since_name", "start", "until", "until_name"))
_DEPENDENCY = frozenset(("change", "on", "kind", "because"))
_FAILURE = frozenset(("culprit", "by", "kind", "known_at"))
_SAYS: dict[str, Literal["fixes", "reverts"]] = {"fixes": "fixes", "reverts": "reverts"}
_NEEDS: dict[str, Literal["requires", "after"]] = {"requires": "requires", "after": "after"}
_STARTS: dict[str, Literal["given", "last_tag", "beginning"]] = {
    "given": "given",
    "last_tag": "last_tag",
    "beginning": "beginning",
}
# The kinds of reasons, and of each the fields that it has and how it is told.
_KINDS: dict[
    str,
    Literal[
        "lines",
        "within",
        "file",
        "beside",
        "moved",
        "same_file",
        "trailer",
        "reverts",
        "submodule",
        "pinned",
    ],
] = {
    "lines": "lines",
    "within": "within",
    "file": "file",
    "beside": "beside",
    "moved": "moved",
    "same_file": "same_file",
    "trailer": "trailer",
    "reverts": "reverts",
    "submodule": "submodule",
    "pinned": "pinned",
}
_TOLD: dict[str, tuple[tuple[str, ...], str]] = {
    "lines": (("path", "first", "last", "lines"), "changes {its} in {path}"),
    "within": (("path", "line"), "puts lines between its lines, after line {line} in {path}"),
    "file": (("path",), "touches {path}, which it left so"),
    "beside": (("path", "line"), "changes what is beside its line {line} in {path}"),
    "moved": (("path",), "touches {path}, which it moved or removed"),
    "same_file": (("path",), "touches {path} as it did"),
    "trailer": (("trailer", "value"), "says {trailer}: {value}"),
    "reverts": (("value",), "takes it back: reverts {value}"),
    "submodule": (("path", "commit"), "sets the submodule {path} to its commit {commit}"),
    "pinned": (("path", "package", "version"), "pins {package} to its {version} in {path}"),
}
_BECAUSE_NUMBERS = ("first", "last", "lines", "line")
_BECAUSE_TEXTS = ("path", "trailer", "value", "commit", "package", "version")
_TEXTS = {name: (one, many) for name, one, many in note_texts()}


@value
class Range:
    """From where to where the changes of a repository are taken.

    Example:
        >>> found.repositories[0].range.since_name
        'v1.0'
    """

    since: str | None
    """The commit after which it begins; none if it begins with the history."""
    since_name: str | None
    """What the start is called: what was given, the tag, or nothing."""
    start: Literal["given", "last_tag", "commits_back", "beginning"]
    """How the start was found: it was given, it is the last released tag, it lies so many commits
    back, or there is no tag and history is shorter than that."""
    commits_back: int | None
    """How many commits back it begins, if that is how it was found."""
    until: str
    """The last commit in it."""
    until_name: str
    """What the end is called."""


@value
class Assessed:
    """One repository of an assessment.

    Example:
        >>> [(repository.name, repository.changes) for repository in found.repositories]
        [('shop', 2)]
    """

    name: str
    """The repository's name: that of its folder."""
    range: Range
    """The range that was read."""
    changes: int
    """How many changes lie in it."""
    shallow: bool
    """Whether older history is missing because the clone is shallow."""
    partial: bool
    """Whether content may be missing because the clone is partial."""
    by_line: bool
    """Whether dependencies come from lines; where not, from files."""
    services_from: str
    """What says which service a path belongs to: the name of a file, or `folders`."""
    services_skipped: tuple[str, ...]
    """Rules of CODEOWNERS that could not be used, each with its line and why."""


@value
class Because:
    """Why one change needs another, with what applies to that kind of reason.

    Numbers of lines count from one, in the file as it was before the change that needs the other.

    Example:
        >>> from lynchpin import Because
        >>> print(Because("lines", path="tax.py", first=3, last=9, lines=4))
        changes 4 of its lines 3–9 in tax.py
    """

    kind: Literal[
        "lines",
        "within",
        "file",
        "beside",
        "moved",
        "same_file",
        "trailer",
        "reverts",
        "submodule",
        "pinned",
    ]
    """What it is. With `path`, `first`, `last` and `lines`: `lines`, it replaces lines that the
    other wrote. With `path` and `line`: `within`, it puts lines between two that the other wrote;
    `beside`, it changes lines next to such a line. With `path`: `file`, the file would not be there
    or not be as it is without the other; `moved`, the other moved or removed it; `same_file`, the
    other touched it last, where lines were not read. `trailer`: with `trailer` and `value`.
    `reverts`: with `value`. `submodule`: with `path` and `commit`. `pinned`: with `path`, `package`
    and `version`."""
    path: str | None = None
    """The file or the submodule."""
    first: int | None = None
    """The first of the lines."""
    last: int | None = None
    """The last of the lines."""
    lines: int | None = None
    """How many there are; other lines may stand between them."""
    line: int | None = None
    """The line before, or beside."""
    trailer: str | None = None
    """The trailer, such as `Depends-On` or `Fixes`."""
    value: str | None = None
    """What the trailer names, or what is taken back."""
    commit: str | None = None
    """The commit that the submodule is set to."""
    package: str | None = None
    """The package."""
    version: str | None = None
    """The version or commit that it is pinned to."""

    def __str__(self) -> str:
        names, told = _TOLD[self.kind]
        its = _its_lines(self.first or 0, self.last or 0, self.lines or 0)
        return printable(told.format(its=its, **{name: getattr(self, name) for name in names}))


@value
class Dependency:
    """One change needs another, with everything in the history that says so.

    Example:
        >>> print(found.dependencies[0].kind, found.dependencies[0].because[0])
        requires changes its line 2 in tax.py
    """

    change: str
    """The change that needs the other."""
    on: str
    """The other change."""
    kind: Literal["requires", "after"]
    """How it needs it: `requires`, it cannot be without the other; `after`, it may, but not ship
    before it."""
    because: tuple[Because, ...]
    """Why, the first twenty reasons in order; never empty."""

    def __str__(self) -> str:
        because = "; ".join(map(str, self.because))
        return f"{printable(f'{self.change} {self.kind} {self.on}')} ({because})"


@value
class Failure:
    """A commit that failed: a commit of the range mends it or takes it back.

    Example:
        >>> from datetime import datetime, timezone
        >>> from lynchpin import Failure
        >>> known = datetime(2026, 11, 3, tzinfo=timezone.utc)
        >>> print(Failure(culprit="0123abc", by="4567def", kind="fixes", known_at=known))
        4567def fixes 0123abc
    """

    culprit: str
    """The commit that failed, by its id or the beginning of it, as the message has it."""
    by: str
    """The commit that says so."""
    kind: Literal["fixes", "reverts"]
    """How it says so."""
    known_at: datetime
    """When that was committed, in UTC: since then it is known."""

    def __str__(self) -> str:
        return printable(f"{self.by} {self.kind} {self.culprit}")


@final
@public
class Notes(Mapping[str, int]):
    """Counts of all that was seen in a history, and of all in it that could not be used.

    A mapping from names to counts, those of zero included.

    Args:
        counts: The counts by their names.

    Example:
        >>> found.notes["requires"], found.notes["shallow_ends"]
        (1, 0)
    """

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[str, int], /) -> None:
        unknown = next((name for name in counts if name not in _TEXTS), None)
        if unknown is not None:
            raise ValueError(f"counts: {unknown!r:.40} is no name of a count")
        self._counts = dict(counts)

    def lines(self) -> tuple[str, ...]:
        """The counts that are not zero, each as a line for people.

        Returns:
            The lines, in a fixed order.

        Example:
            >>> found.notes.lines()[0]
            '2 commits in the range'
        """
        counts = ((self._counts.get(name, 0), texts) for name, texts in _TEXTS.items())
        return tuple(f"{count} {texts[count != 1]}" for count, texts in counts if count)

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __hash__(self) -> int:
        return hash(frozenset(self._counts.items()))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._counts,)

    def __repr__(self) -> str:
        return f"Notes({({name: count for name, count in self._counts.items() if count})!r})"


def text_or_none(fields: Fields, name: str) -> str | None:
    """A string or null."""
    return None if fields.value(name) is None else fields.text(name)


def _its_lines(first: int, last: int, lines: int) -> str:
    if first >= last:
        return f"its line {first}"
    of = "" if lines > last - first else f"{lines} of "
    return f"{of}its lines {first}–{last}"


def read_repositories(fields: Fields) -> tuple[Assessed, ...]:
    """The repositories."""
    fields.value("repositories")
    return tuple(map(_read_assessed, fields.each("repositories")))


def _read_assessed(fields: Fields) -> Assessed:
    fields.only(_ASSESSED)
    return Assessed(
        fields.text("name"),
        _read_range(fields.inner("range")),
        fields.integer("changes"),
        fields.boolean("shallow"),
        fields.boolean("partial"),
        fields.boolean("by_line"),
        fields.text("services_from"),
        fields.texts("services_skipped"),
    )


def _read_range(fields: Fields) -> Range:
    fields.only(_RANGE)
    since, name = text_or_none(fields, "since"), text_or_none(fields, "since_name")
    start: Literal["given", "last_tag", "commits_back", "beginning"]
    commits_back: int | None = None
    match fields.value("start"):
        case {"commits_back": int(back), **others} if not others and not isinstance(back, bool):
            start, commits_back = "commits_back", back
        case _:
            start = fields.word("start", _STARTS.__getitem__)
    until, until_name = fields.text("until"), fields.text("until_name")
    return Range(since, name, start, commits_back, until, until_name)


def read_notes(fields: Fields) -> Notes:
    """All counts."""
    fields.only(frozenset(_TEXTS))
    return Notes({name: fields.integer(name) for name in fields.names()})


def read_dependencies(fields: Fields) -> tuple[Dependency, ...]:
    """What each change needs."""
    fields.value("dependencies")
    return tuple(map(_read_dependency, fields.each("dependencies")))


def read_failures(fields: Fields) -> tuple[Failure, ...]:
    """Which commits failed."""
    fields.value("failures")
    return tuple(map(_read_failure, fields.each("failures")))


def _read_failure(fields: Fields) -> Failure:
    fields.only(_FAILURE)
    kind = fields.word("kind", _SAYS.__getitem__)
    return Failure(fields.text("culprit"), fields.text("by"), kind, fields.instant("known_at"))


def _read_dependency(fields: Fields) -> Dependency:
    fields.only(_DEPENDENCY)
    kind = fields.word("kind", _NEEDS.__getitem__)
    because = tuple(map(_read_because, fields.each("because")))
    return Dependency(fields.text("change"), fields.text("on"), kind, because)


def _read_because(fields: Fields) -> Because:
    found = tuple(fields.names())
    if len(found) != 1 or found[0] not in _KINDS:
        refuse("unknown_word", "expected one known reason", fields.path())
    kind = _KINDS[found[0]]
    names, _ = _TOLD[kind]
    inner = fields.inner(kind)
    inner.only(frozenset(names))
    first, last, lines, line = (
        inner.integer(name) if name in names else None for name in _BECAUSE_NUMBERS
    )
    path, trailer, named, commit, package, version = (
        inner.text(name) if name in names else None for name in _BECAUSE_TEXTS
    )
    return Because(kind, path, first, last, lines, line, trailer, named, commit, package, version)
