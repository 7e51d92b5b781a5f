"""报到·审核·联络·入队."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

MINE = reverse_lazy("registrations:mine")

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
