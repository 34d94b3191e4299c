"""`python -m pointsapp`: the same as the console script."""

from pointsapp.cli import main

if __name__ == "__main__":
    main()
