"""Los actos: cada uno, una transacción con todo lo que toca (diseño §3, invariantes 1 a 4).

Un acto comprueba quién lo hace, mueve el expediente con la función pura de
`modelos.tabla.avance`, deja su asiento y anota los encargos que Prefect hará después.
Quien llama abre la transacción; nada de aquí confirma.
"""
