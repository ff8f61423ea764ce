"""The installed schemas: strict ones for kubeconform, structural ones for every check that needs to know more."""

from gateshift.schemas.choose import open_schemas
from gateshift.schemas.store import Schemas

__all__ = ["Schemas", "open_schemas"]
