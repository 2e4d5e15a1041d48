"""Watches a block's models: what is in each of them after each statement.

It only reads attributes, and calls no model. It holds on to the layers that it has seen, so that it can still show a
layer that was removed. It needs only the standard library, and runs on Python 3.6 and on every Keras since 1.0.0. It
leaves out what a release doesn't have.
"""

import ast
import os
import sys

FUNCTIONS = "predict", "test", "train"


def run_watched(source, page, first_line, namespace):
    """Run a block statement by statement, and yield a step after each one that leaves it with a model.

    A step is a dict of `line`, the statement's (1 is the line after `first_line`); `printed`, what it wrote to standard
    output; and the state of the models, see `Watch.state`. An error in a statement propagates.
    """
    watch = Watch(page)
    for statement in ast.parse(source, page).body:
        module = ast.parse("")
        module.body = [statement]
        start = printed_bytes()
        watch.run(compile(module, page, "exec"), namespace)
        models = {name: value for name, value in list(namespace.items()) if name[:1] != "_" and is_model(value)}
        if models:
            step = {"line": statement.lineno - first_line, "printed": printed_since(start)}
            step.update(watch.state(models))
            yield step


def printed_bytes():
    """Return how much was written to standard output, which the runner makes a file."""
    sys.stdout.flush()
    return os.fstat(1).st_size


def printed_since(start):
    return os.pread(1, printed_bytes() - start, start).decode("utf-8", "replace")


