"""A shop's month (结算): drafted, confirmed by the shop, checked by the community, approved by the street, paid outside."""
