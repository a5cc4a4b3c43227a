"""Answers for notebooks, and for where the engine that gave them is not at hand: its own reports
say more. Whatever a document says is only shown."""

import html as escapes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ._lynchpin import printable, reason_codes, verdicts
from ._values import Actor, Clears, Subject, Verdict

if TYPE_CHECKING:
    from ._assess import Assessment
    from ._decision import Arg, Decision, Reason
    from ._history import Assessed
    from ._plan import Plan
    from ._reach import Reach
    from ._score import Score

Table: TypeAlias = tuple[Sequence[str], list[Sequence[str]]]

# How much a notebook shows at once, and how many of a list are named on one line.
_ROWS_MAX = 50
_LINES_MAX = 200
_NAMED_MAX = 12
_REPR_MAX = 160

TEXTS: dict[str, str] = {name: text for _, name, text in reason_codes()}
"""What each reason code says, `{name}` for the argument of that name."""

_WORDS = {Verdict(number): f"{mark} {word}" for number, _, mark, word in verdicts()}

_CLEARS = {
    Clears.NOW: "it is a go",
    Clears.UNKNOWN: "clears by itself, nobody knows when",
    Clears.ON_ACTION: "clears when somebody acts",
}

# Told by the requirement's name, by the verdict or by the place in the tree.
_UNSAID = {"given", "needed", "for", "eligible", "waiver", "check", "run", "artifact", "changes"}

_SAID = {"changed": "since then: {}", "since": "since {}", "until": "until {}", "by": "by {}"}


@dataclass(slots=True)
class Report:
    """An answer as what every form of it shows."""

    headline: str
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    tree: list[str] = field(default_factory=list)


def text(report: Report) -> str:
    """A report as lines of text."""
    blocks = [[report.headline, *report.notes]]
    blocks += [_columns(table) for table in report.tables if table[1]]
    blocks += [report.tree] if report.tree else []
    return "\n\n".join("\n".join(map(printable, block)) for block in blocks)


def markdown(report: Report) -> str:
    """A report as Markdown."""
    blocks = [f"### {_escape(report.headline)}", _escape("; ".join(report.notes))]
    for head, rows in report.tables:
        lines = [head, ["---"] * len(head), *([*map(_escape, row)] for row in rows)]
        blocks.append("\n".join(f"| {' | '.join(line)} |" for line in lines) if rows else "")
    blocks.append("\n".join(f"- {_escape(line.strip())}" for line in report.tree))
    return "\n\n".join(filter(None, blocks)) + "\n"


def html(report: Report, whole: str) -> str:
    """A report for a notebook, its whole text folded."""
    tables = "".join(_html(table) for table in report.tables if table[1])
    notes = _plain("; ".join(report.notes))
    folded = f"<details><summary>report</summary><pre>{escapes.escape(cut(whole))}</pre></details>"
    return f"<p><b>{_plain(report.headline)}</b><br>{notes}</p>{tables}{folded}"


def cut(text: str) -> str:
    """A text of no more lines than a notebook shows."""
    lines = text.splitlines()
    if len(lines) <= _LINES_MAX:
        return text
    return "\n".join([*lines[:_LINES_MAX], "", f"and {len(lines) - _LINES_MAX} more lines"]) + "\n"


def short(text: str) -> str:
    """What a `repr` says of a value: one line, and not a long one."""
    shown = printable(text[:_REPR_MAX])
    return f"<lynchpin.{shown}{'...' if len(text) > _REPR_MAX else ''}>"


def decision(decision: "Decision") -> Report:
    """What a decision says."""
    what_if = "WHAT IF " if decision.what_if else ""
    word = _WORDS[decision.verdict]
    clears, holds = decision.clears_at, decision.holds_until
    notes = [
        f"at {instant(decision.at)}",
        f"policy {decision.policy}" if decision.policy else "no policy was in force",
        _CLEARS[clears] if isinstance(clears, Clears) else f"clears at {instant(clears)}",
        f"stands until {instant(holds)}" if holds else "stands until something new is known",
    ]
    rows: list[Sequence[str]] = [
        (
            _WORDS[blocker.verdict],
            str(blocker.subject),
            sentence(blocker, blocker.subject),
            _some(actor.id for actor in blocker.act),
        )
        for blocker in decision.root_blockers
    ]
    head = ("verdict", "subject", "what holds it back", "who acts")
    headline = f"{what_if}{word}: {decision.subject} to {decision.stage}"
    return Report(headline, notes, [(head, rows)], _tree(decision))


def _tree(decision: "Decision") -> list[str]:
    lines: list[str] = []
    above: list[Subject] = []
    for depth, found in decision.walk():
        del above[depth:]
        lines.append(f"{'  ' * depth}{reason(found, above[-1] if above else None)}")
        above.append(found.subject)
    return lines


def reason(reason: "Reason", about: Subject | None = None) -> str:
    """A reason on one line; `about` is what the reader is being told about already."""
    asked = reason.act and not reason.verdict.is_go
    ask = f" (ask {_some(actor.id for actor in reason.act)})" if asked else ""
    return printable(f"{_WORDS[reason.verdict]}  {sentence(reason, about)}{ask}")


