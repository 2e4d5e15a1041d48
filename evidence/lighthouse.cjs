// Runs Lighthouse's mobile run on pages in one Chromium: node lighthouse.cjs '{"chromium", "options", "settings", "addresses"}'
// Prints, as JSON, of each page its scores from 0 to 1, what is wrong, and its largest contentful paint in ms.
const lighthouse = require("lighthouse/core/index.cjs");

async function main({chromium, options, settings, addresses}) {
  const {launch} = await import(require.resolve("chrome-launcher"));
  const started = await launch({chromePath: chromium, chromeFlags: ["--headless", ...options], logLevel: "silent"});
  try {
    const results = [];
    for (const address of addresses) {
      const {lhr} = await lighthouse(address, {port: started.port, logLevel: "error", ...settings});
      if (lhr.runtimeError) throw Error(`${address}: ${lhr.runtimeError.message}`);
      results.push({
        address,
        scores: Object.fromEntries(Object.values(lhr.categories).map(({id, score}) => [id, score])),
        faults: Object.values(lhr.categories)
          .flatMap(({auditRefs}) => auditRefs.filter(({weight}) => weight).map(({id}) => lhr.audits[id]))
          .filter(({score}) => score !== null && score < 1)
          .map(({id, displayValue, details}) => [id, displayValue, JSON.stringify(details?.items?.[0])].join(" ")),
        paint: lhr.audits["largest-contentful-paint"]?.numericValue,
      });
    }
    return results;
  } finally {
    started.kill();
  }
}

main(JSON.parse(process.argv[2])).then((results) => console.log(JSON.stringify(results)));
