"""A person's own say over what is kept of them: a copy of everything, and leaving for good after a time to think."""
