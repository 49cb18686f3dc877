"""Chat requests as requests of the Responses API."""
