"""Between an MQTT broker and the database: takes messages in batches, commits, and only then acknowledges.

One thread belongs to the MQTT client and only puts messages into a queue; everything else happens in the main thread.
"""
import logging
import queue
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import urlsplit

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect

from .engine.iot import flood
from .models.iot.channel_device_take import Message

_logger = logging.getLogger(__name__)

TOPIC = 'channel/+/+/+'
UNACKNOWLEDGED = 1000  # messages that the broker gives us before it waits for us
QUEUED = 5000  # with those that need no acknowledgement
SESSION_SECONDS = 7 * 24 * 3600  # so long the broker keeps what comes while we are away
KEEPALIVE = 30
LONGEST_PAUSE = 30
TOLD_EVERY = 60
LOCAL = ('127.0.0.1', '::1', 'localhost')
PORTS = {'mqtt': 1883, 'mqtts': 8883}
AGAIN = (
    psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable,
    ConcurrencyError)
AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError)


@dataclass(frozen=True)
class Broker:
    host: str
    port: int
    is_safe: bool
    user: str | None = None
    password: str | None = None
    client_id: str = ''
    cafile: str | None = None
    cert: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Pace:
    batch: int = 500
    wait: float = .2
    burst: int = 600
    rate: float = 20.0


@dataclass(frozen=True)
class Arrived:
    message: Message
    mid: int
    qos: int
    connection: int  # which it came with: to another it means nothing


def read_broker(url, user, password, client_id, cafile, cert, key, allow_plain):
    """:raise ValueError: it cannot be meant so"""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.password:
        raise ValueError("a broker is mqtts://HOST:PORT, without a password in it")
    is_safe = parts.scheme == 'mqtts'
    if not is_safe and not allow_plain and parts.hostname not in LOCAL:
        raise ValueError("without TLS everybody on the way could read and write: use mqtts://, or --allow-plain")
    return Broker(parts.hostname, parts.port or PORTS[parts.scheme], is_safe, user or parts.username, password,
                  client_id, cafile, cert, key)


