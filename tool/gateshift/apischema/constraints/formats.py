"""The formats that a row can ask for: what they are called in a message, how a value is told, and examples.

Source: k8s.io/apimachinery, pkg/util/validation/validation.go and ip.go, and pkg/api/validate/content; the
functions of k8s.io/kubernetes that each row names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from gateshift.apischema.constraints import predicates as text
from gateshift.apischema.quantities import percentage
from gateshift.yamldoc.data import Json


class TextFormat(Struct, frozen=True):
    """A format. `words` follow "is not"; `bad` and `good` are examples, which a test holds against `fits`. `near` makes
    a value that fits of one that nearly does. A `hidden` value is never shown."""

    words: str
    fits: Callable[[Json], bool]
    bad: tuple[Json, ...]
    good: tuple[Json, ...]
    near: Callable[[str], str] = str
    hidden: bool = False


_LONG = "a" * 254

FORMATS: dict[str, TextFormat] = {
    "label": TextFormat(
        "a DNS label: at most 63 lower-case letters, digits and '-'",
        text.is_label,
        ("A_b", "a.b", "-a", "a" * 64),
        ("a-1",),
        text.lower_case,
    ),
    "subdomain": TextFormat(
        "a DNS subdomain: lower-case letters, digits, '-' and '.'",
        text.is_subdomain,
        ("A", "a_b", "a..b", _LONG),
        ("a.b-c",),
        text.lower_case,
    ),
    "qualified-name": TextFormat(
        "a qualified name such as example.com/name",
        text.is_qualified_name,
        ("a b", "a/b/c", "/a", ""),
        ("a.B_c", "a.io/b"),
        text.without_odd_characters,
    ),
    "annotation-key": TextFormat(
        "a qualified name such as example.com/name",
        lambda value: isinstance(value, str) and text.is_qualified_name(value.lower()),
        ("a b", "a/b/c", ""),
        ("A.io/b",),
        text.without_odd_characters,
    ),
    "label-value": TextFormat(
        "a label's value: at most 63 letters, digits, '-', '_' and '.'",
        text.is_label_value,
        ("a b", "-", "a" * 64),
        ("", "A.b_1"),
        text.without_odd_characters,
    ),
    "path-segment": TextFormat("a name without '/' and '%'", text.is_path_segment, ("a/b", "a%b", "."), ("a:b", "A")),
    "port-name": TextFormat(
        "a port's name: at most 15 lower-case letters, digits and '-', one of them a letter",
        text.is_port_name,
        ("A", "8080", "-a", "a--b", "a-very-long-port-name"),
        ("http-2",),
        text.lower_case,
    ),
    "port": TextFormat(
        "a port: 1 to 65535, or a port's name", text.is_port, (0, 65536, "8080", "A"), (80, "http"), text.lower_case
    ),
    "target-port": TextFormat(
        "a port: 1 to 65535, or a port's name",
        text.is_target_port,
        (65536, -1, "8080", "-a"),
        (0, "", 80, "http"),
        text.lower_case,
    ),
    "count-or-percentage": TextFormat(
        "a number from 0 on, or a percentage such as 25%", text.is_count_or_percentage, (-1, "1", "5%%"), (0, "200%")
    ),
    "share": TextFormat(
        "a number from 0 on, or a percentage up to 100%",
        text.is_count_or_percentage_of_all,
        (-1, "50", "101%"),
        (3, "100%"),
    ),
    "variable": TextFormat(
        "a variable's name: printable ASCII characters without '='",
        text.is_relaxed_variable,
        ("A=B", "ä", ""),
        ("a b", "1A"),
    ),
    "config-key": TextFormat(
        "a key: letters, digits, '-', '_' and '.'",
        text.is_config_key,
        ("a b", "..", ".", "..a", "", _LONG),
        (".a", "A_b"),
        text.without_odd_characters,
    ),
    "ip": TextFormat(
        "an IP address", text.is_ip, ("x", "10.0.0.01", "::ffff:1.2.3.4", "10.0.0.0/8"), ("10.1.2.3", "fd00::1")
    ),
    "endpoint-ip": TextFormat(
        "an IP address that others can reach",
        text.is_endpoint,
        ("x", "127.0.0.1", "0.0.0.0", "169.254.0.1"),
        ("10.1.2.3",),
    ),
    "endpoint-ipv4": TextFormat(
        "an IPv4 address that others can reach",
        lambda value: text.is_endpoint(value, 4),
        ("fd00::1", "127.0.0.1"),
        ("10.1.2.3",),
    ),
    "endpoint-ipv6": TextFormat(
        "an IPv6 address that others can reach, written the shortest way",
        lambda value: text.is_endpoint(value, 6) and str(text.ip_address(value)) == value,
        ("10.1.2.3", "::1", "FD00::1"),
        ("fd00::1",),
        str.lower,
    ),
    "cluster-ip": TextFormat(
        "None or an IP address", lambda value: value == "None" or text.is_ip(value), ("none", "x"), ("None", "10.1.2.3")
    ),
    "cidr": TextFormat(
        "a range of addresses such as 10.0.0.0/8",
        lambda value: text.network(value) is not None,
        ("10.0.0.0", "10.0.0.1/8", "a/8"),
        ("10.0.0.0/8",),
    ),
    "padded-cidr": TextFormat(
        "a range of addresses such as 10.0.0.0/8",
        lambda value: isinstance(value, str) and text.network(value.strip()) is not None,
        ("10.0.0.0",),
        (" 10.0.0.0/8 ",),
    ),
    "host": TextFormat(
        "a DNS name such as www.example.com or *.example.com",
        text.is_host,
        ("A.b", "10.0.0.1", "a.*.b", "*"),
        ("*.a.b", "a"),
        str.lower,
    ),
    "tls-host": TextFormat(
        "a DNS name such as www.example.com or *.example.com", text.is_tls_host, ("A.b", "*"), ("*.a.b",), str.lower
    ),
    "external-name": TextFormat(
        "a DNS name such as db.example.com",
        lambda value: isinstance(value, str) and text.is_subdomain(value.removesuffix(".")),
        ("A.b", "a_b", "http://a"),
        ("a.b", "a.b."),
        text.lower_case,
    ),
    "fqdn": TextFormat(
        "a domain name of at least two labels", text.is_domain_name, ("a", "A.b"), ("a.b", "a.b."), text.lower_case
    ),
    "search-domain": TextFormat("a DNS subdomain", text.is_search_domain, ("A", "a b"), (".", "a_b.c.", "a")),
    "absolute-path": TextFormat(
        "a path that starts with '/'", text.is_absolute, ("a",), ("/a",), lambda value: f"/{value}"
    ),
    "ingress-path": TextFormat(
        "a path that starts with '/' and holds no '//', '/.' or '%2f'",
        text.is_ingress_path,
        ("a", "/a//b", "/a/.."),
        ("/", "/a/b"),
    ),
    "descending-path": TextFormat(
        "a relative path without '..'", text.is_descending_path, ("/a", "../a", "a/../b"), ("a/b", "..a")
    ),
    "file-path": TextFormat(
        "a relative path without '..'",
        lambda value: text.is_descending_path(value) and not str(value).startswith(".."),
        ("/a", "..a", "a/../b"),
        ("a/b", ".a"),
    ),
    "path-without-steps-back": TextFormat("a path without '..'", text.without_steps_back, ("/a/../b",), ("/a", "a")),
    "header": TextFormat(
        "a header's name: letters, digits and '-'",
        lambda value: isinstance(value, str) and re.fullmatch("[-A-Za-z0-9]+", value) is not None,
        ("a b", "a:"),
        ("X-A",),
    ),
    "sysctl": TextFormat(
        "the name of a kernel parameter",
        lambda value: isinstance(value, str) and len(value) <= 253 and re.fullmatch(text.SYSCTL, value) is not None,
        ("A", "a..b"),
        ("net.ipv4.tcp_syncookies", "a/b"),
    ),
    "prefixed-path": TextFormat(
        "a path with a domain in front, such as example.com/name", text.is_prefixed_path, ("a", "A/b"), ("a.io/b",)
    ),
    "amount": TextFormat("0 or more", lambda value: text.is_amount(value, 0), ("-1", "-1Gi"), ("0", "1Gi", 2)),
    "positive-amount": TextFormat(
        "more than 0", lambda value: text.is_amount(value, 0, strictly=True), ("0", "-1"), ("1Gi", 1)
    ),
    "ratio": TextFormat("1 or more", lambda value: text.is_amount(value, 1), ("0.5",), ("1", "2")),
    "schedule": TextFormat(
        "a schedule of five fields such as 0 3 * * *",
        text.is_schedule,
        ("0 25 * * *", "* * * *", "* * * * 7", "TZ=UTC 0 3 * * *", "*/0 * * * *", "@dayly", "5-1 * * * *"),
        ("*/5 * * * *", "@daily", "@every 1h30m", "0 3 1,15 jan-mar MON"),
    ),
    "time-zone": TextFormat(
        "a time zone such as Europe/Berlin", text.is_time_zone, ("Mars/Base", "local", ""), ("UTC", "Europe/Berlin")
    ),
    "finalizer": TextFormat(
        "`kubernetes` or a qualified name such as example.com/name",
        text.is_finalizer,
        ("a", "a b"),
        ("kubernetes", "a.io/b"),
    ),
    "metadata-finalizer": TextFormat(
        "a qualified name such as example.com/name",
        text.is_finalizer_of_metadata,
        ("a", "a b"),
        ("foregroundDeletion", "a.io/b"),
    ),
    "group-version": TextFormat(
        "a version with its group, such as apps/v1",
        lambda value: isinstance(value, str) and value.count("/") <= 1,
        ("a/b/c",),
        ("apps/v1", "v1"),
    ),
    "int32": TextFormat(
        "a whole number in quotes",
        lambda value: (
            isinstance(value, str)
            and re.fullmatch("0|-?[1-9][0-9]{0,9}", value) is not None
            and abs(int(value)) < 2**31
        ),
        ("1.5", "01", "a", "9999999999"),
        ("-3", "0", "12"),
    ),
    "limit-type": TextFormat(
        "Pod, Container, PersistentVolumeClaim or a qualified name",
        text.is_limit_type,
        ("container", "a b"),
        ("Pod", "a.io/b"),
        str.capitalize,
    ),
    "docker-config": TextFormat(
        "a JSON object in base64", text.is_json_object, ("W10=", "eHg="), ("e30=",), hidden=True
    ),
    "api-version": TextFormat(
        "a version with its group, such as apps/v1", text.is_api_version, ("a/b/c", ""), ("apps/v1", "v1")
    ),
    "trimmed": TextFormat(
        "free of spaces around it",
        lambda value: isinstance(value, str) and value == value.strip(),
        (" a", "a "),
        ("a",),
        str.strip,
    ),
    "windows-user": TextFormat(
        "a user of Windows, with or without a domain",
        text.is_windows_user,
        ("", "a\\b\\c", "a/b", "..."),
        ("a", "a.b\\c", "NT AUTHORITY\\SYSTEM"),
    ),
    "no-sys-admin": TextFormat(
        "allowed where allowPrivilegeEscalation is false",
        lambda value: value != "CAP_SYS_ADMIN",
        ("CAP_SYS_ADMIN",),
        ("NET_ADMIN",),
    ),
    "name-prefix": TextFormat(
        "a DNS subdomain: lower-case letters, digits, '-' and '.'",
        lambda value: isinstance(value, str) and text.is_subdomain(re.sub("(?<=.)-$", "a", value)),
        ("A", "a_b"),
        ("a.b",),
        text.lower_case,
    ),
    "not-none": TextFormat(
        "an address: None is for Services of type ClusterIP", lambda value: value != "None", ("None",), ("10.1.2.3",)
    ),
    "not-zero": TextFormat("more than 0", lambda value: value != 0 and percentage(value) != 0, (0, "0%"), (1, "1%")),
    "indexes": TextFormat(
        "a list of indexes such as 1,3-5",
        lambda value: isinstance(value, str) and re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*|", value) is not None,
        ("a", "1,", "1--2"),
        ("1,3-5", "0"),
    ),
    "iscsi-name": TextFormat(
        "a name of iSCSI: iqn., eui. or naa.", text.is_iscsi_name, ("a", "iqn.a"), ("iqn.2020-01.com.example:a",)
    ),
    "caseless-subdomain": TextFormat(
        "a DNS subdomain",
        lambda value: isinstance(value, str) and text.is_subdomain(value.lower()),
        ("a_b",),
        ("A.b",),
        text.lower_case,
    ),
    "caseless-qualified-name": TextFormat(
        "a qualified name such as example.com/name",
        lambda value: isinstance(value, str) and text.is_qualified_name(value.lower()),
        ("a b", "a/b/c"),
        ("A.io/b",),
        text.without_odd_characters,
    ),
    "subdomain-or-empty": TextFormat(
        "a DNS subdomain: lower-case letters, digits, '-' and '.'",
        lambda value: value == "" or text.is_subdomain(value),
        ("A", "a_b"),
        ("", "a.b"),
        text.lower_case,
    ),
    "label-or-empty": TextFormat(
        "a DNS label: at most 63 lower-case letters, digits and '-'",
        lambda value: value == "" or text.is_label(value),
        ("A_b",),
        ("", "a"),
        text.lower_case,
    ),
}

"""The formats by the name that rows use."""
