"""The two ways of a call: as bytes, or through the library."""
