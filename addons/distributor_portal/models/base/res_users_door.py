import contextlib
import hashlib
import secrets

from odoo import api, models
from odoo.exceptions import AccessDenied
from odoo.http import request

from ...const import DEVICE_COOKIE, DEVICE_COOKIE_AGE
from .channel_rate import RESERVED

PROGRAMS = 'programs'
PAGES = ('/web/login', '/web/signup', '/web/reset_password')  # where people come in


class ResUsers(models.Model):
    """The door: how often somebody may try a password, whatever worker, page or protocol it knocks at."""

    _inherit = 'res.users'

    @contextlib.contextmanager
    def _assert_can_auth(self, user=None):
        """Override of `base`, which counts in the memory of each worker, by address alone, until anybody's success.

        Here a try is taken before the password is looked at, however many come at once, and given back if it was right:
        of this login from this place, of this login from everywhere, and of this address for any login. From where a
        call of XML-RPC or JSON-RPC comes, Odoo lets nobody see: all programs are one place.
        """
        rates = self.env['channel.rate'].sudo()
        login = self._channel_get_login(user)
        place, is_known = self._channel_get_place(login)
        buckets = [('source', f'{login} {place}'), ('login', login, 0 if is_known else RESERVED)]
        if request and not is_known:
            buckets.append(('address', request.httprequest.remote_addr or '?'))
        # Programs log in many at once, each with the right password: they take a try only when theirs was wrong. So of
        # guesses at the same moment as many more pass as there are workers to look at them.
        wait = rates._take(*buckets) if request else rates._get_wait(*buckets)
        if wait:
            raise AccessDenied(self.env._(
                "Too many wrong tries. Please wait %s minutes, or ask for a new password.", -(-wait // 60)))
        is_wrong = False
        try:
            yield
        except AccessDenied:
            is_wrong = True
            if not request:
                rates._take(*buckets)
            if not isinstance(user, int) and not self.sudo().search_count(self._get_login_domain(str(user)), limit=1):
                # An unknown login takes as long as a known one.
                self._channel_verify_nothing()
            raise
        finally:
            if not is_wrong:
                seen = None if is_known else f'{login} {self._channel_mark_place(place)}'
                if request or seen:
                    rates._give_back(*(buckets if request else ()), seen=seen)

    @api.model
    def _channel_get_login(self, user):
        """The login as it is counted; of a number, that user's."""
        if isinstance(user, int):
            user = self.sudo().browse(user).exists().login or f'#{user}'
        return str(user).strip().lower()[:100]

    @api.model
    def _channel_verify_nothing(self):
        """Take as long as it takes to verify a password."""
        context = self._crypt_context()
        getattr(context, '__obj__', context).dummy_verify()  # Odoo wraps passlib's, and leaves this one out

    @api.model
    def _channel_get_place(self, login):
        """(where the request comes from, whether this login has come from there before).

        A browser is known by the number left in it, which others behind the same address do not have.
        """
        rates = self.env['channel.rate']
        if not request:
            return PROGRAMS, rates._was_seen(f'{login} {PROGRAMS}')
        cookie = request.httprequest.cookies.get(DEVICE_COOKIE, '')
        if cookie:
            device = _name_device(cookie)
            if rates._was_seen(f'{login} {device}'):
                return device, True
        address = request.httprequest.remote_addr or '?'
        return address, rates._was_seen(f'{login} {address}')

    @api.model
    def _channel_mark_place(self, place):
        """What the place is known by from now on: a browser by its number, a program by its address."""
        if not request or not any(page in request.httprequest.path for page in PAGES):
            return place
        device = request.httprequest.cookies.get(DEVICE_COOKIE, '')
        if not 16 <= len(device) <= 64:
            device = secrets.token_urlsafe(16)
            request.future_response.set_cookie(
                DEVICE_COOKIE, device, max_age=DEVICE_COOKIE_AGE, httponly=True, samesite='Lax', cookie_type='required')
        return _name_device(device)

    @api.model
    def change_password(self, old_passwd, new_passwd):  # public: core's own, now with the count of wrong tries
        """Override of `base`: the old password is guessed no more often here than at the door."""
        with self._assert_can_auth(user=self.env.uid):
            return super().change_password(old_passwd, new_passwd)

    @api.model
    def signup(self, values, token=None):  # public: core's own, called by the page behind a mailed link
        """Override of `auth_signup`: who has the mailed link is let in, however many guess at the door."""
        result = super().signup(values, token=token)
        if request and token:
            rates, login = self.env['channel.rate'].sudo(), self._channel_get_login(result[0])
            rates._release(login)
            rates._give_back(seen=f"{login} {self._channel_mark_place(request.httprequest.remote_addr or '?')}")
        return result

    def reset_password(self, login):  # public: core's own, called as superuser by the page for lost passwords
        """Override of `auth_signup`: who asks learns nothing about which logins exist, and sends no flood of mails."""
        rates = self.env['channel.rate'].sudo()
        if request and rates._take(
                ('reset', str(login).strip().lower()), ('reset_address', request.httprequest.remote_addr or '?')):
            return False
        users = self.search(self._get_login_domain(login)) or self.search(self._get_email_domain(login))
        if len(users) != 1:
            self._channel_verify_nothing()
            return False
        return super().reset_password(login)


def _name_device(cookie):
    return f'device {hashlib.sha256(cookie.encode()).hexdigest()[:16]}'
