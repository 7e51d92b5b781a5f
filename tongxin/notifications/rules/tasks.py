"""认领·核验."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

on("claim.claim", tell=audience.person, message="claim_claimed", url=audience.task_page)
on("claim.promote", tell=audience.person, message="claim_promoted", url=audience.task_page, text=True)
on("claim.drop", tell=audience.person, message="claim_dropped", url=audience.task_page, text=True)
on("claim.report", tell=audience.verifiers, message="claims_to_verify", url=reverse_lazy("tasks:verify"), gather=True)
on("claim.verify", tell=audience.person, message="claim_verified", url=reverse_lazy("service:mine"))
on("task.remind", tell=audience.claimants, message="task_tomorrow", url=audience.own_page, text=True)
on("task.change", tell=audience.told_of_change, message="task_changed", url=audience.own_page, text=True)
on("task.hand_over", tell=audience.successor, message="task_handed_over", url=audience.own_page, gather=True)
on("series.stop", tell=audience.contact_besides, message="series_stopped", url=reverse_lazy("tasks:series"))

# what comes after the report
VERIFY, DISPUTES = reverse_lazy("tasks:verify"), reverse_lazy("tasks:disputes")
on("claim.withdraw", tell=audience.contact_of_late, message="claim_late", url=audience.task_page, text=True)
on("claim.release_soon", tell=audience.person, message="claim_release_soon", url=audience.task_page, text=True)
on("claim.release", tell=audience.person, message="claim_released", url=audience.task_page)
on("claim.release", tell=audience.contact, message="claim_released_contact", url=audience.task_page)
on("claim.ask", tell=audience.person, message="claim_ask", url=audience.report_page, text=True)
on("claim.propose", tell=audience.person, message="claim_proposed", url=audience.task_page)
on("claim.propose", tell=audience.verifiers, message="claims_to_verify", url=VERIFY, gather=True)
on("claim.verify_late", tell=audience.verifiers, message="claims_verify_late", url=VERIFY, gather=True)
on("claim.verify_escalate", tell=audience.secretaries, message="claims_verify_escalated", url=VERIFY, gather=True)
on("claim.correct", tell=audience.person, message="claim_corrected", url=audience.answer_page, text=True)
on("claim.mark_absent", tell=audience.person, message="claim_absent", url=audience.answer_page, text=True)
on("claim.accept", tell=audience.person, message="claim_verified", url=reverse_lazy("service:mine"))
on("claim.dispute", tell=audience.deciders, message="claim_disputed", url=DISPUTES, gather=True)
on("claim.pass_on", tell=audience.person, message="claim_passed_on", url=audience.answer_page)
on("claim.pass_on", tell=audience.deciders, message="claim_disputed", url=DISPUTES, gather=True)
on("claim.decide_late", tell=audience.deciders, message="claims_decide_late", url=DISPUTES, gather=True)
on("claim.decide", tell=audience.person, message="claim_decided", url=audience.answer_page)
on("claim.decide_none", tell=audience.person, message="claim_decided", url=audience.answer_page)

# help: at any hour
INCIDENTS = reverse_lazy("tasks:incidents")
on("incident.note", tell=audience.helpers, message="incident_new", url=INCIDENTS, text=True, urgent=True)
on("incident.see", tell=audience.person, message="incident_seen", url=INCIDENTS)
on("incident.close", tell=audience.person, message="incident_closed", url=INCIDENTS)
