"""Volumes of every type, claims and their templates.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.constraints import resource_relations as resources
from gateshift.apischema.constraints import volume_relations as volumes
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    AnyOf,
    Format,
    OnlyOne,
    Range,
    Relation,
    Row,
    Size,
    Unique,
    has,
    one_of,
    table,
)

_MODE = Range(0, 0o777)
_PARTITION = Range(0, 255)
SOURCES = (
    "hostPath",
    "emptyDir",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "persistentVolumeClaim",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "downwardAPI",
    "fc",
    "azureFile",
    "configMap",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "projected",
    "portworxVolume",
    "scaleIO",
    "storageos",
    "csi",
    "ephemeral",
    "image",
)
"""The types of volumes; a volume without one is an emptyDir."""

_POD_ONLY = frozenset(
    {
        "emptyDir",
        "gitRepo",
        "secret",
        "persistentVolumeClaim",
        "downwardAPI",
        "configMap",
        "projected",
        "ephemeral",
        "image",
    }
)


def _source(name: str, function: str, *needed: str) -> tuple[Row, ...]:
    return table(f"core/v1.{name}VolumeSource", f"core/validation.{function}", *((field, NEEDED) for field in needed))


_VOLUMES = (
    *table(
        "core/v1.Volume",
        "core/validation.ValidateVolumes",
        ("name", NEEDED),
        ("name", Format("label")),
    ),
    *table("core/v1.PodSpec", "core/validation.ValidateVolumes", ("volumes", Unique(("name",)))),
    *table(
        "core/v1.Volume",
        "core/validation.validateVolumeSource",
        ("", OnlyOne(SOURCES, needed=False)),
        ("emptyDir.sizeLimit", Format("amount")),
    ),
)

_FILES = (
    *table(
        "core/v1.HostPathVolumeSource",
        "core/validation.validateHostPathVolumeSource",
        ("path", NEEDED),
        ("path", Format("path-without-steps-back")),
    ),
    *_source("Secret", "validateSecretVolumeSource", "secretName"),
    *_source("ConfigMap", "validateConfigMapVolumeSource", "name"),
    *table("core/v1.SecretVolumeSource", "core/validation.validateSecretVolumeSource", ("defaultMode", _MODE)),
    *table("core/v1.ConfigMapVolumeSource", "core/validation.validateConfigMapVolumeSource", ("defaultMode", _MODE)),
    *table(
        "core/v1.DownwardAPIVolumeSource", "core/validation.validateDownwardAPIVolumeSource", ("defaultMode", _MODE)
    ),
    *table("core/v1.ProjectedVolumeSource", "core/validation.validateProjectedVolumeSource", ("defaultMode", _MODE)),
    *table(
        "core/v1.KeyToPath",
        "core/validation.validateKeyToPath",
        ("key", NEEDED),
        ("path", NEEDED),
        ("path", Format("file-path")),
        ("mode", _MODE),
    ),
    *table(
        "core/v1.DownwardAPIVolumeFile",
        "core/validation.validateDownwardAPIVolumeFile",
        ("path", NEEDED),
        ("path", Format("file-path")),
        ("mode", _MODE),
        ("", OnlyOne(("fieldRef", "resourceFieldRef"))),
        ("fieldRef.fieldPath", NEEDED),
        (
            "fieldRef",
            Relation(
                volumes.unknown_field_of_volume, {"fieldPath": "status.podIP"}, {"fieldPath": "metadata.annotations"}
            ),
        ),
    ),
    *table(
        "core/v1.DownwardAPIVolumeFile",
        "core/validation.validateContainerResourceFieldSelector",
        ("resourceFieldRef.containerName", NEEDED),
    ),
)

_PROJECTED = (
    *table(
        "core/v1.ProjectedVolumeSource",
        "core/validation.validateProjectionSources",
        (
            "",
            Relation(
                volumes.repeated_projections,
                {"sources": [{"secret": {"items": [{"path": "a"}]}}, {"configMap": {"items": [{"path": "a"}]}}]},
                {"sources": [{"secret": {"items": [{"path": "a"}]}}, {"configMap": {"items": [{"path": "b"}]}}]},
            ),
        ),
        ("sources.[].secret.name", NEEDED),
        ("sources.[].configMap.name", NEEDED),
    ),
    *table(
        "core/v1.VolumeProjection",
        "core/validation.validateProjectionSources",
        (
            "",
            OnlyOne(
                ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"),
                needed=False,
            ),
        ),
    ),
    *table(
        "core/v1.ServiceAccountTokenProjection",
        "core/validation.validateProjectionSources",
        ("expirationSeconds", Range(600, 1 << 32)),
        ("path", NEEDED),
        ("path", Format("file-path")),
    ),
    *table(
        "core/v1.ClusterTrustBundleProjection",
        "core/validation.validateProjectionSources",
        ("", OnlyOne(("name", "signerName"))),
        ("labelSelector", FORBIDDEN, has("name")),
        ("path", NEEDED),
        ("path", Format("file-path")),
    ),
    *table(
        "core/v1.PodCertificateProjection",
        "core/validation.validateProjectionSources",
        ("signerName", NEEDED),
        ("keyType", NEEDED),
        ("keyType", one_of("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")),
        ("maxExpirationSeconds", Range(3600, 7_862_400)),
        ("", AnyOf(("credentialBundlePath", "keyPath", "certificateChainPath"))),
        ("credentialBundlePath", Format("file-path")),
        ("keyPath", Format("file-path")),
        ("certificateChainPath", Format("file-path")),
    ),
)

_PROVIDERS = (
    *_source("PersistentVolumeClaim", "validatePersistentClaimVolumeSource", "claimName"),
    *_source("NFS", "validateNFSVolumeSource", "server", "path"),
    *table("core/v1.NFSVolumeSource", "core/validation.validateNFSVolumeSource", ("path", Format("absolute-path"))),
    *_source("GitRepo", "validateGitRepoVolumeSource", "repository"),
    *_source("ISCSI", "validateISCSIVolumeSource", "targetPortal", "iqn"),
    *table(
        "core/v1.ISCSIVolumeSource",
        "core/validation.validateISCSIVolumeSource",
        ("iqn", Format("iscsi-name")),
        ("lun", Range(0, 255)),
        ("initiatorName", Format("iscsi-name")),
        ("secretRef", NEEDED, has("chapAuthDiscovery", True)),
        ("secretRef", NEEDED, has("chapAuthSession", True)),
    ),
    *table(
        "core/v1.FCVolumeSource",
        "core/validation.validateFCVolumeSource",
        ("", OnlyOne(("targetWWNs", "wwids"))),
        ("lun", NEEDED, has("targetWWNs")),
        ("lun", Range(0, 255)),
    ),
    *_source("GCEPersistentDisk", "validateGCEPersistentDiskVolumeSource", "pdName"),
    *table(
        "core/v1.GCEPersistentDiskVolumeSource",
        "core/validation.validateGCEPersistentDiskVolumeSource",
        ("partition", _PARTITION),
    ),
    *_source("AWSElasticBlockStore", "validateAWSElasticBlockStoreVolumeSource", "volumeID"),
    *table(
        "core/v1.AWSElasticBlockStoreVolumeSource",
        "core/validation.validateAWSElasticBlockStoreVolumeSource",
        ("partition", _PARTITION),
    ),
    *_source("Quobyte", "validateQuobyteVolumeSource", "registry", "volume"),
    *_source("Glusterfs", "validateGlusterfsVolumeSource", "endpoints", "path"),
    *table(
        "core/v1.FlockerVolumeSource",
        "core/validation.validateFlockerVolumeSource",
        ("", OnlyOne(("datasetName", "datasetUUID"))),
    ),
    *_source("RBD", "validateRBDVolumeSource", "monitors", "image"),
    *_source("Cinder", "validateCinderVolumeSource", "volumeID"),
    *_source("CephFS", "validateCephFSVolumeSource", "monitors"),
    *_source("Flex", "validateFlexVolumeSource", "driver"),
    *_source("AzureFile", "validateAzureFile", "secretName", "shareName"),
    *_source("AzureDisk", "validateAzureDisk", "diskName", "diskURI"),
    *table(
        "core/v1.VsphereVirtualDiskVolumeSource", "core/validation.validateVsphereVolumeSource", ("volumePath", NEEDED)
    ),
    *_source("PhotonPersistentDisk", "validatePhotonPersistentDiskVolumeSource", "pdID"),
    *_source("Portworx", "validatePortworxVolumeSource", "volumeID"),
    *_source("ScaleIO", "validateScaleIOVolumeSource", "gateway", "system", "volumeName"),
    *_source("StorageOS", "validateStorageOSVolumeSource", "volumeName"),
    *table(
        "core/v1.StorageOSVolumeSource",
        "core/validation.validateStorageOSVolumeSource",
        ("volumeName", Format("label")),
        ("volumeNamespace", Format("label")),
    ),
    *table(
        "core/v1.CSIVolumeSource",
        "core/validation.ValidateCSIDriverName",
        ("driver", NEEDED),
        ("driver", Size(63)),
        ("driver", Format("caseless-subdomain")),
    ),
    *table(
        "core/v1.CSIVolumeSource",
        "core/validation.validateCSIVolumeSource",
        ("nodePublishSecretRef.name", Format("subdomain")),
    ),
    *_source("Ephemeral", "validateEphemeralVolumeSource", "volumeClaimTemplate"),
    *_source("Image", "validateImageVolumeSource", "reference"),
    *table(
        "core/v1.PersistentVolumeClaimTemplate",
        "core/validation.ValidateTemplateObjectMeta",
        *(
            (f"metadata.{field}", FORBIDDEN)
            for field in ("name", "generateName", "namespace", "finalizers", "ownerReferences", "managedFields")
        ),
    ),
)

_CLAIM = "core/v1.PersistentVolumeClaimSpec"
_READ_WRITE = "ReadWriteOncePod"
_CLAIMS = (
    *table(
        _CLAIM,
        "core/validation.ValidatePersistentVolumeClaimSpec",
        ("accessModes", NEEDED),
        (
            "",
            Relation(
                resources.claim_modes, {"accessModes": [_READ_WRITE, "ReadWriteOnce"]}, {"accessModes": [_READ_WRITE]}
            ),
        ),
        (
            "",
            Relation(
                resources.claim_storage,
                {"resources": {"limits": {"storage": "1Gi"}}},
                {"resources": {"requests": {"storage": "1Gi"}}},
            ),
        ),
        ("storageClassName", Format("subdomain-or-empty")),
        ("volumeAttributesClassName", Format("subdomain-or-empty")),
        (
            "",
            Relation(
                resources.claim_sources,
                {
                    "dataSource": {"kind": "PersistentVolumeClaim", "name": "a"},
                    "dataSourceRef": {"kind": "VolumeSnapshot", "name": "a"},
                },
                {"dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "a"}},
            ),
        ),
    ),
    *(
        row
        for field, function in (("dataSource", "validateDataSource"), ("dataSourceRef", "validateDataSourceRef"))
        for row in table(
            _CLAIM,
            f"core/validation.{function}",
            (f"{field}.name", NEEDED),
            (f"{field}.kind", NEEDED),
            (f"{field}.apiGroup", Format("subdomain-or-empty")),
        )
    ),
)

_STORED = (
    *table(
        "core/v1.PersistentVolumeSpec",
        "core/validation.ValidatePersistentVolumeSpec",
        ("accessModes", NEEDED),
        ("capacity", NEEDED),
        ("capacity.{}", one_of("storage")),
        ("capacity.*", Format("positive-amount")),
        ("storageClassName", Format("subdomain")),
        (
            "",
            OnlyOne((*(source for source in SOURCES if source not in _POD_ONLY), "local")),
        ),
        ("persistentVolumeReclaimPolicy", one_of("Delete", "Retain"), has("hostPath.path", "/")),
        ("nodeAffinity", NEEDED, has("local")),
    ),
    *table(
        "core/v1.LocalVolumeSource",
        "core/validation.validateLocalVolumeSource",
        ("path", NEEDED),
        ("path", Format("path-without-steps-back")),
    ),
    *table(
        "core/v1.CSIPersistentVolumeSource",
        "core/validation.validateCSIPersistentVolumeSource",
        ("driver", NEEDED),
        ("driver", Format("caseless-subdomain")),
        ("volumeHandle", NEEDED),
    ),
)

ROWS = (*_VOLUMES, *_FILES, *_PROJECTED, *_PROVIDERS, *_CLAIMS, *_STORED)
