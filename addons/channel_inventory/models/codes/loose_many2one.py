from odoo import fields


class LooseMany2one(fields.Many2one):
    """A Many2one without a foreign key: on tables of many millions of rows it costs most of what a row costs.

    What it points to is never deleted: codes and companies stay.
    """

    def update_db_foreign_key(self, model, column):
        """Override to make none."""
