"""How good a model is: measures, slices, estimates, comparison."""
