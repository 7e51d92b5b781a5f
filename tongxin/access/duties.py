"""Duties that one person never holds together (三员分立), and posts that are never left without anybody."""

from django.db.models import Q

from tongxin.people.models import Person
from tongxin.refused import Refused

from .policy import STAFF_ROLES, Role

#: System, security and audit: each watches the two others.
APART = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})
#: Whose work stands still when nobody holds the post.
NEVER_EMPTY = frozenset({Role.SECRETARY, Role.ADMIN, Role.SECURITY})


def clash(role, held) -> Role | None:
    """The post among `held` that nobody may hold together with `role`; None when all go together."""
    if role not in STAFF_ROLES:
        return None
    others = STAFF_ROLES if role in APART else APART
    return next((Role(other) for other in held if other in others and other != role), None)


def check_apart(person, role, posts) -> None:
    """Raises Refused when the person holds, or is going to hold, a post that does not go with this one.

    For the three duties another account under the same name counts as well: it may be the same human being.
    """
    held = list(posts.values_list("role", flat=True))
    if role in APART:
        others = posts.model.objects.not_over().filter(person__in=namesakes(person), role__in=APART)
        held += others.values_list("role", flat=True)
    if other := clash(role, held):
        why = f"{Role(role).label}和{other.label}要由两个人分别担任（三员分立）"
        raise Refused(f"{why}。请先结束这位同事的{other.label}任职，或者请另一位同事担任{Role(role).label}")


def namesakes(person) -> list[Person]:
    """Other accounts of the three duties under the same name; names lie sealed, so that each is opened."""
    watchers = Person.objects.filter(appointments__role__in=APART, username__isnull=False).exclude(pk=person.pk)
    return [other for other in watchers.distinct() if other.may_be(person)]


def check_successor(post, *, on) -> None:
    """Raises Refused when after that day nobody would hold this post at its place, which still stands."""
    if post.role not in NEVER_EMPTY or post.stands_in_for_id or not post.place.is_valid_on(on):
        return
    others = type(post).objects.on(on).filter(role=post.role, place=post.place, stands_in_for=None)
    if not others.filter(Q(until=None) | Q(until__gt=on), person__is_active=True).exclude(person=post.person).exists():
        label = Role(post.role).label
        raise Refused(f"{post.place.label}现在只有这一位{label}。请先在“任命”里请好接任的人，再结束这个任职")
