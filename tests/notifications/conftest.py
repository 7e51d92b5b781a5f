"""Undelivered events of the named cast's making are no news for these tests."""

import datetime as dt

import pytest
import time_machine

from tongxin.journal.models import Event
from tongxin.notifications import deliver as outbox
from tongxin.notifications.models import Notice
from tongxin.people.models import Purpose, give_consent

NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture(autouse=True)
def _no_failures():
    outbox._failed.clear()


@pytest.fixture
def clock():
    """Monday noon, no quiet hour; move it as needed."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def told(clock, world):
    """told(person) → the titles a person has, oldest first, after everything was delivered."""
    outbox.deliver()
    Notice.objects.all().delete()

    def told(person):
        outbox.deliver()
        assert not Event.objects.undelivered().exists()
        return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))

    return told


@pytest.fixture
def agreed():
    """agreed(person): they want text messages."""
    return lambda person: give_consent(person, Purpose.SMS, text_version="test", by=person)
