"""The rules of contracts, one module each: prose for a lawyer, then a function on plain arrays."""
