"""The process: how it starts, listens, reloads and ends."""
