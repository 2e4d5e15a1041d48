/* Under each block, a menu: its code as a file, and a report that names the block and the reader's Keras. */
(() => {
  "use strict";

  function load() {
    const reportOnPage = document.querySelector("article .report");
    const page = location.pathname.split("/").filter(Boolean).at(-1)?.replace(/\.html$/, "") ?? "index";
    document.querySelectorAll("article .evidence").forEach((evidence, index) => {
      let block = evidence.previousElementSibling;
      while (!block.matches(".language-python")) block = block.previousElementSibling; // past its output and notes
      const code = block.querySelector("code");
      const download = makeLink("download", "Download");
      download.download = `${page}-${index + 1}.py`;
      download.href = `data:text/x-python;charset=utf-8,${encodeURIComponent(code.textContent)}`;
      const report = makeLink("report", "Report a problem");
      report.href = reportOnPage.href;
      const menu = document.createElement("details");
      menu.className = "block-menu";
      menu.name = "block-menu"; // One opens, the others close.
      menu.innerHTML = '<summary aria-label="More for this example">⋯</summary><div></div>';
      menu.lastChild.append(download, report);
      evidence.append(menu);
    });
    document.querySelectorAll("article .report").forEach(describe);
  }

  function makeLink(className, textContent) {
    return Object.assign(document.createElement("a"), { className, textContent });
  }

  /** Put what the report is about into the link itself: readers may open it in a new tab, or copy it. */
  function describe(report) {
    const address = new URL(report.href);
    const block = report.closest(".evidence")?.dataset.block;
    const keras = rememberedKeras.inAddress() ?? rememberedKeras.read();
    const fields = { block, "my-keras": keras }; // ids in .github/ISSUE_TEMPLATE/wrong-page.yml
    // Offline, a page's address is a path on the reader's machine.
    if (location.protocol !== "file:") fields["page-address"] = location.href;
    for (const [id, value] of Object.entries(fields)) {
      if (value) address.searchParams.set(id, value);
      else address.searchParams.delete(id);
    }
    report.href = address.href;
  }

  /** Close the open menu; return it. */
  function closeMenu() {
    const open = document.querySelector(".block-menu[open]");
    open?.removeAttribute("open");
    return open;
  }

  document.addEventListener("click", ({ target }) => target.closest(".block-menu > summary") || closeMenu());
  document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenu()?.firstChild.focus());

  // By then the reader may have chosen another Keras, or be at another heading.
  for (const event of ["pointerdown", "focusin"])
    document.addEventListener(event, ({ target }) => {
      const report = target instanceof Element && target.closest("a.report");
      if (report) describe(report);
    });

  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
