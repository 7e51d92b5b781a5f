"""代理·任期."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

DEPUTIES = reverse_lazy("access:deputies")

on("appointment.delegate", tell=audience.person, message="stand_in", url=DEPUTIES)
on("appointment.delegate", tell=audience.holder, message="stand_in_begun", url=DEPUTIES)
on("appointment.ending", tell=audience.person, message="post_ending", url=reverse_lazy("people:me"))
on(
    "appointment.ending",
    tell=audience.appointers,
    message="post_ending",
    url=reverse_lazy("access:appointments"),
)
