"""Maps over thousands of networks: cut into tasks, computed by processes of our own or by Dask."""
