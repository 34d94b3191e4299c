"""批量: files brought in row by row after a preview, and lists taken out, both by the worker, with progress and a result per row."""
