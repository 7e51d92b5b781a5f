"""What a page is to the pictures and journeys, who reads it, and how one of its kind is found in any world."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

# the readers ---------------------------------------------------------------------------------------------------------

ROLES = {  # key → how they are called; the seven of the demo, and those who are not in it
    "visitor": "没有登录的人",
    "newcomer": "新报到的人",
    "returned": "要补充报到的人",
    "refused": "报到没有通过的人",
    "resting": "暂停参加的人",
    "alan": "志愿者",
    "zhou": "队长",
    "wang": "居村党组织书记",
    "shen": "街镇工作人员",
    "he": "区级工作人员",
    "yan": "审计员",
    "guan": "系统管理员",
    "an": "安全管理员",
}
STANDS = {"newcomer": "contacted", "returned": "returned", "refused": "refused", "resting": "paused"}
MEMBERS = ("newcomer", "alan", "zhou")
OFFICES = ("wang", "shen", "he", "yan")


def person_of(key: str):
    """The person behind a key: the cast by their demo key, the others by what they are; None for the visitor."""
    from tongxin.access.models import Appointment
    from tongxin.access.policy import Role
    from tongxin.people.models import Person
    from tongxin.registrations.models import Registration

    if key == "visitor":
        return None
    if key in STANDS:
        there = Registration.objects.filter(status=STANDS[key]).order_by("-pk").first()
        return there and there.person
    if key == "guan":
        post = Appointment.objects.current().filter(role=Role.ADMIN).first()
        return post and post.person
    if key == "an":
        post = Appointment.objects.current().filter(role=Role.SECURITY).first()
        return post and post.person
    return Person.objects.filter(demo_key=key).first()


# the pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """One page as some readers see it."""

    name: str  # what it is called on the contact sheet; unique
    view: str  # the name of its URL
    who: tuple[str, ...]
    layout: str = "phone"  # the base page: "phone" pages are looked at in 长辈版 too
    find: Callable | None = None  # person → pk or tuple of arguments; None when there is no such thing for them
    query: str | Callable = ""
    status: int = 200

    def path(self, person) -> str | None:
        """The address for this reader; None when they have nothing of the kind."""
        args = self.find(person) if self.find else ()
        if args is None:
            return None
        query = self.query() if callable(self.query) else self.query
        return reverse(self.view, args=args if isinstance(args, tuple) else (args,)) + query


def model(label):
    from django.apps import apps

    return apps.get_model(label)


def first(rows):
    return getattr(rows.first(), "pk", None)


def task(person, *, claimed=None, **wanted):
    """A task this person sees; `claimed` is the status of their claim, None for one that is not theirs."""
    Task = model("tasks.Task")
    tasks = Task.objects.visible_to(person).filter(**wanted).order_by("starts_at")
    if claimed:
        return first(tasks.filter(claims__person=person, claims__status=claimed))
    return first(
        tasks.exclude(claims__person=person, claims__status__in=["waiting", "claimed", "reported", "verified"])
    )


def coming(person, **more):
    return task(person, status="open", starts_at__gt=timezone.now(), **more)


def done_claim(person):
    return first(
        model("tasks.Claim").objects.filter(person=person, status="claimed", task__starts_at__lt=timezone.now())
    )


def registration(status):
    return lambda person: first(model("registrations.Registration").objects.in_scope(person).filter(status=status))


def roster_import(**wanted):
    return lambda person: first(model("registrations.RosterImport").objects.visible_to(person).filter(**wanted))


def seen_place(level):
    def find(person):
        from tongxin.access.policy import Permission
        from tongxin.access.rules import places_where

        places = places_where(person, Permission.VIEW_FIGURES) if person else model("places.Place").objects
        of_the_cast = places.filter(level=level, until=None).filter(peopled(level))
        return first(of_the_cast) or first(places.filter(level=level, until=None))

    return find


def peopled(level):
    from django.db.models import Q

    from tongxin.people.models import Person

    cast = Person.objects.filter(demo_key="zhou").values("memberships__team__place")
    return Q(pk__in=cast) if level == "neighbourhood" else Q()


def rows(level, metric):
    def find(person):
        pk = seen_place(level)(person)
        return pk and (pk, metric)

    return find


def building():
    """A building where the cast lives."""
    homes = model("teams.Membership").objects.filter(person__demo_key="alan").exclude(home=None).values("home")
    buildings = model("places.Place").objects.filter(level="building", until=None)
    return buildings.filter(pk__in=homes).first() or buildings.first()


def picked_registrations(status):
    def query():
        waiting = model("registrations.Registration").objects.filter(status=status).order_by("pk")[:3]
        return "?" + "&".join(f"pick={registration.pk}" for registration in waiting)

    return query


def contact(person):
    return first(model("people.Person").objects.filter(demo_key="alan"))


P, D = "phone", "desk"
