"""Says what a Keras model is, and what is wrong with it after its layers were changed.

    from explain import explain

    explain(model)

It only looks: it changes nothing, and runs neither the model nor code of yours. What a
layer of Keras does now it traces into a graph of its own, without running it. It works
on Keras 3 and on tf.keras since TensorFlow 2.10 (or tf_keras), without other packages.

By the authors of the guide "Keras Layer Surgery". Apache License 2.0.
"""

import contextlib
import dis
import re
import sys
from collections import Counter, namedtuple

GUIDE = ""  # The guide's address. It is filled in where the guide is published.

Finding = namedtuple("Finding", "code wrong sentence address")

# What is wrong, in words, and where the guide says what to do about it.
FAULTS = {
    "list-gone": (
        "Not in the model's list any more, but its graph still runs them: {}.",
        "why/layers-is-a-copy/#private-list",
    ),
    "list-idle": (
        "In the model's list, but its graph doesn't run them: {}.",
        "why/layers-is-a-copy/#private-list",
    ),
    "inner-changed": (
        "{} was changed inside the model: it returns {}, the model expects {}.",
        "how-to/nested-models/#pop",
    ),
    "untracked": (
        "Keras doesn't see these layers, so it neither trains nor saves them: {}.",
        "how-to/check-after-surgery/#untracked",
    ),
    "stale-predict": (
        "`predict` {}. Compile again.",
        "why/after-pop-compile-again/#what-heals",
    ),
    "stale-on-openvino": (
        "`predict` still returns {}, the model {}. Make a new model of its layers.",
        "why/after-pop-compile-again/#what-heals",
    ),
    "stale-evaluate": (
        "`evaluate` {}. Compile again.",
        "why/after-pop-compile-again/#evaluate",
    ),
    "stale-fit": (
        "`fit` {}. Compile again.",
        "why/after-pop-compile-again/#fit",
    ),
    "old-activation": (
        "`{}` still runs {} {}. Compile again.",
        "how-to/change-the-activation/#stale",
    ),
    "old-setting": (
        "`{}` still runs {} {}. Compile again.",
        "how-to/change-a-setting/#assign",
    ),
    "old-lora": (
        "`{}` doesn't use the LoRA of {}: it was traced before. Compile again.",
        "how-to/quantized-and-lora/#lora-after-fit",
    ),
    "frozen-after-fit": (
        "Frozen since the last `fit`, which still expects to change {}. Compile again.",
        "how-to/freeze-layers/#after-fit",
    ),
    "unfrozen-after-fit": (
        "Trainable, but the `fit` that was traced doesn't change {}. Compile again.",
        "how-to/freeze-layers/#step-by-step",
    ),
    "optimizer-of-others": (
        "The optimizer keeps state for {} that the model doesn't have: {}.",
        "why/what-a-sequential-is-made-of/#optimizer",
    ),
    "optimizer-lacks": (
        "The optimizer doesn't know {} of the model: {}. Compile with a new one.",
        "how-to/compile-again/#old-optimizer",
    ),
    "normalization-differs": (
        "{} computes with other values than its weights hold: `finalize_state()`.",
        "how-to/siamese-networks-and-ensembles/#normalization",
    ),
    "float16-head": (
        "The model ends in float16, which has no numbers above 65504: {}.",
        "how-to/mixed-precision/#overflow",
    ),
}
# What to know before you change the model.
FACTS = {
    "kind": ("{} is {}.{}", "how-to/which-way-fits-my-model/#table"),
    "inputs": (
        "Its {}. `model.inputs` and `model.outputs` are flat lists.",
        "how-to/models-with-several-inputs/#inputs-list",
    ),
    "list-of-one": (
        "Its {} a list of one, not a tensor.",
        "how-to/sequential-or-functional/#lists",
    ),
    "not-built": (
        "Not built, so without weights: {}.",
        "why/what-a-sequential-is-made-of/#deferred",
    ),
    "no-graph": (
        "It has no graph: calling it runs its list of layers, one after the other.",
        "why/what-a-sequential-is-made-of/#graph",
    ),
    "operations": (
        "Its graph also runs operations that aren't in `model.layers`: {}.",
        "how-to/surgery-on-branched-models/#operators",
    ),
    "nested": (
        "Models inside it: {}. `get_layer` doesn't find their layers.",
        "how-to/nested-models/#get-layer",
    ),
    "shared": (
        "Called several times in the model: {}.",
        "how-to/surgery-on-branched-models/#shared",
    ),
    "several-chains": (
        "Called before, in another chain, so `.output` isn't this model's: {}.",
        "errors/multiple-inbound-nodes/#silent",
    ),
    "several-chains-keras-2": (
        "Also called elsewhere, so `.output` may raise an error: {}.",
        "errors/multiple-inbound-nodes/#multiple-inbound-nodes",
    ),
    "hidden-traces": (
        "Functions in use: {}. {} doesn't show whether they are stale.",
        "why/after-pop-compile-again/#old-activation",
    ),
    "frozen": ("{}`fit` changes {} of {}: {}.", "how-to/freeze-layers/#count"),
    "frozen-norm": (
        "Frozen, so its mean and variance don't change either: {}.",
        "how-to/freeze-layers/#batch-normalization",
    ),
    "normalization": (
        "Adapted: {}. A clone, or `set_weights`, doesn't carry what it computes with.",
        "how-to/leave-augmentation-out/#clone",
    ),
    "vocabulary": (
        "What {} learned from data isn't in `get_weights()`.",
        "how-to/check-after-surgery/#vocabulary",
    ),
    "dropout": (
        "Only active in training: {}.",
        "how-to/remove-a-middle-layer/#dropout",
    ),
    "augmentation": (
        "Changes its inputs at random in training: {}.",
        "how-to/leave-augmentation-out/#export",
    ),
    "stateful": (
        "Keeps its state from one batch to the next: {}.",
        "how-to/recurrent-models/#stateful",
    ),
    "mixed-precision": (
        "Computes in {}: {}.",
        "how-to/mixed-precision/#mixed-precision",
    ),
    "quantized": ("Quantized: {}.", "how-to/quantized-and-lora/#functional"),
    "lora": (
        "With LoRA, which `fit` changes instead of the kernel: {}.",
        "how-to/quantized-and-lora/#lora-trains",
    ),
}


