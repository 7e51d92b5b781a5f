"""Contact sheets: all pages of one reader on one picture, and a page with links to every picture."""

from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.browser import ROLES

from .camera import SIZES, Picture

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
WIDTHS = {"phone": 260, "elder": 260, "desktop": 540}
COLUMNS = {"phone": 8, "elder": 8, "desktop": 4}
GAP, LABEL = 16, 26
PAPER, INK = "#f7f4ef", "#24211d"


def contact_sheet(pictures: list[Picture], size: str) -> Image.Image:
    """The first screens of the pictures in rows, each with its name above."""
    width, columns = WIDTHS[size], min(COLUMNS[size], len(pictures))
    font = ImageFont.truetype(str(FONT), 16) if FONT.exists() else ImageFont.load_default()
    tiles = []
    for picture in pictures:
        with Image.open(picture.file) as image:
            tiles.append(image.convert("RGB").resize((width, round(image.height * width / image.width))))
    tall = max(tile.height for tile in tiles) + LABEL + GAP
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * tall + GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for n, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        x, y = GAP + n % columns * (width + GAP), GAP + n // columns * tall
        draw.text((x, y), picture.name, font=font, fill=INK)
        sheet.paste(tile, (x, y + LABEL))
    return sheet


def write_sheets(pictures: list[Picture], out: Path) -> None:
    """One sheet a reader and size, and index.html over all of them."""
    parts = []
    for reader in dict.fromkeys(picture.reader for picture in pictures):
        parts.append(f"<h2>{escape(ROLES[reader])}</h2>")
        for size in SIZES:
            mine = [picture for picture in pictures if (picture.reader, picture.size) == (reader, size)]
            if mine:
                file = out / f"{reader}-{size}.png"
                contact_sheet(mine, size).save(file)
                parts.append(_links(mine, size, file, out))
    (out / "index.html").write_text(PAGE.format(body="\n".join(parts)), encoding="utf-8")


def _links(pictures, size, sheet, out) -> str:
    links = " · ".join(
        f'<a href="{picture.file.relative_to(out)}">{escape(picture.name)}</a>'
        f' <a href="{picture.file.relative_to(out).with_stem(picture.file.stem + "-full")}">全页</a>'
        for picture in pictures
    )
    return f'<h3><a href="{sheet.name}">{SIZES[size]}</a></h3><p>{links}</p>'


PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>同心：每一页的样子</title></head>
<body><h1>同心：每一页的样子</h1>
{body}
</body></html>
"""
