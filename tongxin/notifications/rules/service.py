"""时长."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

on("entry.reverse", tell=audience.whose_line_went, message="entry_reversed", url=reverse_lazy("service:mine"))
on("year.close", tell=audience.statement_holders, message="year_closed", url=reverse_lazy("service:mine"))

on("rule.approve", tell=audience.members_below, message="rule_approved", url=reverse_lazy("service:rules"), gather=True)
on(
    "rule.withdraw",
    tell=audience.members_below_if_announced,
    message="rule_withdrawn",
    url=reverse_lazy("service:rules"),
)
on(
    "pointsswitch.turn_off",
    tell=audience.members_below,
    message="points_off",
    url=reverse_lazy("service:mine"),
    gather=True,
)
on(
    "pointsswitch.turn_on",
    tell=audience.members_below,
    message="points_on",
    url=reverse_lazy("service:mine"),
    gather=True,
)

DISPUTES = reverse_lazy("service:disputes")
on("dispute.submit", tell=audience.captains, message="dispute_to_answer", url=DISPUTES, gather=True)
on("dispute.answer_it", tell=audience.person, message="dispute_answered", url=audience.dispute_page)
on("dispute.escalate", tell=audience.person, message="dispute_escalated", url=audience.dispute_page)
on("dispute.pass_up", tell=audience.person, message="dispute_passed_up", url=audience.dispute_page)
on("dispute.decide", tell=audience.person, message="dispute_decided", url=audience.dispute_page)
on("dispute.finish", tell=audience.person, message="dispute_final", url=audience.dispute_page)
for verb in ("dispute.ask", "dispute.escalate"):
    on(verb, tell=audience.secretaries, message="dispute_to_decide", url=DISPUTES, gather=True)
for verb in ("dispute.appeal", "dispute.pass_up", "dispute.late"):
    on(verb, tell=audience.subdistrict_clerks, message="dispute_to_finish", url=DISPUTES, gather=True)

PAPER = reverse_lazy("service:back_entries")
on("backentry.enter", tell=audience.confirmers, message="hours_to_confirm", url=PAPER, gather=True)
on("backentry.enter_again", tell=audience.confirmers, message="hours_to_confirm", url=PAPER, gather=True)
on("backentry.confirm", tell=audience.person, message="hours_from_paper", url=reverse_lazy("service:mine"))
on("backentry.send_back", tell=audience.who_entered, message="hours_sent_back", url=PAPER, gather=True)
