"""The star board of a city: its pages while check-ins run, a round counted anew, one check-in, and memory. Bounded in time."""
