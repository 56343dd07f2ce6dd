"""What a library costs as it grows."""
