/// The most common words of English prose, which a rarer word of the dictionary (`bis`, `ower`, `co`) is more often a misreading of than the reverse.
/// Source: the most frequent words of the novels of Project Gutenberg. For other languages, only the page tells which words are common.
#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "a", "about", "above", "after", "again", "against", "all", "almost", "alone", "along", "already", "also", "always", "am", "among", "an", "and",
    "another", "any", "are", "around", "as", "ask", "asked", "at", "away", "back", "be", "became", "because", "been", "before", "began", "behind",
    "being", "best", "better", "between", "body", "both", "boy", "brought", "but", "by", "called", "came", "can", "could", "country", "course",
    "day", "days", "dear", "did", "do", "does", "done", "door", "down", "each", "either", "else", "end", "enough", "even", "ever", "every", "eyes",
    "face", "far", "father", "feet", "felt", "few", "find", "first", "for", "found", "four", "friend", "from", "full", "gave", "get", "give",
    "given", "go", "god", "going", "good", "got", "great", "had", "half", "hand", "hands", "has", "have", "he", "head", "hear", "heard", "heart",
    "her", "here", "herself", "him", "himself", "his", "home", "house", "how", "i", "if", "in", "indeed", "into", "is", "it", "its", "just", "keep",
    "kind", "king", "knew", "know", "known", "land", "large", "last", "least", "left", "less", "let", "life", "light", "like", "little", "long",
    "look", "looked", "lord", "love", "made", "make", "man", "many", "may", "me", "men", "might", "mind", "moment", "more", "morning", "most",
    "mother", "much", "must", "my", "myself", "name", "near", "never", "new", "next", "night", "no", "nor", "not", "nothing", "now", "of", "off",
    "often", "old", "on", "once", "one", "only", "or", "other", "others", "our", "out", "over", "own", "part", "people", "perhaps", "place", "point",
    "poor", "put", "quite", "rather", "read", "right", "room", "round", "said", "same", "saw", "say", "sea", "see", "seemed", "seen", "set",
    "several", "shall", "she", "should", "side", "since", "small", "so", "some", "soon", "still", "stood", "such", "take", "taken", "tell", "than",
    "that", "the", "their", "them", "themselves", "then", "there", "therefore", "these", "they", "thing", "things", "think", "this", "those",
    "though", "thought", "three", "through", "time", "to", "together", "told", "too", "took", "toward", "towards", "turned", "two", "under", "until",
    "up", "upon", "us", "used", "very", "was", "water", "way", "we", "well", "went", "were", "what", "when", "where", "whether", "which", "while",
    "white", "who", "whole", "whom", "whose", "why", "will", "wish", "with", "within", "without", "woman", "word", "words", "work", "world", "would",
    "year", "years", "yes", "yet", "you", "young", "your",
];

/// Whether a word, in lower case, is a common one of the language of a dictionary that has it.
pub(super) fn is_common_in_english(word: &str) -> bool {
    ENGLISH.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order() {
        assert!(ENGLISH.is_sorted());
        assert!(is_common_in_english("which") && !is_common_in_english("bis"));
    }
}
