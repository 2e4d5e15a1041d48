"""The evidence behind the pages: blocks are run, recorded, compared and shown. See ARCHITECTURE.md."""
