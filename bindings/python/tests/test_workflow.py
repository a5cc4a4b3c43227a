"""Workflows and the life of a gate, from Python."""

import copy
import pickle
from collections.abc import Callable

import pytest
from lynchpin import (
    DocumentError,
    Engine,
    QuestionError,
    Workflow,
    gate_events,
    gate_moves,
    gate_states,
    profile,
    profile_names,
    workflow,
    workflow_names,
    workflow_text,
)

BYPASS = '\n[[transitions]]\nfrom = ["New"]\nto = "Implement"\non = "hurry"\n'


@pytest.mark.parametrize("name", workflow_names())
def test_what_is_shipped_is_sound(name: str) -> None:
    found = workflow(name)
    assert found.is_sound and found.name == name and found.mandatory
    assert workflow(text=workflow_text(name)) == found
    for again in (pickle.loads(pickle.dumps(found)), Workflow.from_json(found.to_json())):
        assert again == found and again.to_svg() == found.to_svg()
    assert copy.copy(found) is found
    assert found.title is not None and found.title in str(found)
    assert found.to_markdown().startswith("### ") and found.to_mermaid().count("-->") > 5
    assert sum(state.kind == "initial" for state in found.states) == 1


def test_a_way_around_a_gate_is_an_answer() -> None:
    found = workflow(text=workflow_text("servicenow-normal") + BYPASS)
    assert not found.is_sound and found.name is None and found.states == ()
    first = found.problems[0]
    assert (first.code, first.number) == ("workflow_gate_avoided", 1327)
    assert "New -hurry-> Implement" in first.message and "hurry" in str(found)
    with pytest.raises(ValueError, match="not drawn"):
        found.to_svg()
    assert repr(found) == "<lynchpin.Workflow: unsound, 3 problems>"


def test_where_it_leads() -> None:
    found = workflow("servicenow-normal", code=-2, situation={"on_hold": True})
    assert found == workflow("servicenow-normal", state="Scheduled", situation={"on_hold": True})
    assert [(step.to, step.available) for step in found.next] == [
        ("Implement", False),
        ("Canceled", True),
    ]
    hold = found.next[0].conditions[0]
    assert (hold.name, hold.holds) == ("hold:none", False)


def test_what_cannot_be_answered_is_raised() -> None:
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: workflow("nothing"), "workflow_unknown"),
        (lambda: workflow(), "subject_ambiguous"),
        (lambda: workflow("continuous", state="Nowhere"), "workflow_state_unknown"),
        (lambda: workflow("continuous", code=7), "workflow_code_unknown"),
        (lambda: workflow("continuous", situation={"held": True}), "unknown_field"),
        (lambda: workflow_text("nothing"), "workflow_unknown"),
    ]
    for call, code in calls:
        with pytest.raises(QuestionError) as caught:
            call()
        assert caught.value.code == code
    with pytest.raises(DocumentError):
        Workflow.from_json(b'{"workflow":{"problems":[],"more":1}}')


def test_the_table_is_whole() -> None:
    states = [name for _, name, _ in gate_states()]
    events = [name for _, name, _ in gate_events()]
    moves = gate_moves()
    assert set(moves) == {(state, event) for state in states for event in events}
    assert moves["passed", "revision_made"] == "opens"
    assert {moves["sealed", event] for event in events} == {"stays", "opens"}


def test_shipped_policies_are_taken_as_they_are() -> None:
    for name in profile_names():
        Engine().set_policy(profile(name))
    with pytest.raises(QuestionError) as caught:
        profile("waterfall")
    assert caught.value.code == "unknown_word"
