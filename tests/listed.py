"""Environments from environments.toml, by their role in the tests, so that a new release of Keras changes no test."""

from evidence.running.environments import read_environments

BY_KEY = read_environments()
PINNED = next(environment for environment in BY_KEY.values() if environment.pinned)
# Two that share an installation, each with its own Keras.
SOME = next(environment for environment in BY_KEY.values() if environment.own_packages)
SIBLING = next(
    environment
    for environment in BY_KEY.values()
    if environment.installation == SOME.installation and environment.own_packages and environment != SOME
)
JAX, TORCH = (
    next(environment for environment in BY_KEY.values() if environment.backend == backend)
    for backend in ("jax", "torch")
)
LAST_TF_KERAS = BY_KEY["tf-2.15"]  # There won't be a newer one.
