"""The pages of `notifications`."""

from .finding import MEMBERS, Sight

SIGHTS = [
    Sight("消息", "notifications:list", (*MEMBERS, "wang")),
]
