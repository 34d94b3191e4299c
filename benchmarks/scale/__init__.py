"""How the time of every page and hot call grows from a small town to a city: the same measurements on databases of several sizes."""
