"""The frozen types everything hangs on. No I/O; imports nothing of ours but itself."""
