"""The client's connection: its bytes, its limits, and who leaves first."""
