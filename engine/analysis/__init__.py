"""What is read off the passes: spectra, exponents, graphs, values, and the check."""
