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
