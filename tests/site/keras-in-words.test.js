// What "My Keras" understands. test_my_keras.py hands over the script, and the environments that pages list, as JSON.
const assert = require("node:assert/strict");
const { test } = require("node:test");
require(process.env.SCRIPT);

const environments = JSON.parse(process.env.ENVIRONMENTS);
const understand = (text) => kerasInWords.understand(text, environments);

const BY_NAME = [
  ["tensorflow 2.10", "tf-2.10"],
  ["tensorflow 2.10.1", "tf-2.10"],
  ["TensorFlow 2.10.0", "tf-2.10", "2.10.0 wasn't measured; showing 2.10.1, the first one after it."],
  ["tf 2.10", "tf-2.10"],
  ["tf2.10", "tf-2.10"],
  ["TF v2.10", "tf-2.10"],
  ["tf.keras 2.10", "tf-2.10"],
  ["tf keras 2.3", "tf-2.3"],
  ["tensorflow.keras 2.0", "tf-2.0"],
  ["tf.keras of TensorFlow 2.10.1", "tf-2.10"],
  ["tensorflow 1.13.1", "tf-1.12", "1.13.1 wasn't measured; showing 1.12.3, the last one before it."],
  ["tf_keras", "tf-keras-2.21"],
  ["tf_keras 2.21.0", "tf-keras-2.21"],
  ["tf_keras 2.16", "tf-keras-2.21", "2.16 wasn't measured; showing 2.21, the first one after it."],
  ["tf-keras==2.17.0", "tf-keras-2.21", "2.17.0 wasn't measured"],
  ["keras 2.3.1", "keras-2.3.1"],
  ["keras 2.3", "keras-2.3.1"],
  ["keras 2.3.1 theano", "keras-2.3.1"],
  ["keras 2.1.3", "keras-2.1.6", "2.1.3 wasn't measured; showing 2.1.6, the first one after it."],
  ["keras 2.0.8", "keras-2.0.7", "2.0.8 wasn't measured; showing 2.0.7, the last one before it."],
  ["keras 0.3", "keras-1.0.0", "0.3 wasn't measured; showing 1.0.0, the first one after it."],
  ["keras 2.10", "tf-2.10"],
  ["keras 2.13.1", "tf-2.13"],
  ["keras 2.17", "tf-keras-2.21", "Only tf_keras has this number."],
  ["keras 3", "keras-3.15-tensorflow", "Assuming TensorFlow; otherwise add"],
  ["keras 3.3", "keras-3.3-tensorflow", "add “jax”"],
  ["keras 3.3 jax", "keras-3.0-jax", "3.3 wasn't measured; showing 3.0.5, the last one before it."],
  ["keras 3.10.0 torch", "keras-3.10-torch"],
  ["Keras 3.10 with the PyTorch backend", "keras-3.10-torch"],
  ["Keras 3.15.1 (backend: JAX)", "keras-3.15-jax"],
  ["jax, keras 3.5", "keras-3.5-jax"],
  ["keras 3.15 numpy", "keras-3.15-numpy"],
  ["keras 3.15 openvino", "keras-3.15-openvino"],
  ["keras 3.9 tf", "keras-3.9-tensorflow"],
  ["tf.keras 3.9", "keras-3.9-tensorflow"],
  ["keras 4.0 jax", "keras-3.15-jax", "4.0 wasn't measured; showing 3.15.1, the last one before it."],
];

const PASTED = [
  // pip list, pip freeze, requirements.txt, conda list, pip show; a field takes out the ends of lines
  ["tensorflow                   2.10.1", "tf-2.10"],
  ["tensorflow==2.10.1", "tf-2.10"],
  ["tensorflow>=2.8,<2.9", "tf-2.8"],
  ["tensorflow-cpu==2.10.1", "tf-2.10"],
  ["tensorflow-gpu 2.4.4", "tf-2.4"],
  ["tensorflow_gpu-2.4.4", "tf-2.4"],
  ["tensorflow-macos         2.13.1", "tf-2.13"],
  ["tensorflow-intel==2.12.1", "tf-2.12"],
  ["tensorflow[and-cuda]==2.15.1", "tf-2.15"],
  ["tensorflow-estimator 2.6.0tensorflow-gpu 2.6.5", "tf-2.6"],
  ["Keras                        2.3.1", "keras-2.3.1"],
  ["Keras==2.2.4", "keras-2.2.4"],
  ["keras                     2.3.1                    py37_0", "keras-2.3.1"],
  ["Keras-Applications 1.0.8Keras-Preprocessing 1.1.2Keras 2.2.4", "keras-2.2.4"],
  ["Keras 2.3.1Keras-Preprocessing 1.1.2tensorflow 1.15.5", "keras-2.3.1"],
  ["Name: kerasVersion: 2.3.1Summary: Deep Learning for humans", "keras-2.3.1"],
  ["jax 0.4.30jaxlib 0.4.30keras 3.10.0ml-dtypes 0.4.0numpy 1.26.4", "keras-3.10-jax"],
  ["keras 3.3.3numpy 1.26.4tensorflow 2.16.2", "keras-3.3-tensorflow"],
  ["keras 3.15.1tensorflow 2.21.0tf_keras 2.21.0", "keras-3.15-tensorflow"],
  ["keras-nightly 3.15.0.dev2026", "keras-3.15-tensorflow", "Assuming TensorFlow; otherwise add"],
  // what the dialog's lines print, and what else a terminal or a notebook says
  ["keras 3.3.3 tensorflow", "keras-3.3-tensorflow"],
  ["keras 3.15.1 torch", "keras-3.15-torch"],
  ["tensorflow 2.15.1", "tf-2.15"],
  ["tf.__version__ '2.4.4'", "tf-2.4"],
  ["print(keras.__version__) 2.3.1", "keras-2.3.1"],
  ["TensorFlow version: 2.10.1", "tf-2.10"],
  ["Keras version: 2.2.4-tf, TensorFlow version: 2.0.4", "tf-2.0"],
  ["Python 3.8.10, TensorFlow 2.4.4", "tf-2.4"],
  ["v2.10.0-76-gfdfc646704c 2.10.1", "tf-2.10"],
  ["keras 2.4.3 tensorflow 2.2.3", "tf-2.2"],
  ["Keras 2, TensorFlow 2.4.4", "tf-2.4"],
  ["keras3 1.4.0", "keras-3.15-tensorflow", "Assuming TensorFlow; otherwise add"], // the package of R
];

