"""Files in: lists of services as offices keep them, read, judged and compared."""