def explain(model):
    """Print what a model is, what is wrong with it, and what to know about it.

    Raises `TypeError` for what isn't a model, and `NotImplementedError` for a model of
    an older Keras.
    """
    kind, *found = findings(model)
    print(kind.sentence)
    for title, wrong in ("Wrong:", True), ("Good to know:", False):
        group = [finding for finding in found if finding.wrong == wrong]
        if group:
            print(f"\n{title}")
        for finding in group:
            print(f"- {finding.sentence}\n  {GUIDE}{finding.address}")


def findings(model):
    """Return what `explain` prints, as `Finding`s. The first is the kind of model."""
    keras = keras_of(model)
    return [finding(*found) for look in LOOKS for found in look(keras, model)]


def finding(code, *values):
    sentence, address = FAULTS[code] if code in FAULTS else FACTS[code]
    return Finding(code, code in FAULTS, sentence.format(*values), address)


# --- Where Keras 3 and tf.keras keep what is looked at ---


class Keras:
    """The Keras that a model belongs to."""

    def __init__(self, root, version):
        self.root, self.version = root, version
        self.is_3 = version[0] == 3
        self.backend = root.backend.backend() if self.is_3 else "tensorflow"
        self.left = {}  # what layers leave in a trace, so that each is traced once

    def made(self, cls):
        """Return whether this Keras defines a class."""
        return cls.__module__.partition(".")[0] == self.root.__name__

    def is_a(self, thing, *names):
        """Return whether something is of a class of Keras, or of a subclass of it."""
        bases = type(thing).__mro__
        return any(base.__name__ in names and self.made(base) for base in bases)

    def overrides(self, thing, method):
        """Return whether the method isn't that of Keras."""
        bases = (base for base in type(thing).__mro__ if method in vars(base))
        return not self.made(next(bases, object))

    def graph(self, model):
        """Return the graph that a call of the model runs, `None` if it has none."""
        if self.is_a(model, "Sequential") and self.is_3:
            graph = model._functional
        elif self.is_a(model, "Sequential"):
            # One that `pop` has emptied keeps its nodes, but runs its list.
            graph = model if model._graph_initialized else None
        else:
            graph = None if self.overrides(model, "call") else model
        return graph if getattr(graph, "_nodes_by_depth", None) else None

    def calls(self, model):
        """Return the calls in a graph, from its inputs on: pairs of layer and node."""
        depths = getattr(self.graph(model), "_nodes_by_depth", {})
        nodes = [
            node for depth in sorted(depths, reverse=True) for node in depths[depth]
        ]
        nodes = [node for node in nodes if not node.is_input]
        return [(node.operation if self.is_3 else node.layer, node) for node in nodes]

    def run(self, model):
        """Return the layers and operations that a model's graph runs."""
        return unique(layer for layer, _ in self.calls(model))

    def ends(self, model):
        """Return the inputs and the outputs: tensors, or lists or dicts of some."""
        graph = self.graph(model)
        if graph is None:
            return None, None
        if self.is_3:
            return graph._inputs_struct, graph._outputs_struct
        return graph._nested_inputs, graph._nested_outputs

    def taken(self, node):
        return list(node.input_tensors if self.is_3 else node.keras_inputs)

    def returned(self, node):
        return leaves(node.output_tensors if self.is_3 else node.outputs)

    def is_operation(self, thing):
        """Return whether it is no layer that somebody wrote: `x + y`, `ops.relu(x)`."""
        lambdas = "TFOpLambda", "SlicingOpLambda"
        return not self.is_a(thing, "Layer") or type(thing).__name__ in lambdas

    def listed(self, model):
        """Return the layers in a model's own list, whether they are run or not."""
        name = "_layers" if self.is_3 else "_self_tracked_trackables"
        return self.only_layers(getattr(model, name, []))

    def layers(self, model):
        """Return all layers, those inside others too."""
        inside = model._flatten_layers(include_self=False)
        return self.only_layers(unique([*inside, *self.run(model)]))

    def only_layers(self, things):
        layers = [thing for thing in things if self.is_a(thing, "Layer")]
        return [each for each in layers if not self.is_a(each, "InputLayer", "Metric")]

    def own(self, layer):
        """Return a layer's own weights for training, whether it is frozen or not."""
        parts = layer._trainable_variables if self.is_3 else layer._trainable_weights
        return list(parts)

    def trainable(self, model):
        """Return the weights that `fit` would change if it was traced now."""
        layers = self.layers(model) if model.trainable else []
        if self.is_3:
            parts = unique(part for layer in layers for part in self.own(layer))
            return [part for part in parts if part.trainable]
        return unique(
            part for each in layers for part in state(each, "trainable_weights")
        )

    def everything(self, model):
        """Return the weights, and states that aren't weights: of noise, of an LSTM."""
        layers = [model, *self.layers(model)]
        lists = [
            state(layer, name) for layer in layers for name in ("variables", "states")
        ]
        return unique(variable for each in lists for variable in each)


def keras_of(model):
    """Return the Keras that a model belongs to."""
    bases = [base for base in type(model).__mro__ if base.__name__ == "Model"]
    roots = [base.__module__.partition(".")[0] for base in bases]
    if not roots or roots[-1] not in ("keras", "tf_keras", "tensorflow"):
        raise TypeError(f"explain takes a Keras model, not a {type(model).__name__}")
    root = sys.modules[roots[-1]]
    version = tuple(int(number) for number in re.findall(r"\d+", root.__version__)[:3])
    if roots[-1] == "tensorflow" or not (2, 10) <= version < (4,):
        raise NotImplementedError(
            "explain knows Keras 3, and tf.keras since TensorFlow 2.10. "
            f"This model belongs to {bases[-1].__module__}, {root.__version__}."
        )
    return Keras(root, version)


def leaves(structure):
    """Return what is in a list or dict, at any depth."""
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in leaves(part)]
    return [] if structure is None else [structure]


def state(layer, name):
    """Return the weights or states that a layer holds."""
    try:
        return leaves(getattr(layer, name, None))
    except ValueError:  # A subclassed model of tf.keras that isn't built raises it.
        return []


