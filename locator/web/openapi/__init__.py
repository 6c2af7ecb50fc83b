"""What the API is, as OpenAPI 3.1 (/openapi.json) and as a page (/docs).

`document` puts it together from rooms that each describe one subject, and knows nothing of Flask; `views`
is the only module that does.
"""

from __future__ import annotations

from locator.web.openapi.document import document
from locator.web.openapi.views import blueprint

__all__ = ["blueprint", "document"]
