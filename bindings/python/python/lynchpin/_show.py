"""Answers as text, Markdown and HTML, in which whatever a document says is only shown."""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from ._values import Clears

if TYPE_CHECKING:
    from ._decision import Decision, Reason
    from ._plan import Plan
    from ._score import Risk, Score

_Table: TypeAlias = tuple[Sequence[str], list[Sequence[str]]]

_CLEARS = {
    Clears.NOW: "it is a go",
    Clears.UNKNOWN: "clears by itself, nobody knows when",
    Clears.ON_ACTION: "clears when somebody acts",
}


def instant(at: datetime) -> str:
    """An instant as documents write it."""
    form = "microseconds" if at.microsecond else "seconds"
    return at.replace(tzinfo=None).isoformat(timespec=form) + "Z"


def decision(decision: "Decision") -> str:
    """A decision as a text: the verdict, what holds it back, and the tree of reasons."""
    lines = [_headline(decision), *(f"  {line}" for line in _circumstances(decision))]
    if decision.root_blockers:
        lines += ["", "held back by:"]
        lines += [f"  {blocker}" for blocker in decision.root_blockers]
    if decision.reasons:
        lines += ["", "reasons:"]
        lines += _tree(decision)
    return _lines(lines)


def decision_markdown(decision: "Decision") -> str:
    """A decision for a notebook."""
    table = _markdown(_blockers(decision)) if decision.root_blockers else ""
    headline = _escape(_headline(decision))
    circumstances = _escape("; ".join(_circumstances(decision)))
    return f"**{headline}**\n\n{circumstances}\n\n{table}".rstrip() + "\n"


def decision_html(decision: "Decision") -> str:
    """A decision for a notebook, its tree folded."""
    table = _html(_blockers(decision)) if decision.root_blockers else ""
    tree = html.escape(_lines(_tree(decision)))
    folded = f"<details><summary>reasons</summary><pre>{tree}</pre></details>" if tree else ""
    circumstances = _plain("; ".join(_circumstances(decision)))
    headline = _plain(_headline(decision))
    return f"<p><b>{headline}</b><br>{circumstances}</p>{table}{folded}"


def reason(reason: "Reason", within: "Reason | None" = None) -> str:
    """A reason on one line; its subject is said only if it is not that of the reason it stands
    within."""
    parts = [] if within and within.subject == reason.subject else [str(reason.subject)]
    if reason.code == "gate" and reason.gate:
        parts.append(f"gate {reason.gate}")
    elif reason.code not in ("change", "release") or not parts:
        parts += [reason.requirement] if reason.requirement else []
        parts.append(reason.text)
    asked = reason.act and not reason.verdict.is_go
    ask = f" (ask {', '.join(map(str, reason.act))})" if asked else ""
    return f"{reason.verdict}: {': '.join(parts)}{ask}"


def plan(plan: "Plan") -> str:
    """A plan as a text: its waves, and what does not ship."""
    lines = [_plan_headline(plan)]
    for number, wave in enumerate(plan.waves, start=1):
        lines.append(f"wave {number}: {', '.join(map(_group, wave))}")
    lines += [f"{what} {name}: {why}" for what, name, why in _left_out(plan)]
    return _lines(lines)


def plan_markdown(plan: "Plan") -> str:
    """A plan for a notebook."""
    tables = [_markdown(table) for table in _plan_tables(plan) if table[1]]
    return "\n\n".join([f"**{_escape(_plan_headline(plan))}**", *tables]) + "\n"


def plan_html(plan: "Plan") -> str:
    """A plan for a notebook."""
    tables = "".join(_html(table) for table in _plan_tables(plan) if table[1])
    return f"<p><b>{_plain(_plan_headline(plan))}</b></p>{tables}"


def score(score: "Score") -> str:
    """A score as a text: the probability, and what raises it most."""
    header, rows = _score_table(score)
    lines = [_score_headline(score)]
    lines += [f"  {', '.join(f'{head} {cell}' for head, cell in zip(header, row))}" for row in rows]
    return _lines(lines)


def score_markdown(score: "Score") -> str:
    """A score for a notebook."""
    return f"**{_escape(_score_headline(score))}**\n\n{_markdown(_score_table(score))}\n"


def score_html(score: "Score") -> str:
    """A score for a notebook."""
    return f"<p><b>{_plain(_score_headline(score))}</b></p>{_html(_score_table(score))}"


