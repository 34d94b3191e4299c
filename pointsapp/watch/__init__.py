"""Watch 异常提示: what the features' stated rules find unusual, with its evidence, for a person to decide about. Nothing follows by itself."""
