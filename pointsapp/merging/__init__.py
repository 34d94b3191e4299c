"""合并账号: two accounts of one person become one, by two people of the staff, with everything said beforehand and nothing rewritten."""
