"""Who may do what (谁可以做什么): the one file. A role holds at its place and everything below.

`EMERGENCY_ADDS` is the second column: what a role may do besides, where the place is in emergency mode.
"""

from django.db import models


class Role(models.TextChoices):
    """What someone is at a place (角色)."""

    REGISTRANT = "registrant", "已报到，尚未入队"
    VOLUNTEER = "volunteer", "志愿者"
    RESIDENT_LEADER = "resident_leader", "楼组长"
    ONLINE_LEADER = "online_leader", "线上楼长"
    SQUAD_LEADER = "squad_leader", "分队长"
    CAPTAIN = "captain", "队长"
    SECRETARY = "secretary", "居村党组织书记"
    CLERK = "clerk", "街镇工作人员"
    DISTRICT = "district", "区级工作人员"
    AUDITOR = "auditor", "审计员"
    ADMIN = "admin", "系统管理员"


class Permission(models.TextChoices):
    """One thing one may do (权限), named as it is done."""

    VIEW_TASK = "view_task", "看任务"
    CLAIM_TASK = "claim_task", "认领任务"
    PUBLISH_TASK = "publish_task", "发布和取消任务"
    VERIFY_CLAIM = "verify_claim", "核验时长"
    VIEW_TEAM = "view_team", "看队伍和楼组"
    VIEW_REGISTRATION = "view_registration", "看报到"
    REVIEW_REGISTRATION = "review_registration", "审核报到"
    CONTACT_REGISTRATION = "contact_registration", "联络新报到的人"
    JOIN_TEAM = "join_team", "确认入队"
    LEAVE_TEAM = "leave_team", "退出队伍"
    VIEW_ROSTER = "view_roster", "看名册"
    IMPORT_ROSTER = "import_roster", "导入名册"
    REVEAL_CONTACT = "reveal_contact", "看完整手机号"
    VIEW_SENSITIVE_KIND = "view_sensitive_kind", "看两代表一委员和统战人士明细"
    VIEW_REGISTER = "view_register", "看单位登记册"
    VIEW_FIGURES = "view_figures", "看数据"
    VIEW_FIGURE_ROWS = "view_figure_rows", "看数据背后的明细"
    READ_JOURNAL = "read_journal", "查阅记录"
    APPOINT = "appoint", "任免"


P = Permission

_VOLUNTEER = {P.VIEW_TASK, P.CLAIM_TASK, P.LEAVE_TEAM}
_LEADER = _VOLUNTEER | {P.VIEW_TEAM}
_CAPTAIN = _LEADER | {P.PUBLISH_TASK, P.VERIFY_CLAIM, P.CONTACT_REGISTRATION, P.VIEW_REGISTRATION, P.REVEAL_CONTACT}
_SEES = {
    P.VIEW_TASK,
    P.VIEW_TEAM,
    P.VIEW_REGISTRATION,
    P.VIEW_ROSTER,
    P.VIEW_REGISTER,
    P.VIEW_FIGURES,
    P.VIEW_FIGURE_ROWS,
}

ALWAYS: dict[Role, set[Permission]] = {
    Role.REGISTRANT: {P.JOIN_TEAM, P.LEAVE_TEAM},
    Role.VOLUNTEER: _VOLUNTEER,
    Role.RESIDENT_LEADER: {P.VIEW_TEAM},
    Role.ONLINE_LEADER: {P.VIEW_TEAM},
    Role.SQUAD_LEADER: _LEADER | {P.VERIFY_CLAIM},
    Role.CAPTAIN: _CAPTAIN,
    Role.SECRETARY: _SEES
    | {P.REVIEW_REGISTRATION, P.CONTACT_REGISTRATION, P.REVEAL_CONTACT, P.PUBLISH_TASK, P.VERIFY_CLAIM}
    | {P.VIEW_SENSITIVE_KIND},
    Role.CLERK: _SEES | {P.IMPORT_ROSTER, P.REVEAL_CONTACT},
    Role.DISTRICT: {
        P.VIEW_REGISTER,
        P.VIEW_FIGURES,
        P.VIEW_FIGURE_ROWS,
        P.VIEW_ROSTER,
        P.VIEW_SENSITIVE_KIND,
    },
    Role.AUDITOR: {P.READ_JOURNAL, P.VIEW_REGISTER, P.VIEW_FIGURES},
    Role.ADMIN: {P.APPOINT, P.VIEW_REGISTER},
}

EMERGENCY_ADDS: dict[Role, set[Permission]] = {}

#: Roles whose holder signs in with a password and a second factor.
STAFF_ROLES = frozenset({Role.SECRETARY, Role.CLERK, Role.DISTRICT, Role.AUDITOR, Role.ADMIN})


def allowed(role: str, permission: str, *, emergency: bool) -> bool:
    """Whether a role holds a permission at a place in this mode."""
    return permission in ALWAYS.get(role, ()) or (emergency and permission in EMERGENCY_ADDS.get(role, ()))
