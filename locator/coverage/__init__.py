"""Who cannot be served, at which hours, and where: everyone times the whole week."""
