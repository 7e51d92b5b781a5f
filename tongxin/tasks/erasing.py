"""What tasks forget about an erased person: the words, and the seats of what has not begun; hours and dates stay."""

from tongxin.people.erasure import eraser

from .leavers import give_back_all
from .models import Claim, Incident

GONE = "（本人已注销）"


@eraser
def forget_words(person) -> None:
    """What the person typed about their work, and what was noted when they needed help."""
    give_back_all(person)
    Claim.objects.filter(person=person).exclude(note="").update(note="")
    noted = Incident.objects.filter(person=person)
    for name in ("words", "outcome"):
        noted.exclude(**{name: ""}).update(**{name: GONE})