def unique(things):
    return list({id(thing): thing for thing in things}.values())


def ids(things):
    return {id(thing) for thing in things}


def shape_of(tensor):
    """Return a shape as a tuple, with `None` for open sizes; `None` if it has none."""
    try:
        return tuple(None if size is None else int(size) for size in tensor.shape)
    except (AttributeError, TypeError, ValueError):
        return None


def shapes_differ(some, others):
    """Return whether shapes differ in more than rows; an open size fits any."""
    if None in some or None in others:
        return False
    pairs = list(zip(some, others))
    sizes = [two for one, other in pairs for two in zip(one[1:], other[1:])]
    return (
        len(some) != len(others)
        or any(len(one) != len(other) for one, other in pairs)
        or any(None not in two and two[0] != two[1] for two in sizes)
    )


def in_words(structure):
    """Return shapes in words: "a list of (None, 4), (None, 6)"."""
    if isinstance(structure, dict):
        parts = [f"{key} {in_words(part)}" for key, part in structure.items()]
        return f"a dict of {', '.join(parts)}"
    shape = isinstance(structure, tuple) and not any(map(shape_of, structure))
    if isinstance(structure, (list, tuple)) and not shape:
        return f"a list of {', '.join(map(in_words, structure))}"
    return str(structure if isinstance(structure, tuple) else shape_of(structure))


def names(things):
    """Return names in words: "a, b and 3 more"."""
    shown = unique(thing if isinstance(thing, str) else thing.name for thing in things)
    rest = f" and {len(shown) - 4} more" if len(shown) > 5 else ""
    return ", ".join(shown[:4] if rest else shown) + rest


def count(things):
    return f"{len(things)} weight{'' if len(things) == 1 else 's'}"


# --- What kind of model it is ---


def look_at_kind(keras, model):
    inputs, outputs = keras.ends(model)
    calls = keras.calls(model)
    number = f"{len(calls)} call{'' if len(calls) == 1 else 's'}"
    if keras.is_a(model, "Sequential"):
        layers = len(keras.listed(model))
        kind = f"a Sequential of {layers} layer{'' if layers == 1 else 's'}"
    elif not calls:
        kind = "a subclassed model"
    elif len(leaves([inputs, outputs])) == 2 and is_chain(keras, calls):
        kind = f"a functional model, a chain of {number}"
    else:
        kind = f"a functional model with branches, {number}"
    if not keras.made(type(model)):
        kind += f", of the class {type(model).__name__}"
    ends = f" It takes {in_words(inputs)} and returns {in_words(outputs)}."
    yield "kind", model.name, kind, "" if inputs is None else ends


def is_chain(keras, calls):
    """Return whether each call takes what the one before it returned, and only that."""
    taken = [ids(keras.taken(node)) for _, node in calls]
    returned = [ids(keras.returned(node)) for _, node in calls]
    one_each = all(len(keras.taken(node)) == 1 for _, node in calls)
    return one_each and all(map(set.issubset, taken[1:], returned))


def look_at_ends(keras, model):
    several, one = [], []
    for word, ends in zip(("inputs", "outputs"), keras.ends(model)):
        if isinstance(ends, dict):
            several.append(f"{word} are a dict")
        elif isinstance(ends, (list, tuple)):
            known = several if len(ends) > 1 else one
            known.append(f"{word} are a list" if len(ends) > 1 else word)
    if several:
        yield "inputs", " and its ".join(several)
    if one:
        yield "list-of-one", " and its ".join(one) + " are"


def look_at_what_is_not_built(keras, model):
    listed, layers = keras.listed(model), keras.layers(model)
    # A layer may hold some that it doesn't use, as Bidirectional of Keras 3.0 does.
    wholes = [each for each in layers if each.built and not keras.is_a(each, "Model")]
    inside = [
        part for each in wholes for part in each._flatten_layers(include_self=False)
    ]
    waiting = [layer for layer in layers if not layer.built and layer not in inside]
    if keras.is_a(model, "Sequential") and keras.graph(model) is None:
        if model.built and listed:
            yield ("no-graph",)
        elif waiting or not listed:
            yield "not-built", model.name
    elif waiting:
        yield "not-built", names(waiting)


# --- What it is made of ---


def look_at_structure(keras, model):
    run = keras.run(model)
    operations = [layer for layer in run if keras.is_operation(layer)]
    if operations:
        yield "operations", names(operations)
    nested = [layer for layer in keras.layers(model) if keras.is_a(layer, "Model")]
    if nested:
        yield "nested", names(nested)
    times = Counter(id(layer) for layer, _ in keras.calls(model))
    shared = [layer for layer in run if times[id(layer)] > 1]
    if shared:
        yield "shared", names(shared)


def look_at_chains(keras, model):
    """Find layers whose `.output` is of another call than the model's."""
    here = ids(node for _, node in keras.calls(model))
    run = [layer for layer in keras.run(model) if len(layer._inbound_nodes) > 1]
    if keras.is_3:
        code = "several-chains"
        astray = [layer for layer in run if id(layer._inbound_nodes[0]) not in here]
    else:
        code = "several-chains-keras-2"
        astray = [layer for layer in run if not ids(layer._inbound_nodes) <= here]
    if astray:
        yield code, names(astray)


def look_at_lists(keras, model):
    """Find layers that are in only one of a model's list and its graph."""
    run, listed = keras.run(model), keras.listed(model)
    run = [layer for layer in run if not keras.is_operation(layer)]
    gone = [layer for layer in run if id(layer) not in ids(listed)]
    idle = [layer for layer in listed if id(layer) not in ids(run)]
    if gone:
        yield "list-gone", names(gone)
    if idle and run and keras.is_a(model, "Sequential"):
        yield "list-idle", names(idle)


def look_at_inner_models(keras, model):
    for inner, node in keras.calls(model):
        if keras.is_a(inner, "Model") and keras.graph(inner) is not None:
            now = [shape_of(tensor) for tensor in leaves(keras.ends(inner)[1])]
            then = [shape_of(tensor) for tensor in keras.returned(node)]
            if shapes_differ(now, then):
                yield "inner-changed", inner.name, shapes(now), shapes(then)


def shapes(some):
    return ", ".join(map(str, some))


