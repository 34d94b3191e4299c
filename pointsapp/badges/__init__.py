"""Medals 勋章 for service done: rules as data, won by itself and once, shown with rule and progress. They are worth nothing but thanks."""
