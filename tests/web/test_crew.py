"""Who answers what: quick questions at once, pages by the crew, forms by whoever took them in while another leads."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from locator.web.crew import Lead, Sharing

CREW = 4


class Request:
    """Stands for granian's: keeps what it was answered."""

    def __init__(self) -> None:
        self.status = 0
        self.answered = threading.Event()

    def response_bytes(self, status: int, _headers: list[tuple[str, str]], _body: bytes) -> None:
        self.status = status
        self.answered.set()


class Application:
    """Answers pages once it may, everything else at once; knows which thread answered what."""

    def __init__(self) -> None:
        self.may_go_on, self.by = threading.Event(), {}  # type: ignore[var-annotated]

    def __call__(self, request: Request, environ: dict[str, Any]) -> None:
        path = environ["PATH_INFO"]
        if path == "/broken":
            raise RuntimeError("broken on purpose")
        if path == "/page" or environ["REQUEST_METHOD"] == "POST":
            assert self.may_go_on.wait(10)
        self.by.setdefault(path, set()).add(threading.current_thread().name)
        request.response_bytes(200, [], b"")


def asked(sharing: Sharing, path: str, method: str = "GET", **more: str) -> Request:
    request = Request()
    sharing(request, {"PATH_INFO": path, "REQUEST_METHOD": method, **more})
    return request


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def sharing(application: Application) -> Sharing:
    return Sharing(application, lambda environ: environ["PATH_INFO"] == "/quick", CREW)  # type: ignore[arg-type]


def test_a_crew_that_waits_keeps_no_quick_question_waiting(
    sharing: Sharing, application: Application
) -> None:
    pages = [asked(sharing, "/page") for _ in range(3 * CREW)]  # the database is silent, say
    quick = [asked(sharing, "/quick") for _ in range(100)]
    assert {request.status for request in quick} == {200}
    assert not any(request.answered.is_set() for request in pages)
    assert application.by == {"/quick": {threading.current_thread().name}}
    application.may_go_on.set()
    assert all(request.answered.wait(10) for request in pages)
    assert all(name.startswith("crew-") for name in application.by["/page"])


def test_what_breaks_is_a_500_and_the_crew_goes_on(
    sharing: Sharing, application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    application.may_go_on.set()
    broken = [asked(sharing, "/broken") for _ in range(2 * CREW)]
    assert all(request.answered.wait(10) for request in broken)
    assert {request.status for request in broken} == {500}
    assert "broken on purpose" in caplog.text
    assert asked(sharing, "/page").answered.wait(10)


def test_while_one_reads_a_form_another_takes_requests_in(sharing: Sharing, application: Application) -> None:
    forms: list[Request] = []
    reading = [
        threading.Thread(target=lambda: forms.append(asked(sharing, "/form", "POST"))) for _ in range(3)
    ]
    for thread in reading:
        thread.start()
    assert asked(sharing, "/quick").status == 200
    assert not forms
    application.may_go_on.set()
    for thread in reading:
        thread.join(10)
    assert [form.status for form in forms] == [200, 200, 200]


@pytest.mark.parametrize("said", ["CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"])
def test_a_question_that_has_a_body_is_let_go_of_at_once(sharing: Sharing, said: str) -> None:
    """Granian keeps the connection for as long as the thread that took it in does not return."""
    assert asked(sharing, "/quick").status == 200
    spare = threading.Thread(target=asked, args=(sharing, "/quick"), kwargs={said: "300000"})
    spare.start()
    spare.join(3)
    assert not spare.is_alive()


def test_one_leads_and_a_spare_one_is_parked_until_the_leader_gives_up() -> None:
    lead = Lead()
    lead.come()
    told: list[str] = []

    def spare() -> None:
        lead.come()
        told.append("came")
        lead.park_if_spare()
        told.append("leads")

    other = threading.Thread(target=spare)
    other.start()
    other.join(0.3)
    assert other.is_alive()
    assert told == ["came"]
    lead.park_if_spare()  # nobody else leads: it goes on
    with lead.given_up():
        other.join(10)
        assert told == ["came", "leads"]
    again = threading.Thread(target=spare)
    again.start()
    again.join(0.3)
    assert again.is_alive()
    with lead.given_up():
        again.join(10)
        assert not again.is_alive()


def test_a_thread_that_has_ended_leads_no_more() -> None:
    lead = Lead()
    lead.come()
    ended = threading.Thread(target=lead.come)
    ended.start()
    ended.join()
    left = threading.Thread(
        target=lead.park_if_spare
    )  # were that one still counted, this would wait for good
    left.start()
    left.join(5)
    assert not left.is_alive()


def test_nobody_stays_parked_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locator.web.crew._PARKED_S", 0.2)
    lead = Lead()
    lead.come()
    for _ in range(3):  # each time it is counted again
        spare = threading.Thread(target=lambda: (lead.come(), lead.park_if_spare()))
        spare.start()
        spare.join(0.1)
        assert spare.is_alive()
        spare.join(10)
        assert not spare.is_alive()
    with lead.given_up():
        pass
    lead.park_if_spare()  # one leads, as at the beginning
