"""Sums over many groups, at many points at once: in pieces, by tables, without losing digits."""
