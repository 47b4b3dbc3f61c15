"""How fast the samplers are, beside general-purpose engines: ``make bench``."""
