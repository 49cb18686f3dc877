"""Languages: codes and names, and the words of some."""

from __future__ import annotations

#: ISO 639 code to the name that answers give, for the languages that are understood.
NAMES = {
    code: name
    for code, _, name in (
        pair.partition(":")
        for pair in """
        af:afrikaans ar:arabic az:azerbaijani be:belarusian bg:bulgarian bs:bosnian ca:catalan
        cs:czech cy:welsh da:danish de:german el:greek en:english es:spanish et:estonian fa:persian
        fi:finnish fr:french gl:galician he:hebrew hi:hindi hr:croatian hu:hungarian hy:armenian
        id:indonesian is:icelandic it:italian ja:japanese kk:kazakh kn:kannada ko:korean
        lt:lithuanian lv:latvian mi:maori mk:macedonian mr:marathi ms:malay ne:nepali nl:dutch
        no:norwegian pl:polish pt:portuguese ro:romanian ru:russian sk:slovak sl:slovenian
        sr:serbian sv:swedish sw:swahili ta:tamil th:thai tl:tagalog tr:turkish uk:ukrainian ur:urdu
        vi:vietnamese zh:chinese
        """.split()  # noqa: SIM905 (a tuple of pairs reads worse)
    )
}

_WORDS = {
    "de": """abend baum brücke dann der drei ein fenster fluss garten geht gegen haus hinter hören
        kleine langsam licht morgen nach nacht offen regen schiff sehen stadt still über wald weg
        wieder winter""",
    "en": """across again against along beyond boat bridge cold evening field garden hears house
        lamp later light little morning mountain night open quiet rain river road sees slowly
        stone then three under window""",
    "es": """agua aire antes árbol barco calle camino campo casa cerca ciudad claro cuando después
        frío invierno jardín lejos lluvia luego luz montaña noche otra puente río siempre silencio
        sobre tarde tres ventana""",
    "fr": """ainsi arbre après autre bateau bruit chemin clair depuis encore ensuite fenêtre fleuve
        froid hiver jardin lampe lentement loin lumière maison matin montagne nuit ouverte petite
        pierre pluie pont soir trois ville""",
}


def words_of(code: str) -> list[str]:
    """Give words of a language; of one that has none here, English ones."""
    return _WORDS.get(code, _WORDS["en"]).split()
