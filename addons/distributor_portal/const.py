"""Which roles of a member's people may do what."""

ORDERING_ROLES = ('owner', 'buyer')
RECEIVING_ROLES = ('owner', 'warehouse', 'buyer')
MONEY_ROLES = ('owner', 'finance', 'buyer')
