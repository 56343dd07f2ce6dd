"""Making the reranker's weights from public data: python -m training reranker."""
