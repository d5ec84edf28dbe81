"""Architecture linter and policy checker for machine-learning systems in the cloud."""

__version__ = "0.1.0"