def look_for_untracked_layers(keras, model):
    lost = untracked(keras, model)
    if lost:
        yield "untracked", names(lost)


def untracked(keras, model):
    """Return layers in the attributes of the model's author that Keras doesn't see."""
    known = ids([model, *keras.layers(model)])
    authors = [model, *keras.layers(model)]
    held = [vars(each) for each in authors if keras.overrides(each, "call")]
    values = [each[name] for each in held for name in each if name not in INTERNALS]
    found = unique(layer for value in values for layer in within(keras, value, 4))
    return [layer for layer in found if id(layer) not in known]


INTERNALS = "_tracker", "_layers", "_self_tracked_trackables", "_functional"
INTERNALS += "_inbound_nodes", "_outbound_nodes"


def let_go(keras, model):
    """Return layers that Keras 3 goes on to track, though no attribute holds them."""
    if keras.is_a(model, "Sequential", "Functional"):
        return []
    values = [value for name, value in vars(model).items() if name not in INTERNALS]
    held = ids(layer for value in values for layer in within(keras, value, 4))
    return [layer for layer in keras.listed(model) if id(layer) not in held]


def within(keras, value, depth):
    """Yield the layers in a list or dict, or in an object that isn't of a library."""
    libraries = "builtins", "keras", "tf_keras", "tensorflow", "numpy", "jax", "torch"
    parts = []
    if keras.is_a(value, "Layer"):
        yield value
    elif isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, (list, tuple, set)):
        parts = value
    elif type(value).__module__.partition(".")[0] not in libraries:
        parts = getattr(value, "__dict__", {}).values()
    for part in list(parts) if depth else ():
        yield from within(keras, part, depth - 1)


# --- What `predict`, `evaluate` and `fit` froze when they were traced ---


FUNCTIONS = {
    "predict": "predict_function",
    "evaluate": "test_function",
    "fit": "train_function",
}


HIDING = {"jax": "JAX", "openvino": "OpenVINO"}


def look_at_functions(keras, model):
    used = {word: getattr(model, name, None) for word, name in FUNCTIONS.items()}
    used = {word: function for word, function in used.items() if function is not None}
    if keras.backend == "tensorflow":
        for word, function in used.items():
            traces = traces_of(keras, model, function)
            problems = [
                each for one in traces for each in stale(keras, model, word, one)
            ]
            yield from {each[0]: each for each in problems[::-1]}.values()
            if word == "fit" and all(each[0] != "stale-fit" for each in problems):
                yield from look_at_what_fit_moves(keras, model, traces)
    if keras.backend == "openvino" and getattr(model, "ov_compiled_model", None):
        ports = [port.partial_shape for port in model.ov_compiled_model.outputs]
        then = [tuple(map(size_of, port)) for port in ports]
        now = [shape_of(tensor) for tensor in leaves(keras.ends(model)[1])]
        if now and shapes_differ(then, now):
            yield "stale-on-openvino", shapes(then), shapes(now)
    if keras.backend in HIDING and used:
        yield "hidden-traces", names(used), HIDING[keras.backend]


def size_of(dimension):
    return None if dimension.is_dynamic else dimension.get_length()


def stale(keras, model, word, trace):
    """Yield what a trace does that the model no longer does."""
    places = list(places_of(keras, model, trace.top))
    missing = [place for place in places if misses(keras, trace, place, word)]
    reasons = list(reasons_of(keras, model, word, trace, places, missing))
    rows = f" for {trace.rows} rows" if word == "predict" and trace.rows else ""
    unsure = [each.layer for each in missing if own_code(keras, each.layer)]
    if reasons:
        yield f"stale-{word}", f"is stale: the trace{rows} " + ", and ".join(reasons)
    elif unsure:
        words = f"may be stale: the trace{rows} doesn't show {names(unsure)}"
        yield f"stale-{word}", words
    for layer in keras.layers(model):
        added = [raw(part) for part in keras.own(layer) if "lora" in part.name]
        if added and not ids(added) & set(trace.read):
            yield "old-lora", word, layer.name
            places = [place for place in places if place.layer is not layer]
    for place in places:
        yield from old_settings(keras, place, word)


def reasons_of(keras, model, word, trace, places, missing):
    strangers = list(strangers_in(keras, model, trace.top))
    lost = [
        part for layer in untracked(keras, model) for part in state(layer, "variables")
    ]
    gone = [
        raw(part)
        for layer in let_go(keras, model)
        for part in state(layer, "variables")
    ]
    known = ids(map(raw, [*keras.everything(model), *lost])) - ids(gone)
    foreign = [variable for key, variable in trace.read.items() if key not in known]
    # States of random numbers, which are integers, may belong to no layer.
    foreign = [variable for variable in foreign if variable.dtype.is_floating]
    if strangers:
        yield f"runs layers that aren't in the model: {names(strangers)}"
    elif foreign:
        yield f"reads weights that no layer of the model has: {names(foreign)}"
    elif trace.deleted:
        yield "reads weights that have been deleted"
    sure = [each.layer for each in missing if not own_code(keras, each.layer)]
    if sure:
        yield f"doesn't run {names(sure)}"
    if not keras.overrides(model, STEPS[word]):
        for place in places:
            times = times_in(keras, place, word, trace)
            if times > place.times > 0:
                yield f"runs {place.layer.name} {times} times, not {place.times}"
    layers = keras.run(model) or keras.listed(model)
    run = [scope_of(layer) for layer in layers]
    order = [without_number(keras, name) for name in trace.top.inside]
    order = [name for name in dict.fromkeys(order) if name in run]
    if keras.is_a(model, "Sequential") and order != [
        each for each in run if each in order
    ]:
        yield f"runs them in another order: {names(order)}"
    now = [shape_of(tensor) for tensor in leaves(keras.ends(model)[1])]
    if word == "predict" and now and not keras.overrides(model, "predict_step"):
        if trace.outputs and shapes_differ(trace.outputs, now):
            yield f"returns {shapes(trace.outputs)}, the model {shapes(now)}"


STEPS = {"predict": "predict_step", "evaluate": "test_step", "fit": "train_step"}
# A layer, the scopes that it left in a trace, how often a graph calls it (0 if there is
# no graph, so that nobody knows), whether masks may reach it, and whether it's in a
# TimeDistributed, which leaves operations of its own there.
Place = namedtuple("Place", "layer scopes times masked each_step")


