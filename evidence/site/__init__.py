"""Shows the findings: the plugin for MkDocs, the Markdown extensions, and what is published with the pages."""
