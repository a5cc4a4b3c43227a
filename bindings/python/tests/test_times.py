"""Instants: aware datetimes only, exact to the microsecond."""

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lynchpin import Decision, Engine, QuestionError, Snapshot

UTC = timezone.utc


@pytest.fixture(scope="module")
def early() -> Snapshot:
    engine = Engine()
    engine.load("""{"lynchpin": "portfolio/1", "people": [{"id": "raj"}],
        "stages": [{"id": "production"}],
        "changes": [{"id": "C-1", "revision": 1, "at": "1970-01-01T00:00:00Z", "by": "raj"}]}""")
    return engine.snapshot()


def _asked(snapshot: Snapshot, at: datetime) -> Decision:
    return snapshot.decide(change="C-1", at=at)


class NoZone(tzinfo):
    """Claims to be a zone and says nothing."""

    def utcoffset(self, when: datetime | None) -> None:
        return None

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> None:
        return None


class Failing(NoZone):
    """Cannot say what it is."""

    def utcoffset(self, when: datetime | None) -> None:
        raise RuntimeError("no zone data")


@pytest.mark.parametrize("at", [datetime(2026, 11, 3), datetime(2026, 11, 3, tzinfo=NoZone())])
def test_a_naive_datetime_is_refused_with_advice(early: Snapshot, at: datetime) -> None:
    for call in (early.decide, early.plan, early.score):
        with pytest.raises(QuestionError, match="pass one that has") as caught:
            call(change="C-1", at=at)
        assert caught.value.code == "instant_malformed"
        assert isinstance(caught.value, ValueError)
    for listing in (early.releases, early.changes):
        with pytest.raises(QuestionError, match="pass one that has"):
            listing(at=at)


def test_what_a_zone_raises_is_passed_on(early: Snapshot) -> None:
    with pytest.raises(RuntimeError, match="no zone data"):
        _asked(early, datetime(2026, 11, 3, tzinfo=Failing()))


@pytest.mark.parametrize("wrong", ["2026-11-03T10:00:00Z", 1_793_700_000, None])
def test_only_datetimes_are_instants(early: Snapshot, wrong: datetime) -> None:
    with pytest.raises(TypeError):
        _asked(early, wrong)


def test_the_years_are_1970_to_9999(early: Snapshot) -> None:
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert _asked(early, first).at == first
    assert _asked(early, last).at == last
    for outside in (
        first - timedelta(microseconds=1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=23))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-23))),
    ):
        with pytest.raises(QuestionError) as caught:
            _asked(early, outside)
        assert caught.value.code == "instant_malformed"


def test_a_zone_is_only_another_way_to_say_it(early: Snapshot) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The hour that is there twice: `fold` says which.
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    assert _asked(early, first).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert _asked(early, second).at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@settings(derandomize=True, deadline=None, database=None)
@given(
    micros=st.integers(0, 253_402_300_799_999_999),
    minutes=st.integers(-1439, 1439),
)
def test_every_microsecond_survives(micros: int, minutes: int) -> None:
    engine = Engine()
    engine.load("""{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
        "people": [{"id": "raj"}],
        "changes": [{"id": "C-1", "revision": 1, "at": "1970-01-01T00:00:00Z", "by": "raj"}]}""")
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    try:
        elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        elsewhere = at
    assert _asked(engine.snapshot(), elsewhere).at == at
