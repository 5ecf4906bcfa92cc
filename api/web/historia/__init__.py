"""La historia de un expediente, contada para personas."""
