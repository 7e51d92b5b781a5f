"""One way to change a status: `@transition` on a model method.

It asks for permission at the place, checks the status and the guard, wins or loses the race, and writes one Event. The
declaration is the documentation: buttons, diagrams and the test "what is not declared is refused" come from it.

The verb's body runs first and only changes the object in memory; then every changed field is written in one conditional
UPDATE (a status-only update first would break constraints that pair fields). After a refusal the object in memory is
stale: render from a fresh read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.people.models import selves
from tongxin.refused import Refused


class _Clock:
    """Acts for nobody: deadlines, and commands of the operator. Never the `by` of a request."""

    pk = None

    def __repr__(self):
        return "CLOCK"


CLOCK = _Clock()

#: In place of a permission: the person the row is about, whatever posts they hold or have left.
OWN = "own"
#: In place of a permission: the one the row itself names (`subject.permission`), asked at its place.
ITS = "its"


@dataclass(frozen=True)
class Move:
    """One declared step of a lifecycle."""

    name: str
    label: str
    sources: tuple[str, ...]
    to: str
    permission: str
    guard: Callable | None
    asks: tuple[str, ...]  # what the form has to ask: "reason", "hours"
    fields: tuple[str, ...]

    @property
    def guard_text(self) -> str:
        return (self.guard.__doc__ or self.guard.__name__).strip().splitlines()[0] if self.guard else ""


def transition(*sources, to, permission, label, guard=None, asks=(), writes=()):
    """Declare a verb of a lifecycle. `writes` names the fields the body may change besides the status."""

    def declare(body):
        move = Move(body.__name__, label, tuple(sources), to, permission, guard, tuple(asks), ("status", *writes))

        @wraps(body)
        def verb(self, *, by, **given):
            _permit(self, move, by)
            if why := refusal(self, move, by):
                raise Refused(why)
            came_from = self.status
            with transaction.atomic():
                result = body(self, by=by, **given)
                self.status = move.to
                _write(self, move, came_from)
                record(
                    f"{self._meta.model_name}.{move.name}",
                    subject=self,
                    by=by,
                    place=self.place,
                    came_from=came_from,
                    went_to=move.to,
                    reason=given.get("reason", ""),
                )
            return result

        verb.move = move
        return verb

    return declare


def _permit(subject, move, by) -> None:
    if by is not CLOCK and not _permitted(subject, move, by):
        raise PermissionDenied


def _permitted(subject, move, by) -> bool:
    if move.permission == OWN:
        return bool(by.is_active and by.pk) and is_own(subject, by)
    if subject.place is None:  # what came with the house (the first rule) belongs to nobody
        return False
    return can(by, subject.permission if move.permission == ITS else move.permission, subject.place)


def is_own(subject, by) -> bool:
    """The person's row, or one of a row that was merged into theirs: nobody else could ever answer for it."""
    return subject.person_id == by.pk or (not subject.person.is_active and subject.person_id in selves(by))


def refusal(subject, move, by) -> str | None:
    """Why this move is not open to this person now; None when it is."""
    if subject.status not in move.sources:
        return f"现在是“{subject.get_status_display()}”，不能{move.label}。请刷新看最新情况"
    return move.guard(subject, by) if move.guard else None


def _write(subject, move, came_from) -> None:
    # The body may have taken its time: whoever changed the status meanwhile has won.
    changes = {name: getattr(subject, subject._meta.get_field(name).attname) for name in move.fields}
    changes = {subject._meta.get_field(name).attname: value for name, value in changes.items()}
    if not type(subject)._base_manager.filter(pk=subject.pk, status=came_from).update(**changes):
        raise Refused("刚才有人先处理了这一条，请刷新看最新情况")


def moves_of(model) -> list[Move]:
    """Every declared move of a model, in the order of the file."""
    found = [getattr(value, "move", None) for klass in reversed(model.__mro__) for value in vars(klass).values()]
    return [move for move in found if isinstance(move, Move)]


def open_moves(subject, person) -> list[Move]:
    """The moves this person can make now: the buttons of the page."""
    return [
        move
        for move in moves_of(type(subject))
        if _permitted(subject, move, person) and refusal(subject, move, person) is None
    ]


def only_clock(subject, by):
    """只由系统按时间办理"""
    return None if by is CLOCK else "这一步由系统自动办理"
