"""The pages of `oversight`."""

from .finding import OFFICES, D, Sight, contact, model


def _account(person):
    other = model("people.Person").objects.filter(username__isnull=False).exclude(pk=person.pk).order_by("pk").first()
    return other and other.pk


SIGHTS = [
    Sight("动态口令和密码重置", "oversight:resets", ("guan", "an"), D),
    Sight("申请重置", "oversight:reset_new", ("guan",), D),
    Sight("工作人员账号", "oversight:accounts", ("an",), D),
    Sight("停用账号", "oversight:account", ("an",), D, find=_account),
    Sight("安全记录", "oversight:security", ("an", "yan"), D),
    Sight("紧急查看", "oversight:glasses", ("shen", "he", "yan"), D),
    Sight("紧急查看·找人", "oversight:glass_new", ("he",), D),
    Sight("紧急查看·写明原因", "oversight:glass_open", ("he",), D, find=contact),
    Sight("审计意见", "oversight:findings", ("yan", "shen"), D),
    Sight("记审计意见", "oversight:finding_new", ("yan",), D),
    Sight("导出记录", "oversight:exports", OFFICES, D),
]
