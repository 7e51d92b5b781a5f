"""报到·审核·申诉·联络·入队·迁居."""

from django.urls import reverse, reverse_lazy

from .. import audience
from .on import on

MINE = reverse_lazy("registrations:mine")
QUEUE = reverse_lazy("registrations:queue")
LATE = reverse_lazy("registrations:late")
CONTACTS = reverse_lazy("registrations:contacts")


def _appeals(registration) -> str:
    return f"{reverse('registrations:queue')}?status=appealed"


# the person, at each step
on("registration.submit", tell=audience.person, message="registration_received", url=MINE, text=True)
on("registration.resubmit", tell=audience.person, message="registration_received", url=MINE, text=True)
on("registration.send_back", tell=audience.person, message="registration_returned", url=MINE, text=True)
on("registration.redirect", tell=audience.person, message="registration_redirected", url=MINE, text=True)
on("registration.accept", tell=audience.person, message="registration_accepted", url=MINE, text=True)
on("registration.refuse", tell=audience.person, message="registration_refused", url=MINE, text=True)
on("registration.appeal", tell=audience.person, message="appeal_received", url=MINE)
on("registration.uphold", tell=audience.person, message="appeal_upheld", url=MINE, text=True)
on("registration.overturn", tell=audience.person, message="appeal_overturned", url=MINE, text=True)
on("registration.unreached", tell=audience.person, message="registration_unreached", url=MINE, text=True)
on("registration.contact", tell=audience.person, message="registration_contacted", url=MINE, text=True)
on("registration.recontact", tell=audience.person, message="registration_recontacted", url=MINE)
on("registration.join", tell=audience.person, message="registration_joined", url=reverse_lazy("tasks:list"))
on("registration.pause", tell=audience.person, message="registration_paused", url=MINE)
on("registration.resume", tell=audience.person, message="registration_resumed", url=reverse_lazy("tasks:list"))
on("registration.transfer", tell=audience.person, message="registration_moved", url=MINE)
on("registration.stay", tell=audience.person, message="registration_stayed", url=MINE)
on("registration.stay_paused", tell=audience.person, message="registration_stayed", url=MINE)

# whose turn it is
for verb in ("submit", "resubmit", "correct", "redirect"):
    on(f"registration.{verb}", tell=audience.secretaries, message="registration_new", url=QUEUE, gather=True)
for verb in ("accept", "overturn"):
    on(f"registration.{verb}", tell=audience.captains, message="newcomer", url=CONTACTS, gather=True)
on("registration.appeal", tell=audience.subdistrict_clerks, message="appeal_new", url=_appeals, gather=True)
on("registration.overturn", tell=audience.secretaries, message="appeal_decided", url=CONTACTS)
on("registration.pause", tell=audience.captains, message="member_paused", url=QUEUE, gather=True)
on("registration.transfer", tell=audience.secretaries, message="member_moved", url=QUEUE, gather=True)

# what is late
on("registration.overdue", tell=audience.late_at, message="registration_overdue", url=LATE, gather=True)
on("registration.escalate", tell=audience.above_the_late, message="registration_escalated", url=LATE, gather=True)
