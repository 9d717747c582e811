"""An MQTT broker of its own for a test: on loopback, on a free port, with its files in one folder."""
import os
import signal
import subprocess
import time
from datetime import datetime, timedelta, timezone

from . import odoo
from .base import ROOT, Problem

# What is under way may be more than the thousand messages that the broker keeps by itself.
CONFIG = """
listener {port} 127.0.0.1
allow_anonymous {anonymous}
persistence true
persistence_location {folder}/
autosave_interval 5
max_queued_messages 0
log_dest file {folder}/mosquitto.log
log_type error
log_type warning
log_type notice
log_type information
log_type subscribe
{more}
"""


class Broker:
    def __init__(self, folder, *, users=None, tls=False):
        """:param users: {name: password}; each may only write below its own name, `odoo` may only read"""
        self.folder, self.port, self.process = folder, odoo.free_port(), None
        self.path = subprocess.run(
            [ROOT / 'bin' / 'mosquitto'], check=True, capture_output=True, text=True).stdout.strip()
        more = ['user root'] if os.geteuid() == 0 else []
        if users:
            more += self._write_users(users)
        if tls:
            more += self._write_certificate()
        self.url = f"{'mqtts' if tls else 'mqtt'}://127.0.0.1:{self.port}"
        (folder / 'mosquitto.conf').write_text(CONFIG.format(
            port=self.port, folder=folder, anonymous='false' if users else 'true', more='\n'.join(more)))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop()

    def start(self):
        self.process = subprocess.Popen(
            [self.path, '-c', self.folder / 'mosquitto.conf'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while odoo.is_port_free(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Problem(f"the MQTT broker does not start: {self.read_log()[-500:]}")
            time.sleep(.05)

    def stop(self, *, kill=False):
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(15)

    def read_log(self):
        path = self.folder / 'mosquitto.log'
        return path.read_text('utf-8', 'replace') if path.exists() else ''

    def _write_users(self, users):
        passwords, rights = self.folder / 'passwords', self.folder / 'rights'
        passwords.touch(mode=0o600)
        tool = os.path.join(os.path.dirname(os.path.dirname(self.path)), 'bin', 'mosquitto_passwd')
        for name, password in users.items():
            subprocess.run([tool, '-b', passwords, name, password], check=True, capture_output=True)
        rights.write_text('user odoo\ntopic read channel/#\n\npattern write channel/+/%u/#\n')
        rights.chmod(0o600)
        return [f'password_file {passwords}', f'acl_file {rights}']

    def _write_certificate(self):
        """Signed by itself, for this address."""
        import ipaddress  # noqa: PLC0415  only where TLS is asked for

        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'broker')])
        certificate = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=2),
        ).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), critical=False,
        ).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
        (self.folder / 'broker.crt').write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / 'broker.key').write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return [f"certfile {self.folder / 'broker.crt'}", f"keyfile {self.folder / 'broker.key'}"]
