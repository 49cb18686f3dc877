"""Requests of the Responses API as chat requests, for models that know chat only."""
