# %% [markdown]
# # Replacing the head teaches a network new digits
#
# A network that can tell 0 to 4 apart learns 5 to 9 from five images of each: its last
# layer is replaced, and all others are frozen. The same network, trained from scratch,
# learns less from these 25 images.
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
# <a id="images"></a>
# ## The images: digits at random places
#
# Each digit is 8 by 8 pixels, placed at random in an image of 14 by 14. So a network has
# to learn to recognize a digit anywhere in the image, and it can reuse that for new digits.

# %%
SIDE = 14
FEW = 5
chance = np.random.default_rng(0)
pixels, digits = load_digits(return_X_y=True)
pixels = pixels.reshape(-1, 8, 8) / 16


def scatter(chosen):
    """Return images of the chosen digits, placed at random, and the digits."""
    images = np.zeros((len(chosen), SIDE, SIDE, 1), "float32")
    places = chance.integers(0, SIDE - 8 + 1, size=(len(chosen), 2))
    for image, index, (row, column) in zip(images, chosen, places, strict=True):
        image[row : row + 8, column : column + 8, 0] = pixels[index]
    return images, digits[chosen]


old = chance.permutation(np.flatnonzero(digits < 5))
new = chance.permutation(np.flatnonzero(digits >= 5))
few = np.concatenate([new[digits[new] == digit][:FEW] for digit in range(5, 10)])

old_images, old_digits = scatter(np.repeat(old[200:], 4))
old_test_images, old_test_digits = scatter(old[:200])
few_images, few_digits = scatter(few)
new_test_images, new_test_digits = scatter(np.setdiff1d(new, few))

print("images of 0 to 4 to learn from:", len(old_images))
print("images of 5 to 9 to learn from:", len(few_images))
print("images of 5 to 9 to test with:", len(new_test_images))

# %% alt="Twenty-five small images in five columns: five handwritten samples each of the digits 5 to 9, each at a different place in its image."
figure, axes = plt.subplots(FEW, 5, figsize=(3.6, 3.8), layout="constrained")
for axis, image in zip(axes.T.flat, few_images, strict=True):
    axis.imshow(image[:, :, 0], cmap="gray_r")
    axis.set(xticks=[], yticks=[])
figure.suptitle("All images of 5 to 9 to learn from", fontsize=11)
plt.show()


# %% [markdown]
# <a id="knows-0-to-4"></a>
# ## A network that knows 0 to 4


# %%
def make_network():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(128, 3, activation="relu"),
            keras.layers.Flatten(name="features"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(5, name="head"),
        ]
    )


def compile_network(network, learning_rate):
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


network = make_network()
compile_network(network, 0.002)
network.fit(old_images, old_digits, epochs=8, batch_size=64, verbose=0)
_, knows_old = network.evaluate(old_test_images, old_test_digits, verbose=0)
print(f"unseen images of 0 to 4: {knows_old:.1%} right")
assert knows_old > 0.9

# %% [markdown]
# <a id="cut"></a>
# ## Cut off the head, freeze the rest, add a new head
#
# `keras.Model(network.inputs, ...output)` ends at the layer that the new head needs. It
# uses the network's own layers, not copies. Freeze them *before* you compile the new
# network.

# %%
body = keras.Model(network.inputs, network.get_layer("features").output)
body.trainable = False
new_head = keras.layers.Dense(5, name="new_head")
transferred = keras.Model(body.inputs, new_head(body.output))
compile_network(transferred, 0.01)

print("layers:", [layer.name for layer in transferred.layers][-2:])
print("weights to train:", [weight.name for weight in transferred.trainable_weights])
share = new_head.count_params() / transferred.count_params()
print(f"share of all parameters: {share:.1%}")
assert len(transferred.trainable_weights) == 2

# %% [markdown]
# <a id="learn"></a>
# ## Both learn from the same 25 images
#
# The second network has the same architecture and learning rate, but starts from scratch.

# %%
scratch = make_network()
compile_network(scratch, 0.01)


def learn(network):
    """Return the accuracy on unseen images of 5 to 9 after each epoch."""
    history = network.fit(
        few_images,
        few_digits - 5,  # the heads count from 0
        epochs=40,
        validation_data=(new_test_images, new_test_digits - 5),
        validation_batch_size=450,
        verbose=0,
    )
    return np.array(history.history["val_accuracy"])


frozen_before = body.get_weights()
answers_before = network.predict(old_test_images, verbose=0)
with_transfer = learn(transferred)
from_scratch = learn(scratch)

# %% alt="Line chart of right answers on unseen images of 5 to 9 over 40 epochs. The network with the new head and everything else frozen stays above the one that learns from scratch; both are above guessing, at 20 per cent."
figure, axis = plt.subplots(figsize=(3.6, 2.9), layout="constrained")
for accuracy, label, colour in [
    (with_transfer, "new head, rest frozen", "#0b6e99"),
    (from_scratch, "from scratch", "#b3541e"),
]:
    axis.plot(np.arange(1, 41), 100 * accuracy, color=colour, linewidth=2)
    axis.text(40, 100 * accuracy.max() + 2, label, color=colour, ha="right")
axis.plot([1, 40], [20, 20], color="#666666", linewidth=1, linestyle=":")
axis.text(40, 18, "guessing", color="#666666", ha="right", va="top")
axis.set(
    title="Unseen images of 5 to 9, after five of each",
    xlabel="epochs",
    ylabel="right answers, %",
    xlim=(1, 40),
    xticks=[1, 10, 20, 30, 40],
    ylim=(0, 80),
)
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Average the last five epochs, because accuracy varies from one to the next.
transfer_knows, scratch_knows = with_transfer[-5:].mean(), from_scratch[-5:].mean()
print(f"new head, rest frozen: {transfer_knows:.0%} right")
print(f"from scratch: {scratch_knows:.0%} right")
assert transfer_knows > scratch_knows + 0.05

# %% [markdown]
# <a id="frozen"></a>
# ## Frozen weights didn't change
#
# The two networks share weights. These haven't changed, so the first network predicts what
# it did before.

# %%
frozen_after = body.get_weights()
answers_after = network.predict(old_test_images, verbose=0)
unmoved = all(map(np.array_equal, frozen_before, frozen_after))
same_answers = np.allclose(answers_before, answers_after, atol=1e-4)
print("frozen weights unchanged:", unmoved)
print("the first network predicts the same:", same_answers)
assert unmoved
assert same_answers

# %% [markdown]
# How each step is done, and what goes wrong:
# [Replace the head](../../how-to/replace-the-head/).
