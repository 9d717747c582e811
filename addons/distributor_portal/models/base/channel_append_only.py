from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ChannelAppendOnly(models.AbstractModel):
    """Facts: written once, never changed, never deleted. The database itself refuses, whoever asks."""

    _name = 'channel.append.only'
    _description = "Append-Only Facts"

    def init(self):
        super().init()
        if self._abstract or not self._auto:
            return
        self._create_refusal()
        for name, when in (('row', "UPDATE OR DELETE"), ('table', "TRUNCATE")):
            self.env.cr.execute(SQL(
                "CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s FOR EACH %s EXECUTE FUNCTION channel_refuse_change()",
                SQL.identifier(f'{self._table}_{name}_append_only'), SQL(when), SQL.identifier(self._table),
                SQL("ROW" if name == 'row' else "STATEMENT")))

    @api.model
    def _create_refusal(self):
        """The function that the triggers run."""
        self.env.cr.execute(SQL("""
            CREATE OR REPLACE FUNCTION channel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'Facts in %% are never changed or deleted.', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$
        """))

    def write(self, vals):
        # pylint: disable=method-required-super  # It always refuses: super() has nothing to do.
        raise UserError(self.env._("%s are facts: they are never changed.", self.env['ir.model']._get(self._name).name))

    def unlink(self):
        # pylint: disable=method-required-super,no-raise-unlink  # As above; uninstalling drops the whole table.
        if not self:
            return True
        raise UserError(self.env._("%s are facts: they are never deleted.", self.env['ir.model']._get(self._name).name))
