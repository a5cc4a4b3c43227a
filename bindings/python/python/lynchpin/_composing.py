"""Nothing runs here: the stub beside it types what planners ask a snapshot, natively."""
