"""动态口令重置·紧急查看·审计意见·导出."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

ME = reverse_lazy("people:me")
RESETS = reverse_lazy("oversight:resets")
GLASSES = reverse_lazy("oversight:glasses")
FINDINGS = reverse_lazy("oversight:findings")
EXPORTS = reverse_lazy("oversight:exports")

on("reset.ask", tell=audience.security_keepers, message="reset_asked", url=RESETS)
on("reset.approve", tell=audience.person, message="reset_done", url=ME)
on("reset.decline", tell=audience.who_asked, message="reset_declined", url=RESETS)
on("glass.open", tell=audience.person, message="glass_you", url=ME)
on("glass.open", tell=audience.unit_and_auditors, message="glass_opened", url=GLASSES)
on("glass.find_fine", tell=audience.opener, message="glass_fine", url=GLASSES)
on("glass.follow_up", tell=audience.opener, message="glass_follow_up", url=GLASSES)
on("glass.follow_up", tell=audience.unit_above, message="glass_follow_up", url=FINDINGS)
on("finding.note", tell=audience.answering_unit, message="finding_new", url=FINDINGS)
on("finding.answer", tell=audience.opener, message="finding_answered", url=FINDINGS)
on("export.ask", tell=audience.second_persons, message="export_asked", url=EXPORTS)
on("export.approve", tell=audience.person, message="export_approved", url=EXPORTS)
on("export.decline", tell=audience.person, message="export_declined", url=EXPORTS)
