"""The pages of `service`."""

from .finding import Sight

SIGHTS = [
    Sight("我的时长", "service:mine", ("alan", "zhou")),
    Sight("积分规则", "service:rules", ("alan",)),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "service:download": "a file",
}
