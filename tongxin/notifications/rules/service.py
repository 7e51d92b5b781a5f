"""时长."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

on("entry.reverse", tell=audience.person, message="entry_reversed", url=reverse_lazy("service:mine"))
on("year.close", tell=audience.statement_holders, message="year_closed", url=reverse_lazy("service:mine"))
