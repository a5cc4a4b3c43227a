"""Nothing runs here: the stub beside it types what answers more in the native half."""