def places_of(keras, model, scope, outer=1):
    """Yield the layers of a model, which is called `outer` times, with their places.

    Layers and models open a scope of their name, so they can be told in a trace.
    """
    calls = keras.calls(model)
    run = keras.run(model) or keras.listed(model)
    times = Counter(id(layer) for layer, _ in calls)
    if not calls and keras.is_a(model, "Sequential"):
        times = Counter(map(id, run))
    several = {id(layer) for layer, node in calls if len(keras.taken(node)) > 1}
    makers = [each for each in keras.layers(model) if makes_masks(keras, each)]
    for layer in run:
        number, masked = times[id(layer)] * outer, bool(makers) or id(layer) in several
        each_step = keras.is_a(layer, "TimeDistributed")
        layer, own = unwrapped(keras, layer, scopes_in(keras, scope, layer))
        yield Place(layer, own, number, masked or not number, each_step)
        if own and keras.is_a(layer, "Model"):
            # In Keras 3 each call has its own scope, and a TimeDistributed many.
            inner = 0 if each_step else 1 if keras.is_3 else number
            yield from places_of(keras, layer, own[0], inner)


def makes_masks(keras, layer):
    masking = keras.is_a(layer, "Masking") or getattr(layer, "mask_zero", False)
    return masking or keras.overrides(layer, "compute_mask")


def scopes_in(keras, scope, layer):
    """Return the scopes of a layer's calls. In tf.keras all calls share one."""
    inside = scope.inside.items()
    own = [
        one for name, one in inside if without_number(keras, name) == scope_of(layer)
    ]
    return [one for one in own if not builds(one)]


def builds(scope):
    return any(each.type == "VarIsInitializedOp" for each in operations_in(scope))


def unwrapped(keras, layer, scopes):
    """Return a layer and its scopes; of a TimeDistributed, what it wraps, and theirs.

    In Keras 3 what is wrapped has no scope of its own.
    """
    while scopes and keras.is_a(layer, "TimeDistributed"):
        layer = layer.layer
        scopes = scopes_in(keras, scopes[0], layer) or scopes
    return layer, scopes


def scope_of(layer):
    """Return the name of the scope that TensorFlow opens for a layer."""
    return re.sub(r"[^\w.\\/>-]", "_", layer.name)


def without_number(keras, scope):
    """Return a scope's name as the layer has it: in Keras 3 a number is behind it."""
    return re.sub(r"_\d+$", "", scope) if keras.is_3 else scope


def strangers_in(keras, model, scope):
    """Yield the names of what a trace runs and the model's graph doesn't."""
    layers = {scope_of(layer): layer for layer in keras.run(model)}
    if not layers or any(map(keras.is_operation, layers.values())):
        return  # What an operation leaves behind doesn't bear its name.
    for name, inner in scope.inside.items():
        owner = layers.get(without_number(keras, name))
        if owner is None:
            yield without_number(keras, name)
        elif keras.is_a(owner, "Model"):
            yield from strangers_in(keras, owner, inner)


def misses(keras, trace, place, word):
    """Return whether a trace doesn't run a layer that the model's graph runs."""
    layer = place.layer
    if keras.is_operation(layer) or not place.times:
        return False
    inside = (
        [layer, *keras.layers(layer)] if keras.is_a(layer, "Model") else parts(layer)
    )
    own = [raw(part) for each in keras.only_layers(inside) for part in keras.own(each)]
    code = own_code(keras, layer)
    if code:
        return not place.scopes and (own or len(inside) == 1) and computes(code)
    if own:
        return not ids(own) & set(trace.read)
    return not place.scopes and left_by(keras, layer, word == "fit")


def parts(layer):
    return [layer, *layer._flatten_layers(include_self=False)]


def own_code(keras, layer):
    """Return the code that somebody wrote for a layer, which isn't called here."""
    if keras.is_a(layer, "Lambda"):
        return layer.function
    return type(layer).call if keras.overrides(layer, "call") else None


def computes(function):
    """Return whether code computes what it returns, whatever its arguments are."""
    code = getattr(function, "__code__", None)
    if code is None or "training" in code.co_varnames:
        return False
    steps = [each for each in dis.get_instructions(code) if each.opname != "CACHE"]
    stored = {each.argval for each in steps if each.opname.startswith("STORE_FAST")}
    last = steps[-2] if len(steps) > 1 else steps[-1]
    unchanged = "LOAD_FAST" in last.opname and last.argval not in stored
    branches = any(each.opcode in dis.hasjrel + dis.hasjabs for each in steps)
    makes = r"CALL|BINARY_(?!SUBSCR|SLICE)|UNARY"
    works = any(re.match(makes, each.opname) for each in steps)
    return works and not branches and not unchanged


def old_settings(keras, place, word):
    """Yield how a trace differs from what a layer would leave in it now."""
    layer, then = place.layer, Counter()
    for scope in place.scopes:
        then.update(settings(operations_in(scope)))
    takes_masks = "mask" in names_in(layer.call) if place.masked else False
    if not place.scopes or takes_masks or keras.is_a(layer, "Model"):
        return
    modes = (True, False) if word == "fit" else (False, True)
    if place.each_step:
        modes = modes[:1]
    differences = []
    for mode in modes:
        now = left_by(keras, layer, mode)
        if now is None:
            return
        new = [each for each in now if each not in then]
        lost = [each for each in then if each not in now and not place.each_step]
        if not new and not lost:
            return
        differences.append((lost, new))
    lost, new = differences[0]
    words = [f"with {names(map(said, lost))}"] if lost else []
    if new:
        words.append(("not " if lost else "without ") + names(map(said, new)))
    kinds = {kind for kind, *_ in lost} ^ {kind for kind, *_ in new}
    code = "old-activation" if hasattr(layer, "activation") and kinds else "old-setting"
    yield code, word, layer.name, ", ".join(words)


