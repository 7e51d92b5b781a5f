"""What must hold of posts at any time; `tongxin verify` and the tests ask it."""

from collections.abc import Iterator

from .duties import clash
from .models import Appointment
from .policy import STAFF_ROLES


def problems() -> Iterator[str]:
    """Duties that are kept apart are with different people, and whoever stands in for a post holds the same at the same place."""
    held: dict[int, list[Appointment]] = {}
    for post in Appointment.objects.not_over().filter(role__in=STAFF_ROLES).order_by("pk"):
        for other in held.setdefault(post.person_id, []):
            if clash(post.role, [other.role]) and _overlap(post, other):
                yield f"access.appointment {post.pk}: {post.role} together with {other.role} of the same person"
        held[post.person_id].append(post)
    for stand_in in Appointment.objects.exclude(stands_in_for=None).select_related("stands_in_for").order_by("pk"):
        post = stand_in.stands_in_for
        if (stand_in.role, stand_in.place_id) != (post.role, post.place_id) or stand_in.person_id == post.person_id:
            yield f"access.appointment {stand_in.pk}: stands in for another kind of post"


def _overlap(one, other) -> bool:
    return (other.until is None or one.since < other.until) and (one.until is None or other.since < one.until)
