"""The pages of `figures`."""

from .finding import OFFICES, D, Sight, rows, seen_place

SIGHTS = [
    Sight("数据总览", "figures:district", OFFICES, D),
    Sight("口径", "figures:definitions", ("he",), D),
    Sight("数据·街镇", "figures:place", ("shen", "he"), D, find=seen_place("subdistrict")),
    Sight("数据·居村", "figures:place", ("wang", "he"), D, find=seen_place("neighbourhood")),
    Sight("明细·区", "figures:rows", ("he",), D, find=rows("district", "members")),
    Sight("明细·街镇", "figures:rows", ("shen",), D, find=rows("subdistrict", "members")),
    Sight("明细·人", "figures:rows", ("wang", "he"), D, find=rows("neighbourhood", "members")),
    Sight("导出", "figures:export", ("he",), D, find=seen_place("district")),
]
