"""Nothing runs here: the stub beside it types what else a snapshot answers, natively."""
