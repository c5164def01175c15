"""What the API server does field by field: types, ownership, merges and patches."""
