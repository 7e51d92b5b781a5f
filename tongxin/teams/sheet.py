"""One page of the roster in words: what each reader may see of each member."""

from dataclasses import dataclass

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import can, places_where
from tongxin.people.models import Category
from tongxin.places.models import Level

from .models import Membership

POSTS = (Role.CAPTAIN, Role.SQUAD_LEADER, Role.RESIDENT_LEADER, Role.ONLINE_LEADER)
HIDDEN = "—"


@dataclass(slots=True)
class Line:
    """A member as the roster shows them."""

    membership: Membership
    name: str
    kind: str
    posts: str
    may_reveal: bool


def places_of(reader):
    """The 街镇 and 居村 a reader may choose between, in the order of the register."""
    places = places_where(reader, Permission.VIEW_ROSTER).current()
    return list(places.at_level(Level.SUBDISTRICT, Level.NEIGHBOURHOOD).order_by("path"))


def lines_of(members, *, reader) -> list[Line]:
    """The members in words; two queries however many they are."""
    people = [membership.person_id for membership in members]
    kinds = {row.person_id: row.kind for row in Category.objects.filter(person__in=people, primary=True, until=None)}
    posts: dict[int, list[str]] = {}
    held = Appointment.objects.current().filter(person__in=people, role__in=POSTS)
    for person, role, deputy in held.order_by("pk").values_list("person_id", "role", "deputy"):
        posts.setdefault(person, []).append(("副" if deputy else "") + Role(role).label)
    return [_line(membership, kinds, posts, reader) for membership in members]


def _line(membership, kinds, posts, reader) -> Line:
    place = membership.place
    # All or none: leaving out only the specific identities would say who has them.
    kind = kinds.get(membership.person_id, "") if can(reader, Permission.VIEW_SENSITIVE_KIND, place) else HIDDEN
    return Line(
        membership, membership.person.name, kind, "、".join(posts.get(membership.person_id, [])),
        can(reader, Permission.REVEAL_CONTACT, place),
    )  # fmt: skip
