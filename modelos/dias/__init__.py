"""Los días inhábiles que se publican y lo que mueven."""
