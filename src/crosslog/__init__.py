"""Carries anomaly knowledge from mature systems to new ones."""
