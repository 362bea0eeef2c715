"""What keeps this house in order; nothing here is part of the product."""
