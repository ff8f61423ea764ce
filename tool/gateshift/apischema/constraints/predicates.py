"""Whether a value is a name, a path, an address or a schedule as Kubernetes writes them.

Source: k8s.io/apimachinery, pkg/util/validation/validation.go and ip.go, and pkg/api/validate/content; the
functions of k8s.io/kubernetes that each row names.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re

from gateshift.apischema.constraints.cron import schedule_fault
from gateshift.apischema.constraints.time_zones import TIME_ZONES
from gateshift.apischema.quantities import amount, percentage
from gateshift.yamldoc.data import Json

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"

_NAME_PART = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"

_PORT_NAME = "[-a-z0-9]+"

SYSCTL = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"


def is_label(value: Json) -> bool:
    """A DNS label (RFC 1123)."""
    return isinstance(value, str) and len(value) <= 63 and re.fullmatch(_LABEL, value) is not None


def is_subdomain(value: Json) -> bool:
    """A DNS subdomain (RFC 1123)."""
    return isinstance(value, str) and len(value) <= 253 and re.fullmatch(_SUBDOMAIN, value) is not None


def is_qualified_name(value: Json) -> bool:
    """A name with a DNS subdomain and a slash in front, or without."""
    if not isinstance(value, str) or value.count("/") > 1:
        return False
    prefix, slash, name = value.rpartition("/")
    return (not slash or is_subdomain(prefix)) and len(name) <= 63 and re.fullmatch(_NAME_PART, name) is not None


def is_label_value(value: Json) -> bool:
    """A label's value; an empty one is."""
    if not isinstance(value, str) or len(value) > 63:
        return False
    return value == "" or re.fullmatch(_NAME_PART, value) is not None


def is_path_segment(value: Json) -> bool:
    """What can stand between two slashes of a URL."""
    return isinstance(value, str) and value not in (".", "..") and not set("/%") & set(value)


def is_port_name(value: Json) -> bool:
    """An IANA service name, of at most 15 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= 15 or not re.fullmatch(_PORT_NAME, value):
        return False
    return re.search("[a-z]", value) is not None and "--" not in value and value.strip("-") == value


def is_port(value: Json) -> bool:
    """A port by its number or its name."""
    return isinstance(value, int) and 1 <= value <= 65535 if not isinstance(value, str) else is_port_name(value)


def is_target_port(value: Json) -> bool:
    """The same, or nothing: then it is the Service's own port."""
    return value in (0, "") or is_port(value)


def is_count_or_percentage(value: Json) -> bool:
    """A number that is not negative, or a percentage."""
    return value >= 0 if isinstance(value, int) else percentage(value) is not None


def is_count_or_percentage_of_all(value: Json) -> bool:
    """The same, up to 100%."""
    share = percentage(value)
    return is_count_or_percentage(value) and (share is None or share <= 100)


def is_relaxed_variable(value: Json) -> bool:
    """A variable's name, as Kubernetes takes it since v1.34."""
    return (
        isinstance(value, str)
        and value != ""
        and all(" " <= character <= "~" for character in value)
        and "=" not in value
    )


def is_config_key(value: Json) -> bool:
    """A key of a ConfigMap or Secret."""
    if not isinstance(value, str) or len(value) > 253 or not re.fullmatch("[-._a-zA-Z0-9]+", value):
        return False
    return value != "." and not value.startswith("..")


def ip_address(value: Json) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, as strict as Kubernetes is for new objects: no leading zeros, no zone, no IPv4 in IPv6's clothes."""
    try:
        address = ipaddress.ip_address(value) if isinstance(value, str) and "%" not in value else None
    except ValueError:
        return None
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    return None if mapped else address


def is_ip(value: Json) -> bool:
    """An IPv4 or IPv6 address."""
    return ip_address(value) is not None


