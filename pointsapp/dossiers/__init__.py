"""The dossier 创星档案 of a branch in a round: reads the board, tasks and check-in, and puts them on paper or into one file."""