def times_in(keras, place, word, trace):
    """Return how often a trace runs a layer; 0 where that can't be known."""
    if len(place.scopes) > 1 or not place.scopes:
        return len(place.scopes)
    now = left_by(keras, place.layer, word == "fit")
    then = settings(operations_in(place.scopes[0]))
    rates = {then[key] / now[key] / trace.calls for key in now} if now else set()
    return int(rates.pop()) if len(rates) == 1 else 0


# --- What a layer does now ---


def left_by(keras, layer, training):
    """Return what a layer of Keras leaves in a trace now; `None` if nobody knows."""
    key = id(layer), training
    if keras.made(type(layer)) and not hasattr(layer, "adapt"):
        alike = {**layer.get_config(), "name": "", "filters": 0, "units": 0}
        key = type(layer), str(alike), len(layer.weights), training
    if key not in keras.left:
        try:
            keras.left[key] = settings(traced_alone(keras, layer, training))
        except Exception:  # Whatever a layer needs that isn't known here.
            keras.left[key] = None
    return keras.left[key]


def traced_alone(keras, layer, training):
    """Return the operations of a layer, traced into a graph that is thrown away."""
    tf = sys.modules["tensorflow"]
    activation = getattr(layer, "activation", None)
    root = (getattr(activation, "__module__", None) or "keras").partition(".")[0]
    known = root in ("keras", "tf_keras", "tensorflow")
    random = keras.is_a(layer, "RNN") or re.match(RANDOM, type(layer).__name__)
    if getattr(layer, "activity_regularizer", None) or is_quantized(layer):
        raise NotImplementedError
    if own_code(keras, layer) or not known or random or len(parts(layer)) > 1:
        raise NotImplementedError
    # Keras counts on in these: with a seed, and for names.
    counted = [vars(getattr(layer, "_random_generator", None) or Scope())]
    if keras.is_3:
        kept = sys.modules["keras.src.backend.common.global_state"]
        counted.append(kept.get_global_attribute("object_name_uids", {}))
    before = [dict(each) for each in counted]
    graph = tf.__internal__.FuncGraph("explain")
    with graph.as_default(), autocast(keras, layer):
        inputs = [
            tf.compat.v1.placeholder(layer.compute_dtype, shape)
            for shape in taken_by(keras, layer)
        ]
        mode = {"training": training} if "training" in names_in(layer.call) else {}
        layer.call(inputs if len(inputs) > 1 else inputs[0], **mode)
    for now, then in zip(counted, before):
        now.clear()
        now.update(then)
    return graph.get_operations()


def autocast(keras, layer):
    """Return the scope in which Keras calls a layer of mixed precision."""
    if not is_half(layer):
        return contextlib.nullcontext()
    if keras.is_3:
        return sys.modules["keras.src.backend"].AutocastScope(layer.compute_dtype)
    base = next(each for each in type(layer).__mro__ if each.__name__ == "Layer")
    module = base.__module__.replace(
        "engine.base_layer", "mixed_precision.autocast_variable"
    )
    return sys.modules[module].enable_auto_cast_variables(layer._compute_dtype_object)


def taken_by(keras, layer):
    """Return the shapes of what a layer takes. Those without weights take any."""
    if layer._inbound_nodes:
        return [shape_of(tensor) for tensor in keras.taken(layer._inbound_nodes[0])]
    if keras.is_3:
        (shape,) = (getattr(layer, "_build_shapes_dict", None) or {"": None}).values()
    else:
        shape = layer._build_input_shape
    return [shape or (None, None)]


def names_in(function):
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return code.co_varnames if code else ()


PLUMBING = "Identity", "IdentityN", "ReadVariableOp", "Cast", "Reshape"


def settings(operations):
    """Count operations on floats, with their numbers: how a layer is set."""
    found = Counter()
    for each in operations:
        if not any(tensor.dtype.is_floating for tensor in each.outputs):
            continue
        if each.type in ("Const", "Placeholder"):
            number = constant(each)
            if number:
                found[number] += 1
        elif each.type not in PLUMBING:
            numbers = [
                f" {name} {value.f:.3g}" if value.f else f"{name}={value.i}{value.b}"
                for name, value in sorted(each.node_def.attr.items())
                if value.WhichOneof("value") in ("f", "i", "b")
                and not re.match("_|seed", name)
            ]
            found[(each.type, *numbers)] += 1
    return found


def constant(operation):
    """Return the numbers that a trace keeps, or got when it was made; or nothing."""
    if operation.type == "Const":
        proto = operation.get_attr("value")
        numbers = sys.modules["tensorflow"].make_ndarray(proto)
    else:
        tensor = operation.outputs[0]
        while tensor is not None and not hasattr(tensor, "numpy"):
            captures = getattr(tensor.graph, "captures", ())
            tensor = next((out for out, inner in captures if inner is tensor), None)
        if tensor is None:
            return ()
        numbers = tensor.numpy()
    first = f"{float(numbers.ravel()[0]):.3g}" if numbers.size else "nothing"
    return first + ("…" if numbers.size > 1 else ""), numbers.tobytes()


def said(setting):
    """Return an operation with its numbers, or a number, in words."""
    first, *rest = setting
    return first + "".join(each for each in rest if str(each).startswith(" "))


def operations_in(scope):
    inside = [each for one in scope.inside.values() for each in operations_in(one)]
    return scope.operations + inside


def look_at_what_fit_moves(keras, model, traces):
    now = ids(map(raw, keras.trainable(model)))
    moved = {key for trace in traces for key in trace.moved}
    fixed = {key for trace in traces for key in trace.read} - moved
    owned = [(layer, ids(map(raw, keras.own(layer)))) for layer in keras.layers(model)]
    frozen = [layer for layer, own in owned if own & moved - now]
    # A weight that the optimizer knows was to be trained: only its gradient is missing.
    known, takes_new = known_to(keras, getattr(model, "optimizer", None))
    trained = [each for each in keras.trainable(model) if key_of(keras, each) in known]
    fixed -= ids(map(raw, trained))
    waiting = [layer for layer, own in owned if own & now & fixed]
    if frozen:
        yield "frozen-after-fit", names(frozen)
    # An old optimizer keeps no list: there it counts whether something cuts gradients.
    run = [each.type for trace in traces for each in operations_in(trace.top)]
    cut = takes_new and ("StopGradient" in run or len(model.outputs or ()) > 1)
    if waiting and not cut and not keras.overrides(model, "train_step"):
        yield "unfrozen-after-fit", names(waiting)


