package rerank.model.phrasing;

/** What of a pair an explanation quotes. */
enum Field {
    QUERY,
    TITLE,
    TEXT
}
