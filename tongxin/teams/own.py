"""This room's part of a person's own copy: teams, posts, and what they were asked to take on."""

from tongxin.access.models import Appointment
from tongxin.people.own_data import source

from .invitations import Invitation
from .models import Membership
from .posts import LOCAL, label_of


@source
def teams(person):
    memberships = Membership.objects.filter(person=person).select_related("team__place", "squad", "home").order_by("pk")
    posts = Appointment.objects.filter(person=person, role__in=LOCAL).select_related("place").order_by("pk")
    asked = Invitation.objects.of(person).order_by("pk")
    return "队伍", {
        "在队": [
            {
                "居村": row.team.place.name,
                "分队": row.squad.name if row.squad else "",
                "住处": row.home.own_label if row.home else "",
                "技能": row.skills,
                "时间": row.times,
                "自": str(row.since),
                "至": str(row.until or ""),
            }
            for row in memberships
        ],
        "职务": [
            {
                "职务": label_of(p.role, p.deputy),
                "地方": p.place.own_label,
                "自": str(p.since),
                "至": str(p.until or ""),
            }
            for p in posts
        ],
        "邀请": [
            {"职务": it.post, "结果": it.get_status_display(), "时间": f"{it.invited_at:%Y-%m-%d}"} for it in asked
        ],
    }
