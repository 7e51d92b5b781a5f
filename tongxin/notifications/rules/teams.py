"""队伍: invitations, terms, and neighbourhoods that change."""

from django.urls import reverse_lazy

from .. import audience
from .on import on

TEAM, MINE = reverse_lazy("teams:team"), reverse_lazy("teams:mine")
on("invitation.send", tell=audience.person, message="invitation", url=audience.own_invitation, text=True)
on("invitation.withdraw", tell=audience.person, message="invitation_withdrawn", url=MINE)
on("invitation.accept", tell=audience.inviter, message="invitation_accepted", url=TEAM)
on("invitation.decline", tell=audience.inviter, message="invitation_declined", url=TEAM)
on("invitation.expire", tell=audience.inviter, message="invitation_expired", url=TEAM)
on("appointment.term_soon", tell=audience.holder_and_secretaries, message="term_soon", url=TEAM)
on("appointment.term_over", tell=audience.secretaries, message="term_over", url=TEAM)
on("membership.move", tell=audience.person, message="membership_moved", url=MINE, text=True)
on("place.reorganise", tell=audience.offices_after, message="reorganised", url=TEAM)
on("reorganisation.fail", tell=audience.planner, message="reorganisation_failed", url=audience.own_reorganisation)
