"""The desk's list of registrations (报到队列): what waits, until when, and who may be the same person twice."""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, F
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.people.names import clean_name
from tongxin.workflow.transitions import open_moves

from .models import Registration

Status = Registration.Status
CHIPS = [Status.SUBMITTED, Status.ACCEPTED, Status.CONTACTED, Status.JOINED, Status.REFUSED]
PAGE = 50
MOST = 200  # rows of one batch


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    registration: Registration
    due_kind: str
    due_word: str
    twin: bool
    moves: frozenset


class Queue:
    """One page of the list for one reader."""

    def __init__(self, reader, query):
        self.reader = reader
        self.status = query.get("status") if query.get("status") in CHIPS else Status.SUBMITTED
        self.scope = Registration.objects.in_scope(reader)
        rows = self.scope.filter(status=self.status).select_related("person", "place", "home")
        self.page = Paginator(rows.order_by(F("due_at").asc(nulls_last=True), "pk"), PAGE).get_page(query.get("page"))

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.page.object_list, self.reader)

    def chips(self) -> list[dict]:
        """The filter links with their counts: one query."""
        counts = dict(self.scope.order_by().values_list("status").annotate(Count("pk")))
        return [
            {
                "label": status.label,
                "url": f"?status={status}",
                "count": counts.get(status, 0),
                "current": status == self.status,
            }
            for status in CHIPS
        ]


def rows_of(registrations, reader) -> list[Row]:
    """Registrations as lines of the table; one query more than they cost, for the namesakes."""
    registrations = list(registrations)
    names = _names_in([r.place_id for r in registrations if r.status == Status.SUBMITTED])
    return [
        Row(
            registration,
            *due(registration),
            twin=names[registration.place_id, clean_name(registration.person.name)] > 1,
            moves=frozenset(move.name for move in open_moves(registration, reader)),
        )
        for registration in registrations
    ]


def twins_of(registration) -> list[Registration]:
    """Open registrations of the same name in the same neighbourhood: perhaps the same person with another number."""
    others = _open_in([registration.place_id]).exclude(pk=registration.pk).select_related("person", "home", "place")
    return [other for other in others if clean_name(other.person.name) == clean_name(registration.person.name)]


def _open_in(place_ids):
    return Registration.objects.filter(place_id__in=place_ids, status__in=Registration.OPEN)


def _names_in(place_ids) -> Counter:
    # Names are sealed: the database cannot compare them, so it is done here, for the neighbourhoods of this page alone.
    named = (
        _open_in(set(place_ids)).select_related("person").only("place_id", "person__uid", "person__name")
        if place_ids
        else []
    )
    return Counter((one.place_id, clean_name(one.person.name)) for one in named)


def due(registration) -> tuple[str, str]:
    """State and words of the deadline: late, today, tomorrow, or the day."""
    if registration.due_at is None:
        return "", ""
    at = timezone.localtime(registration.due_at)
    days = (at.date() - timezone.localdate()).days
    if days < 0:
        return "late", f"超期{-days}天"
    return ("wait", ("今天", "明天")[days]) if days < 2 else ("", f"{at.month}月{at.day}日")


def picked(reader, values) -> list[Registration]:
    """The ticked rows that this reader can accept now, in the order of the list."""
    ids = {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}
    rows = (
        Registration.objects.in_scope(reader)
        .filter(pk__in=sorted(ids)[:MOST])
        .select_related("person", "place", "home")
    )
    return [row for row in rows if can(reader, P.REVIEW_REGISTRATION, row.place)]
