"""Whole answers, from either surface to the other."""
