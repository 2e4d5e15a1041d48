/* Under each block: its code as a file or selected, and a report that says which block it is about, on which Keras. */
(() => {
  "use strict";

  function link(name, words) {
    const made = document.createElement("a");
    made.className = name;
    made.textContent = words;
    return made;
  }

  function load() {
    const report = document.querySelector("article .report");
    const page = location.pathname.split("/").filter(Boolean).at(-1)?.replace(/\.html$/, "") ?? "index";
    document.querySelectorAll("article .evidence").forEach((evidence, index) => {
      let code = evidence.previousElementSibling;
      while (!code.matches(".language-python")) code = code.previousElementSibling; // past all that is between
      const file = link("download", "Download");
      file.download = `${page}-${index + 1}.py`;
      file.href = `data:text/x-python;charset=utf-8,${encodeURIComponent(code.querySelector("code").textContent)}`;
      const select = document.createElement("button");
      select.type = "button";
      select.textContent = "Select"; // for those whose browser does not let the page copy
      select.addEventListener("click", () => getSelection().selectAllChildren(code.querySelector("code")));
      const own = link("report", "Report a problem");
      own.href = report.href;
      const line = document.createElement("p");
      line.className = "block-links";
      line.append(file, select, own);
      evidence.append(line);
    });
    document.querySelectorAll("article .report").forEach(tell);
  }

  /** Say in the link itself what a report is about: it may be opened in a new tab, or copied. */
  function tell(report) {
    const address = new URL(report.href);
    const block = report.closest(".evidence")?.dataset.block;
    const keras = rememberedKeras.inAddress() ?? rememberedKeras.read();
    const fields = { block, "my-keras": keras }; // ids in .github/ISSUE_TEMPLATE/wrong-page.yml
    // A page that is read offline would tell a path of the reader's.
    if (location.protocol !== "file:") fields["page-address"] = location.href;
    for (const [id, value] of Object.entries(fields)) {
      if (value) address.searchParams.set(id, value);
      else address.searchParams.delete(id);
    }
    report.href = address.href;
  }

  // By then the reader may have another Keras, or be at another heading.
  for (const reached of ["pointerdown", "focusin"])
    document.addEventListener(reached, ({ target }) => {
      const report = target instanceof Element && target.closest("a.report");
      if (report) tell(report);
    });

  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
