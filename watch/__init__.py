"""Watch a training run: capture a sampled step, recompute its gradients, keep the reports.

``unrolled.torch.watch`` is the way in for PyTorch. What is captured is a record of plain arrays
(``snapshot``); what is made of it knows no framework. Beside the engine only NumPy is needed, and
httpx where reports go to a server.
"""
