"""The rows of the loss table, by what crosses."""
