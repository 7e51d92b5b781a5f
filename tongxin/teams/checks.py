"""What must hold of teams at any time; `tongxin verify` reads every line."""

from collections.abc import Callable, Iterator

from django.db.models import Count, Q
from django.utils.module_loading import autodiscover_modules

from tongxin.access.models import SINGLE, Appointment, today

from .models import Membership, Responsibility

#: Functions () → rows that stand at a place now, with the name of the field, from the rooms above.
STANDING: list[Callable] = []


def problems() -> Iterator[str]:
    """One line for each row that is not as it should be; nothing when all is well."""
    autodiscover_modules("handover")
    for rows, field in [*_own(), *(standing() for standing in STANDING)]:
        closed = rows.filter(**{f"{field}__until__lte": today()})
        for pk in closed.order_by("pk").values_list("pk", flat=True):
            yield f"{rows.model._meta.label_lower} {pk}: 所在的单位已经撤销"
    yield from _two_holders()


def _own():
    yield Membership.objects.filter(until=None), "team__place"
    yield Appointment.objects.filter(Q(until=None) | Q(until__gt=today())), "place"
    yield Responsibility.objects.filter(until=None), "building"
    yield Responsibility.objects.filter(until=None), "squad__team__place"


def _two_holders():
    posts = Appointment.objects.current().filter(role__in=SINGLE, deputy=False)
    for row in posts.values("place", "role").annotate(n=Count("pk")).filter(n__gt=1).order_by("place", "role"):
        yield f"places.place {row['place']}: {row['n']} holders of {row['role']} at once"
