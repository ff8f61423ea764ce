"""`--install`: everything a run needs, fetched before it begins."""

from __future__ import annotations

from gateshift.external.schemas.install import How, install_schemas
from gateshift.external.toolchain.install import install
from gateshift.external.toolchain.lock import pinned
from gateshift.pipeline.choices import Choices


def install_everything(choices: Choices) -> None:
    """Install the pinned programs that the user did not name, and the schemas of the chosen versions.

    What is there already is not fetched again. Raises NoVerdict where something cannot be had.
    """
    named = {"kustomize": choices.kustomize, "kubeconform": choices.kubeconform}
    for program in pinned().programs:
        if named.get(program.name) is None:
            install(program)
    install_schemas("kubernetes", choices.schemas.kubernetes or pinned().kubernetes, How())
    install_schemas("gateway-api", choices.schemas.gateway_api or pinned().gateway_api, How())
