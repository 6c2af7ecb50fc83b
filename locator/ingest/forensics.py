"""Which datum a list of positions is in, told from where its rows say that they are.

A shift is some 500 m and a district some 10 km, so most rows look right in any datum: what tells is the
few near a border, and the twins that the store knows already. Each hypothesis h gets the likelihood of
all rows under it,

    L(h) = prior(h) * product over rows of [ (1 - e) * s(d) + e * c ] * twin(r),

with d the signed distance in metres from the named district's outline after conversion under h (positive
outside), s(d) = 1 / (1 + exp(d / b)) the chance that a true position looks so through an outline blurred
by b, e the share of rows that really lie elsewhere (estimated from the file), c the density of those, and
r the distance to a known twin. The margin is the difference between the two best posterior chances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import Text
from locator.datum import convert
from locator.districts import metres_outside
from locator.ingest.mixtures import SURE, two_datums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Priors: a doubled shift is a rare accident.
CANDIDATES = {"wgs84": 0.38, "gcj02": 0.38, "bd09": 0.2, "gcj02-doubled": 0.04}
# The outlines have a vertex every 1.7 km or so; of 149 known rows the worst true one looked 8 m outside.
_BLUR_M = 35.0
_MOST_ASTRAY, _LEAST_ASTRAY = 0.5, 0.02
_ASTRAY_DENSITY = 0.25
_TWIN_M, _TWIN_FAR_M, _TWIN_WRONG = 40.0, 1500.0, 0.1
_TWIN_MOVED_M = 250.0
# Beyond this a row does not fit its district, however coarse the outline.
TOLERANCE_M = 100.0
# Posterior margin below which nobody should decide by these rows alone.
LEAST_MARGIN = 0.8
# Two datums that explain the rows so many nats better than one: surely mixed; perhaps, so nobody should decide.
_MIXED, _PERHAPS_MIXED = 4.0, 0.0
# The share of rows astray that rows are compared by, one by one.
_USUAL_ASTRAY = 1
# More rows than this add no certainty, only time.
_SAMPLE = 3000


class Finding(NamedTuple):
    """What the rows say about their datum.

    `datums` has the datum of each row ("" where it cannot be told), `disagreeing` the rows that do not fit
    their district or twin in it, `outside_m` how far they lie off, `moved_m` how far from the known twin,
    `scores` the posterior chance of every hypothesis, `settled_by` what decided: evidence, stated (by the
    caller), rows (each says its own), or claim (the file's own word, believed only where the rows do not
    speak against it). The margin of a mixed file is the share of rows whose datum can be told.
    """

    verdict: str
    margin: float
    scores: dict[str, float]
    datums: NDArray[np.str_]
    disagreeing: NDArray[np.int64]
    outside_m: Floats
    moved_m: Floats
    settled_by: str
    text: Text


class Rows(NamedTuple):
    """What forensics looks at: positions as supplied (axes right), the district named, a known twin.

    Columns of n: degrees (NaN = none), GB/T 2260 codes or None, WGS-84 degrees of the twin (NaN = none).
    """

    lon: Floats
    lat: Floats
    district: Sequence[str | None]
    twin_lon: Floats
    twin_lat: Floats

    def some(self, rows: NDArray[np.int64]) -> Rows:
        """Return a part of the rows."""
        named = [self.district[i] for i in rows.tolist()]
        return Rows(self.lon[rows], self.lat[rows], named, self.twin_lon[rows], self.twin_lat[rows])


def to_wgs84(lon: Floats, lat: Floats, datum: str) -> tuple[Floats, Floats]:
    """Return positions in WGS-84; "gcj02-doubled" is a shift that somebody applied to shifted positions."""
    if datum == "gcj02-doubled":
        lon, lat = convert(lon, lat, "gcj02", "wgs84")
        datum = "gcj02"
    return convert(lon, lat, datum, "wgs84")


def examine(
    rows: Rows,
    claim: str | None = None,
    stated: str | None = None,
    own: Sequence[str | None] = (),
    groups: Sequence[NDArray[np.int64]] = (),
) -> Finding:
    """Return which datum the rows are in.

    Parameters
    ----------
    rows
        Positions and what is known beside them.
    claim
        The datum that the file itself names, in a header or a coordinate system.
    stated
        The datum that the caller decided on for rows that do not say their own.
    own
        The datum that each row says of itself, or None; empty if none does.
    groups
        Labels 0.. of the rows by what offices differ in (source, district): rows of one group have one datum.
    """
    datums = np.array([datum or "" for datum in own] or [""] * len(rows.lon), "<U16")
    placed = np.isfinite(rows.lon) & np.isfinite(rows.lat)
    datums[~placed] = ""
    there = np.flatnonzero(placed & (datums == ""))
    if not there.size:
        said = sorted(set(datums[placed].tolist()))
        verdict = said[0] if len(said) == 1 else "mixed" if said else "none"
        return _found(rows, datums, verdict, 1.0, "rows")
    chosen = there[:: -(-there.size // _SAMPLE)]
    logs = _logs(rows.some(chosen))
    scores = _posterior(_together(logs))
    order = sorted(scores, key=lambda name: -scores[name])
    margin = scores[order[0]] - scores[order[1]]
    if stated is not None:
        datums[there] = stated
        found = _found(rows, datums, stated, margin, "stated", scores)
        against = margin >= LEAST_MARGIN and order[0] != stated
        return found._replace(text=_doubted(found.text, order[0])) if against else found
    prior = np.log(list(CANDIDATES.values()))
    mixture = two_datums(
        logs[_USUAL_ASTRAY], prior, _together(logs).max(), [np.asarray(g)[chosen] for g in groups]
    )
    if mixture.gain >= _MIXED:
        if chosen.size < there.size:
            every = _logs(rows.some(there))[_USUAL_ASTRAY]
            mixture = two_datums(every, prior, 0.0, [np.asarray(group)[there] for group in groups])
        for place, name in enumerate(CANDIDATES):
            datums[there[mixture.chance[:, place] > SURE]] = name
        told = float((datums[there] != "").mean())
        pair = tuple(list(CANDIDATES)[place] for place in mixture.pair)
        return _found(rows, datums, "mixed", told, "evidence", scores, pair)
    settled = None
    if margin >= LEAST_MARGIN and mixture.gain < _PERHAPS_MIXED:
        settled = order[0], "evidence"
    elif claim is not None and scores[claim] >= (1 - LEAST_MARGIN) / 2 * scores[order[0]]:
        settled = claim, "claim"
    if settled is None:
        return _found(rows, datums, "ambiguous", margin, "evidence", scores)
    datums[there] = settled[0]
    return _found(rows, datums, settled[0], margin, settled[1], scores)


def _logs(rows: Rows) -> Floats:
    """Return log likelihoods of rows under the candidates for some likely shares astray, shape (e, n, h)."""
    # All candidates at once: reading a district's outline takes longer than using it.
    names, count = list(CANDIDATES), len(rows.lon)
    moved = [to_wgs84(rows.lon, rows.lat, name) for name in names]
    lon, lat = np.concatenate([x for x, _ in moved]), np.concatenate([y for _, y in moved])
    outside = metres_outside(lon, lat, list(rows.district) * len(names)).reshape(-1, count).T
    apart = np.stack([_from_twin(rows, *here) for here in moved], axis=1)
    inside = 1 / (1 + np.exp(np.clip(outside / _BLUR_M, -60, 60)))
    shares = np.array([_LEAST_ASTRAY, 0.05, 0.1, 0.2, _MOST_ASTRAY])[:, None, None]
    by_district = np.log((1 - shares) * inside + shares * _ASTRAY_DENSITY)
    by_twin = np.log((1 - _TWIN_WRONG) * _bell(apart, _TWIN_M) + _TWIN_WRONG * _bell(apart, _TWIN_FAR_M))
    # A row with neither says nothing: the same under every hypothesis.
    return np.where(np.isnan(outside), 0.0, by_district) + np.where(np.isnan(apart), 0.0, by_twin)


def _bell(apart: Floats, width: float) -> Floats:
    density: Floats = np.exp(-np.minimum((apart / width) ** 2 / 2, 200.0)) / (2 * np.pi * width**2)
    return density


def _from_twin(rows: Rows, lon: Floats, lat: Floats) -> Floats:
    """Return metres from WGS-84 positions to the rows' twins, NaN where there is none."""
    east = (lon - rows.twin_lon) * np.cos(np.radians(lat)) * 111_320
    north = (lat - rows.twin_lat) * 110_950
    apart: Floats = np.hypot(east, north)
    return apart


