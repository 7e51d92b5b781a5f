"""How long complaints and suggestions are kept."""

from django.conf import settings
from django.utils import timezone

from tongxin.people.retention import retention

from .models import Feedback


@retention(
    "feedback",
    what="投诉建议的内容和联系方式",
    keep=f"办结后{settings.FEEDBACK_KEEP_DAYS}天",
    why="答复您，以及您来问时查得到",
    then="内容、联系方式和是谁留的都清除，只留类别和日期用来计数",
    days=settings.FEEDBACK_KEEP_DAYS,
)
def forget_old_feedback(before) -> int:
    """The words, the contact and the writer go, the row stays for the count; returns how many."""
    over = Feedback.objects.filter(closed_at__lt=before, purged_at=None)
    return over.update(
        words="", answer_words="", again_words="", contact=None, person=None, token_hash=None, purged_at=timezone.now()
    )
