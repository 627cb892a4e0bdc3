"""Days as files write them; a day that could be two different ones is no day."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio gen januari janeiro",
            "february feb februar fevrier fev febrero febbraio februari fevereiro",
            "march mar marz mars marzo maart mrt marco maerz mrz",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag mei maio maj",
            "june jun juni juin junio giugno giu junho",
            "july jul juli juillet juil julio luglio lug julho",
            "august aug aout agosto ago augustus augusti",
            "september sep sept septembre septiembre settembre set setembro",
            "october oct oktober okt octobre octubre ottobre ott outubro out",
            "november nov novembre noviembre novembro",
            "december dec dezember dez decembre diciembre dic dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})([01]\d)([0-3]\d)(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"\b([A-Za-zéèûäçãÀ-ÿ]{3,10})\.?[ -](\d{1,2})(?:st|nd|rd|th)?[, -]+(\d{4})\b")
_NAMED_LAST = re.compile(r"(?<!\d)(\d{1,2})\.?[ -](?:de )?([A-Za-zÀ-ÿ]{3,10})\.?[ ,-]+(?:de )?(\d{4}|\d{2})(?!\d)")
_AMERICAN = re.compile(r"\b(?:[AP]M|ET|EST|EDT|PST|CST|PT)\b", re.IGNORECASE)


def days(text: str, day_first: bool | None = None) -> list[dt.date]:
    """Return the days written in `text`, in order.

    Parameters
    ----------
    day_first : how to read 03/04/2022; None leaves such a day out

    Examples
    --------
    >>> days("as of 05:02 PM ET, 2022/12/28"), days("Stand: 28.12.2022"), days("03/04/2022")
    ([datetime.date(2022, 12, 28)], [datetime.date(2022, 12, 28)], [])
    """
    text = text[:2000]
    found: list[tuple[int, dt.date]] = []

    def add(at: int, year: int, month: int, day: int) -> None:
        try:
            found.append((at, dt.date(year + (2000 if year < 100 else 0), month, day)))
        except ValueError:
            return  # 31 February and the like are no days

    for match in (*_ISO.finditer(text), *_COMPACT.finditer(text)):
        add(match.start(), int(match[1]), int(match[2]), int(match[3]))
    for match in _NUMERIC.finditer(text):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        american = bool(_AMERICAN.search(text))
        if mark == "." or first > 12 or day_first or first == second:
            add(match.start(), year, second, first)
        elif second > 12 or american or day_first is False:
            add(match.start(), year, first, second)
    for match in _NAMED_FIRST.finditer(text):
        month = _month(match[1])
        if month:
            add(match.start(), int(match[3]), month, int(match[2]))
    for match in _NAMED_LAST.finditer(text):
        month = _month(match[2])
        if month:
            add(match.start(), int(match[3]), month, int(match[1]))
    return [day for _, day in sorted(found) if 1970 <= day.year <= 2100]


def _month(name: str) -> int | None:
    folded = name.lower().translate(str.maketrans("éèêûùäáçãíóôà", "eeeuuaacaiooa"))
    return _MONTHS.get(folded)
