"""Del texto al papel: PDF, Word, tipografías, logotipo y sello."""
