"""Names as they may be shown: a mask for most, the chosen form of address for those who work with the person."""

import unicodedata

# Two-character surnames that occur; a mask keeps the whole surname.
COMPOUND = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 司徒 长孙 宇文 端木 南宫 独孤 轩辕 钟离 闻人 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠".split()
)
LONGEST = 25


def clean_name(text: str) -> str:
    """One name as people write it: half-width, single middle dot, no inner double blanks."""
    plain = unicodedata.normalize("NFKC", str(text or "")).replace("•", "·").replace("・", "·")
    if not plain.isprintable():  # what cannot be seen, or turns the writing round, makes two names look like one
        plain = "".join(char for char in plain if unicodedata.category(char) not in {"Cc", "Cf"} or char.isspace())
    return " ".join(plain.split())


def surname(name: str) -> str:
    """The part that goes before 先生 or 女士."""
    if "·" in name:
        return name.split("·")[0]
    return name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]


def mask_name(name: str) -> str:
    """王*, 欧阳**, 阿***: the surname and one star a character, at most three."""
    if not name:
        return "（无名）"
    first = name[0] if "·" in name else surname(name)
    return first + "*" * min(max(len(name) - len(first), 1), 3)
