"""What does a workflow say, is it sound, and where does it lead from a state?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from . import _show
from ._answer import Answer
from ._lynchpin import error_codes, workflow_answer, workflow_report, workflows
from ._read import Fields
from ._value import public, value
from .errors import Problem

_NUMBERS = {name: number for number, name in error_codes()}
_ANSWER = frozenset(("problems", "workflow", "next"))
_PROBLEM = frozenset(("code", "message", "path", "line", "column"))
_WORKFLOW = frozenset(
    (
        "name",
        "title",
        "about",
        "kind",
        "mandatory",
        "retrospective",
        "close_codes",
        "states",
        "transitions",
    )
)
_STATE = frozenset(("name", "code", "kind", "hold", "note"))
_TRANSITION = frozenset(("from", "to", "on", "mode", "order", "when", "effect", "note"))
_NEXT = frozenset(
    ("to", "code", "on", "mode", "order", "available", "taken", "effect", "conditions")
)
_CONDITION = frozenset(("name", "holds", "why"))

_ABOUT: dict[str, Literal["change", "release"]] = {"change": "change", "release": "release"}
_MODES: dict[str, Literal["manual", "automatic"]] = {
    "manual": "manual",
    "automatic": "automatic",
}
_HOLD = {"allowed": True, "refused": False}
_EFFECT = {"restart": True, "keep": False}


@value
class Condition:
    """One condition of a transition, and whether it holds.

    Example:
        >>> from lynchpin import workflow
        >>> workflow("continuous", state="Committed").next[0].conditions[1].name
        'stage:production'
    """

    name: str
    """Its name, such as `gate:authorize` or `field:plans.back_out`."""
    holds: bool
    """Whether it holds."""
    why: str
    """Why, in a few words."""


@value
class NextState:
    """One transition that starts from a state, and whether it can be taken.

    Example:
        >>> from lynchpin import workflow
        >>> [step.to for step in workflow("continuous", state="Committed").next]
        ['Deploying', 'Abandoned']
    """

    to: str
    """The state that it leads to."""
    on: str
    """What sets it off."""
    mode: Literal["manual", "automatic"]
    """Whether somebody has to ask for it."""
    order: int
    """Which of those that compete is tried first: the smaller."""
    available: bool
    """Whether all of its conditions hold."""
    taken: bool
    """Whether it is the one that its trigger takes now: the first of them that is available."""
    restarts: bool
    """Whether gates that were passed must be passed again."""
    conditions: tuple[Condition, ...]
    """Each condition, met or not."""
    code: int | None
    """The number that the state is stored as elsewhere, if it has one."""


@value
class WorkflowState:
    """One state of a workflow.

    Example:
        >>> from lynchpin import workflow
        >>> [state.code for state in workflow("servicenow-normal").states]
        [-5, -4, -3, -2, -1, 0, 3, 4]
    """

    name: str
    """Its name, such as `Implement`."""
    kind: str
    """What it means: `initial`, `open`, `implementation`, `live`, `done` or `dropped`."""
    can_hold: bool
    """Whether what is in it can be put on hold."""
    code: int | None
    """The number that it is stored as elsewhere, if it has one."""
    note: str | None
    """What happens in it, in a line."""


@value
class WorkflowTransition:
    """What leads from some states to another one.

    Example:
        >>> from lynchpin import workflow
        >>> first = workflow("continuous").transitions[0]
        >>> first.starts, first.to, first.when
        (('Committed',), 'Deploying', ('stage:production',))
    """

    starts: tuple[str, ...]
    """The states that it starts from."""
    to: str
    """The state that it leads to."""
    on: str
    """What sets it off."""
    mode: Literal["manual", "automatic"]
    """Whether somebody has to ask for it."""
    order: int
    """Which of those that compete is tried first: the smaller."""
    when: tuple[str, ...]
    """The names of its conditions, all of which must hold."""
    restarts: bool
    """Whether gates that were passed must be passed again."""
    note: str | None
    """What it is for, in a line."""


@final
@public
@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Workflow(Answer):
    """A workflow: what it says if it is sound, else everything that is wrong with it.

    Made by `workflow`. Two are equal if their documents are.

    Example:
        >>> from lynchpin import workflow
        >>> workflow("servicenow-normal").mandatory
        ('gate:assess', 'gate:authorize', 'stage:production')
    """

    _KIND: ClassVar[str] = "workflow"
    _MADE_BY: ClassVar[str] = "lynchpin.workflow"

    problems: tuple[Problem, ...]
    """What is wrong with it, with the way that shows it; empty, if it is sound."""
    name: str | None
    """Its name, if it is sound."""
    title: str | None
    """What it is for, in a line."""
    about: Literal["change", "release"] | None
    """Whether changes or releases live by it."""
    kinds: tuple[str, ...]
    """The kinds of change that live by it; any, if none is named."""
    mandatory: tuple[str, ...]
    """What no way to a live state avoids, such as `gate:authorize`."""
    retrospective: tuple[str, ...]
    """What no way to the end avoids."""
    close_codes: tuple[str, ...]
    """How it may end."""
    states: tuple[WorkflowState, ...]
    """The states, in order."""
    transitions: tuple[WorkflowTransition, ...]
    """What leads from one state to the next."""
    next: tuple[NextState, ...]
    """Where something in the state that was asked about can go; empty, if none was."""

    @classmethod
    def _read(cls, fields: Fields, *, whole: bool) -> dict[str, object]:
        fields.only(_ANSWER)
        found: dict[str, object] = {
            "problems": tuple(_problem(problem) for problem in fields.each("problems")),
            "next": read_next(fields, "next"),
        }
        if "workflow" not in fields:
            empty = ("kinds", "mandatory", "retrospective", "close_codes", "states", "transitions")
            return (
                found
                | dict.fromkeys(("name", "title", "about"))
                | dict.fromkeys(empty, ())
            )
        inner = fields.inner("workflow")
        inner.only(_WORKFLOW)
        return found | {
            "name": inner.text("name"),
            "title": inner.maybe_text("title"),
            "about": inner.word("about", _ABOUT.__getitem__),
            "kinds": inner.texts("kind"),
            "mandatory": _guards(inner, "mandatory"),
            "retrospective": _guards(inner, "retrospective"),
            "close_codes": inner.texts("close_codes"),
            "states": tuple(_state(state) for state in inner.each("states")),
            "transitions": tuple(_transition(step) for step in inner.each("transitions")),
        }

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems

    def to_mermaid(self) -> str:
        """The workflow as a Mermaid state diagram, which code forges and notebooks draw.

        Returns:
            The text of the diagram.

        Raises:
            ValueError: The workflow is unsound.

        Example:
            >>> from lynchpin import workflow
            >>> workflow("continuous").to_mermaid().splitlines()[0]
            'stateDiagram-v2'
        """
        return self._drawn("mermaid")

    def to_svg(self) -> str:
        """The workflow as a picture that needs nothing else: no script, no font, no link.

        Returns:
            The text of an SVG file.

        Raises:
            ValueError: The workflow is unsound.

        Example:
            >>> from lynchpin import workflow
            >>> workflow("continuous").to_svg()[:5]
            '<svg '
        """
        return self._drawn("svg")

    def _drawn(self, form: str) -> str:
        drawn = self._report(form)
        if drawn is None:
            raise ValueError("an unsound workflow is not drawn: see its problems")
        return drawn

    def _report(self, form: str) -> str | None:
        return workflow_report(self._wire, form)

    def _repr_svg_(self) -> str | None:
        return self._report("svg")

    def __repr__(self) -> str:
        if self.problems:
            return _show.short(f"Workflow: unsound, {len(self.problems)} problems")
        return _show.short(f"Workflow {self.name}: {len(self.states)} states")

    def _told(self) -> _show.Report:
        rows: list[Sequence[str]] = [(it.code, it.path, it.message) for it in self.problems]
        head = ("problem", "where", "what")
        return _show.Report(f"{len(rows)} problems of the workflow", [], [(head, rows)])


def workflow(
    name: str | None = None,
    /,
    *,
    text: str | None = None,
    state: str | None = None,
    code: int | None = None,
    situation: Mapping[str, object] | None = None,
) -> Workflow:
    """Reads a workflow, verifies it, and says where it leads from a state.

    An unsound workflow is an answer: its `problems` say what is wrong, with the way that shows it.

    Args:
        name: The name of a workflow that comes with the package; or pass `text`.
        text: A workflow as TOML.
        state: The name of a state: the answer's `next` says where something in it can go.
        code: The same state, by the number that it is stored as elsewhere.
        situation: How things stand, as the document of a question has it: `gates` (a list of
            `{"gate": ..., "state": ...}`), `stages` (of `{"stage": ..., "verdict": ...}`),
            `fields`, `open_tasks`, `approvals`, `on_hold`, `close_code`, `planned`, `deployment`.
            What is not said is not so.

    Returns:
        A `Workflow`.

    Raises:
        QuestionError: None of that name or no such state is there, or the question is malformed.

    Example:
        >>> from lynchpin import workflow
        >>> go = {"stages": [{"stage": "production", "verdict": "go"}]}
        >>> found = workflow("servicenow-normal", code=-2, situation=go)
        >>> [(step.to, step.available) for step in found.next]
        [('Implement', True), ('Canceled', True)]
        >>> workflow(text="name = 'w'").problems[0].code
        'missing_field'
    """
    asked = {"name": name, "text": text, "state": state, "code": code, "situation": situation}
    given = {key: inner for key, inner in asked.items() if inner is not None}
    wire = workflow_answer(json.dumps({"workflow": given}).encode())
    return Workflow.from_json(wire)


def workflow_names() -> tuple[str, ...]:
    """The names of the workflows that come with the package.

    Returns:
        The names, in order.

    Example:
        >>> from lynchpin import workflow_names
        >>> workflow_names()[0]
        'continuous'
    """
    return tuple(name for name, _ in workflows())


def workflow_text(name: str, /) -> str:
    """The text (TOML) of a workflow that comes with the package, to be read, or copied and changed.

    Args:
        name: Its name.

    Returns:
        The text, with its comments.

    Raises:
        QuestionError: None has that name.

    Example:
        >>> from lynchpin import workflow_text
        >>> workflow_text("continuous")[:22]
        '# Continuous delivery:'
    """
    workflow(name)
    return dict(workflows())[name]


def _guards(fields: Fields, name: str) -> tuple[str, ...]:
    """Conditions, each an object of one key, as their names."""
    found = []
    for guard in fields.each(name):
        for key in guard.names():
            found.append(f"{key}:{guard.text(key)}")
    return tuple(found)


def _integer(fields: Fields, name: str) -> int | None:
    return fields.integer(name) if name in fields else None


def _problem(fields: Fields) -> Problem:
    fields.only(_PROBLEM)
    code = fields.word("code", lambda word: (word, _NUMBERS[word]))
    return Problem(
        code[0],
        code[1],
        fields.text("message"),
        fields.text("path"),
        fields.integer("line"),
        fields.integer("column"),
    )


def _state(fields: Fields) -> WorkflowState:
    fields.only(_STATE)
    return WorkflowState(
        fields.text("name"),
        fields.text("kind"),
        fields.word("hold", _HOLD.__getitem__),
        _integer(fields, "code"),
        fields.maybe_text("note"),
    )


def _transition(fields: Fields) -> WorkflowTransition:
    fields.only(_TRANSITION)
    return WorkflowTransition(
        fields.texts("from"),
        fields.text("to"),
        fields.text("on"),
        fields.word("mode", _MODES.__getitem__),
        fields.integer("order"),
        _guards(fields, "when"),
        fields.word("effect", _EFFECT.__getitem__),
        fields.maybe_text("note"),
    )


def read_next(fields: Fields, name: str) -> tuple[NextState, ...]:
    """A list of transitions that start from a state."""
    return tuple(map(_next, fields.each(name)))


def _next(fields: Fields) -> NextState:
    fields.only(_NEXT)
    return NextState(
        fields.text("to"),
        fields.text("on"),
        fields.word("mode", _MODES.__getitem__),
        fields.integer("order"),
        fields.boolean("available"),
        fields.boolean("taken"),
        fields.word("effect", _EFFECT.__getitem__),
        tuple(_condition(condition) for condition in fields.each("conditions")),
        _integer(fields, "code"),
    )


def _condition(fields: Fields) -> Condition:
    fields.only(_CONDITION)
    return Condition(fields.text("name"), fields.boolean("holds"), fields.text("why"))
