"""Numbers, names and rows that are one person."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

ME, MATTERS = reverse_lazy("people:me"), reverse_lazy("people:matters")


def oneself(event, subject):
    """The event is about a person."""
    return [subject]


on("numberchange.ask", tell=audience.person, message="number_asked", url=ME)
on("numberchange.claim", tell=audience.secretaries, message="number_claimed", url=MATTERS, gather=True)
on("numberchange.done", tell=audience.person, message="number_changed", url=ME)
on("numberchange.take_back", tell=audience.person, message="number_changed", url=ME)
on("numberchange.stop", tell=audience.person, message="number_kept", url=ME)
on("correction.ask", tell=audience.secretaries, message="name_asked", url=MATTERS, gather=True)
on("correction.confirm", tell=audience.person, message="name_corrected", url=ME)
on("correction.decline", tell=audience.person, message="name_kept", url=ME)
on("person.password", tell=oneself, message="password_changed", url=ME)
on("person.merge", tell=oneself, message="rows_merged", url=ME)
on("person.unmerge", tell=oneself, message="rows_parted", url=ME)
