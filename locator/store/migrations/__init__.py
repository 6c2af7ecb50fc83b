"""How the tables came to be: Alembic runs these steps inside the transaction that opens or creates a store."""
