/* Works out which environment somebody means by "tf 2.10" or "keras 3.3 jax", or by a pasted line of `pip list`.

dialog.js fetches it once somebody writes that. It needs no page: tests/site/keras-in-words.test.js runs it in Node. An
answer is {environment, words, note}, where `words` is a short form, or {question} if it isn't clear. */
globalThis.kerasInWords = (() => {
  "use strict";

  const GAP = "(?:[^a-z0-9]|version|v)*"; // "==", " v", ".__version__: "
  const OF_TF_KERAS = String.raw`[12]\.[\d.]*\d-tf(?![a-z])`; // "2.2.4-tf"
  const VERSION = String.raw`(${OF_TF_KERAS}|\d+(?:\.\d+)*)`;
  const BARE_VERSION = RegExp(String.raw`${OF_TF_KERAS}|\d+(?:\.\d+)+`);
  const KERAS = "(?<!tf[_-])keras(?:-nightly)?";
  const TENSORFLOW = String.raw`(?:tensorflow|tf)(?:[-_](?:cpu|gpu|intel|macos|rocm|nightly))?(?:\[[\w-]+\])?`;
  const TF_DOT_KERAS = RegExp(String.raw`(?:tensorflow|tf)[. ](?:[\w.]*\.)?keras(?=${GAP}${VERSION})`, "g");
  const PYTHON = /python\W*\d[\d.]*|py\d+/g;

  /** Turn the page's list into environments, each with its line ("keras-jax" for "keras-3.15-jax") and its release. */
  const readEnvironments = (rows) =>
    rows.map(([key, name, beneath, prints], number) => ({
      ...{ key, name, beneath, prints, number }, // prints: what keras.__version__ is there
      line: key.replace(/-\d[\d.]*/, ""),
      release: name.match(/\d[\d.]*/)[0],
    }));

  function understand(text, rows) {
    const environments = readEnvironments(rows);
    const words = text
      .toLowerCase()
      .replace(PYTHON, "")
      .replace(TF_DOT_KERAS, (_, version) => (isBefore(version, "2.4") ? "tensorflow" : "tensorflow keras"));
    const after = (name) => words.match(RegExp(`(?<![a-z])${name}${GAP}${VERSION}(.*)`)) ?? [];
    const [, keras, rest = words] = after(KERAS);
    const [, tensorflow] = after(TENSORFLOW);
    const backend = backendIn(rest) ?? backendIn(words) ?? words.match(/numpy/)?.[0]; // NumPy is in every `pip list`.

    if (keras && isKeras3(keras)) return ofKeras3(keras, backend, environments);
    if (/tf[_-]keras/.test(words)) return nearest("tf-keras", after("tf[_-]keras")[1], environments);
    if (keras && isMultiBackend(keras)) return nearest("keras", keras, environments);
    if (tensorflow) return ofTensorFlow(tensorflow, environments);
    if (keras) return ofTfKeras(keras, environments);

    const bare = words.match(BARE_VERSION)?.[0];
    if (!bare) return { question: "Write a name and a version, like “tensorflow 2.10” or “keras 3.3 jax”." };
    if (isKeras3(bare)) return ofKeras3(bare, backend, environments);
    if (backend === "tensorflow") return ofTensorFlow(bare, environments); // even where "2.2.4-tf" names it
    if (backend) return { question: `Add the Keras version, like “keras 3.10 ${backend}”.` };
    return ofKerasOrTensorFlow(bare, environments);
  }

  // Up to 2.3, Keras was a separate package. From 2.4 to 2.15 it was TensorFlow's, and from 2.5 on had its number.
  const isKeras3 = (version) => parseInt(version) > 2;
  const isMultiBackend = (version) => /^[0-2]\.[\d.]+$/.test(version) && isBefore(version, "2.4");
  const isOfTfKeras = (version) => version.endsWith("-tf") || (isBefore(version, "2.16") && !isBefore(version, "2.4"));

  const backendIn = (words) =>
    words.match(/jax|torch|openvino|(?<![a-z])(?:tensorflow|tf)(?![a-z])/)?.[0].replace(/^tf$/, "tensorflow");

  function ofKeras3(version, backend, environments) {
    const note = backend ? "" : " Assuming TensorFlow; otherwise add “jax”, “torch”, “openvino” or “numpy”.";
    return nearest(`keras-${backend ?? "tensorflow"}`, version, environments, note);
  }

  function ofTensorFlow(version, environments) {
    if (version.endsWith("-tf")) return ofTfKeras(version, environments);
    if (isMajorAlone(version)) return { question: "Write two numbers, like “tensorflow 2.10”." };
    if (isBefore(version, "2.16")) return nearest("tf", version, environments);
    return { question: `TensorFlow ${version} runs Keras 3. Add the Keras version: “keras 3.3 tensorflow”.` };
  }

  /** Find the TensorFlow, or the tf_keras, whose Keras prints this version. */
  function ofTfKeras(version, environments) {
    if (isMajorAlone(version)) return { question: "Write two numbers, like “keras 2.3”." };
    const note = isBefore(version, "2.16") ? "" : " Only tf_keras has this number.";
    const same = environments.filter(({ prints }) => prints === version);
    if (same.length === 1) return { environment: same[0], words: same[0].key, note };
    const alike = environments.filter(({ prints }) => prints && minor(prints) === minor(version));
    const candidates = same.length || version.endsWith("-tf") ? same : alike;
    if (candidates.length > 1) {
      const releases = candidates.map(({ release }) => release);
      const example = releases[0].replace(/\.\d+$/, "");
      return {
        question:
          `Several releases of TensorFlow print ${candidates[0].prints}, among them ${releases.join(" and ")}.` +
          ` Write the version of TensorFlow, like “tensorflow ${example}”.`,
      };
    }
    if (version.endsWith("-tf"))
      return { question: "That's how TensorFlow numbers its own Keras. Write the version of TensorFlow, like “tensorflow 2.0”." };
    return nearest(isBefore(version, "2.16") ? "tf" : "tf-keras", version, environments, note);
  }

  /** For a number without a name, take whichever of the two was measured, if it can't mean the other. */
  function ofKerasOrTensorFlow(version, environments) {
    if (isOfTfKeras(version)) return ofTfKeras(version, environments); // whichever it is
    const isOf = (name) => environments.some(({ line, release }) => line === name && minor(release) === minor(version));
    if (isOf("keras") && !isOf("tf")) return nearest("keras", version, environments);
    return { question: `Keras or TensorFlow? Write “keras ${version}” or “tensorflow ${version}”.` };
  }

  /** Take the nearest measured release in a line: of the same minor, or else the next older, or newer. */
  function nearest(name, asked, environments, note = "") {
    const line = environments.filter((environment) => environment.line === name);
    if (!line.length) return { question: "That wasn't measured." };
    if (!asked) return { environment: line[0], words: line[0].key, note };
    const alike = line.filter(({ release }) => minor(release) === minor(asked));
    const candidates = alike.length ? alike : line;
    const environment = candidates.find(({ release }) => rank(release, 0) <= rank(asked)) ?? candidates.at(-1);
    const { key, release } = environment;
    const isExact = `${release}.`.startsWith(`${asked}.`) || rank(release, 0) === rank(asked);
    if (isExact) return { environment, words: key, note };
    const words = key.replace(/\d[\d.]*/, asked);
    const which = rank(release) < rank(asked) ? "the last one before it" : "the first one after it";
    return { environment, words, note: ` ${asked} wasn't measured; showing ${release}, ${which}.${note}` };
  }

  /** Turn "2.10.1" into 2010001, to compare; a missing number counts as the newest. */
  const rank = (version, missing = 999) =>
    [0, 1, 2].reduce((sum, place) => sum * 1000 + Number(version.match(/\d+/g)[place] ?? missing), 0);
  const minor = (version) => Math.floor(rank(version) / 1000);
  const isBefore = (version, bound) => rank(version) < rank(bound, 0);
  const isMajorAlone = (version) => /^[12]$/.test(version);

  return { understand };
})();
