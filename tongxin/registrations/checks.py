"""What must hold of check-ins at any time; `tongxin verify` and the tests ask it. Every line names the broken row."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.teams.models import Membership

from .models import Registration
from .models.states import IN_TEAM, OPEN, Status


def problems() -> Iterator[str]:
    """Who is joined is in the team, who is not is not; a move has two ends."""
    inside = Membership.objects.filter(person=OuterRef("person"), team__place=OuterRef("place"), until=None)
    rows = Registration.objects.order_by("pk")
    for pk in rows.filter(~Exists(inside), status__in=IN_TEAM).values_list("pk", flat=True):
        yield f"registrations.registration {pk}: joined, but not in the team"
    for pk in rows.filter(Exists(inside.exclude(paused_at=None)), status=Status.JOINED).values_list("pk", flat=True):
        yield f"registrations.registration {pk}: joined, but the membership is paused"
    for pk in rows.filter(Exists(inside.filter(paused_at=None)), status=Status.PAUSED).values_list("pk", flat=True):
        yield f"registrations.registration {pk}: paused, but the membership is not"
    later = Registration.objects.filter(previous=OuterRef("pk"), status__in=[*_BEFORE_THE_ANSWER])
    for pk in rows.filter(~Exists(later), status=Status.MOVING).values_list("pk", flat=True):
        yield f"registrations.registration {pk}: moving, but to nowhere"
    waits = [status for status in OPEN if status not in (Status.JOINED, Status.APPEALED)]
    access = Appointment.objects.filter(
        person=OuterRef("person"), place=OuterRef("place"), role=Role.REGISTRANT, until=None
    )
    for pk in rows.filter(~Exists(access), status__in=waits).values_list("pk", flat=True):
        yield f"registrations.registration {pk}: waiting, but without a newcomer's access"


_BEFORE_THE_ANSWER = (Status.SUBMITTED, Status.RETURNED, Status.APPEALED)
