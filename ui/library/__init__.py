"""The library on the page: its abstracts as a list to look into and choose from, and what keeps it in order.

It may import qa, index, the libraries, the jobs and the rendering of ui; no conversation is made here.
"""
