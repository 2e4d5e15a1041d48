# %% [markdown]
# # What removing layers from the middle costs
#
# Layers are removed from the middle of a trained network, a few more each time. The first
# ones cost little, then accuracy drops sharply, but a few epochs of training recover most of
# it. Here you see what each step costs, before and after that training.
#
# The images are the handwritten digits that come with scikit-learn. Nothing is downloaded.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

print("Keras", keras.__version__, "on", keras.backend.backend())
keras.utils.set_random_seed(0)

# %% [markdown]
# <a id="network"></a>
# ## A network of eight residual blocks
#
# Each block adds its output to its input: there is a path around it. Without that path, a
# middle layer would be harder to remove, because the next layer would get inputs unlike any it
# was trained on.

# %%
BLOCKS = 8
pixels, digits = load_digits(return_X_y=True)
pixels = (pixels / 16).astype("float32")
order = np.random.default_rng(0).permutation(len(pixels))
test, train = order[:600], order[600:]


def learn(network, learning_rate, epochs):
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit(pixels[train], digits[train], epochs=epochs, batch_size=64, verbose=0)


def knows(network):
    """Return the share of right answers on images that the network has not seen."""
    scores = keras.ops.convert_to_numpy(network(pixels[test]))
    return float(np.mean(scores.argmax(axis=-1) == digits[test]))


inputs = keras.Input((64,))
x = keras.layers.Dense(64, activation="relu", name="first")(inputs)
for number in range(1, BLOCKS + 1):
    changed = keras.layers.Dense(64, activation="relu", name=f"middle_{number}")(x)
    x = keras.layers.Add(name=f"add_{number}")([x, changed])
outputs = keras.layers.Dense(10, name="head")(x)
network = keras.Model(inputs, outputs)

learn(network, 0.001, epochs=20)
whole = knows(network)
print(f"all {BLOCKS} blocks: {whole:.1%} right")
assert whole > 0.9

# %% [markdown]
# <a id="remove"></a>
# ## Removing a block: a clone that skips its layers
#
# `clone_model` calls the network's layers again, one by one. To remove a block,
# `call_function` returns the first input of its `Add`: the path around the block. A layer
# whose output isn't used is not in the new model.
#
# All other layers are the same objects. So that training the smaller network doesn't change
# the large one, copy it with its weights.


# %%
def without(network, numbers):
    """Return an independent copy of the network without these blocks."""
    adds = {f"add_{number}" for number in numbers}

    def call(layer, *args, **kwargs):
        if layer.name in adds:
            return args[0][0]
        return layer(*args, **kwargs)

    smaller = keras.models.clone_model(
        network, clone_function=lambda layer: layer, call_function=call
    )
    copy = keras.models.clone_model(smaller)
    copy.set_weights(smaller.get_weights())
    return copy


same = without(network, [])
smaller = without(network, [4])
unchanged = np.allclose(
    network.predict(pixels[test], verbose=0),
    same.predict(pixels[test], verbose=0),
    atol=1e-4,
)
print("nothing removed, same predictions:", unchanged)
print("layers:", len(network.layers), "to", len(smaller.layers))
print("weights:", network.count_params(), "to", smaller.count_params())
assert unchanged
assert "middle_4" not in [layer.name for layer in smaller.layers]

# %% [markdown]
# <a id="which"></a>
# ## Which block can go?
#
# Remove one block at a time from the whole network. Some matter more than others.

# %%
worth = {}
for number in range(1, BLOCKS + 1):
    smaller = without(network, [number])
    worth[number] = whole - knows(smaller)
    print(f"without block {number}: {whole - worth[number]:.1%} right")

# %% [markdown]
# <a id="cost"></a>
# ## What it costs, before and after fine-tuning
#
# Now remove more and more blocks, the least important first. Each network is measured
# right after the cut, and again after five epochs at a low learning rate. The whole
# network gets five more epochs, too; otherwise the others would just have trained longer.

# %%
cheapest_first = sorted(worth, key=worth.get)
before, after, sizes = [], [], []
for removed in range(BLOCKS + 1):
    smaller = without(network, cheapest_first[:removed])
    before.append(knows(smaller))
    learn(smaller, 0.0005, epochs=5)
    after.append(knows(smaller))
    sizes.append(smaller.count_params())
    print(f"{removed} removed: {before[-1]:.1%} right, fine-tuned {after[-1]:.1%}")

# %% alt="Line chart of right answers on unseen digits by the number of blocks removed, from none to eight. Without training the line falls further with each block, steeply at the end. After five epochs of training it stays near that of the whole network until most blocks are gone."
figure, axis = plt.subplots(figsize=(3.6, 2.9), layout="constrained")
for accuracy, label, colour in [
    (after, "fine-tuned", "#0b6e99"),
    (before, "as cut", "#b3541e"),
]:
    axis.plot(range(BLOCKS + 1), 100 * np.array(accuracy), color=colour, linewidth=2)
    axis.text(4, 100 * accuracy[4] - 4, label, color=colour, ha="right", va="top")
axis.set(
    title="Unseen digits, after removing middle blocks",
    xlabel="blocks removed",
    ylabel="right answers, %",
    xlim=(0, BLOCKS),
    xticks=range(BLOCKS + 1),
    ylim=(0, 102),
)
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
half = BLOCKS // 2
print(f"half of the blocks: {sizes[half] / sizes[0]:.0%} of the weights")
print(f"as cut: {before[half]:.1%} right, fine-tuned: {after[half]:.1%}")
print(f"all blocks removed: {before[-1]:.1%} as cut, {after[-1]:.1%} fine-tuned")
assert before[half] < whole - 0.2
assert after[half] > after[0] - 0.03

# %% [markdown]
# <a id="original"></a>
# ## The whole network is as it was
#
# The smaller networks were copies, so training them didn't change it.

# %%
still = knows(network)
print(f"all {BLOCKS} blocks: {still:.1%} right")
assert still == whole

# %% [markdown]
# How each step is done, and what goes wrong:
# [Insert or replace a layer](../../how-to/insert-or-replace-a-layer/).
