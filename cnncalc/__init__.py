"""Output shapes, parameters and MACs of convolutional networks, each with its formula, each proven in PyTorch."""

__version__ = "0.1.0"
