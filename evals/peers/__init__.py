"""The systems that ours is measured beside; each script runs in an environment of its own."""