def _headline(decision: "Decision") -> str:
    what_if = "what if: " if decision.what_if else ""
    at = instant(decision.at)
    return f"{what_if}{decision.verdict}: {decision.subject} to {decision.stage} at {at}"


def _circumstances(decision: "Decision") -> list[str]:
    clears, holds = decision.clears_at, decision.holds_until
    return [
        _CLEARS[clears] if isinstance(clears, Clears) else f"clears at {instant(clears)}",
        f"holds until {instant(holds)}" if holds else "holds until something new is known",
        f"policy {decision.policy}" if decision.policy else "no policy was in force",
    ]


def _tree(decision: "Decision") -> list[str]:
    lines: list[str] = []
    above: list[Reason] = []
    for depth, found in decision.walk():
        del above[depth:]
        lines.append(f"{'  ' * (depth + 1)}{reason(found, above[-1] if above else None)}")
        above.append(found)
    return lines


def _blockers(decision: "Decision") -> _Table:
    rows: list[Sequence[str]] = [
        (
            str(blocker.verdict),
            str(blocker.subject),
            blocker.requirement or "",
            blocker.text,
            ", ".join(map(str, blocker.act)),
        )
        for blocker in decision.root_blockers
    ]
    return ("verdict", "subject", "requirement", "why", "who can act"), rows


def _group(changes: Iterable[str]) -> str:
    return " + ".join(changes)


def _left_out(plan: "Plan") -> list[tuple[str, str, str]]:
    """What does not ship, and everything that is wrong: what it is, of what, and why."""
    rows = [
        (
            "dropped",
            _group(dropped.changes),
            ", ".join(dropped.why) or f"held back by {', '.join(dropped.roots)}",
        )
        for dropped in plan.dropped
    ]
    rows += [("missing", m.change, f"needs {' or '.join(m.needs)}") for m in plan.missing]
    rows += [("cycle", _group(cycle.changes), str(cycle)) for cycle in plan.cycles]
    for conflict in plan.conflicts:
        goes = f"{conflict.goes} goes" if conflict.goes else "neither goes"
        rows.append(("conflict", " and ".join(conflict.changes), goes))
    rows += [("cancelled", change, "was cancelled") for change in plan.cancelled]
    rows += [("unknown", change, "is not known") for change in plan.unknown]
    return rows


def _plan_tables(plan: "Plan") -> list[_Table]:
    waves: list[Sequence[str]] = [
        (str(number), ", ".join(map(_group, wave)))
        for number, wave in enumerate(plan.waves, start=1)
    ]
    return [(("wave", "changes"), waves), (("what", "changes", "why"), [*_left_out(plan)])]


def _plan_headline(plan: "Plan") -> str:
    dropped = sum(len(group.changes) for group in plan.dropped)
    counts = f"{len(plan.shipped)} shipped, {dropped} dropped"
    return f"{plan.subject} to {plan.stage} at {instant(plan.at)}: {counts}"


def _percent(probability: Decimal) -> str:
    return f"{probability * 100:.2f} %"


def _score_headline(score: "Score") -> str:
    return f"{score.subject}: {_percent(score.probability)} risk of a failure ({score.model})"


def _score_table(score: "Score") -> _Table:
    rows: list[Sequence[str]] = [
        (change.change, _percent(change.risk.probability), _raised_by(change.risk))
        for change in score.changes
    ]
    return ("change", "risk", "raised by"), rows


def _raised_by(risk: "Risk") -> str:
    raising = [f"{c.factor} (+{c.log_odds:.2f})" for c in risk.raised_by[:3]]
    return ", ".join(raising) or "nothing"


def _markdown(table: _Table) -> str:
    header, rows = table
    lines = [header, ["---"] * len(header), *([*map(_escape, row)] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html(table: _Table) -> str:
    header, rows = table
    lines = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    return f"<table><tr>{_cells('th', header)}</tr>{lines}</table>"


def _cells(tag: str, cells: Iterable[str]) -> str:
    return "".join(f"<{tag}>{_plain(cell)}</{tag}>" for cell in cells)


def _plain(text: str) -> str:
    """Text that HTML takes for text."""
    return html.escape(_safe(text))


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(map(_safe, lines))


def _safe(text: str) -> str:
    """Text in which nothing moves a cursor, breaks a line or turns its direction."""
    return "".join("\ufffd" if _moves(c) else c for c in text)


def _moves(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp")


def _escape(text: str) -> str:
    """Text that Markdown takes for text, also in a table."""
    return re.sub(r"([\\`*_{}\[\]()|~#!])", r"\\\1", _plain(" ".join(text.split())))
