from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...engine import push
from ...engine.iot import goods, payload, watch

SEEN = """
    UPDATE channel_device d
       SET last_seen_at = GREATEST(d.last_seen_at, %(now)s), battery = COALESCE(t.battery, d.battery),
           has_battery = COALESCE(d.has_battery, FALSE) OR t.battery IS NOT NULL,
           last_at = CASE WHEN t.is_newer THEN t.at ELSE d.last_at END,
           last_value = CASE WHEN t.is_newer THEN t.value ELSE d.last_value END,
           last_measure = CASE WHEN t.is_newer THEN t.measure ELSE d.last_measure END
      FROM (SELECT s.*, s.value IS NOT NULL AND s.at > COALESCE(k.last_at, '-infinity') AS is_newer
              FROM unnest(%(devices)s::int4[], %(ats)s::timestamp[], %(values)s::float8[], %(measures)s::float8[],
                          %(batteries)s::float8[]) s (device_id, at, value, measure, battery)
              JOIN channel_device k ON k.id = s.device_id) t
     WHERE d.id = t.device_id
"""
AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Message:
    """What came over MQTT. `at`: when; it holds for readings that name no time."""

    topic: str
    content: bytes
    at: datetime
    is_retained: bool = False
    is_again: bool = False  # the broker says that it has sent this before


