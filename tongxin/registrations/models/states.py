"""The states of a check-in, and which of them go together."""

from django.db import models

CONSENT_TEXT = "2026-11"  # the version of the words on the form


class Status(models.TextChoices):
    """Where a check-in stands."""

    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "请您补充"
    ACCEPTED = "accepted", "待联络"
    CONTACTED = "contacted", "待本人确认入队"
    JOINED = "joined", "已入队"
    PAUSED = "paused", "已暂停"
    MOVING = "moving", "迁居中"
    TRANSFERRED = "transferred", "已迁出"
    REFUSED = "refused", "未通过"
    APPEALED = "appealed", "申诉中"
    LEFT = "left", "已退出"


S = Status
#: Under way or joined: a person has one of these at most, by constraint. Beside it stands one MOVING at most.
OPEN = [S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.CONTACTED, S.JOINED, S.PAUSED, S.APPEALED]
#: From here on the captain is one's contact.
HAS_CAPTAIN = [S.ACCEPTED, S.CONTACTED, S.JOINED, S.PAUSED, S.MOVING]
#: In the team.
IN_TEAM = [S.JOINED, S.PAUSED, S.MOVING]
#: Somebody of the office or the team has to act, until `due_at`.
WAITING = [S.SUBMITTED, S.ACCEPTED, S.APPEALED]
#: Nothing is going on any more.
OVER = [S.REFUSED, S.LEFT, S.TRANSFERRED]
