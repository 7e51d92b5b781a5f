"""What this room forgets about an erased person: the words; the lines stay under a number (field.md §4)."""

from tongxin.people.erasure import eraser

from .models import Dispute

GONE = "（本人已注销）"


@eraser
def forget_words(person) -> None:
    """What the person wrote and what was answered to them; dates, hours and who decided stay."""
    own = Dispute.objects.filter(person=person)
    own.update(words=GONE)
    for name in ("answer", "decision", "appeal_words", "final_words"):
        own.exclude(**{name: ""}).update(**{name: GONE})
