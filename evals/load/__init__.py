"""What many people at once, and a page beside a writer, meet with."""
