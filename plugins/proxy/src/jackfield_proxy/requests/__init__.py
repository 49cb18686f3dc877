"""A client's request: what it is, what it may be, and the errors it is answered with."""
