"""Who is told what: one line for each event that somebody should hear of. The words stand in templates/notifications/messages/."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse_lazy

from . import audience

RULES: dict[str, list["Rule"]] = {}


@dataclass(frozen=True)
class Rule:
    """When `verb` happens, `tell(event, subject)` hears `message` and is led to `url`.

    `gather`: while one such notice of today is unread, another one adds nothing. `text`: also by SMS to who agreed.
    """

    verb: str
    tell: Callable
    message: str
    url: Callable | str
    gather: bool = False
    text: bool = False

    def address(self, subject) -> str:
        return str(self.url(subject) if callable(self.url) else self.url)


def on(verb: str, **rule) -> None:
    """Add a rule for events of this verb."""
    RULES.setdefault(verb, []).append(Rule(verb, **rule))


MINE = reverse_lazy("registrations:mine")

# 报到·审核·联络·入队
on("registration.submit", tell=audience.person, message="registration_received", url=MINE, text=True)
on(
    "registration.submit",
    tell=audience.secretaries,
    message="registration_new",
    url=reverse_lazy("registrations:queue"),
    gather=True,
)
on("registration.accept", tell=audience.person, message="registration_accepted", url=MINE, text=True)
on(
    "registration.accept",
    tell=audience.captains,
    message="newcomer",
    url=reverse_lazy("registrations:contacts"),
    gather=True,
)
on("registration.refuse", tell=audience.person, message="registration_refused", url=MINE, text=True)
on("registration.contact", tell=audience.person, message="registration_contacted", url=MINE, text=True)
on("registration.join", tell=audience.person, message="registration_joined", url=reverse_lazy("tasks:list"))

# 认领·核验
on("claim.claim", tell=audience.person, message="claim_claimed", url=audience.task_page)
on("claim.promote", tell=audience.person, message="claim_promoted", url=audience.task_page, text=True)
on("claim.drop", tell=audience.person, message="claim_dropped", url=audience.task_page, text=True)
on("claim.report", tell=audience.verifiers, message="claims_to_verify", url=reverse_lazy("tasks:verify"), gather=True)
on("claim.verify", tell=audience.person, message="claim_verified", url=reverse_lazy("service:mine"))
on("task.remind", tell=audience.claimants, message="task_tomorrow", url=audience.own_page, text=True)

# 时长
on("entry.reverse", tell=audience.person, message="entry_reversed", url=reverse_lazy("service:mine"))
on("year.close", tell=audience.statement_holders, message="year_closed", url=reverse_lazy("service:mine"))
