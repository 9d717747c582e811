"""The Python half of ./dev; its shell half, which prepares the machine, is in bin/."""
