import argparse
import logging
import os
import sys
from pathlib import Path

from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

_logger = logging.getLogger(__name__)
VARIABLE = 'CHANNEL_MQTT_PASSWORD'


class ChannelMqtt(Command):
    """Take readings of devices from an MQTT broker, until it is ended.

    What it takes is acknowledged only after it is committed: the broker brings again what a crash has left, and what is
    brought twice is kept once. A second one on the same database waits until the first has ended.
    """

    name = 'channel_mqtt'

    def run(self, args):
        options, rest = self._read(args)
        config.parse_config([*rest, '--no-http'], setup_logging=True)
        names = config['db_name']
        database = names if isinstance(names, str) else (names or [''])[0]
        if not database:
            self.parser.error("name the database with -d")
        Registry(database)
        # Only now are the addons known as modules.
        from odoo.addons.channel_inventory import mqtt_worker  # noqa: PLC0415

        try:
            worker = mqtt_worker.Worker(database, mqtt_worker.read_broker(
                options.broker, options.user, self._read_password(options), options.client_id, options.cafile,
                options.cert, options.key, options.allow_plain), mqtt_worker.Pace(
                    options.batch, options.wait / 1000, options.burst, options.rate))
        except ValueError as error:
            self.parser.error(str(error))
        sys.exit(worker.run())

    def _read(self, args):
        add = self.parser.add_argument
        add('--broker', default='mqtt://127.0.0.1:1883', help="mqtts://HOST:8883, or mqtt://HOST:1883 (%(default)s)")
        add('--user', help="name at the broker")
        add('--password-file', type=Path, help=f"file with its password; else ${VARIABLE}")
        add('--client-id', default='', help="names the session at the broker (channel-DATABASE)")
        add('--cafile', help="certificates that may sign the broker's, instead of the system's")
        add('--cert', help="certificate to log in with")
        add('--key', help="its key")
        add('--allow-plain', action='store_true', help="talk without TLS to another machine")
        add('--batch', type=int, default=500, help="at most so many messages are committed together (%(default)s)")
        add('--wait', type=int, default=200, help="milliseconds to wait for more of them (%(default)s)")
        add('--burst', type=int, default=600, help="messages that a device may send at once (%(default)s)")
        add('--rate', type=float, default=20, help="… and a second after that (%(default)s)")
        self.parser.formatter_class = argparse.RawDescriptionHelpFormatter
        self.parser.epilog = "Options of Odoo itself (-d, -c, --log-level …) are taken, too."
        return self.parser.parse_known_args(args)

    def _read_password(self, options):
        if options.password_file:
            try:
                return options.password_file.read_text('utf-8').strip()
            except OSError as error:
                self.parser.error(f"the password cannot be read: {error.strerror}")
        return os.environ.get(VARIABLE)
