"""Looking after people: elders and who has no phone, a lost phone, moving house."""
