"""Geodesic distances on WGS-84 for compiled loops, from earth-centred coordinates.

Three formulas share the work. Up to `_NEAR_M` the chord and the ellipsoid's curvature below its middle are
enough, without a single sine. Farther off the auxiliary sphere is iterated as in T. Vincenty, Survey
Review 23 (1975), with the series of C. F. F. Karney, J. Geodesy 87 (2013), eqs 17-25. Where that does not
settle (nearly antipodal points) Karney's azimuth equation is solved by halving. All agree with PROJ to
1e-7 m, tested over the whole ellipsoid.
"""

from __future__ import annotations

import math

from numba import njit

AXIS_M = 6378137.0
FLATTENING = 1 / 298.257223563
_POLAR_M = AXIS_M * (1 - FLATTENING)
_ECC2 = FLATTENING * (2 - FLATTENING)
_AXES2 = 1 / (1 - _ECC2)
_SECOND_ECC2 = _ECC2 / (1 - _ECC2)
_N = FLATTENING / (2 - FLATTENING)
_HALF_TURN, _POLE = 180.0, 90.0
# The flattest curve on the ellipsoid bends like a circle of this radius: the meridian at the pole.
_FLATTEST_M = AXIS_M / (1 - FLATTENING)
# Measured against PROJ: the error of the chord formula grows with the fifth power, 1e-7 m at 80 km.
_NEAR_M = 80_000.0
# Above the square of any chord, yet finite: infinity stands for "nothing here" in the tree.
_ANYWHERE2 = 5.0 * AXIS_M * AXIS_M
# Closer than 1e-14 of a radian is 1e-7 m; 20 rounds suffice but for the last degrees before the antipode.
_SETTLED, _ROUNDS = 1e-14, 20
# Enough to reach the last bit of an azimuth within 1e-9 of due east.
_HALVINGS = 90


@njit(cache=True)
def ecef(lon: float, lat: float) -> tuple[float, float, float]:
    """Return earth-centred x, y, z in metres of a point on the ellipsoid (WGS-84 degrees).

    The two names of the antimeridian, and all names of a pole, give the very same point.
    """
    lam, phi = math.radians(lon if lon > -_HALF_TURN else _HALF_TURN), math.radians(lat)
    sin_phi = math.sin(phi)
    cos_phi = math.cos(phi) if abs(lat) < _POLE else 0.0
    vertical = AXIS_M / math.sqrt(1.0 - _ECC2 * sin_phi * sin_phi)
    across = vertical * cos_phi
    return across * math.cos(lam), across * math.sin(lam), vertical * (1.0 - _ECC2) * sin_phi


@njit(cache=True)
def chord2_within(metres: float) -> float:
    """Return the square of a chord that no pair of points this geodesic distance apart exceeds.

    A chord is never longer than its arc; over a long arc the flattest circle bounds it closer
    (s >= 2 R asin(c / 2 R); tested on random pairs over the whole ellipsoid).
    """
    if metres < _NEAR_M:
        return metres * metres * (1.0 + 1e-12)
    half = 0.5 * metres / _FLATTEST_M
    if half >= 0.5 * math.pi:
        return _ANYWHERE2
    chord = 2.0 * _FLATTEST_M * math.sin(half)
    return chord * chord * (1.0 + 1e-9)


@njit(cache=True)
def least_arc_m(chord2: float) -> float:
    """Return what the geodesic over a chord, given its square, is at least; the other side of `chord2_within`.

    Of the series of 2 R asin(c / 2 R), whose terms are all positive, two: enough to know long legs by.
    """
    chord = math.sqrt(chord2)
    return chord * (1.0 + chord2 / (24.0 * _FLATTEST_M * _FLATTEST_M)) * (1.0 - 1e-9)


