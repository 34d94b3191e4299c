"""What leaves the house on paper or as a file: standings, a branch, the wall, a plan; each with a digest and a code that answers for it."""
