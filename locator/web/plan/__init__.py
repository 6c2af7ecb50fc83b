"""The planner's page, /plan: who has nowhere to go, when and where, and what would change that."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request, url_for

from locator._settings import publish_datum
from locator.datum import Datum
from locator.web.current import current_catalog
from locator.web.origin import check_same_origin
from locator.web.plan import exports
from locator.web.plan.basis import checked, held, sample_digest
from locator.web.plan.jobs import Jobs
from locator.web.plan.offered import boundaries, current_basis
from locator.web.plan.opened import AGAIN, Opened, ask_for, jobs, opened
from locator.web.plan.page import choices, page_context
from locator.web.plan.question import question_from, question_of, today
from locator.web.steward.private import desk_folder

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from locator._settings import Settings
    from locator.store import Store

blueprint = Blueprint("plan", __name__, url_prefix="/plan")
blueprint.register_blueprint(exports.blueprint)
# A browser without scripts looks again so often.
_LOOK_AGAIN_S = 2


def install(app: Flask, settings: Settings, store: Store) -> None:
    """Set an application up for the planner's runs.

    Raises
    ------
    ConfigurationError
        The operator's demand cannot be used.
    """
    app.extensions["locator.demand"] = checked(settings)
    environ = {
        **os.environ,
        "LOCATOR_STORE": store.url,
        "LOCATOR_NETWORK": settings.network or "",
        "LOCATOR_HOLIDAYS": settings.holidays or "",
        "LOCATOR_DEMAND": settings.demand or "",
        "LOCATOR_DEMAND_DATUM": settings.demand_datum or "",
        "LOCATOR_DEMAND_OF": settings.demand_of or "",
        "LOCATOR_DEMAND_SOURCE": settings.demand_source or "",
        "LOCATOR_PUBLISH_DATUM": settings.publish_datum or "",
    }
    published = publish_datum(settings)
    # Files are written in the datum of publication: those of another are not to be found by their old addresses.
    kept = "plans" if published is Datum.WGS84 else f"plans-{published}"
    app.extensions["locator.plans"] = Jobs(desk_folder(store.url) / kept, environ)


@blueprint.get("")
def ask() -> AnyResponse:
    """Send whoever asks to the address of the answer, which is the same for the same question and data."""
    catalog = current_catalog()
    basis = current_basis()
    question = question_of(request.args, boundaries(catalog), held(basis).groups, today())
    name = question.key(catalog.version, basis.digest)
    kept = {
        "question": asdict(question),
        "version": catalog.version,
        "as_of": catalog.as_of,
        "demand": basis.digest,
    }
    jobs().ask(name, kept)
    return redirect(url_for("plan.show", name=name))


@blueprint.get("/<name>")
def show(name: str) -> str | AnyResponse:
    """Show an answer, or how far it is."""
    found = opened(name)
    if AGAIN in request.args:
        kept = [(key, value) for key, value in request.args.items(multi=True) if key != AGAIN]
        return redirect(f"{request.path}?{urlencode(kept)}")
    if not isinstance(found, Opened):
        return _waiting(found)
    return render_template("plan/plan.html", **page_context(found))


@blueprint.get("/<name>/state.json")
def state(name: str) -> Response:
    """Tell how far a run is, and start it if it is its turn."""
    told = jobs().state(_known(name))
    response = jsonify({"status": told["status"], "share": told["share"], "error": told.get("error")})
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<name>/cancel")
def cancel(name: str) -> AnyResponse:
    """Stop a run."""
    check_same_origin()
    jobs().cancel(_known(name))
    return redirect(url_for("plan.show", name=name.partition("-")[0]))


def _known(name: str) -> str:
    try:
        there = jobs().path(name).exists()
    except KeyError:
        there = False
    if not there:
        abort(404)
    return name


def _waiting(name: str) -> str | AnyResponse:
    """Show how far a run is; one that is done in the meantime is shown itself."""
    told = jobs().state(name)
    if told["status"] == "done":
        return redirect(request.full_path.rstrip("?"))
    kept = jobs().question(name) or {}
    question = question_from(kept["question"])
    # What was reckoned with demand that is no longer there can only be asked anew.
    part = "done" in kept and kept.get("demand", sample_digest()) == current_basis().digest
    back = request.full_path.rstrip("?")
    return render_template(
        "plan/waiting.html",
        told=told, name=name, question=question, again=f"{back}&{AGAIN}=1" if part else ask_for(question),
        back=back, seconds=_LOOK_AGAIN_S,
        **choices(current_catalog(), question),
    )  # fmt: skip