class Watch(object):
    """Numbers the layers, and sees the calls that a page's statement makes."""

    def __init__(self, page):
        self.page = page
        self.layers = []  # a layer's number is its index
        self.calls = {}
        self.called = []  # traces
        self.read = []  # models, each with the list that its `layers` returned

    def run(self, statement, namespace):
        """Run a compiled statement. Note how often it runs each layer's own `call`, which traces, and what it reads."""
        self.calls, self.called, self.read = {}, [], []
        sys.setprofile(self.see)
        try:
            exec(statement, namespace)
        finally:
            sys.setprofile(None)

    def see(self, frame, event, argument):
        name = frame.f_code.co_name
        if event == "return" and name == "layers" and isinstance(argument, list) and self.is_of_the_page(frame.f_back):
            self.read.append((frame.f_locals.get("self"), argument))
        if event != "call":
            return
        if name == "call" and "self" in frame.f_locals:
            number = self.number(frame.f_locals["self"], add=False)
            if number is not None:
                self.calls[number] = self.calls.get(number, 0) + 1
        elif name == "_call_flat" and "self" in frame.f_locals:  # how each TensorFlow 2 runs a concrete function
            self.called.append(frame.f_locals["self"])

    def is_of_the_page(self, frame):
        return frame is not None and frame.f_code.co_filename == self.page

    def number(self, layer, add=True):
        """Return a layer's number; `None` for a new one, unless it is to be added."""
        for number, known in enumerate(self.layers):
            if known is layer:
                return number
        if not add:
            return None
        self.layers.append(layer)
        return len(self.layers) - 1

    def state(self, models):
        """Return what is in the models, by the variables that hold them:

        - `models`: by variable, see `model_state`
        - `nodes`: the symbolic calls that layers have recorded, each as a layer's number, which of its calls it is, the
          calls whose outputs it takes (as pairs of these), and the shape that it returns
        - `layers`: by number, its name, its class, and how often the statement ran its `call`
        - `ran`: by variable and function, the places in `traces` of those that the statement ran. Left out where it ran
          none, and where that can't be seen: on other backends, and on TensorFlow before 2.2, whose `tf.keras` has its
          functions elsewhere
        - `copies`: by variable, the numbers of the layers in the list that `layers` last returned to the statement, as
          the statement left it. Left out where nothing was read, and where it is the model's own list
        """
        states = {name: self.model_state(model) for name, model in models.items()}
        nodes = self.nodes()
        copies = self.copies(models)  # A layer may be only in a copy.
        layers = [[name_of(layer), type(layer).__name__] for layer in self.layers]
        for number, count in self.calls.items():
            layers[number].append(count)
        state = {"models": states, "nodes": nodes, "layers": layers}
        ran = self.ran(models, states)
        if ran:
            state["ran"] = ran
        if copies:
            state["copies"] = copies
        return state

    def copies(self, models):
        found = {}
        for variable, model in models.items():
            for reader, layers in self.read:
                if reader is model and all(layers is not own for own in vars(model).values()):
                    found[variable] = [self.number(layer) for layer in layers]
        return found

    def ran(self, models, states):
        found = {}
        for variable, model in models.items():
            for name, state in states[variable]["functions"].items():
                traces = traced(function_of(model, name)) or []
                called = [trace for trace in traces if any(trace is other for other in self.called)]
                if called:
                    places = {state["traces"].index(self.trace_state(trace)) for trace in called}
                    found.setdefault(variable, {})[name] = sorted(places)
        return found

    def nodes(self):
        nodes = []
        for number, layer in enumerate(self.layers):  # Reading a node can add a layer.
            for index, node in enumerate(nodes_of(layer)):
                sources = [[self.number(source), source_index] for source, source_index in sources_of(node)]
                tensors = attribute(node, "output_tensors")
                shapes = shapes_of(attribute(node, "outputs") if tensors is None else tensors)
                nodes.append([number, index, sources, shapes])
        return nodes

    def model_state(self, model):
        """Return what is in one model:

        - `class` and `built`
        - `layers`: the numbers of the layers in `model.layers`
        - `list`: the numbers of the layers in the private list, where it differs
        - `outputs`: the calls, as in `nodes`, that the model's outputs come from
        - `functions`: for `predict`, `test` and `train`, where they exist, see `function_state`
        - `optimizer`: its class, `variables`, how many it has, and `slots`, for how many weights of which layer (by
          number, as text) it keeps values, where it says so: from Keras 3 on
        """
        layers, private = layers_of(model), private_list(model)
        state = {
            "class": type(model).__name__,
            "built": bool(attribute(model, "built")),
            "layers": [self.number(layer) for layer in layers],
            "outputs": [[self.number(layer), index] for layer, index in origins(outputs_of(model))],
            "functions": {},
        }
        if private and private != layers:
            state["list"] = [self.number(layer) for layer in private]
        for name in FUNCTIONS:
            function = function_of(model, name)
            if function is not None:
                state["functions"][name] = self.function_state(function)
        optimizer = attribute(model, "optimizer")
        if optimizer is not None:
            state["optimizer"] = self.optimizer_state(optimizer)
        return state

    def function_state(self, function):
        """Return what a model runs for `predict`, `evaluate` or `fit`.

        `runs` is "traces" (TensorFlow or JAX ran Python once for each signature), "graph" (Keras built one graph), or
        "python". `traces`: for each, the shapes that go in, those that come out, and the numbers of the layers whose
        weights it uses; on JAX only how many there are.
        """
        concrete = traced(function)
        if concrete is not None:
            traces = []
            for trace in map(self.trace_state, concrete):
                if trace not in traces:  # The first call of `fit` traces twice, as it makes variables.
                    traces.append(trace)
            return {"runs": "traces", "traces": traces}
        for part in behind(function):
            if hasattr(part, "_cache_size"):  # of JAX
                return {"runs": "traces", "traces": part._cache_size()}
            if hasattr(part, "outputs") and hasattr(part, "inputs"):
                return {"runs": "graph", "traces": [[shapes_of(part.inputs), shapes_of(part.outputs)]]}
        return {"runs": "python"}

    def trace_state(self, concrete):
        specs = flat(attribute(concrete, "structured_input_signature"))
        takes = [flat(attribute(spec, "element_spec") or attribute(spec, "_element_spec")) or [spec] for spec in specs]
        variables = attribute(attribute(concrete, "graph"), "variables") or []
        owners = {self.owner(variable) for variable in variables} - {None}
        return [
            shapes_of([spec for parts in takes for spec in parts]),
            shapes_of(attribute(concrete, "structured_outputs")),
            sorted(owners),
        ]

    def optimizer_state(self, optimizer):
        state = {"class": type(optimizer).__name__}
        variables = attribute(optimizer, "variables")
        if variables is None or callable(variables):
            variables = attribute(optimizer, "weights")
        if variables is not None and not callable(variables):
            state["variables"] = len(variables)
        trained = attribute(optimizer, "_trainable_variables")
        if trained is not None:
            state["slots"] = {}
            for variable in trained:
                owner = str(self.owner(variable))
                state["slots"][owner] = state["slots"].get(owner, 0) + 1
        return state

    def owner(self, variable):
        """Return the number of the layer that has a weight, `None` if none does."""
        for number, layer in enumerate(self.layers):
            for weight in attribute(layer, "weights") or []:
                if weight is variable or attribute(weight, "_value") is variable:
                    return number
        return None


