"""A redemption in dispute (核销争议): the resident and the shop say their side, the community decides with a reason."""
