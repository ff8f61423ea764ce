"""Whether the certificates that Gateways and listeners name can be used, with the reason of the ResolvedRefs condition.

Source: Gateway API v1.6 apis/v1/gateway_types.go: ListenerTLSConfig.CertificateRefs, FrontendTLSValidation and
GatewayBackendTLS. A Secret is seldom in Git, so one that is missing counts as a fault that lies outside the build.
"""

from __future__ import annotations

import base64
import binascii

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, permitted
from gateshift.traffic.listeners import ClientValidation, Listener
from gateshift.traffic.read import text
from gateshift.traffic.references import ObjectRef
from gateshift.yamldoc.data import FieldPath, JsonObject, object_at

NOT_PERMITTED = "RefNotPermitted"


class CertificateProblem(Struct, frozen=True):
    """Why a reference cannot be used: the condition's reason and what is wrong, at the field. With `outside` it is
    only that the object is not in the build."""

    reason: str
    message: str
    pointer: FieldPath
    outside: bool = False


def listener_certificates(cluster: Cluster, listener: Listener) -> tuple[CertificateProblem, ...]:
    """The faults of the certificates with which a listener ends TLS."""
    if listener.tls is None or listener.tls.mode != "Terminate" or listener.protocol not in ("HTTPS", "TLS"):
        return ()
    faults = (
        _secret_fault(cluster, listener.owner, certificate, "InvalidCertificateRef")
        for certificate in listener.tls.certificates
    )
    return tuple(fault for fault in faults if fault is not None)


def client_certificate(cluster: Cluster, gateway: Resource, reference: ObjectRef) -> CertificateProblem | None:
    """The fault of the certificate that a Gateway shows to backends."""
    return _secret_fault(cluster, gateway, reference, "InvalidClientCertificateRef")


def authority_faults(
    cluster: Cluster, gateway: Resource, validation: ClientValidation
) -> tuple[CertificateProblem | None, ...]:
    """For each CA reference its fault, None where it can be used."""
    return tuple(_authority_fault(cluster, gateway, reference) for reference in validation.authorities)


def policy_authority_fault(cluster: Cluster, ref: ObjectRef) -> CertificateProblem | None:
    """The fault of a BackendTLSPolicy's CA reference, which stays in the policy's namespace."""
    if (ref.group, ref.kind) not in (("", "ConfigMap"), ("", "Secret")):
        return CertificateProblem(
            "InvalidKind", f"CA certificates are in a ConfigMap, not in {_kind(ref)}", ref.pointer
        )
    return _bundle_fault(cluster, ref)


def _secret_fault(cluster: Cluster, referrer: Resource, ref: ObjectRef, reason: str) -> CertificateProblem | None:
    if not permitted(cluster, referrer, ref):
        return _not_permitted(referrer, ref)
    if (ref.group, ref.kind) != ("", "Secret"):
        return CertificateProblem(reason, f"a certificate is a Secret, not {_kind(ref)}", ref.pointer)
    secret = cluster.find("", "Secret", ref.namespace, ref.name)
    if secret is None:
        return _missing(cluster, ref, reason)
    if not _is_key_pair(secret.data):
        return CertificateProblem(
            reason, f"{ref} does not hold a certificate and a key as tls.crt and tls.key", ref.pointer
        )
    return None


def _authority_fault(cluster: Cluster, referrer: Resource, ref: ObjectRef) -> CertificateProblem | None:
    if not permitted(cluster, referrer, ref):
        return _not_permitted(referrer, ref)
    if ref.group != "" or ref.kind not in ("ConfigMap", "Secret"):
        return CertificateProblem(
            "InvalidCACertificateKind", f"CA certificates are in a ConfigMap, not in {_kind(ref)}", ref.pointer
        )
    return _bundle_fault(cluster, ref)


def _bundle_fault(cluster: Cluster, ref: ObjectRef) -> CertificateProblem | None:
    bundle = cluster.find("", ref.kind, ref.namespace, ref.name)
    if bundle is None:
        return _missing(cluster, ref, "InvalidCACertificateRef")
    data = {**object_at(bundle.data, "data"), **object_at(bundle.data, "stringData")}
    if not data.get("ca.crt"):
        return CertificateProblem("InvalidCACertificateRef", f"{ref} has no key ca.crt", ref.pointer)
    return None


def _not_permitted(referrer: Resource, ref: ObjectRef) -> CertificateProblem:
    message = f"no ReferenceGrant in {ref.namespace} lets {referrer.kind}s of {referrer.id.namespace} use {ref}"
    return CertificateProblem(NOT_PERMITTED, message, ref.pointer, outside=True)


def _missing(cluster: Cluster, ref: ObjectRef, reason: str) -> CertificateProblem | None:
    if cluster.assumes(ref.group, ref.kind, ref.namespace, ref.name):
        return None
    return CertificateProblem(reason, f"{ref} is not in the build", ref.pointer, outside=True)


def _kind(ref: ObjectRef) -> str:
    return f"{ref.group}/{ref.kind}" if ref.group else ref.kind


def _is_key_pair(data: JsonObject) -> bool:
    """Whether a Secret holds a certificate and a key; encrypted (SOPS) values cannot be looked at and count as good."""
    if "sops" in data:
        return True
    return all(_holds_pem(data, key) for key in ("tls.crt", "tls.key"))


def _holds_pem(data: JsonObject, key: str) -> bool:
    plain = text(object_at(data, "stringData"), key)
    if plain:
        return "-----BEGIN " in plain
    try:
        return b"-----BEGIN " in base64.b64decode(text(object_at(data, "data"), key), validate=False)
    except (binascii.Error, ValueError):
        return False
