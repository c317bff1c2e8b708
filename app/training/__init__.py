"""Runs that train here: the processes that compute them, and what is kept and told of them."""
