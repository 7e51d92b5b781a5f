"""The pages of `people`."""

from .finding import MEMBERS, Sight, contact

SIGHTS = [
    Sight("登录", "people:sign_in", ("visitor",)),
    Sight("工作人员登录", "people:staff_sign_in", ("visitor",)),
    Sight("第二步", "people:second_factor", ("wang",)),
    Sight("我的", "people:me", (*MEMBERS, "wang")),
    Sight("看完整号码", "people:reveal", ("zhou", "wang"), find=contact),
    Sight("隐私说明", "people:privacy", ("visitor",)),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "people:own_copy": "a file",
}
