"""亮赛比: what branches promise in public at a round's beginning, what a panel makes of them, and two of them side by side."""
