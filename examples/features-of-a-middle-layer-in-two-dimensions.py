# %% [markdown]
# # Features of a middle layer, in two dimensions
#
# What does a layer in the middle of a network see? Its output is taken out by a new
# `keras.Model` and drawn: each image becomes a point. By their pixels the digits lie among
# one another; layer by layer they come apart.
#
# The images are the handwritten digits that scikit-learn ships. Nothing is downloaded.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits  # scikit-learn stands on it

print("Keras", keras.__version__, "on", keras.backend.backend())
keras.utils.set_random_seed(0)

# %% [markdown]
# <a id="network"></a>
# ## A network that reads digits wherever they stand
#
# Each digit, 8 by 8 pixels, is put at a random place of a field of 12 by 12. So two
# images of the same digit need not share a single dark pixel.

# %%
SIDE = 12
chance = np.random.default_rng(0)
pixels, known = load_digits(return_X_y=True)
pixels = pixels.reshape(-1, 8, 8) / 16


def scatter(chosen):
    """Return images of the chosen digits at random places, and the digits."""
    images = np.zeros((len(chosen), SIDE, SIDE, 1), "float32")
    places = chance.integers(0, SIDE - 8 + 1, size=(len(chosen), 2))
    for image, index, (row, column) in zip(images, chosen, places, strict=True):
        image[row : row + 8, column : column + 8, 0] = pixels[index]
    return images, known[chosen]


order = chance.permutation(len(pixels))
test_images, digits = scatter(order[:600])
images, their_digits = scatter(np.repeat(order[600:], 4))

network = keras.Sequential(
    [
        keras.Input((SIDE, SIDE, 1)),
        keras.layers.Conv2D(16, 3, activation="relu", name="early"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu", name="middle"),
        keras.layers.Dense(32, activation="relu", name="late"),
        keras.layers.Dense(10, name="head"),
    ]
)
network.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
network.fit(images, their_digits, epochs=20, batch_size=64, verbose=0)
accuracy = network.evaluate(test_images, digits, verbose=0)[1]
print(f"images it has not seen: {accuracy:.1%} right")
assert accuracy > 0.9

# %% [markdown]
# <a id="features"></a>
# ## One model that gives the features of three layers
#
# A model may have several outputs. This one shares its layers with the network: nothing
# is copied, nothing is trained, and it needs no `compile` to predict.

# %%
LAYERS = "early", "middle", "late"
middle = keras.Model(
    network.inputs, [network.get_layer(name).output for name in LAYERS]
)
found = middle.predict(test_images, verbose=0)
features = {"pixels": test_images.reshape(len(digits), -1)}
for name, feature in zip(LAYERS, found, strict=True):
    features[name] = feature.reshape(len(digits), -1)

for name, feature in features.items():
    print(f"{name}: {feature.shape[1]} numbers an image")
assert features["middle"].shape == (600, 64)

# %% [markdown]
# <a id="two-dimensions"></a>
# ## Two numbers for each image
#
# t-SNE puts images near one another whose features are. It is not told which digit is
# which.

# %%
flat = {}
with threadpool_limits(1):  # More threads wait for one another on a busy machine.
    for name, feature in features.items():
        flat[name] = TSNE(random_state=0, init="pca").fit_transform(feature)
        print(f"{name}: {flat[name].shape}")

# %% alt="Four scatter plots of the same 600 digits, from pixels, an early, a middle and a late layer. Each digit is drawn as its own numeral in its own colour. By pixels the numerals overlap; by the late layer nearly all of them form ten groups."
figure, axes = plt.subplots(2, 2, figsize=(3.6, 3.6), layout="constrained")
colours = plt.get_cmap("tab10")
for axis, (name, points) in zip(axes.flat, flat.items(), strict=True):
    for digit in range(10):
        chosen = points[digits == digit]
        axis.scatter(*chosen.T, color=colours(digit), marker=f"${digit}$", s=22, lw=0.2)
    axis.set_title(name, fontsize=11)
    axis.set(xticks=[], yticks=[])
    axis.spines[["top", "right", "left", "bottom"]].set_color("#bbbbbb")
plt.show()

# %% [markdown]
# <a id="neighbours"></a>
# ## How far apart are they?
#
# Looks can deceive, so count: how often do the five nearest points on the picture
# name the digit? Half of the points classify the other half.

# %%
shown = {}
half = len(digits) // 2
for name, points in flat.items():
    voters = KNeighborsClassifier(5).fit(points[:half], digits[:half])
    shown[name] = voters.score(points[half:], digits[half:])
    print(f"{name}: {shown[name]:.0%} of the neighbours are right")
assert shown["late"] > shown["middle"] > shown["pixels"] + 0.1

# %% [markdown]
# <a id="original"></a>
# ## The network still reads digits
#
# The new model took nothing away from it.

# %%
late = network.get_layer("late")
print("the same layer in both:", late is middle.get_layer("late"))
print("the network ends in:", network.layers[-1].name)
assert late is middle.get_layer("late")
assert network.output_shape == (None, 10)

# %% [markdown]
# How each step is done, and what goes wrong:
# [Get an intermediate output](../../how-to/get-an-intermediate-output/).
