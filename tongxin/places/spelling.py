"""How a place is found by what people type: characters, full pinyin, initials, a mixture, an address, a code."""

import re
import secrets
import unicodedata
from functools import lru_cache

# No vowels but A and E, no 0 1 I L O: read out by telephone, typed by hand from a door sign.
SHORT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORT_LENGTH = 6
LONGEST_QUERY = 40

# Readings in place names where the dictionary prefers the everyday one (长风 changfeng, 丽都 lidu, 庙行 miaohang).
_IN_PLACE_NAMES = {"长": "chang", "都": "du", "行": "hang", "重": "chong"}
_WORD = re.compile(r"[a-z0-9]+")
_DROPPED = re.compile(r"[\s·•・]+")


def tidy(text: str) -> str:
    """Full-width to half-width, surrounding blanks away; the characters themselves stay as they are."""
    return unicodedata.normalize("NFKC", str(text or "")).strip()


def compact(text: str) -> str:
    """`tidy`, with blanks and middle dots left out: "曹杨路 217 弄" is "曹杨路217弄"; "7-2号" stays apart from "72号"."""
    return _DROPPED.sub("", tidy(text))


def is_chinese(char: str) -> bool:
    return char == "〇" or "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U000323af"


@lru_cache(maxsize=50_000)
def _read(run: str) -> tuple[str, ...]:
    """The syllables of a run of Chinese characters, without tones (ü is v)."""
    from pypinyin import lazy_pinyin  # its dictionary takes a third of a second to load: only who needs it pays

    plain = lazy_pinyin(run, errors=lambda unknown: list(unknown))
    return tuple(_IN_PLACE_NAMES.get(char, said.lower()) for char, said in zip(run, plain, strict=True))


def _runs(text: str):
    """Cut text into runs: (True, "曹杨路"), (False, "217"), (True, "弄")…"""
    run, chinese = "", False
    for char in unicodedata.normalize("NFKC", text).lower():
        if run and is_chinese(char) != chinese:
            yield chinese, run
            run = ""
        run, chinese = run + char, is_chinese(char)
    if run:
        yield chinese, run


def pinyin_of(text: str) -> str:
    """ "万里名轩" → "wan li ming xuan"; "曹杨路217弄" → "cao yang lu 217 nong"."""
    words = []
    for chinese, run in _runs(text):
        words.extend(_read(run) if chinese else _WORD.findall(run))
    return " ".join(words)


def initials_of(pinyin: str) -> str:
    """ "wan li ming xuan" → "wlmx"; numbers stay whole: "cao yang lu 217 nong" → "cyl217n"."""
    return "".join(word if word[0].isdigit() else word[0] for word in pinyin.split())


def spelled(text: str) -> str | None:
    """A regular expression over stored pinyin for what was typed, or None when too little was typed.

    Each letter typed either goes on with the syllable begun or begins the next one, so "wanlimingxuan", "wlmx", "wanlimx"
    and "万里mx" all find 万里名轩. A character stands for its whole syllable: traditional forms and homophones are found.
    """
    pieces: list[tuple[bool, str]] = []
    for chinese, run in _runs(compact(text)[:LONGEST_QUERY]):
        if chinese:
            pieces += [(True, said) for said in _read(run)]
        else:
            pieces += [(False, char) for word in _WORD.findall(run) for char in word]
    if len(pieces) < 2:
        return None
    pattern = "(^| )"
    for at, (whole, piece) in enumerate(pieces):
        last, following_whole = at == len(pieces) - 1, pieces[min(at + 1, len(pieces) - 1)][0]
        pattern += re.escape(piece)
        if whole:
            pattern += "( |$)" if last else " "
        elif not last:
            pattern += "[a-z0-9]* " if following_whole else "([a-z0-9]* )?"
    return pattern


def short_code() -> str:
    """A new short code of six characters, random so that nobody can walk through the doors of a district."""
    return "".join(secrets.choice(SHORT_ALPHABET) for _ in range(SHORT_LENGTH))


def as_short_code(text: str) -> str:
    """What was typed, as a short code would be stored; "" when it cannot be one."""
    code = compact(text).upper()
    return code if len(code) == SHORT_LENGTH and set(code) <= set(SHORT_ALPHABET) else ""


def division_code(text: str) -> str:
    """A statistical division code without its padding: "310107005000" → "310107005"; other text unchanged.

    2 digits are a province, 4 a city, 6 a district, 9 a 街镇, 12 an 居村; sources pad the upper ones with zeros to 9 or 12.
    """
    code = compact(text)
    if not (code.isascii() and code.isdigit()):
        return code
    while len(code) in (9, 12) and code.endswith("000"):
        code = code[:-3]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
