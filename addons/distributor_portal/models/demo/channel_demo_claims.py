import io

from PIL import Image, ImageDraw

from odoo import api, models

PAPER, EDGE, DARK, WET = '#c9a26b', '#8a6a3b', '#4e3a1e', '#6f8fa8'


class ChannelDemo(models.AbstractModel):
    """Claims that wait for headquarters, for the store, for goods to come back; and one that is settled."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of claims."""
        result = super()._load_stories(members)
        # Nobody is written to: these people are made up.
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        self.env.company.channel_claim_user_id = self.env.ref('distributor_portal.demo_user_hq')
        self._load_claim_to_decide()
        self._load_claim_with_offer()
        self._load_return()
        self._load_settled_claim()
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()
        return result

    @api.model
    def _load_claim_to_decide(self):
        """The store found two crushed cases; its photos show them."""
        claim = self._find_delivery('P-1002').channel_receipt_ids.claim_ids
        line = claim.line_ids[:1]
        if line:
            reason = self.env.ref('distributor_portal.channel_claim_reason_crushed')
            line.write({'reason_id': reason.id, 'note': "批号 L2611-031 Lot L2611-031"})
            claim._portal_add_photos({line.product_id.id: self._add_photos(
                claim.picking_id, line.product_id, 'store_warehouse', 2)})

    @api.model
    def _load_claim_with_offer(self):
        """Two of three pouches are credited; the store may object."""
        claim = self._claim('P-1001', 'store', 'YOG-B-200', 'quality', 3, 'credit', 'leaking',
                            "包装胀气 The cups are swollen", photos=1)
        claim = claim.with_env(self._as('hq'))
        claim.line_ids.accepted_qty = 2
        claim._decide(self.env.ref('distributor_portal.channel_claim_reason_no_proof'),
                      "照片只显示两杯。The photo shows two cups.")

    @api.model
    def _load_return(self):
        """The dealer gives back what does not sell; the goods are on their way."""
        claim = self._claim('P-1009', 'dealer', 'DRK-T-500', 'return', 48, 'take_back', 'unsold',
                            "滞销，请求退货 It does not sell any more")
        claim.with_env(self._as('hq')).action_accept_all()
        claim.with_env(self._as('dealer'))._portal_track('HY20260417')

    @api.model
    def _load_settled_claim(self):
        """Two broken packs of the other store, credited."""
        claim = self._claim('P-1015', 'store2', 'SNK-M-150', 'damaged', 2, 'credit', 'opened',
                            "两包破损 Two packs are torn", photos=1)
        claim.with_env(self._as('hq')).action_accept_all()
        claim.move_ids.with_env(self._as('hq')).action_post()

    # === HELPERS === #

    @api.model
    def _find_delivery(self, number):
        return self.env['sale.order'].search([('channel_external_id', '=', number)]).picking_ids.filtered(
            lambda picking: picking.state == 'done' and picking._channel_is_delivery())[:1]

    @api.model
    def _claim(self, number, login, sku, kind, qty, wanted, reason, text, photos=0):
        picking = self._find_delivery(number)
        product = self.env['product.product'].search([('default_code', '=', sku)])
        return self.env['channel.claim'].with_env(self._as(login))._portal_create(picking, [{
            'product': product, 'kind': kind, 'qty': qty, 'wanted': wanted, 'note': "",
            'reason': self.env.ref(f'distributor_portal.channel_claim_reason_{reason}').id,
            'photos': self._add_photos(picking, product, login, photos)}], text)

    @api.model
    def _add_photos(self, picking, product, login, count):
        Photo = self.env['channel.claim.photo'].with_env(self._as(login))
        photos = Photo.browse()
        for number in range(count):
            photos |= Photo._add(picking, product, self._draw_carton(f'{product.default_code} {number}'))
        return photos

    @api.model
    def _draw_carton(self, topic):
        """A carton with a dent and a wet corner, drawn: no picture of anybody's goods."""
        random_ = self._get_random(f'photo {topic}')
        image = Image.new('RGB', (800, 600), '#d8d8d2')
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 430, 800, 600), fill='#a9a69d')
        draw.polygon([(150, 180), (520, 140), (520, 500), (150, 540)], fill=PAPER, outline=EDGE)
        draw.polygon([(520, 140), (680, 200), (680, 520), (520, 500)], fill=EDGE)
        draw.polygon([(150, 180), (310, 110), (680, 200), (520, 140)], fill='#dcb981')
        left, top = random_.randrange(200, 380), random_.randrange(220, 380)
        dent = [(left + random_.randrange(-70, 90), top + random_.randrange(-50, 60)) for _point in range(7)]
        draw.polygon(sorted(dent), fill=DARK)
        draw.ellipse((160, 450, 160 + random_.randrange(120, 220), 530), fill=WET)
        draw.rectangle((330, 250, 480, 320), fill='white')
        draw.text((340, 270), topic.split(' ', maxsplit=1)[0], fill='black', font_size=28)
        out = io.BytesIO()
        image.save(out, 'JPEG')
        return out.getvalue()
