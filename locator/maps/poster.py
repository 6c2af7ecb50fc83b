"""The poster for a station's door: an enamel plate like the one on the wall, and a code to scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary
from locator._errors import InputError, Text
from locator.benefits import price_text
from locator.districts import district_name
from locator.maps.paint import colours, glyph, symbol
from locator.maps.qr import panel
from locator.maps.raster import pdf
from locator.maps.svg_text import broken, clean, width_em, words
from locator.plain_hours import plain_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.service import Service

# Millimetres. Both are drawn as an A6 is, and enlarged.
SIZES = {"A6": (105.0, 148.0), "A4": (210.0, 297.0)}
_WIDTH = 105.0
_EDGE, _PLATE_END, _BOTTOM, _QR = 5.0, 98.0, 145.0, 32.0
# What a site of a kind is for, in a word, before whatever equipment it is known to have.
_FOR = {
    "station": "歇脚", "driver-home": "歇脚", "canteen": "吃饭", "restaurant": "吃饭", "housing": "住宿",
    "lodging": "住宿", "hotel": "住宿", "legal-aid": "维权", "reception": "诉苦",
}  # fmt: skip
_ALSO = {
    "microwave": ("热饭", "f-micro"), "charging": ("充电", "f-power"), "drinking-water": ("喝水", "f-water"),
    "toilet": ("厕所", "f-toilet"), "shower": ("洗澡", "f-shower"), "books": ("看书", "f-book"),
}  # fmt: skip
_WORDS = 3


class _Word(NamedTuple):
    """One of the large words of the plate, and its drawing: where that starts, and how large it is."""

    text: str
    icon: str
    start: float
    side: float


def poster_size(name: str) -> tuple[float, float]:
    """Return a poster's width and height in millimetres.

    Raises
    ------
    InputError
        There is no poster of that size.
    """
    if name.upper() not in SIZES:
        shown = name[:20]
        raise InputError(
            "size",
            shown,
            Text(f"size 只能是 A4、A6，收到的是 {shown!r}", f"size must be A4 or A6, got {shown!r}"),
        )
    return SIZES[name.upper()]


def pdf_poster(service: Service, size: str, url: str) -> bytes:
    """Return a service's poster as PDF; see `svg_poster`."""
    width, height = poster_size(size)
    return pdf(svg_poster(service, size, url), width, height, clean(service.name))


def svg_poster(service: Service, size: str, url: str) -> str:
    """Return a service's poster as SVG, in millimetres of an A6.

    Parameters
    ----------
    service
        Whose door it is for. What is not known of it is not claimed.
    size
        A4 or A6.
    url
        Where the code leads: the service's page.
    """
    width, height = poster_size(size)
    tall = _WIDTH * height / width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{tall:g}" viewBox="0 0 {_WIDTH:g} {tall:g}">'
        f'<rect width="{_WIDTH:g}" height="{tall:g}" fill="#FFFFFF"/>{_plate(service)}{_below(service, url)}</svg>'
    )


def _plate(service: Service) -> str:
    ink = colours("light")
    plate, white = ink["plate"], ink["on-plate"]
    right, end = _WIDTH - _EDGE, _PLATE_END
    kind = vocabulary.KINDS[service.kind].label.zh
    head = "工会驿站" if service.kind == "station" else kind
    where = broken(" ".join(filter(None, (district_name(service.district), service.town))), 11, 1)[0]
    return (
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{right - _EDGE}" height="{end - _EDGE}" rx="4" fill="{plate}"/>'
        f'<rect x="{_EDGE + 1.9}" y="{_EDGE + 1.9}" width="{right - _EDGE - 3.8}" height="{end - _EDGE - 3.8}" rx="2.6"'
        f' fill="none" stroke="{white}" stroke-width=".6"/>'
        + words(12, 17.6, head, 6.4, white, bold=True)
        + words(_WIDTH - 12, 17.2, where, 4.2, white, anchor="end")
        + _great_words(_great(service))
        + _door(plate, white, ink["soon"])
        + f'<path stroke="{white}" stroke-width=".35" d="M12 83.5H{_WIDTH - 12}"/>'
        + _fitted(_WIDTH / 2, 91.4, _promise(service), 5.6, 80, white)
    )


def _great(service: Service) -> list[_Word]:
    """Return what the place is for and what is known to be there, at most three words."""
    kind = vocabulary.KINDS[service.kind]
    # A glyph lies in the middle of its marker.
    first = _Word(_FOR.get(service.kind, kind.label.zh), glyph(kind.glyph), 8, 24)
    also = [_Word(text, symbol(icon), 0, 24) for code, (text, icon) in _ALSO.items() if code in service.has]
    return [first, *also][:_WORDS]


