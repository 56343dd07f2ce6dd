"""Pictures of libraries and of what studies found, drawn as SVG on the server, each with its figures as a table.

May import qa and index. No library of charts: a template writes the SVG, which is escaped as all else is, can be read
by a screen reader, printed and saved, and asks nothing of any other host.
"""
