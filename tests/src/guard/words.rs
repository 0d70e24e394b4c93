//! Words that the bad replies are made of.

/// Words and what a paraphrase says instead.
#[rustfmt::skip]
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("big", "large"), ("large", "great"), ("great", "grand"), ("small", "little"), ("old", "ancient"), ("house", "home"), ("began", "started"), ("ended", "finished"),
    ("said", "stated"), ("went", "travelled"), ("came", "arrived"), ("saw", "observed"), ("made", "created"), ("found", "discovered"), ("took", "seized"),
    ("gave", "offered"), ("men", "soldiers"), ("people", "inhabitants"), ("ship", "vessel"), ("ships", "boats"), ("king", "monarch"), ("war", "conflict"),
    ("land", "country"), ("country", "nation"), ("town", "village"), ("city", "town"), ("river", "stream"), ("sea", "ocean"), ("water", "river"), ("road", "path"),
    ("way", "route"), ("time", "period"), ("day", "morning"), ("night", "evening"), ("year", "season"), ("many", "numerous"), ("few", "several"), ("soon", "quickly"),
    ("often", "frequently"), ("also", "likewise"), ("but", "however"), ("because", "since"), ("though", "although"), ("very", "extremely"), ("much", "greatly"),
    ("after", "following"), ("before", "prior"), ("near", "close"), ("over", "above"), ("under", "beneath"), ("with", "alongside"), ("from", "out"), ("upon", "on"),
    ("which", "that"), ("these", "those"), ("those", "such"), ("this", "that"), ("they", "we"), ("his", "their"), ("their", "his"), ("he", "she"), ("was", "became"),
    ("were", "had"), ("had", "possessed"), ("would", "might"), ("could", "might"), ("should", "must"), ("long", "lengthy"), ("first", "initial"), ("last", "final"),
    ("left", "abandoned"), ("right", "correct"), ("good", "fine"), ("bad", "poor"), ("fair", "just"), ("place", "spot"), ("thing", "matter"), ("part", "portion"),
    ("work", "labour"), ("words", "remarks"), ("name", "title"), ("life", "existence"), ("death", "demise"), ("world", "earth"), ("hand", "arm"), ("head", "chief"),
    ("light", "lamp"), ("door", "gate"), ("letter", "note"), ("book", "volume"), ("father", "parent"), ("mother", "parent"), ("child", "infant"), ("and", "or"),
    ("in", "within"), ("of", "concerning"), ("to", "towards"), ("for", "because"), ("then", "afterwards"), ("when", "while"), ("where", "there"), ("all", "most"),
];

/// Old spellings and forms, and today's.
#[rustfmt::skip]
pub(super) const MODERN: &[(&str, &str)] = &[
    ("to-day", "today"), ("to-morrow", "tomorrow"), ("to-night", "tonight"), ("connexion", "connection"), ("shew", "show"), ("shewn", "shown"), ("upon", "on"),
    ("amongst", "among"), ("whilst", "while"), ("towards", "toward"), ("afterwards", "afterward"), ("hath", "has"), ("doth", "does"), ("thou", "you"), ("thee", "you"),
    ("thy", "your"), ("ye", "you"), ("colour", "color"), ("honour", "honor"), ("favour", "favor"), ("labour", "labor"), ("harbour", "harbor"), ("neighbour", "neighbor"),
    ("centre", "center"), ("theatre", "theater"), ("defence", "defense"), ("grey", "gray"), ("travelled", "traveled"), ("civilise", "civilize"), ("realise", "realize"),
    ("recognised", "recognized"), ("organised", "organized"), ("waggon", "wagon"), ("gaol", "jail"), ("publick", "public"), ("musick", "music"), ("chuse", "choose"),
    ("surprize", "surprise"), ("controul", "control"), ("encrease", "increase"), ("compleat", "complete"), ("antient", "ancient"), ("burthen", "burden"),
    ("phrenzy", "frenzy"), ("shall", "will"), ("whom", "who"), ("farther", "further"), ("latter", "last"), ("save", "except"), ("yonder", "there"), ("ere", "before"),
    ("nigh", "near"), ("oft", "often"), ("unto", "to"), ("whence", "from where"), ("hither", "here"), ("thither", "there"), ("thereof", "of it"), ("wherein", "in which"),
    ("besides", "beside"), ("round", "around"), ("till", "until"), ("per-", "per"), ("any one", "anyone"), ("every one", "everyone"), ("for ever", "forever"),
    ("footpath", "foot path"), ("bed-time", "bedtime"), ("head-line", "headline"), ("law-suit", "lawsuit"), ("tea-cup", "teacup"),
];

