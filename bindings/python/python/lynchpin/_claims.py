"""Nothing runs here: the stub beside it types what claims and records entries natively."""
