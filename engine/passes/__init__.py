"""Forward, and back through time: values, gradients, and the parts of their sums."""
