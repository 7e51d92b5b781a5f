"""Which post somebody held when something happened: what timelines and the journal show beside a name."""

from django.utils import timezone

from tongxin.journal.models import Event, kind_of

from .models import Appointment
from .policy import RANK, Role


class PostsThen:
    """The posts of some people, past and present; two statements however many they are."""

    def __init__(self, people):
        self._posts: dict[int, list[Appointment]] = {}
        for post in Appointment.objects.filter(person__in=[getattr(one, "pk", one) for one in people]):
            self._posts.setdefault(post.person_id, []).append(post)
        stood_in = [post.pk for posts in self._posts.values() for post in posts if post.stands_in_for_id]
        ended = Event.objects.filter(verb="appointment.end", subject_kind=kind_of(Appointment), subject_id__in=stood_in)
        self._ended = dict(ended.values_list("subject_id", "at")) if stood_in else {}

    def words(self, person, at, *, place=None) -> str:
        """The highest post of the person at that moment, and 代理 with the post they stood in for at that place."""
        held = self._posts.get(getattr(person, "pk", person), [])
        day = timezone.localdate(at)
        # On the last day itself the post was held until somebody ended it.
        own = [p.role for p in held if not p.stands_in_for_id and p.since <= day and (not p.until or day <= p.until)]
        acting = {
            p.role for p in held if p.stands_in_for_id and place and self._stood_in(p, at, day) and _covers(p, place)
        }
        words = [Role(min(own, key=RANK.index)).label] if own else []
        return "，".join(words + [f"代理{Role(role).label}" for role in sorted(acting, key=RANK.index)])

    def _stood_in(self, post, at, day) -> bool:
        ended = self._ended.get(post.pk)
        return post.since <= day and (day < post.until or (day == post.until and ended is not None and at <= ended))


def _covers(post, place) -> bool:
    return post.place_id in (place.pk, *place.ancestor_ids())
