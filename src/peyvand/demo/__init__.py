"""The demo province: Mazandaran at its published figures, invented people and organisations, built by the product's own acts."""
