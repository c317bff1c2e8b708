"""Small pure-ASGI middlewares."""
