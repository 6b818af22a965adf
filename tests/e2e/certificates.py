"""A certificate authority for one test, made with openssl's command line."""

import functools
import ssl
import subprocess
from pathlib import Path


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    def __init__(self, folder, name="authority"):
        self.folder = Path(folder) / name
        self.folder.mkdir()
        self.certificate = self.folder / "ca.pem"
        self._key = self.folder / "ca-key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
                "-keyout", self._key, "-out", self.certificate, "-subj", f"/CN=Fedwatt test {name}")

    def issue(self, file, names="DNS:localhost,IP:127.0.0.1", common_name="hub", days=2):
        """A certificate and its key, in files of this name; those that were there are replaced."""
        certificate, key = self.folder / f"{file}.pem", self.folder / f"{file}-key.pem"
        request, extensions = self.folder / f"{file}.csr", self.folder / f"{file}.ext"
        new_key, new_certificate = key.with_suffix(".new"), certificate.with_suffix(".new")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", new_key, "-out", request, "-subj", f"/CN={common_name}")
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", new_certificate)
        new_key.rename(key)
        new_certificate.rename(certificate)
        return certificate, key

    @functools.cached_property
    def _hubs(self):
        return self.issue("hub")

    def hub_options(self):
        certificate, key = self._hubs
        return ["--tls-certificate", str(certificate), "--tls-key", str(key)]

    def client(self):
        """What Python's ssl needs to speak with that hub."""
        return ssl.create_default_context(cafile=str(self.certificate))
