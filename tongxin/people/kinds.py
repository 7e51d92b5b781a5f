"""Several 人员类别 of one person: declared by oneself, confirmed by the office, one of them primary (R10). History stays.

The journal says that something was declared, never which: whoever reads it would read off a specific identity.
"""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.journal.models import record
from tongxin.refused import Refused

from .models import SENSITIVE_KINDS, Category, Kind, Person, Purpose


def held_kinds(person) -> list[Category]:
    """What a person holds now, the primary one first."""
    return list(person.categories.filter(until=None).order_by("-primary", "pk"))


def declare_kind(person, kind, *, by) -> Category:
    """Add one of one's own; the office confirms it. A specific identity needs the consent of its own. Raises Refused."""
    _own(person, by)
    if kind not in Kind.values:
        raise Refused("请从列表里选一项")
    if kind in SENSITIVE_KINDS and not _agreed(person):
        raise Refused("登记这一身份需要您另行同意，请先在“我同意过的”里同意；不登记也不影响任何事")
    with _one_at_a_time(person):
        held = held_kinds(person)
        if kind in {one.kind for one in held}:
            raise Refused("这一项已经登记了")
        made = Category.objects.create(person=person, kind=kind, primary=not held, since=timezone.localdate())
        record("category.declare", subject=person, by=by)
    return made


def drop_kind(category, *, by) -> None:
    """Take one away; when it was the primary one, the next takes its place, else the person counts as a volunteer."""
    _own(category.person, by)
    with _one_at_a_time(category.person):
        held = held_kinds(category.person)
        if category.pk not in {one.pk for one in held}:
            raise Refused("这一项已经去掉了，请刷新看看")
        if len(held) == 1 and category.kind == Kind.VOLUNTEER:
            raise Refused("至少留一项，换成别的请先添加")
        _end(category)
        if category.primary:
            others = [one for one in held if one.pk != category.pk]
            _begin_primary(category.person, others[0] if others else None)
        record("category.drop", subject=category.person, by=by)


def make_primary(category, *, by) -> None:
    """Count me under this one: the sum of primary ones is the headcount."""
    _own(category.person, by)
    with _one_at_a_time(category.person):
        held = held_kinds(category.person)
        if category.pk not in {one.pk for one in held}:
            raise Refused("这一项已经去掉了，请刷新看看")
        if category.primary:
            return
        before = next((one for one in held if one.primary), None)
        if before:
            _end(before)
            _again(before, primary=False)
        _begin_primary(category.person, category)
        record("category.primary", subject=category.person, by=by)


def to_confirm(reader):
    """Categories that people declared and nobody confirmed, for whoever may read specific identities there."""
    from .reach import CHANGE_NUMBER, SENSITIVE, in_reach

    mine = in_reach(reader, CHANGE_NUMBER, SENSITIVE).values("pk")
    found = Category.objects.filter(until=None, confirmed_at=None, person__in=mine, person__is_active=True)
    return found.select_related("person").order_by("since", "pk")


def confirm_kind(category, *, by) -> None:
    """The office knows that it is so."""
    from .reach import CHANGE_NUMBER, SENSITIVE, ask_reach

    ask_reach(by, CHANGE_NUMBER, category.person)
    ask_reach(by, SENSITIVE, category.person)
    if by.may_be(category.person):
        raise Refused("自己的类别请另一位同事确认")
    given = {"confirmed_by": by, "confirmed_at": timezone.now()}
    if not Category.objects.filter(pk=category.pk, until=None, confirmed_at=None).update(**given):
        raise Refused("这一项刚才已经确认或去掉了，请刷新看看")
    record("category.confirm", subject=category.person, by=by)


def _own(person, by):
    if by.pk != person.pk or not by.is_active:
        raise PermissionDenied


def _agreed(person) -> bool:
    return person.consents.filter(purpose=Purpose.SENSITIVE_KIND, withdrawn_at=None).exists()


class _one_at_a_time:
    """A transaction that holds the person, so that two presses cannot make two primary ones."""

    def __init__(self, person):
        self.person, self.atomic = person, transaction.atomic()

    def __enter__(self):
        self.atomic.__enter__()
        Person.objects.select_for_update().get(pk=self.person.pk)

    def __exit__(self, kind, error, trace):
        self.atomic.__exit__(kind, error, trace)
        if kind is IntegrityError:
            raise Refused("刚才已经改过了，请刷新看看") from None


def _end(category):
    category.until = timezone.localdate()
    category.save(update_fields=["until"])


def _again(category, *, primary):
    Category.objects.create(
        person=category.person, kind=category.kind, primary=primary, since=timezone.localdate(),
        confirmed_by_id=category.confirmed_by_id, confirmed_at=category.confirmed_at,
    )  # fmt: skip


def _begin_primary(person, category):
    if category is None:
        Category.objects.create(person=person, kind=Kind.VOLUNTEER, since=timezone.localdate())
        return
    _end(category)
    _again(category, primary=True)
