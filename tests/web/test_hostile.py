"""Whatever is asked, nobody gets a 500, and what they typed comes back as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locator.question import PARAMETERS

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "nan", "inf", "-inf", "1e400", "1e-400", "121.5", "31.2", "90", "-180", "99999999999999999999",
         "2026-11-23T13:05", "2026-02-30", "1970-01-01", "2199-12-31T23:59", "1988-07-01T12:00", "24/7", "any", "now",
         "arrival", "canteen", "canteen,,station", ",", "rider", "gcj02", "bd09", "杨浦区", "310110", "<b>", "' OR 1=1--",
         "../../etc/passwd", "\x00", "%", "%zz", "+", "soonest", "distance", "50", "walk", "\ud83d", "١٢١"]
    ),
)  # fmt: skip
QUERIES = st.dictionaries(st.sampled_from([*PARAMETERS, "q", "place", "x"]), ODD, max_size=7)
quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def encodable(query: dict[str, str]) -> dict[str, str]:
    return {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}


@quickly
@given(QUERIES, st.booleans())
def test_no_question_to_the_api_is_our_mistake(
    client: FlaskClient, query: dict[str, str], placed: bool
) -> None:
    here = {"lon": "121.54", "lat": "31.27"} if placed else {}
    answer = client.get("/api/v1/nearest", query_string={**here, **encodable(query)})
    assert answer.status_code in {200, 400}
    assert answer.mimetype in {"application/geo+json", "application/problem+json"}


@quickly
@given(QUERIES, st.booleans())
def test_no_question_to_the_page_is_our_mistake(
    client: FlaskClient, query: dict[str, str], placed: bool
) -> None:
    here = {"lon": "121.54", "lat": "31.27"} if placed else {}
    answer = client.get("/", query_string={**here, **encodable(query)})
    assert answer.status_code in {200, 302, 400}
    assert b"<b><b>" not in answer.data


@quickly
@given(
    st.sampled_from(
        ["/s/{}", "/api/v1/services/{}", "/outline/{}.json", "/assets/x/{}", "/static/{}", "/{}"]
    ),
    ODD,
)
def test_no_address_is_our_mistake(client: FlaskClient, pattern: str, part: str) -> None:
    path = pattern.format(part.encode("utf-8", "replace").decode())
    # As a server hands it over: the test client would read //x as a host.
    answer = client.get("/", environ_overrides={"PATH_INFO": path.encode().decode("latin-1")})
    assert answer.status_code < 500


def test_bytes_that_are_no_text_are_no_mistake_of_ours(client: FlaskClient) -> None:
    for query in (b"lon=%ff%fe&lat=31", b"\xff\xfe=1", b"&&&==&", b"lon=121.5&lat=31.2&kind=%ff"):
        answer = client.get("/api/v1/nearest", environ_overrides={"QUERY_STRING": query.decode("latin-1")})
        assert answer.status_code == 400
