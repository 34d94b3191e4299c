"""The phone on a slow line and the till under a steady stream: first paints, weights, and how soon the shopkeeper has an answer."""