# --- How TensorFlow keeps a trace ---


class Scope:
    """What a trace runs under one name: operations, and further names."""

    def __init__(self):
        self.inside, self.operations = {}, []


class Trace:
    """What a function runs under the model's name, for one signature."""

    def __init__(self, concrete):
        first = [shape_of(tensor) for tensor in concrete.graph.inputs[:1]]
        self.rows = first[0][0] if first and first[0] else None
        self.outputs = [shape_of(each) for each in leaves(concrete.structured_outputs)]
        self.top, self.calls, self.deleted = Scope(), 0, False
        self.read, self.moved = {}, set()  # variables by their ids, and ids


def raw(weight):
    """Return TensorFlow's variable behind a weight, or behind a replica's copy."""
    inner = vars(weight).get("_variable", vars(weight).get("_value"))
    weight = weight if inner is None else inner
    for holder in vars(weight).get("_handle"), weight:  # of TensorFlow 2.21, and older
        container = getattr(holder, "_distributed_container", None)
        weight = container() if container else weight
    return weight


def traces_of(keras, model, function):
    """Return the traces of a function that run the model."""
    traces, seen = [], set()
    for concrete in [each for traced in traced_in(function) for each in traced]:
        if id(concrete.graph) in seen:
            continue  # One before calls it.
        graphs = {None: concrete.graph, **dict(graphs_in(concrete.graph))}
        seen |= ids(graphs.values())
        top = scope_of(model)
        contents = {name: Contents(keras, graphs[name], top) for name in graphs}
        trace, variables = Trace(concrete), Variables(graphs, contents)
        trace.deleted = variables.deleted
        branches = {name for each in contents.values() for name in each.branches}
        for name, inside in contents.items():
            if name not in branches:
                trace.calls += read(keras, top, inside, trace, variables)
            for write in inside.writes:
                trace.moved |= ids(variables.behind(write.inputs[0]))
        if trace.top.inside or trace.top.operations:
            traces.append(trace)
    return traces


def traced_in(function, depth=8):
    """Yield the traces of each `tf.function` that a function is, or refers to."""
    if hasattr(function, "_list_all_concrete_functions"):
        yield function._list_all_concrete_functions()
        function = function._python_function
    for cell in getattr(function, "__closure__", None) or () if depth else ():
        try:
            value = cell.cell_contents
        except ValueError:  # It is empty.
            continue
        if type(value).__name__ in ("function", "Function"):
            yield from traced_in(value, depth - 1)


def graphs_in(graph, depth=8):
    """Yield the graphs that a graph calls, with their names."""
    functions = getattr(graph, "_functions", {}) if depth else {}
    for name, function in list(functions.items()):
        inner = getattr(function, "graph", None)
        if hasattr(inner, "_weak_variables"):
            yield name.decode() if isinstance(name, bytes) else name, inner
            yield from graphs_in(inner, depth - 1)


# Operations that call graphs: the attributes that name these, and the first input that
# they get.
BRANCHES = {
    "While": (["body"], 0),
    "StatelessWhile": (["body"], 0),
    "If": (["then_branch", "else_branch"], 1),
    "StatelessIf": (["then_branch", "else_branch"], 1),
}
CALLS = {"PartitionedCall": (["f"], 0), "StatefulPartitionedCall": (["f"], 0)}
CALLS.update(BRANCHES)


WRITES = "Assign", "ResourceApply", "ResourceSparseApply", "ResourceScatter"


class Contents:
    """The operations of a graph, with those that call other graphs or write.

    Branches and loops within the model are not looked into: what they read is passed to
    them from outside.
    """

    def __init__(self, keras, graph, top):
        self.operations = [(each, each.type) for each in graph.get_operations()]
        self.writes = [
            each for each, kind in self.operations if kind.startswith(WRITES)
        ]
        self.branches, self.calls = set(), []
        for operation, kind in self.operations:
            attributes, first = CALLS.get(kind, ((), 0))
            for attribute in attributes:
                name = operation.get_attr(attribute).name
                self.calls.append((name, operation.inputs[first:]))
                if kind in BRANCHES and top in path_in(keras, operation):
                    self.branches.add(name)


class Variables:
    """The variables of a trace's graphs, found by the handles that operations take."""

    def __init__(self, graphs, contents):
        self.by_handle, self.sources, self.deleted = {}, {}, False
        for name, graph in graphs.items():
            held = [weak() for weak in graph._weak_variables]
            self.deleted = self.deleted or any(variable is None for variable in held)
            for variable in held:
                if variable is not None:
                    whole = raw(variable)
                    for part in vars(whole).get("_values", [whole]):
                        self.by_handle[id(part.handle)] = whole
            for outer, inner in graph.captures:
                self.sources.setdefault(id(inner), []).append(outer)
            for callee, given in contents[name].calls:
                inputs = graphs[callee].inputs if callee in graphs else ()
                for outer, inner in zip(given, inputs):
                    self.sources.setdefault(id(inner), []).append(outer)

    def behind(self, handle, depth=8):
        """Return the variables that a handle stands for."""
        found = [self.by_handle[id(handle)]] if id(handle) in self.by_handle else []
        outer = self.sources.get(id(handle), ()) if depth else ()
        return found + [each for one in outer for each in self.behind(one, depth - 1)]


def path_in(keras, operation):
    return [without_number(keras, name) for name in operation.name.split("/")[:-1]]


def read(keras, top, contents, trace, variables):
    """Note what a graph runs under the model's name; return how often it calls it."""
    calls = set()
    for operation, _ in contents.operations:
        if top not in operation.name or "gradient_tape/" in operation.name:
            continue  # most of them, in `fit`: this is what takes time
        path, names = operation.name.split("/"), path_in(keras, operation)
        if top not in names:
            continue
        scope = trace.top
        calls.add(tuple(path[: names.index(top) + 1]))
        for name in path[names.index(top) + 1 : -1]:
            scope = scope.inside.setdefault(name, Scope())
        scope.operations.append(operation)
        # On TensorFlow 2.10 some operations have no inputs.
        for tensor in getattr(operation, "inputs", ()):
            if tensor.dtype.name == "resource":
                trace.read.update((id(each), each) for each in variables.behind(tensor))
    return len(calls)


