"""投诉建议. Nothing of it goes out as a text message: that somebody complained is nobody's business who holds the phone."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

DESK = reverse_lazy("feedback:desk")
MINE = reverse_lazy("feedback:mine")

on("feedback.send", tell=audience.feedback_handlers, message="feedback_new", url=DESK, gather=True)
on("feedback.let_in", tell=audience.feedback_handlers, message="feedback_new", url=DESK, gather=True)
on("feedback.take_up", tell=audience.reporter, message="feedback_in_hand", url=MINE)
on("feedback.answer", tell=audience.reporter, message="feedback_answered", url=MINE)
on("feedback.reopen", tell=audience.feedback_handlers, message="feedback_reopened", url=DESK)
on("feedback.overdue", tell=audience.feedback_handlers, message="feedback_overdue", url=DESK)
on("feedback.escalate", tell=audience.auditors, message="feedback_escalated", url=audience.trace_page)
on("feedback.send", tell=audience.auditors_alone, message="feedback_nobody", url=audience.trace_page)