def attribute(thing, name):
    """Return an attribute; `None` if it is missing, or if reading it raises."""
    try:
        return getattr(thing, name, None)
    except Exception:  # Keras raises several types where a model is not built.
        return None


def is_model(value):
    classes = {parent.__name__ for parent in type(value).__mro__}
    return bool(classes & {"Model", "Sequential", "Container"}) and hasattr(value, "layers")


def name_of(layer):
    """Return a layer's name, "input" for an InputLayer: each release makes up that name in its own way."""
    return "input" if type(layer).__name__ == "InputLayer" else str(layer.name)


def layers_of(model):
    return list(attribute(model, "layers") or [])


def private_list(model):
    """Return the layers in `_layers`: Keras 3, Keras 2.2 and 2.3, and tf.keras up to 2.4 keep them there."""
    layers = attribute(model, "_layers")
    return [layer for layer in layers if hasattr(layer, "call")] if isinstance(layers, list) else []


def outputs_of(model):
    return flat(attribute(model, "outputs"))


def origins(tensors):
    """Return, for each symbolic tensor, the layer and the number of its call that it comes from."""
    histories = [attribute(tensor, "_keras_history") for tensor in tensors]
    return [(history[0], history[1]) for history in histories if history is not None]


def nodes_of(layer):
    for name in "_inbound_nodes", "inbound_nodes":
        nodes = attribute(layer, name)
        if isinstance(nodes, list):
            return nodes
    return []


def sources_of(node):
    """Return the layers, each with the number of its call, whose outputs a call takes."""
    parents = attribute(node, "parent_nodes")
    if parents is not None:
        found = []
        for parent in parents:
            layer = attribute(parent, "operation") or attribute(parent, "layer") or attribute(parent, "outbound_layer")
            found += [(layer, index) for index, other in enumerate(nodes_of(layer)) if other is parent]
        return found
    layers, indices = attribute(node, "inbound_layers"), attribute(node, "node_indices")
    if layers is None:
        return []
    return list(zip(layers, indices)) if isinstance(layers, (list, tuple)) else [(layers, indices)]


def shapes_of(tensors):
    """Return the shapes of tensors as text: `?x4`, where `?` is an open dimension; several separated by commas."""
    shapes = [attribute(tensor, "_keras_shape") or attribute(tensor, "shape") for tensor in flat(tensors)]
    return ", ".join(written(shape) for shape in shapes if shape is not None and written(shape))


def written(shape):
    try:
        sizes = [getattr(size, "value", size) for size in shape]
    except (TypeError, ValueError):  # a TensorFlow shape of unknown rank
        return "?"
    return "x".join("?" if size is None else str(int(size)) for size in sizes)


def flat(structure):
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flat(part)]
    return [] if structure is None else [structure]


def function_of(model, name):
    for owner in model, attribute(model, "model"):  # Up to Keras 2.1 a Sequential has an inner model.
        function = attribute(owner, name + "_function")
        if callable(function):
            return function
    return None


def behind(function):
    """Return a function and the functions that it wraps, which its closure holds."""
    found = [function]
    for part in found:
        cells = [cell_contents(cell) for cell in attribute(part, "__closure__") or []]
        for other in [attribute(part, "__wrapped__")] + cells:
            if callable(other) and not is_model(other) and len(found) < 20 and all(other is not seen for seen in found):
                found.append(other)
    return found


def cell_contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # It is empty.
        return None


def traced(function):
    """Return the traces of the first `tf.function` in what a model runs; `None` if there is none."""
    for part in behind(function):
        concrete = concrete_functions(part)
        if concrete is not None:
            return concrete
    return None


def concrete_functions(function):
    """Return the traces of a `tf.function`, oldest first; `None` for anything else."""
    listing = attribute(function, "_list_all_concrete_functions")  # from TensorFlow 2.9 on
    if listing is not None:
        return in_order(listing())
    if not hasattr(function, "_stateful_fn"):
        return None
    found = []
    for name in "_stateful_fn", "_stateless_fn":
        cache = attribute(attribute(function, name), "_function_cache")
        values = attribute(attribute(cache, "primary"), "values") or attribute(cache, "all_values")
        found += values() if values is not None else []
    return in_order(found)


def in_order(concrete):
    """Return traces in the order of the numbers that end their names in TensorFlow."""
    named = {}
    for each in concrete:
        named[str(attribute(each, "name") or attribute(attribute(each, "_inference_function"), "name"))] = each
    return [named[name] for name in sorted(named, key=lambda name: (len(name), name))]
