"""A second look at some verified hours (抽查): the same few for everybody who asks, since month and place draw the lot."""

import datetime as dt
import hashlib
import math

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, places_where
from tongxin.journal.models import Event, kind_of, record
from tongxin.places.models import Level
from tongxin.service.pages import tabs as desk_tabs
from tongxin.workflow.transitions import Refused

from .claim_pages import Names
from .models import Claim
from .pages import DESK_PAGE

MONTHS = 12


def month_of(day) -> str:
    return f"{day:%Y-%m}"


def drawn(place, month: str) -> list[int]:
    """The claims of a 居村 verified in a month ("2026-11") that are looked at again: a share by lot, at least one if any."""
    first = timezone.make_aware(dt.datetime.strptime(month, "%Y-%m"))
    after = (first + dt.timedelta(days=32)).replace(day=1)
    verified = Claim.objects.filter(
        status=Claim.Status.VERIFIED, verified_at__gte=first, verified_at__lt=after, task__place__path__under=place.path
    )
    pks = list(verified.order_by().values_list("pk", flat=True))
    lots = sorted(pks, key=lambda pk: hashlib.sha256(f"{month}:{place.pk}:{pk}".encode()).digest())
    return sorted(lots[: math.ceil(len(pks) * settings.SAMPLE_SHARE)])


def note(claim, *, by, result, reason="") -> None:
    """Write down what the second look came to; who was part of it does not look. Raises PermissionDenied, Refused."""
    if not can(by, P.CHECK_HOURS, claim.place):
        raise PermissionDenied
    if claim.pk not in drawn(claim.place.neighbourhood, month_of(timezone.localtime(claim.verified_at))):
        raise Refused("这一条不在这个月的抽查里")
    if any(one.pk == by.pk or by.may_be(one) for one in (claim.person, claim.verified_by)):
        raise Refused("自己的时长或自己核验的，请另一位同事来看")
    record("claim.sample", subject=claim, by=by, place=claim.place, reason=reason, facts={"result": result})


def sample_page(person, *, place, month, number) -> dict:
    """The lot of one 居村 in one month, with what was noted."""
    places = places_where(person, P.CHECK_HOURS).filter(until=None, level=Level.NEIGHBOURHOOD).order_by("code", "pk")
    here = places.filter(pk=place).first() if place.isdecimal() and len(place) < 19 else None
    here = here or places.first()
    months = last_months()
    month = month if month in months else months[0]
    claims = Claim.objects.filter(pk__in=drawn(here, month) if here else [])
    claims = claims.select_related("task__place", "person", "verified_by").order_by("verified_at", "pk")
    page = Paginator(claims, DESK_PAGE).get_page(number)
    seen, names = noted(page), Names(page, person)
    return {
        "page": page,
        "tabs": desk_tabs(person, "tasks:sample"),
        "place": here,
        "places": places,
        "month": month,
        "months": months,
        "rows": [
            {
                "claim": claim,
                "name": names.of(claim),
                "by": claim.verified_by.shown_as,
                "noted": seen.get(claim.pk),
                "party": person.pk in (claim.person_id, claim.verified_by_id),
            }
            for claim in page
        ],
    }


def noted(claims) -> dict[int, Event]:
    """The newest note about each."""
    pks = [claim.pk for claim in claims]
    found = Event.objects.filter(verb="claim.sample", subject_kind=kind_of(Claim), subject_id__in=pks)
    return {event.subject_id: event for event in found.order_by("id")}


def last_months() -> list[str]:
    """The last twelve, this one first."""
    day = timezone.localdate().replace(day=1)
    months = []
    for _ in range(MONTHS):
        months.append(month_of(day))
        day = (day - dt.timedelta(days=1)).replace(day=1)
    return months
