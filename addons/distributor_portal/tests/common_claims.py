import io

from PIL import Image

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import ChannelCommon


class ClaimsCommon(ChannelCommon):
    """A dealer with a delivery of 24 yoghurts at 10 and 5 milks at 5, its people, and two of headquarters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.dealer, 'claims_owner')
        cls.keeper = cls._create_portal_user(cls.dealer, 'claims_keeper', role='warehouse')
        cls.accountant = cls._create_portal_user(cls.dealer, 'claims_accountant', role='finance')
        cls.rival = cls._create_portal_user(cls.rival_dealer, 'claims_rival')
        cls.desk = cls._create_hq('claims_desk', 'distributor_portal.group_channel_user')
        cls.boss = cls._create_hq('claims_boss', 'distributor_portal.group_channel_manager')
        cls.other_boss = cls._create_hq('claims_other_boss', 'distributor_portal.group_channel_manager')

    @classmethod
    def _create_hq(cls, login, group):
        return new_test_user(
            cls.env, login, groups=f'{group},account.group_account_invoice', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])

    def _deliver(self, number='C-1', member='D1', lines=(('YOG-1', 24), ('MLK-1', 5))):
        _answer, order = self._submit_one(number, member=member, lines=lines)
        return self._ship(order)

    def _receive(self, picking, user=None, received=None, damaged=None, note=None, **details):
        """:param received, damaged: {product: quantity}; the rest as shipped"""
        counts = {product.id: qty for product, qty in picking._channel_get_shipped().items()}
        counts |= {product.id: qty for product, qty in (received or {}).items()}
        return picking.with_user(user or self.owner).sudo()._channel_receive(
            counts, {product.id: qty for product, qty in (damaged or {}).items()}, note, **details)

    def _claim(self, picking, *lines, user=None, text=""):
        """:param lines: (product, kind, quantity, what is wanted)"""
        return self.env['channel.claim'].with_user(user or self.owner).sudo()._portal_create(picking, [
            {'product': product, 'kind': kind, 'qty': qty, 'wanted': wanted, 'reason': False, 'note': "",
             'photos': self.env['channel.claim.photo']} for product, kind, qty, wanted in lines], text)

    def _decide(self, claim, *quantities, user=None):
        """Accept so much of each line."""
        claim = claim.with_user(user or self.desk)
        for line, qty in zip(claim.line_ids, quantities, strict=True):
            line.accepted_qty = qty
        claim._decide(self.env.ref('distributor_portal.channel_claim_reason_no_proof'), "Look again")

    def _accept(self, claim, user=None):
        claim.with_user(user or self.desk).action_accept_all()

    @classmethod
    def _draw(cls, kind='JPEG', size=(64, 48)):
        out = io.BytesIO()
        Image.new('RGB', size, 'red').save(out, kind)
        return out.getvalue()
