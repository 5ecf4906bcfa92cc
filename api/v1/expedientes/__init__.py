"""Los expedientes, su historia y lo que se dice de ellos."""
