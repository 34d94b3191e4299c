"""Pure decisions of the five-star board: what a scheme says, whether a file is one, what a branch has earned."""
