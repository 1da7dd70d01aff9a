"""Ways to write an address that nobody outside may reach. Made, not listed: each target in each form that some parser has understood.

`FORMS` maps what stands between `//` and the path to the address that it would lead to if it were believed.
"""

from ipaddress import IPv4Address, IPv6Address

TARGETS = ("127.0.0.1", "169.254.169.254", "10.1.2.3", "172.16.0.9", "192.168.1.1", "100.100.100.200", "168.63.129.16", "192.0.0.192")
"""Loopback, the metadata services (Amazon's and most others', Alibaba's, Azure's, Oracle's), and each private network."""

METADATA = (
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fe80::a9fe:a9fe",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fd00:c1::a9fe:a9fe",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "fd00:100::100:200",
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "64:ff9b::169.254.169.254",
    "64:ff9b::100.100.100.200",
    "2002:a9fe:a9fe::1",
)
"""Where clouds tell their machines what they are, plain and inside other addresses."""

RESERVED_V4 = (
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.53",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.253",
    "169.254.170.2",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
)

RESERVED_V6 = (
    "::",
    "::1",
    "::2",
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "::ffff:0:0",
    "64:ff9b::1",
    "64:ff9b:1::1",
    "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::1",
    "100:0:0:1::1",
    "1fff::1",
    "2001::1",
    "2001:0:ffff::1",
    "2001:1::1",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002::1",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "8000::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fdff:ffff::1",
    "fe00::1",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff00::1",
    "ff01::1",
    "ff02::1",
    "ff02::fb",
    "ff0e::1",
)

METADATA_NAMES = (
    "metadata",
    "metadata.google.internal",
    "metadata.google.internal.",
    "METADATA.GOOGLE.INTERNAL",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "rancher-metadata",
    "host.docker.internal",
    "gateway.docker.internal",
    "169.254.169.254.nip.io",
    "169-254-169-254.sslip.io",
    "a9fea9fe.nip.io",
)

LOCAL_NAMES = (
    "localhost.",
    "localhost.localdomain",
    "foo.localhost",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "broadcasthost",
    "localtest.me",
    "127.0.0.1.nip.io",
    "127-0-0-1.sslip.io",
    "0",
    "0x0",
    "00000000000",
    "lоcalhost",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "local%68ost",
    "loc\talhost",
    "local\u00adhost",
    "localho\u017ft",
)

PLAIN_LOOPBACK = frozenset({"127.0.0.1", "127.0.0.53", "127.0.0.0", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]"}) | {
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:7f00:0001]",
}
"""What is loopback without a disguise: reached where loopback is allowed, and only there."""


def _numbers(target: str) -> list[str]:
    """Return the forms that `inet_aton` and browsers understand."""
    a, b, c, d = (int(part) for part in target.split("."))
    whole = int(IPv4Address(target))
    return [
        str(whole),
        f"0x{whole:x}",
        f"0X{whole:08X}",
        f"0{whole:o}",
        f"000000{whole:o}",
        str(whole + 2**32),
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0000{a:o}.0000{b:o}.0000{c:o}.0000{d:o}",
        f"{a:03}.{b:03}.{c:03}.{d:03}",
        f"0x{a:x}.{b}.0{c:o}.{d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.0x{(b << 16) + (c << 8) + d:x}",
        f"{a}.{b}.{(c << 8) + d}",
        f"0{a:o}.{b}.0x{(c << 8) + d:x}",
        f"{a + 256}.{b}.{c}.{d}",
        f"{target}.",
        f"{target}..",
        f".{target}",
        f"[{target}]",
    ]


def _letters(target: str) -> list[str]:
    """Return the forms whose digits and dots are other characters for the same."""
    circled = "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(character)] if character.isdecimal() else "." for character in target)
    return [
        circled,
        "".join(chr(0xFF10 + int(character)) if character.isdecimal() else "." for character in target),
        "".join(chr(0x1D7D8 + int(character)) if character.isdecimal() else "." for character in target),
        "".join(chr(0x0660 + int(character)) if character.isdecimal() else "." for character in target),
        target.replace(".", "。"),
        target.replace(".", "．"),
        target.replace(".", "｡"),
        target.replace(".", "%2e"),
        target.replace(".", "%E3%80%82"),
        "".join(f"%{ord(character):02x}" for character in target),
        target.replace(".", "\u200b."),
        target.replace(".", "\u00ad."),
        target[:3] + "\n" + target[3:],
        target[:3] + "\t" + target[3:],
        f"{target}\x00.example.org",
    ]


def _inside_v6(target: str) -> list[str]:
    """Return the IPv6 addresses that carry the target."""
    number = int(IPv4Address(target))
    high, low = number >> 16, number & 0xFFFF
    teredo = IPv6Address((0x2001_0000_4136_E378 << 64) | 0x8000_63BF << 32 | (number ^ 0xFFFFFFFF))
    return [
        f"[::ffff:{target}]",
        f"[::ffff:{high:x}:{low:x}]",
        f"[::FFFF:{high:04X}:{low:04X}]",
        f"[0:0:0:0:0:ffff:{high:x}:{low:04x}]",
        f"[::{target}]",
        f"[::{high:x}:{low:x}]",
        f"[::ffff:0:{target}]",
        f"[64:ff9b::{target}]",
        f"[64:ff9b::{high:x}:{low:x}]",
        f"[64:ff9b:1::{high:x}:{low:x}]",
        f"[2002:{high:x}:{low:x}::]",
        f"[2002:{high:x}:{low:x}::1]",
        f"[{teredo}]",
        f"[fe80::5efe:{target}]",
        f"[::ffff:{target}%25eth0]",
        f"[::ffff:{target}%eth0]",
        f"[fe80::{high:x}:{low:x}%251]",
    ]


def _beside(target: str) -> list[str]:
    """Return authorities that one parser reads as a good host, and another as the target."""
    return [
        f"api.acme.example@{target}",
        f"api.acme.example:443@{target}",
        f"user:password@{target}",
        f"@{target}",
        f"{target}@api.acme.example",
        f"{target}%40api.acme.example",
        f"{target}%2f@api.acme.example",
        f"{target}#@api.acme.example",
        f"{target}\\@api.acme.example",
        f"api.acme.example\\@{target}",
        f"api.acme.example#@{target}",
        f"api.acme.example%00@{target}",
        f"api.acme.example @{target}",
        f"api.acme.example&@{target}#@api.acme.example",
        f"/{target}",
        f"\\{target}",
        f"{target} ",
        f" {target}",
        f"{target}:443:8443",
        f"{target}:80",
        f"{target}:0443",
        f"{target}:+443",
        f"{target}:443",
    ]


def _forms() -> dict[str, str]:
    forms: dict[str, str] = {}
    for target in TARGETS:
        for authority in [target, *_numbers(target), *_letters(target), *_inside_v6(target), *_beside(target)]:
            forms.setdefault(authority, target)
    forms.update({address: address for address in RESERVED_V4})
    forms.update({f"[{address}]": address for address in RESERVED_V6})
    forms.update({f"[{address}%25eth0]": address for address in ("fe80::1", "ff02::1", "::1")})
    forms.update(dict.fromkeys(METADATA_NAMES, "169.254.169.254"))
    forms.update(dict.fromkeys(LOCAL_NAMES, "127.0.0.1"))
    return forms


FORMS = _forms()
