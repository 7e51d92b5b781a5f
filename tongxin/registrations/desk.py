"""The desk's list of registrations (报到队列): what waits, until when, and what to look at twice."""

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.workflow.transitions import open_moves

from .duplicates import namesakes
from .late import VACANT, captains_at
from .models import Contact, Registration
from .models.states import Status

CHIPS = [Status.SUBMITTED, Status.ACCEPTED, Status.CONTACTED, Status.JOINED, Status.REFUSED]
#: Shown where there are any.
RARE = [Status.APPEALED, Status.RETURNED, Status.MOVING, Status.PAUSED, Status.TRANSFERRED, Status.LEFT]
PAGE = 50
MOST = 200  # rows of one batch


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    registration: Registration
    due_kind: str
    due_word: str
    twin: bool
    vacant: str  # 队长空缺，由居委联系
    tried: int  # unanswered calls
    moves: frozenset

    @property
    def hint(self) -> str:
        """What to know about somebody who waits to be called."""
        said = [f"待联络·已试{self.tried}次"] if self.tried >= settings.CONTACT_TRIES else []
        return "，".join([*said, *([self.vacant] if self.vacant else [])])


class Queue:
    """One page of the list for one reader."""

    def __init__(self, reader, query):
        self.reader = reader
        wanted = query.get("status")
        self.status = wanted if wanted in [*CHIPS, *RARE] else Status.SUBMITTED
        self.scope = Registration.objects.in_scope(reader)
        rows = self.scope.filter(status=self.status).select_related("person", "place", "home")
        self.page = Paginator(rows.order_by(F("due_at").asc(nulls_last=True), "pk"), PAGE).get_page(query.get("page"))

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.page.object_list, self.reader)

    def chips(self) -> list[dict]:
        """The filter links with their counts: one query."""
        counts = dict(self.scope.order_by().values_list("status").annotate(Count("pk")))
        shown = [*CHIPS, *(status for status in RARE if counts.get(status) or status == self.status)]
        return [
            {
                "label": status.label,
                "url": f"?status={status}",
                "count": counts.get(status, 0),
                "current": status == self.status,
            }
            for status in shown
        ]


def rows_of(registrations, reader) -> list[Row]:
    """Registrations as lines of the table; a fixed number of queries more than they cost."""
    registrations = list(registrations)
    twins = namesakes(registrations)
    waiting = [one for one in registrations if one.status == Status.ACCEPTED]
    captains = captains_at({one.place_id for one in waiting}) if waiting else {}
    tried = _unanswered(waiting) if waiting else {}
    return [
        Row(
            one,
            *due(one),
            twin=one.pk in twins,
            vacant=VACANT if one.status == Status.ACCEPTED and one.place_id not in captains else "",
            tried=tried.get(one.pk, 0),
            moves=_moves(one, reader),
        )
        for one in registrations
    ]


def _moves(registration, reader) -> frozenset:
    # What a list offers is the review and the call; the guards of the other steps ask the database for each row.
    if registration.status not in (Status.SUBMITTED, Status.ACCEPTED):
        return frozenset()
    return frozenset(move.name for move in open_moves(registration, reader))


def _unanswered(registrations) -> dict[int, int]:
    calls = Contact.objects.filter(registration__in=registrations, result=Contact.Result.NO_ANSWER)
    return dict(calls.order_by().values_list("registration").annotate(Count("pk")))


def due(registration) -> tuple[str, str]:
    """State and words of the deadline: late, today, tomorrow, or the day."""
    if registration.due_at is None:
        return "", ""
    at = timezone.localtime(registration.due_at)
    days = (at.date() - timezone.localdate()).days
    if days < 0:
        return "late", "已超期"
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