def sentence(reason: "Reason", about: Subject | None) -> str:
    """A reason as a sentence: what is asked, how it stands, and the figures behind it."""
    said = _placed(reason, about)
    known = set(re.findall(r"\{(\w+)\}", TEXTS[reason.code]))
    details = [
        _SAID.get(name, f"{name.replace('_', ' ')} {{}}").replace("{}", _arg(arg))
        for name, arg in reason.args.items()
        if name not in known | _UNSAID and arg != ()
    ]
    return f"{said} ({'; '.join(details)})" if details else said


def _placed(reason: "Reason", about: Subject | None) -> str:
    other = reason.subject.id
    if reason.code in ("release", "change"):
        return str(reason.subject)
    if reason.code == "gate" and reason.gate:
        return f"gate {reason.gate}"
    if reason.code == "requires":
        return "requires any of"
    if reason.code.startswith("requirement_"):
        return f"requires {other}, which {reason.text}"
    if reason.code.startswith("together_"):
        changes = reason.args.get("changes")
        return f"{_arg(changes) if changes else other} {reason.text}"
    elsewhere = "" if reason.subject == about else f" of {other}"
    if reason.requirement:
        return f"{reason.requirement}{elsewhere}: {reason.text}"
    return f"{other}: {reason.text}" if elsewhere else reason.text


def _arg(arg: "Arg") -> str:
    if not isinstance(arg, tuple):
        return str(arg)
    return _some(" ".join(i.values()) if isinstance(i, Mapping) else i for i in arg)


def plan(plan: "Plan") -> Report:
    """What a plan says."""
    dropped = sum(len(group.changes) for group in plan.dropped)
    what = {"all": "can ship", "ready": "are ready to ship"}[plan.scope]
    count = len(plan.shipped)
    longest = f"longest chain: {plan.critical_path.minutes} minutes over "
    waves: list[Sequence[str]] = [
        (str(number), _some(map(_group, wave))) for number, wave in enumerate(plan.waves, start=1)
    ]
    return Report(
        f"PLAN: {plan.subject} to {plan.stage}: {count} of {count + dropped} {what}",
        [f"at {instant(plan.at)}", longest + _some(plan.critical_path.changes)],
        [(("wave", "changes"), waves), (("what", "changes", "why"), _left_out(plan))],
    )


def _left_out(plan: "Plan") -> list[Sequence[str]]:
    """What does not ship, and everything that is wrong: what it is, of what, and why."""
    rows: list[Sequence[str]] = []
    for group in plan.dropped:
        held = f"held back by {_some(group.roots)}"
        rows.append(("dropped", _group(group.changes), ", ".join(group.why) or held))
    rows += [("missing", m.change, f"needs {' or '.join(m.needs)}") for m in plan.missing]
    rows += [("cycle", _group(cycle.changes), str(cycle)) for cycle in plan.cycles]
    for conflict in plan.conflicts:
        goes = f"{conflict.goes} goes" if conflict.goes else "neither goes"
        rows.append(("conflict", " and ".join(conflict.changes), goes))
    for late in plan.late:
        needs = f"needs {late.needs}, to be done at {instant(late.done)}"
        rows.append(("planned too late", late.change, needs))
    rows += [("cancelled", change, "was cancelled") for change in plan.cancelled]
    rows += [("unknown", change, "is not known") for change in plan.unknown]
    return rows


def score(score: "Score") -> Report:
    """What a score says."""
    rows: list[Sequence[str]] = []
    falls = {d.change: _percent(d.falls_by) for d in score.release.drivers} if score.release else {}
    for scored in score.changes:
        raising = [f"{c.factor} (+{c.log_odds})" for c in scored.risk.raised_by[:3]]
        less = falls.get(scored.change, "")
        risk = _percent(scored.risk.probability)
        rows.append((scored.change, risk, less, ", ".join(raising) or "nothing"))
    notes = [f"at {instant(score.at)}", f"model {score.model}"]
    if score.release:
        bounds = (_percent(score.release.at_least), _percent(score.release.at_most))
        notes.append(f"between {bounds[0]} and {bounds[1]}")
        if joint := score.release.joint:
            least, most = joint.failures
            notes.append(f"{least} to {most} fail in nine of ten, {joint.expected:.2f} on average")
            notes.append(f"tier 1 is hit with {_percent(joint.tier_one)}")
    for it in score.impact:
        budget = f" of a budget of {it.budget_seconds} s" if it.budget_seconds is not None else ""
        seconds = f", {it.seconds[0]} s to {it.seconds[1]} s in nine of ten" if it.seconds else ""
        told = f"{it.expected_seconds} s of failure to be expected{budget}{seconds}"
        notes.append(f"{it.service}: {told}")
    if score.unknown:
        named = _some(map(str, score.unknown))
        notes.append(f"nothing is known of {named}, so it counts as if it failed")
    if score.apart:
        parts = ", ".join(_percent(part.any) for part in score.apart.parts)
        notes.append(f"in parts {_percent(score.apart.any)}: {parts}")
    if split := score.split:
        pieces = f"{split.change} split into {split.into} of {_percent(split.piece)}"
        apart = f"{_percent(split.any_apart)} if each ships by itself"
        notes.append(f"{pieces}: {_percent(split.any)}, {apart}")
    head = ("change", "risk", "the release is safer without it by", "raised by")
    headline = f"RISK: {score.subject}: {_percent(score.probability)}"
    return Report(headline, notes, [(head, rows)])


