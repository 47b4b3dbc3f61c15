"""Checks of the practice exercises, one file a chapter; each prints whether an answer is right, or why not."""
