"""The pages of `notifications`."""

from .finding import MEMBERS, Sight

SIGHTS = [
    Sight("消息", "notifications:list", (*MEMBERS, "wang")),
    Sight("怎样通知我", "notifications:choices", (*MEMBERS, "wang")),
    Sight("请打电话告诉", "notifications:to_call", ("zhou", "wang")),
]
