"""Says what a git repository would ship next, what needs what, and what holds it back.

Run it with `python examples/assess.py FOLDER [FOLDER...]`; without a folder it reads this one.
"""

import sys

from lynchpin import assess


def show(repository: int, step: str, commits: int | None) -> None:
    if sys.stderr.isatty():
        print(f"repository {repository}: {step} {commits or ''}", file=sys.stderr)


def main() -> None:
    found = assess(sys.argv[1:] or ".", progress=show)
    for repository in found.repositories:
        begin = repository.range.since_name or "the beginning"
        print(f"{repository.name}: {repository.changes} changes since {begin}")
    for dependency in found.dependencies:
        for because in dependency.because:
            print(f"{dependency.change} {dependency.kind} {dependency.on}: {because}")

    if found.release is not None:
        for number, wave in enumerate(found.plan().waves, start=1):
            print(f"wave {number}: {', '.join(' + '.join(group) for group in wave)}")
        decision = found.decide(detail="unmet")
        print(f"{decision.verdict}, {len(decision.root_blockers)} reasons")
        print(f"risk: {found.score().probability * 100:.1f} %")

    print("\n".join(found.notes.lines()))


if __name__ == "__main__":
    main()
