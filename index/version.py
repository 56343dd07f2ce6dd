"""The version of AskAbstracts, which goes with every answer and every export."""

VERSION = "0.1.0.dev0"
"""The release that CHANGELOG.md works towards."""