def _together(logs: Floats) -> Floats:
    """Return the log likelihood of all rows under each candidate, with the share astray that suits it best."""
    best: Floats = logs.sum(axis=1).max(axis=0)
    return best + np.log(list(CANDIDATES.values()))


def _posterior(whole: Floats) -> dict[str, float]:
    chance = np.exp(whole - whole.max())
    return dict(zip(CANDIDATES, (chance / chance.sum()).tolist(), strict=True))


def _found(
    rows: Rows,
    datums: NDArray[np.str_],
    verdict: str,
    margin: float,
    settled_by: str,
    scores: dict[str, float] | None = None,
    pair: tuple[str, ...] = (),
) -> Finding:
    """Return a finding, with the rows that do not fit their district or twin in their datum."""
    outside = np.full(len(rows.lon), np.nan)
    moved = np.full(len(rows.lon), np.nan)
    for name in CANDIDATES:
        mine = np.flatnonzero(datums == name)
        if mine.size:
            some = rows.some(mine)
            here = to_wgs84(some.lon, some.lat, name)
            outside[mine], moved[mine] = metres_outside(*here, some.district), _from_twin(some, *here)
    off = np.flatnonzero((outside > TOLERANCE_M) | (moved > _TWIN_MOVED_M))
    text = _said(verdict, margin, off.size, settled_by, pair)
    shown = {name: round(score, 4) for name, score in (scores or {}).items()}
    return Finding(verdict, round(margin, 4), shown, datums, off, outside, moved, settled_by, text)