# --- What the optimizer remembers, and what is frozen ---


def look_at_optimizer(keras, model):
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return
    known, takes_new = known_to(keras, optimizer)
    weights = [
        part for layer in keras.layers(model) for part in state(layer, "weights")
    ]
    mine = {key_of(keras, weight): weight for weight in weights}
    trainable = {key_of(keras, weight): weight for weight in keras.trainable(model)}
    others = [known[key] for key in known if key not in mine]
    lacks = [path_of(trainable[key]) for key in trainable if key not in known]
    frozen = [path_of(mine[key]) for key in known if key in mine.keys() - trainable]
    if others:
        yield "optimizer-of-others", count(others), names(others)
    if lacks and known and not takes_new:
        yield "optimizer-lacks", count(lacks), names(lacks)
    if frozen and keras.backend == "jax":
        yield "frozen-after-fit", names(frozen)


def known_to(keras, optimizer):
    """Return the weights that an optimizer knows, and whether it takes others."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of loss scaling
    if keras.is_3:
        known = getattr(optimizer, "_trainable_variables", None) or []
        return {id(weight): path_of(weight) for weight in known}, False
    old = not hasattr(optimizer, "_index_dict")  # up to TensorFlow 2.10, or `legacy`
    known = getattr(optimizer, "_slots" if old else "_index_dict", {})
    return {key: re.sub(r"_\d+$", "", key) for key in known}, old


def key_of(keras, weight):
    return id(weight) if keras.is_3 else raw(weight)._unique_id


def path_of(weight):
    return getattr(weight, "path", weight.name)


def look_at_what_is_frozen(keras, model):
    now = ids(keras.trainable(model))
    owned = [(layer, ids(keras.own(layer))) for layer in keras.layers(model)]
    every = set().union(*(own for _, own in owned))
    fixed = [layer for layer, own in owned if own and not own & now]
    moving = [layer for layer, own in owned if own & now]
    if every - now:
        words = f"Frozen: {names(fixed)}. " if fixed else ""
        yield "frozen", words, len(now), count(every), names(moving) or "none"
    norms = [layer for layer in fixed if keras.is_a(layer, "BatchNormalization")]
    if norms:
        yield "frozen-norm", names(norms)


# --- Layers that need something else ---


def look_at_adapted_layers(keras, model):
    layers = keras.layers(model)
    adapted = [layer for layer in layers if keras.is_a(layer, "Normalization")]
    adapted = [layer for layer in adapted if state(layer, "weights")]
    differing = [layer for layer in adapted if differs_from_its_weights(layer)]
    if adapted and keras.is_3:  # In tf.keras, `set_weights` brings it up to date.
        yield "normalization", names(adapted)
    if differing:
        yield "normalization-differs", names(differing)
    kinds = "TextVectorization", "IndexLookup", "Discretization"
    lookups = [layer for layer in layers if keras.is_a(layer, *kinds)]
    inner = ids(getattr(layer, "_lookup_layer", None) for layer in lookups)
    lookups = [layer for layer in lookups if id(layer) not in inner]
    if lookups:
        yield "vocabulary", names(lookups)


def differs_from_its_weights(layer):
    for weight, value in ("adapt_mean", "mean"), ("adapt_variance", "variance"):
        weight, value = getattr(layer, weight, None), getattr(layer, value, None)
        if weight is not None and value is not None:
            pairs = list(zip(numbers_in(weight), numbers_in(value)))
            if any(abs(one - two) > 1e-5 * max(1, abs(one)) for one, two in pairs):
                return True
    return False


def numbers_in(tensor):
    tensor = getattr(tensor, "_value", tensor)
    for method in "detach", "cpu", "numpy":
        if hasattr(tensor, method):
            tensor = getattr(tensor, method)()
    return [float(number) for number in sys.modules["numpy"].asarray(tensor).ravel()]


RANDOM = r"Random(?!Four)|AutoContrast|CutMix|MixUp|AugMix|RandAugment"


def look_at_special_layers(keras, model):
    layers = keras.layers(model)
    kinds = "Dropout", "BaseDropout", "GaussianNoise", "GaussianDropout", "AlphaDropout"
    noise = [layer for layer in layers if keras.is_a(layer, *kinds)]
    noise = [layer for layer in noise if getattr(layer, "rate", 1)]
    pictures = [layer for layer in layers if re.match(RANDOM, type(layer).__name__)]
    rnns = [layer for layer in layers if keras.is_a(layer, "RNN") and layer.stateful]
    for code, found in (
        ("dropout", noise),
        ("augmentation", pictures),
        ("stateful", rnns),
    ):
        if found:
            yield code, names(found)


def look_at_numbers(keras, model):
    layers = [layer for layer in keras.layers(model) if not keras.is_a(layer, "Model")]
    half = [layer for layer in layers if is_half(layer)]
    if half:
        kinds = sorted({layer.compute_dtype for layer in half})
        yield "mixed-precision", " and ".join(kinds), names(half)
    last = [layer for layer, _ in keras.calls(model)[-1:]]
    if last and getattr(last[0], "compute_dtype", None) == "float16":
        yield "float16-head", names(last)
    quantized = [layer for layer in layers if is_quantized(layer)]
    if quantized:
        yield "quantized", names(quantized)
    lora = [layer for layer in layers if getattr(layer, "lora_enabled", False)]
    if lora:
        yield "lora", names(lora)


def is_quantized(layer):
    # Up to Keras 3.3 only the policy says it.
    places = layer, getattr(layer, "dtype_policy", None)
    return any(getattr(place, "quantization_mode", None) for place in places)


def is_half(layer):
    return getattr(layer, "compute_dtype", None) in ("float16", "bfloat16")


LOOKS = (
    look_at_kind,
    look_at_lists,
    look_at_inner_models,
    look_for_untracked_layers,
    look_at_functions,
    look_at_optimizer,
    look_at_ends,
    look_at_what_is_not_built,
    look_at_structure,
    look_at_chains,
    look_at_what_is_frozen,
    look_at_adapted_layers,
    look_at_special_layers,
    look_at_numbers,
)
