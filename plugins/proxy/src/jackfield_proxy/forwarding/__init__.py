"""Requests that go upstream as they are, whatever they ask for."""