@njit(cache=True)
def arc_m(x: float, y: float, z: float, x2: float, y2: float, z2: float) -> float:
    """Return the geodesic distance in metres between two points given by earth-centred metres."""
    dx, dy, dz = x2 - x, y2 - y, z2 - z
    chord2 = dx * dx + dy * dy + dz * dz
    if chord2 > _NEAR_M * _NEAR_M:
        return _far_m(x, y, z, x2, y2, z2)
    if chord2 == 0.0:
        return 0.0
    # Euler's normal curvature t'Dt / |Dp| of the quadric p'Dp = 1, along the chord, on the surface below
    # the chord's middle; the arc is then a circle's: s = c asin(q) / q with q = c * curvature / 2.
    sx, sy, sz = x2 + x, y2 + y, z2 + z
    level = sx * sx + sy * sy
    bend = chord2 + (_AXES2 - 1.0) * dz * dz
    sz2 = _AXES2 * sz * sz
    q2 = bend * bend * (level + sz2) / (4.0 * AXIS_M * AXIS_M * chord2 * (level + _AXES2 * sz2))
    return math.sqrt(chord2) * (1.0 + q2 * (1.0 / 6.0 + q2 * (3.0 / 40.0 + q2 * (5.0 / 112.0))))


@njit(cache=True)
def _far_m(x: float, y: float, z: float, x2: float, y2: float, z2: float) -> float:
    # On the auxiliary sphere the reduced latitudes are read straight off the coordinates.
    sin_u, cos_u = z / _POLAR_M, math.sqrt(x * x + y * y) / AXIS_M
    sin_v, cos_v = z2 / _POLAR_M, math.sqrt(x2 * x2 + y2 * y2) / AXIS_M
    apart = abs(math.atan2(x * y2 - y * x2, x * x2 + y * y2))
    lam = apart
    for _ in range(_ROUNDS):
        sin_lam, cos_lam = math.sin(lam), math.cos(lam)
        east, north = cos_v * sin_lam, cos_u * sin_v - sin_u * cos_v * cos_lam
        sin_s = math.sqrt(east * east + north * north)
        cos_s = sin_u * sin_v + cos_u * cos_v * cos_lam
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cos_u * cos_v * sin_lam / max(sin_s, 1e-300)
        cos2_a = max(1.0 - sin_a * sin_a, 0.0)
        cos_2m = cos_s - 2.0 * sin_u * sin_v / cos2_a if cos2_a > 0.0 else 0.0
        eps = _epsilon(cos2_a)
        last, lam = lam, apart + FLATTENING * sin_a * _lag(eps, sigma, sin_s, cos_s, cos_2m)
        if lam > math.pi:
            break
        if abs(lam - last) < _SETTLED:
            return _POLAR_M * _stretch(eps, sigma, sin_s, cos_s, cos_2m)
    return _antipodal_m(sin_u, cos_u, sin_v, cos_v, apart)


@njit(cache=True)
def _epsilon(cos2_a: float) -> float:
    k2 = _SECOND_ECC2 * cos2_a
    root = 1.0 + math.sqrt(1.0 + k2)
    return k2 / (root * root)


@njit(cache=True)
def _sines(sin_s: float, cos_s: float, cos_2m: float) -> tuple[float, float, float, float]:
    """Return sin(2 l s2) - sin(2 l s1) for l = 1..4, given the arc s2 - s1 and twice its middle s1 + s2."""
    sin_2s, cos_2s = 2.0 * sin_s * cos_s, 1.0 - 2.0 * sin_s * sin_s
    cos_4m = 2.0 * cos_2m * cos_2m - 1.0
    return (
        2.0 * cos_2m * sin_s,
        2.0 * cos_4m * sin_2s,
        2.0 * cos_2m * (2.0 * cos_4m - 1.0) * sin_s * (3.0 - 4.0 * sin_s * sin_s),
        4.0 * (2.0 * cos_4m * cos_4m - 1.0) * sin_2s * cos_2s,
    )


