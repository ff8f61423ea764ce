"""The installed schemas: strict ones for kubeconform, structural ones for every check that needs to know more."""

from gateshift.external.schemas.choose import open_schemas
from gateshift.external.schemas.store import Schemas

__all__ = ["Schemas", "open_schemas"]
