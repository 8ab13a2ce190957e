"""How good a model is: distances, likelihood, reconstruction, and what its codes stand for."""
