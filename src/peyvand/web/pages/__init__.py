"""The pages of the flow, one module for each area."""
