"""Handing over (交接): everything somebody promised at a place goes to the successor in one act, with a list to sign.

Rooms register in `HANDOVERS` what they keep for a person: a function (old, new, place, by) that returns the lines it
moved; with `new=None` it only says what is open. Their files are called `handover.py` and are found by themselves.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import draft, record, record_many
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused

from .models import Membership

HANDOVERS: list[Callable] = []
#: Functions (place) → ids of the people who have something open there.
HOLDERS: list[Callable] = []


@dataclass(frozen=True)
class Line:
    """One open promise: what kind, which, and by when, without anybody's name."""

    what: str
    text: str
    due: str = ""


class Handover(models.Model):
    """One handover, kept as it was signed (交接单)."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    old = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    new = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]


def open_promises(old, place) -> list[Line]:
    """What this person still has open at the place and below."""
    return _each(old, None, place, None)


def successors(place, *, besides=None):
    """Who may take it over: members of the team, and whoever holds a post at the neighbourhood itself."""
    in_team = Membership.objects.current().filter(team__place=place).values("person")
    in_post = Appointment.objects.current().filter(place=place, role__in=["secretary", "captain"]).values("person")
    people = Membership._meta.get_field("person").related_model.objects
    wanted = models.Q(pk__in=in_team) | models.Q(pk__in=in_post)
    return people.filter(wanted, is_active=True).exclude(pk=getattr(besides, "pk", None))


def left_behind(place):
    """People who have left the team and still have something open here, to be handed over."""
    autodiscover_modules("handover")
    people = Membership._meta.get_field("person").related_model.objects
    ids = {pk for holders in HOLDERS for pk in holders(place)}
    gone = people.filter(pk__in=ids, memberships__team__place=place)
    return gone.exclude(pk__in=successors(place).values("pk")).distinct().order_by("pk")


def complete(old, new, place, *, by) -> Handover:
    """Move everything that is open to the successor and keep the list. Raises PermissionDenied, Refused."""
    if not can(by, P.MANAGE_TEAM, place):
        raise PermissionDenied
    if old.pk == new.pk or not successors(place).filter(pk=new.pk).exists():
        raise Refused("接手的人要在本居村的队伍里，请重新选")
    with transaction.atomic():
        lines = [asdict(line) for line in _each(old, new, place, by)]
        handover = Handover.objects.create(place=place, old=old, new=new, by=by, lines=lines)
        facts = {"person": old.pk, "successor": new.pk, "lines": len(lines)}
        record("handover.complete", subject=handover, by=by, place=place, facts=facts)
    return handover


def _each(old, new, place, by) -> list[Line]:
    autodiscover_modules("handover")
    return [line for hand_over in HANDOVERS for line in hand_over(old, new, place, by)]


def _invitations(old, new, place, by) -> list[Line]:
    from .invitations import Invitation

    mine = Invitation.objects.pending().filter(invited_by=old, place__path__under=place.path)
    rows = list(mine.select_related("place", "squad").order_by("pk"))
    if new is not None:
        mine.update(invited_by=new)
        record_many([draft("invitation.hand_over", subject=row, by=by, place=row.place_id) for row in rows])
    return [Line("等回复的邀请", row.post, f"{row.due_on:%Y-%m-%d}") for row in rows]


HANDOVERS.append(_invitations)
