from odoo import api, fields, models
from odoo.tools import SQL


class ChannelRankingPlace(models.Model):
    """The place of one member in a ranking, and how far away those ahead are on average."""

    _name = 'channel.ranking.place'
    _description = "Place in a Ranking"
    _order = 'ranking_id, place, member_id'
    _log_access = False
    _rec_name = 'member_id'

    ranking_id = fields.Many2one('channel.ranking', required=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade', readonly=True)
    place = fields.Integer(required=True, readonly=True, help="Equal values share a place.", aggregator=None)
    total = fields.Integer("Of", required=True, readonly=True, aggregator=None)
    ahead = fields.Float(
        "Distance Ahead", readonly=True, aggregator=None,
        help="To the average of the five members right ahead, in steps of 5 %. Empty where fewer are ahead.")
    has_ahead = fields.Boolean("Five Are Ahead", readonly=True)

    _one_each = models.Constraint('UNIQUE (ranking_id, member_id)', "A member has one place.")

    # === BUSINESS METHODS === #

    @api.model
    def _replace(self, ranking, places):
        """:param places: {member id: place of engine/figures.py}"""
        self.env.cr.execute(SQL("DELETE FROM channel_ranking_place WHERE ranking_id = %s", ranking.id))
        rows = list(places.items())
        if rows:
            self.env.cr.execute(SQL(
                """INSERT INTO channel_ranking_place
                          (ranking_id, company_id, member_id, place, total, ahead, has_ahead)
                   SELECT %s, %s, * FROM unnest(%s::int[], %s::int[], %s::int[], %s::float[], %s::boolean[])""",
                ranking.id, ranking.company_id.id, [member for member, _place in rows],
                [place.place for _member, place in rows], [place.total for _member, place in rows],
                [float(place.ahead or 0) for _member, place in rows],
                [place.ahead is not None for _member, place in rows]))
        self.env.invalidate_all()
