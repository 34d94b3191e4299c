"""Points given away: donated to a fund whose use is told in public, or given to a person within small monthly limits."""