def network(value: Json) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The addresses that a CIDR stands for; None where it has bits beyond its prefix, or is none."""
    if not isinstance(value, str) or not re.fullmatch("[^/%]+/(0|[1-9][0-9]*)", value):
        return None
    try:
        return ipaddress.ip_network(value) if ip_address(value.partition("/")[0]) else None
    except ValueError:
        return None


def is_endpoint(value: Json, version: int | None = None) -> bool:
    """An address that others can reach, of this version of IP where one is named."""
    address = ip_address(value)
    if address is None or (version is not None and address.version != version):
        return False
    return not (address.is_unspecified or address.is_loopback or address.is_link_local or _is_link_multicast(address))


def _is_link_multicast(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    link = "224.0.0.0/24" if isinstance(address, ipaddress.IPv4Address) else "ff02::/16"
    return address in ipaddress.ip_network(link)


def is_host(value: Json) -> bool:
    """A DNS name, with a wildcard for its first label or without."""
    if not isinstance(value, str) or is_ip(value):
        return False
    return is_subdomain(value.removeprefix("*.")) and len(value) <= 253


def is_tls_host(value: Json) -> bool:
    """The same; here an IP address is not told apart."""
    return isinstance(value, str) and is_subdomain(value.removeprefix("*.")) and len(value) <= 253


def without_steps_back(value: Json) -> bool:
    """A path without `..`."""
    return isinstance(value, str) and ".." not in value.split("/")


def is_descending_path(value: Json) -> bool:
    """A relative path that leads down."""
    return isinstance(value, str) and not value.startswith("/") and without_steps_back(value)


def is_absolute(value: Json) -> bool:
    """A path from the root."""
    return isinstance(value, str) and value.startswith("/")


def is_ingress_path(value: Json) -> bool:
    """A path without odd sequences."""
    if not isinstance(value, str) or not value.startswith("/") or value.endswith(("/..", "/.")):
        return False
    return not any(part in value for part in ("//", "/./", "/../", "%2f", "%2F"))


def is_prefixed_path(value: Json) -> bool:
    """A path with a domain in front."""
    if not isinstance(value, str) or "/" not in value:
        return False
    domain, _, path = value.partition("/")
    return is_subdomain(domain) and re.fullmatch(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", path) is not None


def is_search_domain(value: Json) -> bool:
    """A domain to search names in."""
    if not isinstance(value, str) or value == ".":
        return value == "."
    name = value.removesuffix(".")
    return (
        len(name) <= 253
        and re.fullmatch(_SUBDOMAIN.replace("[a-z0-9]", "[a-z0-9_]").replace("[-a-z0-9]", "[-a-z0-9_]"), name)
        is not None
    )


def is_amount(value: Json, least: int, *, strictly: bool = False) -> bool:
    """A quantity of at least so much, or of more where `strictly`; what is no quantity is left to the schema."""
    number = amount(value)
    return number is None or (number > least if strictly else number >= least)


def is_json_object(value: Json) -> bool:
    """A JSON object in base64."""
    if not isinstance(value, str):
        return True
    try:
        return isinstance(json.loads(base64.b64decode(value)), dict)
    except (binascii.Error, ValueError, RecursionError):
        return False


def is_time_zone(value: Json) -> bool:
    """The name of a time zone."""
    return isinstance(value, str) and value in TIME_ZONES


def is_schedule(value: Json) -> bool:
    """A schedule without a time zone of its own."""
    return isinstance(value, str) and not schedule_fault(value) and "TZ" not in value


def is_finalizer(value: Json) -> bool:
    """A Namespace's own finalizer."""
    return is_qualified_name(value) and (value == "kubernetes" or "/" in str(value))


def is_finalizer_of_metadata(value: Json) -> bool:
    """A finalizer of a built-in kind."""
    return is_qualified_name(value) and (value in ("kubernetes", "orphan", "foregroundDeletion") or "/" in str(value))


def is_limit_type(value: Json) -> bool:
    """What a LimitRange limits."""
    return is_qualified_name(value) and (value in ("Pod", "Container", "PersistentVolumeClaim") or "/" in str(value))


def is_domain_name(value: Json) -> bool:
    """A DNS name of two labels or more."""
    return isinstance(value, str) and is_subdomain(value.removesuffix(".")) and "." in value.removesuffix(".")


def is_api_version(value: Json) -> bool:
    """A version, with its group or without."""
    return isinstance(value, str) and value.count("/") <= 1 and value != "" and not value.endswith("/")


def lower_case(value: str) -> str:
    """The text in lower case, with hyphens for what no DNS name holds."""
    return re.sub("[^a-z0-9.-]+", "-", value.lower()).strip("-.")


def without_odd_characters(value: str) -> str:
    """The text with hyphens for what no qualified name holds."""
    return re.sub("[^A-Za-z0-9_./-]+", "-", value).strip("-_./")


def is_windows_user(value: Json) -> bool:
    """A user's name on Windows."""
    if not isinstance(value, str) or re.search(r"[\x00-\x1f\x7f]", value) or value.count("\\") > 1:
        return False
    domain, slash, user = value.rpartition("\\")
    if slash and not re.fullmatch(r"[^\\/:*?\"<>|.][^\\/:*?\"<>|]{0,14}|[A-Za-z0-9.-]{1,255}", domain):
        return False
    return 0 < len(user) <= 104 and user.strip(". ") != "" and not set('"/\\:;|=,+*?<>@[]') & set(user)


def is_iscsi_name(value: Json) -> bool:
    """A name of iSCSI."""
    forms = r"iqn\.\d{4}-\d{2}\.([a-z0-9.-]+)(:[^,;*&$|\s]+)?|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{32}"
    return isinstance(value, str) and re.fullmatch(forms, value) is not None
