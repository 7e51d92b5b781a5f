"""The pages of `places`."""

from .finding import Sight

SIGHTS = [
    Sight("帮我找", "places:find", ("visitor",)),
    Sight("帮我找·找到的", "places:find", ("visitor",), query="?q=中浩云"),
]