def reach(reach: "Reach") -> Report:
    """What a change reaches."""
    verb = {"upstream": "needs", "downstream": "is needed by"}[reach.direction]
    rows: list[Sequence[str]] = [(change,) for change in reach.changes]
    return Report(f"{reach.change} {verb} {len(rows)} changes", [], [(("change",), rows)])


def assessment(found: "Assessment") -> Report:
    """What an assessment says."""
    rows: list[Sequence[str]] = [
        (d.change, f"{d.kind} {d.on}", _some(map(str, d.because), "; ")) for d in found.dependencies
    ]
    read: list[Sequence[str]] = [(line,) for line in found.notes.lines()]
    names = ", ".join(repository.name for repository in found.repositories)
    changes = "1 change" if found.changes == 1 else f"{found.changes} changes"
    return Report(
        f"ASSESSMENT: {changes} of {names} would ship",
        [f"at {instant(found.at)}", *map(_of_repository, found.repositories)],
        [(("change", "needs", "because"), rows), (("what was read",), read)],
    )


def _of_repository(found: "Assessed") -> str:
    start, end = found.range.since, found.range.until
    begins = f"after {found.range.since_name or start[:12]}" if start else "from the beginning"
    lacks = [f"the clone is {word}" for word in ("shallow", "partial") if getattr(found, word)]
    ends = f"up to {found.range.until_name} ({end[:12]})"
    return ", ".join([f"{found.name}: {begins} {ends}", *lacks])


def instant(at: datetime) -> str:
    """An instant as documents write it."""
    form = "microseconds" if at.microsecond else "seconds"
    return at.replace(tzinfo=None).isoformat(timespec=form) + "Z"


def filled(code: str, args: "Mapping[str, Arg]") -> str:
    """What a reason code says, with the figures in it."""

    def figure(match: re.Match[str]) -> str:
        arg = args.get(match[1])
        return match[0] if arg is None or isinstance(arg, tuple) else str(arg)

    return re.sub(r"\{(\w+)\}", figure, TEXTS[code])


def word(verdict: Verdict) -> str:
    """A verdict as reports write it."""
    return _WORDS[verdict]


def short_digest(text: str) -> str:
    """A text, with the digest at its end, if there is one, cut short."""
    return re.sub(r"sha256:([0-9a-f]{12})[0-9a-f]{52}$", r"sha256:\1", text)


def table(items: Sequence[object]) -> Table:
    """Small values of one class, one a row; columns that say nothing are left out."""
    if not items:
        return (), []
    names = [it.name for it in fields(cast(Any, items[0])) if not it.name.startswith("_")]
    rows = [[_cell(getattr(item, name)) for name in names] for item in items]
    told = [index for index in range(len(names)) if any(row[index] for row in rows)]
    head = [names[index].replace("_", " ") for index in told]
    return head, [[row[index] for index in told] for row in rows]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Verdict():
            return _WORDS[value]
        case datetime():
            return instant(value)
        case Actor():
            return value.id
        case tuple():
            return _some(map(_cell, value))
        case _:
            return short_digest(str(value))


def _percent(probability: Decimal) -> str:
    # The caller's context may round to three digits, or raise where anything is rounded.
    with localcontext(Context(traps=[])):
        return f"{probability * 100:.1f} %"


def _group(changes: Sequence[str]) -> str:
    return _some(changes, " + ")


def _some(texts: Iterable[str], between: str = ", ") -> str:
    """A list on one line, cut short if it is long."""
    named = list(texts)
    more = len(named) - _NAMED_MAX
    return between.join(named[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _columns(table: Table) -> list[str]:
    """A table as aligned lines."""
    rows = [table[0], *([*map(printable, row)] for row in table[1])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ((cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return ["  ".join(row).rstrip() for row in cells]


def _html(table: Table) -> str:
    head, rows = table
    lines = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows[:_ROWS_MAX])
    more = f"<p>and {len(rows) - _ROWS_MAX} more</p>" if len(rows) > _ROWS_MAX else ""
    return f"<table><tr>{_cells('th', head)}</tr>{lines}</table>{more}"


def _cells(tag: str, cells: Iterable[str]) -> str:
    return "".join(f"<{tag}>{_plain(cell)}</{tag}>" for cell in cells)


def _plain(text: str) -> str:
    """Text that HTML takes for text."""
    return escapes.escape(printable(text))


def _escape(text: str) -> str:
    """Text that Markdown takes for text, also in a table."""
    return re.sub(r"([\\`*_{}\[\]()|~#!])", r"\\\1", _plain(" ".join(text.split())))
