"""One person's check-in at one neighbourhood."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.people.models import Purpose
from tongxin.places.models import Place
from tongxin.teams.models import Team

from . import states
from .belonging import Belonging
from .contacting import Contacting
from .entering import Entering
from .queries import RegistrationQuerySet
from .reviewing import Reviewing


class Registration(Belonging, Contacting, Reviewing, Entering, models.Model):
    """One person's check-in at one neighbourhood (报到). The verbs stand in the four classes above, a step each."""

    Status = states.Status
    OPEN, HAS_CAPTAIN = states.OPEN, states.HAS_CAPTAIN

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations")
    place = models.ForeignKey(Place, models.PROTECT, related_name="registrations")  # the neighbourhood (居村)
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # the building, or coarser
    skills = models.CharField(max_length=120, blank=True)
    times = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=12, choices=states.Status, default=states.Status.SUBMITTED)
    reason = models.CharField(max_length=200, blank=True)  # what to mend, or why not, in words for the person
    objection = models.CharField(
        max_length=300, blank=True
    )  # what the person says against a refusal; once, then it is final
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")  # before moving home
    submitted_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)  # when the current step should be done
    imported_by = models.ForeignKey("RosterImport", models.PROTECT, null=True, related_name="registrations")
    submit_key = models.CharField(max_length=40, null=True, unique=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(
                    status__in=["submitted", "returned", "accepted", "contacted", "joined", "paused", "appealed"]
                ),
                name="registration_one_open",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(status="moving"), name="registration_one_moving"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["refused", "returned"]) | ~models.Q(reason=""),
                name="registration_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="appealed") | ~models.Q(objection=""), name="registration_appeal_has_words"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=states.Status.values), name="registration_status_known"
            ),
        ]
        indexes = [models.Index(fields=["place", "status"], name="registration_queue")]

    # questions ---------------------------------------------------------------------------------------------------

    @property
    def by_roster(self) -> bool:
        """Came with the office's own paper file; nobody pressed the buttons of the first four steps."""
        return self.imported_by_id is not None

    @property
    def under_review(self) -> bool:
        """Somebody has yet to say yes or no."""
        return self.status in (states.Status.SUBMITTED, states.Status.RETURNED, states.Status.APPEALED)

    @property
    def in_team(self) -> bool:
        """Joined and not out again, whether or not resting or moving."""
        return self.status in states.IN_TEAM

    @property
    def is_final(self) -> bool:
        """Refused, and the 街镇 has looked at it: there is no third decision."""
        return self.status == states.Status.REFUSED and bool(self.objection)

    def is_late(self) -> bool:
        """The step going on should have been done by now."""
        return self.due_at is not None and self.due_at < timezone.now()

    def as_typed(self) -> dict:
        """What need not be typed again after a refusal or a return; the number is proved anew."""
        skills, times = (text.split("、") if text else [] for text in (self.skills, self.times))
        return {"name": self.person.name, "home": self.home or self.place, "skills": skills, "times": times}

    def declared_kind(self) -> str:
        """The 人员类别 as it stands now, declared or confirmed; "" when there is none yet."""
        category = self.person.categories.filter(primary=True, until=None).first()
        return category.kind if category else ""

    def kind_for(self, reader) -> str | None:
        """The 人员类别 for those who may read specific identities; None for everybody else.

        Leaving out only the sensitive ones would tell which they are.
        """
        return self.declared_kind() if can(reader, P.VIEW_SENSITIVE_KIND, self.place) else None

    def agreed_to_sensitive_kind(self) -> bool:
        return self.person.consents.filter(purpose=Purpose.SENSITIVE_KIND, withdrawn_at=None).exists()

    def captain(self):
        """The captain's appointment, or None: then the neighbourhood itself gets in touch."""
        team = Team.objects.filter(place=self.place).first()
        return team.captain() if team else None

    def captain_to_call(self):
        """The captain's appointment once the captain is this person's contact; None before the review and without one."""
        return self.captain() if self.status in self.HAS_CAPTAIN else None
