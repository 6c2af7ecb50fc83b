"""The state of the data as a page: what is wrong, missing, stale or doubled, each with its record."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request

from locator._checks import CHECKS
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.steward.desk import desk

blueprint = Blueprint("checks", __name__)
SEVERITIES = {"error": "要改", "warning": "要核实", "note": "留意"}
_PAGE = 100


@blueprint.get("/check")
def show() -> str:
    """Show the findings, all or of one check."""
    state = desk().findings.state(current_catalog(), datetime.now(SHANGHAI))
    code, severity = request.args.get("code", ""), request.args.get("severity", "")
    found = [
        finding
        for finding in state.findings
        if (not code or finding.code == code) and (not severity or CHECKS[finding.code].severity == severity)
    ]
    page = max(0, request.args.get("page", 0, int))
    return render_template(
        "steward/checks.html", state=state, summary=state.summary(), checks=CHECKS, severities=SEVERITIES,
        code=code, severity=severity, count=len(found), page=page, pages=-(-len(found) // _PAGE),
        findings=found[page * _PAGE : (page + 1) * _PAGE],
    )  # fmt: skip
