"""Small good deeds 随手做志愿: a photograph and a few words, looked at by the community's staff, thanked with a few points."""
