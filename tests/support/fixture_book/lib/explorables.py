"""What an extension of the book asks the package for: no page of the fixture has an explorable."""

EXPLORABLE_MIME = "application/x-explorable"
