// Prints which rules of axe Lighthouse's score of accessibility counts, and which of them axe leaves off by default.
const axe = require("axe-core");

async function main() {
  const {default: {categories}} = await import(require.resolve("lighthouse/core/config/default-config.js"));
  const counted = categories.accessibility.auditRefs.filter(({weight}) => weight).map(({id}) => id);
  const on = axe._audit.rules.filter(({enabled, tags}) => enabled && !tags.includes("experimental")).map(({id}) => id);
  console.log(JSON.stringify({counted, off: counted.filter((id) => !on.includes(id))}));
}

main();