def _great_words(great: Sequence[_Word]) -> str:
    ink = colours("light")
    size = min(16.5, *(45 / width_em(word.text) for word in great)) if great else 0.0
    step, drawn = 19.2, []
    top = 50.5 - step * len(great) / 2
    for i, word in enumerate(great):
        y = top + i * step
        drawn.append(
            f'<rect x="12" y="{y + 2.1:.2f}" width="15" height="15" rx="2.2" fill="{ink["on-plate"]}"/>'
        )
        drawn.append(
            f'<g color="{ink["plate"]}" transform="translate(14 {y + 4.1:.2f}) scale({11 / word.side:.4f})'
            f' translate({-word.start} {-word.start})">{word.icon}</g>'
        )
        drawn.append(words(30.5, y + 9.6 + size * 0.37, word.text, size, ink["on-plate"], bold=True))
    return "".join(drawn)


def _door(plate: str, white: str, light: str) -> str:
    """Return the lit door; in black print the light stays the brightest but for the leaf."""
    return (
        f'<g transform="translate(73.5 25) scale(.44)"><path fill="{light}" d="M6 4h38v108H6z"/>'
        f'<path fill="{white}" d="M6 4 28 13v103L6 112z"/><circle cx="23.5" cy="64" r="2" fill="{plate}"/>'
        f'<path fill="none" stroke="{white}" stroke-width="3" d="M4.5 112V2.5h41V112"/></g>'
    )


def _promise(service: Service) -> str:
    """Return the line under the words: for a station that one just walks in, else the best known offer."""
    if service.kind == "station":
        return "户外干活的，推门就进，不要钱"
    # A sheet hangs for months: what ends on a date is left to the page.
    for offer in [o for o in service.offers if o.valid_to is None]:
        who = "" if "anyone" in offer.groups else vocabulary.GROUPS[offer.groups[0]].zh
        when = plain_hours(offer.hours)
        example = "（示例）" if offer.demo else ""
        return f"{example}{who}{price_text(offer).zh}" + (
            f" {when}" if when and offer.hours != "24/7" else ""
        )
    return "户外干活的，欢迎进来"


def _fitted(x: float, y: float, text: str, size: float, room: float, fill: str) -> str:
    """Return one centred line, smaller if it would not fit."""
    size = min(size, room / max(1.0, width_em(text)))
    return words(x, y, text, size, fill, bold=True, anchor="middle")


class _Line(NamedTuple):
    """A line under the plate: its text, size, the room above its size, its weight."""

    text: str
    size: float
    above: float
    bold: bool


def _below(service: Service, url: str) -> str:
    ink, left, top = colours("light"), _EDGE, _PLATE_END + 3.2
    x = _WIDTH - _EDGE - _QR
    lines = _lines(service, x - left - 2.5)
    # Whatever a place is called, its notice stays on the sheet.
    shrunk = min(1.0, (_BOTTOM - top) / sum(line.size + line.above for line in lines))
    drawn, y = [panel(url, x, top - 2, _QR, ink["ink"])], top
    for line in lines:
        y += (line.size + line.above) * shrunk
        tone = ink["ink"] if line.bold else ink["ink-2"]
        drawn.append(words(left, y, line.text, line.size * shrunk, tone, bold=line.bold))
    for i, said in enumerate(("扫码看附近", "现在能用的")):
        drawn.append(words(x + _QR / 2, top + _QR + 2 + i * 5, said, 3.8, ink["ink"], anchor="middle"))
    return "".join(drawn)


def _lines(service: Service, room: float) -> list[_Line]:
    """Return name, hours, and what to do before a closed door."""
    name = clean(service.name) + ("（示例）" if service.demo and "示例" not in service.name else "")
    lines = [_Line(text, 5.5, 1.2, bold=True) for text in broken(name, room / 5.5, 5)]
    size = 3.9 if service.stops else 4.6
    hours = [_Line(text, size, 1.2, bold=True) for text in _hours(service, room / size)]
    small = ["示例，不是真地方"] if service.demo else []
    small += ["关着门？扫码报一声", "工会热线 12351", f"编号 {service.code or service.id}"]
    notes = [_Line(text, 3.5, 1.3, bold=False) for said in small for text in broken(said, room / 3.5, 2)]
    # A little air before hours and before notes.
    return [
        *lines,
        *(
            line._replace(above=2.4 if i == 0 else 1.2)
            for part in (hours, notes)
            for i, line in enumerate(part)
        ),
    ]


def _hours(service: Service, room_em: float) -> list[str]:
    """Return when it is open, in plain words; where nobody knows, that."""
    if service.stops:
        said = [
            f"{stop.name or '停靠点'} {_hours_of(stop.hours)}".replace(" 每天", "")
            for stop in service.stops[:3]
        ]
        return [line for text in said for line in broken(text, room_em, 2)]
    supplied = service.hours_text if service.hours is not None else None
    return broken(plain_hours(service.hours) or supplied or _hours_of(None), room_em, 3)


def _hours_of(expression: str | None) -> str:
    return plain_hours(expression) or "几点开不清楚，扫码看"
