"""Two at once, on a database that has more than one writer: one number, one pair of rows, one name."""

import pytest
from django.db import connection

from tests.service.test_races import at_once
from tongxin.people.merges import Merge, merge
from tongxin.people.models import Category, Kind, NumberChange, Person
from tongxin.people.numbers import finish_due
from tongxin.refused import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
NEW = "+8619920008811"


def changing(person):
    return lambda: NumberChange.by_oneself(person=person, number=NEW, by=person, address=str)


def test_a_number_taken_twice_at_once_is_taken_once(live_world):
    raised = at_once(changing(live_world.alan), changing(live_world.zhou))
    assert [type(error) for error in raised] == [Refused]
    assert Person.objects.filter(phone_index=Person.objects.by_phone(NEW).phone_index).count() == 1
    assert NumberChange.objects.count() == 1, "the loser leaves nothing half done"


def test_merged_crosswise_at_once_is_merged_once(live_world):
    one, other = (live_world.member("梅双双", live_world.neighbourhood) for _ in range(2))

    def act(kept, gone):
        return lambda: merge(kept=kept, gone=gone, by=live_world.wang, reason="当面核对")

    raised = at_once(act(one, other), act(other, one))
    assert len(raised) == 1 and Merge.objects.filter(undone_at=None).count() == 1
    assert Person.objects.filter(pk__in=[one.pk, other.pk], is_active=True).count() == 1


def test_undone_by_two_at_once_is_undone_once(live_world):
    one, other = (live_world.member("梅双双", live_world.neighbourhood) for _ in range(2))
    made = merge(kept=one, gone=other, by=live_world.wang, reason="当面核对")
    acts = [
        lambda by=by: Merge.objects.get(pk=made.pk).undo(by=by, reason="看错了")
        for by in (live_world.wang, live_world.shen)
    ]
    assert [type(error) for error in at_once(*acts)] == [Refused]


def test_stopped_and_finished_at_once_is_one_of_the_two(live_world):
    import datetime as dt

    from django.utils import timezone

    change = NumberChange.ask_for(person=live_world.alan, number=NEW, checked="known", by=live_world.wang, address=str)
    at_once(
        lambda: NumberChange.objects.get(pk=change.pk).stop(by=live_world.alan),
        lambda: finish_due(timezone.now() + dt.timedelta(hours=25)),
    )
    change.refresh_from_db()
    has_new = Person.objects.get(pk=live_world.alan.pk).phone == NEW
    assert (change.status == "done") == has_new and change.status in ("done", "stopped")


def test_two_kinds_made_primary_at_once_leave_one(live_world):
    from tongxin.people.kinds import declare_kind, make_primary

    alan = live_world.alan
    made = [declare_kind(alan, kind, by=alan) for kind in (Kind.ABLE, Kind.TALENT)]
    at_once(*[lambda one=one: make_primary(Category.objects.get(pk=one.pk), by=alan) for one in made])
    assert Category.objects.filter(person=alan, until=None, primary=True).count() == 1
    assert Category.objects.filter(person=alan, until=None).count() == 3
