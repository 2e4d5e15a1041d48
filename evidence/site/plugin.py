"""The MkDocs plugin: delegates each of MkDocs' events to the module that does the work.

It comes last in mkdocs.yml, so that mkdocs-jupyter has rendered the notebooks and the search has read the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from jinja2 import Environment as Templates
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from evidence.findings.once_a_build import begin_build, end_build
from evidence.site import (
    examples,
    explain_file,
    feed,
    minify,
    notebooks,
    offline,
    page_footer,
    page_notebooks,
    page_problems,
    published_markdown,
    published_records,
    sections,
    stepper,
    tables_in_search,
)
from evidence.site.incremental import IncrementalBuild


class NoOptions(Config):
    """The plugin takes no options in mkdocs.yml."""


class EvidencePlugin(BasePlugin[NoOptions]):
    """Adds the examples, the records and the pages' Markdown to the site, and a footer to each page."""

    # MkDocs keeps one instance for all builds of `mkdocs serve`, because `on_startup` is defined.
    def __init__(self) -> None:
        self.serving = False
        self.incremental = IncrementalBuild()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    @event_priority(100)  # before anything reads the pages
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        begin_build()
        page_problems.stop_or_say(config, serving=self.serving)

    @event_priority(-100)  # after Material's offline plugin has set the host of its script
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        tables_in_search.read_rows_of_tables()
        if offline.is_offline(config):
            offline.search_without_server(config)
        return config

    @event_priority(100)  # before mkdocs-jupyter looks for notebooks
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        examples.add_notebooks(files, config)
        published_records.add_data(files, config)
        stepper.add_steps(files, config)
        feed.add_feed(files, config)
        if offline.is_offline(config):
            offline.prepare_files(files, config)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        # MkDocs looks for it only outside the sections, and the first tab is a section.
        nav.homepage = next((page for page in nav.pages if page.file.src_uri == page_footer.HOME), None)
        self.nav, self.files = nav, files
        return nav

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        return notebooks.as_page(html, page, config, files) if notebooks.is_notebook(page) else html

    def on_env(self, env: Templates, *, config: MkDocsConfig, files: Files) -> Templates:
        self.incremental.remember(config, files, self.nav, env)
        self.footers = page_footer.footers(files)
        env.globals["zip"] = offline.published_zip(files)
        return env

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        examples.point_edit_link_at_source(page)
        page.content = sections.fold(page.content or "")
        page.meta["footer"] = self.footers[page.url]
        page.meta["markdown"] = published_markdown.markdown_path(page)
        page.meta["notebook"] = page_notebooks.notebook_path(page)
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        return minify.without_white_space(output)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        published_markdown.publish_markdown(config, self.nav)
        page_notebooks.publish_notebooks(config, self.nav, self.files)
        explain_file.fill_in_address(config)
        if not self.serving:  # A served page may need any rule once somebody edits it.
            minify.trim_scripts(config.site_dir)
            minify.trim_style_sheets(config.site_dir)
        end_build()

    def on_build_error(self, *, error: Exception) -> None:
        end_build()

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        self.incremental.build_changes_of(server, config, builder)
        return server