@njit(cache=True)
def _stretch(eps: float, sigma: float, sin_s: float, cos_s: float, cos_2m: float) -> float:
    """Return Karney's I1 between two points: distance in units of the polar axis (eqs 15, 17, 18)."""
    e2 = eps * eps
    one, two, three, four = _sines(sin_s, cos_s, cos_2m)
    swing = eps * (-1 / 2 + 3 / 16 * e2) * one + e2 * (-1 / 16 + 1 / 32 * e2) * two
    swing += e2 * eps * (-1 / 48) * three + e2 * e2 * (-5 / 512) * four
    return (1.0 + e2 * (1 / 4 + e2 / 64)) / (1.0 - eps) * (sigma + swing)


@njit(cache=True)
def _lag(eps: float, sigma: float, sin_s: float, cos_s: float, cos_2m: float) -> float:
    """Return Karney's I3 between two points: how longitude lags behind the sphere's (eqs 23-25)."""
    e2 = eps * eps
    one, two, three, _ = _sines(sin_s, cos_s, cos_2m)
    scale = (
        1.0 - (1 / 2 - _N / 2) * eps - (1 / 4 + _N / 8 - 3 / 8 * _N * _N) * e2 - (1 + 3 * _N) / 16 * e2 * eps
    )
    swing = eps * ((1 - _N) / 4 + eps * ((1 - _N * _N) / 8 + eps * (3 + 3 * _N) / 64)) * one
    swing += e2 * ((1 / 16 - 3 / 32 * _N + _N * _N / 32) + eps * (3 / 64 - _N / 32)) * two
    swing += e2 * eps * (5 / 192 - 3 / 64 * _N) * three
    return scale * (sigma + swing)


@njit(cache=True)
def _antipodal_m(sin_u: float, cos_u: float, sin_v: float, cos_v: float, apart: float) -> float:
    """Return the distance by halving the azimuth at the end farther from the equator (Karney, section 4).

    Seen from there, set south of the equator, the longitude reached at the other end's latitude grows with
    the azimuth, however close to antipodal the two are.
    """
    if abs(sin_u) < abs(sin_v):
        sin_u, cos_u, sin_v, cos_v = sin_v, cos_v, sin_u, cos_u
    if sin_u > 0.0:
        sin_v = -sin_v
    sin_u = -abs(sin_u)  # a negative zero on the equator, which atan2 needs
    # The azimuth is counted from due east: near the equator its last digits decide.
    low, high = -0.5 * math.pi, 0.5 * math.pi
    metres = 0.0
    for _ in range(_HALVINGS):
        azimuth = 0.5 * (low + high)
        sin_0 = math.cos(azimuth) * cos_u
        north_u = -math.sin(azimuth) * cos_u
        north_v = math.sqrt(max(north_u * north_u + (sin_u - sin_v) * (sin_u + sin_v), 0.0))
        start, end = math.atan2(sin_u, north_u), math.atan2(sin_v, north_v)
        sigma = end - start
        turn = math.atan2(sin_0 * sin_v, north_v) - math.atan2(sin_0 * sin_u, north_u)
        eps = _epsilon(1.0 - sin_0 * sin_0)
        sin_s, cos_s, cos_2m = math.sin(sigma), math.cos(sigma), math.cos(start + end)
        metres = _POLAR_M * _stretch(eps, sigma, sin_s, cos_s, cos_2m)
        if turn - FLATTENING * sin_0 * _lag(eps, sigma, sin_s, cos_s, cos_2m) < apart:
            low = azimuth
        else:
            high = azimuth
    return metres


@njit("float64(float64, float64, float64, float64)", cache=True)
def geodesic_m(lon: float, lat: float, lon2: float, lat2: float) -> float:
    """Return the geodesic distance in metres of two points (WGS-84 degrees)."""
    x, y, z = ecef(lon, lat)
    x2, y2, z2 = ecef(lon2, lat2)
    metres: float = arc_m(x, y, z, x2, y2, z2)
    return metres
