"""La página de un expediente, iniciarlo y conducirlo."""
