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
    SECURITY = "security", "安全管理员"


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
    APPOINT = "appoint", "任免工作人员"
    APPOINT_LOCAL = "appoint_local", "任免本居村的队长、分队长和楼组长"
    INVITE_LEADER = "invite_leader", "邀请楼组长和线上楼长"
    MANAGE_TEAM = "manage_team", "管理队伍和分队"
    DELEGATE = "delegate", "离岗时请人代理"
    DECIDE_APPEAL = "decide_appeal", "办理申诉和复核"
    DECIDE_DISPUTE = "decide_dispute", "裁定时长异议"
    ENTER_HOURS = "enter_hours", "补录时长"
    CONFIRM_HOURS = "confirm_hours", "确认别人补录的时长"
    CHECK_HOURS = "check_hours", "看需要核对的时长"
    SET_RULE = "set_rule", "定积分规则"
    CLOSE_YEAR = "close_year", "年终封账和确认"
    REORGANISE = "reorganise", "撤并、拆分居村"
    MERGE_PEOPLE = "merge_people", "合并重复的人"
    CHANGE_NUMBER = "change_number", "为本人更换手机号"
    HANDLE_FEEDBACK = "handle_feedback", "办理投诉建议"
    EDIT_CONTACT = "edit_contact", "改对外电话"
    SET_CALENDAR = "set_calendar", "改工作日历"
    ASK_RESET = "ask_reset", "申请重置动态口令"
    RESET_FACTOR = "reset_factor", "批准重置动态口令、停用账号"
    READ_SECURITY = "read_security", "看安全记录"
    BREAK_GLASS = "break_glass", "紧急查看"
    REVIEW_GLASS = "review_glass", "复查紧急查看"


P = Permission

_VOLUNTEER = {P.VIEW_TASK, P.CLAIM_TASK, P.LEAVE_TEAM}
_LEADER = _VOLUNTEER | {P.VIEW_TEAM}
_CAPTAIN = (
    _LEADER
    | {P.PUBLISH_TASK, P.VERIFY_CLAIM, P.CONTACT_REGISTRATION, P.VIEW_REGISTRATION, P.REVEAL_CONTACT}
    | {P.MANAGE_TEAM, P.INVITE_LEADER, P.ENTER_HOURS}
)
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
    | {P.VIEW_SENSITIVE_KIND, P.APPOINT_LOCAL, P.INVITE_LEADER, P.MANAGE_TEAM, P.DELEGATE, P.MERGE_PEOPLE}
    | {P.DECIDE_DISPUTE, P.ENTER_HOURS, P.CONFIRM_HOURS, P.CHECK_HOURS, P.CHANGE_NUMBER, P.EDIT_CONTACT},
    Role.CLERK: _SEES
    | {P.IMPORT_ROSTER, P.REVEAL_CONTACT, P.DECIDE_APPEAL, P.CONFIRM_HOURS, P.CHECK_HOURS, P.MERGE_PEOPLE}
    | {P.CHANGE_NUMBER, P.EDIT_CONTACT, P.DELEGATE, P.BREAK_GLASS},
    Role.DISTRICT: {
        P.VIEW_REGISTER,
        P.VIEW_FIGURES,
        P.VIEW_FIGURE_ROWS,
        P.VIEW_ROSTER,
        P.VIEW_SENSITIVE_KIND,
        P.SET_RULE,
        P.CLOSE_YEAR,
        P.REORGANISE,
        P.HANDLE_FEEDBACK,
        P.EDIT_CONTACT,
        P.SET_CALENDAR,
        P.DELEGATE,
        P.BREAK_GLASS,
    },
    # The three duties that one person never holds together (三员分立): system, security, audit.
    Role.AUDITOR: {P.READ_JOURNAL, P.READ_SECURITY, P.REVIEW_GLASS, P.CHECK_HOURS, P.VIEW_REGISTER, P.VIEW_FIGURES},
    Role.ADMIN: {P.APPOINT, P.ASK_RESET, P.VIEW_REGISTER},
    Role.SECURITY: {P.RESET_FACTOR, P.READ_SECURITY, P.VIEW_REGISTER},
}

EMERGENCY_ADDS: dict[Role, set[Permission]] = {}

#: Roles whose holder signs in with a password and a second factor.
STAFF_ROLES = frozenset({Role.SECRETARY, Role.CLERK, Role.DISTRICT, Role.AUDITOR, Role.ADMIN, Role.SECURITY})

#: The highest first: what somebody with several posts is called.
RANK = [Role.ADMIN, Role.SECURITY, Role.AUDITOR, Role.DISTRICT, Role.CLERK, Role.SECRETARY, Role.CAPTAIN, Role.SQUAD_LEADER,
        Role.RESIDENT_LEADER, Role.ONLINE_LEADER, Role.VOLUNTEER, Role.REGISTRANT]  # fmt: skip


def allowed(role: str, permission: str, *, emergency: bool) -> bool:
    """Whether a role holds a permission at a place in this mode."""
    return permission in ALWAYS.get(role, ()) or (emergency and permission in EMERGENCY_ADDS.get(role, ()))
