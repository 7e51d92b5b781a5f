"""What a task offers to one reader: the filters of the list, and what stands on each card. A few queries for any number."""

import datetime as dt
import math
from dataclasses import dataclass, field

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from tongxin.people.models import AgeBand
from tongxin.places.models import Datum, Level
from tongxin.teams.abilities import ANYTHING, EVENING, WEEKDAY, WEEKEND
from tongxin.teams.models import Membership

from . import reach
from .models import HOUR, Claim, Risk, Task

METRES_A_MINUTE = 80  # an unhurried walk
WALKABLE = 3000
EARTH = 6_371_000


@dataclass
class Reader:
    """Who looks: where they live and what they said when they checked in. One query; nothing of it is stored anew."""

    person: object
    home: object = None
    skills: frozenset = frozenset()
    times: frozenset = frozenset()

    @classmethod
    def of(cls, person) -> "Reader":
        member = Membership.objects.current().filter(person=person).select_related("home").order_by("-since").first()
        if member is None:
            return cls(person)
        return cls(person, member.home, frozenset(member.skills.split("、")), frozenset(member.times.split("、")))


# the filters: tasks, reader → tasks ------------------------------------------------------------------------------------


def tonight(tasks, reader):
    """Beginning today from 17:00 on."""
    evening = timezone.localtime().replace(hour=17, minute=0, second=0, microsecond=0)
    return tasks.filter(starts_at__gte=evening, starts_at__lt=evening + 7 * HOUR)


def this_weekend(tasks, reader):
    """Beginning on the coming Saturday or Sunday; on a weekend, on this one."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today + dt.timedelta(days=7 - today.weekday())
    return tasks.filter(starts_at__gte=monday - dt.timedelta(days=2), starts_at__lt=monday)


def from_home(tasks, reader):
    return tasks.filter(from_home=True)


def short(tasks, reader):
    """At most an hour."""
    span = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    return tasks.annotate(span=span).filter(Q(hours__lte=1) | Q(hours=None, span__lte=HOUR))


def close_by(tasks, reader):
    """In the estate the reader lives in; without a known estate nothing is closer than anything else."""
    estate = reach.estate_path(reader.home)
    return tasks.filter(place__path__under=estate) if estate else tasks


# key in the address, words on the chip, what it keeps
FILTERS = [
    ("", "全部", lambda tasks, reader: tasks),
    ("tonight", "今晚", tonight),
    ("weekend", "周末", this_weekend),
    ("near", "同楼附近", close_by),
    ("home", "在家可做", from_home),
    ("short", "1小时以内", short),
]


@dataclass
class Offer:
    """One card: the task, what this reader has to do with it, and why they cannot take it if so."""

    task: Task
    claim: Claim | None = None
    clash: bool = False  # they are in another task at that time: said, never forbidden
    waiting: int = 0
    why_not: str | None = None
    fits: list[str] = field(default_factory=list)  # why it suits them
    advice: str = ""

    @property
    def place_in_line(self) -> int:
        """Which one in the waiting list the reader is, counted from 1."""
        return self.claim.ahead + 1


def offers(tasks, person, reader=None) -> list[Offer]:
    """One card per task, three queries in all."""
    tasks, reader = list(tasks), reader or Reader.of(person)
    coming = Q(task__in=tasks) | Q(task__ends_at__gt=timezone.now())
    line = Claim.objects.filter(status=Claim.Status.WAITING).values("task").annotate(n=Count("pk")).order_by()
    before_me = line.filter(task=OuterRef("task"), pk__lt=OuterRef("pk")).values("n")
    held = Claim.objects.of(person).filter(coming, status__in=Claim.ACTIVE)
    mine = list(held.annotate(ahead=Coalesce(Subquery(before_me), 0)))
    waiting = {row["task"]: row["n"] for row in line.filter(task__in=tasks)}
    return [
        Offer(
            task=task,
            claim=next((claim for claim in mine if claim.task_id == task.pk), None),
            clash=any(_overlap(claim.task, task) for claim in mine if claim.task_id != task.pk),
            waiting=waiting.get(task.pk, 0),
            why_not=task.why_not_claim(person),
            fits=_fits(task, reader),
            advice=_advice(task, person),
        )
        for task in tasks
    ]


def offer(task, person) -> Offer:
    return offers([task], person)[0]


def _overlap(one, other) -> bool:
    """At the same time; what one does when it suits never is."""
    if one.flexible or other.flexible:
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _fits(task, reader) -> list[str]:
    """Why this one suits the reader, in a few words: how near, what they can do, when they have time."""
    skill = task.skill and (task.skill in reader.skills or ANYTHING in reader.skills)
    slot = _slot(task)
    reasons = [
        _near(task, reader.home),
        f"您愿意{task.skill}" if skill else "",
        f"{slot}您方便" if slot in reader.times else "",
    ]
    return [words for words in reasons if words]


def _near(task, home) -> str:
    if home is None or task.from_home:
        return ""
    if home.level == Level.BUILDING and task.place_id == home.pk:
        return "同一栋楼"
    estate = reach.estate_path(home)
    same = "同一小区" if estate and task.place.path.startswith(estate) else ""
    metres = distance(home, task.place)
    walk = f"步行约{max(round(metres / METRES_A_MINUTE), 1)}分钟" if metres is not None and metres <= WALKABLE else ""
    return "，".join(words for words in (same, walk) if words)


def distance(one, other) -> int | None:
    """Metres as the crow flies between two places of the register; None unless both positions are in the same datum."""
    spots = [one.longitude, one.latitude, other.longitude, other.latitude]
    if None in spots or one.datum != other.datum or one.datum == Datum.UNKNOWN:
        return None
    east1, north1, east2, north2 = (math.radians(float(spot)) for spot in spots)
    half = math.sin((north2 - north1) / 2) ** 2
    half += math.cos(north1) * math.cos(north2) * math.sin((east2 - east1) / 2) ** 2
    return round(2 * EARTH * math.asin(math.sqrt(half)))


def _slot(task) -> str:
    if task.flexible:
        return ""
    start = timezone.localtime(task.starts_at)
    if start.weekday() >= 5:
        return WEEKEND
    return EVENING if start.hour >= 17 else WEEKDAY


def _advice(task, person) -> str:
    if person.age_band == AgeBand.OLDER and task.risk == Risk.HIGH:
        return "这个任务比较费力，也有一定危险。您可以先打电话问问联系人，有没有轻一点的活。"
    return ""