class ChannelDevice(models.Model):
    """Readings come in: whose they are, whether they can be true, each once."""

    _inherit = 'channel.device'

    # === FROM MQTT === #

    @api.model
    def _take_messages(self, messages):
        """Take what the broker has brought, in this transaction. What cannot be taken is kept for a person.

        :param messages: `Message`
        :return: answers, a list for each message
        """
        read = [self._read_message(message) for message in messages]
        answers = iter(self._take([one for said, _reason in read for one in said]))
        told, refused = [], []
        for message, (said, reason) in zip(messages, read, strict=True):
            own = [reason] if reason else [next(answers)[0] for _one in said]
            told.append(own)
            wrong = next((one for one in own if one not in ('accepted', 'duplicate', 'retained')), None)
            if wrong:
                refused.append({'topic': message.topic, 'content': message.content, 'reason': wrong, 'at': message.at,
                                'device': self._find_by_topic(message.topic)})
        self.env['channel.reading.refused']._keep('mqtt', refused)
        return told

    @api.model
    def _read_message(self, message):
        """([what it says, with whose it may be], why it says nothing)"""
        try:
            topic = payload.read_topic(message.topic)
            said = payload.read(message.content, topic.device, '' if topic.kind == 'readings' else topic.kind)
        except payload.Unreadable as unreadable:
            return [], unreadable.key
        if message.is_retained and all(one.at is None for one in said):
            return [], 'retained'  # The broker's memory of some moment: nobody knows which.
        return [
            (replace(one, at=one.at or message.at), topic.company, topic.device, message.is_again and not one.at)
            for one in said], ''

    @api.model
    def _find_by_topic(self, topic):
        try:
            known = payload.read_topic(topic)
        except payload.Unreadable:
            return self.browse()
        return self.search([('code', '=', known.device), ('company_id', '=', known.company)])

    @api.model
    def _take_refused(self, refused):
        """Take what was refused before. :return: the answers"""
        content = refused.content.encode()
        if refused.way == 'mqtt':
            said, reason = self._read_message(Message(refused.topic, content, refused.last_at))
            return [reason] if reason else [answer for answer, _at in self._take(said)]
        try:
            said = payload.read(content, refused.topic)
        except payload.Unreadable as unreadable:
            return [unreadable.key]
        signer = self.search([('code', '=', refused.topic)])
        return [answer for answer, _at in self._take([
            (replace(one, at=one.at or refused.last_at), signer.company_id.id, refused.topic, False) for one in said])]

    # === FROM HTTP === #

    @api.model
    def _find_signer(self, code, stamp, signature, body, now):
        """The device that has signed this just now. :raise PushRefused: there is none"""
        device = self.sudo().search([('code', '=', code[:64].replace('\x00', ''))], limit=1)
        push.check(device._get_secret_hash(), stamp, signature, body, now)
        return device

    def _get_secret_hash(self):
        """Not a field that anybody reads through the ORM."""
        found = self.env.execute_query(SQL(
            "SELECT secret_hash FROM channel_device WHERE id = ANY(%s) AND active", self.ids))
        return found[0][0] or '' if found else ''

    def _take_signed(self, body, stamp, signature):
        """Take what this device has signed. The same again gets the same answers, but for what is known by then.

        :raise Unreadable: nothing can be made of it
        :return: ``{"accepted", "duplicate", "refused", "readings": [{"row", "answer", "id"?}]}``
        """
        self.ensure_one()
        said = payload.read(body, self.code)
        at = datetime.fromtimestamp(int(stamp.strip()), timezone.utc).replace(tzinfo=None)
        digest = push.plain_signature(signature)
        # Without a time and an id of its own, a reading is known by the message and its place in it.
        named = [one if one.key or one.at else replace(one, key=f'{digest} {row}') for row, one in enumerate(said, 1)]
        answers = [answer for answer, _at in self._take([
            (replace(one, at=one.at or at), self.company_id.id, self.code, False) for one in named])]
        wrong = next((one for one in answers if one not in ('accepted', 'duplicate')), None)
        if wrong:
            self.env['channel.reading.refused'].sudo()._keep('http', [{
                'topic': self.code, 'content': body, 'reason': wrong, 'at': fields.Datetime.now(), 'device': self}])
        counts = {key: answers.count(key) for key in ('accepted', 'duplicate')}
        return {**counts, 'refused': len(answers) - sum(counts.values()), 'readings': [
            {'row': row, 'answer': answer, **({'id': one.key} if one.key else {})}
            for row, (one, answer) in enumerate(zip(said, answers, strict=True), 1)]}

    # === TAKING === #

    @api.model
    def _take(self, told):
        """Keep readings, each once, and follow their devices.

        :param told: (what was said, company, code of the device that has sent it, whether it may have been sent before)
        :return: [(``accepted``, ``duplicate`` or why not, device)], in the same sequence
        """
        self = self.with_user(SUPERUSER_ID)
        devices = self._lock_devices({said.device for said, *_rest in told})
        now = fields.Datetime.now()
        answers, rows, places = [], {}, []
        for said, company, sender, is_again in told:
            device = devices.get(said.device)
            answer = self._judge(said, device, company, sender, is_again, now)
            key = (device.id, str(payload.make_key(said))) if device and not answer else None
            if key in rows:
                answer, key = 'duplicate', None
            if key:
                rows[key] = (said, device)
            places.append(key)
            answers.append((answer, device))
        new = self.env['channel.reading']._add([
            (device.id, key, said.at, said.value, device._measure(said.value)[0], said.battery)
            for (_id, key), (said, device) in rows.items()])
        self._follow_new([rows[key] for key in rows if key in new], now)
        return [(answer or ('accepted' if key in new else 'duplicate'), device)
                for (answer, device), key in zip(answers, places, strict=True)]

    @api.model
    def _lock_devices(self, codes):
        """{code: device}; whoever else has readings of these waits."""
        self.flush_model()
        ids = [id_ for id_, in self.env.execute_query(SQL(
            "SELECT id FROM channel_device WHERE code = ANY(%s) AND active ORDER BY id FOR NO KEY UPDATE",
            list(codes)))]
        devices = self.browse(ids)
        devices.invalidate_recordset(flush=False)
        return {device.code: device for device in devices}

    @api.model
    def _judge(self, said, device, company, sender, is_again, now):
        """Why this is not taken; '' where it is. What is not the sender's looks as if it did not exist."""
        if not device or device.company_id.id != company or sender not in (device.code, device.gateway_id.code):
            return said.reason or 'unknown_device'
        reason = payload.judge(said, device.kind, now)
        if not reason and is_again and device.last_value == said.value and device.last_at and (
                said.at - device.last_at < AGAIN):
            # It has neither time nor id, and the broker says that it may have brought it before.
            return 'duplicate'
        return reason

    def _measure(self, value):
        """(what it means: degrees, pieces, percent, open; whether it is sure)"""
        self.ensure_one()
        if value is not None and self.kind == 'weight' and self.unit_weight:
            pieces = goods.count_pieces(value, goods.Scale(self.unit_weight, self.tare))
            return float(pieces.count), pieces.is_sure
        if value is not None and self.kind == 'shelf' and self.facings:
            return goods.fill_grade(value, self.facings), True
        return value, True

    @api.model
    def _follow_new(self, taken, now):
        """Note what was said last, and go on with each device. :param taken: [(said, device)] that are new"""
        if not taken:
            return
        by_device = {}
        for said, device in taken:
            by_device.setdefault(device, []).append(said)
        self._note_seen(by_device, now)
        self.union(*by_device)._follow({
            device: [watch.Point(one.at, device._get_level(one.value)) for one in said if one.value is not None]
            for device, said in by_device.items()})

    @api.model
    def _note_seen(self, by_device, now):
        last = []
        for device, said in by_device.items():
            newest = max((one for one in said if one.value is not None), key=lambda one: one.at, default=None)
            battery = max((one for one in said if one.battery is not None), key=lambda one: one.at, default=None)
            last.append((
                device.id, newest and newest.at, newest and newest.value,
                device._measure(newest.value)[0] if newest else None, battery and battery.battery))
        ids, ats, values, measures, batteries = (list(column) for column in zip(*last, strict=True))
        self.env.cr.execute(SQL(
            SEEN, now=now, devices=ids, ats=ats, values=values, measures=measures, batteries=batteries))
        self.browse(ids).invalidate_recordset(flush=False)