_NAMES = {
    "wgs84": Text("WGS-84", "WGS-84"),
    "gcj02": Text("GCJ-02（高德、腾讯）", "GCJ-02"),
    "bd09": Text("BD-09（百度）", "BD-09"),
    "gcj02-doubled": Text("GCJ-02，而且被偏移了两次", "GCJ-02 shifted twice"),
}


def _doubted(text: Text, best: str) -> Text:
    name = _NAMES[best]
    return Text(f"{text.zh}；可是点位更像{name.zh}", f"{text.en}; but the rows look like {name.en}")


def _said(verdict: str, margin: float, off: int, settled_by: str, pair: tuple[str, ...]) -> Text:
    if verdict == "none":
        return Text("没有坐标", "no positions")
    if verdict == "ambiguous":
        return Text(
            f"判断不了坐标系（把握 {margin:.2f}）：离区县边界近的点太少，库里也没有同名的点可比。"
            "请用 --datum 指明 wgs84、gcj02 或 bd09，或者加一列“坐标系”；写明区县、多给一些点也有帮助",
            f"the datum cannot be told (margin {margin:.2f}): too few rows lie near a district's border and no "
            "known twin is in the store. Say it by --datum wgs84, gcj02 or bd09, or in a column 坐标系; naming the "
            "districts and giving more rows helps too",
        )
    if verdict == "mixed" and not pair:
        return Text("每行写了自己的坐标系", "each row says its datum")
    if verdict == "mixed":
        one, other = (_NAMES[name] for name in pair)
        return Text(
            f"混着两种坐标系：{one.zh}和{other.zh}；{margin:.0%} 的行能逐行判断",
            f"two datums are mixed: {one.en} and {other.en}; {margin:.0%} of the rows tell which",
        )
    name = _NAMES[verdict]
    how = {
        "evidence": Text(f"把握 {margin:.2f}", f"margin {margin:.2f}"),
        "rows": Text("每行自己写的", "as each row says"),
        "stated": Text("由你指定", "as stated"),
        "claim": Text(
            f"按文件自己写的，点位本身看不出来（把握 {margin:.2f}）",
            f"as the file says; the rows alone do not tell (margin {margin:.2f})",
        ),
    }[settled_by]
    return Text(
        f"{name.zh}，{how.zh}" + (f"；{off} 行对不上所在区县" if off else ""),
        f"{name.en}, {how.en}" + (f"; {off} rows do not fit their district" if off else ""),
    )
