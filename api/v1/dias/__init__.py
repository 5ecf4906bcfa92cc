"""Los días inhábiles y el cómputo de plazos."""
