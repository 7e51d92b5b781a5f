"""The pages of `people`."""

from .finding import MEMBERS, D, Sight, contact


def _own_kind(person):
    return "sms"


SIGHTS = [
    Sight("登录", "people:sign_in", ("visitor",)),
    Sight("工作人员登录", "people:staff_sign_in", ("visitor",)),
    Sight("设新密码", "people:set_password", ("visitor",)),
    Sight("改密码", "people:password", ("wang", "an")),
    Sight("号码以前是别人的", "people:not_me", ("visitor",)),
    Sight("第二步", "people:second_factor", ("wang",)),
    Sight("我的", "people:me", (*MEMBERS, "wang")),
    Sight("谁看过我", "people:looked", ("alan", "zhou")),
    Sight("同意说明", "people:consent", ("alan",), find=_own_kind),
    Sight("更正姓名", "people:name", ("alan",)),
    Sight("人员类别", "people:kinds", ("alan",)),
    Sight("换手机号", "people:new_number", ("alan",)),
    Sight("删除我的资料", "people:erase", ("alan",)),
    Sight("我的全部资料", "people:copy_page", ("alan",), "print"),
    Sight("看完整号码", "people:reveal", ("zhou", "wang"), find=contact),
    Sight("隐私说明", "people:privacy", ("visitor",)),
    Sight("保存多久", "people:retention", ("visitor",)),
    Sight("自查", "people:promises", ("visitor",)),
    Sight("人员事项", "people:matters", ("wang", "shen"), D),
    Sight("代办换号", "people:lost_number", ("wang",), D, find=contact),
    Sight("重复的人", "people:merges", ("wang", "shen"), D),
    Sight("并排比较", "people:merge", ("wang",), D, find=lambda person: _pair(person)),
    Sight("撤回合并", "people:undo_merge", ("wang",), D, find=lambda person: _merge(person)),
    Sight("停下换号", "people:stop_change", ("visitor",), find=lambda person: _stop_token()),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "people:own_copy": "a file",
    "people:is_it_you": "leads to the sign-in page without a code just proved",
    "people:pick_two": "leads on to the page that compares",
}


def _pair(person):
    from tongxin.people.reach import MERGE, in_reach
    from tongxin.people.twins import same_names

    people = in_reach(person, MERGE).filter(is_active=True)
    if alike := same_names(people):
        return tuple(one.pk for one in alike[0][:2])
    two = list(people.order_by("pk").values_list("pk", flat=True)[:2])
    return tuple(two) if len(two) == 2 else None


def _merge(person):
    from tongxin.people.merges import Merge

    made = Merge.objects_for(person).filter(undone_at=None).first()
    return made and made.pk


def _stop_token():
    """The link in the text message is known where `tests/house/doors` made the change."""
    from tongxin.people.models import NumberChange

    return "t" * 32 if NumberChange.by_token("t" * 32) else None
