"""What Python's zoneinfo says of every time zone, for zones.rs to compare.

Arguments: a zone is looked at if its number among the different ones, plus the first argument, is
a multiple of the second. The rules are those of the package tzdata, never the system's.

For each zone and each change of its clocks from 1970 to 2099, every minute within two days of it
is asked about in both directions; what is printed are the runs of equal answers.
"""

import sys
import zoneinfo
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import tzdata

EPOCH = datetime(1970, 1, 1)
MINUTE = timedelta(minutes=1)
DAY = 24 * 60
AROUND = 2 * DAY
LAST = (datetime(2100, 1, 1) - EPOCH) // MINUTE


def ahead(zone: zoneinfo.ZoneInfo, minute: int) -> int:
    """Seconds that clocks are ahead of UTC in a minute since 1970."""
    at = (EPOCH + minute * MINUTE).replace(tzinfo=zone)
    return (zone.fromutc(at).replace(tzinfo=None) - at.replace(tzinfo=None)) // timedelta(seconds=1)


def taken(zone: zoneinfo.ZoneInfo, minute: int) -> int:
    """Seconds to take from a local minute to get to UTC: the earlier, or forward over a gap."""
    offset = zone.utcoffset(EPOCH + minute * MINUTE)
    assert offset is not None
    return offset // timedelta(seconds=1)


def changes(zone: zoneinfo.ZoneInfo) -> Iterator[int]:
    """The first minute that differs, for each change: days are compared, then halved."""
    before = ahead(zone, 0)
    for day in range(DAY, LAST + 1, DAY):
        after = ahead(zone, day)
        if after != before:
            low, high = day - DAY, day
            while high - low > 1:
                middle = (low + high) // 2
                if ahead(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            yield high
        before = after


def runs(answers: Iterator[tuple[int, int]]) -> str:
    """Minutes from which on the answer is another one."""
    found = []
    last = None
    for minute, answer in answers:
        if answer != last:
            found.append(f"{minute}:{answer}")
        last = answer
    return " ".join(found)


def report(names: list[str]) -> str:
    """All that is to be compared of one zone, and its other names."""
    zone = zoneinfo.ZoneInfo(names[0])
    lines = ["zone " + " ".join(names)]
    for change in changes(zone):
        span = range(change - AROUND, change + AROUND)
        shown = ahead(zone, change) // 60
        local = range(change + shown - AROUND, change + shown + AROUND)
        lines.append(f"change {change}")
        lines.append("ahead " + runs((minute, ahead(zone, minute)) for minute in span))
        lines.append("taken " + runs((minute, taken(zone, minute)) for minute in local))
    return "\n".join(lines)


def main() -> None:
    """Prints the version and the zones of the share."""
    first, step = int(sys.argv[1]), int(sys.argv[2])
    zoneinfo.reset_tzpath(to=[])
    print("version", tzdata.IANA_VERSION)
    root = files("tzdata.zoneinfo")
    same: dict[bytes, list[str]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        same.setdefault(root.joinpath(*name.split("/")).read_bytes(), []).append(name)
    zones = [names for number, names in enumerate(same.values()) if (number + first) % step == 0]
    with ProcessPoolExecutor() as pool:
        for text in pool.map(report, zones):
            print(text)


if __name__ == "__main__":
    assert datetime(1970, 1, 1, tzinfo=UTC).timestamp() == 0
    main()
