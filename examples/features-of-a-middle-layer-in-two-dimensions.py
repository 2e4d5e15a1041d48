# %% [markdown]
# # Features of a middle layer, in two dimensions
#
# What does a layer in the middle of a network see? A new `keras.Model` returns its output,
# and each image becomes a point in a plot. Going by their pixels, the digits are mixed up; layer
# by layer, they separate.
#
# The images are the handwritten digits that come with scikit-learn. Nothing is downloaded.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits  # scikit-learn needs it, too

print("Keras", keras.__version__, "on", keras.backend.backend())
keras.utils.set_random_seed(0)

# %% [markdown]
# <a id="network"></a>
# ## A network that reads digits anywhere in the image
#
# Each digit is 8 by 8 pixels, placed at random in an image of 12 by 12. So two
# images of the same digit may not share a single dark pixel.

# %%
SIDE = 12
chance = np.random.default_rng(0)
pixels, known = load_digits(return_X_y=True)
pixels = pixels.reshape(-1, 8, 8) / 16


def scatter(chosen):
    """Return images of the chosen digits, placed at random, and the digits."""
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
print(f"unseen images: {accuracy:.1%} right")
assert accuracy > 0.9

# %% [markdown]
# <a id="features"></a>
# ## One model that returns the features of three layers
#
# A model can have several outputs. This one shares its layers with the network: nothing
# is copied or trained, and you don't have to compile it to predict.

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
    print(f"{name}: {feature.shape[1]} numbers per image")
assert features["middle"].shape == (600, 64)

# %% [markdown]
# <a id="two-dimensions"></a>
# ## Two numbers for each image
#
# t-SNE puts images with similar features close together. It doesn't know which digit is
# which.

# %%
flat = {}
with threadpool_limits(1):  # On a busy machine, several threads wait for one another.
    for name, feature in features.items():
        flat[name] = TSNE(random_state=0, init="pca").fit_transform(feature)
        print(f"{name}: {flat[name].shape}")

# %% [markdown]
# Six hundred numerals in each plot would be too small to read. So each image is a dot in the colour of its
# digit, and a few of each digit are numerals.

# %% alt="Four scatter plots of the same 600 digits, by their pixels, and by an early, a middle and a late layer. Each digit has a colour, and eight images of each are drawn as numerals. By pixels the digits overlap; by the late layer nearly all of them form ten groups."
NUMERALS = 8  # of each digit
figure, axes = plt.subplots(2, 2, figsize=(3.6, 4.6), layout="constrained")
colours = plt.get_cmap("tab10")
for axis, (name, points) in zip(axes.flat, flat.items(), strict=True):
    for digit in range(10):
        chosen = points[digits == digit]
        numerals, dots = np.split(chosen, [NUMERALS])
        axis.scatter(*dots.T, color=colours(digit), s=3, alpha=0.5)
        axis.scatter(
            *numerals.T, color=colours(digit), marker=f"${digit}$", s=70, lw=0.2
        )
    axis.set_title(name, fontsize=11)
    axis.set(xticks=[], yticks=[])
    axis.spines[["top", "right", "left", "bottom"]].set_color("#bbbbbb")
plt.show()

# %% [markdown]
# <a id="neighbours"></a>
# ## How far apart are they?
#
# A plot can mislead, so count: how often do a point's five nearest neighbours in the plot
# give the right digit? One half of the points classifies the other.

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
# Making the new model hasn't changed it.

# %%
late = network.get_layer("late")
print("the same layer in both:", late is middle.get_layer("late"))
print("the network ends in:", network.layers[-1].name)
assert late is middle.get_layer("late")
assert network.output_shape == (None, 10)

# %% [markdown]
# How each step is done, and what goes wrong:
# [Get an intermediate output](../../how-to/get-an-intermediate-output/).