class Worker:
    def __init__(self, database, broker, pace=None):
        self.database, self.broker, self.pace = database, broker, pace or Pace()
        self.arrived = queue.Queue(QUEUED)
        self.buckets = flood.Buckets(self.pace.burst, self.pace.rate)
        self.stopping = threading.Event()
        self.connection = self.known_connection = 0
        self.counts, self.told_at = Counter(), time.monotonic()
        self.client = None

    def run(self):
        """Until somebody ends it. :return: exit code"""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_signal: self.stopping.set())
        lock = self._wait_for_turn()
        if not lock:
            return 0
        self.client = self._make_client()
        self.client.connect_async(
            self.broker.host, self.broker.port, KEEPALIVE, clean_start=False, properties=self._get_properties())
        self.client.loop_start()
        try:
            while not self.stopping.is_set():
                self._work(self._collect())
                self._tell()
        finally:
            self.client.disconnect()
            self.client.loop_stop()
            lock.close()
        _logger.info("MQTT: ended, %s", dict(self.counts))
        return 0

    def _wait_for_turn(self):
        """A connection that holds the lock of this database; None where we are ended before."""
        cursor = db_connect(self.database).cursor()
        while not self.stopping.is_set():
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('channel_mqtt'))")
            got = cursor.fetchone()[0]
            cursor.commit()
            if got:
                return cursor
            _logger.info("MQTT: another worker is at it, waiting")
            self.stopping.wait(2)
        cursor.close()
        return None

    # --- broker

    def _make_client(self):
        from paho.mqtt import client as mqtt  # noqa: PLC0415  only who talks MQTT needs it

        broker = self.broker
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, broker.client_id or f'channel-{self.database}', protocol=mqtt.MQTTv5,
            manual_ack=True)
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.is_safe:
            client.tls_set(broker.cafile, broker.cert, broker.key)
        client.reconnect_delay_set(1, 60)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message = self._on_message
        return client

    def _get_properties(self):
        from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415
        from paho.mqtt.properties import Properties  # noqa: PLC0415

        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_SECONDS
        properties.ReceiveMaximum = UNACKNOWLEDGED
        return properties

    def _on_connect(self, client, _data, _flags, reason, _properties):
        if reason.is_failure:
            _logger.warning("MQTT: the broker at %s:%s says: %s", self.broker.host, self.broker.port, reason)
            return
        from paho.mqtt.subscribeoptions import SubscribeOptions  # noqa: PLC0415

        self.connection += 1
        # What the broker remembers of each topic is of some moment: we want what comes from now on.
        client.subscribe(TOPIC, options=SubscribeOptions(
            qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND))
        _logger.info("MQTT: connected to %s:%s", self.broker.host, self.broker.port)

    def _on_disconnect(self, _client, _data, _flags, reason, _properties):
        if not self.stopping.is_set():
            _logger.warning("MQTT: connection lost (%s)", reason)

    def _on_message(self, _client, _data, message):
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ''
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        self.arrived.put(Arrived(
            Message(topic, message.payload, now, bool(message.retain), bool(message.dup)), message.mid, message.qos,
            self.connection))

    def _acknowledge(self, batch):
        for one in batch:
            # A number of an earlier connection may be another message's by now; the broker brings ours again.
            if one.qos and one.connection == self.connection:
                self.client.ack(one.mid, one.qos)

    # --- database

    def _collect(self):
        """As many as came in a short while. With a connection comes what the broker kept while we were away."""
        batch = []
        until = time.monotonic() + max(self.pace.wait, .5)
        while len(batch) < self.pace.batch:
            left = until - time.monotonic()
            try:
                batch.append(self.arrived.get(timeout=left) if left > 0 else self.arrived.get_nowait())
            except queue.Empty:
                break
            if len(batch) == 1:
                until = time.monotonic() + self.pace.wait
        if self.connection != self.known_connection:
            self.known_connection = self.connection
            self.buckets.catch_up(time.monotonic())
        elif not batch:
            self.buckets.rest()
        return batch

    def _work(self, batch):
        if not batch:
            return
        now, taken, flooded = time.monotonic(), [], []
        for one in batch:
            parts = one.message.topic.split('/')
            fits = self.buckets.take(parts[2] if len(parts) > 2 else '', now)
            (taken if fits else flooded).append(one.message)
        if self._take_safely(taken, flooded):
            self._acknowledge(batch)

    def _take_safely(self, messages, flooded):
        """Commit these, however long it takes. :return: False where we were ended before"""
        pause = .05
        while True:
            try:
                self._commit(messages, flooded)
                return True
            except AGAIN:
                self.stopping.wait(random.uniform(0, pause))  # noqa: S311  no secret
            except AWAY as error:
                _logger.warning("MQTT: the database cannot be reached: %s", str(error).strip()[:200])
                self.stopping.wait(pause)
            except Exception:
                _logger.exception("MQTT: a batch could not be taken; its messages are taken one by one")
                for message in messages:
                    self._take_alone(message)
                return True
            if self.stopping.is_set():
                return False
            pause = min(pause * 2, LONGEST_PAUSE)

    def _take_alone(self, message):
        """A message that nothing can be done with must not stop all others: it waits for a person."""
        try:
            self._commit([message], [])
        except Exception:
            _logger.exception("MQTT: a message of %s could not be taken", message.topic[:200])
            self._in_database(lambda env: env['channel.reading.refused']._keep('mqtt', [{
                'topic': message.topic, 'content': message.content, 'reason': 'error', 'at': message.at}]))

    def _commit(self, messages, flooded):
        def act(env):
            answers = env['channel.device']._take_messages(messages)
            env['channel.reading.refused']._keep('mqtt', list({message.topic: {
                'topic': message.topic, 'content': b'', 'reason': 'flood', 'at': message.at,
                'device': env['channel.device']._find_by_topic(message.topic)} for message in flooded}.values()))
            return answers

        answers = self._in_database(act)
        self.counts.update(answer for told in answers for answer in told)
        self.counts['flood'] += len(flooded)

    def _in_database(self, act):
        # Modules that were updated meanwhile change the registry.
        with Registry(self.database).check_signaling().cursor() as cr:
            return act(api.Environment(cr, SUPERUSER_ID, {}))

    def _tell(self):
        if self.counts and time.monotonic() - self.told_at > TOLD_EVERY:
            _logger.info("MQTT: %s", dict(self.counts))
            self.counts.clear()
            self.told_at = time.monotonic()
