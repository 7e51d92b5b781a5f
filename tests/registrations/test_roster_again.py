"""The same paper again, after two rows became one or a person was erased."""

from tests.registrations.rosters import bring_in, checked, row
from tongxin.people.erasure import erase
from tongxin.people.merges import merge
from tongxin.people.models import Person
from tongxin.registrations.roster import check as checking
from tongxin.teams.models import Membership

FIRST = {"姓名": "梅双双", "联系电话": "19910001001"}
SECOND = {"姓名": "梅双霜", "联系电话": "19910001002"}


def merged(world):
    bring_in([row(**FIRST), row(**SECOND)], world.district)
    kept, gone = (Person.objects.by_phone(one["联系电话"]) for one in (FIRST, SECOND))
    merge(kept=kept, gone=gone, by=world.wang, reason="当面核对，名字写错过")
    return kept, gone


def test_both_numbers_of_one_person_are_known_and_nothing_is_brought_in(world):
    kept, gone = merged(world)
    check = checked([row(**FIRST), row(**SECOND)], world.district)
    assert [one.state for one in check.rows] == ["known", "known"]
    before = Person.objects.count(), Membership.objects.current().count()
    bring_in([row(**FIRST), row(**SECOND)], world.district)
    assert (Person.objects.count(), Membership.objects.current().count()) == before
    assert not Person.objects.get(pk=gone.pk).is_active and Person.objects.by_phone("19910001002") == kept


def test_the_name_is_compared_with_the_row_that_was_kept(world):
    merged(world)
    right = checked([row(**(SECOND | {"姓名": "梅双双"}))], world.district)
    wrong = checked([row(**SECOND)], world.district)
    assert right.remarks()["same_phone_other_name"] == 0 and wrong.remarks()["same_phone_other_name"] == 1


def test_red_twin_by_the_raw_number_the_old_name_would_go_on(world, monkeypatch):
    merged(world)
    monkeypatch.setattr(checking.Merge.objects.__class__, "filter", lambda manager, **_: manager.none())
    assert checked([row(**SECOND)], world.district).remarks()["same_phone_other_name"] == 0


def test_who_was_erased_comes_back_as_somebody_new(world):
    bring_in([row(**FIRST)], world.district)
    old = Person.objects.by_phone(FIRST["联系电话"])
    erase(old, by=old)
    bring_in([row(**FIRST)], world.district)
    new = Person.objects.by_phone(FIRST["联系电话"])
    assert new.pk != old.pk and new.is_active
    old.refresh_from_db()
    assert old.erased_at and not old.is_active and not Membership.objects.current().filter(person=old).exists()
