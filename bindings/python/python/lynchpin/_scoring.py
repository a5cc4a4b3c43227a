"""Nothing runs here: the stub beside it types how risky a snapshot finds something, natively."""
