"""The two drivers: they perform a flow's effects, one by calling, the other by awaiting."""
