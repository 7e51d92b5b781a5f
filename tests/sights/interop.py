"""The pages of `interop`."""

from .finding import Sight

SIGHTS = [
    Sight("放进手机日历", "interop:feed", ("alan",)),
]

NO_PAGE = {  # GET addresses that are no page of their own
    "interop:calendar": "a file",
    "interop:task": "a file",
}
