"""Making the reader's weights from public data: python -m training reader."""
