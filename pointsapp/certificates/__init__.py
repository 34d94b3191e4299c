"""Records and certificates of service (志愿服务记录证明): who organised confirms, anybody can verify, a correction supersedes."""
