"""Asks whether a release may go to production, and says what to do about it if it may not.

Run it with `python examples/decide.py`; the exit status is 0 for a go, 3 for waiting and 1 for
anything else.
"""

from datetime import datetime, timezone
from pathlib import Path

from lynchpin import Engine, Verdict

HERE = Path(__file__).parent


def main() -> int:
    engine = Engine()
    engine.load((HERE / "portfolio.json").read_bytes())
    engine.set_policy((HERE / "policy.toml").read_text(encoding="utf-8"))
    snapshot = engine.snapshot()
    at = datetime(2026, 11, 3, 10, tzinfo=timezone.utc)

    decision = snapshot.decide(release="R-11", stage="production", at=at)
    print(f"{decision.subject}: {decision.verdict}")
    for blocker in decision.root_blockers:
        asked = ", ".join(actor.id for actor in blocker.act)
        print(f"- {blocker.subject}: {blocker.text} (ask {asked})")

    plan = snapshot.plan(release="R-11", stage="production", at=at)
    for number, wave in enumerate(plan.waves, start=1):
        print(f"wave {number}: {', '.join(' + '.join(group) for group in wave)}")
    for missing in plan.missing:
        print(f"{missing.change} needs {' or '.join(missing.needs)}")

    score = snapshot.score(release="R-11", at=at)
    print(f"risk: {score.probability * 100:.1f} %")

    if decision.is_go:
        return 0
    return 3 if decision.verdict is Verdict.WAIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
