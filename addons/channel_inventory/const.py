"""What several files of the stock of the channel share: which people of a member may do what with it."""

COUNT_ROLES = ('owner', 'warehouse')
INSPECTION_ROLES = ('owner', 'warehouse')
