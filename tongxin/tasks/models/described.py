"""What a task says about the work itself: the same words on a task, on a template and on a series."""

from django.db import models

from tongxin.service.models import Factor


class Family(models.TextChoices):
    """The three families of tasks (R32)."""

    EMERGENCY = "emergency", "应急处突"
    GOVERNANCE = "governance", "共建共治"
    HOME = "home", "家园建设"


class Risk(models.TextChoices):
    """How dangerous it is; anything above low asks to read the safety text first."""

    LOW = "low", "风险低"
    SOME = "some", "有一定风险"
    HIGH = "high", "风险较高，需签书面协议"


class Described(models.Model):
    """A piece of work in words, without when and how many."""

    title = models.CharField(max_length=60)
    summary = models.TextField(max_length=600, blank=True)
    spot = models.CharField(max_length=80)  # where to meet, in words
    family = models.CharField(max_length=12, choices=Family, default=Family.GOVERNANCE)
    factor = models.CharField(max_length=12, choices=Factor, default=Factor.ORDINARY)
    risk = models.CharField(max_length=6, choices=Risk, default=Risk.LOW)
    risk_text = models.CharField(max_length=300)  # safeguards and dangers, read before claiming
    insurance = models.CharField(max_length=80, blank=True)
    bring = models.CharField(max_length=80, blank=True)  # what to bring along
    skill = models.CharField(max_length=20, blank=True)  # wanted, in the words of the check-in form
    minors = models.BooleanField(default=True)  # fit for people of 14 to 17, if the risk is low
    from_home = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def words(self) -> dict:
        """Everything it says, to be said again by a copy, a template or the next of a series."""
        return {field.name: getattr(self, field.name) for field in Described._meta.local_fields}

    @property
    def needs_reading(self) -> bool:
        """Whether one reads the safety text before claiming."""
        return self.risk != Risk.LOW

    @property
    def needs_agreement(self) -> bool:
        """Whether a written agreement is due (上海市志愿服务条例 Art. 23)."""
        return self.risk == Risk.HIGH
