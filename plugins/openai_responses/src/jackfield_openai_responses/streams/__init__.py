"""Streams, from either surface to the other."""
