"""Files in: readers, column names, datum forensics, row reports. A file is one transaction."""
