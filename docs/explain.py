"""Says what a Keras model is, and what is wrong with it after its layers were changed.

    from explain import explain

    explain(model)

It only looks: it doesn't call the model or its layers, and changes nothing. It works on
Keras 3 and on tf.keras since TensorFlow 2.10 (or tf_keras). It needs no other package.

By the authors of the guide "Keras Layer Surgery". Apache License 2.0.
"""

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
        "`predict` is stale: {}. Compile again.",
        "why/after-pop-compile-again/#what-heals",
    ),
    "stale-evaluate": (
        "`evaluate` is stale: {}. Compile again.",
        "why/after-pop-compile-again/#evaluate",
    ),
    "stale-fit": (
        "`fit` is stale: {}. Compile again.",
        "why/after-pop-compile-again/#fit",
    ),
    "old-activation": (
        "`{}` still runs {} with {}, not {}. Compile again.",
        "how-to/change-the-activation/#stale",
    ),
    "old-rate": (
        "`{}` still runs {} at a rate of {:.3g}, not {:.3g}. Compile again.",
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
        if self.is_a(model, "Sequential"):
            graph = model._functional if self.is_3 else model
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
    if isinstance(structure, list) or hasattr(structure, "_fields"):
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
    listed = keras.listed(model)
    if keras.is_a(model, "Sequential") and keras.graph(model) is None:
        if model.built and listed:
            yield ("no-graph",)
        else:
            yield "not-built", model.name
    else:
        waiting = [layer for layer in keras.layers(model) if not layer.built]
        if waiting:
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
            yield "stale-predict", f"it returns {shapes(then)}, the model {shapes(now)}"
    if keras.backend in HIDING and used:
        yield "hidden-traces", names(used), HIDING[keras.backend]


def size_of(dimension):
    return None if dimension.is_dynamic else dimension.get_length()


def stale(keras, model, word, trace):
    """Yield what a trace does that the model no longer does."""
    places = list(places_of(keras, model, trace.top))
    reasons = list(reasons_of(keras, model, word, trace, places))
    if reasons:
        rows = f" for {trace.rows} rows" if word == "predict" and trace.rows else ""
        yield f"stale-{word}", f"the trace{rows} " + ", and ".join(reasons)
    for layer, scope in places:
        yield from old_settings(keras, layer, scope, word) if scope else ()
    for layer in keras.layers(model):
        added = [raw(part) for part in keras.own(layer) if "lora" in part.name]
        if added and not ids(added) & set(trace.read):
            yield "old-lora", word, layer.name


def reasons_of(keras, model, word, trace, places):
    strangers = list(strangers_in(keras, model, trace.top))
    lost = [
        part for layer in untracked(keras, model) for part in state(layer, "variables")
    ]
    known = ids(map(raw, [*keras.everything(model), *lost]))
    foreign = [variable for key, variable in trace.read.items() if key not in known]
    # States of random numbers, which are integers, may belong to no layer.
    foreign = [variable for variable in foreign if variable.dtype.is_floating]
    if strangers:
        yield f"runs layers that aren't in the model: {names(strangers)}"
    elif foreign:
        yield f"reads weights that no layer of the model has: {names(foreign)}"
    elif trace.deleted:
        yield "reads weights that have been deleted"
    missing = [each for each, scope in places if misses(keras, trace, each, scope)]
    if missing:
        yield f"doesn't run {names(missing)}"
    now = [shape_of(tensor) for tensor in leaves(keras.ends(model)[1])]
    if word == "predict" and now and not keras.overrides(model, "predict_step"):
        if trace.outputs and shapes_differ(trace.outputs, now):
            yield f"returns {shapes(trace.outputs)}, the model {shapes(now)}"


def places_of(keras, model, scope):
    """Yield the model's layers, each with the scope that it left in a trace, or `None`.

    Layers and models open a scope of their name, so they can be told in a trace.
    """
    scopes = {}
    for name in scope.inside:
        scopes.setdefault(without_number(keras, name), scope.inside[name])
    for layer in keras.run(model) or keras.listed(model):
        layer, own = unwrapped(keras, layer, scopes.get(scope_of(layer)))
        yield layer, own
        if own and keras.is_a(layer, "Model"):
            yield from places_of(keras, layer, own)


def unwrapped(keras, layer, scope):
    """Return a layer and its scope; of a TimeDistributed, what it wraps, and its scope.

    In Keras 3 what is wrapped has no scope of its own.
    """
    while scope and keras.is_a(layer, "TimeDistributed"):
        inside = {
            without_number(keras, name): scope.inside[name] for name in scope.inside
        }
        layer = layer.layer
        scope = inside.get(scope_of(layer), scope)
    return layer, scope


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


def misses(keras, trace, layer, scope):
    """Return whether a trace surely doesn't run a layer."""
    if keras.is_operation(layer) or keras.overrides(layer, "call"):
        return False
    inside = (
        [layer, *keras.layers(layer)] if keras.is_a(layer, "Model") else parts(layer)
    )
    own = [raw(part) for each in keras.only_layers(inside) for part in keras.own(each)]
    return not ids(own) & set(trace.read) if own else scope is None and computes(layer)


def parts(layer):
    return [layer, *layer._flatten_layers(include_self=False)]


def computes(layer):
    """Return whether a layer without weights leaves a scope even in `predict`."""
    kind, activation = type(layer).__name__, getattr(layer, "activation", None)
    if kind == "Activation":
        return getattr(activation, "__name__", "") != "linear"
    return re.fullmatch(r"Softmax|\w*ReLU|ELU|Flatten|Reshape|\w+(ing|ling)\dD", kind)


ACTIVATIONS = {"relu": "Relu", "softmax": "Softmax", "tanh": "Tanh"}
ACTIVATIONS.update({"sigmoid": "Sigmoid", "elu": "Elu", "selu": "Selu"})


def old_settings(keras, layer, scope, word):
    """Yield the activation or rate of a layer in a trace, if it isn't the layer's."""
    now = getattr(getattr(layer, "activation", None), "__name__", None)
    then = [name for name, kind in ACTIVATIONS.items() if kind in scope.kinds]
    known = now in ACTIVATIONS or (now == "linear" and then)
    if known and now not in then and not keras.is_a(layer, "RNN"):  # That is in a loop.
        yield "old-activation", word, layer.name, "/".join(then) or "another", now
    if word == "fit" and keras.is_a(layer, "Dropout") and scope.rates:
        if all(abs(rate - layer.rate) > 1e-6 for rate in scope.rates):
            yield "old-rate", word, layer.name, scope.rates[0], layer.rate


def look_at_what_fit_moves(keras, model, traces):
    now = ids(map(raw, keras.trainable(model)))
    moved = {key for trace in traces for key in trace.moved}
    fixed = {key for trace in traces for key in trace.read} - moved
    owned = [(layer, ids(map(raw, keras.own(layer)))) for layer in keras.layers(model)]
    frozen = [layer for layer, own in owned if own & moved - now]
    waiting = [layer for layer, own in owned if own & now & fixed]
    if frozen:
        yield "frozen-after-fit", names(frozen)
    if waiting and not keras.overrides(model, "train_step"):
        yield "unfrozen-after-fit", names(waiting)


# --- How TensorFlow keeps a trace ---


class Scope:
    """What a trace runs under one name: kinds of operation, and further names."""

    def __init__(self):
        self.inside, self.kinds, self.rates = {}, set(), []


class Trace:
    """What a function runs under the model's name, for one signature."""

    def __init__(self, concrete):
        first = [shape_of(tensor) for tensor in concrete.graph.inputs[:1]]
        self.rows = first[0][0] if first and first[0] else None
        self.outputs = [shape_of(each) for each in leaves(concrete.structured_outputs)]
        self.top, self.deleted = Scope(), False
        self.read, self.moved = {}, set()  # variables by their ids, and ids


def raw(weight):
    """Return TensorFlow's variable behind a weight."""
    inner = vars(weight).get("_variable", vars(weight).get("_value"))
    return weight if inner is None else inner


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
                read(keras, top, inside, trace, variables)
            for write in inside.writes:
                trace.moved |= ids(variables.behind(write.inputs[0]))
        if trace.top.inside or trace.top.kinds:
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
                    self.by_handle[id(raw(variable).handle)] = raw(variable)
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
    """Note what a graph runs under the model's name."""
    for operation, kind in contents.operations:
        if top not in operation.name or "gradient_tape/" in operation.name:
            continue  # most of them, in `fit`: this is what takes time
        path, names = operation.name.split("/"), path_in(keras, operation)
        if top not in names:
            continue
        scope = trace.top
        for name in path[names.index(top) + 1 : -1]:
            scope = scope.inside.setdefault(name, Scope())
            if path[-2:] == ["GreaterEqual", "y"]:  # how Dropout compares with its rate
                scope.rates.append(constant(operation))
        scope.kinds.add(kind)
        # On TensorFlow 2.10 some operations have no inputs.
        for tensor in getattr(operation, "inputs", ()):
            if tensor.dtype.name == "resource":
                trace.read.update((id(each), each) for each in variables.behind(tensor))


def constant(operation):
    return float(sys.modules["tensorflow"].make_ndarray(operation.get_attr("value")))


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


def look_at_special_layers(keras, model):
    layers = keras.layers(model)
    kinds = "Dropout", "BaseDropout", "GaussianNoise", "GaussianDropout", "AlphaDropout"
    noise = [layer for layer in layers if keras.is_a(layer, *kinds)]
    noise = [layer for layer in noise if getattr(layer, "rate", 1)]
    random = r"Random(?!Four)|AutoContrast|CutMix|MixUp|AugMix|RandAugment"
    pictures = [layer for layer in layers if re.match(random, type(layer).__name__)]
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
    quantized = [layer for layer in layers if getattr(layer, "quantization_mode", None)]
    if quantized:
        yield "quantized", names(quantized)
    lora = [layer for layer in layers if getattr(layer, "lora_enabled", False)]
    if lora:
        yield "lora", names(lora)


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
