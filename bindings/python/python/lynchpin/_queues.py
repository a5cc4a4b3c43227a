"""Nothing runs here: the stub beside it types what a snapshot says of a queue, natively."""
