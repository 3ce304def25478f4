"""Measurements: this house against honest peers, as ratios of two things run in turn on one machine."""
