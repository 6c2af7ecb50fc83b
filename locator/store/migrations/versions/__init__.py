"""The steps, one module each, named by the format that a store has after it."""