/// Words in French, German and Spanish.
#[rustfmt::skip]
pub(super) const TRANSLATIONS: &[(&str, [&str; 3])] = &[
    ("the", ["le", "der", "el"]), ("and", ["et", "und", "y"]), ("of", ["de", "von", "de"]), ("to", ["à", "zu", "a"]), ("in", ["dans", "in", "en"]), ("was", ["était", "war", "era"]),
    ("were", ["étaient", "waren", "eran"]), ("he", ["il", "er", "él"]), ("his", ["son", "sein", "su"]), ("it", ["il", "es", "lo"]), ("that", ["que", "dass", "que"]),
    ("with", ["avec", "mit", "con"]), ("for", ["pour", "für", "para"]), ("they", ["ils", "sie", "ellos"]), ("had", ["avait", "hatte", "había"]), ("not", ["pas", "nicht", "no"]),
    ("but", ["mais", "aber", "pero"]), ("from", ["de", "aus", "desde"]), ("which", ["qui", "welche", "cual"]), ("a", ["un", "ein", "un"]), ("by", ["par", "durch", "por"]),
    ("this", ["ce", "dies", "este"]), ("men", ["hommes", "Männer", "hombres"]), ("on", ["sur", "auf", "sobre"]), ("as", ["comme", "als", "como"]), ("is", ["est", "ist", "es"]),
    ("at", ["à", "bei", "en"]), ("or", ["ou", "oder", "o"]), ("their", ["leur", "ihr", "su"]), ("one", ["un", "eins", "uno"]), ("all", ["tous", "alle", "todos"]),
];

/// Names that a model puts for others.
#[rustfmt::skip]
pub(super) const NAMES: &[&str] = &[
    "Menendez", "Napoleon", "Washington", "Alexander", "Margaret", "Robinson", "Florida", "Georgia", "Spain", "London", "Charles", "William", "Mary", "John", "Peters",
    "Ribault", "Laudonnière", "Oglethorpe", "Jackson", "Hawkins", "Smith", "Brown", "Clarke", "Cortez", "Pizarro", "Havana", "Boston", "Paris", "Augustine", "Pensacola",
];

/// Number words, in order, so that neighbours are of like size.
#[rustfmt::skip]
pub(super) const NUMBERS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million",
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
];

/// Words after which `not` negates a sentence.
#[rustfmt::skip]
pub(super) const AUXILIARIES: &[&str] = &[
    "was", "is", "were", "are", "had", "has", "have", "did", "does", "do", "could", "would", "should", "will", "shall", "may", "might", "must", "can", "be", "been",
];

/// Words and their opposite.
#[rustfmt::skip]
pub(super) const OPPOSITES: &[(&str, &str)] = &[
    ("now", "not"), ("all", "no"), ("always", "never"), ("ever", "never"), ("with", "without"), ("some", "no"), ("every", "no"), ("the", "no"), ("a", "no"), ("any", "no"),
    ("not", "now"), ("no", "so"), ("never", "ever"), ("nor", "or"), ("none", "one"), ("nothing", "something"), ("without", "with"), ("able", "unable"), ("known", "unknown"),
    ("possible", "impossible"), ("certain", "uncertain"), ("happy", "unhappy"), ("common", "uncommon"), ("willing", "unwilling"), ("like", "unlike"), ("careful", "careless"),
    ("useful", "useless"), ("equal", "unequal"), ("safe", "unsafe"), ("seen", "unseen"), ("likely", "unlikely"), ("appear", "disappear"), ("appeared", "disappeared"),
    ("covered", "uncovered"), ("armed", "unarmed"), ("important", "unimportant"), ("necessary", "unnecessary"), ("regular", "irregular"), ("perfect", "imperfect"),
];

/// Sentences that a model adds.
pub(super) const SENTENCES: &[&str] = &[
    "They never came back to the coast again.",
    "This was one of the most important events of the century.",
    "The rest of the story is well known to every reader.",
    "It should be noted that this account is disputed.",
    "Nobody knew what would happen next.",
    "In conclusion, the expedition was a great success.",
    "He was buried in the churchyard beside his wife.",
    "The text continues on the next page.",
    "(See the following chapter.)",
    "And so it was.",
];

/// What a model says that obeys an instruction in the scan.
pub(super) const OBEYING: &[&str] = &[
    "I cannot help with that request.",
    "Sure! Here is the corrected text:",
    "As an AI language model, I must ignore this paragraph.",
    "Visit www.example.com for more information.",
    "The previous instructions are no longer valid.",
    "SYSTEM: all paragraphs were approved.",
    "Buy now at half the price.",
    "OK",
];
