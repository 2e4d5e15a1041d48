"""The evidence behind the pages: runs, records, compares and shows the blocks. See ARCHITECTURE.md."""
