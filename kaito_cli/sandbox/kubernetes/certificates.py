"""A certificate authority made for one server: its own certificate, and clients'."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A certificate and its key, PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs. ``life``: how long its certificates hold; negative: they are expired."""

    def __init__(self, life: timedelta = _LIFE) -> None:
        self._life = life
        self._key = _new_key()
        self._name = _named("kaito sandbox")

    @cached_property
    def _root(self) -> "x509.Certificate":
        return self._signed(self._name, self._key, authority=True)

    @property
    def certificate(self) -> bytes:
        """What clients trust, PEM."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self._root.public_bytes(Encoding.PEM)

    def server(self, *hosts: str) -> Credentials:
        """For a server known by these names or addresses."""
        return self._issue(_named("kube-apiserver"), hosts)

    def client(self, user: str, *groups: str) -> Credentials:
        """For a client: common name and organizations, as the API server reads them."""
        return self._issue(_named(user, *groups), ())

    def _issue(self, subject: "x509.Name", hosts: tuple[str, ...]) -> Credentials:
        from cryptography.hazmat.primitives import serialization as form

        key = _new_key()
        certificate = self._signed(subject, key, hosts=hosts)
        return Credentials(
            certificate=certificate.public_bytes(form.Encoding.PEM),
            key=key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()),
        )

    def _signed(
        self,
        subject: "x509.Name",
        key: "ec.EllipticCurvePrivateKey",
        *,
        hosts: tuple[str, ...] = (),
        authority: bool = False,
    ) -> "x509.Certificate":
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        now = datetime.now(UTC)
        start = min(now, now + self._life) - timedelta(hours=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(now + self._life)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if authority:
            builder = builder.add_extension(_signing_only(), critical=True)
        if hosts:
            names = x509.SubjectAlternativeName([_host(each) for each in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _new_key() -> "ec.EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _named(name: str, *groups: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, each) for each in groups]
    return x509.Name([*organizations, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _signing_only() -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
