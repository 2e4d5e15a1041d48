// Runs Lighthouse's mobile run on pages, in one Chromium: node lighthouse.cjs '{"chromium", "options", "settings", "addresses"}'
// Lighthouse's own command line starts Node and Chromium for each page, which doubles the tests' time.
// Prints a line of JSON for each page: its scores from 0 to 1, what is wrong, its largest contentful paint in ms.
const lighthouse = require("lighthouse/core/index.cjs");

async function main({chromium, options, settings, addresses}) {
  const {launch} = await import(require.resolve("chrome-launcher"));
  let config;
  if (!settings.onlyCategories.includes("performance")) {
    await skipBenchmark();
    config = await leastConfig(settings);
  }
  const started = await launch({chromePath: chromium, chromeFlags: ["--headless", ...options], logLevel: "silent"});
  try {
    for (const address of addresses) {
      const {lhr} = await lighthouse(address, {port: started.port, logLevel: "error", ...settings}, config);
      if (lhr.runtimeError) throw Error(`${address}: ${lhr.runtimeError.message}`);
      const categories = Object.values(lhr.categories);
      const weighed = categories.flatMap(({auditRefs}) => auditRefs.filter(({weight}) => weight));
      const result = {
        address,
        scores: Object.fromEntries(categories.map(({id, score}) => [id, score])),
        faults: weighed
          .map(({id}) => lhr.audits[id])
          .filter(({score, scoreDisplayMode: mode}) => mode === "error" || (score !== null && score < 1))
          .map(({id, details}) => `${id} ${details?.items?.[0]?.node?.snippet ?? ""}`.trim()),
        paint: lhr.audits["largest-contentful-paint"]?.numericValue,
      };
      console.log(JSON.stringify(result));
    }
  } finally {
    started.kill();
  }
}

// The default configuration without the audits that no score counts: one of them makes Chromium trace everything, and
// Lighthouse resolves all its audits again for each page.
async function leastConfig({onlyCategories, skipAudits}) {
  const {default: {artifacts, audits, categories, groups}} =
    await import(require.resolve("lighthouse/core/config/default-config.js"));
  const counts = ({id, weight}) => weight && !skipAudits.includes(id);
  const least = Object.fromEntries(
    onlyCategories.map((id) => [id, {...categories[id], auditRefs: categories[id].auditRefs.filter(counts)}]));
  const ids = new Set(Object.values(least).flatMap(({auditRefs}) => auditRefs.map(({id}) => id)));
  return {artifacts, audits: audits.filter((path) => ids.has(path.split("/").at(-1))), categories: least, groups};
}

// Lighthouse benchmarks the machine for a second before each page, which only the performance score needs.
async function skipBenchmark() {
  const {pageFunctions} = await import(require.resolve("lighthouse/core/lib/page-functions.js"));
  pageFunctions.computeBenchmarkIndex = () => 0;
}

main(JSON.parse(process.argv[2]));
