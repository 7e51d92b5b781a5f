"""The pages of `teams`."""

from .finding import D, Sight

SIGHTS = [
    Sight("在队名册", "teams:roster", ("wang", "shen", "he"), D),
    Sight("楼组与双楼长", "teams:buildings", ("zhou", "wang", "shen"), D),
]
