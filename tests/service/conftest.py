"""A line of the ledger, entered as a verifier would; and the clock."""

import datetime as dt

import pytest
import time_machine

from tongxin.service.models import award

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def travel():
    """A clock that only moves when told to."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def line(travel, world):
    """Enter a line: 阿兰's, verified by 吴分队长, unless said otherwise."""

    def enter(hours=2, person=None, **given):
        facts = {
            "hours": hours,
            "factor": "ordinary",
            "place": world.neighbourhood,
            "served_on": DAY,
            "reason": "楼道巡看",
            "by": world.wu,
        }
        return award(person or world.alan, **(facts | {"source": world.task()} | given))

    return enter
