"""One team as a page shows it: who leads, the squads, what is vacant; and a member's own view of it."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.people.models import Person
from tongxin.places.models import Place

from .handover import left_behind
from .invitations import Invitation
from .models import SPAN_ADVISED, SPAN_WARN, Membership, Squad, Team
from .posts import AT_TEAM, label_of


@dataclass
class Post:
    """One holder of one post in words."""

    pk: int
    name: str
    word: str
    person_id: int
    since: object
    until: object


@dataclass
class SquadLine:
    """One squad: how many, who leads, what it answers for."""

    squad: Squad
    size: int
    buildings: int
    leaders: list = field(default_factory=list)


def reads_names(reader, unit) -> bool:
    """Whether full names of this neighbourhood's members may be shown to the reader."""
    return can(reader, P.VIEW_ROSTER, unit) or can(reader, P.VIEW_REGISTRATION, unit)


def known_as(person, reader, unit) -> str:
    """A member's name for those who read names here, one's own always; colleagues of the office as they are addressed."""
    if person.pk == reader.pk or (not person.is_staff_member and reads_names(reader, unit)):
        return person.name
    return person.shown_as


def span_line(reports: int) -> str:
    """The span of control in one line: advice from five on, a word from eight on, never an alarm (R19)."""
    said = f"队长直接带{reports}个分队"
    if reports > SPAN_WARN:
        return f"{said}，超过了建议的{SPAN_WARN}个，可以请副队长分着带"
    if reports >= SPAN_ADVISED:
        return f"{said}，建议不超过{SPAN_WARN}个"
    return f"{said}。" if reports else "还没有分队，队长直接联系队员。"


class TeamSheet:
    """Everything the team page shows, in a constant number of queries."""

    def __init__(self, unit: Place, *, reader):
        self.unit, self.full = unit, reads_names(reader, unit)
        self.may_appoint = can(reader, P.APPOINT_LOCAL, unit)
        self.may_manage = can(reader, P.MANAGE_TEAM, unit)
        self.may_thank = can(reader, P.VIEW_ROSTER, unit)
        self.may_invite = can(reader, P.INVITE_LEADER, unit)
        self.team = Team.objects.filter(place=unit).first()
        here = Membership.objects.current().filter(team__place=unit)
        self.size = here.count()
        self.unassigned = here.filter(squad=None).count()
        self._read_posts()
        self.squads = self._squads()
        self.span = span_line(len(self.squads))
        self.invitations = self._invitations() if self.may_invite else []
        gone = left_behind(unit) if self.may_manage else []
        self.left_behind = [{"pk": person.pk, "name": self.name(person)} for person in gone]

    def _read_posts(self):
        rows = Appointment.objects.current().filter(role__in=AT_TEAM, place=self.unit, stands_in_for=None)
        rows = list(rows.select_related("person").order_by("deputy", "pk"))
        captains = [row for row in rows if row.role == Role.CAPTAIN]
        self.captains = [self._post(row) for row in captains if not row.deputy]
        self.deputies = [self._post(row) for row in captains if row.deputy]
        self._leaders = [row for row in rows if row.role == Role.SQUAD_LEADER]

    def _squads(self):
        sizes = Count("memberships", filter=Q(memberships__until=None), distinct=True)
        duties = Count("responsibilities", filter=Q(responsibilities__until=None), distinct=True)
        rows = Squad.objects.filter(team__place=self.unit, until=None).annotate(size=sizes, duties=duties)
        lines = {row.pk: SquadLine(row, row.size, row.duties) for row in rows}
        members = Membership.objects.current().filter(person__in=[post.person_id for post in self._leaders])
        of = dict(members.filter(team__place=self.unit).values_list("person_id", "squad_id"))
        self.strays = []
        for post in self._leaders:
            line = lines.get(of.get(post.person_id))
            (line.leaders if line else self.strays).append(self._post(post))
        return list(lines.values())

    def _invitations(self):
        rows = Invitation.objects.filter(place__path__under=self.unit.path).select_related("person", "place", "squad")
        return [{"it": row, "name": self.name(row.person), "kind": KINDS[row.status]} for row in rows[:12]]

    def _post(self, row) -> Post:
        word = label_of(row.role, row.deputy)
        return Post(row.pk, self.name(row.person), word, row.person_id, row.since, row.until)

    def name(self, person) -> str:
        return person.name if self.full else person.shown_as

    @property
    def vacancies(self) -> list[str]:
        """Posts nobody holds, by name."""
        named = [] if self.captains else ["队长空缺"]
        return named + [f"{line.squad.name}的分队长空缺" for line in self.squads if not line.leaders]


KINDS = {"pending": "doing", "accepted": "done", "declined": "off", "expired": "off", "withdrawn": "off"}


class OwnTeam:
    """What a member sees on the phone: my squad, my building's leaders, whom to call. Others by their form of address."""

    def __init__(self, person):
        rows = Membership.objects.current().filter(person=person)
        self.mine = rows.select_related("team__place", "squad", "home").first()
        self.leaders, self.building_leaders, self.captains, self.size = [], [], [], 0
        self.invitations = list(Invitation.objects.pending().of(person))
        if self.mine is not None:
            self._read()

    def _read(self):
        unit, home = self.mine.team.place, self.mine.home_id
        posts = Appointment.objects.current().filter(stands_in_for=None).select_related("person")
        at_team = list(posts.filter(place=unit, role__in=AT_TEAM).order_by("deputy", "pk"))
        self.captains = [_row(post) for post in at_team if post.role == Role.CAPTAIN]
        if self.mine.squad_id:
            squad = Membership.objects.current().filter(squad=self.mine.squad_id)
            inside = set(squad.values_list("person_id", flat=True))
            self.size = len(inside)
            self.leaders = [_row(p) for p in at_team if p.role == Role.SQUAD_LEADER and p.person_id in inside]
        if home:
            at_home = posts.filter(place=home, role__in=[Role.RESIDENT_LEADER, Role.ONLINE_LEADER])
            self.building_leaders = [_row(post) for post in at_home.order_by("deputy", "role", "pk")]


def _row(post):
    return {"word": label_of(post.role, post.deputy), "name": post.person.shown_as, "person": post.person_id}


def may_call(reader, rows) -> set[int]:
    """Whose number this reader may open, of the people in the rows."""
    wanted = [row["person"] for row in rows]
    return set(
        Person.objects.contactable_by(reader).filter(pk__in=wanted).exclude(pk=reader.pk).values_list("pk", flat=True)
    )