const BARE = [
  ["2.15.1", "tf-2.15"],
  ["2.10", "tf-2.10"],
  ["2.13.1", "tf-2.13"],
  ["1.2.2", "keras-1.2.2"],
  ["3.15", "keras-3.15-tensorflow", "Assuming TensorFlow; otherwise add"],
  ["2.1.6-tf", "tf-1.12"],
];

const ASKED = [
  ["", /Write a name and a version/],
  ["nonsense", /Write a name and a version/],
  ["Using TensorFlow backend.", /Write a name and a version/],
  ["Python 3.11", /Write a name and a version/],
  ["2.2.4-tf", /print 2\.2\.4-tf, among them 2\.0\.4 and 1\.15\.5\. Write the version of TensorFlow, like “tensorflow 2\.0”/],
  ["keras 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["Keras version: 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["tf.keras 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["tensorflow, 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["tensorflow.keras 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["tensorflow.python.keras.api._v2.keras 2.2.4-tf", /2\.0\.4 and 1\.15\.5/],
  ["2.3.0-tf", /2\.2\.3 and 2\.1\.4/],
  ["2.2.0-tf", /how TensorFlow numbers its own Keras/],
  ["Keras 2.4.3", /print 2\.4\.0, among them 2\.4\.4 and 2\.3\.4/],
  ["keras 2.4", /2\.4\.4 and 2\.3\.4/],
  ["2.4.0", /2\.4\.4 and 2\.3\.4/],
  ["tf.keras 2.4.0", /2\.4\.4 and 2\.3\.4/],
  ["tf 2", /Write two numbers/],
  ["keras 2", /Write two numbers/],
  ["tensorflow 2.16.1", /TensorFlow 2\.16\.1 runs Keras 3/],
  ["tensorflow 2.21", /TensorFlow 2\.21 runs Keras 3/],
  ["2.3.1", /“keras 2\.3\.1” or “tensorflow 2\.3\.1”/],
  ["2.21.0", /“keras 2\.21\.0” or “tensorflow 2\.21\.0”/],
  ["torch 2.1", /Add the Keras version, like “keras 3\.10 torch”/],
  ["jax 0.4.30", /like “keras 3\.10 jax”/],
];

for (const [text, key, note = ""] of [...BY_NAME, ...PASTED, ...BARE])
  test(`“${text}” is ${key}`, () => {
    const answer = understand(text);
    assert.equal(answer.environment?.key, key, answer.question);
    assert.ok(note ? answer.note.includes(note) : !answer.note, `It notes: ${answer.note}`);
    assert.equal(understand(answer.words).environment?.key, key, "What a browser remembers means something else.");
  });

for (const [text, question] of ASKED)
  test(`“${text}” is asked about`, () => assert.match(understand(text).question ?? "no question", question));

for (const [key, name, , prints] of environments) {
  test(`${key} is found by its key and its name`, () => {
    for (const text of [key, name]) {
      const { environment, words, note } = understand(text);
      assert.deepEqual({ key: environment?.key, words, note }, { key, words: key, note: "" }, text);
    }
  });

  test(`${prints}, which ${key} says of itself, leads to it`, () => {
    for (const text of [prints, `keras ${prints}`]) {
      const { environment, note, question } = understand(text);
      if (environment?.key === key) continue;
      // Else it is asked which is meant, and what then is to be written leads to it.
      const written = (question ?? note).match(/“[^”]+”/g).map((quoted) => quoted.slice(1, -1));
      const release = name.match(/TensorFlow (\d+\.\d+)/)?.[1];
      const answers = written.flatMap((words) => [words, `${text} ${words}`, words.replace(/\d+\.\d+$/, release)]);
      assert.ok(
        answers.some((words) => understand(words).environment?.key === key),
        `“${text}” leads to ${environment?.key}. ${question ?? note}`,
      );
    }
  });
}

test("without environments nothing is understood", () =>
  assert.equal(kerasInWords.understand("keras 3.3", []).question, "That wasn't measured."));
